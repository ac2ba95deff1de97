package dev.parley.chat.emotes;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An emote to upload; see {@link EmoteUpload}. Immutable. */
public final class NewEmote {
    /** What a shortcode looks like. */
    public static final String SHORTCODE_PATTERN = "[a-zA-Z0-9_]{2,64}";

    /** The longest shortcode, in characters. */
    public static final int MAX_SHORTCODE_CHARS = 64;

    /** The largest image file, in bytes. */
    public static final int MAX_IMAGE_BYTES = 256 * 1024;

    private static final Pattern SHORTCODE = Pattern.compile(SHORTCODE_PATTERN);

    private final String shortcode;
    private final EmoteImageFormat format;
    private final byte[] image;
    private final @Nullable String category;

    /**
     * Makes an emote to upload.
     *
     * @param shortcode what people will type between colons; matches {@value #SHORTCODE_PATTERN}
     * @param format what the file is
     * @param image the file, 1 to {@value #MAX_IMAGE_BYTES} bytes; copied
     * @param category where a picker shows it, or null
     * @throws IllegalArgumentException if a part is not as described
     */
    public NewEmote(String shortcode, EmoteImageFormat format, byte[] image, @Nullable String category) {
        if (!SHORTCODE.matcher(shortcode).matches()) {
            throw new IllegalArgumentException("a shortcode has 2 to 64 of A-Z a-z 0-9 _");
        }
        if (image.length < 1 || image.length > MAX_IMAGE_BYTES) {
            throw new IllegalArgumentException(
                    "an image has 1 to " + MAX_IMAGE_BYTES + " bytes, but this has " + image.length);
        }
        this.shortcode = shortcode;
        this.format = Objects.requireNonNull(format, "format");
        this.image = image.clone();
        this.category = category;
    }

    /**
     * Gives the shortcode.
     *
     * @return without colons
     */
    public String shortcode() {
        return shortcode;
    }

    /**
     * Tells what the file is.
     *
     * @return the format
     */
    public EmoteImageFormat format() {
        return format;
    }

    /**
     * Gives the file.
     *
     * @return a copy
     */
    public byte[] image() {
        return image.clone();
    }

    /**
     * Tells where a picker shows it.
     *
     * @return the category, if it has one
     */
    public Optional<String> category() {
        return Optional.ofNullable(category);
    }
}
