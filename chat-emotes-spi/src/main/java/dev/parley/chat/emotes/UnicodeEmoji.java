package dev.parley.chat.emotes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Unicode emoji: where one stands in a text (UTS #51, emoji sequences), and the shortcodes of those that have some. The
 * table is a resource of this module, read when it is first needed.
 *
 * <p>Safe for threads.
 */
public final class UnicodeEmoji {
    private static final String RESOURCE = "emoji.txt";
    private static final int TEXT_STYLE = 0xFE0E;
    private static final int EMOJI_STYLE = 0xFE0F;
    private static final int JOINER = 0x200D;
    private static final int KEYCAP = 0x20E3;
    private static final int CANCEL_TAG = 0xE007F;

    private UnicodeEmoji() {}

    /**
     * An emoji that can be chosen.
     *
     * @param text the emoji itself
     * @param shortcodes its shortcodes without colons, the most usual first; at least one
     */
    public record Listed(String text, List<String> shortcodes) {
        /**
         * Checks the parts and copies what could change.
         *
         * @param text as described above
         * @param shortcodes as described above
         */
        public Listed {
            Objects.requireNonNull(text, "text");
            shortcodes = List.copyOf(shortcodes);
        }
    }

    /**
     * Emoji of one kind.
     *
     * @param name what Unicode calls them, such as {@code Food & Drink}
     * @param emoji in an order in which like stands beside like
     */
    public record Group(String name, List<Listed> emoji) {
        /**
         * Checks the parts and copies what could change.
         *
         * @param name as described above
         * @param emoji as described above
         */
        public Group {
            Objects.requireNonNull(name, "name");
            emoji = List.copyOf(emoji);
        }
    }

    /**
     * Lists the emoji that can be chosen from, without the variants of their skin.
     *
     * @return the groups in the order of Unicode
     */
    public static List<Group> groups() {
        return Table.INSTANCE.groups;
    }

    /** Read once, by whoever needs it first. */
    private static final class Table {
        static final Table INSTANCE = read();

        /** Shown as emoji by themselves. */
        final BitSet pictures = new BitSet();

        /** Shown as emoji only if that is asked for. */
        final BitSet letters = new BitSet();

        final Map<String, String> byShortcode = new LinkedHashMap<>();

        List<Group> groups = List.of();

        private static Table read() {
            Table table = new Table();
            Map<String, List<Listed>> byGroup = new LinkedHashMap<>();
            List<Listed> group = new ArrayList<>();
            try (InputStream in = Objects.requireNonNull(UnicodeEmoji.class.getResourceAsStream(RESOURCE), RESOURCE);
                    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("group ")) {
                        group = new ArrayList<>();
                        byGroup.put(line.substring("group ".length()), group);
                    } else {
                        table.add(line, group);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            table.groups = byGroup.entrySet().stream()
                    .map(each -> new Group(each.getKey(), each.getValue()))
                    .toList();
            return table;
        }

        private void add(String line, List<Listed> group) {
            int space = line.indexOf(' ');
            String first = line.substring(0, space);
            switch (first) {
                case "#" -> {}
                case "pictures" -> addRanges(line, space + 1, pictures);
                case "letters" -> addRanges(line, space + 1, letters);
                default -> {
                    List<String> shortcodes = List.of(line.substring(space + 1).split(" ", -1));
                    shortcodes.forEach(shortcode -> byShortcode.put(shortcode, first));
                    group.add(new Listed(first, shortcodes));
                }
            }
        }

        private static void addRanges(String line, int from, BitSet set) {
            for (String range : line.substring(from).split(" ", -1)) {
                int dash = range.indexOf('-');
                int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash), 16);
                int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1), 16);
                set.set(first, last + 1);
            }
        }
    }

    /**
     * Looks up the emoji of a shortcode.
     *
     * @param shortcode without its colons, as it is written: {@code rocket}
     * @return the emoji; empty if there is none of that name
     */
    public static Optional<String> find(String shortcode) {
        return Optional.ofNullable(ofShortcode(shortcode));
    }

    /** Looks up the emoji of a shortcode, given without its colons; null if there is none. */
    static @Nullable String ofShortcode(String shortcode) {
        return Table.INSTANCE.byShortcode.get(shortcode);
    }

    static void forEachShortcode(BiConsumer<String, String> action) {
        Table.INSTANCE.byShortcode.forEach(action);
    }

    /** Whether an emoji may begin with this character; tells most text apart without the table. */
    static boolean mayBegin(char c) {
        return c >= 0x203C || c == 0xA9 || c == 0xAE;
    }

    /** Whether a keycap emoji may begin with this character: it is made of a digit and what follows. */
    static boolean isKeycapBase(char c) {
        return (c >= '0' && c <= '9') || c == '#' || c == '*';
    }

    /** Where the emoji ends that begins at {@code start}; {@code start} if none does. */
    static int end(String text, int start, int limit) {
        char c = text.charAt(start);
        if (isKeycapBase(c)) {
            int at = start + 1 < limit && text.charAt(start + 1) == EMOJI_STYLE ? start + 2 : start + 1;
            return at < limit && text.charAt(at) == KEYCAP ? at + 1 : start;
        }
        if (!mayBegin(c)) {
            return start;
        }
        int first = codePointAt(text, start, limit);
        if (isRegionalIndicator(first)) {
            int second = start + 2;
            return second < limit && isRegionalIndicator(codePointAt(text, second, limit)) ? second + 2 : start;
        }
        int end = elementEnd(text, start, limit, false);
        while (end > start && end < limit && text.charAt(end) == JOINER) {
            int next = end + 1 < limit ? elementEnd(text, end + 1, limit, true) : end + 1;
            if (next == end + 1) {
                break;
            }
            end = next;
        }
        return end;
    }

    /** One element of a sequence: a picture, or a letter in the style of emoji, with its modifier and tags. */
    private static int elementEnd(String text, int start, int limit, boolean joined) {
        int first = codePointAt(text, start, limit);
        boolean picture = Table.INSTANCE.pictures.get(first);
        if (!picture && !Table.INSTANCE.letters.get(first)) {
            return start;
        }
        int end = start + Character.charCount(first);
        int next = end < limit ? codePointAt(text, end, limit) : 0;
        if (next == EMOJI_STYLE) {
            end++;
        } else if (next >= 0x1F3FB && next <= 0x1F3FF) {
            end += 2;
        } else if (next == TEXT_STYLE || !(picture || joined)) {
            return start;
        }
        return tagsEnd(text, end, limit);
    }

    /** Tags spell the name of a region, as in the flag of Scotland; they count only if they are complete. */
    private static int tagsEnd(String text, int start, int limit) {
        int at = start;
        while (at < limit) {
            int tag = codePointAt(text, at, limit);
            if (tag == CANCEL_TAG && at > start) {
                return at + 2;
            }
            if (tag < 0xE0020 || tag > 0xE007E) {
                return start;
            }
            at += 2;
        }
        return start;
    }

    private static int codePointAt(String text, int at, int limit) {
        char high = text.charAt(at);
        if (Character.isHighSurrogate(high) && at + 1 < limit && Character.isLowSurrogate(text.charAt(at + 1))) {
            return Character.toCodePoint(high, text.charAt(at + 1));
        }
        return high;
    }

    private static boolean isRegionalIndicator(int codePoint) {
        return codePoint >= 0x1F1E6 && codePoint <= 0x1F1FF;
    }
}
