package dev.parley.chat;

import dev.parley.chat.internal.encoding.Base32;

/**
 * Names a message by what it is: SHA-256 over the signed content of its event, in lower-case base32. The same on every
 * peer.
 *
 * @param value 52 characters of {@code a-z2-7}
 */
public record MessageId(String value) {

    /** Length of the id in bytes. */
    public static final int BYTES = 32;

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if {@code value} is not the base32 of 32 bytes
     */
    public MessageId {
        if (Base32.decode(value).length != BYTES) {
            throw new IllegalArgumentException("a message id has 52 characters, not " + value.length());
        }
    }

    /**
     * Makes an id from its bytes.
     *
     * @param bytes exactly {@value #BYTES} bytes
     * @return the id
     * @throws IllegalArgumentException if there are more or fewer bytes
     */
    public static MessageId of(byte[] bytes) {
        return new MessageId(Base32.encode(bytes));
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
    public String toString() {
        return value;
    }
}
