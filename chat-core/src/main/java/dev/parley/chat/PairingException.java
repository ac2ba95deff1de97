package dev.parley.chat;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A pairing code could not be given out, or did not lead to an invite. */
public final class PairingException extends ChatException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final @Nullable Duration retryAfter;

    /** Why. */
    public enum Reason {
        /** The worker knows no such code: it was used, tried, expired, or is another worker's. */
        UNKNOWN_CODE,
        /** The code is wrong, or somebody meddled with the exchange; it is void now. */
        WRONG_CODE,
        /** Who gave the code out did not answer in time. */
        NO_ANSWER,
        /** Too many codes of this room were tried wrongly in a short time. */
        TOO_MANY_TRIES
    }

    /**
     * Makes the exception.
     *
     * @param reason why
     * @param message one line for people
     * @param retryAfter how long to wait before it can work again, if waiting helps
     */
    public PairingException(Reason reason, String message, @Nullable Duration retryAfter) {
        super(
                message,
                null,
                reason == Reason.TOO_MANY_TRIES ? CloseReason.Origin.LOCAL : CloseReason.Origin.PEER,
                reason == Reason.TOO_MANY_TRIES);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    /**
     * Returns why.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * Returns how long to wait.
     *
     * @return the wait, or empty where waiting does not help
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
