package dev.parley.chat.emotes.images;

import dev.parley.chat.emotes.images.ImageRefusedException.Reason;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The pixels of one PNG frame. Its lines are inflated one by one into two of them; nothing is inflated beyond what the
 * header says.
 *
 * @param palette colours, three bytes each, or null
 * @param transparency the body of tRNS, or null
 * @param chunks whole chunks, of which those with data are taken
 */
record PngPixels(
        int width,
        int height,
        Header header,
        @Nullable Bytes palette,
        @Nullable Bytes transparency,
        Bytes chunks) {
    static final int GREY = 0;
    static final int RGB = 2;
    static final int INDEXED = 3;
    static final int GREY_ALPHA = 4;
    static final int RGB_ALPHA = 6;

    /** The passes of Adam7: first column, step of columns, first line, step of lines. */
    private static final int[][] ADAM7 = {
        {0, 8, 0, 8}, {4, 8, 0, 8}, {0, 4, 4, 8}, {2, 4, 0, 4}, {0, 2, 2, 4}, {1, 2, 0, 2}, {0, 1, 1, 2}
    };

    private static final int[][] ONE_PASS = {{0, 1, 0, 1}};

    /** How samples are stored. */
    record Header(int bitDepth, int colourType, boolean interlaced) {

        static Header read(Bytes data) throws ImageRefusedException {
            int bitDepth = data.u8();
            int colourType = data.u8();
            boolean right = switch (colourType) {
                case GREY -> bitDepth == 1 || bitDepth == 2 || bitDepth == 4 || bitDepth == 8 || bitDepth == 16;
                case INDEXED -> bitDepth == 1 || bitDepth == 2 || bitDepth == 4 || bitDepth == 8;
                case RGB, GREY_ALPHA, RGB_ALPHA -> bitDepth == 8 || bitDepth == 16;
                default -> false;
            };
            int compression = data.u8();
            int filter = data.u8();
            int interlace = data.u8();
            if (!right || compression != 0 || filter != 0 || interlace > 1) {
                throw ImageRefusedException.malformed("The header of the PNG is wrong.");
            }
            return new Header(bitDepth, colourType, interlace == 1);
        }

        int greatestPalette() {
            return switch (colourType) {
                case INDEXED -> 1 << bitDepth;
                case RGB, RGB_ALPHA -> 256;
                default -> 0;
            };
        }

        int samples() {
            return switch (colourType) {
                case RGB -> 3;
                case GREY_ALPHA -> 2;
                case RGB_ALPHA -> 4;
                default -> 1;
            };
        }
    }

    int[] decode() throws ImageRefusedException {
        int bitsPerPixel = header.samples() * header.bitDepth();
        int bytesPerPixel = Math.max(1, bitsPerPixel / 8);
        int[] argb = new int[width * height];
        int[] colours = colours();
        Source source = new Source(chunks.copy());
        try {
            for (int[] pass : header.interlaced() ? ADAM7 : ONE_PASS) {
                int passWidth = (width - pass[0] + pass[1] - 1) / pass[1];
                if (passWidth == 0) {
                    continue;
                }
                byte[] line = new byte[(int) (((long) passWidth * bitsPerPixel + 7) / 8)];
                byte[] above = new byte[line.length];
                byte[] filter = new byte[1];
                for (int y = pass[2]; y < height; y += pass[3]) {
                    source.read(filter);
                    source.read(line);
                    unfilter(filter[0], line, above, bytesPerPixel);
                    spread(line, passWidth, argb, y * width + pass[0], pass[1], colours);
                    byte[] swapped = above;
                    above = line;
                    line = swapped;
                }
            }
            source.requireEnd();
        } finally {
            source.close();
        }
        return argb;
    }

    /** The colours of an indexed image, or for grey ones of up to eight bits; else none. */
    private int[] colours() throws ImageRefusedException {
        Bytes table = palette;
        if (header.colourType() == INDEXED && table != null) {
            int[] colours = new int[256];
            table = table.copy();
            Bytes alphas = transparency == null ? null : transparency.copy();
            for (int i = 0; table.remaining() > 0; i++) {
                int alpha = alphas == null || alphas.remaining() == 0 ? 0xff : alphas.u8();
                colours[i] = alpha << 24 | table.u8() << 16 | table.u8() << 8 | table.u8();
            }
            return colours;
        }
        if (header.colourType() == GREY && header.bitDepth() <= 8) {
            int[] colours = new int[256];
            int greatest = (1 << header.bitDepth()) - 1;
            for (int i = 0; i <= greatest; i++) {
                colours[i] = 0xff000000 | i * 255 / greatest * 0x010101;
            }
            if (transparency != null) {
                colours[transparency.copy().u16() & greatest] = 0;
            }
            return colours;
        }
        return new int[0];
    }

    private static void unfilter(int filter, byte[] line, byte[] above, int back) throws ImageRefusedException {
        switch (filter) {
            case 0 -> {}
            case 1 -> {
                for (int i = back; i < line.length; i++) {
                    line[i] += line[i - back];
                }
            }
            case 2 -> {
                for (int i = 0; i < line.length; i++) {
                    line[i] += above[i];
                }
            }
            case 3 -> {
                for (int i = 0; i < line.length; i++) {
                    int left = i < back ? 0 : line[i - back] & 0xff;
                    line[i] += (byte) ((left + (above[i] & 0xff)) >> 1);
                }
            }
            case 4 -> {
                for (int i = 0; i < line.length; i++) {
                    int left = i < back ? 0 : line[i - back] & 0xff;
                    int leftAbove = i < back ? 0 : above[i - back] & 0xff;
                    line[i] += (byte) paeth(left, above[i] & 0xff, leftAbove);
                }
            }
            default -> throw ImageRefusedException.malformed("A line of the PNG has an unknown filter.");
        }
    }

    private static int paeth(int left, int above, int leftAbove) {
        int toLeft = Math.abs(above - leftAbove);
        int toAbove = Math.abs(left - leftAbove);
        int toLeftAbove = Math.abs(left + above - 2 * leftAbove);
        if (toLeft <= toAbove && toLeft <= toLeftAbove) {
            return left;
        }
        return toAbove <= toLeftAbove ? above : leftAbove;
    }

    private void spread(byte[] line, int count, int[] argb, int first, int step, int[] colours)
            throws ImageRefusedException {
        int depth = header.bitDepth();
        if (colours.length > 0) {
            int mask = (1 << depth) - 1;
            for (int i = 0; i < count; i++) {
                int bit = i * depth;
                argb[first + i * step] = colours[line[bit >> 3] >> (8 - depth - (bit & 7)) & mask];
            }
            return;
        }
        // Of samples with 16 bits the upper 8 are kept.
        int sampleBytes = depth / 8;
        int pixelBytes = header.samples() * sampleBytes;
        boolean grey = header.colourType() == GREY || header.colourType() == GREY_ALPHA;
        boolean alpha = header.colourType() == GREY_ALPHA || header.colourType() == RGB_ALPHA;
        byte[] transparent = transparent(sampleBytes);
        for (int i = 0; i < count; i++) {
            int at = i * pixelBytes;
            int red = line[at] & 0xff;
            int green = grey ? red : line[at + sampleBytes] & 0xff;
            int blue = grey ? red : line[at + 2 * sampleBytes] & 0xff;
            int opacity = alpha ? line[at + pixelBytes - sampleBytes] & 0xff : 0xff;
            if (transparent.length > 0
                    && Arrays.equals(line, at, at + pixelBytes, transparent, 0, transparent.length)) {
                opacity = 0;
            }
            argb[first + i * step] = opacity << 24 | red << 16 | green << 8 | blue;
        }
    }

    /** The one colour that is transparent, as it stands in a line; empty if there is none. */
    private byte[] transparent(int sampleBytes) throws ImageRefusedException {
        if (transparency == null) {
            return new byte[0];
        }
        Bytes body = transparency.copy();
        byte[] colour = new byte[header.samples() * sampleBytes];
        for (int sample = 0; sample < header.samples(); sample++) {
            int value = body.u16();
            for (int i = 0; i < sampleBytes; i++) {
                colour[sample * sampleBytes + i] = (byte) (value >> (8 * (sampleBytes - 1 - i)));
            }
        }
        return colour;
    }

    /** Inflates the data of the chunks, as much as is asked for. */
    private static final class Source {
        private final Bytes chunks;
        private final Inflater inflater = new Inflater();

        Source(Bytes chunks) {
            this.chunks = chunks;
        }

        void read(byte[] target) throws ImageRefusedException {
            int filled = 0;
            while (filled < target.length) {
                int count = inflate(target, filled);
                if (count == 0) {
                    throw new ImageRefusedException(Reason.TRUNCATED, "The PNG has fewer pixels than its header says.");
                }
                filled += count;
            }
        }

        /** Holds that the stream ends here, with its checksum. */
        void requireEnd() throws ImageRefusedException {
            if (inflate(new byte[1], 0) > 0) {
                throw ImageRefusedException.malformed("The PNG has more pixels than its header says.");
            }
            if (!inflater.finished()) {
                throw new ImageRefusedException(Reason.TRUNCATED, "The data of the PNG does not end.");
            }
            if (inflater.getRemaining() > 0) {
                throw new ImageRefusedException(Reason.TRAILING_BYTES, "Bytes follow the data of the PNG.");
            }
        }

        /** Returns 0 at the end of the stream, or of the chunks. */
        private int inflate(byte[] target, int from) throws ImageRefusedException {
            try {
                while (true) {
                    int count = inflater.inflate(target, from, target.length - from);
                    if (count > 0 || inflater.finished()) {
                        return count;
                    }
                    if (inflater.needsDictionary()) {
                        throw ImageRefusedException.malformed("The data of the PNG needs a dictionary.");
                    }
                    if (inflater.needsInput() && !nextChunk()) {
                        return 0;
                    }
                }
            } catch (DataFormatException e) {
                throw new ImageRefusedException(Reason.MALFORMED, "The data of the PNG is damaged.", e);
            }
        }

        private boolean nextChunk() throws ImageRefusedException {
            while (chunks.remaining() > 0) {
                long length = chunks.u32();
                String type = chunks.type();
                Bytes data = chunks.take(length);
                chunks.skip(4);
                if (type.equals("fdAT")) {
                    data.skip(4);
                } else if (!type.equals("IDAT")) {
                    continue;
                }
                if (data.remaining() > 0) {
                    inflater.setInput(data.file(), data.position(), data.remaining());
                    return true;
                }
            }
            return false;
        }

        void close() {
            inflater.end();
        }
    }
}
