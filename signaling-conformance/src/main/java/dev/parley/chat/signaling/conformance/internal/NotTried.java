package dev.parley.chat.signaling.conformance.internal;

/** A case cannot be tried at this worker; the message says why. */
public final class NotTried extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotTried(String why) {
        super(why);
    }
}
