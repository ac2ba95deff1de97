package dev.parley.chat.transport;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** An environment whose timers run when the test says so. */
final class ManualTimers implements Environment {

    private final Environment real;
    private final List<Runnable> timers = new CopyOnWriteArrayList<>();

    ManualTimers(Environment real) {
        this.real = real;
    }

    void fireAll() {
        List<Runnable> due = List.copyOf(timers);
        timers.removeAll(due);
        due.forEach(Runnable::run);
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }

    @Override
    public long epochMillis() {
        return real.epochMillis();
    }

    @Override
    public void fillRandom(byte[] bytes) {
        real.fillRandom(bytes);
    }

    @Override
    public Executor newSerialExecutor(String name) {
        return real.newSerialExecutor(name);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        timers.add(task);
        return () -> timers.remove(task);
    }

    @Override
    public void close() {}
}
