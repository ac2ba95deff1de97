package dev.parley.chat.emotes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An immutable snapshot of all emotes that hold in one place, merged from the sets of all sources. Safe to share
 * between threads; a look-up is one hash look-up.
 *
 * <p>Where several sets hold a code, the narrower {@link EmoteScope} wins; within a scope the set that was given first.
 * Given the same sets in the same order, the result is always the same.
 */
public final class EmoteCatalog {
    private static final EmoteCatalog EMPTY = new EmoteCatalog(List.of(), Unlisted.LEFT_OUT);

    private final Map<EmoteId, Emote> byId = new HashMap<>();
    private final List<Emote> emotes;

    /** Open addressing, by the hash of the code; at most half full, a power of two long. */
    private final @Nullable Emote[] table;

    /** The hashes of the codes in the table. */
    private final int[] hashes;

    private EmoteCatalog(Collection<Layer> layers, Unlisted hidden) {
        List<Layer> ordered = new ArrayList<>(layers);
        // The sort is stable, so the order within a scope stays.
        ordered.sort(Comparator.comparing(Layer::scope));
        int most =
                ordered.stream().mapToInt(layer -> layer.set().emotes().size()).sum();
        table = new Emote[Math.max(2, Integer.highestOneBit(Math.max(1, most)) * 4)];
        hashes = new int[table.length];
        List<Emote> byPrecedence = new ArrayList<>(most);
        for (Layer layer : ordered) {
            for (Emote emote : layer.set().emotes()) {
                if (hidden == Unlisted.LEFT_OUT && emote.visibility() == EmoteVisibility.UNLISTED) {
                    continue;
                }
                if (putIfAbsent(emote)) {
                    byPrecedence.add(emote);
                }
                // Also for an emote whose code another one took: a peer may still refer to it.
                byId.putIfAbsent(emote.id(), emote);
            }
        }
        emotes = List.copyOf(byPrecedence);
    }

    private boolean putIfAbsent(Emote emote) {
        String code = emote.code();
        int hash = CodeText.hash(code);
        int at = slot(hash);
        for (Emote there = table[at]; there != null; there = table[at]) {
            if (hashes[at] == hash && there.code().equals(code)) {
                return false;
            }
            at = (at + 1) & (table.length - 1);
        }
        table[at] = emote;
        hashes[at] = hash;
        return true;
    }

    /** Where to look first. The hashes of like codes are near each other, so their bits are spread. */
    private int slot(int hash) {
        int spread = (hash ^ (hash >>> 16)) * 0x85EBCA6B;
        spread = (spread ^ (spread >>> 13)) * 0xC2B2AE35;
        return spread >>> (Integer.numberOfLeadingZeros(table.length) + 1);
    }

    /** What becomes of unlisted emotes. */
    private enum Unlisted {
        LEFT_OUT,
        SHOWN
    }

    /**
     * One set and how widely it holds.
     *
     * @param scope how widely
     * @param set the emotes
     */
    public record Layer(EmoteScope scope, EmoteSet set) {
        /**
         * Checks the parts and copies what could change.
         *
         * @param scope as described above
         * @param set as described above
         */
        public Layer {
            Objects.requireNonNull(scope, "scope");
            Objects.requireNonNull(set, "set");
        }
    }

    /**
     * Gives the catalog without emotes.
     *
     * @return the empty catalog
     */
    public static EmoteCatalog empty() {
        return EMPTY;
    }

    /**
     * Merges sets, without unlisted emotes.
     *
     * @param layers the sets; within one scope an earlier one wins
     * @return the catalog
     */
    public static EmoteCatalog of(Collection<Layer> layers) {
        return new EmoteCatalog(layers, Unlisted.LEFT_OUT);
    }

    /**
     * Merges sets, unlisted emotes among them.
     *
     * @param layers the sets; within one scope an earlier one wins
     * @return the catalog
     */
    public static EmoteCatalog ofAllIncludingUnlisted(Collection<Layer> layers) {
        return new EmoteCatalog(layers, Unlisted.SHOWN);
    }

    /**
     * Looks up what a code stands for.
     *
     * @param code the code, exactly as typed
     * @return the emote, if one has that code
     */
    public Optional<Emote> find(String code) {
        return Optional.ofNullable(find(code, 0, code.length(), CodeText.hash(code)));
    }

    /**
     * Looks up a part of a text, without making a string of it.
     *
     * @param hash of the part, as {@link CodeText#hash(String)} computes it
     * @return the emote; null if none has that code
     */
    @Nullable
    Emote find(String text, int start, int end, int hash) {
        int length = end - start;
        int at = slot(hash);
        for (Emote there = table[at]; there != null; there = table[at]) {
            if (hashes[at] == hash && there.code().length() == length && text.startsWith(there.code(), start)) {
                return there;
            }
            at = (at + 1) & (table.length - 1);
        }
        return null;
    }

    /**
     * Looks up the emote that a message refers to, also if another emote took its code.
     *
     * @param id the emote's identity
     * @return the emote, if this catalog has it
     */
    public Optional<Emote> find(EmoteId id) {
        return Optional.ofNullable(byId.get(id));
    }

    /**
     * Lists the emotes that can be typed, each code once, by precedence.
     *
     * @return an immutable list
     */
    public List<Emote> emotes() {
        return emotes;
    }

    /**
     * Tells how many codes there are.
     *
     * @return the count
     */
    public int size() {
        return emotes.size();
    }
}
