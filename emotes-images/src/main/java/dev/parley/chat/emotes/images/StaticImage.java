package dev.parley.chat.emotes.images;

/** Makes an image that does not move, for those who do not want motion and for programs that know PNG alone. */
public final class StaticImage {
    private StaticImage() {}

    /**
     * Decodes the first frame and encodes it as a PNG of the same size, with nothing in it but pixels.
     *
     * @param file the whole file; not kept
     * @param limits what is allowed
     * @return a PNG with 8 bits of red, green, blue and opacity
     * @throws ImageRefusedException for what {@link ImageFacts#read} refuses, and if the pixels of the first frame are
     *     damaged
     */
    public static byte[] png(byte[] file, ImageLimits limits) throws ImageRefusedException {
        Container container = Container.read(file, limits);
        Canvas canvas = new Canvas(container.widthPixels(), container.heightPixels());
        canvas.show(container.frames().get(0));
        return PngEncoder.encode(canvas.argb(), container.widthPixels(), container.heightPixels());
    }
}
