package dev.parley.chat;

/** The local store could not read or write. Nothing that was reported as stored is lost by it. */
public final class StoreException extends ChatException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was being done, and what to do next
     * @param cause the failure of the storage below
     */
    public StoreException(String message, Throwable cause) {
        super(message, cause, CloseReason.Origin.LOCAL, false);
    }

    /**
     * Makes the exception.
     *
     * @param message what is wrong with the store, and what to do next
     */
    public StoreException(String message) {
        super(message, null, CloseReason.Origin.LOCAL, false);
    }
}
