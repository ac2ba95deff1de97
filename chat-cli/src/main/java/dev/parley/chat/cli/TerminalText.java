package dev.parley.chat.cli;

/**
 * Makes text of a stranger fit for a terminal. In a chat between peers this is what an attacker aims at: an escape
 * sequence can move the cursor, rewrite what was said before, set the clipboard or type into the shell.
 */
public final class TerminalText {

    private static final char REPLACEMENT = '\uFFFD';

    private TerminalText() {}

    /**
     * Replaces what a terminal would act upon, and nothing else: control characters of both sets (ESC and CSI among
     * them), line and paragraph separators, the bidirectional controls that can make a line read otherwise than it was
     * written (UAX 9 section 2), and halves of surrogate pairs. Tabs and line breaks become a space, so that the result
     * is one line.
     *
     * @param text any text
     * @return one line that can be printed as it is
     */
    public static String clean(String text) {
        StringBuilder clean = null;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            int width = Character.charCount(c);
            if (isSafe(c)) {
                if (clean != null) {
                    clean.appendCodePoint(c);
                }
            } else {
                if (clean == null) {
                    clean = new StringBuilder(text.length()).append(text, 0, at);
                }
                clean.append(isLineSpace(c) ? ' ' : REPLACEMENT);
            }
            at += width;
        }
        return clean == null ? text : clean.toString();
    }

    private static boolean isSafe(int c) {
        if (c >= 0x20 && c < 0x7F) {
            return true;
        }
        return !(Character.isISOControl(c)
                || c == 0x2028
                || c == 0x2029
                || isBidiControl(c)
                || isInvisibleFormat(c)
                || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
    }

    private static boolean isLineSpace(int c) {
        return c == '\n' || c == '\r' || c == '\t' || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    private static boolean isBidiControl(int c) {
        return c == 0x061C
                || c == 0x200E
                || c == 0x200F
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069);
    }

    /**
     * Hidden text: the tag characters, interlinear annotations and the byte order mark. Joiners stay: emoji need them.
     */
    private static boolean isInvisibleFormat(int c) {
        return c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || c == 0xE0001 || (c >= 0x206A && c <= 0x206F);
    }
}
