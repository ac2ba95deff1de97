package dev.parley.chat.internal.protocol;

/** Counts what is done in a second, up to a limit. The second begins with the first that comes after the one before. */
final class PerSecond {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final int max;
    private int count;
    private long since;

    PerSecond(int max) {
        this.max = max;
    }

    /** Whether one more may be done now. */
    boolean has(long now) {
        if (now - since > NANOS_PER_SECOND) {
            since = now;
            count = 0;
        }
        return count < max;
    }

    /** Counts one more, unless there were too many; false then. */
    boolean tryTake(long now) {
        boolean hasOne = has(now);
        if (hasOne) {
            count++;
        }
        return hasOne;
    }
}
