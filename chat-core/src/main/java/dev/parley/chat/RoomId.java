package dev.parley.chat;

import dev.parley.chat.internal.encoding.Base32;

/**
 * Names a room and certifies itself: the first 20 bytes of SHA-256 over {@code "parley-room-v1"}, the host's Ed25519
 * public key and a 16-byte nonce, in lower-case base32. Who serves another descriptor under the id is found out.
 *
 * @param value 32 characters of {@code a-z2-7}
 */
public record RoomId(String value) implements Comparable<RoomId> {

    /** Length of the id in bytes. */
    public static final int BYTES = 20;

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if {@code value} is not the base32 of 20 bytes
     */
    public RoomId {
        if (Base32.decode(value).length != BYTES) {
            throw new IllegalArgumentException("a room id has 32 characters, not " + value.length());
        }
    }

    /**
     * Makes an id from its bytes.
     *
     * @param bytes exactly {@value #BYTES} bytes
     * @return the id
     * @throws IllegalArgumentException if there are more or fewer bytes
     */
    public static RoomId of(byte[] bytes) {
        return new RoomId(Base32.encode(bytes));
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
    public int compareTo(RoomId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
