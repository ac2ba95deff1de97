package dev.parley.chat.transport;

import java.util.Arrays;

/**
 * Who may take a room over when its host is gone, in order, as the host signed it; the exact bytes, kept verbatim. Not
 * checked by itself. docs/protocol.md has the form.
 */
public final class SignedSuccession {

    /** Largest succession, in bytes. */
    public static final int MAX_BYTES = 4 * 1024;

    /** Length of the signature, in bytes (Ed25519, RFC 8032). */
    public static final int SIGNATURE_BYTES = 64;

    private final byte[] succession;
    private final byte[] signature;

    /**
     * Copies the parts.
     *
     * @param succession 1…{@value #MAX_BYTES} bytes
     * @param signature {@value #SIGNATURE_BYTES} bytes
     * @throws IllegalArgumentException if a length is wrong
     */
    public SignedSuccession(byte[] succession, byte[] signature) {
        if (succession.length == 0 || succession.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a succession has 1 to " + MAX_BYTES + " bytes, not " + succession.length);
        }
        if (signature.length != SIGNATURE_BYTES) {
            throw new IllegalArgumentException(
                    "a signature has " + SIGNATURE_BYTES + " bytes, not " + signature.length);
        }
        this.succession = succession.clone();
        this.signature = signature.clone();
    }

    /**
     * Returns the succession.
     *
     * @return a copy
     */
    public byte[] succession() {
        return succession.clone();
    }

    /**
     * Returns the signature.
     *
     * @return a copy
     */
    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignedSuccession that
                && Arrays.equals(succession, that.succession)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }

    @Override
    public String toString() {
        return "SignedSuccession[" + succession.length + " bytes]";
    }
}
