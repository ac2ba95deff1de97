package dev.parley.chat.emotes.images;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;

/** Makes image files, whole and broken ones. */
final class TestImages {
    static final int RED = 0xffff0000;
    static final int GREEN = 0xff00ff00;
    static final int BLUE = 0xff0000ff;
    static final int CLEAR = 0;

    private TestImages() {}

    /** Colours that are all different, some of them transparent in part. */
    static int[] gradient(int width, int height) {
        int[] argb = new int[width * height];
        for (int i = 0; i < argb.length; i++) {
            int x = i % width;
            int y = i / width;
            argb[i] = (255 - (i % 5) * 40) << 24 | (x * 37 & 0xff) << 16 | (y * 53 & 0xff) << 8 | (x * y + 7 & 0xff);
        }
        return argb;
    }

    static int[] filled(int width, int height, int colour) {
        int[] argb = new int[width * height];
        java.util.Arrays.fill(argb, colour);
        return argb;
    }

    /** A PNG by the writer of the JDK. */
    static byte[] png(int width, int height, int[] argb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, width, height, argb, 0, width);
        return written("png", image);
    }

    /** A GIF by the writer of the JDK, of indexes into four colours: red, green, blue, transparent. */
    static byte[] gif(int width, int height, int... indexes) {
        return written("gif", indexed(width, height, indexes));
    }

    static BufferedImage indexed(int width, int height, int... indexes) {
        byte[] red = {(byte) 255, 0, 0, 0};
        byte[] green = {0, (byte) 255, 0, 0};
        byte[] blue = {0, 0, (byte) 255, 0};
        IndexColorModel colours = new IndexColorModel(8, 4, red, green, blue, 3);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, colours);
        image.getRaster().setSamples(0, 0, width, height, 0, indexes);
        return image;
    }

    static byte[] written(String format, BufferedImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalStateException("no writer for " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** A still, lossless WebP. */
    static byte[] webp(int width, int height, int[] argb) {
        return riff(chunk("VP8L", vp8l(width, height, argb)));
    }

    static byte[] riff(byte[]... chunks) {
        byte[] body = joined(chunks);
        return joined(
                ascii("RIFF"),
                ByteBuffer.allocate(4)
                        .putInt(Integer.reverseBytes(body.length + 4))
                        .array(),
                ascii("WEBP"),
                body);
    }

    static byte[] chunk(String type, byte[]... bodies) {
        byte[] body = joined(bodies);
        return joined(
                ascii(type),
                ByteBuffer.allocate(4).putInt(Integer.reverseBytes(body.length)).array(),
                body,
                new byte[body.length % 2]);
    }

    /** A chunk that begins an extended WebP. */
    static byte[] vp8x(int flags, int width, int height) {
        return chunk("VP8X", new byte[] {(byte) flags, 0, 0, 0}, u24(width - 1), u24(height - 1));
    }

    static byte[] anim() {
        return chunk("ANIM", new byte[6]);
    }

    /** A frame of an animated WebP; x and y must be even. */
    static byte[] anmf(int x, int y, int width, int height, int delayMillis, int flags, byte[]... chunks) {
        return chunk(
                "ANMF",
                u24(x / 2),
                u24(y / 2),
                u24(width - 1),
                u24(height - 1),
                u24(delayMillis),
                new byte[] {(byte) flags},
                joined(chunks));
    }

    /**
     * Lossless WebP of literals alone: each channel has a complete code of 8 bits, so that each pixel takes 32 bits, in
     * the order green, red, blue, alpha.
     */
    static byte[] vp8l(int width, int height, int[] argb) {
        Bits bits = new Bits();
        bits.put(0x2f, 8);
        bits.put(width - 1, 14);
        bits.put(height - 1, 14);
        bits.put(1, 1);
        bits.put(0, 3);
        bits.put(0, 1); // no transform
        bits.put(0, 1); // no colour cache
        bits.put(0, 1); // one group of codes
        literals(bits, argb);
        return bits.bytes();
    }

    /** Codes in which each value of 8 bits stands for itself, and pixels. */
    static void literals(Bits bits, int[] argb) {
        literalCode(bits, 256 + 24);
        literalCode(bits, 256);
        literalCode(bits, 256);
        literalCode(bits, 256);
        bits.put(1, 4); // distances: a simple code of the symbol 0 alone
        for (int colour : argb) {
            bits.put(reversed(colour >> 8), 8);
            bits.put(reversed(colour >> 16), 8);
            bits.put(reversed(colour), 8);
            bits.put(reversed(colour >> 24), 8);
        }
    }

    /** A code in which each value of 8 bits stands for itself, and no other symbol has a code. */
    static void literalCode(Bits bits, int alphabet) {
        bits.put(0, 1); // not a simple code
        // Lengths of the codes of lengths, in their order 17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8: 0 and 8 get one bit.
        bits.put(12 - 4, 4);
        for (int length : new int[] {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1}) {
            bits.put(length, 3);
        }
        bits.put(0, 1); // all lengths follow
        for (int symbol = 0; symbol < alphabet; symbol++) {
            bits.put(symbol < 256 ? 1 : 0, 1);
        }
    }

    private static int reversed(int octet) {
        return Integer.reverse(octet) >>> 24;
    }

    static byte[] u24(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16)};
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** Begins a GIF whose colours are red, green, blue and black. */
    static byte[] gifHead(int width, int height) {
        return joined(ascii("GIF89a"), u16(width), u16(height), new byte[] {(byte) 0x81, 0, 0}, new byte[] {
            (byte) 255, 0, 0, 0, (byte) 255, 0, 0, 0, (byte) 255, 0, 0, 0
        });
    }

    /** What is said ahead of a frame; a transparent index of -1 is none. */
    static byte[] gifControl(int delayHundredths, int disposal, int transparentIndex) {
        return joined(
                new byte[] {0x21, (byte) 0xF9, 4, (byte) (disposal << 2 | (transparentIndex < 0 ? 0 : 1))},
                u16(delayHundredths),
                new byte[] {(byte) Math.max(0, transparentIndex), 0});
    }

    static byte[] gifImage(int x, int y, int width, int height, int flags, int... indexes) {
        return joined(
                new byte[] {0x2C}, u16(x), u16(y), u16(width), u16(height), new byte[] {(byte) flags}, lzw(indexes));
    }

    /** A frame of the colour 0, as compressed as it can be: each code stands for one pixel more than that before it. */
    static byte[] gifImageOfOneColour(int width, int height) {
        Bits bits = new Bits();
        bits.put(4, 3);
        bits.put(0, 3);
        int codeBits = 3;
        int nextCode = 6;
        for (int left = width * height - 1; left > 0; ) {
            int pixels = Math.min(nextCode - 4, left);
            bits.put(pixels == 1 ? 0 : pixels + 4, codeBits);
            left -= pixels;
            nextCode++;
            codeBits += nextCode == 1 << codeBits ? 1 : 0;
        }
        bits.put(5, codeBits);
        return joined(
                new byte[] {0x2C, 0, 0, 0, 0}, u16(width), u16(height), new byte[] {0, 2}, subBlocks(bits.bytes()));
    }

    /** Indexes of two bits in codes of three, which a clear code keeps from growing. */
    static byte[] lzw(int... indexes) {
        Bits bits = new Bits();
        for (int i = 0; i < indexes.length; i++) {
            if (i % 2 == 0) {
                bits.put(4, 3);
            }
            bits.put(indexes[i], 3);
        }
        bits.put(5, 3);
        return joined(new byte[] {2}, subBlocks(bits.bytes()));
    }

    private static byte[] subBlocks(byte[] codes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int begin = 0; begin < codes.length; begin += 255) {
            int length = Math.min(255, codes.length - begin);
            out.write(length);
            out.write(codes, begin, length);
        }
        out.write(0);
        return out.toByteArray();
    }

    static byte[] gifEnd() {
        return new byte[] {0x3B};
    }

    static byte[] u16(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8)};
    }

    static byte[] pngHead(int width, int height, int bitDepth, int colourType, int interlace) {
        return joined(ascii("\u0089PNG\r\n\u001a\n"), pngChunk("IHDR", big32(width), big32(height), new byte[] {
            (byte) bitDepth, (byte) colourType, 0, 0, (byte) interlace
        }));
    }

    static byte[] pngEnd() {
        return pngChunk("IEND");
    }

    /** Announces frames of an animated PNG. */
    static byte[] acTl(int frames) {
        return pngChunk("acTL", big32(frames), big32(0));
    }

    static byte[] fcTl(int sequence, int x, int y, int width, int height, int delayMillis, int disposal, int blend) {
        return pngChunk(
                "fcTL",
                big32(sequence),
                big32(width),
                big32(height),
                big32(x),
                big32(y),
                new byte[] {(byte) (delayMillis >> 8), (byte) delayMillis, 1000 >> 8, (byte) 1000},
                new byte[] {(byte) disposal, (byte) blend});
    }

    /** Lines of red, green, blue and opacity, without filters, compressed. */
    static byte[] pngData(int width, int... argb) {
        ByteBuffer lines = ByteBuffer.allocate(argb.length / width * (1 + 4 * width));
        for (int i = 0; i < argb.length; i++) {
            if (i % width == 0) {
                lines.put((byte) 0);
            }
            lines.putInt(Integer.rotateLeft(argb[i], 8));
        }
        return zlib(lines.array());
    }

    static byte[] zlib(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflating = new DeflaterOutputStream(out)) {
            deflating.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] big32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /** Images of each kind, by name. */
    static Map<String, byte[]> namedSamples() {
        Map<String, byte[]> samples = new LinkedHashMap<>();
        samples.put("PNG", png(9, 7, gradient(9, 7)));
        samples.put(
                "APNG",
                joined(
                        pngHead(2, 1, 8, 6, 0),
                        acTl(2),
                        fcTl(0, 0, 0, 2, 1, 50, 0, 0),
                        pngChunk("IDAT", pngData(2, RED, RED)),
                        fcTl(1, 1, 0, 1, 1, 60, 2, 1),
                        pngChunk("fdAT", big32(2), pngData(1, RED)),
                        pngEnd()));
        samples.put("GIF", gif(8, 8, new int[64]));
        samples.put(
                "animated GIF",
                joined(
                        gifHead(3, 1),
                        gifImage(0, 0, 3, 1, 0, 0, 1, 2),
                        gifControl(10, 3, 1),
                        gifImage(1, 0, 1, 1, 0x40, 1),
                        gifEnd()));
        for (String name : List.of(
                "lossless", "lossless-shapes", "lossless-4-colours", "lossy", "lossy-transparent", "animated")) {
            samples.put(name + " WebP", fixture(name + ".webp"));
        }
        return samples;
    }

    /** Images of each kind. */
    static List<byte[]> samples() {
        return List.copyOf(namedSamples().values());
    }

    /** Reads a file beside the tests. */
    static byte[] fixture(String name) {
        try (InputStream in = TestImages.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Corrects the checksums of a PNG as far as its chunks can be followed; other files stay as they are. */
    static byte[] withRightChecksums(byte[] file) {
        if (!PngFile.isOne(new Bytes(file, 0, file.length))) {
            return file;
        }
        ByteBuffer png = ByteBuffer.wrap(file);
        for (int at = 8; at + 12 <= file.length; ) {
            int length = png.getInt(at);
            if (length < 0 || length > file.length - at - 12) {
                break;
            }
            CRC32 crc = new CRC32();
            crc.update(file, at + 4, length + 4);
            png.putInt(at + 8 + length, (int) crc.getValue());
            at += 12 + length;
        }
        return file;
    }

    /** A chunk of PNG with its checksum. */
    static byte[] pngChunk(String type, byte[]... bodies) {
        byte[] body = joined(bodies);
        byte[] typeAndBody = joined(ascii(type), body);
        CRC32 crc = new CRC32();
        crc.update(typeAndBody);
        return ByteBuffer.allocate(8 + typeAndBody.length)
                .putInt(body.length)
                .put(typeAndBody)
                .putInt((int) crc.getValue())
                .array();
    }

    /** Bits from the least significant on, as in lossless WebP. */
    static final class Bits {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private int pending;
        private int count;

        void put(int value, int bits) {
            for (int i = 0; i < bits; i++) {
                pending |= (value >> i & 1) << count;
                count++;
                if (count == 8) {
                    out.write(pending);
                    pending = 0;
                    count = 0;
                }
            }
        }

        byte[] bytes() {
            if (count > 0) {
                out.write(pending);
            }
            return out.toByteArray();
        }
    }
}
