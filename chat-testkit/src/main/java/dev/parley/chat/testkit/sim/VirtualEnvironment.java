package dev.parley.chat.testkit.sim;

import dev.parley.chat.transport.Environment;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executor;

/**
 * An environment in virtual time: one process of a simulation. When it is closed, as by a crash, what it had planned
 * does not happen any more.
 */
public final class VirtualEnvironment implements Environment {

    /** The wall clock at the beginning of a simulation: 2026-01-01T00:00Z. */
    public static final long START_EPOCH_MILLIS = 1_767_225_600_000L;

    private final VirtualTime time;
    private final Random random;
    private final long skewMillis;
    private final double rate;
    private boolean closed;

    /**
     * Makes an environment.
     *
     * @param time shared by all of a simulation
     * @param seed of this environment's randomness
     * @param clockSkew how far its wall clock is ahead of the others
     */
    public VirtualEnvironment(VirtualTime time, long seed, Duration clockSkew) {
        this(time, seed, clockSkew, 1);
    }

    /**
     * Makes an environment whose clocks do not run at the rate of the others.
     *
     * @param time shared by all of a simulation
     * @param seed of this environment's randomness
     * @param clockSkew how far its wall clock is ahead of the others at the beginning
     * @param rate how many seconds its clocks count in one second of the simulation; more than 0
     */
    public VirtualEnvironment(VirtualTime time, long seed, Duration clockSkew, double rate) {
        if (!(rate > 0)) {
            throw new IllegalArgumentException("a clock runs forward, not at the rate " + rate);
        }
        this.time = time;
        this.random = new Random(seed);
        this.skewMillis = clockSkew.toMillis();
        this.rate = rate;
    }

    @Override
    public long nanoTime() {
        return (long) (time.nowNanos() * rate);
    }

    @Override
    public long epochMillis() {
        return START_EPOCH_MILLIS + skewMillis + nanoTime() / 1_000_000;
    }

    @Override
    public void fillRandom(byte[] bytes) {
        random.nextBytes(bytes);
    }

    @Override
    public Executor newSerialExecutor(String name) {
        // All of a simulation is one thread, and events of one instant keep their order: every executor is serial.
        return task -> schedule(Duration.ZERO, task);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        VirtualTime.Event event =
                time.at(time.nowNanos() + (long) Math.ceil(Math.max(0, delay.toNanos()) / rate), () -> {
                    if (!closed) {
                        task.run();
                    }
                });
        return event::cancel;
    }

    @Override
    public void close() {
        closed = true;
    }
}
