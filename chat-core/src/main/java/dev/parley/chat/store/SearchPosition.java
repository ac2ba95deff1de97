package dev.parley.chat.store;

import dev.parley.chat.RoomId;
import java.util.Comparator;

/**
 * A place in the order of what a search finds: that of the timeline, through all rooms.
 *
 * @param place where the event stands in its room
 * @param room its room, which decides between places that are the same
 */
public record SearchPosition(TimelinePosition place, RoomId room) implements Comparable<SearchPosition> {

    private static final Comparator<SearchPosition> ORDER =
            Comparator.comparing(SearchPosition::place).thenComparing(SearchPosition::room);

    /**
     * Returns where an event stands.
     *
     * @param event the event
     * @return its place
     */
    public static SearchPosition of(StoredEvent event) {
        return new SearchPosition(TimelinePosition.of(event), event.room());
    }

    @Override
    public int compareTo(SearchPosition other) {
        return ORDER.compare(this, other);
    }
}
