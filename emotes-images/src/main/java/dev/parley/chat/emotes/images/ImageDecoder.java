package dev.parley.chat.emotes.images;

import dev.parley.chat.emotes.images.Container.Frame;
import java.util.Objects;

/** Decodes files to pictures. */
public final class ImageDecoder {
    /** What browsers show a frame for that asks for less than {@link #SHORTEST_DELAY_MILLIS}. */
    private static final int DEFAULT_DELAY_MILLIS = 100;

    private static final int SHORTEST_DELAY_MILLIS = 20;

    private ImageDecoder() {}

    /**
     * Decodes all frames, each as it is to be seen: laid over those before it. Each frame is made smaller as soon as it
     * is decoded, so that the memory is that of some canvases and of the frames at the wanted size. Delays below 20 ms
     * become 100 ms, as in browsers.
     *
     * @param file the whole file; not kept
     * @param limits what is allowed
     * @param maxHeightPixels a picture that is higher is made smaller; its proportions are kept; 1 or more
     * @return the picture
     * @throws ImageRefusedException for what {@link ImageFacts#read} refuses, and if the pixels of a frame are damaged
     */
    public static Picture decode(byte[] file, ImageLimits limits, int maxHeightPixels) throws ImageRefusedException {
        Objects.requireNonNull(limits, "limits");
        if (maxHeightPixels < 1) {
            throw new IllegalArgumentException("maxHeightPixels is " + maxHeightPixels + ", not 1 or more");
        }
        Container container = Container.read(file, limits);
        int width = container.widthPixels();
        int height = container.heightPixels();
        int newHeight = Math.min(height, maxHeightPixels);
        int newWidth = Math.max(1, (int) Math.round((double) width * newHeight / height));
        Canvas canvas = new Canvas(width, height);
        int[][] frames = new int[container.frames().size()][];
        int[] delaysMillis = new int[frames.length];
        for (int i = 0; i < frames.length; i++) {
            Frame frame = container.frames().get(i);
            canvas.show(frame);
            frames[i] = Scale.scale(canvas.argb(), width, height, newWidth, newHeight);
            delaysMillis[i] = frame.delayMillis() < SHORTEST_DELAY_MILLIS ? DEFAULT_DELAY_MILLIS : frame.delayMillis();
        }
        return new Picture(newWidth, newHeight, frames, delaysMillis);
    }
}
