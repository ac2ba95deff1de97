package dev.parley.chat.signaling;

import dev.parley.chat.transport.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Threads of the system, but a clock that only moves when a test says so. As exchanges with a real socket take real
 * time, a test names the timer that it waits for and then lets it fire; nothing depends on how long that took.
 */
final class TestEnvironment implements Environment {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Environment system = Environment.system();
    private final List<Timer> timers = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-23T12:00:00Z");
    private byte random;

    private final class Timer {
        final Duration delay;
        final Instant due;
        final Runnable task;

        Timer(Duration delay, Runnable task) {
            this.delay = delay;
            this.due = now.plus(delay);
            this.task = task;
        }
    }

    /** Fires the next timer of a kind, and moves the clock to it; waits until there is one. Returns its delay. */
    Duration fire(Predicate<Duration> kind) {
        Timer timer;
        synchronized (this) {
            timer = await(kind);
            timers.remove(timer);
            if (timer.due.isAfter(now)) {
                now = timer.due;
            }
        }
        timer.task.run();
        return timer.delay;
    }

    Duration fire(Duration delay) {
        return fire(delay::equals);
    }

    /** Waits until a timer of a kind runs. */
    synchronized void awaitTimer(Duration delay) {
        await(delay::equals);
    }

    synchronized void awaitTimer(Predicate<Duration> kind) {
        await(kind);
    }

    synchronized long count(Duration delay) {
        return timers.stream().filter(timer -> timer.delay.equals(delay)).count();
    }

    synchronized void advance(Duration by) {
        now = now.plus(by);
    }

    /** All random bytes are this one from now on. */
    synchronized void random(int value) {
        random = (byte) value;
    }

    private Timer await(Predicate<Duration> kind) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var found = timers.stream()
                    .filter(timer -> kind.test(timer.delay))
                    .min(Comparator.comparing(timer -> timer.due));
            if (found.isPresent()) {
                return found.get();
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("no such timer; running: "
                        + timers.stream().map(timer -> timer.delay).toList());
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }

    @Override
    public synchronized long nanoTime() {
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    @Override
    public synchronized long epochMillis() {
        return now.toEpochMilli();
    }

    @Override
    public synchronized void fillRandom(byte[] bytes) {
        Arrays.fill(bytes, random);
    }

    @Override
    public Executor newSerialExecutor(String name) {
        return system.newSerialExecutor(name);
    }

    @Override
    public synchronized Cancellable schedule(Duration delay, Runnable task) {
        Timer timer = new Timer(delay, task);
        timers.add(timer);
        notifyAll();
        return () -> {
            synchronized (this) {
                timers.remove(timer);
            }
        };
    }

    @Override
    public void close() {
        system.close();
    }
}
