package dev.parley.chat.internal.timeline;

import dev.parley.chat.PeerId;

/**
 * Where an event stands in the timeline: the same on every peer, since it depends on the event alone.
 *
 * @param clock the hybrid logical clock: epoch milliseconds × 2¹⁶ + a counter
 * @param sender decides between equal clocks, by the text of its id
 * @param seq the event's number in its author's chain
 */
public record Place(long clock, PeerId sender, long seq) implements Comparable<Place> {

    private static final int COUNTER_BITS = 16;

    @Override
    public int compareTo(Place other) {
        int order = Long.compare(clock, other.clock);
        if (order == 0) {
            order = sender.compareTo(other.sender);
        }
        return order == 0 ? Long.compare(seq, other.seq) : order;
    }

    /**
     * Returns the time of the clock; its author's claim.
     *
     * @return epoch milliseconds
     */
    public long epochMillis() {
        return epochMillis(clock);
    }

    static long epochMillis(long clock) {
        return clock >>> COUNTER_BITS;
    }
}
