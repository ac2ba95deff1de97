package dev.parley.chat.emotes.custom;

/** Text of a server, made fit to be shown: it might hold what a terminal obeys, or turns around. */
final class ShownText {
    private ShownText() {}

    /** One line of at most so many code points, without control, format and unpaired characters. */
    static String clean(String text, int maxCodePoints) {
        StringBuilder shown = new StringBuilder();
        boolean spaceBefore = false;
        int count = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int codePoint = text.codePointAt(i);
            if (Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint)) {
                spaceBefore = count > 0;
                continue;
            }
            if (!isShown(codePoint)) {
                continue;
            }
            count += spaceBefore ? 2 : 1;
            if (count > maxCodePoints) {
                return shown.append('\u2026').toString();
            }
            if (spaceBefore) {
                shown.append(' ');
            }
            spaceBefore = false;
            shown.appendCodePoint(codePoint);
        }
        return shown.toString();
    }

    private static boolean isShown(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
