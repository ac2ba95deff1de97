package dev.parley.chat.emotes;

import dev.parley.chat.emotes.internal.WebAddress;
import java.net.URI;
import java.util.Objects;

/**
 * One image file of an emote. The figures are the provider's claims, good for choosing a file; whoever downloads it
 * still has to cap bytes, pixels and frames.
 *
 * @param url where the file is: {@code https}, or {@code http} on a loopback host; at most {@value #MAX_URL_CHARS}
 *     characters
 * @param format the encoding
 * @param widthPixels the width, 0 if unknown
 * @param heightPixels the height, 0 if unknown
 * @param sizeBytes the file's size, 0 if unknown
 * @param frameCount 1 for a still image, more for an animated one, 0 if unknown
 */
public record EmoteImage(
        URI url, EmoteImageFormat format, int widthPixels, int heightPixels, long sizeBytes, int frameCount) {
    /** The most characters of an image's URL. */
    public static final int MAX_URL_CHARS = 2048;

    /**
     * Checks the parts and copies what could change.
     *
     * @param url as described above
     * @param format as described above
     * @param widthPixels as described above
     * @param heightPixels as described above
     * @param sizeBytes as described above
     * @param frameCount as described above
     * @throws IllegalArgumentException if a part is not as described above
     */
    public EmoteImage {
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(format, "format");
        if (!WebAddress.isFetchable(url)) {
            throw new IllegalArgumentException("an image URL must be https, or http on a loopback host");
        }
        int chars = url.toString().length();
        if (chars > MAX_URL_CHARS) {
            throw new IllegalArgumentException(
                    "an image URL must have at most " + MAX_URL_CHARS + " characters, but has " + chars);
        }
        if (widthPixels < 0 || heightPixels < 0 || sizeBytes < 0 || frameCount < 0) {
            throw new IllegalArgumentException("an image's figures must not be negative");
        }
    }
}
