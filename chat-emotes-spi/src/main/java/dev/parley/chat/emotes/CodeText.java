package dev.parley.chat.emotes;

import java.security.SecureRandom;

/** What the characters of codes and messages are, told once for the model and the tokenizer. */
final class CodeText {
    /**
     * Of the hash of codes; another one in each process, so that no list can be made up whose codes all have the same
     * hash, and every look-up would pass all of them.
     */
    private static final int HASH_MULTIPLIER = new SecureRandom().nextInt() | 1;

    private CodeText() {}

    /** The hash of a text with one character more; that of the empty text is 0. */
    static int hash(int hash, char next) {
        return hash * HASH_MULTIPLIER + next;
    }

    static int hash(String text) {
        int hash = 0;
        for (int i = 0; i < text.length(); i++) {
            hash = hash(hash, text.charAt(i));
        }
        return hash;
    }

    /** Whether {@code c} has Unicode's White_Space property. All such characters are one UTF-16 code unit. */
    static boolean isWhiteSpace(char c) {
        return c <= ' ' ? c == ' ' || (c >= '\t' && c <= '\r') : c == '\u0085' || Character.isSpaceChar(c);
    }

    static boolean hasSpaceOrControl(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isWhiteSpace(c) || Character.isISOControl(c)) {
                return true;
            }
        }
        return false;
    }
}
