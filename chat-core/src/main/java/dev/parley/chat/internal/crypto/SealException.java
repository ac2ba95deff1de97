package dev.parley.chat.internal.crypto;

/** Sealed bytes that were refused. The message never tells what is inside them. */
public final class SealException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why the bytes were refused. */
    public enum Kind {
        /** The bytes are not of the documented form, or too long. */
        MALFORMED,
        /** The seal does not open: another secret, another receiver, another room, or changed bytes. */
        NOT_FOR_US,
        /** The content is not signed by the sender that it names. */
        BAD_SIGNATURE,
        /** The content names another room. */
        WRONG_ROOM,
        /** The content names another receiver. */
        WRONG_RECEIVER
    }

    private final Kind kind;

    /**
     * Makes the exception.
     *
     * @param kind why
     * @param message one line, without content
     */
    public SealException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /**
     * Says why.
     *
     * @return the kind of refusal
     */
    public Kind kind() {
        return kind;
    }
}
