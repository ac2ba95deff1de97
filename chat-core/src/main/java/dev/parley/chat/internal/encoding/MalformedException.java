package dev.parley.chat.internal.encoding;

/** Bytes from a stranger are not what they should be. The message never repeats them. */
public final class MalformedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String message;

    /**
     * Makes the exception.
     *
     * @param message what is wrong
     */
    public MalformedException(String message) {
        super(message);
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }
}
