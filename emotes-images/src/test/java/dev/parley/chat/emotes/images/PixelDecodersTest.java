package dev.parley.chat.emotes.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import dev.parley.chat.emotes.images.TestImages.Bits;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which a pixel can be predicted, held against another decoder or against what was encoded. */
class PixelDecodersTest {
    private static final int SIDE = 20;

    private final Random random = new Random(11);

    private int[] randomPixels(int count) {
        return random.ints(count).toArray();
    }

    @Test
    void eachFilterOfPngIsUndone() throws Exception {
        int[] pixels = randomPixels(SIDE * 25);
        // Few values, so that predictions are often equally near.
        Arrays.setAll(pixels, i -> pixels[i] & 0x03030303);
        byte[] lines = new byte[25 * (1 + 4 * SIDE)];
        for (int y = 0; y < 25; y++) {
            lines[y * (1 + 4 * SIDE)] = (byte) (y % 5);
            for (int i = 0; i < 4 * SIDE; i++) {
                int left = sample(pixels, i - 4, y);
                int above = sample(pixels, i, y - 1);
                int leftAbove = sample(pixels, i - 4, y - 1);
                int predicted = switch (y % 5) {
                    case 0 -> 0;
                    case 1 -> left;
                    case 2 -> above;
                    case 3 -> (left + above) / 2;
                    default -> nearest(left + above - leftAbove, left, above, leftAbove);
                };
                lines[y * (1 + 4 * SIDE) + 1 + i] = (byte) (sample(pixels, i, y) - predicted);
            }
        }
        byte[] file = TestImages.joined(
                TestImages.pngHead(SIDE, 25, 8, 6, 0),
                TestImages.pngChunk("IDAT", TestImages.zlib(lines)),
                TestImages.pngEnd());

        assertThat(ImageDecoder.decode(file, ImageLimits.EMOJI, 25).argb(0)).isEqualTo(pixels);
    }

    private static int sample(int[] pixels, int i, int y) {
        return i < 0 || y < 0 ? 0 : Integer.rotateLeft(pixels[y * SIDE + i / 4], 8) >>> (24 - i % 4 * 8) & 0xff;
    }

    /** The first of those that are nearest. */
    private static int nearest(int wanted, int... candidates) {
        int nearest = candidates[0];
        for (int candidate : candidates) {
            nearest = Math.abs(wanted - candidate) < Math.abs(wanted - nearest) ? candidate : nearest;
        }
        return nearest;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
    void eachPredictorOfLosslessWebpIsThatOfAnotherDecoder(int mode) throws Exception {
        Bits bits = head();
        bits.put(1, 1);
        bits.put(0, 2); // predictors
        int[] modes = new int[25];
        Arrays.fill(modes, mode << 8);
        putTransform(bits, modes);
        assertSameAsOther(bits, randomPixels(SIDE * SIDE));
    }

    @Test
    void colourTransformsOfLosslessWebpAreThoseOfAnotherDecoder() throws Exception {
        Bits bits = head();
        bits.put(1, 1);
        bits.put(1, 2); // colours
        putTransform(bits, randomPixels(25));
        bits.put(1, 1);
        bits.put(2, 2); // subtract green
        assertSameAsOther(bits, randomPixels(SIDE * SIDE));
    }

    @Test
    void eachNearDistanceOfLosslessWebpIsThatOfAnotherDecoder() throws Exception {
        Bits bits = head();
        bits.put(0, 3); // no transform, no cache, one group
        // Green: 9 bits for each literal, 1 bit for the repetition of one pixel. Lengths: 9 is 0, 0 is 10, 1 is 11.
        putLengths(bits, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1);
        bits.put(0, 1);
        putFirstBitFirst(bits, 0, 256);
        putFirstBitFirst(bits, 0b11, 2);
        for (int i = 0; i < 23; i++) {
            putFirstBitFirst(bits, 0b10, 2);
        }
        TestImages.literalCode(bits, 256);
        TestImages.literalCode(bits, 256);
        TestImages.literalCode(bits, 256);
        // Distances: 5 bits for the first 24 symbols, 6 for the others. Lengths: 5 is 0, 6 is 1.
        putLengths(bits, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1);
        bits.put(0, 1);
        bits.put(0, 24);
        bits.put(0xffff, 16);
        for (int i = 0; i < SIDE * SIDE; i++) {
            int distance = i - 240 + 1;
            if (distance >= 1 && distance <= 120) {
                bits.put(0, 1);
                putDistance(bits, distance);
            } else {
                putFirstBitFirst(bits, 0x100 | random.nextInt(256), 9);
                bits.put(random.nextInt(), 24);
            }
        }
        assertSameAsOther(bits.bytes());
    }

    private static void putDistance(Bits bits, int distance) {
        int symbol = distance - 1;
        int extraBits = 0;
        int extra = 0;
        for (int candidate = 4; candidate < 40 && distance > 4; candidate++) {
            int candidateBits = (candidate - 2) / 2;
            int first = ((2 + candidate % 2) << candidateBits) + 1;
            if (first <= distance) {
                symbol = candidate;
                extraBits = candidateBits;
                extra = distance - first;
            }
        }
        if (symbol < 24) {
            putFirstBitFirst(bits, symbol, 5);
        } else {
            putFirstBitFirst(bits, 48 + symbol - 24, 6);
        }
        bits.put(extra, extraBits);
    }

    private static Bits head() {
        Bits bits = new Bits();
        bits.put(0x2f, 8);
        bits.put(SIDE - 1, 14);
        bits.put(SIDE - 1, 14);
        bits.put(1, 4);
        return bits;
    }

    private static void putLengths(Bits bits, int... lengths) {
        bits.put(0, 1);
        bits.put(lengths.length - 4, 4);
        for (int length : lengths) {
            bits.put(length, 3);
        }
    }

    private static void putFirstBitFirst(Bits bits, int code, int count) {
        for (int i = count - 1; i >= 0; i--) {
            bits.put(i < 32 ? code >> i : 0, 1);
        }
    }

    /** For blocks of 4×4. */
    private static void putTransform(Bits bits, int[] blocks) {
        bits.put(0, 3);
        bits.put(0, 1); // no cache
        TestImages.literals(bits, blocks);
    }

    private static void assertSameAsOther(Bits bits, int[] pixels) throws Exception {
        bits.put(0, 3); // no more transforms, no cache, one group
        TestImages.literals(bits, pixels);
        assertSameAsOther(bits.bytes());
    }

    private static void assertSameAsOther(byte[] image) throws Exception {
        byte[] file = TestImages.riff(TestImages.chunk("VP8L", image));
        ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
        int[] expected;
        try (MemoryCacheImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(input);
            expected = reader.read(0).getRGB(0, 0, SIDE, SIDE, null, 0, SIDE);
        } finally {
            reader.dispose();
        }

        assertThat(ImageDecoder.decode(file, ImageLimits.EMOJI, SIDE).argb(0)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void eachFilterOfOpacityIsUndone(int filter) throws Exception {
        int width = 40;
        int height = 32;
        int[] opacity = random.ints(1280L, 0, 256).toArray();
        byte[] filtered = new byte[1 + opacity.length];
        filtered[0] = (byte) (filter << 2);
        for (int i = 0; i < opacity.length; i++) {
            int left = i % width == 0 ? 0 : opacity[i - 1];
            int above = i < width ? 0 : opacity[i - width];
            int leftAbove = i < width || i % width == 0 ? 0 : opacity[i - width - 1];
            int predicted = filter == 1 ? left : filter == 2 ? above : left + above - leftAbove;
            if (filter == 0) {
                predicted = 0;
            } else if (i < width) {
                predicted = left;
            } else if (i % width == 0) {
                predicted = above;
            }
            filtered[1 + i] = (byte) (opacity[i] - Math.max(0, Math.min(255, predicted)));
        }
        byte[] lossy = TestImages.fixture("lossy.webp");
        byte[] file = TestImages.riff(
                TestImages.vp8x(0x10, width, height),
                TestImages.chunk("ALPH", filtered),
                Arrays.copyOfRange(lossy, 12, lossy.length));

        int[] decoded = ImageDecoder.decode(file, ImageLimits.EMOJI, height).argb(0);

        assertThat(Arrays.stream(decoded).map(colour -> colour >>> 24).toArray())
                .isEqualTo(opacity);
    }
}
