package dev.parley.chat.emotes.images;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import dev.parley.chat.emotes.images.ImageRefusedException.Reason;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
    private static final int LOSSLESS_HEAD_BYTES = 5;

    int[] decode() throws ImageRefusedException {
        if (lossless) {
            Bytes data = image.copy();
            data.skip(LOSSLESS_HEAD_BYTES);
            return LosslessWebp.decode(data, width, height);
        }
        int[] argb = decodeLossy();
        if (alpha != null) {
            byte[] opacity = opacity(alpha.copy());
            for (int i = 0; i < argb.length; i++) {
                argb[i] = (argb[i] & 0x00ffffff) | opacity[i] << 24;
            }
        }
        return argb;
    }

    /** Gives the library a file that has this image and nothing else. */
    private int[] decodeLossy() throws ImageRefusedException {
        int length = image.remaining();
        byte[] file = ByteBuffer.allocate(20 + length + length % 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(12 + length + length % 2)
                .put("WEBPVP8 ".getBytes(StandardCharsets.US_ASCII))
                .putInt(length)
                .put(image.file(), image.position(), length)
                .array();
        ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
        try (MemoryCacheImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(input, false, true);
            if (reader.getWidth(0) != width || reader.getHeight(0) != height) {
                throw ImageRefusedException.malformed("The WebP has two sizes.");
            }
            BufferedImage decoded = reader.read(0);
            return decoded.getRGB(0, 0, width, height, null, 0, width);
        } catch (IOException | RuntimeException | AssertionError | StackOverflowError e) {
            throw new ImageRefusedException(Reason.MALFORMED, "The image in the WebP is damaged.", e);
        } finally {
            reader.dispose();
        }
    }

    private byte[] opacity(Bytes body) throws ImageRefusedException {
        int head = body.u8();
        byte[] opacity = new byte[width * height];
        switch (head & 3) {
            case 0 -> {
                for (int i = 0; i < opacity.length; i++) {
                    opacity[i] = (byte) body.u8();
                }
            }
            case 1 -> {
                int[] argb = LosslessWebp.decode(body, width, height);
                for (int i = 0; i < opacity.length; i++) {
                    opacity[i] = (byte) (argb[i] >> 8);
                }
            }
            default -> throw ImageRefusedException.malformed("The opacity of the WebP is of an unknown kind.");
        }
        unfilter(opacity, head >> 2 & 3);
        return opacity;
    }

    /** Adds what is predicted of each value: nothing, the left, the upper, or a gradient. */
    private void unfilter(byte[] opacity, int filter) {
        if (filter == 0) {
            return;
        }
        for (int x = 1; x < width; x++) {
            opacity[x] += opacity[x - 1];
        }
        for (int y = 1; y < height; y++) {
            int line = y * width;
            opacity[line] += opacity[line - width];
            for (int x = 1; x < width; x++) {
                int at = line + x;
                int left = opacity[at - 1] & 0xff;
                int top = opacity[at - width] & 0xff;
                int predicted = switch (filter) {
                    case 1 -> left;
                    case 2 -> top;
                    default -> Math.max(0, Math.min(255, left + top - (opacity[at - width - 1] & 0xff)));
                };
                opacity[at] += (byte) predicted;
            }
        }
    }
}
