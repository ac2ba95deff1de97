package dev.parley.chat.transport;

import dev.parley.chat.RoomId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A room as the signaling worker lists it. Everything but the signed parts is the worker's word.
 *
 * @param room the id
 * @param descriptor as the host signed it; not yet checked
 * @param peers how many peers the worker counts
 * @param lastActive when the worker last heard of the room
 * @param succession who may take the room over, as the host signed it; not yet checked; null if it named nobody, and in
 *     lists of rooms
 * @param lease who holds the committer's lease or held it last; null if nobody ever did, and in lists of rooms
 */
public record RoomEntry(
        RoomId room,
        SignedDescriptor descriptor,
        int peers,
        Instant lastActive,
        @Nullable SignedSuccession succession,
        @Nullable Lease lease) {

    /**
     * An entry of a room whose host names no deputies.
     *
     * @param room the id
     * @param descriptor as the host signed it; not yet checked
     * @param peers how many peers the worker counts
     * @param lastActive when the worker last heard of the room
     */
    public RoomEntry(RoomId room, SignedDescriptor descriptor, int peers, Instant lastActive) {
        this(room, descriptor, peers, lastActive, null, null);
    }
}
