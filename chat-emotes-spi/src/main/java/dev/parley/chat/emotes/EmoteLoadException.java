package dev.parley.chat.emotes;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says why a set of emotes could not be loaded. The last good set stays in use. */
public final class EmoteLoadException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why something went wrong. */
    public enum Reason {
        /** The plugin could not be loaded or set up: a broken jar, a constructor that throws, a wrong id. */
        BROKEN_PLUGIN,
        /** A setting is not understood. Change it; a retry alone cannot help. */
        BAD_SETTING,
        /** The address may not be fetched: not https, private, or redirected too often. */
        ADDRESS_REFUSED,
        /** There is nothing at that address, although there should be. */
        NOT_FOUND,
        /** The server refused the request (any other 4xx). */
        REQUEST_REFUSED,
        /** The server asks for fewer requests (429); until its time has passed the registry sends it none. */
        RATE_LIMITED,
        /** The server failed (5xx). */
        SERVER_ERROR,
        /** The server could not be reached, or the connection broke before the answer was complete. */
        UNREACHABLE,
        /** It took too long. */
        TIMED_OUT,
        /** The answer is larger than allowed. */
        TOO_LARGE,
        /** The answer is not of the form that was expected. */
        MALFORMED,
        /** Another emote has that code already. */
        CODE_TAKEN,
        /** The plugin threw something that it should not. */
        CRASHED;

        /**
         * Tells whether the same request may succeed later without anything being changed here.
         *
         * @return whether a retry may help
         */
        public boolean retryMayHelp() {
            return switch (this) {
                case RATE_LIMITED, SERVER_ERROR, UNREACHABLE, TIMED_OUT, MALFORMED -> true;
                case BROKEN_PLUGIN,
                        BAD_SETTING,
                        ADDRESS_REFUSED,
                        NOT_FOUND,
                        REQUEST_REFUSED,
                        TOO_LARGE,
                        CODE_TAKEN,
                        CRASHED -> false;
            };
        }
    }

    /**
     * Makes an exception.
     *
     * @param reason why
     * @param message what happened, without secrets or IP addresses
     */
    public EmoteLoadException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * Makes an exception with its cause.
     *
     * @param reason why
     * @param message what happened, without secrets or IP addresses
     * @param cause what brought it about, or null
     */
    public EmoteLoadException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * Tells why.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
