package dev.parley.chat;

import java.time.Instant;

/**
 * A public room as found in the worker's list. Its descriptor is verified: id, name and capacity are the host's word,
 * signed; the counts are the worker's.
 *
 * @param room the id
 * @param name free of control characters
 * @param host the host's id
 * @param capacity how many participants fit
 * @param participants how many the worker counts
 * @param created when the host made it, by the host's clock
 * @param lastActive when the worker last heard of it
 */
public record PublicRoom(
        RoomId room, String name, PeerId host, int capacity, int participants, Instant created, Instant lastActive) {}
