package dev.parley.chat.emotes.images;

import dev.parley.chat.emotes.images.ImageRefusedException.Reason;

/**
 * The pixels of one GIF frame: LZW with codes that grow to 12 bits (GIF89a, appendix F).
 *
 * @param colours the table of colours, three bytes each
 * @param transparentIndex the index that is transparent, or -1
 * @param data the smallest code size, and sub-blocks to the empty one
 */
record GifPixels(int width, int height, boolean interlaced, Bytes colours, int transparentIndex, Bytes data) {
    private static final int GREATEST_CODE_BITS = 12;
    private static final int[] PASS_BEGINS = {0, 4, 2, 1};
    private static final int[] PASS_STEPS = {8, 8, 4, 2};

    int[] decode() throws ImageRefusedException {
        byte[] indexes = decompress();
        int[] palette = new int[256];
        Bytes table = colours.copy();
        for (int i = 0; table.remaining() > 0; i++) {
            palette[i] = 0xff000000 | table.u8() << 16 | table.u8() << 8 | table.u8();
        }
        if (transparentIndex >= 0) {
            palette[transparentIndex] = 0;
        }
        int[] argb = new int[indexes.length];
        if (!interlaced) {
            for (int i = 0; i < argb.length; i++) {
                argb[i] = palette[indexes[i] & 0xff];
            }
            return argb;
        }
        int next = 0;
        for (int pass = 0; pass < PASS_BEGINS.length; pass++) {
            for (int y = PASS_BEGINS[pass]; y < height; y += PASS_STEPS[pass]) {
                for (int x = 0; x < width; x++) {
                    argb[y * width + x] = palette[indexes[next++] & 0xff];
                }
            }
        }
        return argb;
    }

    /** Returns an index for each pixel, in the order of the file. What follows the last one is not looked at. */
    private byte[] decompress() throws ImageRefusedException {
        Bytes input = data.copy();
        int indexBits = input.u8();
        if (indexBits < 1 || indexBits > 8) {
            throw ImageRefusedException.malformed("A frame of the GIF has indexes of " + indexBits + " bits.");
        }
        int clearCode = 1 << indexBits;
        int endCode = clearCode + 1;
        short[] prefixes = new short[1 << GREATEST_CODE_BITS];
        byte[] suffixes = new byte[1 << GREATEST_CODE_BITS];
        byte[] reversed = new byte[(1 << GREATEST_CODE_BITS) + 1];
        for (int i = 0; i < clearCode; i++) {
            suffixes[i] = (byte) i;
        }
        byte[] indexes = new byte[width * height];
        int written = 0;
        int codeBits = indexBits + 1;
        int nextCode = endCode + 1;
        int previous = -1;
        byte firstOfPrevious = 0;
        int buffer = 0;
        int buffered = 0;
        int inBlock = 0;
        while (written < indexes.length) {
            while (buffered < codeBits) {
                if (inBlock == 0) {
                    inBlock = input.u8();
                    if (inBlock == 0) {
                        throw missing();
                    }
                }
                buffer |= input.u8() << buffered;
                buffered += 8;
                inBlock--;
            }
            int code = buffer & (1 << codeBits) - 1;
            buffer >>>= codeBits;
            buffered -= codeBits;
            if (code == clearCode) {
                codeBits = indexBits + 1;
                nextCode = endCode + 1;
                previous = -1;
                continue;
            }
            if (code == endCode) {
                throw missing();
            }
            if (code > nextCode || (previous < 0 && code > endCode)) {
                throw ImageRefusedException.malformed("A frame of the GIF has a code that stands for nothing.");
            }
            int length = 0;
            int walked = code;
            if (code == nextCode) {
                reversed[length++] = firstOfPrevious;
                walked = previous;
            }
            while (walked >= clearCode) {
                reversed[length++] = suffixes[walked];
                walked = prefixes[walked];
            }
            firstOfPrevious = suffixes[walked];
            reversed[length++] = firstOfPrevious;
            while (length > 0 && written < indexes.length) {
                indexes[written++] = reversed[--length];
            }
            if (previous >= 0 && nextCode < 1 << GREATEST_CODE_BITS) {
                prefixes[nextCode] = (short) previous;
                suffixes[nextCode] = firstOfPrevious;
                nextCode++;
                if (nextCode == 1 << codeBits && codeBits < GREATEST_CODE_BITS) {
                    codeBits++;
                }
            }
            previous = code;
        }
        return indexes;
    }

    private static ImageRefusedException missing() {
        return new ImageRefusedException(Reason.TRUNCATED, "A frame of the GIF has fewer pixels than it says.");
    }
}
