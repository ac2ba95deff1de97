package dev.parley.chat.emotes.images;

import java.util.Objects;

/**
 * Says why a file is not taken as an image. The message is one line for the one who has chosen the file; nothing of the
 * file's content is in it.
 */
public final class ImageRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why a file is refused. */
    public enum Reason {
        /** The first bytes are those of no format that is accepted. */
        NOT_AN_IMAGE,
        /** The file ends before the image does. */
        TRUNCATED,
        /** Something follows the image, such as another file. */
        TRAILING_BYTES,
        /** The file has too many bytes. */
        TOO_MANY_BYTES,
        /** The image is too wide or too high. */
        TOO_LARGE,
        /** The image has too many frames. */
        TOO_MANY_FRAMES,
        /** The frames have too many pixels together. */
        TOO_MANY_PIXELS,
        /** The file contradicts its format or itself. */
        MALFORMED
    }

    /**
     * Makes an exception.
     *
     * @param reason why
     * @param message what is wrong and what is allowed, in one line
     */
    public ImageRefusedException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    ImageRefusedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    static ImageRefusedException malformed(String message) {
        return new ImageRefusedException(Reason.MALFORMED, message);
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
