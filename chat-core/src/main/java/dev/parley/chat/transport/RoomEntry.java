package dev.parley.chat.transport;

import dev.parley.chat.RoomId;
import java.time.Instant;

/**
 * A room as the signaling worker lists it. Everything but the signed descriptor is the worker's word.
 *
 * @param room the id
 * @param descriptor as the host signed it; not yet checked
 * @param peers how many peers the worker counts
 * @param lastActive when the worker last heard of the room
 */
public record RoomEntry(RoomId room, SignedDescriptor descriptor, int peers, Instant lastActive) {}
