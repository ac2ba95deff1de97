package dev.parley.chat.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The request to stop in an orderly way: Ctrl-C, SIGTERM, or a reader that has gone away. */
final class Stop {

    private final CompletableFuture<Void> requested = new CompletableFuture<>();

    private volatile @Nullable Duration allowed;

    /** An orderly stop of this command may take so long. */
    void allow(Duration time) {
        allowed = time;
    }

    /** How long an orderly stop may take. */
    Duration allowed(Duration otherwise) {
        Duration time = allowed;
        return time == null ? otherwise : time;
    }

    /** Asks for the stop. Asking again does nothing. */
    void request() {
        requested.complete(null);
    }

    boolean isRequested() {
        return requested.isDone();
    }

    /**
     * Waits until the stop is asked for, or a time has passed.
     *
     * @return whether it was asked for
     */
    boolean await(Duration time) throws InterruptedException {
        try {
            requested.get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a request to stop cannot fail", e);
        }
    }

    /** Completes when the stop is asked for. */
    CompletableFuture<Void> requested() {
        return requested.copy();
    }

    /** Runs a task once when the stop is asked for, at once if it was already. */
    void onRequest(Runnable task) {
        CompletableFuture<Void> unused = requested.thenRun(task);
    }
}
