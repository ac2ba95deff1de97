package dev.parley.chat.emotes.images;

import java.io.ByteArrayOutputStream;

/**
 * Copies an image without what is not needed to draw it: comments, the place where a photograph was taken, the names of
 * programs and cameras, and whatever else a file carries along.
 */
public final class CleanImage {
    private CleanImage() {}

    /**
     * Copies what is needed to draw the image, as it is: the pixels are not encoded anew, and each frame has the same
     * ones as before.
     *
     * <ul>
     *   <li>Of a PNG the header, the palette of indexed colours, the transparency, the data, and what an animation
     *       needs; of what else says how colours are meant only numbers of a fixed size ({@code gAMA}, {@code cHRM},
     *       {@code sRGB}, {@code cICP}), once each.
     *   <li>Of a GIF the header, tables of colours, images, for each the control that counts, and how often it repeats.
     *   <li>Of a WebP the canvas, the animation, and of each frame its image and its opacity.
     * </ul>
     *
     * <p>Colour profiles go as well: they hold texts and tables of any kind, and nothing here draws by them. What an
     * image is compressed to is not looked into: one who means to hide something can do so in the pixels.
     *
     * @param file the whole file; not kept
     * @param limits what is allowed
     * @return a file of the same format, not longer, which {@link ImageFacts#read} says the same of; a clean one is
     *     returned as it was
     * @throws ImageRefusedException for what {@link ImageFacts#read} refuses, such as anything behind the image
     */
    public static byte[] of(byte[] file, ImageLimits limits) throws ImageRefusedException {
        Container container = Container.read(file, limits);
        Bytes bytes = new Bytes(file, 0, file.length);
        ByteArrayOutputStream clean = new ByteArrayOutputStream(file.length);
        switch (container.format()) {
            case PNG -> PngFile.copyNeeded(bytes, clean);
            case GIF -> GifFile.copyNeeded(bytes, clean);
            case WEBP -> WebpFile.copyNeeded(bytes, clean);
        }
        return clean.toByteArray();
    }
}
