package dev.parley.chat;

/**
 * Where a room stands.
 *
 * <pre>
 *   IDLE ──► CONNECTING ──► CONNECTED ◄──► RECONNECTING
 *    │           │              │               │
 *    └───────────┴──────────────┴───────────────┴────► CLOSED
 * </pre>
 *
 * <ul>
 *   <li>IDLE → CONNECTING: {@code createRoom} or {@code joinRoom} was called.
 *   <li>CONNECTING → CONNECTED: the host's room is announced; a participant was admitted to the group.
 *   <li>CONNECTED → RECONNECTING: a participant reaches nobody: each of its links was lost, or its path is interrupted
 *       and another one is looked for. A host is never RECONNECTING: its room goes on with whoever is there.
 *   <li>RECONNECTING → CONNECTED: a path was found, or it was admitted again; what was sent meanwhile goes out, what
 *       was missed comes in.
 *   <li>any → CLOSED: left, refused, the room ended, or the time for (re)connecting ran out. Final.
 * </ul>
 */
public enum ConnectionState {
    /** Nothing has begun. */
    IDLE,
    /** Looking the room up, finding a path, asking for admission. */
    CONNECTING,
    /** Admitted: messages can be sent and received. */
    CONNECTED,
    /** The link is lost and being made again; messages that are sent wait. */
    RECONNECTING,
    /** Ended for good. */
    CLOSED
}
