package dev.parley.chat;

import org.jspecify.annotations.Nullable;

/**
 * The transport cannot work on this machine at all: its native library or one that it needs is missing. The failure of
 * a single link is a {@link CloseReason} instead.
 */
public final class TransportException extends ChatException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what is missing, and the command that mends it where one is known
     * @param cause the failure below, if there was one
     */
    public TransportException(String message, @Nullable Throwable cause) {
        super(message, cause, CloseReason.Origin.LOCAL, false);
    }
}
