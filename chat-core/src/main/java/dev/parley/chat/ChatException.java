package dev.parley.chat;

/**
 * A failure of Parley that a caller may want to handle. Errors of the caller are {@link IllegalArgumentException},
 * {@link IllegalStateException} and {@link NullPointerException} instead.
 *
 * <p>The message is one line for people; no secret, token, address or content is ever in it.
 */
public abstract sealed class ChatException extends RuntimeException
        permits BackpressureException,
                FileTransferException,
                IdentityException,
                NotAllowedException,
                PairingException,
                RoomClosedException,
                SignalingException,
                StoreException,
                TransportException {

    private static final long serialVersionUID = 1L;

    private final String message;
    private final CloseReason.Origin origin;
    private final boolean retryable;

    ChatException(
            String message,
            @org.jspecify.annotations.Nullable Throwable cause,
            CloseReason.Origin origin,
            boolean retryable) {
        super(message, cause);
        this.message = message;
        this.origin = origin;
        this.retryable = retryable;
    }

    /**
     * Returns what happened, in one line for people.
     *
     * @return the message
     */
    @Override
    public final String getMessage() {
        return message;
    }

    /**
     * Says who failed.
     *
     * @return the origin of the failure
     */
    public final CloseReason.Origin origin() {
        return origin;
    }

    /**
     * Says whether the same call may succeed later without the caller changing anything.
     *
     * @return true if a retry can help
     */
    public final boolean isRetryable() {
        return retryable;
    }
}
