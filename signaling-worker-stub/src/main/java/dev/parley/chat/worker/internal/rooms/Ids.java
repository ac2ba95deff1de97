package dev.parley.chat.worker.internal.rooms;

import dev.parley.chat.worker.internal.Problem;
import java.util.regex.Pattern;

/** The identifiers of the wire. */
public final class Ids {
    private static final Pattern ID = Pattern.compile("[a-z2-7]{32}");
    private static final Pattern MESSAGE_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private Ids() {}

    /**
     * Checks a room or peer id.
     *
     * @throws Problem {@code invalid_request} unless it is 32 characters of lower-case base32
     */
    public static String requireId(String text, String what) {
        if (!ID.matcher(text).matches()) {
            throw Problem.invalid(what + " must be 32 characters of lower-case base32");
        }
        return text;
    }

    /**
     * Checks the id that a sender gives to a message.
     *
     * @throws Problem {@code invalid_request} unless it is 1 to 64 characters of the base64url alphabet
     */
    public static String requireMessageId(String text) {
        if (!MESSAGE_ID.matcher(text).matches()) {
            throw Problem.invalid("msgId must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -");
        }
        return text;
    }
}
