package dev.parley.chat.emotes;

/** What the characters of codes and messages are, told once for the model and the tokenizer. */
final class CodeText {
    private CodeText() {}

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
