package dev.parley.chat;

/** A kept identity could not be opened, or would have been overwritten. No file is changed by the call that fails. */
public final class IdentityException extends ChatException {

    private static final long serialVersionUID = 1L;

    private final Problem problem;

    /** What is wrong. */
    public enum Problem {
        /** There is no identity where one was expected. */
        NOT_FOUND,
        /** It is protected by a passphrase, and none was given. */
        PASSPHRASE_NEEDED,
        /** The passphrase is not the one that it was sealed under. */
        WRONG_PASSPHRASE,
        /** A passphrase was given, but what is kept is protected by file permissions only. */
        NOT_SEALED,
        /** It is no identity, was cut or changed, or asks for work beyond the limits. */
        DAMAGED,
        /** A newer Parley wrote it. */
        UNKNOWN_VERSION,
        /** Opening it takes more memory than this process may use. */
        NOT_ENOUGH_MEMORY,
        /** Another identity, or another file, is in the place that was to be written. */
        OCCUPIED,
        /** Others than the owner may use the file. */
        EXPOSED
    }

    /**
     * Makes the exception.
     *
     * @param problem what is wrong
     * @param message one line for people: what is wrong with which file, and what to do next
     */
    public IdentityException(Problem problem, String message) {
        super(message, null, CloseReason.Origin.LOCAL, false);
        this.problem = problem;
    }

    /**
     * Returns what is wrong.
     *
     * @return the problem
     */
    public Problem problem() {
        return problem;
    }
}
