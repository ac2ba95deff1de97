package dev.parley.chat.store;

import dev.parley.chat.PeerId;

/**
 * Since when a member is in a room, as this side saw it come: what was said before is not for it, unless the room's
 * settings say so (docs/protocol.md §12).
 *
 * @param member whose time it is
 * @param fence under which the room was led then
 * @param epoch of the group then, as events count it
 */
public record MemberTime(PeerId member, long fence, long epoch) {}
