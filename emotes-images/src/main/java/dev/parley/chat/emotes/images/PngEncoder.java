package dev.parley.chat.emotes.images;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes PNG with 8 bits of red, green, blue and opacity. Each line tells the difference to the pixel to its left. */
final class PngEncoder {
    private static final int RGB_ALPHA_OF_8_BITS = 0x0806;
    private static final byte LEFT_FILTER = 1;

    private PngEncoder() {}

    static byte[] encode(int[] argb, int width, int height) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(PngFile.SIGNATURE.getBytes(StandardCharsets.ISO_8859_1));
        ByteBuffer header = ByteBuffer.allocate(13);
        header.putInt(width).putInt(height).putShort((short) RGB_ALPHA_OF_8_BITS);
        chunk(out, "IHDR", header.array());
        byte[] lines = new byte[height * (1 + 4 * width)];
        int next = 0;
        for (int y = 0; y < height; y++) {
            lines[next++] = LEFT_FILTER;
            int left = 0;
            for (int x = 0; x < width; x++) {
                int colour = argb[y * width + x];
                lines[next++] = (byte) ((colour >> 16) - (left >> 16));
                lines[next++] = (byte) ((colour >> 8) - (left >> 8));
                lines[next++] = (byte) (colour - left);
                lines[next++] = (byte) ((colour >> 24) - (left >> 24));
                left = colour;
            }
        }
        chunk(out, "IDAT", deflate(lines));
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    /** Compresses to a zlib stream. */
    static byte[] deflate(byte[] bytes) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(bytes);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] part = new byte[8192];
            while (!deflater.finished()) {
                out.write(part, 0, deflater.deflate(part));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] body) {
        byte[] typeAndBody = ByteBuffer.allocate(4 + body.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(body)
                .array();
        CRC32 crc = new CRC32();
        crc.update(typeAndBody);
        out.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
        out.writeBytes(typeAndBody);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
