package dev.parley.chat.worker.internal.rooms;

import dev.parley.chat.worker.internal.Problem;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.regex.Pattern;

/** The identifiers of the wire. */
public final class Ids {
    private static final Pattern ID = Pattern.compile("[a-z2-7]{32}");
    private static final Pattern MESSAGE_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private static final int ID_BYTES = 20;

    private Ids() {}

    /** The id of a key, or of several parts: base32 of the first 20 bytes of SHA-256. */
    static String idOf(byte[]... parts) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                sha256.update(part);
            }
            return Encoding.base32(Arrays.copyOf(sha256.digest(), ID_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

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
