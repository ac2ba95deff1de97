package dev.parley.chat;

/**
 * Why a room or a link ended. An expected end is a value, not an exception.
 *
 * @param code what happened
 * @param origin who brought it about
 * @param detail one line for people; no secret, address or content of a message is ever in it
 */
public record CloseReason(Code code, Origin origin, String detail) {

    /** What happened. Codes may be added. */
    public enum Code {
        /** Left in an orderly way. */
        LEFT,
        /** The host closed the room, or left and nobody can take over. */
        ROOM_ENDED,
        /** The secret of the invite is not the room's. */
        WRONG_SECRET,
        /** The room has as many participants as it allows. */
        ROOM_FULL,
        /** The host has removed this participant; in a private room it needs a new invite to come back. */
        KICKED,
        /** The room does not want this participant, now or later. */
        BANNED,
        /** The other side speaks no version of the protocol that this side speaks. */
        INCOMPATIBLE,
        /** A peer broke the protocol; only that peer's link ends for it. */
        PROTOCOL_VIOLATION,
        /** There is no such room, or no longer. */
        ROOM_NOT_FOUND,
        /** The worker did not accept the account. */
        UNAUTHORIZED,
        /** The worker could not be reached before any peer was. */
        SIGNALING_UNREACHABLE,
        /** No connection to a peer came about, or the last one was lost for good. */
        NO_CONNECTION,
        /** A peer did not take what was sent to it fast enough, past every buffer. */
        SLOW_PEER,
        /** The one who led the room has given it to a deputy. */
        HANDOVER,
        /** A newer connection of the same participant took the place of this one. */
        REPLACED,
        /** Something failed on this side: the store, the native library, a defect. */
        FAILED
    }

    /** Who brought an end about. */
    public enum Origin {
        /** This process. */
        LOCAL,
        /** The peer at the other end, or the room's host. */
        PEER,
        /** The signaling worker. */
        SIGNALING,
        /** The network between the two. */
        NETWORK
    }
}
