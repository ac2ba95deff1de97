package dev.parley.chat.emotes.images;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import dev.parley.chat.emotes.images.ImageRefusedException.Reason;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The pixels of one WebP frame.
 *
 * @param image the body of VP8L if lossless, else of VP8
 * @param alpha the body of ALPH, or null
 */
record WebpPixels(
        int width,
        int height,
        boolean lossless,
        Bytes image,
        @Nullable Bytes alpha) {

    int[] decode() throws ImageRefusedException {
        return decodeAlone(lossless ? "VP8L" : "VP8 ");
    }

    /** Gives the library a file that has this image and nothing else. */
    private int[] decodeAlone(String type) throws ImageRefusedException {
        ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
        try (MemoryCacheImageInputStream input =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(file(type)))) {
            reader.setInput(input, false, true);
            if (reader.getWidth(0) != width || reader.getHeight(0) != height) {
                throw ImageRefusedException.malformed("The WebP has two sizes.");
            }
            BufferedImage decoded = reader.read(0);
            return decoded.getRGB(0, 0, width, height, null, 0, width);
        } catch (IOException | RuntimeException e) {
            throw new ImageRefusedException(Reason.MALFORMED, "The image in the WebP is damaged.", e);
        } finally {
            reader.dispose();
        }
    }

    private byte[] file(String type) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(image.remaining() + 64);
        out.writeBytes(new byte[12]);
        if (alpha != null) {
            put(out, "VP8X", 10);
            put24(out, 0x10);
            out.write(0);
            put24(out, width - 1);
            put24(out, height - 1);
            chunk(out, "ALPH", alpha);
        }
        chunk(out, type, image);
        byte[] file = out.toByteArray();
        ByteArrayOutputStream head = new ByteArrayOutputStream(12);
        put(head, "RIFF", file.length - 8);
        head.writeBytes("WEBP".getBytes(StandardCharsets.US_ASCII));
        System.arraycopy(head.toByteArray(), 0, file, 0, 12);
        return file;
    }

    private static void chunk(ByteArrayOutputStream out, String type, Bytes body) {
        put(out, type, body.remaining());
        out.write(body.file(), body.position(), body.remaining());
        if (body.remaining() % 2 != 0) {
            out.write(0);
        }
    }

    private static void put(ByteArrayOutputStream out, String type, int length) {
        out.writeBytes(type.getBytes(StandardCharsets.US_ASCII));
        put24(out, length);
        out.write(length >> 24);
    }

    private static void put24(ByteArrayOutputStream out, int value) {
        out.write(value);
        out.write(value >> 8);
        out.write(value >> 16);
    }
}
