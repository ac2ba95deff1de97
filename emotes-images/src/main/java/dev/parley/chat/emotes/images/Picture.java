package dev.parley.chat.emotes.images;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A decoded image: one frame, or several that follow each other for ever. Immutable.
 *
 * <p>Colours are ARGB, 8 bits each, not premultiplied; a pixel is transparent if its uppermost 8 bits are 0.
 */
public final class Picture {
    /** How long {@link #frameAt} shows a frame at least: 100 ms, which is ten frames a second. */
    public static final int SHOWN_MILLIS = 100;

    /** How many frames pictures that are laid over each other have at most. */
    public static final int MAX_MERGED_FRAMES = 200;

    /** How many pixels those frames have at most together, unless one frame alone has more. */
    public static final int MAX_MERGED_PIXELS = 16 << 20;

    /** Up to here pictures that move at different paces go on until all begin anew at once. */
    private static final long MAX_MERGED_MILLIS = 10_000;

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

    /**
     * Returns which frame is to be seen at a time, at ten frames a second at most: within each tenth of a second it is
     * the frame of its begin. After the last frame the first follows again.
     *
     * @param millis since the animation began; 0 or more
     * @return 0 to {@link #frameCount()} - 1
     */
    public int frameAt(long millis) {
        if (millis < 0) {
            throw new IllegalArgumentException("millis is " + millis + ", not 0 or more");
        }
        return exactFrameAt(millis - millis % SHOWN_MILLIS);
    }

    private int exactFrameAt(long millis) {
        int found = Arrays.binarySearch(endsMillis, millis % durationMillis());
        return found >= 0 ? found + 1 : -found - 1;
    }

    /**
     * Lays others over this one, as emotes of zero width are laid over the emote before them. All are centred; the
     * result is as wide and as high as the largest of them.
     *
     * <p>Where several move, each keeps its pace: the result lasts until all of them begin anew at once, if that is
     * within 10 s, else as long as the longest. It has at most {@link #MAX_MERGED_FRAMES} frames and
     * {@link #MAX_MERGED_PIXELS} pixels; if it would have more, it has fewer frames, of equal length.
     *
     * @param overlays the others, the lowest first
     * @return a new picture; this one if there are no overlays
     */
    public Picture over(List<Picture> overlays) {
        if (overlays.isEmpty()) {
            return this;
        }
        List<Picture> layers = new ArrayList<>(overlays.size() + 1);
        layers.add(this);
        layers.addAll(overlays);
        int width = 0;
        int height = 0;
        for (Picture layer : layers) {
            width = Math.max(width, layer.widthPixels);
            height = Math.max(height, layer.heightPixels);
        }
        int maxFrames = (int) Math.max(1, Math.min(MAX_MERGED_FRAMES, MAX_MERGED_PIXELS / ((long) width * height)));
        long duration = mergedDuration(layers);
        long[] begins = begins(layers, duration, maxFrames);
        int[][] merged = new int[begins.length][];
        int[] delaysMillis = new int[begins.length];
        for (int i = 0; i < begins.length; i++) {
            merged[i] = merged(layers, begins[i], width, height);
            delaysMillis[i] = (int) ((i + 1 < begins.length ? begins[i + 1] : duration) - begins[i]);
        }
        return new Picture(width, height, merged, delaysMillis);
    }

    private static long mergedDuration(List<Picture> layers) {
        long longest = 0;
        long common = 1;
        for (Picture layer : layers) {
            if (layer.frameCount() > 1) {
                long duration = layer.durationMillis();
                longest = Math.max(longest, duration);
                if (common <= MAX_MERGED_MILLIS) {
                    common = common / greatestDivisor(common, duration) * duration;
                }
            }
        }
        if (longest == 0) {
            return SHOWN_MILLIS;
        }
        return common <= MAX_MERGED_MILLIS ? common : Math.min(longest, Integer.MAX_VALUE);
    }

    private static long greatestDivisor(long one, long other) {
        return other == 0 ? one : greatestDivisor(other, one % other);
    }

    /** When a frame begins: whenever one layer changes, or if that is too often, at equal distances. */
    private static long[] begins(List<Picture> layers, long duration, int maxFrames) {
        long[] begins = new long[maxFrames];
        int count = 0;
        for (long time = 0; time < duration; time = nextChange(layers, time)) {
            if (count == maxFrames) {
                long step = (duration + maxFrames - 1) / maxFrames;
                long[] even = new long[(int) ((duration + step - 1) / step)];
                Arrays.setAll(even, i -> i * step);
                return even;
            }
            begins[count++] = time;
        }
        return Arrays.copyOf(begins, count);
    }

    private static long nextChange(List<Picture> layers, long time) {
        long next = Long.MAX_VALUE;
        for (Picture layer : layers) {
            if (layer.frameCount() > 1) {
                long began = time - time % layer.durationMillis();
                next = Math.min(next, began + layer.endsMillis[layer.exactFrameAt(time)]);
            }
        }
        return next;
    }

    private static int[] merged(List<Picture> layers, long time, int width, int height) {
        int[] argb = new int[width * height];
        for (Picture layer : layers) {
            int[] pixels = layer.frames[layer.exactFrameAt(time)];
            int left = (width - layer.widthPixels) / 2;
            int top = (height - layer.heightPixels) / 2;
            for (int y = 0; y < layer.heightPixels; y++) {
                for (int x = 0; x < layer.widthPixels; x++) {
                    int at = (top + y) * width + left + x;
                    argb[at] = Canvas.over(pixels[y * layer.widthPixels + x], argb[at]);
                }
            }
        }
        return argb;
    }

    int[] pixels(int frame) {
        return frames[frame];
    }
}
