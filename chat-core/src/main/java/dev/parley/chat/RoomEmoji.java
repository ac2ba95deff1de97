package dev.parley.chat;

import java.time.Instant;
import java.util.Locale;

/**
 * A picture that a member has added to the room, to be written as {@code :shortcode:}. Its image is named by its hash
 * and travels between members alone, sealed; {@link Room#emojiImage} gets it.
 *
 * <p>Parley looks at none of the bytes of an image: what it is, and whether it is harmless to decode, is judged by who
 * draws it, with bounds of its own.
 *
 * @param id names this emoji: that of the event which added it
 * @param shortcode 2 to {@link #MAX_SHORTCODE_CHARS} of {@code a-z A-Z 0-9 _}, as its author wrote it. No other emoji
 *     of the room has the same, in any case of letters
 * @param author who added it
 * @param sha256 SHA-256 of the image, 64 hexadecimal digits in lower case; checked before the image is used
 * @param sizeBytes length of the image, 1 to {@link #MAX_IMAGE_BYTES} bytes
 * @param mediaType for example {@code image/webp}; the author's claim, lower case, without parameters
 * @param addedAt when it was added, by its author's clock
 */
public record RoomEmoji(
        MessageId id,
        String shortcode,
        PeerId author,
        String sha256,
        int sizeBytes,
        String mediaType,
        Instant addedAt) {

    /** Shortest shortcode, in characters. */
    public static final int MIN_SHORTCODE_CHARS = 2;

    /** Longest shortcode, in characters. */
    public static final int MAX_SHORTCODE_CHARS = 64;

    /** Longest image, in bytes: 256 KiB. */
    public static final int MAX_IMAGE_BYTES = 256 * 1024;

    /** Emoji of one member in a room at a time. */
    public static final int MAX_PER_MEMBER = 50;

    /** Emoji of a room at a time. */
    public static final int MAX_PER_ROOM = 500;

    /** All images of a room together, in bytes: 32 MiB. A member keeps these, and those that it has added itself. */
    public static final long MAX_ROOM_BYTES = 32L * 1024 * 1024;

    /** What is claimed of an image whose kind is not said. */
    public static final String UNKNOWN_MEDIA_TYPE = "application/octet-stream";

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if one is malformed or out of bounds
     */
    public RoomEmoji {
        requireShortcode(shortcode);
        requireSize(sizeBytes);
        FileOffer.requireMediaType(mediaType);
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("a SHA-256 has 64 hexadecimal digits in lower case");
        }
    }

    /**
     * Checks a shortcode.
     *
     * @param shortcode what may be one
     * @throws IllegalArgumentException if it is too short, too long, or has other characters
     */
    public static void requireShortcode(String shortcode) {
        if (shortcode.length() > MAX_SHORTCODE_CHARS || !shortcode.matches("[a-zA-Z0-9_]{2,}")) {
            throw new IllegalArgumentException("a shortcode has " + MIN_SHORTCODE_CHARS + " to " + MAX_SHORTCODE_CHARS
                    + " letters of a to z, digits and underscores");
        }
    }

    /**
     * Checks the length of an image.
     *
     * @param bytes how long it is
     * @throws IllegalArgumentException if it is empty or too long
     */
    public static void requireSize(long bytes) {
        if (bytes < 1 || bytes > MAX_IMAGE_BYTES) {
            throw new IllegalArgumentException(
                    "the image of an emoji has 1 to " + MAX_IMAGE_BYTES + " bytes, not " + bytes);
        }
    }

    /**
     * Says whether two shortcodes are the same to a room: letters count alike in either case.
     *
     * @param one a shortcode
     * @param other another
     * @return whether they are
     */
    public static boolean isSameShortcode(String one, String other) {
        return one.toLowerCase(Locale.ROOT).equals(other.toLowerCase(Locale.ROOT));
    }
}
