package dev.parley.chat.worker;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Image files, made by hand: whole ones, and those of somebody who means no good. */
final class Pictures {
    private Pictures() {}

    /** A grey PNG of noise: another one for each seed. */
    static byte[] png(int side, int seed) {
        byte[] lines = new byte[side * (side + 1)];
        new Random(seed).nextBytes(lines);
        for (int y = 0; y < side; y++) {
            lines[y * (side + 1)] = 0;
        }
        return pngOf(side, side, lines);
    }

    /** A PNG that says to be of a size, with other lines than that. */
    static byte[] pngOf(int width, int height, byte[] lines) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        chunk(
                out,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) 8)
                        .array());
        chunk(out, "IDAT", deflated(lines));
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    /** A PNG as a camera writes it, which says where it was taken. */
    static byte[] withPlace(byte[] png, String place) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int headerEnd = 8 + 25;
        out.write(png, 0, headerEnd);
        chunk(out, "eXIf", place.getBytes(StandardCharsets.US_ASCII));
        out.write(png, headerEnd, png.length - headerEnd);
        return out.toByteArray();
    }

    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater();
        deflater.setInput(bytes);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] part = new byte[8192];
        while (!deflater.finished()) {
            out.write(part, 0, deflater.deflate(part));
        }
        deflater.end();
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] body) {
        byte[] content = ByteBuffer.allocate(4 + body.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(body)
                .array();
        CRC32 crc = new CRC32();
        crc.update(content);
        out.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
        out.writeBytes(content);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    /** A GIF of one pixel that moves; another one for each seed. */
    static byte[] gif(int frames, int seed) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GIF89a".getBytes(StandardCharsets.US_ASCII));
        // One by one, with a table of two colours.
        out.writeBytes(new byte[] {1, 0, 1, 0, (byte) 0x80, 0, 0});
        out.writeBytes(new byte[] {(byte) seed, (byte) (seed >> 8), 0, 0, 0, 0});
        for (int i = 0; i < frames; i++) {
            out.writeBytes(new byte[] {0x21, (byte) 0xf9, 4, 0, 10, 0, 0, 0});
            out.writeBytes(new byte[] {0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0});
            // Codes of three bits: clear, the first colour, end.
            out.writeBytes(new byte[] {2, 2, 0x44, 0x01, 0});
        }
        out.write(0x3b);
        return out.toByteArray();
    }

    /** A WebP of one pixel. */
    static byte[] webp() {
        return Base64.getDecoder().decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==");
    }

    static byte[] svg() {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"
                .getBytes(StandardCharsets.UTF_8);
    }

    static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
