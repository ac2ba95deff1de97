package dev.parley.chat.transport;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the list of public rooms.
 *
 * @param rooms the entries, most recently created first
 * @param cursor asks for the part after this one; null when this is the last
 */
public record RoomPage(List<RoomEntry> rooms, @Nullable String cursor) {
    /** Copies the list. */
    public RoomPage {
        rooms = List.copyOf(rooms);
    }
}
