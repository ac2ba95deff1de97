package dev.parley.chat.emotes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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

    private static final EmoteSet EMPTY = builder().build();

    private final List<Emote> emotes;
    private final int skippedCount;
    private final List<String> skippedNotes;

    private EmoteSet(Builder builder) {
        emotes = List.copyOf(builder.byCode.values());
        skippedCount = builder.skippedCount;
        skippedNotes = List.copyOf(builder.skippedNotes);
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
     * Tells, for the first {@value #MAX_SKIPPED_NOTES} entries that were left out, which and why.
     *
     * @return an immutable list of sentences for a log or a diagnosis
     */
    public List<String> skippedNotes() {
        return skippedNotes;
    }

    /** Builds an {@link EmoteSet}. Not for use by several threads at once. */
    public static final class Builder {
        private final Map<String, Emote> byCode = new LinkedHashMap<>();
        private final List<String> skippedNotes = new ArrayList<>();
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
         * @param why why, in a few words
         * @return this builder
         */
        public Builder skip(String entry, String why) {
            skippedCount++;
            if (skippedNotes.size() < MAX_SKIPPED_NOTES) {
                skippedNotes.add(entry + ": " + why);
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
