package dev.parley.chat.cli;

import java.util.concurrent.CompletableFuture;

/** The request to stop in an orderly way: Ctrl-C, SIGTERM, or a reader that has gone away. */
final class Stop {

    private final CompletableFuture<Void> requested = new CompletableFuture<>();

    /** Asks for the stop. Asking again does nothing. */
    void request() {
        requested.complete(null);
    }

    boolean isRequested() {
        return requested.isDone();
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
