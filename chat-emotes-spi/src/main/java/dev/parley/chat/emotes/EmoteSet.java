package dev.parley.chat.emotes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What one {@link EmoteSource} answers: its emotes, each code once, and what had to be left out. Immutable.
 *
 * <p>If an answer names a code twice, the first one stays; the other counts as skipped.
 */
public final class EmoteSet {
    /** The most emotes of a set; the builder skips those beyond. */
    public static final int MAX_EMOTES = 100_000;

    /** The most skipped entries that are described; those beyond are only counted. */
    public static final int MAX_SKIPPED_NOTES = 20;

    /** The most UTF-16 code units of the description of a skipped entry; a longer one is cut. */
    public static final int MAX_SKIPPED_NOTE_CHARS = 200;

    /** The most topics. */
    public static final int MAX_TOPICS = 16;

    private static final EmoteSet EMPTY = builder().build();

    private final List<Emote> emotes;
    private final int skippedCount;
    private final List<String> skippedNotes;
    private final List<String> topics;

    private EmoteSet(Builder builder) {
        emotes = List.copyOf(builder.byCode.values());
        skippedCount = builder.skippedCount;
        skippedNotes = List.copyOf(builder.skippedNotes);
        topics = List.copyOf(builder.topics);
    }

    /**
     * Begins a set.
     *
     * @return a builder of an empty set
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Gives the set without emotes: the good answer of a source that has none, such as a channel that does not use the
     * provider.
     *
     * @return the empty set
     */
    public static EmoteSet empty() {
        return EMPTY;
    }

    /**
     * Lists the emotes in the order they were added.
     *
     * @return an immutable list
     */
    public List<Emote> emotes() {
        return emotes;
    }

    /**
     * Tells how many entries of the answer were left out.
     *
     * @return the count
     */
    public int skippedCount() {
        return skippedCount;
    }

    /**
     * Tells, for the first {@value #MAX_SKIPPED_NOTES} entries that were left out, which and why. Each is one line of
     * at most {@value #MAX_SKIPPED_NOTE_CHARS} UTF-16 code units, without control characters.
     *
     * @return an immutable list of sentences for a log or a diagnosis
     */
    public List<String> skippedNotes() {
        return skippedNotes;
    }

    /**
     * Tells what a server with live updates calls this set and what it depends on; see {@link LiveEmotes}.
     *
     * @return an immutable list, most often empty
     */
    public List<String> topics() {
        return topics;
    }

    /**
     * Begins a set like this one, for a change to it. What was left out of this one is noted in it too.
     *
     * @return a builder of an equal set
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        emotes.forEach(emote -> builder.byCode.put(emote.code(), emote));
        builder.skipped(skippedCount, skippedNotes);
        builder.topics.addAll(topics);
        return builder;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EmoteSet that
                && emotes.equals(that.emotes)
                && skippedCount == that.skippedCount
                && skippedNotes.equals(that.skippedNotes)
                && topics.equals(that.topics);
    }

    @Override
    public int hashCode() {
        return Objects.hash(emotes, skippedCount, skippedNotes, topics);
    }

    @Override
    public String toString() {
        return "EmoteSet[" + emotes.size() + " emotes]";
    }

    /** Builds an {@link EmoteSet}. Not for use by several threads at once. */
    public static final class Builder {
        private final Map<String, Emote> byCode = new LinkedHashMap<>();
        private final List<String> skippedNotes = new ArrayList<>();
        private final Set<String> topics = new LinkedHashSet<>();
        private int skippedCount;

        private Builder() {}

        /**
         * Adds an emote, or skips it if its code is there already or the set is full.
         *
         * @param emote the emote
         * @return this builder
         */
        public Builder add(Emote emote) {
            Objects.requireNonNull(emote, "emote");
            if (byCode.size() >= MAX_EMOTES) {
                return skip(emote.toString(), "the set has " + MAX_EMOTES + " emotes already");
            }
            if (byCode.putIfAbsent(emote.code(), emote) != null) {
                return skip(emote.toString(), "its code is there already");
            }
            return this;
        }

        /**
         * Notes that an entry of the answer was left out.
         *
         * @param entry which entry, such as {@code emotes[3]}
         * @param why why, in a few words; may quote the answer, since {@link EmoteSet#skippedNotes} are cleaned and cut
         * @return this builder
         */
        public Builder skip(String entry, String why) {
            skippedCount++;
            if (skippedNotes.size() < MAX_SKIPPED_NOTES) {
                skippedNotes.add(cleanNote(entry + ": " + why));
            }
            return this;
        }

        /**
         * Notes several entries that were left out, as another set counts and describes them.
         *
         * @param count how many, 0 or more
         * @param notes which and why, for the first of them; cleaned and cut as by {@link #skip}
         * @return this builder
         */
        public Builder skipped(int count, List<String> notes) {
            skippedCount += count;
            notes.stream()
                    .limit(MAX_SKIPPED_NOTES - (long) skippedNotes.size())
                    .map(Builder::cleanNote)
                    .forEach(skippedNotes::add);
            return this;
        }

        /** A note that a log and a terminal can bear; one that was cleaned stays as it is. */
        private static String cleanNote(String note) {
            StringBuilder clean = new StringBuilder();
            for (int i = 0; i < note.length(); i += Character.charCount(note.codePointAt(i))) {
                int codePoint = note.codePointAt(i);
                int shown = isControl(codePoint) ? ' ' : codePoint;
                if (clean.length() + Character.charCount(shown) > MAX_SKIPPED_NOTE_CHARS) {
                    int end = clean.length() < MAX_SKIPPED_NOTE_CHARS
                            ? clean.length()
                            : clean.offsetByCodePoints(clean.length(), -1);
                    clean.setLength(end);
                    return clean.append('\u2026').toString();
                }
                clean.appendCodePoint(shown);
            }
            return clean.toString();
        }

        private static boolean isControl(int codePoint) {
            return switch (Character.getType(codePoint)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE -> true;
                default -> false;
            };
        }

        /**
         * Puts an emote in the place of the one with that code, or adds it if there is none.
         *
         * @param emote the emote
         * @return this builder
         */
        public Builder put(Emote emote) {
            if (byCode.containsKey(emote.code())) {
                byCode.put(emote.code(), emote);
                return this;
            }
            return add(emote);
        }

        /**
         * Takes an emote out.
         *
         * @param code its code
         * @return the emote, if there was one
         */
        public Optional<Emote> remove(String code) {
            return Optional.ofNullable(byCode.remove(code));
        }

        /**
         * Looks for emotes that were added.
         *
         * @param id their identity
         * @return those that have it, most often one or none
         */
        public List<Emote> find(EmoteId id) {
            return byCode.values().stream()
                    .filter(emote -> emote.id().equals(id))
                    .toList();
        }

        /**
         * Names something whose changes the set follows; see {@link LiveEmotes}.
         *
         * @param topic what a server with live updates calls it, at most 16 for one set
         * @return this builder
         * @throws IllegalArgumentException if it is one more
         */
        public Builder topic(String topic) {
            topics.add(Objects.requireNonNull(topic, "topic"));
            if (topics.size() > MAX_TOPICS) {
                throw new IllegalArgumentException("a set has at most " + MAX_TOPICS + " topics");
            }
            return this;
        }

        /**
         * Makes the set.
         *
         * @return the set
         */
        public EmoteSet build() {
            return new EmoteSet(this);
        }
    }
}
