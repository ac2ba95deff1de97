package dev.parley.chat.testkit.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A serial executor that writes down what must not happen on it: two tasks at once, a task that throws. */
public final class WatchedOwner implements Executor {

    private final Executor serial;
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private volatile @Nullable Thread running;

    /**
     * Watches an executor.
     *
     * @param serial runs the tasks, in order, never two at once
     */
    public WatchedOwner(Executor serial) {
        this.serial = serial;
    }

    @Override
    public void execute(Runnable task) {
        serial.execute(() -> {
            if (running != null) {
                faults.add("two tasks of the owner ran at once");
            }
            running = Thread.currentThread();
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                faults.add("a task of the owner threw " + e);
            } finally {
                running = null;
            }
        });
    }

    /**
     * Writes down a fault unless the caller is a task of this executor.
     *
     * @param call what is being called
     */
    public void requireTask(String call) {
        if (running != Thread.currentThread()) {
            faults.add(call + " was not called by a task of the owner");
        }
    }

    /**
     * Writes a fault down.
     *
     * @param what what must not be
     */
    public void fault(String what) {
        faults.add(what);
    }

    /**
     * Returns what was written down.
     *
     * @return the faults, oldest first
     */
    public List<String> faults() {
        return List.copyOf(faults);
    }
}
