package dev.parley.chat.internal.protocol;

import java.util.Arrays;

/** The timers that run, of a room or of one link. */
@SuppressWarnings("EnumOrdinal") // An array by ordinal boxes nothing; it is read after every input.
final class Deadlines {

    /** The deadline of a timer that does not run. */
    static final long NEVER = Long.MAX_VALUE;

    private final long[] deadlines = new long[Timer.values().length];
    private long earliest = NEVER;

    Deadlines() {
        Arrays.fill(deadlines, NEVER);
    }

    void start(Timer timer, long nowNanos) {
        startFor(timer, nowNanos, timer.nanos());
    }

    void startFor(Timer timer, long nowNanos, long durationNanos) {
        set(timer, nowNanos + durationNanos);
    }

    void startUnlessRunning(Timer timer, long nowNanos) {
        if (!isRunning(timer)) {
            start(timer, nowNanos);
        }
    }

    void stop(Timer timer) {
        if (isRunning(timer)) {
            set(timer, NEVER);
        }
    }

    void stopAll() {
        Arrays.fill(deadlines, NEVER);
        earliest = NEVER;
    }

    boolean isRunning(Timer timer) {
        return deadlines[timer.ordinal()] != NEVER;
    }

    /** Stops the timer and says true if its time has come. */
    boolean expire(Timer timer, long nowNanos) {
        if (deadlines[timer.ordinal()] > nowNanos) {
            return false;
        }
        stop(timer);
        return true;
    }

    long earliest() {
        return earliest;
    }

    private void set(Timer timer, long deadline) {
        long before = deadlines[timer.ordinal()];
        deadlines[timer.ordinal()] = deadline;
        if (deadline < earliest) {
            earliest = deadline;
        } else if (before == earliest) {
            long min = NEVER;
            for (long each : deadlines) {
                min = Math.min(min, each);
            }
            earliest = min;
        }
    }
}
