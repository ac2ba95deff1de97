package dev.parley.chat.emotes.images;

import dev.parley.chat.emotes.images.Container.Blend;
import dev.parley.chat.emotes.images.Container.Disposal;
import dev.parley.chat.emotes.images.Container.Frame;
import dev.parley.chat.emotes.images.ImageRefusedException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** WebP (RFC 9649): RIFF with one image, or with a canvas and its frames. */
final class WebpFile {
    private static final int ANIMATED = 0x02;
    private static final int TRANSPARENT = 0x10;
    private static final int FRAME_HEAD_BYTES = 16;
    private static final int CLEAR_AFTERWARDS = 0x01;
    private static final int DO_NOT_BLEND = 0x02;

    private WebpFile() {}

    /** A chunk of RIFF, whose body is padded to an even length. */
    private record Chunk(String type, Bytes body) {

        static Chunk read(Bytes file) throws ImageRefusedException {
            String type = file.type();
            long length = file.u32LittleEndian();
            Bytes body = file.take(length);
            file.skip(length & 1);
            return new Chunk(type, body);
        }

        void writeTo(ByteArrayOutputStream out) {
            writeHead(type, body.remaining(), out);
            body.writeTo(out);
            if (body.remaining() % 2 != 0) {
                out.write(0);
            }
        }
    }

    static boolean isOne(Bytes file) {
        return file.startsWith("RIFF") && file.startsWith("WEBP", 8);
    }

    static Container read(Bytes file, ImageLimits limits) throws ImageRefusedException {
        file.skip(4);
        long length = file.u32LittleEndian();
        if (length > file.remaining()) {
            throw new ImageRefusedException(Reason.TRUNCATED, "The file ends before the image does.");
        }
        if (length < file.remaining()) {
            throw new ImageRefusedException(
                    Reason.TRAILING_BYTES,
                    file.remaining() - length + " bytes follow the image; save it anew as a WebP.");
        }
        file.skip(4);
        Chunk first = Chunk.read(file);
        if (first.type().equals("VP8X")) {
            return readExtended(first.body(), file, limits);
        }
        Size size = Size.read(first);
        Container.Builder container = new Container.Builder(ImageFormat.WEBP, limits, size.width(), size.height());
        if (file.remaining() > 0) {
            throw ImageRefusedException.malformed("The WebP has more chunks than its form allows.");
        }
        container.add(still(first, null, size));
        return container.build();
    }

    /** Copies the chunks that are needed to draw a file that {@link #read} has taken. */
    static void copyNeeded(Bytes file, ByteArrayOutputStream out) throws ImageRefusedException {
        file.skip(12);
        ByteArrayOutputStream chunks = new ByteArrayOutputStream(file.remaining());
        boolean begun = false;
        while (file.remaining() > 0) {
            Chunk chunk = Chunk.read(file);
            Bytes body = chunk.body();
            switch (chunk.type()) {
                case "VP8X" -> {
                    if (!begun) {
                        writeHead("VP8X", body.remaining(), chunks);
                        chunks.write(body.u8() & (ANIMATED | TRANSPARENT));
                        body.skip(3);
                        chunks.writeBytes(new byte[3]);
                        body.writeTo(chunks);
                    }
                }
                case "ANIM" -> chunk.writeTo(chunks);
                case "ANMF" -> {
                    ByteArrayOutputStream frame = new ByteArrayOutputStream(body.remaining());
                    body.take(FRAME_HEAD_BYTES).writeTo(frame);
                    while (body.remaining() > 0) {
                        writeIfImage(Chunk.read(body), frame);
                    }
                    writeHead("ANMF", frame.size(), chunks);
                    chunks.writeBytes(frame.toByteArray());
                }
                default -> writeIfImage(chunk, chunks);
            }
            begun = true;
        }
        writeHead("RIFF", 4 + chunks.size(), out);
        out.writeBytes("WEBP".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(chunks.toByteArray());
    }

    private static void writeIfImage(Chunk chunk, ByteArrayOutputStream out) {
        switch (chunk.type()) {
            case "ALPH", "VP8 ", "VP8L" -> chunk.writeTo(out);
            default -> {}
        }
    }

    private static void writeHead(String type, int length, ByteArrayOutputStream out) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .putInt(length)
                .array());
    }

    private static Container readExtended(Bytes head, Bytes file, ImageLimits limits) throws ImageRefusedException {
        if (head.remaining() != 10) {
            throw ImageRefusedException.malformed("The head of the WebP is wrong.");
        }
        boolean animated = (head.u8() & ANIMATED) != 0;
        head.skip(3);
        int width = head.u24LittleEndian() + 1;
        int height = head.u24LittleEndian() + 1;
        Container.Builder container = new Container.Builder(ImageFormat.WEBP, limits, width, height);
        boolean animationSeen = false;
        Chunk alpha = null;
        while (file.remaining() > 0) {
            Chunk chunk = Chunk.read(file);
            switch (chunk.type()) {
                case "ANIM" -> {
                    if (!animated || animationSeen || chunk.body().remaining() != 6) {
                        throw misplaced();
                    }
                    animationSeen = true;
                }
                case "ANMF" -> {
                    if (!animationSeen) {
                        throw misplaced();
                    }
                    container.add(animated(container, chunk.body()));
                }
                case "ALPH" -> {
                    if (animated || alpha != null || container.frameCount() > 0) {
                        throw misplaced();
                    }
                    alpha = chunk;
                }
                case "VP8 ", "VP8L" -> {
                    if (animated || container.frameCount() > 0) {
                        throw misplaced();
                    }
                    Size size = Size.read(chunk);
                    if (size.width() != width || size.height() != height) {
                        throw ImageRefusedException.malformed("The WebP has two sizes.");
                    }
                    container.add(still(chunk, alpha, size));
                }
                default -> {
                    // Profiles, metadata and chunks to come: none of them is needed for the pixels.
                }
            }
        }
        return container.build();
    }

    private static Frame still(Chunk image, @Nullable Chunk alpha, Size size) throws ImageRefusedException {
        WebpPixels pixels = pixels(image, alpha, size);
        return new Frame(0, 0, size.width(), size.height(), 0, Blend.REPLACE, Disposal.KEEP, pixels::decode);
    }

    private static Frame animated(Container.Builder container, Bytes body) throws ImageRefusedException {
        int x = 2 * body.u24LittleEndian();
        int y = 2 * body.u24LittleEndian();
        int width = body.u24LittleEndian() + 1;
        int height = body.u24LittleEndian() + 1;
        container.checkPlace(x, y, width, height);
        int delayMillis = body.u24LittleEndian();
        int flags = body.u8();
        Chunk alpha = null;
        WebpPixels pixels = null;
        while (body.remaining() > 0) {
            Chunk chunk = Chunk.read(body);
            switch (chunk.type()) {
                case "ALPH" -> {
                    if (alpha != null || pixels != null) {
                        throw misplaced();
                    }
                    alpha = chunk;
                }
                case "VP8 ", "VP8L" -> {
                    Size size = Size.read(chunk);
                    if (pixels != null || size.width() != width || size.height() != height) {
                        throw ImageRefusedException.malformed("A frame of the WebP has two sizes or two images.");
                    }
                    pixels = pixels(chunk, alpha, size);
                }
                default -> {
                    // Chunks to come.
                }
            }
        }
        if (pixels == null) {
            throw ImageRefusedException.malformed("A frame of the WebP has no image.");
        }
        return new Frame(
                x,
                y,
                width,
                height,
                delayMillis,
                (flags & DO_NOT_BLEND) != 0 ? Blend.REPLACE : Blend.OVER,
                (flags & CLEAR_AFTERWARDS) != 0 ? Disposal.CLEAR : Disposal.KEEP,
                pixels::decode);
    }

    private static WebpPixels pixels(Chunk image, @Nullable Chunk alpha, Size size) throws ImageRefusedException {
        boolean lossless = image.type().equals("VP8L");
        if (lossless && alpha != null) {
            throw misplaced();
        }
        return new WebpPixels(size.width(), size.height(), lossless, image.body(), alpha == null ? null : alpha.body());
    }

    private static ImageRefusedException misplaced() {
        return ImageRefusedException.malformed("The WebP has a chunk that is not where it belongs.");
    }

    /** The size that the image itself tells. */
    private record Size(int width, int height) {

        static Size read(Chunk image) throws ImageRefusedException {
            Bytes body = image.body().copy();
            if (image.type().equals("VP8L")) {
                int signature = body.u8();
                long bits = body.u32LittleEndian();
                if (signature != 0x2f || bits >> 29 != 0) {
                    throw ImageRefusedException.malformed("The image in the WebP does not begin like one.");
                }
                return new Size((int) (bits & 0x3fff) + 1, (int) (bits >> 14 & 0x3fff) + 1);
            }
            if (!image.type().equals("VP8 ")) {
                throw misplaced();
            }
            int tag = body.u24LittleEndian();
            int startCode = body.u24LittleEndian();
            int firstPartBytes = tag >> 5;
            int width = body.u16LittleEndian() & 0x3fff;
            int height = body.u16LittleEndian() & 0x3fff;
            boolean keyFrame = (tag & 1) == 0;
            boolean shown = (tag & 0x10) != 0;
            if (!keyFrame || !shown || startCode != 0x2a019d || firstPartBytes > body.remaining()) {
                throw ImageRefusedException.malformed("The image in the WebP does not begin like one.");
            }
            return new Size(width, height);
        }
    }
}
