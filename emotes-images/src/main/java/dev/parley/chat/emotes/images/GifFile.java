package dev.parley.chat.emotes.images;

import dev.parley.chat.emotes.images.Container.Blend;
import dev.parley.chat.emotes.images.Container.Disposal;
import dev.parley.chat.emotes.images.Container.Frame;
import dev.parley.chat.emotes.images.ImageRefusedException.Reason;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** GIF, versions 87a and 89a. */
final class GifFile {
    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2C;
    private static final int TRAILER = 0x3B;
    private static final int GRAPHIC_CONTROL = 0xF9;
    private static final int APPLICATION = 0xFF;
    private static final int HEAD_BYTES = 13;

    private GifFile() {}

    static boolean isOne(Bytes file) {
        return file.startsWith("GIF87a") || file.startsWith("GIF89a");
    }

    static Container read(Bytes file, ImageLimits limits) throws ImageRefusedException {
        file.skip(6);
        int width = file.u16LittleEndian();
        int height = file.u16LittleEndian();
        Container.Builder container = new Container.Builder(ImageFormat.GIF, limits, width, height);
        int flags = file.u8();
        file.skip(2);
        Bytes globalColours = file.take(colourTableBytes(flags));

        int delayMillis = 0;
        int transparentIndex = -1;
        Disposal disposal = Disposal.KEEP;
        while (true) {
            int block = file.u8();
            if (block == TRAILER) {
                break;
            }
            if (block == EXTENSION) {
                int label = file.u8();
                if (label == GRAPHIC_CONTROL && file.startsWith("\4")) {
                    file.skip(1);
                    int control = file.u8();
                    delayMillis = file.u16LittleEndian() * 10;
                    int index = file.u8();
                    transparentIndex = (control & 1) != 0 ? index : -1;
                    disposal = switch (control >> 2 & 7) {
                        case 2 -> Disposal.CLEAR;
                        case 3 -> Disposal.RESTORE;
                        default -> Disposal.KEEP;
                    };
                }
                skipSubBlocks(file);
            } else if (block == IMAGE) {
                int x = file.u16LittleEndian();
                int y = file.u16LittleEndian();
                int frameWidth = file.u16LittleEndian();
                int frameHeight = file.u16LittleEndian();
                container.checkPlace(x, y, frameWidth, frameHeight);
                int imageFlags = file.u8();
                Bytes localColours = file.take(colourTableBytes(imageFlags));
                Bytes colours = localColours.remaining() > 0 ? localColours : globalColours;
                if (colours.remaining() == 0) {
                    throw ImageRefusedException.malformed(
                            "Frame " + (container.frameCount() + 1) + " of the GIF has no colours.");
                }
                int begin = file.position();
                file.skip(1);
                skipSubBlocks(file);
                GifPixels pixels = new GifPixels(
                        frameWidth,
                        frameHeight,
                        (imageFlags & 0x40) != 0,
                        colours,
                        transparentIndex,
                        new Bytes(file.file(), begin, file.position()));
                container.add(
                        new Frame(x, y, frameWidth, frameHeight, delayMillis, Blend.OVER, disposal, pixels::decode));
                delayMillis = 0;
                transparentIndex = -1;
                disposal = Disposal.KEEP;
            } else {
                throw ImageRefusedException.malformed("The GIF has a block of an unknown kind.");
            }
        }
        if (file.remaining() > 0) {
            throw new ImageRefusedException(
                    Reason.TRAILING_BYTES, file.remaining() + " bytes follow the image; save it anew as a GIF.");
        }
        return container.build();
    }

    /** Copies the blocks that are needed to draw a file that {@link #read} has taken. */
    static void copyNeeded(Bytes file, ByteArrayOutputStream out) throws ImageRefusedException {
        Bytes head = file.copy();
        file.skip(10);
        int colourBytes = colourTableBytes(file.u8());
        file.skip(2 + colourBytes);
        head.take(HEAD_BYTES + colourBytes).writeTo(out);
        @Nullable Bytes control = null;
        boolean repeats = false;
        while (true) {
            Bytes block = file.copy();
            switch (file.u8()) {
                case TRAILER -> {
                    out.write(TRAILER);
                    return;
                }
                case EXTENSION -> {
                    int label = file.u8();
                    if (label == GRAPHIC_CONTROL && file.startsWith("\4")) {
                        control = block.take(7);
                    } else if (label == APPLICATION && file.startsWith("\13NETSCAPE2.0\3\1") && !repeats) {
                        repeats = true;
                        block.take(18).writeTo(out);
                        out.write(0);
                    }
                    skipSubBlocks(file);
                }
                default -> {
                    if (control != null) {
                        control.writeTo(out);
                        out.write(0);
                        control = null;
                    }
                    file.skip(8);
                    file.skip(colourTableBytes(file.u8()) + 1);
                    skipSubBlocks(file);
                    block.take(file.position() - block.position()).writeTo(out);
                }
            }
        }
    }

    private static int colourTableBytes(int flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    private static void skipSubBlocks(Bytes file) throws ImageRefusedException {
        for (int length = file.u8(); length > 0; length = file.u8()) {
            file.skip(length);
        }
    }
}
