package dev.parley.chat.internal.encoding;

import java.nio.charset.StandardCharsets;

/**
 * Rules for short texts of strangers. By lists of code points and not by the character tables of the Java platform:
 * those differ between versions, and what one peer takes the other has to take too.
 */
public final class PlainText {

    private PlainText() {}

    /**
     * Says whether a text is well-formed and has nothing in it that breaks a line, controls a terminal or turns the
     * direction of writing: no C0 and C1 controls, no line and paragraph separators, no bidirectional controls.
     *
     * @param text the text
     * @return true if it may be shown in one line
     */
    public static boolean isOneLine(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text)
                && text.chars().noneMatch(c -> isControl((char) c));
    }

    /**
     * Says whether a text has nothing in it that is seen.
     *
     * @param text the text
     * @return true for blanks and invisible characters alone
     */
    public static boolean isBlank(String text) {
        return text.chars()
                .allMatch(c -> c <= ' '
                        || c == 0xa0
                        || c == 0xad
                        || c == 0x1680
                        || (c >= 0x2000 && c <= 0x200f)
                        || (c >= 0x2028 && c <= 0x202f)
                        || (c >= 0x205f && c <= 0x206f)
                        || c == 0x2800
                        || c == 0x3000
                        || c == 0x3164
                        || (c >= 0xfe00 && c <= 0xfe0f)
                        || c == 0xfeff);
    }

    private static boolean isControl(char c) {
        return c < ' '
                || (c >= 0x7f && c <= 0x9f)
                // Arabic letter mark, marks and embeddings, isolates (Unicode UAX 9).
                || c == 0x61c
                || c == 0x200e
                || c == 0x200f
                || (c >= 0x2028 && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0xfeff;
    }
}
