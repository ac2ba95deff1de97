package dev.parley.chat.internal.encoding;

import java.util.Arrays;

/** Lower-case base32 without padding (RFC 4648 section 6), strict in both directions. */
public final class Base32 {

    private static final char[] ALPHABET = "abcdefghijklmnopqrstuvwxyz234567".toCharArray();
    private static final byte[] VALUES = new byte[128];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int value = 0; value < ALPHABET.length; value++) {
            VALUES[ALPHABET[value]] = (byte) value;
        }
    }

    private Base32() {}

    /**
     * Encodes bytes.
     *
     * @param bytes any number of bytes
     * @return {@code ceil(8 * bytes.length / 5)} characters
     */
    public static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder((bytes.length * 8 + 4) / 5);
        int buffer = 0;
        int bits = 0;
        for (byte b : bytes) {
            buffer = (buffer << 8) | (b & 0xff);
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text.append(ALPHABET[(buffer >>> bits) & 31]);
            }
            buffer &= (1 << bits) - 1;
        }
        if (bits > 0) {
            text.append(ALPHABET[(buffer << (5 - bits)) & 31]);
        }
        return text.toString();
    }

    /**
     * Decodes what {@link #encode} wrote, and nothing else: upper case, padding, foreign characters and non-zero
     * trailing bits are refused, so that one value has one spelling.
     *
     * @param text the encoded text
     * @return the bytes
     * @throws IllegalArgumentException if {@code text} is not canonical base32
     */
    public static byte[] decode(CharSequence text) {
        byte[] bytes = new byte[text.length() * 5 / 8];
        int buffer = 0;
        int bits = 0;
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int value = c < VALUES.length ? VALUES[c] : -1;
            if (value < 0) {
                throw new IllegalArgumentException("not lower-case base32 at character " + i);
            }
            buffer = (buffer << 5) | value;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes[length++] = (byte) (buffer >>> bits);
                buffer &= (1 << bits) - 1;
            }
        }
        if (bits >= 5 || buffer != 0) {
            throw new IllegalArgumentException("not canonical base32: trailing bits");
        }
        return bytes;
    }
}
