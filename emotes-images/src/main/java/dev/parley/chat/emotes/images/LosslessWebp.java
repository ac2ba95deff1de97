package dev.parley.chat.emotes.images;

import java.util.ArrayList;
import java.util.List;

/**
 * The lossless pixels of WebP (RFC 9649, section 3), which opacity of lossy images uses as well.
 *
 * <p>Its memory and time are bounded: some arrays of the image's size, {@link #MAX_CODE_GROUPS} groups of codes, and
 * {@link #MAX_SYMBOLS} symbols in all codes. A file of 200 KB can name 65,536 groups, for hundreds of megabytes of
 * tables; encoders use at most some 2,600. A file of 140 KB can give codes to 11 million symbols; encoders give codes
 * to what occurs, and not much more.
 */
final class LosslessWebp {
    static final int MAX_CODE_GROUPS = 4096;

    /** Symbols that have a code, over all codes of an image, whatever its size. */
    static final int MAX_SYMBOLS = 1 << 20;

    /** The same for each pixel, of which each needs at most four. */
    private static final int MAX_SYMBOLS_PER_PIXEL = 8;

    /** What an image may have however small it is: some groups whose every symbol has a code. */
    private static final int MIN_SYMBOLS = 1 << 14;

    private static final int PREDICTOR = 0;
    private static final int COLOUR = 1;
    private static final int SUBTRACT_GREEN = 2;
    private static final int INDEXING = 3;

    private static final int LITERALS = 256;
    private static final int LENGTHS = 24;
    private static final int DISTANCES = 40;

    /** Distances of near pixels, as columns and lines: the codes 1 to 120. */
    private static final byte[] NEAR = {
        0, 1, 1, 0, 1, 1, -1, 1, 0, 2, 2, 0, 1, 2, -1, 2, 2, 1, -2, 1, 2, 2, -2, 2, 0, 3, 3, 0, 1, 3, -1, 3, 3, 1, -3,
        1, 2, 3, -2, 3, 3, 2, -3, 2, 0, 4, 4, 0, 1, 4, -1, 4, 4, 1, -4, 1, 3, 3, -3, 3, 2, 4, -2, 4, 4, 2, -4, 2, 0, 5,
        3, 4, -3, 4, 4, 3, -4, 3, 5, 0, 1, 5, -1, 5, 5, 1, -5, 1, 2, 5, -2, 5, 5, 2, -5, 2, 4, 4, -4, 4, 3, 5, -3, 5, 5,
        3, -5, 3, 0, 6, 6, 0, 1, 6, -1, 6, 6, 1, -6, 1, 2, 6, -2, 6, 6, 2, -6, 2, 4, 5, -4, 5, 5, 4, -5, 4, 3, 6, -3, 6,
        6, 3, -6, 3, 0, 7, 7, 0, 1, 7, -1, 7, 5, 5, -5, 5, 7, 1, -7, 1, 4, 6, -4, 6, 6, 4, -6, 4, 2, 7, -2, 7, 7, 2, -7,
        2, 3, 7, -3, 7, 7, 3, -7, 3, 5, 6, -5, 6, 6, 5, -6, 5, 8, 0, 4, 7, -4, 7, 7, 4, -7, 4, 8, 1, 8, 2, 6, 6, -6, 6,
        8, 3, 5, 7, -5, 7, 7, 5, -7, 5, 8, 4, 6, 7, -6, 7, 7, 6, -7, 6, 8, 5, 7, 7, -7, 7, 8, 6, 8, 7
    };

    private final BitReader bits;
    private final PrefixCode.Room room;

    /** A change that the encoder has made to all pixels, with what is needed to undo it. */
    private static final class Transform {
        private final int type;
        private final int width;
        private final int blockBits;
        private final int[] data;

        Transform(int type, int width, int blockBits, int[] data) {
            this.type = type;
            this.width = width;
            this.blockBits = blockBits;
            this.data = data;
        }
    }

    /** The codes of one part of the image. */
    private record CodeGroup(PrefixCode green, PrefixCode red, PrefixCode blue, PrefixCode alpha, PrefixCode distance) {

        static CodeGroup read(BitReader bits, int cacheSize, PrefixCode.Room room) throws ImageRefusedException {
            return new CodeGroup(
                    PrefixCode.read(bits, LITERALS + LENGTHS + cacheSize, room),
                    PrefixCode.read(bits, 256, room),
                    PrefixCode.read(bits, 256, room),
                    PrefixCode.read(bits, 256, room),
                    PrefixCode.read(bits, DISTANCES, room));
        }
    }

    private LosslessWebp(BitReader bits, int pixels) {
        this.bits = bits;
        this.room =
                new PrefixCode.Room((int) Math.min(MAX_SYMBOLS, MIN_SYMBOLS + (long) MAX_SYMBOLS_PER_PIXEL * pixels));
    }

    /**
     * Decodes.
     *
     * @param data what follows the size
     * @return ARGB
     */
    static int[] decode(Bytes data, int width, int height) throws ImageRefusedException {
        return new LosslessWebp(new BitReader(data), width * height).decode(width, height);
    }

    private int[] decode(int width, int height) throws ImageRefusedException {
        List<Transform> transforms = new ArrayList<>(4);
        int codedWidth = width;
        int seen = 0;
        while (bits.readFlag()) {
            int type = bits.read(2);
            if ((seen & (1 << type)) != 0) {
                throw ImageRefusedException.malformed("The image in the WebP is transformed twice in one way.");
            }
            seen |= 1 << type;
            Transform transform = readTransform(type, codedWidth, height);
            transforms.add(transform);
            if (type == INDEXING) {
                codedWidth = parts(codedWidth, transform.blockBits);
            }
        }
        int[] argb = readImage(codedWidth, height, true);
        for (int i = transforms.size() - 1; i >= 0; i--) {
            argb = undo(transforms.get(i), argb, height);
        }
        return argb;
    }

    private Transform readTransform(int type, int width, int height) throws ImageRefusedException {
        switch (type) {
            case PREDICTOR, COLOUR -> {
                int blockBits = bits.read(3) + 2;
                int[] data = readImage(parts(width, blockBits), parts(height, blockBits), false);
                return new Transform(type, width, blockBits, data);
            }
            case INDEXING -> {
                int colours = bits.read(8) + 1;
                int[] table = readImage(colours, 1, false);
                for (int i = 1; i < colours; i++) {
                    table[i] = plus(table[i], table[i - 1]);
                }
                int packedBits = colours <= 2 ? 3 : colours <= 4 ? 2 : colours <= 16 ? 1 : 0;
                return new Transform(type, width, packedBits, table);
            }
            default -> {
                return new Transform(SUBTRACT_GREEN, width, 0, new int[0]);
            }
        }
    }

    /** Reads an image: the main one, or one of those that describe it. */
    private int[] readImage(int width, int height, boolean main) throws ImageRefusedException {
        int cacheBits = 0;
        if (bits.readFlag()) {
            cacheBits = bits.read(4);
            if (cacheBits < 1 || cacheBits > 11) {
                throw ImageRefusedException.malformed("The image in the WebP has a cache of a wrong size.");
            }
        }
        int[] cache = new int[cacheBits == 0 ? 0 : 1 << cacheBits];
        int blockBits = 0;
        int[] groupOfBlock = {0};
        int groupCount = 1;
        if (main && bits.readFlag()) {
            blockBits = bits.read(3) + 2;
            groupOfBlock = readImage(parts(width, blockBits), parts(height, blockBits), false);
            for (int i = 0; i < groupOfBlock.length; i++) {
                groupOfBlock[i] = (groupOfBlock[i] >>> 8) & 0xffff;
                groupCount = Math.max(groupCount, groupOfBlock[i] + 1);
            }
            if (groupCount > MAX_CODE_GROUPS) {
                throw ImageRefusedException.malformed("The image in the WebP has too many groups of codes.");
            }
        } else {
            // One block that is larger than any image.
            blockBits = 15;
        }
        CodeGroup[] groups = new CodeGroup[groupCount];
        for (int i = 0; i < groupCount; i++) {
            groups[i] = CodeGroup.read(bits, cache.length, room);
        }
        return readPixels(width, height, cache, cacheBits, blockBits, groupOfBlock, groups);
    }

    private int[] readPixels(
            int width, int height, int[] cache, int cacheBits, int blockBits, int[] groupOfBlock, CodeGroup[] groups)
            throws ImageRefusedException {
        int[] argb = new int[width * height];
        int blocksPerLine = parts(width, blockBits);
        int at = 0;
        int x = 0;
        int y = 0;
        while (at < argb.length) {
            CodeGroup group = groups[groupOfBlock[(y >> blockBits) * blocksPerLine + (x >> blockBits)]];
            int symbol = group.green().next(bits);
            int count = 1;
            if (symbol < LITERALS) {
                int red = group.red().next(bits);
                int blue = group.blue().next(bits);
                int alpha = group.alpha().next(bits);
                argb[at] = alpha << 24 | red << 16 | symbol << 8 | blue;
            } else if (symbol < LITERALS + LENGTHS) {
                count = readNumber(symbol - LITERALS);
                int distance = distance(readNumber(group.distance().next(bits)), width);
                if (distance > at || count > argb.length - at) {
                    throw ImageRefusedException.malformed("The image in the WebP repeats what is not there.");
                }
                for (int i = 0; i < count; i++) {
                    argb[at + i] = argb[at + i - distance];
                }
            } else {
                argb[at] = cache[symbol - LITERALS - LENGTHS];
            }
            if (cacheBits > 0) {
                for (int i = at; i < at + count; i++) {
                    cache[(argb[i] * 0x1e35a7bd) >>> (32 - cacheBits)] = argb[i];
                }
            }
            at += count;
            x += count;
            while (x >= width) {
                x -= width;
                y++;
            }
        }
        return argb;
    }

    /** A length or a distance: a symbol, and more bits. */
    private int readNumber(int symbol) throws ImageRefusedException {
        if (symbol < 4) {
            return symbol + 1;
        }
        int moreBits = (symbol - 2) >> 1;
        return ((2 + (symbol & 1)) << moreBits) + bits.read(moreBits) + 1;
    }

    private static int distance(int code, int width) {
        int near = NEAR.length / 2;
        if (code > near) {
            return code - near;
        }
        return Math.max(1, NEAR[2 * code - 2] + NEAR[2 * code - 1] * width);
    }

    private static int parts(int length, int blockBits) {
        return (length + (1 << blockBits) - 1) >> blockBits;
    }

    private static int[] undo(Transform transform, int[] argb, int height) {
        switch (transform.type) {
            case PREDICTOR -> predict(transform, argb, height);
            case COLOUR -> colour(transform, argb, height);
            case INDEXING -> {
                return index(transform, argb, height);
            }
            default -> {
                for (int i = 0; i < argb.length; i++) {
                    int green = argb[i] >> 8 & 0xff;
                    argb[i] = plus(argb[i], green << 16 | green);
                }
            }
        }
        return argb;
    }

    private static void predict(Transform transform, int[] argb, int height) {
        int width = transform.width;
        int blocksPerLine = parts(width, transform.blockBits);
        argb[0] = plus(argb[0], 0xff000000);
        for (int x = 1; x < width; x++) {
            argb[x] = plus(argb[x], argb[x - 1]);
        }
        for (int y = 1; y < height; y++) {
            int line = y * width;
            int block = (y >> transform.blockBits) * blocksPerLine;
            argb[line] = plus(argb[line], argb[line - width]);
            for (int x = 1; x < width; x++) {
                int mode = transform.data[block + (x >> transform.blockBits)] >> 8 & 0xf;
                int at = line + x;
                // Right of the last pixel of the line above is the first pixel of this line.
                int predicted =
                        predicted(mode, argb[at - 1], argb[at - width], argb[at - width - 1], argb[at - width + 1]);
                argb[at] = plus(argb[at], predicted);
            }
        }
    }

    private static int predicted(int mode, int left, int top, int topLeft, int topRight) {
        return switch (mode) {
            case 1 -> left;
            case 2 -> top;
            case 3 -> topRight;
            case 4 -> topLeft;
            case 5 -> mean(mean(left, topRight), top);
            case 6 -> mean(left, topLeft);
            case 7 -> mean(left, top);
            case 8 -> mean(topLeft, top);
            case 9 -> mean(top, topRight);
            case 10 -> mean(mean(left, topLeft), mean(top, topRight));
            case 11 -> nearer(left, top, topLeft);
            case 12 -> clampedSum(left, top, topLeft);
            case 13 -> clampedHalf(mean(left, top), topLeft);
            default -> 0xff000000;
        };
    }

    /** The sum of each channel, modulo 256. */
    private static int plus(int one, int other) {
        return (((one & 0xff00ff00) + (other & 0xff00ff00)) & 0xff00ff00)
                | (((one & 0x00ff00ff) + (other & 0x00ff00ff)) & 0x00ff00ff);
    }

    private static int mean(int one, int other) {
        return (((one ^ other) & 0xfefefefe) >>> 1) + (one & other);
    }

    private static int nearer(int left, int top, int topLeft) {
        int toLeft = 0;
        int toTop = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            int corner = topLeft >>> shift & 0xff;
            toLeft += Math.abs((top >>> shift & 0xff) - corner);
            toTop += Math.abs((left >>> shift & 0xff) - corner);
        }
        return toLeft < toTop ? left : top;
    }

    private static int clampedSum(int left, int top, int topLeft) {
        int result = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            int sum = (left >>> shift & 0xff) + (top >>> shift & 0xff) - (topLeft >>> shift & 0xff);
            result |= clamp(sum) << shift;
        }
        return result;
    }

    private static int clampedHalf(int mean, int topLeft) {
        int result = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            int channel = mean >>> shift & 0xff;
            result |= clamp(channel + (channel - (topLeft >>> shift & 0xff)) / 2) << shift;
        }
        return result;
    }

    private static int clamp(int channel) {
        return Math.max(0, Math.min(255, channel));
    }

    private static void colour(Transform transform, int[] argb, int height) {
        int width = transform.width;
        int blocksPerLine = parts(width, transform.blockBits);
        for (int y = 0; y < height; y++) {
            int block = (y >> transform.blockBits) * blocksPerLine;
            for (int x = 0; x < width; x++) {
                int factors = transform.data[block + (x >> transform.blockBits)];
                int colour = argb[y * width + x];
                byte green = (byte) (colour >> 8);
                int red = ((colour >> 16) + part((byte) factors, green)) & 0xff;
                int blue =
                        (colour + part((byte) (factors >> 8), green) + part((byte) (factors >> 16), (byte) red)) & 0xff;
                argb[y * width + x] = (colour & 0xff00ff00) | red << 16 | blue;
            }
        }
    }

    private static int part(byte factor, byte channel) {
        return (factor * channel) >> 5;
    }

    private static int[] index(Transform transform, int[] packed, int height) {
        int width = transform.width;
        int packedWidth = parts(width, transform.blockBits);
        int indexBits = 8 >> transform.blockBits;
        int within = (1 << transform.blockBits) - 1;
        int[] colours = transform.data;
        int[] argb = new int[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int indexes = packed[y * packedWidth + (x >> transform.blockBits)] >> 8 & 0xff;
                int index = (indexes >> ((x & within) * indexBits)) & ((1 << indexBits) - 1);
                argb[y * width + x] = index < colours.length ? colours[index] : 0;
            }
        }
        return argb;
    }
}
