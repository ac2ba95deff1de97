package dev.parley.chat.cli.client;

import java.util.Locale;

/** Finds names in what people say. */
final class Mentions {
    private Mentions() {}

    /** Whether a text holds a name as a word of its own, with or without an at sign, without regard to case. */
    static boolean names(String text, String name) {
        return find(text, name, 0) >= 0;
    }

    /** Where the name stands next; -1 if it does not. */
    static int find(String text, String name, int from) {
        if (name.isBlank()) {
            return -1;
        }
        String in = text.toLowerCase(Locale.ROOT);
        String what = name.toLowerCase(Locale.ROOT);
        if (in.length() != text.length()) {
            // Lower case of some letters is longer; positions would not fit.
            in = text;
            what = name;
        }
        for (int at = in.indexOf(what, from); at >= 0; at = in.indexOf(what, at + 1)) {
            int end = at + what.length();
            boolean begins = at == 0 || !Character.isLetterOrDigit(in.codePointBefore(at));
            boolean ends = end == in.length() || !Character.isLetterOrDigit(in.codePointAt(end));
            if (begins && ends) {
                return at;
            }
        }
        return -1;
    }
}
