package dev.parley.chat.transport;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Time, randomness and threads, which are swapped together: {@link #system()} for real use, a virtual one in tests.
 * Nothing in Parley reads a clock, starts a timer or a thread in any other way.
 *
 * <p>All methods may be called from any thread.
 */
public interface Environment extends AutoCloseable {

    /**
     * Makes an environment of the system's clocks, the platform's strong randomness and a pool of daemon threads named
     * {@code parley-…}.
     *
     * @return a new environment, to be closed by the caller
     */
    static Environment system() {
        return new SystemEnvironment();
    }

    /**
     * Returns a monotonic time for measuring and for timers, unrelated to the wall clock.
     *
     * @return nanoseconds since an arbitrary moment
     */
    long nanoTime();

    /**
     * Returns the wall clock's time.
     *
     * @return milliseconds since 1970-01-01T00:00Z
     */
    long epochMillis();

    /**
     * Fills an array with randomness fit for keys and ids.
     *
     * @param bytes the array to fill
     */
    void fillRandom(byte[] bytes);

    /**
     * Makes an executor that runs its tasks one after the other, in the order of submission, never two at once, with
     * each task seeing all that the one before it did. Submitting never blocks. A task that throws is logged and does
     * not stop the ones behind it.
     *
     * @param name for the names of threads and for logs
     * @return a new executor; it lives as long as this environment
     */
    Executor newSerialExecutor(String name);

    /**
     * Runs a task once after a delay. The task runs on a timer thread and must only hand over.
     *
     * @param delay how long to wait; zero or negative means at once
     * @param task what to run
     * @return a handle that prevents the task if it has not begun
     */
    Cancellable schedule(Duration delay, Runnable task);

    /** Stops all threads after the tasks that are running. Tasks that wait are dropped. Closing again does nothing. */
    @Override
    void close();

    /** A scheduled task that can be prevented. */
    @FunctionalInterface
    interface Cancellable {

        /** Prevents the task if it has not begun; otherwise does nothing. */
        void cancel();
    }
}
