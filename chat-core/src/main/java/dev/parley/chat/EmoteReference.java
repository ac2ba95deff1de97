package dev.parley.chat;

import java.nio.charset.StandardCharsets;

/**
 * Says that a part of a message's text is an emote, and whose. Never a URL: who shows the message asks its own provider
 * for the picture, or shows the code.
 *
 * @param provider the provider's id, for example {@code 7tv}; 1…32 characters of {@code a-z0-9._-}
 * @param emote the emote's id at the provider; 1…256 characters, opaque
 * @param code the text that stands for it, at most 200 UTF-16 units
 * @param start where it begins in the text, in UTF-16 units
 * @param end where it ends, exclusive
 */
public record EmoteReference(String provider, String emote, String code, int start, int end) {

    /** Longest provider id. */
    public static final int MAX_PROVIDER_CHARS = 32;

    /** Longest emote id. */
    public static final int MAX_EMOTE_CHARS = 256;

    /** Longest code. */
    public static final int MAX_CODE_CHARS = 200;

    /**
     * Checks the parts by themselves; whether they fit a text is checked by the message.
     *
     * @throws IllegalArgumentException if a part is empty, too long or out of order, or holds half a surrogate pair
     */
    public EmoteReference {
        requireProvider(provider);
        if (emote.isEmpty() || emote.length() > MAX_EMOTE_CHARS) {
            throw new IllegalArgumentException("an emote id has 1 to 256 characters, not " + emote.length());
        }
        if (code.isEmpty() || code.length() > MAX_CODE_CHARS) {
            throw new IllegalArgumentException("an emote code has 1 to 200 characters, not " + code.length());
        }
        if (!isWellFormed(emote) || !isWellFormed(code)) {
            throw new IllegalArgumentException("an emote's id or code holds half a surrogate pair");
        }
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException("an emote's range is " + start + " to " + end);
        }
    }

    static void requireProvider(String provider) {
        if (provider.length() > MAX_PROVIDER_CHARS || !provider.matches("[a-z0-9._-]+")) {
            throw new IllegalArgumentException("a provider id has 1 to 32 characters of a-z0-9._-");
        }
    }

    private static boolean isWellFormed(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
