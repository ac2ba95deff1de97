package dev.parley.chat.emotes.internal;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes daemon threads with numbered names, and timers on them. */
public final class Threads implements ThreadFactory {
    private static final int IDLE_SECONDS = 10;

    private final String prefix;
    private final AtomicInteger count = new AtomicInteger();

    /**
     * Begins to count.
     *
     * @param prefix what the names begin with
     */
    public Threads(String prefix) {
        this.prefix = prefix;
    }

    /**
     * Makes a timer whose thread ends when there is nothing to wait for.
     *
     * @param prefix what its thread's name begins with
     * @return the timer
     */
    static ScheduledThreadPoolExecutor timer(String prefix) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, new Threads(prefix));
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    /**
     * Tells how long to wait before the next attempt: twice as long each time.
     *
     * @param first before the first
     * @param attempts how many there were
     * @param most the longest
     * @return the time
     */
    static Duration doubled(Duration first, int attempts, Duration most) {
        Duration delay = first;
        for (int i = 0; i < attempts && delay.compareTo(most) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        return delay.compareTo(most) < 0 ? delay : most;
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new Thread(task, prefix + count.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
