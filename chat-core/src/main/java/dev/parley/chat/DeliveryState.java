package dev.parley.chat;

/**
 * How far one's own message has come.
 *
 * <pre>
 *   QUEUED ──► SENT ──► DELIVERED ──► READ
 *      └────────┴──► FAILED ──► … if the peer comes back
 * </pre>
 */
public enum DeliveryState {
    /** Accepted on this side; waits for a link. */
    QUEUED,
    /** Handed to the link. */
    SENT,
    /** The peer has verified and kept it. */
    DELIVERED,
    /** The peer says that somebody has read it; not every program does. */
    READ,
    /**
     * The peer left the room, or was lost for good, before it had it. It gets it still if it comes back to its place.
     */
    FAILED
}
