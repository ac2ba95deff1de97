package dev.parley.chat.cli;

import org.jspecify.annotations.Nullable;

/** A failure that is ready to be shown: what happened, what to do next, and how the process ends. */
final class CliException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    CliException(ExitCode exit, String message, String hint) {
        this(new Failure(exit, exit.code(), message, hint), null);
    }

    CliException(ExitCode exit, String message, String hint, @Nullable Throwable cause) {
        this(new Failure(exit, exit.code(), message, hint), cause);
    }

    CliException(Failure failure, @Nullable Throwable cause) {
        super(failure.message(), cause);
        this.failure = failure;
    }

    Failure failure() {
        return failure;
    }
}
