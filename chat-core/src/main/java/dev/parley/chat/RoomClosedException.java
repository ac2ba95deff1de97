package dev.parley.chat;

/** The room is closed, or was never entered: creating, joining or sending failed for {@link #reason()}. */
public final class RoomClosedException extends ChatException {

    private static final long serialVersionUID = 1L;

    private final transient CloseReason reason;

    /**
     * Makes the exception.
     *
     * @param reason why the room is closed
     */
    public RoomClosedException(CloseReason reason) {
        super(reason.detail(), null, reason.origin(), isRetryable(reason.code()));
        this.reason = reason;
    }

    /**
     * Returns why the room is closed.
     *
     * @return the reason
     */
    public CloseReason reason() {
        return reason;
    }

    private static boolean isRetryable(CloseReason.Code code) {
        return code == CloseReason.Code.NO_CONNECTION
                || code == CloseReason.Code.SIGNALING_UNREACHABLE
                || code == CloseReason.Code.ROOM_FULL;
    }
}
