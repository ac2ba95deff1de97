package dev.parley.chat.signaling.internal;

import dev.parley.chat.transport.Environment;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Capped exponential backoff with jitter. Confined to its owner. */
final class Backoff {

    /** How much of a wait is left to chance. */
    enum Jitter {
        /** All of it: many clients that failed together spread as far as they can. */
        FULL,
        /** The upper half: no wait is near zero. */
        HALF
    }

    private static final int MAX_DOUBLINGS = 30;

    private final Environment environment;
    private final Duration first;
    private final Duration plateau;
    private final int plateauTries;
    private final Duration max;
    private final Jitter jitter;
    private int failures;

    Backoff(Environment environment, Duration first, Duration max, Jitter jitter) {
        this(environment, first, max, Integer.MAX_VALUE, max, jitter);
    }

    /**
     * Makes one that grows to a plateau, stays there for so many tries, and grows on from there: what is back soon is
     * found soon.
     */
    Backoff(Environment environment, Duration first, Duration plateau, int plateauTries, Duration max, Jitter jitter) {
        this.environment = environment;
        this.first = first;
        this.plateau = plateau;
        this.plateauTries = plateauTries;
        this.max = max;
        this.jitter = jitter;
    }

    /** Returns how long to wait after one more failure. */
    Duration next() {
        long ceiling = failures < plateauTries
                ? doubled(first, failures, plateau)
                : doubled(plateau, failures - plateauTries + 1, max);
        failures++;
        byte[] random = new byte[Long.BYTES];
        environment.fillRandom(random);
        double share = (ByteBuffer.wrap(random).getLong() >>> 11) * 0x1p-53;
        long nanos = switch (jitter) {
            case FULL -> (long) (ceiling * share);
            case HALF -> ceiling / 2 + (long) (ceiling / 2.0 * share);
        };
        return Duration.ofNanos(nanos);
    }

    private static long doubled(Duration from, int times, Duration atMost) {
        long doubled = from.toNanos() << Math.min(times, MAX_DOUBLINGS);
        return doubled <= 0 ? atMost.toNanos() : Math.min(atMost.toNanos(), doubled);
    }

    void reset() {
        failures = 0;
    }
}
