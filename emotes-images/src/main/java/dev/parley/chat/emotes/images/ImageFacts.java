package dev.parley.chat.emotes.images;

/**
 * What a file says about its image, after its container was walked from the first byte to the last.
 *
 * @param format the format, told by the first bytes
 * @param widthPixels width of the canvas
 * @param heightPixels height of the canvas
 * @param frameCount frames; 1 if it does not move
 */
public record ImageFacts(ImageFormat format, int widthPixels, int heightPixels, int frameCount) {

    /**
     * Reads the facts. No pixel is decoded and nothing is decompressed; the time is linear in the size of the file, the
     * memory in the number of its frames.
     *
     * <p>What this takes is complete, within the limits, and one image alone: each chunk or block is where its format
     * allows it, each frame lies within the canvas, and the image ends with the file. Whether the pixels can be decoded
     * is left open; {@link StaticImage#png} tries that with the first frame, {@link ImageDecoder} with all.
     *
     * @param file the whole file; not kept
     * @param limits what is allowed
     * @return the facts
     * @throws ImageRefusedException if it is not an image of an accepted format, not complete, not alone in its file,
     *     not within the limits, or wrong in itself
     */
    public static ImageFacts read(byte[] file, ImageLimits limits) throws ImageRefusedException {
        Container container = Container.read(file, limits);
        return new ImageFacts(
                container.format(),
                container.widthPixels(),
                container.heightPixels(),
                container.frames().size());
    }
}
