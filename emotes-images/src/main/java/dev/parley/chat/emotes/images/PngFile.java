package dev.parley.chat.emotes.images;

import dev.parley.chat.emotes.images.Container.Blend;
import dev.parley.chat.emotes.images.Container.Disposal;
import dev.parley.chat.emotes.images.Container.Frame;
import dev.parley.chat.emotes.images.ImageRefusedException.Reason;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** PNG (third edition), with the chunks of animations. Chunks that are not needed for the pixels are stepped over. */
final class PngFile {
    static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";

    /** What says by numbers alone how browsers are to show the colours: the kind of the chunk, and its length. */
    private static final Map<String, Integer> COLOURS = Map.of("gAMA", 4, "cHRM", 32, "sRGB", 1, "cICP", 4);

    private final Bytes file;
    private final ImageLimits limits;

    private PngPixels.@Nullable Header header;
    private Container.@Nullable Builder container;
    private @Nullable Bytes palette;
    private @Nullable Bytes transparency;
    private boolean dataSeen;
    private boolean dataEnded;
    private long announcedFrames = -1;
    private long nextSequence;
    private @Nullable FrameControl control;

    /** What precedes a frame's data. */
    private record FrameControl(
            int x, int y, int width, int height, int delayMillis, Blend blend, Disposal disposal, int dataBegin) {}

    private PngFile(Bytes file, ImageLimits limits) {
        this.file = file;
        this.limits = limits;
    }

    static boolean isOne(Bytes file) {
        return file.startsWith(SIGNATURE);
    }

    static Container read(Bytes file, ImageLimits limits) throws ImageRefusedException {
        return new PngFile(file, limits).read();
    }

    /** Copies the chunks that are needed to draw a file that {@link #read} has taken. */
    static void copyNeeded(Bytes file, ByteArrayOutputStream out) throws ImageRefusedException {
        file.take(SIGNATURE.length()).writeTo(out);
        Map<String, Integer> colours = new HashMap<>(COLOURS);
        boolean indexed = false;
        boolean animated = false;
        while (file.remaining() > 0) {
            Bytes chunk = file.copy();
            long length = file.u32();
            String type = file.type();
            Bytes data = file.take(length);
            file.skip(4);
            boolean needed = true;
            switch (type) {
                case "IHDR" -> {
                    data.skip(9);
                    indexed = data.u8() == PngPixels.INDEXED;
                }
                case "tRNS", "IDAT", "IEND" -> {}
                case "PLTE" -> needed = indexed;
                case "acTL" -> animated = true;
                case "fcTL", "fdAT" -> needed = animated;
                default -> needed = colours.remove(type, (int) length);
            }
            if (needed) {
                chunk.take(length + 12).writeTo(out);
            }
        }
    }

    private Container read() throws ImageRefusedException {
        file.skip(SIGNATURE.length());
        while (true) {
            int begin = file.position();
            long length = file.u32();
            int typeBegin = file.position();
            String type = file.type();
            checkType(type);
            Bytes data = file.take(length);
            long crc = file.u32();
            boolean critical = Character.isUpperCase(type.charAt(0));
            if (critical || type.equals("tRNS") || type.equals("acTL") || type.equals("fcTL") || type.equals("fdAT")) {
                CRC32 computed = new CRC32();
                computed.update(file.file(), typeBegin, (int) length + 4);
                if (computed.getValue() != crc) {
                    throw ImageRefusedException.malformed("The PNG is damaged: the checksum of a chunk is wrong.");
                }
            }
            if (header == null && !type.equals("IHDR")) {
                throw ImageRefusedException.malformed("The PNG does not begin with its header.");
            }
            if (dataSeen && !type.equals("IDAT")) {
                dataEnded = true;
            }
            switch (type) {
                case "IHDR" -> readHeader(data);
                case "PLTE" -> readPalette(data);
                case "tRNS" -> readTransparency(data);
                case "acTL" -> readAnimation(data);
                case "fcTL" -> readFrameControl(data);
                case "IDAT" -> readData(begin);
                case "fdAT" -> readFrameData(data);
                case "IEND" -> {
                    return end(data, begin);
                }
                default -> {
                    if (critical) {
                        throw ImageRefusedException.malformed("The PNG has a critical chunk of an unknown kind.");
                    }
                }
            }
        }
    }

    private static void checkType(String type) throws ImageRefusedException {
        for (int i = 0; i < type.length(); i++) {
            char letter = type.charAt(i);
            if (!((letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z'))) {
                throw ImageRefusedException.malformed("The PNG has a chunk whose kind is not made of letters.");
            }
        }
    }

    private void readHeader(Bytes data) throws ImageRefusedException {
        if (header != null || data.remaining() != 13) {
            throw ImageRefusedException.malformed("The header of the PNG is wrong.");
        }
        long width = data.u32();
        long height = data.u32();
        container = new Container.Builder(ImageFormat.PNG, limits, width, height);
        header = PngPixels.Header.read(data);
    }

    private void readPalette(Bytes data) throws ImageRefusedException {
        PngPixels.Header known = header();
        int length = data.remaining();
        if (palette != null || dataSeen || length == 0 || length % 3 != 0 || length > 3 * known.greatestPalette()) {
            throw ImageRefusedException.malformed("The palette of the PNG is wrong.");
        }
        palette = data;
    }

    private void readTransparency(Bytes data) throws ImageRefusedException {
        int length = data.remaining();
        boolean right = switch (header().colourType()) {
            case PngPixels.GREY -> length == 2;
            case PngPixels.RGB -> length == 6;
            case PngPixels.INDEXED -> palette != null && length <= palette.remaining() / 3;
            default -> false;
        };
        if (transparency != null || dataSeen || !right) {
            throw ImageRefusedException.malformed("The transparency of the PNG is wrong.");
        }
        transparency = data;
    }

    private void readAnimation(Bytes data) throws ImageRefusedException {
        if (announcedFrames >= 0 || dataSeen || data.remaining() != 8) {
            throw ImageRefusedException.malformed("The PNG announces its animation wrongly.");
        }
        announcedFrames = data.u32();
        if (announcedFrames == 0) {
            throw ImageRefusedException.malformed("The PNG announces an animation without frames.");
        }
        container().checkFrames(announcedFrames);
    }

    private void readFrameControl(Bytes data) throws ImageRefusedException {
        if (announcedFrames < 0) {
            return;
        }
        if (data.remaining() != 26) {
            throw ImageRefusedException.malformed("A frame of the PNG is announced wrongly.");
        }
        finishFrame(file.position());
        takeSequence(data);
        long width = data.u32();
        long height = data.u32();
        long x = data.u32();
        long y = data.u32();
        container().checkPlace(x, y, width, height);
        if (!dataSeen
                && (x != 0
                        || y != 0
                        || width != container().widthPixels()
                        || height != container().heightPixels())) {
            throw ImageRefusedException.malformed("The first frame of the PNG is smaller than the image.");
        }
        int delay = data.u16();
        int perSecond = data.u16();
        int disposal = data.u8();
        int blend = data.u8();
        if (disposal > 2 || blend > 1) {
            throw ImageRefusedException.malformed("A frame of the PNG is announced wrongly.");
        }
        control = new FrameControl(
                (int) x,
                (int) y,
                (int) width,
                (int) height,
                delay * 1000 / (perSecond == 0 ? 100 : perSecond),
                blend == 0 ? Blend.REPLACE : Blend.OVER,
                disposal == 0 ? Disposal.KEEP : disposal == 1 ? Disposal.CLEAR : Disposal.RESTORE,
                file.position());
    }

    private void takeSequence(Bytes data) throws ImageRefusedException {
        if (data.u32() != nextSequence++) {
            throw ImageRefusedException.malformed("The frames of the PNG are out of order.");
        }
    }

    private void readData(int begin) throws ImageRefusedException {
        if (dataEnded || (header().colourType() == PngPixels.INDEXED && palette == null)) {
            throw ImageRefusedException.malformed("The data of the PNG is not where it belongs.");
        }
        if (!dataSeen && announcedFrames < 0) {
            control = new FrameControl(
                    0,
                    0,
                    container().widthPixels(),
                    container().heightPixels(),
                    0,
                    Blend.REPLACE,
                    Disposal.KEEP,
                    begin);
        }
        dataSeen = true;
    }

    private void readFrameData(Bytes data) throws ImageRefusedException {
        if (announcedFrames < 0) {
            return;
        }
        if (!dataSeen || control == null || data.remaining() < 4) {
            throw ImageRefusedException.malformed("The data of a frame of the PNG is not where it belongs.");
        }
        takeSequence(data);
    }

    private Container end(Bytes data, int begin) throws ImageRefusedException {
        if (data.remaining() > 0 || !dataSeen) {
            throw ImageRefusedException.malformed("The PNG ends without an image.");
        }
        if (file.remaining() > 0) {
            throw new ImageRefusedException(
                    Reason.TRAILING_BYTES, file.remaining() + " bytes follow the image; save it anew as a PNG.");
        }
        finishFrame(begin);
        if (announcedFrames >= 0 && container().frameCount() != announcedFrames) {
            throw ImageRefusedException.malformed("The PNG has another number of frames than it announces.");
        }
        return container().build();
    }

    /** Adds the frame that was announced last, whose data ends before a position. */
    private void finishFrame(int dataEnd) throws ImageRefusedException {
        FrameControl frame = control;
        if (frame == null) {
            return;
        }
        PngPixels pixels = new PngPixels(
                frame.width(),
                frame.height(),
                header(),
                palette,
                transparency,
                new Bytes(file.file(), frame.dataBegin(), dataEnd));
        container()
                .add(new Frame(
                        frame.x(),
                        frame.y(),
                        frame.width(),
                        frame.height(),
                        frame.delayMillis(),
                        frame.blend(),
                        frame.disposal(),
                        pixels::decode));
        control = null;
    }

    private PngPixels.Header header() throws ImageRefusedException {
        PngPixels.Header known = header;
        if (known == null) {
            throw ImageRefusedException.malformed("The PNG does not begin with its header.");
        }
        return known;
    }

    private Container.Builder container() throws ImageRefusedException {
        Container.Builder known = container;
        if (known == null) {
            throw ImageRefusedException.malformed("The PNG does not begin with its header.");
        }
        return known;
    }
}
