package dev.parley.chat.store;

import dev.parley.chat.PeerId;
import java.time.Instant;
import java.util.Comparator;

/**
 * A place in a room's timeline, which is the same on every peer: by clock, then author, then count.
 *
 * @param clock the event's hybrid logical clock
 * @param sender the author
 * @param seq the author's count
 */
public record TimelinePosition(long clock, PeerId sender, long seq) implements Comparable<TimelinePosition> {

    private static final Comparator<TimelinePosition> ORDER = Comparator.comparingLong(TimelinePosition::clock)
            .thenComparing(TimelinePosition::sender)
            .thenComparingLong(TimelinePosition::seq);

    /** Before every other one: digits stand before letters. */
    private static final PeerId FIRST = new PeerId("2".repeat(PeerId.BYTES * 8 / 5));

    /**
     * Returns where an event stands.
     *
     * @param event the event
     * @return its place
     */
    public static TimelinePosition of(StoredEvent event) {
        return new TimelinePosition(event.clock(), event.sender(), event.seq());
    }

    /**
     * Returns the place before all that was said at a time or later, and behind all that was said before it.
     *
     * @param time the time; what lies before 1970 or after the year 9999 counts as those
     * @return the place
     */
    public static TimelinePosition at(Instant time) {
        return new TimelinePosition(StoreRules.clockAt(time), FIRST, Long.MIN_VALUE);
    }

    @Override
    public int compareTo(TimelinePosition other) {
        return ORDER.compare(this, other);
    }
}
