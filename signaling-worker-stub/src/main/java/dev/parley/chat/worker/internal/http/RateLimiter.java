package dev.parley.chat.worker.internal.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.time.InstantSource;

/**
 * A token bucket for each account, address or room: so many requests a second in the long run, so many at once. Nothing
 * runs over all buckets: one is filled when it is looked at. Safe for threads.
 */
public final class RateLimiter {
    private static final int MAX_BUCKETS = 100_000;
    private static final double MILLIS_PER_SECOND = 1000;

    private final InstantSource clock;
    private final String who;
    private final int perSecond;
    private final int burst;
    private final Cache<String, Bucket> buckets;

    /** @param who has a bucket, for people: "an account" */
    public RateLimiter(String who, int perSecond, int burst, InstantSource clock) {
        this.clock = clock;
        this.who = who;
        this.perSecond = perSecond;
        this.burst = burst;
        // Maintenance on the caller's thread: the worker owns all its threads. The eviction of a bucket only forgives.
        this.buckets = Caffeine.newBuilder()
                .maximumSize(MAX_BUCKETS)
                .executor(Runnable::run)
                .build();
    }

    /**
     * Takes one request from what the bucket of this name has left.
     *
     * @throws Problem {@code rate_limited} if nothing is left
     */
    void take(String name) {
        long now = clock.millis();
        if (!buckets.get(name, fresh -> new Bucket(now)).take(now)) {
            // At one request a second or more there is one again within a second.
            throw new Problem(
                    ProblemCode.RATE_LIMITED, who + " has " + perSecond + " requests a second in the long run", 1);
        }
    }

    private final class Bucket {
        private double left = burst;
        private long filledAtMillis;

        Bucket(long nowMillis) {
            this.filledAtMillis = nowMillis;
        }

        synchronized boolean take(long nowMillis) {
            long elapsed = Math.max(0, nowMillis - filledAtMillis);
            left = Math.min(burst, left + elapsed * perSecond / MILLIS_PER_SECOND);
            filledAtMillis = nowMillis;
            if (left < 1) {
                return false;
            }
            left--;
            return true;
        }
    }
}
