package dev.parley.chat.worker.internal.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/** So many times for each account, or address, in any window of time. Safe for threads. */
final class WindowLimiter {
    private static final int MAX_ACCOUNTS = 100_000;
    private static final long MILLIS_PER_SECOND = 1000;

    private final InstantSource clock;
    private final int most;
    private final long windowMillis;
    private final Cache<String, Window> windows;

    WindowLimiter(int most, Duration window, InstantSource clock) {
        this.clock = clock;
        this.most = most;
        this.windowMillis = window.toMillis();
        // Maintenance on the caller's thread: the worker owns all its threads. The eviction of a window only forgives.
        this.windows = Caffeine.newBuilder()
                .maximumSize(MAX_ACCOUNTS)
                .executor(Runnable::run)
                .build();
    }

    /**
     * Counts one time.
     *
     * @throws Problem {@code rate_limited} if the account has had its number of times; that is not counted
     */
    void take(String account) {
        long now = clock.millis();
        long waitMillis = windows.get(account, name -> new Window()).take(now);
        if (waitMillis > 0) {
            throw new Problem(
                    ProblemCode.RATE_LIMITED,
                    "this may be done " + most + " times in " + windowMillis / MILLIS_PER_SECOND + " s",
                    (int) ((waitMillis + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND));
        }
    }

    private final class Window {
        private final Deque<Long> times = new ArrayDeque<>();

        /** Counts, or answers how long to wait. */
        synchronized long take(long nowMillis) {
            while (!times.isEmpty() && nowMillis - times.getFirst() >= windowMillis) {
                times.removeFirst();
            }
            if (times.size() >= most) {
                return windowMillis - (nowMillis - times.getFirst());
            }
            times.addLast(nowMillis);
            return 0;
        }
    }
}
