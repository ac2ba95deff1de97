package dev.parley.chat.internal.timeline;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomEmoji;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The emoji of a room: what was added and removed, and which of it the room has.
 *
 * <p>Two rules make it the same everywhere. Whether an addition is kept depends on its author's chain alone, which
 * comes in its order to all: it is, while its author has fewer than {@link RoomEmoji#MAX_PER_MEMBER} that it has not
 * removed itself. And which of those the room has is computed anew from all that is kept, in the order of the timeline,
 * whenever any of it may have changed:
 *
 * <pre>
 *   added ──► its author may speak there, and is not banned ──► removed by nobody who may
 *         ──► shortcode not taken by one before ──► room for it ──► the room has it ──► its author not blocked here: shown
 * </pre>
 *
 * <p>What a blocked author has added keeps its shortcode, so that who blocks sees what all see, less that.
 *
 * <p>What is kept is bounded. Of additions, those that stand last fall out, which are the last to be shown; of removals
 * that do nothing, the oldest ones that came.
 */
final class EmojiShelf {

    /** An addition. */
    record Added(MessageId id, Place place, EventBody.Emoji body) {}

    /** A removal by another than the author, or of something that did not come. */
    private record Removal(MessageId id, Place place, MessageId target) {}

    private final Moderation moderation;
    private final Map<MessageId, Added> added = new HashMap<>();
    private final TreeMap<Place, Added> inOrder = new TreeMap<>();
    private final Map<PeerId, Integer> keptOf = new HashMap<>();
    private final Map<MessageId, Removal> removals = new LinkedHashMap<>();
    private final Map<MessageId, List<Removal>> removalsOf = new HashMap<>();

    private List<RoomEmoji> had = List.of();
    private List<RoomEmoji> shown = List.of();
    private long dueMillis = Long.MAX_VALUE;
    private boolean isStale;

    EmojiShelf(Moderation moderation) {
        this.moderation = moderation;
    }

    /** Takes an addition; says why it is not kept, null if it is. */
    @Nullable
    RefusalReason add(MessageId id, Place place, EventBody.Emoji body) {
        List<Removal> before = List.copyOf(removalsOf.getOrDefault(id, List.of()));
        if (before.stream().anyMatch(removal -> removal.place().sender().equals(place.sender()))) {
            // Its author has left a gap in its chain, and has named what comes behind it.
            before.forEach(this::forget);
            return null;
        }
        if (keptOf.getOrDefault(place.sender(), 0) >= RoomEmoji.MAX_PER_MEMBER) {
            return RefusalReason.TOO_MANY_EMOJI;
        }
        Added emoji = new Added(id, place, body);
        added.put(id, emoji);
        inOrder.put(place, emoji);
        keptOf.merge(place.sender(), 1, Integer::sum);
        isStale = true;
        if (inOrder.size() > ActLimits.MAX_EMOJI_KEPT) {
            drop(inOrder.lastEntry().getValue());
        }
        return null;
    }

    /** Takes a removal; says why it is not kept, null if it is. */
    @Nullable
    RefusalReason remove(MessageId id, Place place, MessageId target) {
        Added emoji = added.get(target);
        if (emoji != null && emoji.place().sender().equals(place.sender())) {
            drop(emoji);
            isStale = true;
            return null;
        }
        if (hasRemovedOftenEnough(place.sender(), target)) {
            return RefusalReason.TOO_MANY_EMOJI_REMOVALS;
        }
        Removal removal = new Removal(id, place, target);
        removalsOf.computeIfAbsent(target, key -> new ArrayList<>()).add(removal);
        removals.put(id, removal);
        if (counts(removal)) {
            isStale = true;
        } else {
            Predicate<Removal> isIdle = other -> !counts(other);
            forgetFirst(
                    isIdle.and(other -> other.place().sender().equals(place.sender())),
                    ActLimits.MAX_IDLE_EMOJI_REMOVALS_PER_PEER);
            forgetFirst(isIdle, ActLimits.MAX_IDLE_EMOJI_REMOVALS);
        }
        return null;
    }

    private boolean hasRemovedOftenEnough(PeerId peer, MessageId emoji) {
        long own = removalsOf.getOrDefault(emoji, List.of()).stream()
                .filter(removal -> removal.place().sender().equals(peer))
                .count();
        return own >= ActLimits.MAX_EMOJI_REMOVALS_PER_PEER;
    }

    /** Forgets the oldest of some, if there are more than a number of them. */
    private void forgetFirst(Predicate<Removal> which, int most) {
        List<Removal> found = removals.values().stream().filter(which).toList();
        if (found.size() > most) {
            forget(found.get(0));
        }
    }

    private void forget(Removal removal) {
        removals.remove(removal.id());
        List<Removal> same = removalsOf.get(removal.target());
        if (same != null) {
            same.remove(removal);
            if (same.isEmpty()) {
                removalsOf.remove(removal.target());
            }
        }
    }

    private void drop(Added emoji) {
        added.remove(emoji.id());
        inOrder.remove(emoji.place());
        keptOf.computeIfPresent(emoji.place().sender(), (peer, count) -> count == 1 ? null : count - 1);
        for (Removal removal : List.copyOf(removalsOf.getOrDefault(emoji.id(), List.of()))) {
            forget(removal);
        }
    }

    private boolean counts(Removal removal) {
        Added emoji = added.get(removal.target());
        return emoji != null && reasonAgainstRemoval(removal.place(), emoji) == null;
    }

    private @Nullable RefusalReason reasonAgainstRemoval(Place place, Added emoji) {
        if (place.sender().equals(emoji.place().sender())) {
            return null;
        }
        RefusalReason reason = moderation.silence(place, Moderation.Voice.NONE);
        return reason == null ? moderation.silenceDeletion(place, emoji.place().sender()) : reason;
    }

    /** Something else has changed on which the emoji depend. */
    void touch() {
        isStale = true;
    }

    /** When time alone changes something; {@link Long#MAX_VALUE} for never. */
    long dueMillis() {
        return dueMillis;
    }

    /** Computes anew what the room has, if it may have changed; says whether what is shown has. */
    boolean refresh(long now, Set<PeerId> blocked) {
        if (!isStale && now < dueMillis) {
            return false;
        }
        isStale = false;
        dueMillis = Long.MAX_VALUE;
        List<RoomEmoji> has = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        long bytes = 0;
        for (Added emoji : inOrder.values()) {
            boolean fits =
                    has.size() < RoomEmoji.MAX_PER_ROOM && bytes + emoji.body().size() <= RoomEmoji.MAX_ROOM_BYTES;
            if (fits && isAllowed(emoji, now) && taken.add(folded(emoji.body().shortcode()))) {
                has.add(describe(emoji));
                bytes += emoji.body().size();
            }
        }
        had = List.copyOf(has);
        has.removeIf(emoji -> blocked.contains(emoji.author()));
        boolean isOther = !has.equals(shown);
        shown = List.copyOf(has);
        return isOther;
    }

    private boolean isAllowed(Added emoji, long now) {
        Place place = emoji.place();
        if (moderation.silence(place, Moderation.Voice.SPEAK) != null
                || moderation.standing(place.sender()).isBanned()) {
            return false;
        }
        for (Removal removal : removalsOf.getOrDefault(emoji.id(), List.of())) {
            if (reasonAgainstRemoval(removal.place(), emoji) == null) {
                return false;
            }
        }
        // Nobody waits out a mute by a clock that is set ahead.
        long takenAtMillis = place.epochMillis() - ActLimits.MAX_CLOCK_LEAD.toMillis();
        if (takenAtMillis > now && moderation.gainsByTime(place)) {
            dueMillis = Math.min(dueMillis, takenAtMillis);
            return false;
        }
        return true;
    }

    /** What is shown, as it was refreshed last. */
    List<RoomEmoji> shown() {
        return shown;
    }

    /** What was said of an emoji that is kept; null if it is not. */
    EventBody.@Nullable Emoji body(MessageId id) {
        Added emoji = added.get(id);
        return emoji == null ? null : emoji.body();
    }

    /** Why an addition would have no effect; null if it would have one. */
    @Nullable
    RefusalReason refusal(EventBody.Emoji body, Place place) {
        RefusalReason reason = moderation.silence(place, Moderation.Voice.SPEAK);
        if (reason != null) {
            return reason;
        }
        if (had.stream().anyMatch(emoji -> RoomEmoji.isSameShortcode(emoji.shortcode(), body.shortcode()))) {
            return RefusalReason.SHORTCODE_TAKEN;
        }
        long bytes = had.stream().mapToLong(RoomEmoji::sizeBytes).sum();
        if (had.size() >= RoomEmoji.MAX_PER_ROOM || bytes + body.size() > RoomEmoji.MAX_ROOM_BYTES) {
            return RefusalReason.ROOM_FULL_OF_EMOJI;
        }
        // Last: whoever is told this can make room.
        return keptOf.getOrDefault(place.sender(), 0) >= RoomEmoji.MAX_PER_MEMBER ? RefusalReason.TOO_MANY_EMOJI : null;
    }

    /** Why a removal would have no effect; null if it would have one. */
    @Nullable
    RefusalReason refusal(EventBody.RemoveEmoji body, Place place) {
        Added emoji = added.get(body.target());
        if (emoji == null) {
            return RefusalReason.TARGET_UNKNOWN;
        }
        RefusalReason reason = reasonAgainstRemoval(place, emoji);
        boolean isTooMuch =
                !place.sender().equals(emoji.place().sender()) && hasRemovedOftenEnough(place.sender(), body.target());
        return reason == null && isTooMuch ? RefusalReason.TOO_MANY_EMOJI_REMOVALS : reason;
    }

    /** What an addition or a removal is good for. */
    Timeline.Use use(MessageId id) {
        if (added.containsKey(id)) {
            return Timeline.Use.COUNTS;
        }
        Removal removal = removals.get(id);
        if (removal == null) {
            return Timeline.Use.NONE;
        }
        return counts(removal) ? Timeline.Use.COUNTS : Timeline.Use.WAITS;
    }

    /** What another's event takes from the room; empty if it removes nothing as yet. */
    Optional<MessageId> removedBy(MessageId id) {
        Removal removal = removals.get(id);
        return removal != null && counts(removal) ? Optional.of(removal.target()) : Optional.empty();
    }

    /**
     * The first of an author's own that it has not removed, and that the room does not have; empty if there is none.
     */
    Optional<MessageId> idleOf(PeerId author) {
        Set<MessageId> ids = new HashSet<>();
        had.forEach(emoji -> ids.add(emoji.id()));
        for (Added emoji : inOrder.values()) {
            if (emoji.place().sender().equals(author) && !ids.contains(emoji.id())) {
                return Optional.of(emoji.id());
            }
        }
        return Optional.empty();
    }

    /** The hashes of all that an author has added and not removed, whether the room has it or not. */
    Set<String> hashesOf(PeerId author) {
        Set<String> hashes = new HashSet<>();
        for (Added emoji : inOrder.values()) {
            if (emoji.place().sender().equals(author)) {
                hashes.add(emoji.body().sha256());
            }
        }
        return hashes;
    }

    private static RoomEmoji describe(Added emoji) {
        EventBody.Emoji body = emoji.body();
        return new RoomEmoji(
                emoji.id(),
                body.shortcode(),
                emoji.place().sender(),
                body.sha256(),
                body.size(),
                body.mediaType(),
                Instant.ofEpochMilli(emoji.place().epochMillis()));
    }

    private static String folded(String shortcode) {
        return shortcode.toLowerCase(Locale.ROOT);
    }

    /** How many additions and removals are kept; for tests of bounds. */
    int[] sizes() {
        return new int[] {added.size(), removals.size()};
    }
}
