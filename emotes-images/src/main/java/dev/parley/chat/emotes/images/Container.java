package dev.parley.chat.emotes.images;

import dev.parley.chat.emotes.images.ImageRefusedException.Reason;
import java.util.ArrayList;
import java.util.List;

/** A file that was walked from end to end: its canvas and its frames, which are not decoded yet. */
record Container(ImageFormat format, int widthPixels, int heightPixels, List<Frame> frames) {

    /** How a frame meets what is on the canvas. */
    enum Blend {
        /** Its pixels replace those below, transparent ones too. */
        REPLACE,
        /** It is laid over those below. */
        OVER
    }

    /** What becomes of a frame's area once it has been shown. */
    enum Disposal {
        KEEP,
        CLEAR,
        RESTORE
    }

    /** Decodes the pixels of one frame. */
    @FunctionalInterface
    interface Pixels {
        /** Returns ARGB, not premultiplied, as many as the frame has. */
        int[] decode() throws ImageRefusedException;
    }

    /** A frame within the canvas. */
    record Frame(int x, int y, int width, int height, int delayMillis, Blend blend, Disposal disposal, Pixels pixels) {}

    static Container read(byte[] file, ImageLimits limits) throws ImageRefusedException {
        if (file.length > limits.maxBytes()) {
            throw new ImageRefusedException(
                    Reason.TOO_MANY_BYTES,
                    "The file has " + file.length + " bytes; at most " + limits.maxBytes() + " are allowed.");
        }
        Bytes bytes = new Bytes(file, 0, file.length);
        if (PngFile.isOne(bytes)) {
            return PngFile.read(bytes, limits);
        }
        if (GifFile.isOne(bytes)) {
            return GifFile.read(bytes, limits);
        }
        if (WebpFile.isOne(bytes)) {
            return WebpFile.read(bytes, limits);
        }
        throw new ImageRefusedException(
                Reason.NOT_AN_IMAGE, "The file is not an image that is accepted; use PNG, GIF or WebP.");
    }

    /** Collects the frames of one canvas and holds them to the limits, each before it is added. */
    static final class Builder {
        private final ImageFormat format;
        private final ImageLimits limits;
        private final int widthPixels;
        private final int heightPixels;
        private final List<Frame> frames = new ArrayList<>(1);

        Builder(ImageFormat format, ImageLimits limits, long widthPixels, long heightPixels)
                throws ImageRefusedException {
            if (widthPixels < 1 || heightPixels < 1) {
                throw ImageRefusedException.malformed("The image has no pixels.");
            }
            if (widthPixels > limits.maxWidthPixels() || heightPixels > limits.maxHeightPixels()) {
                throw new ImageRefusedException(
                        Reason.TOO_LARGE,
                        "The image has " + widthPixels + "×" + heightPixels + " pixels; at most "
                                + limits.maxWidthPixels() + "×" + limits.maxHeightPixels() + " are allowed.");
            }
            this.format = format;
            this.limits = limits;
            this.widthPixels = (int) widthPixels;
            this.heightPixels = (int) heightPixels;
            checkPixels(1);
        }

        /** Tells whether a claimed number of frames is allowed, for formats that tell it ahead. */
        void checkFrames(long frameCount) throws ImageRefusedException {
            if (frameCount > limits.maxFrames()) {
                throw new ImageRefusedException(
                        Reason.TOO_MANY_FRAMES,
                        "The image has more than " + limits.maxFrames() + " frames, which is what is allowed.");
            }
            checkPixels(frameCount);
        }

        private void checkPixels(long frameCount) throws ImageRefusedException {
            if ((long) widthPixels * heightPixels * frameCount > limits.maxPixels()) {
                throw new ImageRefusedException(
                        Reason.TOO_MANY_PIXELS,
                        "The frames of the image have more than " + limits.maxPixels()
                                + " pixels together, which is what is allowed; use fewer or smaller frames.");
            }
        }

        /** Holds the place of a frame to the canvas. */
        void checkPlace(long x, long y, long width, long height) throws ImageRefusedException {
            if (width < 1 || height < 1) {
                throw ImageRefusedException.malformed("Frame " + (frames.size() + 1) + " has no pixels.");
            }
            if (x + width > widthPixels || y + height > heightPixels) {
                throw ImageRefusedException.malformed(
                        "Frame " + (frames.size() + 1) + " does not lie within the image.");
            }
        }

        void add(Frame frame) throws ImageRefusedException {
            checkPlace(frame.x(), frame.y(), frame.width(), frame.height());
            checkFrames(frames.size() + 1L);
            frames.add(frame);
        }

        int widthPixels() {
            return widthPixels;
        }

        int heightPixels() {
            return heightPixels;
        }

        int frameCount() {
            return frames.size();
        }

        Container build() throws ImageRefusedException {
            if (frames.isEmpty()) {
                throw ImageRefusedException.malformed("The file has no image in it.");
            }
            return new Container(format, widthPixels, heightPixels, List.copyOf(frames));
        }
    }
}
