package dev.parley.chat.cli.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Finds names in what people say. */
final class Mentions {
    private Mentions() {}

    /** Where a name stands in a text. */
    record Span(int start, int end) {}

    /** Whether a text holds a name as a word of its own, with or without an at sign, without regard to case. */
    static boolean names(String text, String name) {
        return !all(text, name).isEmpty();
    }

    /** Where the name stands, in the order of the text; what overlaps is counted once. */
    static List<Span> all(String text, String name) {
        if (name.isBlank()) {
            return List.of();
        }
        String in = text.toLowerCase(Locale.ROOT);
        String what = name.toLowerCase(Locale.ROOT);
        if (in.length() != text.length()) {
            // Lower case of some letters is longer; positions would not fit.
            in = text;
            what = name;
        }
        List<Span> found = new ArrayList<>();
        int at = in.indexOf(what);
        while (at >= 0) {
            int end = at + what.length();
            boolean begins = at == 0 || !Character.isLetterOrDigit(in.codePointBefore(at));
            boolean ends = end == in.length() || !Character.isLetterOrDigit(in.codePointAt(end));
            if (begins && ends) {
                found.add(new Span(at, end));
            }
            at = in.indexOf(what, begins && ends ? end : at + 1);
        }
        return found;
    }
}
