package dev.parley.chat.internal.protocol;

import dev.parley.chat.PeerId;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.Place;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What was said last, in the order in which it came here, for those who lack it. Bounded. Acts of moderation, and what
 * adds and removes emoji, stay longer than the rest: who lacks one comes to another room than the others.
 */
final class EventLog {

    private static final Set<String> SPOKEN = Set.of(Event.TYPE_MESSAGE, "private", "file");

    private final Deque<Event> entries = new ArrayDeque<>();

    /** Acts from before the entries. */
    private final Kept acts = new Kept();

    /** Additions and removals of emoji from before the entries. */
    private final Kept emoji = new Kept();

    /** Up to which count of an author's chain an event may be missing here that the store has. */
    private final Map<PeerId, Long> fallenOut = new HashMap<>();

    private long bytes;
    private long added;
    private long fell;

    /**
     * What everybody needs and is remembered longer; the one who says much of one kind pushes out nothing of another.
     */
    private static final class Kept {
        final Deque<Numbered> events = new ArrayDeque<>();
        long bytes;

        void add(Numbered numbered) {
            events.add(numbered);
            bytes += numbered.event().bytes().length;
            while (events.size() > Limits.MAX_LOG_ACTS || bytes > Limits.MAX_LOG_BYTES / 4) {
                bytes -= events.remove().event().bytes().length;
            }
        }
    }

    /** An event with the number of those that fell out before it. */
    private record Numbered(long number, Event event) {}

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
        while (entries.size() > Limits.MAX_LOG_EVENTS || bytes() > Limits.MAX_LOG_BYTES) {
            Event oldest = entries.remove();
            bytes -= oldest.bytes().length;
            isInStoreOnly(oldest.sender(), oldest.seq());
            if (isAct(oldest)) {
                Kept kept = EventBodies.isEmoji(oldest.type()) ? emoji : acts;
                kept.add(new Numbered(++fell, oldest));
            }
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
        Stream<Event> before = Stream.concat(acts.events.stream(), emoji.events.stream())
                .sorted(Comparator.comparingLong(Numbered::number))
                .map(Numbered::event);
        return Stream.concat(before, entries.stream()).filter(wanted).toList();
    }
}
