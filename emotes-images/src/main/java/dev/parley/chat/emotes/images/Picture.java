package dev.parley.chat.emotes.images;

/**
 * A decoded image: one frame, or several that follow each other for ever. Immutable.
 *
 * <p>Colours are ARGB, 8 bits each, not premultiplied; a pixel is transparent if its uppermost 8 bits are 0.
 */
public final class Picture {
    private final int widthPixels;
    private final int heightPixels;
    private final int[][] frames;
    private final long[] endsMillis;

    /** Keeps the frames, which must not be changed afterwards. */
    Picture(int widthPixels, int heightPixels, int[][] frames, int[] delaysMillis) {
        this.widthPixels = widthPixels;
        this.heightPixels = heightPixels;
        this.frames = frames;
        this.endsMillis = new long[frames.length];
        long end = 0;
        for (int i = 0; i < frames.length; i++) {
            end += delaysMillis[i];
            endsMillis[i] = end;
        }
    }

    /**
     * Makes a picture of one frame.
     *
     * @param widthPixels 1 or more
     * @param heightPixels 1 or more
     * @param argb colours, line by line from the top; copied
     * @return a picture
     */
    public static Picture of(int widthPixels, int heightPixels, int[] argb) {
        if (widthPixels < 1 || heightPixels < 1 || (long) widthPixels * heightPixels != argb.length) {
            throw new IllegalArgumentException(
                    widthPixels + "×" + heightPixels + " pixels need as many colours, not " + argb.length);
        }
        return new Picture(widthPixels, heightPixels, new int[][] {argb.clone()}, new int[] {100});
    }

    /**
     * Returns the width.
     *
     * @return in pixels
     */
    public int widthPixels() {
        return widthPixels;
    }

    /**
     * Returns the height.
     *
     * @return in pixels
     */
    public int heightPixels() {
        return heightPixels;
    }

    /**
     * Returns how many frames there are.
     *
     * @return 1 if the picture does not move
     */
    public int frameCount() {
        return frames.length;
    }

    /**
     * Returns the colours of a frame.
     *
     * @param frame 0 to {@link #frameCount()} - 1
     * @return a copy, line by line from the top
     */
    public int[] argb(int frame) {
        return frames[frame].clone();
    }

    /**
     * Returns the colour of one pixel.
     *
     * @param frame 0 to {@link #frameCount()} - 1
     * @param x 0 at the left
     * @param y 0 at the top
     * @return ARGB
     */
    public int argb(int frame, int x, int y) {
        if (x < 0 || x >= widthPixels || y < 0 || y >= heightPixels) {
            throw new IndexOutOfBoundsException(
                    x + "," + y + " is outside of " + widthPixels + "×" + heightPixels + " pixels");
        }
        return frames[frame][y * widthPixels + x];
    }

    /**
     * Returns how long a frame is shown.
     *
     * @param frame 0 to {@link #frameCount()} - 1
     * @return in milliseconds
     */
    public long delayMillis(int frame) {
        return endsMillis[frame] - (frame == 0 ? 0 : endsMillis[frame - 1]);
    }

    /**
     * Returns how long all frames take together, after which they begin anew.
     *
     * @return in milliseconds
     */
    public long durationMillis() {
        return endsMillis[endsMillis.length - 1];
    }

    int[] pixels(int frame) {
        return frames[frame];
    }
}
