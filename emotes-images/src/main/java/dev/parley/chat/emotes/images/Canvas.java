package dev.parley.chat.emotes.images;

import dev.parley.chat.emotes.images.Container.Blend;
import dev.parley.chat.emotes.images.Container.Disposal;
import dev.parley.chat.emotes.images.Container.Frame;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lays frames over each other, one after the other, as the formats say. */
final class Canvas {
    private final int width;
    private final int[] argb;
    private @Nullable Frame shown;
    private int @Nullable [] before;

    Canvas(int width, int height) {
        this.width = width;
        this.argb = new int[width * height];
    }

    /** Returns what is to be seen now; changes with the next frame. */
    int[] argb() {
        return argb;
    }

    /** Disposes of the frame that was shown, and shows the next. */
    void show(Frame frame) throws ImageRefusedException {
        dispose();
        int[] pixels = frame.pixels().decode();
        before = frame.disposal() == Disposal.RESTORE ? cut(frame) : null;
        shown = frame;
        for (int y = 0; y < frame.height(); y++) {
            int from = y * frame.width();
            int to = (frame.y() + y) * width + frame.x();
            if (frame.blend() == Blend.REPLACE) {
                System.arraycopy(pixels, from, argb, to, frame.width());
            } else {
                for (int x = 0; x < frame.width(); x++) {
                    argb[to + x] = over(pixels[from + x], argb[to + x]);
                }
            }
        }
    }

    private void dispose() {
        Frame frame = shown;
        if (frame == null || frame.disposal() == Disposal.KEEP) {
            return;
        }
        int[] restored = before;
        for (int y = 0; y < frame.height(); y++) {
            int to = (frame.y() + y) * width + frame.x();
            if (restored == null) {
                Arrays.fill(argb, to, to + frame.width(), 0);
            } else {
                System.arraycopy(restored, y * frame.width(), argb, to, frame.width());
            }
        }
    }

    private int[] cut(Frame frame) {
        int[] area = new int[frame.width() * frame.height()];
        for (int y = 0; y < frame.height(); y++) {
            System.arraycopy(argb, (frame.y() + y) * width + frame.x(), area, y * frame.width(), frame.width());
        }
        return area;
    }

    /** Lays a colour over another; neither is premultiplied. */
    static int over(int upper, int lower) {
        int upperAlpha = upper >>> 24;
        int lowerAlpha = lower >>> 24;
        if (upperAlpha == 0xff || lowerAlpha == 0) {
            return upper;
        }
        if (upperAlpha == 0) {
            return lower;
        }
        int lowerPart = lowerAlpha * (255 - upperAlpha);
        int whole = upperAlpha * 255 + lowerPart;
        int red = ((upper >> 16 & 0xff) * upperAlpha * 255 + (lower >> 16 & 0xff) * lowerPart + whole / 2) / whole;
        int green = ((upper >> 8 & 0xff) * upperAlpha * 255 + (lower >> 8 & 0xff) * lowerPart + whole / 2) / whole;
        int blue = ((upper & 0xff) * upperAlpha * 255 + (lower & 0xff) * lowerPart + whole / 2) / whole;
        return ((whole + 127) / 255) << 24 | red << 16 | green << 8 | blue;
    }
}
