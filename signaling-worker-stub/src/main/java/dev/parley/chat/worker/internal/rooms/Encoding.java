package dev.parley.chat.worker.internal.rooms;

import dev.parley.chat.worker.internal.Problem;
import java.util.Base64;

/** The binary-to-text encodings of the wire (RFC 4648), without padding. */
public final class Encoding {
    private static final char[] BASE32 = "abcdefghijklmnopqrstuvwxyz234567".toCharArray();

    private Encoding() {}

    public static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Decodes the one canonical spelling of some bytes.
     *
     * @throws Problem {@code invalid_request} for padding, foreign characters or stray bits (RFC 4648 section 3.5)
     */
    public static byte[] fromBase64Url(String text, String what) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid(what + " is not base64url without padding");
        }
        // The decoder of the JDK takes padding and stray trailing bits; two spellings of one value are not wanted.
        if (!base64Url(bytes).equals(text)) {
            throw Problem.invalid(what + " is not canonical base64url without padding");
        }
        return bytes;
    }

    /**
     * Decodes a value of a fixed length.
     *
     * @throws Problem {@code invalid_request} as above, or if the length is another one
     */
    public static byte[] fromBase64Url(String text, String what, int byteCount) {
        byte[] bytes = fromBase64Url(text, what);
        if (bytes.length != byteCount) {
            throw Problem.invalid(what + " must have " + byteCount + " bytes, has " + bytes.length);
        }
        return bytes;
    }

    /** Lower-case base32 of a whole number of 5-byte groups. */
    public static String base32(byte[] bytes) {
        if (bytes.length % 5 != 0) {
            throw new IllegalArgumentException("expected a multiple of 5 bytes, got " + bytes.length);
        }
        StringBuilder text = new StringBuilder(bytes.length / 5 * 8);
        for (int group = 0; group < bytes.length; group += 5) {
            long bits = 0;
            for (int i = 0; i < 5; i++) {
                bits = bits << 8 | (bytes[group + i] & 0xff);
            }
            for (int shift = 35; shift >= 0; shift -= 5) {
                text.append(BASE32[(int) (bits >>> shift) & 31]);
            }
        }
        return text.toString();
    }
}
