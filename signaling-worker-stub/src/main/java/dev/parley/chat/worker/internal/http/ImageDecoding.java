package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Decodes uploaded images on threads of its own: those that answer requests never wait for an image. A few images are
 * decoded at a time, some wait, and who comes then is told to come again. Safe for threads.
 */
public final class ImageDecoding implements Executor, AutoCloseable {
    /** Images that are decoded at a time, of at most some MiB each. */
    public static final int THREADS = 2;

    /** Uploads that wait, of at most 272 KiB each. */
    public static final int MAX_WAITING = 32;

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS, THREADS, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                Thread thread = new Thread(task, "parley-worker-decoding");
                thread.setDaemon(true);
                return thread;
            });

    /**
     * Runs a task when a thread is free for it.
     *
     * @param task handles its own failures
     * @throws Problem {@code unavailable} if too many wait
     */
    @Override
    public void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            throw new Problem(ProblemCode.UNAVAILABLE, "too many images are uploaded at this time: try again");
        }
    }

    /** What waits is not done any more. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
