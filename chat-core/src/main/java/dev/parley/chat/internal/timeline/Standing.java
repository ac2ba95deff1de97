package dev.parley.chat.internal.timeline;

import dev.parley.chat.Participant.Role;
import java.util.OptionalLong;

/**
 * How a peer stands in the room.
 *
 * @param role its role
 * @param mutedUntilMillis when its mute ends, {@link Long#MAX_VALUE} for never; empty if it is not muted. May have
 *     passed
 * @param isBanned whether it is banned
 */
public record Standing(Role role, OptionalLong mutedUntilMillis, boolean isBanned) {}
