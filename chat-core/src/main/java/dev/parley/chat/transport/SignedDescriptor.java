package dev.parley.chat.transport;

import java.util.Arrays;

/** A room's descriptor as the host signed it; the exact bytes, kept verbatim. Not checked by itself. */
public final class SignedDescriptor {

    /** Largest descriptor, in bytes. */
    public static final int MAX_BYTES = 8 * 1024;

    /** Length of the signature, in bytes (Ed25519, RFC 8032). */
    public static final int SIGNATURE_BYTES = 64;

    private final byte[] descriptor;
    private final byte[] signature;

    /**
     * Copies the parts.
     *
     * @param descriptor 1…{@value #MAX_BYTES} bytes
     * @param signature {@value #SIGNATURE_BYTES} bytes
     * @throws IllegalArgumentException if a length is wrong
     */
    public SignedDescriptor(byte[] descriptor, byte[] signature) {
        if (descriptor.length == 0 || descriptor.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a descriptor has 1 to " + MAX_BYTES + " bytes, not " + descriptor.length);
        }
        if (signature.length != SIGNATURE_BYTES) {
            throw new IllegalArgumentException(
                    "a signature has " + SIGNATURE_BYTES + " bytes, not " + signature.length);
        }
        this.descriptor = descriptor.clone();
        this.signature = signature.clone();
    }

    /**
     * Returns the descriptor.
     *
     * @return a copy
     */
    public byte[] descriptor() {
        return descriptor.clone();
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
        return other instanceof SignedDescriptor that
                && Arrays.equals(descriptor, that.descriptor)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }

    @Override
    public String toString() {
        return "SignedDescriptor[" + descriptor.length + " bytes]";
    }
}
