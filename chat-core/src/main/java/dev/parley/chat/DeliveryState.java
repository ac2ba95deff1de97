package dev.parley.chat;

/**
 * How far one's own message has come.
 *
 * <pre>  QUEUED ──► SENT ──► DELIVERED</pre>
 */
public enum DeliveryState {
    /** Accepted on this side; waits for a link. */
    QUEUED,
    /** Handed to the link. */
    SENT,
    /** The peer has verified and ordered it. */
    DELIVERED
}
