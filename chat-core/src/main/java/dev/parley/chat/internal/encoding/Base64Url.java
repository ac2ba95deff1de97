package dev.parley.chat.internal.encoding;

import java.util.Base64;

/** base64url without padding (RFC 4648 section 5), strict in both directions. */
public final class Base64Url {

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private Base64Url() {}

    /**
     * Encodes bytes.
     *
     * @param bytes any number of bytes
     * @return {@code ceil(4 * bytes.length / 3)} characters
     */
    public static String encode(byte[] bytes) {
        return ENCODER.encodeToString(bytes);
    }

    /**
     * Decodes what {@link #encode} wrote, and nothing else: padding, foreign characters and non-zero trailing bits are
     * refused, so that one value has one spelling.
     *
     * @param text the encoded text
     * @return the bytes
     * @throws IllegalArgumentException if {@code text} is not canonical base64url; the message does not repeat it
     */
    public static byte[] decode(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            // Its message quotes a character of what may be a secret.
            throw new IllegalArgumentException("not base64url");
        }
        // The decoder of the JDK takes padding and stray trailing bits.
        if (!encode(bytes).equals(text)) {
            throw new IllegalArgumentException("not canonical base64url");
        }
        return bytes;
    }
}
