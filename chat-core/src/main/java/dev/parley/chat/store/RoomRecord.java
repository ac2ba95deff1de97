package dev.parley.chat.store;

import dev.parley.chat.RoomId;
import java.time.Instant;

/**
 * A room that this profile has been in. Holds no secret.
 *
 * @param room the id
 * @param name as the descriptor says; at most 80 characters
 * @param hosted whether this profile was its host
 * @param lastEntered when this profile last entered it
 */
public record RoomRecord(RoomId room, String name, boolean hosted, Instant lastEntered) {}
