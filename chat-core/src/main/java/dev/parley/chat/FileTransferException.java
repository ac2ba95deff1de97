package dev.parley.chat;

import org.jspecify.annotations.Nullable;

/** A file was not offered or not fetched. What had come of it is kept beside its place, to go on from there. */
public final class FileTransferException extends ChatException {

    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Problem {
        /** Who offered it has left, does not have it any more, or does not answer. A later try may succeed. */
        UNAVAILABLE,
        /** What came is not what was offered; it was thrown away. */
        CORRUPT,
        /** The file could not be read or written here. */
        DISK,
        /** It was {@linkplain FileTransfer#cancel cancelled} here. */
        CANCELLED
    }

    /** What went wrong. */
    private final Problem problem;

    /**
     * Makes the exception.
     *
     * @param problem what went wrong
     * @param message what happened, and what to do next
     * @param cause the failure below; null if there is none
     */
    public FileTransferException(Problem problem, String message, @Nullable Throwable cause) {
        super(
                message,
                cause,
                problem == Problem.UNAVAILABLE || problem == Problem.CORRUPT
                        ? CloseReason.Origin.PEER
                        : CloseReason.Origin.LOCAL,
                problem == Problem.UNAVAILABLE);
        this.problem = problem;
    }

    /**
     * Makes the exception.
     *
     * @param problem what went wrong
     * @param message what happened, and what to do next
     */
    public FileTransferException(Problem problem, String message) {
        this(problem, message, null);
    }

    /**
     * Says what went wrong.
     *
     * @return the problem
     */
    public Problem problem() {
        return problem;
    }
}
