package dev.parley.chat.cli.screen;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jline.utils.WCWidth;

/**
 * Cuts text into what people see as characters, and tells how many columns each takes. Terminals differ about some
 * emoji; who paints must not rely on the cursor behind one.
 */
public final class Graphemes {
    /** Of a longer one the rest is left out: nobody needs more marks on one letter. */
    static final int MAX_CODE_POINTS = 16;

    /** In place of what no terminal may be given. */
    private static final String REPLACEMENT = "\uFFFD";

    private static final Pattern CLUSTER = Pattern.compile("\\X");
    private static final int EMOJI_PRESENTATION = 0xFE0F;

    private Graphemes() {}

    /** Whether all characters are printable ASCII, each of which is a grapheme of one column. */
    static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }

    /**
     * Cuts text into grapheme clusters that may be put on a screen: control characters, bidirectional controls and what
     * stands for nothing are replaced or left out, marks without end are cut off.
     */
    public static List<String> of(String text) {
        List<String> clusters = new ArrayList<>(text.length());
        if (isPlain(text)) {
            for (int i = 0; i < text.length(); i++) {
                clusters.add(ascii(text.charAt(i)));
            }
            return clusters;
        }
        Matcher matcher = CLUSTER.matcher(text);
        while (matcher.find()) {
            String cluster = printable(matcher.group());
            if (!cluster.isEmpty()) {
                clusters.add(cluster);
            }
        }
        return clusters;
    }

    /** Tells how many UTF-16 units the cluster takes that begins at a place in text. */
    static int lengthAt(CharSequence text, int at) {
        boolean isAlone = text.charAt(at) < 0x7F && (at + 1 == text.length() || text.charAt(at + 1) < 0x7F);
        if (isAlone) {
            return 1;
        }
        Matcher matcher = CLUSTER.matcher(text).region(at, text.length());
        return matcher.lookingAt() ? matcher.end() - at : 1;
    }

    private static String ascii(char c) {
        return Ascii.STRINGS[c];
    }

    private static final class Ascii {
        static final String[] STRINGS = new String[128];

        static {
            for (int i = 0; i < STRINGS.length; i++) {
                STRINGS[i] = String.valueOf((char) i);
            }
        }
    }

    /** Makes one cluster fit for a terminal; may leave nothing of it. */
    static String printable(String cluster) {
        StringBuilder out = null;
        int kept = 0;
        for (int at = 0; at < cluster.length(); ) {
            int c = cluster.codePointAt(at);
            int next = at + Character.charCount(c);
            boolean isKept = kept < MAX_CODE_POINTS && isPrintable(c);
            if (!isKept && out == null) {
                out = new StringBuilder(cluster.length()).append(cluster, 0, at);
            }
            if (isKept) {
                kept++;
                if (out != null) {
                    out.appendCodePoint(c);
                }
            } else if (kept == 0 && out != null && isSeen(c)) {
                // One sign for a cluster: a carriage return and a line feed are one.
                kept++;
                out.append(c == '\t' || c == '\n' || c == '\r' ? " " : REPLACEMENT);
            }
            at = next;
        }
        String result = out == null ? cluster : out.toString();
        return result.isEmpty() || columnsOfBase(result) > 0 ? result : "";
    }

    private static boolean isPrintable(int c) {
        int type = Character.getType(c);
        if (type == Character.FORMAT) {
            // Joiners, and the tags that some flags consist of.
            return c == 0x200D || c == 0x200C || (c >= 0xE0020 && c <= 0xE007F);
        }
        if (type == Character.UNASSIGNED) {
            // Emoji that are newer than this Java; the block has room for no other signs.
            return c >= FIRST_EMOJI && c <= LAST_EMOJI;
        }
        return type != Character.CONTROL
                && type != Character.SURROGATE
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR
                && !(type == Character.PRIVATE_USE && c == KITTY_PLACEHOLDER);
    }

    private static final int FIRST_EMOJI = 0x1F000;
    private static final int LAST_EMOJI = 0x1FAFF;

    /** What stands for a part of a picture in some terminals; nobody may smuggle one in as text. */
    static final int KITTY_PLACEHOLDER = 0x10EEEE;

    /** Whether something is shown in place of it: format characters have no place of their own. */
    private static boolean isSeen(int c) {
        return Character.getType(c) != Character.FORMAT;
    }

    private static int columnsOfBase(String cluster) {
        return Math.max(0, WCWidth.wcwidth(cluster.codePointAt(0)));
    }

    /** Tells how many columns a printable cluster takes: 0, 1 or 2. */
    public static int columns(String cluster) {
        int first = cluster.codePointAt(0);
        if (first < 0x7F) {
            // A keycap such as 1️⃣ is an emoji.
            return cluster.length() > 1 && cluster.indexOf(EMOJI_PRESENTATION) > 0 ? 2 : 1;
        }
        if (cluster.length() > 1 && cluster.indexOf(EMOJI_PRESENTATION) > 0) {
            return Math.min(2, 2 * columnsOfBase(cluster));
        }
        // Vowel signs of Thai and of the scripts of India have a column of their own in most terminals.
        int columns = 0;
        for (int at = 0; at < cluster.length() && columns < 2; at += Character.charCount(cluster.codePointAt(at))) {
            columns += Math.max(0, WCWidth.wcwidth(cluster.codePointAt(at)));
        }
        return Math.min(2, columns);
    }

    /** Tells how many columns text takes on a screen. */
    public static int width(String text) {
        if (isPlain(text)) {
            return text.length();
        }
        int width = 0;
        for (String cluster : of(text)) {
            width += columns(cluster);
        }
        return width;
    }

    /**
     * Cuts text to a width.
     *
     * @param more what to end with if something was cut off, such as an ellipsis; counts as well
     */
    public static String cut(String text, int columns, String more) {
        if (width(text) <= columns) {
            return text;
        }
        int left = columns - width(more);
        StringBuilder out = new StringBuilder();
        for (String cluster : of(text)) {
            left -= columns(cluster);
            if (left < 0) {
                break;
            }
            out.append(cluster);
        }
        return columns < width(more) ? "" : out.append(more).toString();
    }
}
