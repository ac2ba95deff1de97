package dev.parley.chat;

import dev.parley.chat.internal.encoding.PlainText;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * A file that somebody offers. The name can be used on every system as it is: it names no folder, no device, and shows
 * in the order in which it is written.
 *
 * @param name 1 to {@link #MAX_NAME_BYTES} bytes of UTF-8
 * @param size in bytes, 0 to {@link #MAX_SIZE}
 * @param mediaType for example {@code image/png}; the author's claim, lower case, without parameters
 * @param sha256 SHA-256 of the content, 64 hexadecimal digits in lower case
 */
public record FileOffer(String name, long size, String mediaType, String sha256) {

    /** Longest name, in bytes of UTF-8. */
    public static final int MAX_NAME_BYTES = 255;

    /** Greatest size, in bytes. */
    public static final long MAX_SIZE = 2L * 1024 * 1024 * 1024;

    /** Longest media type, in characters. */
    public static final int MAX_MEDIA_TYPE_CHARS = 127;

    /** What some system takes for a separator, a drive, a stream or a pattern. */
    private static final String RESERVED_CHARS = "/\\:*?\"<>|";

    private static final Set<String> DEVICES = Set.of("con", "prn", "aux", "nul", "conin$", "conout$");

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if one is malformed or out of bounds
     */
    public FileOffer {
        if (!isName(name)) {
            throw new IllegalArgumentException("a file's name has 1 to " + MAX_NAME_BYTES
                    + " bytes, names no folder or device, and has no control characters");
        }
        if (size < 0 || size > MAX_SIZE) {
            throw new IllegalArgumentException("a file has at most " + MAX_SIZE + " bytes, not " + size);
        }
        requireMediaType(mediaType);
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("a SHA-256 has 64 hexadecimal digits in lower case");
        }
    }

    /**
     * Makes a name that is allowed out of any: what is not is replaced or left out.
     *
     * @param name for example that of a file on this system
     * @return a name for an offer
     */
    public static String nameFor(String name) {
        StringBuilder kept = new StringBuilder();
        name.codePoints().forEach(c -> {
            String sign = Character.toString(c);
            if (!PlainText.isOneLine(sign)) {
                return;
            }
            kept.append(sign.length() == 1 && RESERVED_CHARS.contains(sign) ? "_" : sign);
        });
        int end = kept.length();
        while (kept.substring(0, end).getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES - 1) {
            end = kept.offsetByCodePoints(end, -1);
        }
        String shortened = kept.substring(0, end).strip();
        return isName(shortened) ? shortened : isName("_" + shortened) ? "_" + shortened : "file";
    }

    /**
     * Guesses a media type from the ending of a name.
     *
     * @param name any name
     * @return the type; {@code application/octet-stream} if the ending is not known
     */
    public static String mediaTypeFor(String name) {
        String guess = URLConnection.guessContentTypeFromName(name);
        return guess == null || !isMediaType(guess) ? "application/octet-stream" : guess;
    }

    /**
     * Checks a media type.
     *
     * @param type what may be one
     * @throws IllegalArgumentException if it is malformed or too long
     */
    public static void requireMediaType(String type) {
        if (!isMediaType(type)) {
            throw new IllegalArgumentException("a media type is like image/png, in lower case and without parameters, "
                    + "at most " + MAX_MEDIA_TYPE_CHARS + " characters");
        }
    }

    private static boolean isMediaType(String type) {
        return type.length() <= MAX_MEDIA_TYPE_CHARS
                && type.matches("[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*");
    }

    private static boolean isName(String name) {
        if (name.isEmpty()
                || !PlainText.isOneLine(name)
                || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES
                || name.chars().anyMatch(c -> RESERVED_CHARS.indexOf(c) >= 0)
                // Windows drops blanks and dots at the end; "." and ".." are folders.
                || name.startsWith(" ")
                || name.endsWith(" ")
                || name.endsWith(".")) {
            return false;
        }
        int dot = name.indexOf('.');
        // Windows takes "nul.txt" for the device, with or without blanks before the dot.
        String stem = (dot < 0 ? name : name.substring(0, dot)).trim().toLowerCase(Locale.ROOT);
        return !DEVICES.contains(stem) && !stem.matches("(com|lpt)[0-9\u00b9\u00b2\u00b3]");
    }
}
