package dev.parley.chat;

/** What was asked for is not this participant's to do, or not to be done in this room; nothing has changed. */
public final class NotAllowedException extends ChatException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message one line for people: what is not allowed, and who may
     */
    public NotAllowedException(String message) {
        super(message, null, CloseReason.Origin.LOCAL, false);
    }
}
