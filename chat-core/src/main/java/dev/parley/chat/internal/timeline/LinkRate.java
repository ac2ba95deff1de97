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

    /**
     * What an author keeps to, so that it stays within the above even if its link stands still for a moment and brings
     * all at once then: events in the long run.
     */
    public static final int OWN_EVENTS_PER_SECOND = 80;

    /** Likewise: events at once. */
    public static final int OWN_EVENT_BURST = 1_500;

    /** Likewise: bytes in the long run. */
    public static final int OWN_BYTES_PER_SECOND = 640 * 1024;

    /** Likewise: bytes at once. */
    public static final int OWN_BYTE_BURST = 4 * 1024 * 1024;

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

    /**
     * Begins to count what one says oneself.
     *
     * @param nowNanos monotonic time
     * @return the rate to keep to
     */
    public static LinkRate ofOwn(long nowNanos) {
        return new LinkRate(
                new TokenBucket(OWN_EVENT_BURST, OWN_EVENTS_PER_SECOND, nowNanos),
                new TokenBucket(OWN_BYTE_BURST, OWN_BYTES_PER_SECOND, nowNanos));
    }

    LinkRate(TokenBucket events, TokenBucket bytes) {
        this.events = events;
        this.bytes = bytes;
    }

    /**
     * Says whether some events may pass, without counting them.
     *
     * @param nowNanos monotonic time
     * @param count how many
     * @param length bytes of all of them
     * @return true if they may
     */
    public boolean has(long nowNanos, int count, int length) {
        return events.has(nowNanos, count) && bytes.has(nowNanos, length);
    }

    /**
     * Lets an event pass, if it may.
     *
     * @param nowNanos monotonic time
     * @param length bytes as they came
     * @return true if it passes; false if the author floods, and nothing was counted
     */
    public boolean tryTake(long nowNanos, int length) {
        return has(nowNanos, 1, length) && bytes.tryTake(nowNanos, length) && events.tryTake(nowNanos, 1);
    }
}
