package dev.parley.chat.internal.protocol;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.internal.timeline.Place;
import dev.parley.chat.internal.timeline.Timeline;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What was said last, in the order in which it came here, for those who lack it. Bounded. Acts of moderation, and what
 * adds and removes emoji, stay longer than the rest: who lacks one comes to another room than the others.
 *
 * <p>They stay for as long as the timeline has a use for them, so that who says many that do nothing pushes out
 * nothing. An emoji that its author has removed stays until its removal goes as well: what that author added in between
 * is judged by both. And if it is too much all the same, the oldest of whoever has most goes.
 */
final class EventLog {

    private static final Set<String> SPOKEN = Set.of(Event.TYPE_MESSAGE, "private", "file");

    private final Deque<Event> entries = new ArrayDeque<>();

    /** Acts from before the entries. */
    private final Kept acts = new Kept();

    /** Additions and removals of emoji from before the entries. */
    private final Kept emoji = new Kept();

    /** How often somebody, among the entries, removes an emoji that was there until then. */
    private final Map<Removal, Integer> removals = new HashMap<>();

    private final Timeline timeline;
    private final int maxEntries;

    /** Up to which count of an author's chain an event may be missing here that the store has. */
    private final Map<PeerId, Long> fallenOut = new HashMap<>();

    private long bytes;
    private long added;
    private long fell;

    /**
     * What everybody needs and is remembered longer; the one who says much of one kind pushes out nothing of another.
     */
    private static final class Kept {
        final Map<MessageId, Numbered> events = new LinkedHashMap<>();
        long bytes;

        void add(Numbered numbered) {
            events.put(numbered.event().id(), numbered);
            bytes += numbered.event().bytes().length;
        }

        void remove(MessageId id) {
            Numbered numbered = events.remove(id);
            bytes -= numbered == null ? 0 : numbered.event().bytes().length;
        }

        boolean isTooMuch() {
            return events.size() > Limits.MAX_LOG_ACTS || bytes > Limits.MAX_LOG_BYTES / 4;
        }

        /** Returns the oldest of some events of the author who has most bytes of them; null if there are none. */
        @Nullable
        Event oldestOfWhoHasMost(Predicate<Event> which) {
            Map<PeerId, Long> bytesOf = new HashMap<>();
            Map<PeerId, Event> oldest = new HashMap<>();
            Event found = null;
            long most = 0;
            for (Numbered numbered : events.values()) {
                Event event = numbered.event();
                if (which.test(event)) {
                    Event first = oldest.computeIfAbsent(event.sender(), author -> event);
                    long sum = bytesOf.merge(event.sender(), (long) event.bytes().length, Long::sum);
                    if (sum > most) {
                        most = sum;
                        found = first;
                    }
                }
            }
            return found;
        }
    }

    /** An event with the number of those that fell out before it. */
    private record Numbered(long number, Event event) {}

    /** Who removes which emoji. */
    private record Removal(PeerId by, MessageId emoji) {}

    /**
     * Begins with nothing.
     *
     * @param timeline is given each event after this log, and before the next one
     */
    EventLog(Timeline timeline) {
        this(timeline, Limits.MAX_LOG_EVENTS);
    }

    EventLog(Timeline timeline, int maxEntries) {
        this.timeline = timeline;
        this.maxEntries = maxEntries;
    }

    long bytes() {
        return bytes + acts.bytes + emoji.bytes;
    }

    /** Returns how often something was added. */
    long added() {
        return added;
    }

    static boolean isAct(Event event) {
        return EventBodies.isAct(event.type());
    }

    int size() {
        return entries.size();
    }

    void add(Event event) {
        added++;
        entries.add(event);
        bytes += event.bytes().length;
        Removal removal = removalBy(event);
        if (removal != null && timeline.emoji(removal.emoji()) != null) {
            removals.merge(removal, 1, Integer::sum);
        }
        while (entries.size() > maxEntries || bytes() > Limits.MAX_LOG_BYTES) {
            Event oldest = entries.remove();
            bytes -= oldest.bytes().length;
            isInStoreOnly(oldest.sender(), oldest.seq());
            if (isAct(oldest)) {
                actFell(oldest);
            }
        }
    }

    private void actFell(Event event) {
        Removal removal = removalBy(event);
        if (removal != null) {
            removals.computeIfPresent(removal, (key, count) -> count == 1 ? null : count - 1);
            Numbered target = emoji.events.get(removal.emoji());
            if (target != null && !isNeeded(target.event())) {
                emoji.remove(removal.emoji());
            }
        }
        if (isNeeded(event) || isOfAnotherVersion(event)) {
            keep(EventBodies.isEmoji(event.type()) ? emoji : acts, event);
        }
    }

    private void keep(Kept kept, Event event) {
        kept.add(new Numbered(++fell, event));
        while (kept.isTooMuch()) {
            Event idle = kept.oldestOfWhoHasMost(each -> use(each) != Timeline.Use.COUNTS);
            Event goes = idle == null ? kept.oldestOfWhoHasMost(each -> true) : idle;
            if (goes == null) {
                return;
            }
            kept.remove(goes.id());
            // Without its removal it would be there again.
            timeline.emojiRemovedBy(goes.id()).ifPresent(kept::remove);
        }
    }

    private boolean isNeeded(Event event) {
        return use(event) != Timeline.Use.NONE || removals.containsKey(new Removal(event.sender(), event.id()));
    }

    private Timeline.Use use(Event event) {
        return timeline.use(event.id(), event.place());
    }

    private static @Nullable Removal removalBy(Event event) {
        if (!EventBodies.isEmoji(event.type())) {
            return null;
        }
        try {
            return EventBodies.read(event.type(), event.body()).orElse(null) instanceof EventBody.RemoveEmoji body
                    ? new Removal(event.sender(), body.target())
                    : null;
        } catch (MalformedException e) {
            // It does nothing anywhere.
            return null;
        }
    }

    /** Whether it is an act that another version may know. */
    private static boolean isOfAnotherVersion(Event event) {
        try {
            return EventBodies.read(event.type(), event.body()).isEmpty();
        } catch (MalformedException e) {
            // Nobody knows it.
            return false;
        }
    }

    /** Events of an author up to a count are, or may be, in the store and not here. */
    void isInStoreOnly(PeerId author, long upToSeq) {
        fallenOut.merge(author, upToSeq, Math::max);
    }

    /** Returns from which count on all of an author's chain is here that is anywhere here. */
    long wholeFrom(PeerId author) {
        return fallenOut.getOrDefault(author, 0L) + 1;
    }

    /** Whether the store may have more than this log. */
    boolean isPart() {
        return !fallenOut.isEmpty();
    }

    /** An author is not known any more. */
    void forget(PeerId author) {
        fallenOut.remove(author);
    }

    static boolean isSpoken(String type) {
        return SPOKEN.contains(type);
    }

    /** Returns where the last messages begin in the timeline; null if there are no more than so many. */
    @Nullable
    Place lastSpoken(int messages) {
        List<Place> places = entries.stream()
                .filter(event -> SPOKEN.contains(event.type()))
                .map(Event::place)
                .sorted()
                .toList();
        return places.size() <= messages ? null : places.get(places.size() - messages);
    }

    /** Returns the last that is wanted; null if it is not remembered. */
    @Nullable
    Event last(Predicate<Event> wanted) {
        Iterator<Event> each = entries.descendingIterator();
        while (each.hasNext()) {
            Event event = each.next();
            if (wanted.test(event)) {
                return event;
            }
        }
        return null;
    }

    /** Returns what is wanted, as far as it is remembered, in the order in which it came. */
    List<Event> select(Predicate<Event> wanted) {
        Stream<Event> before = Stream.concat(acts.events.values().stream(), emoji.events.values().stream())
                .sorted(Comparator.comparingLong(Numbered::number))
                .map(Numbered::event);
        return Stream.concat(before, entries.stream()).filter(wanted).toList();
    }
}
