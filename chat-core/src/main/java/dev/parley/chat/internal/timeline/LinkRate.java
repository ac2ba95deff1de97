package dev.parley.chat.internal.timeline;

/**
 * How much of its own one author may send over its link: asked before anything of it is decrypted or verified. What is
 * caught up with is not counted here, only what an author says. Not thread-safe.
 */
public final class LinkRate {

    /** Events in the long run. */
    public static final int EVENTS_PER_SECOND = 100;

    /** Events at once: what somebody says while its link is lost. */
    public static final int EVENT_BURST = 2_000;

    /** Bytes in the long run. */
    public static final int BYTES_PER_SECOND = 1024 * 1024;

    /** Bytes at once: twice what waits at an author before it is held back. */
    public static final int BYTE_BURST = 8 * 1024 * 1024;

    private final TokenBucket events;
    private final TokenBucket bytes;

    /**
     * Begins with all that may come at once.
     *
     * @param nowNanos monotonic time
     */
    public LinkRate(long nowNanos) {
        this(
                new TokenBucket(EVENT_BURST, EVENTS_PER_SECOND, nowNanos),
                new TokenBucket(BYTE_BURST, BYTES_PER_SECOND, nowNanos));
    }

    LinkRate(TokenBucket events, TokenBucket bytes) {
        this.events = events;
        this.bytes = bytes;
    }

    /**
     * Lets an event pass, if it may.
     *
     * @param nowNanos monotonic time
     * @param length bytes as they came
     * @return true if it passes; false if the author floods, and nothing was counted
     */
    public boolean tryTake(long nowNanos, int length) {
        return events.has(nowNanos, 1) && bytes.tryTake(nowNanos, length) && events.tryTake(nowNanos, 1);
    }
}
