package dev.parley.chat;

import dev.parley.chat.internal.encoding.Base32;

/**
 * Names a participant for good: the first 20 bytes of SHA-256 over its Ed25519 public key, in lower-case base32.
 * Whoever holds the key can prove the id; nobody can choose it.
 *
 * @param value 32 characters of {@code a-z2-7}
 */
public record PeerId(String value) implements Comparable<PeerId> {

    /** Length of the id in bytes. */
    public static final int BYTES = 20;

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if {@code value} is not the base32 of 20 bytes
     */
    public PeerId {
        if (Base32.decode(value).length != BYTES) {
            throw new IllegalArgumentException("a peer id has 32 characters, not " + value.length());
        }
    }

    /**
     * Makes an id from its bytes.
     *
     * @param bytes exactly {@value #BYTES} bytes
     * @return the id
     * @throws IllegalArgumentException if there are more or fewer bytes
     */
    public static PeerId of(byte[] bytes) {
        return new PeerId(Base32.encode(bytes));
    }

    /**
     * Returns the id as bytes.
     *
     * @return {@value #BYTES} new bytes
     */
    public byte[] toBytes() {
        return Base32.decode(value);
    }

    @Override
    public int compareTo(PeerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
