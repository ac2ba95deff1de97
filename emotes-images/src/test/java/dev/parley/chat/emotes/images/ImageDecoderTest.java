package dev.parley.chat.emotes.images;

import static dev.parley.chat.emotes.images.TestImages.BLUE;
import static dev.parley.chat.emotes.images.TestImages.CLEAR;
import static dev.parley.chat.emotes.images.TestImages.GREEN;
import static dev.parley.chat.emotes.images.TestImages.RED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    private static Picture decode(byte[]... parts) throws ImageRefusedException {
        return ImageDecoder.decode(TestImages.joined(parts), ImageLimits.EMOTE, 1024);
    }

    @Test
    void gifFramesAreDisposedOfAsTheySay() throws Exception {
        // One line of three pixels: all red, which stays; then green in the middle, with each disposal; then blue.
        int[] disposals = {0, 1, 2, 3};
        int[] middleAfterwards = {GREEN, GREEN, CLEAR, RED};
        for (int i = 0; i < disposals.length; i++) {
            Picture picture = decode(
                    TestImages.gifHead(3, 1),
                    TestImages.gifControl(10, 1, -1),
                    TestImages.gifImage(0, 0, 3, 1, 0, 0, 0, 0),
                    TestImages.gifControl(10, disposals[i], -1),
                    TestImages.gifImage(1, 0, 1, 1, 0, 1),
                    TestImages.gifControl(10, 0, -1),
                    TestImages.gifImage(2, 0, 1, 1, 0, 2),
                    TestImages.gifEnd());

            assertThat(picture.argb(0)).containsExactly(RED, RED, RED);
            assertThat(picture.argb(1)).containsExactly(RED, GREEN, RED);
            assertThat(picture.argb(2)).containsExactly(RED, middleAfterwards[i], BLUE);
        }
    }

    @Test
    void aTransparentIndexShowsWhatIsBelow() throws Exception {
        Picture picture = decode(
                TestImages.gifHead(2, 1),
                TestImages.gifImage(0, 0, 2, 1, 0, 0, 0),
                TestImages.gifControl(10, 0, 3),
                TestImages.gifImage(0, 0, 2, 1, 0, 3, 1),
                TestImages.gifEnd());

        assertThat(picture.argb(1)).containsExactly(RED, GREEN);
    }

    @Test
    void aControlIsForOneFrameAlone() throws Exception {
        Picture picture = decode(
                TestImages.gifHead(1, 1),
                TestImages.gifControl(30, 0, 0),
                TestImages.gifImage(0, 0, 1, 1, 0, 0),
                TestImages.gifImage(0, 0, 1, 1, 0, 0),
                TestImages.gifEnd());

        assertThat(picture.argb(0)).containsExactly(CLEAR);
        assertThat(picture.argb(1)).containsExactly(RED);
        assertThat(picture.delayMillis(0)).isEqualTo(300);
        assertThat(picture.delayMillis(1)).isEqualTo(100);
    }

    @Test
    void interlacedGifLinesComeToTheirPlaces() throws Exception {
        // Ten lines come as 0, 8, 4, 2, 6, 1, 3, 5, 7, 9; each has the index of its number modulo 3.
        int[] inFile = {0, 8, 4, 2, 6, 1, 3, 5, 7, 9};
        int[] indexes = Arrays.stream(inFile).map(line -> line % 3).toArray();

        Picture picture =
                decode(TestImages.gifHead(1, 10), TestImages.gifImage(0, 0, 1, 10, 0x40, indexes), TestImages.gifEnd());

        assertThat(picture.argb(0)).containsExactly(RED, GREEN, BLUE, RED, GREEN, BLUE, RED, GREEN, BLUE, RED);
    }

    @Test
    void gifCodesGrowToTwelveBitsAndBeginAnew() throws Exception {
        int[] indexes = new int[300 * 200];
        for (int i = 0; i < indexes.length; i++) {
            indexes[i] = (int) (((long) i * i / 7 + i / 300) % 4);
        }

        Picture picture = decode(TestImages.gif(300, 200, indexes));

        int[] colours = {RED, GREEN, BLUE, CLEAR};
        assertThat(picture.argb(0))
                .isEqualTo(Arrays.stream(indexes).map(index -> colours[index]).toArray());
    }

    @Test
    void delaysThatAreTooShortBecomeATenthOfASecond() throws Exception {
        Picture picture = decode(
                TestImages.gifHead(1, 1),
                TestImages.gifControl(0, 0, -1),
                TestImages.gifImage(0, 0, 1, 1, 0, 0),
                TestImages.gifControl(1, 0, -1),
                TestImages.gifImage(0, 0, 1, 1, 0, 0),
                TestImages.gifControl(2, 0, -1),
                TestImages.gifImage(0, 0, 1, 1, 0, 0),
                TestImages.gifEnd());

        assertThat(new long[] {picture.delayMillis(0), picture.delayMillis(1), picture.delayMillis(2)})
                .containsExactly(100, 100, 20);
        assertThat(picture.durationMillis()).isEqualTo(220);
    }

    @Test
    void animatedPngFramesAreBlendedAndDisposedOf() throws Exception {
        int half = 0x80ff0000;
        Picture picture = decode(
                TestImages.pngHead(2, 1, 8, 6, 0),
                TestImages.acTl(4),
                TestImages.fcTl(0, 0, 0, 2, 1, 50, 0, 0),
                TestImages.pngChunk("IDAT", TestImages.pngData(2, BLUE, BLUE)),
                TestImages.fcTl(1, 1, 0, 1, 1, 60, 2, 0),
                TestImages.pngChunk("fdAT", TestImages.big32(2), TestImages.pngData(1, half)),
                TestImages.fcTl(3, 1, 0, 1, 1, 70, 1, 1),
                TestImages.pngChunk("fdAT", TestImages.big32(4), TestImages.pngData(1, half)),
                TestImages.fcTl(5, 0, 0, 1, 1, 80, 0, 0),
                TestImages.pngChunk("fdAT", TestImages.big32(6), TestImages.pngData(1, GREEN)),
                TestImages.pngEnd());

        assertThat(picture.frameCount()).isEqualTo(4);
        assertThat(picture.argb(0)).containsExactly(BLUE, BLUE);
        assertThat(picture.argb(1)).as("replaced").containsExactly(BLUE, half);
        assertThat(picture.argb(2)).as("restored, and laid over").containsExactly(BLUE, 0xff80007f);
        assertThat(picture.argb(3)).as("cleared").containsExactly(GREEN, CLEAR);
        assertThat(picture.durationMillis()).isEqualTo(50 + 60 + 70 + 80);
    }

    @Test
    void anImageThatIsNoFrameOfItsAnimationIsNotShown() throws Exception {
        Picture picture = decode(
                TestImages.pngHead(1, 1, 8, 6, 0),
                TestImages.acTl(1),
                TestImages.pngChunk("IDAT", TestImages.pngData(1, RED)),
                TestImages.fcTl(0, 0, 0, 1, 1, 50, 0, 0),
                TestImages.pngChunk("fdAT", TestImages.big32(1), TestImages.pngData(1, GREEN)),
                TestImages.pngEnd());

        assertThat(picture.frameCount()).isEqualTo(1);
        assertThat(picture.argb(0)).containsExactly(GREEN);
    }

    @Test
    void greyPngsKeepTheirGrey() throws Exception {
        BufferedImage grey = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < 256; x++) {
            grey.getRaster().setSample(x, 0, 0, x);
        }

        Picture picture = decode(TestImages.written("png", grey));

        for (int x = 0; x < 256; x++) {
            assertThat(picture.argb(0, x, 0)).isEqualTo(0xff000000 | x * 0x010101);
        }
    }

    @Test
    void greysOfFewBitsReachFromBlackToWhite() throws Exception {
        Picture picture = decode(
                TestImages.pngHead(4, 1, 2, 0, 0),
                TestImages.pngChunk("tRNS", new byte[] {0, 1}),
                TestImages.pngChunk("IDAT", TestImages.zlib(new byte[] {0, 0b00_01_10_11})),
                TestImages.pngEnd());

        assertThat(picture.argb(0)).containsExactly(0xff000000, CLEAR, 0xffaaaaaa, 0xffffffff);
    }

    @Test
    void samplesOf16BitsKeepTheirUpperHalf() throws Exception {
        byte[] line = {0, 0x12, 0x34, 0x56, 0x78, (byte) 0x9a, (byte) 0xbc, 1, 2, 3, 4, 5, 6};
        Picture picture = decode(
                TestImages.pngHead(2, 1, 16, 2, 0),
                TestImages.pngChunk("tRNS", new byte[] {1, 2, 3, 4, 5, 6}),
                TestImages.pngChunk("IDAT", TestImages.zlib(line)),
                TestImages.pngEnd());

        assertThat(picture.argb(0)).containsExactly(0xff12569a, 0x00010305);
    }

    @Test
    void indexedPngsTakeColoursAndOpacityFromTheirTables() throws Exception {
        Picture picture = decode(
                TestImages.pngHead(3, 1, 4, 3, 0),
                TestImages.pngChunk("PLTE", new byte[] {(byte) 255, 0, 0, 0, (byte) 255, 0, 0, 0, (byte) 255}),
                TestImages.pngChunk("tRNS", new byte[] {64}),
                TestImages.pngChunk("IDAT", TestImages.zlib(new byte[] {0, 0x01, 0x20})),
                TestImages.pngEnd());

        assertThat(picture.argb(0)).containsExactly(0x40ff0000, GREEN, BLUE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 9, 17})
    void interlacedPngsOfEachSizeAreWhole(int side) throws Exception {
        int[] pixels = TestImages.gradient(side, side + 1);
        BufferedImage image = new BufferedImage(side, side + 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, side, side + 1, pixels, 0, side);

        assertThat(decode(interlaced(image)).argb(0)).isEqualTo(pixels);
    }

    private static byte[] interlaced(BufferedImage image) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam how = writer.getDefaultWriteParam();
            how.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            writer.write(null, new IIOImage(image, null, null), how);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lossless",
                "lossless-shapes",
                "lossless-noise",
                "lossless-2-colours",
                "lossless-4-colours",
                "lossless-16-colours",
                "lossless-100-colours",
                "animated"
            })
    void losslessWebpsAreWhatTheirAuthorsDecoderSays(String name) throws Exception {
        Picture picture = decode(TestImages.fixture(name + ".webp"));

        assertThat(sheet(picture)).isEqualTo(expected(name, picture));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lossy", "lossy-transparent", "animated-lossy"})
    void lossyWebpsAreNearWhatTheirAuthorsDecoderSays(String name) throws Exception {
        Picture picture = decode(TestImages.fixture(name + ".webp"));

        int[] sheet = sheet(picture);
        int[] expected = expected(name, picture);
        double difference = 0;
        for (int i = 0; i < sheet.length; i++) {
            assertThat(sheet[i] >>> 24).isEqualTo(expected[i] >>> 24);
            difference += expected[i] >>> 24 == 0 ? 0 : Math.abs(brightness(sheet[i]) - brightness(expected[i]));
        }
        // Decoders differ in how they spread the colours, which are stored for each four pixels.
        assertThat(difference / sheet.length).isLessThan(3);
    }

    private static double brightness(int colour) {
        return 0.299 * (colour >> 16 & 0xff) + 0.587 * (colour >> 8 & 0xff) + 0.114 * (colour & 0xff);
    }

    /** All frames, one below the other. */
    private static int[] sheet(Picture picture) {
        int size = picture.widthPixels() * picture.heightPixels();
        int[] sheet = new int[size * picture.frameCount()];
        for (int frame = 0; frame < picture.frameCount(); frame++) {
            System.arraycopy(picture.argb(frame), 0, sheet, frame * size, size);
        }
        return sheet;
    }

    private static int[] expected(String name, Picture picture) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(TestImages.fixture(name + ".png")));
        assertThat(image.getWidth()).isEqualTo(picture.widthPixels());
        assertThat(image.getHeight()).isEqualTo(picture.heightPixels() * picture.frameCount());
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    @Test
    void animatedWebpFramesAreBlendedAndDisposedOf() throws Exception {
        int half = 0x80ff0000;
        Picture picture = decode(TestImages.riff(
                TestImages.vp8x(0x12, 4, 1),
                TestImages.anim(),
                TestImages.anmf(0, 0, 4, 1, 50, 2, vp8l(4, BLUE, BLUE, BLUE, BLUE)),
                TestImages.anmf(2, 0, 2, 1, 60, 1, vp8l(2, half, CLEAR)),
                TestImages.anmf(0, 0, 1, 1, 70, 2, vp8l(1, half))));

        assertThat(picture.argb(0)).containsExactly(BLUE, BLUE, BLUE, BLUE);
        assertThat(picture.argb(1)).as("laid over").containsExactly(BLUE, BLUE, 0xff80007f, BLUE);
        assertThat(picture.argb(2)).as("cleared, and replaced").containsExactly(half, BLUE, CLEAR, CLEAR);
        assertThat(picture.delayMillis(2)).isEqualTo(70);
    }

    private static byte[] vp8l(int width, int... argb) {
        return TestImages.chunk("VP8L", TestImages.vp8l(width, argb.length / width, argb));
    }

    @Test
    void aPictureThatIsTooHighIsMadeSmallerInItsProportions() throws Exception {
        int[] pixels = TestImages.filled(8, 4, RED);
        Arrays.fill(pixels, 16, 32, CLEAR);

        Picture picture = ImageDecoder.decode(TestImages.png(8, 4, pixels), ImageLimits.EMOJI, 2);

        assertThat(picture.widthPixels()).isEqualTo(4);
        assertThat(picture.argb(0)).containsExactly(RED, RED, RED, RED, CLEAR, CLEAR, CLEAR, CLEAR);
    }

    @Test
    void colourOfTransparentPixelsDoesNotBleedWhenAPictureIsMadeSmaller() throws Exception {
        Picture picture = ImageDecoder.decode(
                TestImages.png(2, 2, new int[] {RED, 0x0000ff00, RED, 0x0000ff00}), ImageLimits.EMOJI, 1);

        assertThat(picture.argb(0)).containsExactly(0x80ff0000);
    }

    @Test
    void aHeightOfNothingIsTheCallersMistake() {
        assertThatThrownBy(() -> ImageDecoder.decode(TestImages.gif(1, 1, 0), ImageLimits.EMOJI, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxHeightPixels is 0, not 1 or more");
    }
}
