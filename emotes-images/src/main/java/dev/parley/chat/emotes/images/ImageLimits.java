package dev.parley.chat.emotes.images;

/**
 * What an image may be at most. All limits are compared with what the file claims before anything of that size is
 * reserved.
 */
public final class ImageLimits {
    /** The greatest width and height that a limit can allow, which is what WebP can hold. */
    public static final int GREATEST_SIDE_PIXELS = 16_384;

    /** The greatest number of pixels, over all frames, that a limit can allow. */
    public static final int GREATEST_PIXELS = 1 << 28;

    /**
     * Emoji that people upload, to a domain or to a room: 256 KiB, 512×512 pixels, 200 frames; all frames together 8 Mi
     * pixels, which is 32 frames of 512×512 or 200 of 204×204. The last bounds what decoding costs: lossy WebP takes
     * some 100 ns for each pixel.
     */
    public static final ImageLimits EMOJI = builder()
            .maxBytes(256 * 1024)
            .maxWidthPixels(512)
            .maxHeightPixels(512)
            .maxFrames(200)
            .maxPixels(8 << 20)
            .build();

    /**
     * Emotes as networks for content delivery have them: 2 MiB, 1024×1024 pixels, 1,000 frames; all frames together 16
     * Mi pixels, which is 762 frames, the most that are known, of 148×148. The largest files have 4.9 MB; each of these
     * emotes is also there at 32 or 64 pixels of height, within these limits and large enough for a terminal. Choose
     * the smaller file.
     */
    public static final ImageLimits EMOTE = builder()
            .maxBytes(2 * 1024 * 1024)
            .maxWidthPixels(1024)
            .maxHeightPixels(1024)
            .maxFrames(1_000)
            .maxPixels(16 << 20)
            .build();

    private final int maxBytes;
    private final int maxWidthPixels;
    private final int maxHeightPixels;
    private final int maxFrames;
    private final int maxPixels;

    private ImageLimits(Builder builder) {
        this.maxBytes = builder.maxBytes;
        this.maxWidthPixels = builder.maxWidthPixels;
        this.maxHeightPixels = builder.maxHeightPixels;
        this.maxFrames = builder.maxFrames;
        this.maxPixels = builder.maxPixels;
    }

    /**
     * Begins with 256 KiB, 512×512 pixels, 200 frames and 8 Mi pixels.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the greatest size of the file.
     *
     * @return in bytes
     */
    public int maxBytes() {
        return maxBytes;
    }

    /**
     * Returns the greatest width of the canvas.
     *
     * @return in pixels
     */
    public int maxWidthPixels() {
        return maxWidthPixels;
    }

    /**
     * Returns the greatest height of the canvas.
     *
     * @return in pixels
     */
    public int maxHeightPixels() {
        return maxHeightPixels;
    }

    /**
     * Returns the greatest number of frames.
     *
     * @return 1 or more; 1 allows no animation
     */
    public int maxFrames() {
        return maxFrames;
    }

    /**
     * Returns the greatest number of pixels that have to be computed: the canvas, times the number of frames.
     *
     * @return in pixels
     */
    public int maxPixels() {
        return maxPixels;
    }

    @Override
    public String toString() {
        return "ImageLimits[maxBytes=" + maxBytes + ", maxWidthPixels=" + maxWidthPixels + ", maxHeightPixels="
                + maxHeightPixels + ", maxFrames=" + maxFrames + ", maxPixels=" + maxPixels + "]";
    }

    /** Sets limits. Each setter throws {@link IllegalArgumentException} for a value out of its range. */
    public static final class Builder {
        private int maxBytes = 256 * 1024;
        private int maxWidthPixels = 512;
        private int maxHeightPixels = 512;
        private int maxFrames = 200;
        private int maxPixels = 8 << 20;

        private Builder() {}

        /**
         * Sets the greatest size of the file; 256 KiB by default.
         *
         * @param maxBytes 1 or more
         * @return this
         */
        public Builder maxBytes(int maxBytes) {
            this.maxBytes = within("maxBytes", maxBytes, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Sets the greatest width; 512 by default.
         *
         * @param maxWidthPixels 1 to {@link ImageLimits#GREATEST_SIDE_PIXELS}
         * @return this
         */
        public Builder maxWidthPixels(int maxWidthPixels) {
            this.maxWidthPixels = within("maxWidthPixels", maxWidthPixels, GREATEST_SIDE_PIXELS);
            return this;
        }

        /**
         * Sets the greatest height; 512 by default.
         *
         * @param maxHeightPixels 1 to {@link ImageLimits#GREATEST_SIDE_PIXELS}
         * @return this
         */
        public Builder maxHeightPixels(int maxHeightPixels) {
            this.maxHeightPixels = within("maxHeightPixels", maxHeightPixels, GREATEST_SIDE_PIXELS);
            return this;
        }

        /**
         * Sets the greatest number of frames; 200 by default.
         *
         * @param maxFrames 1 or more
         * @return this
         */
        public Builder maxFrames(int maxFrames) {
            this.maxFrames = within("maxFrames", maxFrames, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Sets the greatest number of pixels of all frames together; 8 Mi by default.
         *
         * @param maxPixels 1 to {@link ImageLimits#GREATEST_PIXELS}
         * @return this
         */
        public Builder maxPixels(int maxPixels) {
            this.maxPixels = within("maxPixels", maxPixels, GREATEST_PIXELS);
            return this;
        }

        /**
         * Makes the limits.
         *
         * @return limits
         */
        public ImageLimits build() {
            return new ImageLimits(this);
        }

        private static int within(String name, int value, int greatest) {
            if (value < 1 || value > greatest) {
                throw new IllegalArgumentException(name + " is " + value + ", not 1 to " + greatest);
            }
            return value;
        }
    }
}
