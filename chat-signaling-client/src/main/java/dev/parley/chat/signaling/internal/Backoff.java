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
    private final Duration max;
    private final Jitter jitter;
    private int failures;

    Backoff(Environment environment, Duration first, Duration max, Jitter jitter) {
        this.environment = environment;
        this.first = first;
        this.max = max;
        this.jitter = jitter;
    }

    /** Returns how long to wait after one more failure. */
    Duration next() {
        long ceiling = Math.min(max.toNanos(), first.toNanos() << Math.min(failures, MAX_DOUBLINGS));
        if (ceiling <= 0) {
            ceiling = max.toNanos();
        }
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

    void reset() {
        failures = 0;
    }
}
