package dev.parley.chat.internal.protocol;

/**
 * A hybrid logical clock (Kulkarni et al. 2014) in 64 bits: 48 bits of milliseconds since 1970, 16 bits that count
 * within one. A reading is later than everything this side has seen, and close to the wall clock. A peer whose clock
 * runs far ahead cannot drag this one along further than {@link Limits#MAX_CLOCK_LEAD}.
 */
final class HybridClock {

    private static final int COUNTER_BITS = 16;

    private long last;

    /**
     * Returns a reading for a new event, later than every one before.
     *
     * @param epochMillis the wall clock
     * @return the reading
     */
    long next(long epochMillis) {
        last = peek(epochMillis);
        return last;
    }

    /** Returns what {@link #next} would. */
    long peek(long epochMillis) {
        return Math.max(last + 1, epochMillis << COUNTER_BITS);
    }

    /**
     * Goes on where this side's own clock stood before a restart.
     *
     * @param own a reading of one's own
     */
    void continueAfter(long own) {
        last = Math.max(last, own);
    }

    /**
     * Takes note of a peer's reading.
     *
     * @param clock the reading
     * @param epochMillis the wall clock
     */
    void observe(long clock, long epochMillis) {
        long latest = (epochMillis + Limits.MAX_CLOCK_LEAD.toMillis()) << COUNTER_BITS;
        last = Math.max(last, Math.min(clock, latest));
    }
}
