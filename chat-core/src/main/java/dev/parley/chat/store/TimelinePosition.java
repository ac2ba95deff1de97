package dev.parley.chat.store;

import dev.parley.chat.PeerId;
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

    /**
     * Returns where an event stands.
     *
     * @param event the event
     * @return its place
     */
    public static TimelinePosition of(StoredEvent event) {
        return new TimelinePosition(event.clock(), event.sender(), event.seq());
    }

    @Override
    public int compareTo(TimelinePosition other) {
        return ORDER.compare(this, other);
    }
}
