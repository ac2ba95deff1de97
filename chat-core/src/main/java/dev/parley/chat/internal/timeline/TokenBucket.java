package dev.parley.chat.internal.timeline;

/** Lets so much pass in a second, and so much at once. Time comes in as an argument. Not thread-safe. */
public final class TokenBucket {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Greatest capacity: what one second of nanoseconds can be multiplied by. */
    public static final long MAX_CAPACITY = Long.MAX_VALUE / NANOS_PER_SECOND / 2;

    private final long capacity;
    private final long perSecond;

    /** Billionths of a token. */
    private long credit;

    private long lastNanos;

    /**
     * Begins full.
     *
     * @param capacity most that passes at once; 1 to {@link #MAX_CAPACITY}
     * @param perSecond what passes in the long run; 1 to the capacity
     * @param nowNanos monotonic time
     * @throws IllegalArgumentException if a number is out of bounds
     */
    public TokenBucket(long capacity, long perSecond, long nowNanos) {
        if (capacity < 1 || capacity > MAX_CAPACITY || perSecond < 1 || perSecond > capacity) {
            throw new IllegalArgumentException("a bucket of " + capacity + " that gains " + perSecond + " a second");
        }
        this.capacity = capacity;
        this.perSecond = perSecond;
        this.credit = capacity * NANOS_PER_SECOND;
        this.lastNanos = nowNanos;
    }

    /**
     * Says whether so much may pass now, without letting it pass.
     *
     * @param nowNanos monotonic time; one that goes back gains nothing
     * @param tokens how much
     * @return true if it may
     */
    public boolean has(long nowNanos, long tokens) {
        refill(nowNanos);
        return tokens <= capacity && tokens * NANOS_PER_SECOND <= credit;
    }

    /**
     * Lets so much pass, if it may.
     *
     * @param nowNanos monotonic time; one that goes back gains nothing
     * @param tokens how much, 0 or more
     * @return true if it passes; otherwise nothing was taken
     */
    public boolean tryTake(long nowNanos, long tokens) {
        if (!has(nowNanos, tokens)) {
            return false;
        }
        credit -= tokens * NANOS_PER_SECOND;
        return true;
    }

    private void refill(long nowNanos) {
        long elapsed = nowNanos - lastNanos;
        if (elapsed <= 0) {
            return;
        }
        lastNanos = nowNanos;
        long full = capacity * NANOS_PER_SECOND;
        // What is longer than it takes to fill would overflow.
        credit = elapsed >= full / perSecond ? full : Math.min(full, credit + elapsed * perSecond);
    }
}
