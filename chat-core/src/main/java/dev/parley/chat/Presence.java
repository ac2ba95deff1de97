package dev.parley.chat;

/**
 * Whether somebody is there, as far as one side can see: by its own links, and by those that others say they have.
 * {@link #AWAY} is the participant's own word.
 */
public enum Presence {
    /** Can be reached. */
    ONLINE,
    /** Can be reached, and has said that nobody sits in front of it; see {@link Room#away}. */
    AWAY,
    /**
     * Cannot be reached at the moment. Told when its links are interrupted, and at the latest 10 s after the last sign
     * of life; who does not come back within 10 s has left.
     */
    RECONNECTING,
    /** Is not in the room. */
    OFFLINE
}
