package dev.parley.chat.worker;

/** A signaling worker could not start. Its message says what to do about it; nothing is left running. */
public final class WorkerStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why it could not. */
    public enum Reason {
        /**
         * The host is not a loopback address and no issuer is configured: anybody on the network could give themselves
         * a token.
         */
        UNPROTECTED_ADDRESS,
        /** The host is not one of this machine, or the port is in use. */
        ADDRESS_UNAVAILABLE,
        /**
         * The data directory cannot be used: not writable, in use by another worker, or of a newer version; or Redis
         * does not answer, or its client is missing.
         */
        STORE_UNAVAILABLE,
        /** The server itself failed to start. */
        SERVER_FAILED
    }

    private final Reason reason;

    WorkerStartException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    WorkerStartException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * Why the worker could not start.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
