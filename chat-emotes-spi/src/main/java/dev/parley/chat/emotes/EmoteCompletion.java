package dev.parley.chat.emotes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ranks what people may mean while they type the name of an emote. Pure.
 *
 * <p>A name fits if it holds the query: with regard to case if the query has a capital letter, without it if it has
 * none. The order is:
 *
 * <ol>
 *   <li>names that begin with the query before those that hold it further on,
 *   <li>emotes that were used lately before others, the latest first,
 *   <li>shorter names before longer ones,
 *   <li>the emotes of a catalog before Unicode emoji, and then by name.
 * </ol>
 *
 * <p>The colons of {@code :shortcode:} count in neither the name nor the query.
 */
public final class EmoteCompletion {
    private EmoteCompletion() {}

    /**
     * One thing to offer.
     *
     * @param insert what to write into the message: an emote's code, or a Unicode emoji itself
     * @param name what to show it under: the code, or the emoji's {@code :shortcode:}
     * @param emote the emote; null for a Unicode emoji
     */
    public record Candidate(
            String insert, String name, @Nullable Emote emote) {
        /**
         * Checks the parts.
         *
         * @param insert as described above
         * @param name as described above
         * @param emote as described above
         */
        public Candidate {
            Objects.requireNonNull(insert, "insert");
            Objects.requireNonNull(name, "name");
        }
    }

    /**
     * Ranks emotes and Unicode emoji.
     *
     * @param query what was typed, with or without its first colon
     * @param catalog the emotes that hold
     * @param recent what was inserted lately, the latest first
     * @param limit the most results, at least 1
     * @return what to offer, the best first
     * @throws IllegalArgumentException if the limit is below 1
     */
    public static List<Candidate> complete(String query, EmoteCatalog catalog, List<String> recent, int limit) {
        String typed = withoutColons(query);
        Ranking<Candidate> ranking = new Ranking<>(typed, limit);
        Map<String, Integer> ages = new HashMap<>();
        for (int i = recent.size() - 1; i >= 0; i--) {
            ages.put(recent.get(i), i);
        }
        for (Emote emote : catalog.emotes()) {
            if (emote.visibility() == EmoteVisibility.LISTED) {
                ranking.offer(
                        withoutColons(emote.code()),
                        0,
                        ages.getOrDefault(emote.code(), Integer.MAX_VALUE),
                        () -> new Candidate(emote.code(), emote.code(), emote));
            }
        }
        if (!typed.isEmpty()) {
            UnicodeEmoji.forEachShortcode((shortcode, emoji) -> ranking.offer(
                    shortcode,
                    1,
                    ages.getOrDefault(emoji, Integer.MAX_VALUE),
                    () -> new Candidate(emoji, ':' + shortcode + ':', null)));
        }
        return ranking.best();
    }

    /** Ranks the emotes of a catalog by their names and, after those, by their tags. */
    static List<Emote> matches(String query, EmoteCatalog catalog, int limit) {
        String typed = withoutColons(query);
        Ranking<Emote> byName = new Ranking<>(typed, limit);
        Ranking<Emote> byTag = new Ranking<>(typed, limit);
        for (Emote emote : catalog.emotes()) {
            if (emote.visibility() != EmoteVisibility.LISTED) {
                continue;
            }
            if (!byName.offer(withoutColons(emote.code()), 0, Integer.MAX_VALUE, () -> emote)) {
                for (String tag : emote.tags()) {
                    if (byTag.offer(tag, 0, Integer.MAX_VALUE, () -> emote)) {
                        break;
                    }
                }
            }
        }
        List<Emote> best = new ArrayList<>(byName.best());
        best.addAll(byTag.best());
        return best.size() <= limit ? best : best.subList(0, limit);
    }

    private static String withoutColons(String code) {
        int start = code.startsWith(":") ? 1 : 0;
        int end = code.length() > start + 1 && code.endsWith(":") ? code.length() - 1 : code.length();
        // An emote whose code is nothing but colons and such keeps it.
        return start < end && isShortcode(code, start, end) ? code.substring(start, end) : code;
    }

    private static boolean isShortcode(String code, int start, int end) {
        for (int i = start; i < end; i++) {
            if (!EmoteTokenizer.isShortcodeChar(code.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** The best of many, kept while they go by. */
    private static final class Ranking<T> {
        private final String query;
        private final boolean caseMatters;
        private final int limit;

        /** The worst of the best is first. */
        private final PriorityQueue<Ranked<T>> best;

        Ranking(String query, int limit) {
            if (limit < 1) {
                throw new IllegalArgumentException("the limit must be at least 1, but is " + limit);
            }
            this.query = query;
            this.limit = limit;
            caseMatters = !query.equals(query.toLowerCase(Locale.ROOT));
            best = new PriorityQueue<>(Comparator.<Ranked<T>>naturalOrder().reversed());
        }

        /** Whether the name fits. */
        boolean offer(String name, int kind, int age, Supplier<T> item) {
            boolean isPrefix = name.regionMatches(!caseMatters, 0, query, 0, query.length());
            if (!isPrefix && !holds(name)) {
                return false;
            }
            Ranked<T> ranked = new Ranked<>(isPrefix ? 0 : 1, age, name, kind, item);
            if (best.size() < limit) {
                best.add(ranked);
            } else if (ranked.compareTo(Objects.requireNonNull(best.peek())) < 0) {
                best.poll();
                best.add(ranked);
            }
            return true;
        }

        private boolean holds(String name) {
            for (int at = 1; at + query.length() <= name.length(); at++) {
                if (name.regionMatches(!caseMatters, at, query, 0, query.length())) {
                    return true;
                }
            }
            return false;
        }

        List<T> best() {
            List<Ranked<T>> sorted = new ArrayList<>(best);
            sorted.sort(Comparator.naturalOrder());
            return sorted.stream().map(each -> each.item().get()).toList();
        }
    }

    private record Ranked<T>(int place, int age, String name, int kind, Supplier<T> item)
            implements Comparable<Ranked<T>> {
        @Override
        public int compareTo(Ranked<T> other) {
            int byPlace = Integer.compare(place, other.place);
            int byAge = byPlace != 0 ? byPlace : Integer.compare(age, other.age);
            int byLength = byAge != 0 ? byAge : Integer.compare(name.length(), other.name.length());
            int byKind = byLength != 0 ? byLength : Integer.compare(kind, other.kind);
            return byKind != 0 ? byKind : name.compareTo(other.name);
        }
    }
}
