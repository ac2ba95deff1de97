package dev.parley.chat.emotes.images;

/** A format of images that is accepted. There is no SVG, as it can hold scripts and load other files. */
public enum ImageFormat {
    /** PNG, with or without animation (APNG). */
    PNG("image/png", "png"),
    /** GIF, 87a or 89a. */
    GIF("image/gif", "gif"),
    /** WebP, lossy or lossless, with or without animation. */
    WEBP("image/webp", "webp");

    private final String mediaType;
    private final String fileExtension;

    ImageFormat(String mediaType, String fileExtension) {
        this.mediaType = mediaType;
        this.fileExtension = fileExtension;
    }

    /**
     * Returns the media type, as in {@code Content-Type}.
     *
     * @return such as {@code image/png}
     */
    public String mediaType() {
        return mediaType;
    }

    /**
     * Returns what names of such files end with.
     *
     * @return such as {@code png}, without a dot
     */
    public String fileExtension() {
        return fileExtension;
    }
}
