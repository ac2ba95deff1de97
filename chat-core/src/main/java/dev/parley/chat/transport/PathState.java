package dev.parley.chat.transport;

/** Whether the path that an open link has found carries anything at the moment. */
public enum PathState {
    /** What is sent arrives, as far as is known. */
    CONNECTED,
    /**
     * Nothing has come over the path for some seconds. It may come back by itself; if this machine or the other has
     * another address now, {@link PeerLink#restartIce} finds a new one. What is sent waits, except for ephemeral
     * frames.
     */
    INTERRUPTED
}
