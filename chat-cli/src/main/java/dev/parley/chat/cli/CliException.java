package dev.parley.chat.cli;

import org.jspecify.annotations.Nullable;

/** A failure that is ready to be shown: what happened, what to do next, and how the process ends. */
final class CliException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;
    private final transient @Nullable String ref;

    CliException(ExitCode exit, String message, String hint) {
        this(new Failure(exit, exit.code(), message, hint), null);
    }

    CliException(ExitCode exit, String message, String hint, @Nullable Throwable cause) {
        this(new Failure(exit, exit.code(), message, hint), cause);
    }

    CliException(Failure failure, @Nullable Throwable cause) {
        this(failure, cause, null);
    }

    private CliException(Failure failure, @Nullable Throwable cause, @Nullable String ref) {
        super(failure.message(), cause);
        this.failure = failure;
        this.ref = ref;
    }

    /**
     * A command in a room that cannot be understood, or cannot be carried out as it stands; nothing was changed by it.
     */
    static CliException invalidCommand(String message, String hint) {
        return new CliException(new Failure(ExitCode.USAGE, "invalid_command", message, hint), null);
    }

    /** The same, as the answer to a command with a reference. */
    CliException answering(@Nullable String ofCommand) {
        return new CliException(failure, this, ofCommand);
    }

    /** The reference of the command that it answers; null where there is none. */
    @Nullable
    String ref() {
        return ref;
    }

    Failure failure() {
        return failure;
    }
}
