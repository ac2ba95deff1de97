package dev.parley.chat.emotes.internal;

import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteVisibility;
import dev.parley.chat.emotes.EmoteWarning;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * A set as bytes, to start from when there is no network yet. Faster to read than any answer it came from: without a
 * parser to load, with the beginnings that the addresses of one emote share written once, and with the images of an
 * emote in a block that is read when they are asked for. Ends with a checksum.
 */
final class SetFile {
    private static final int MAGIC = 0x50455332;
    private static final int CHECKSUM_BYTES = 4;
    private static final int ZERO_WIDTH = 1;
    private static final int ANIMATED = 2;
    private static final int MAX_COUNT = 0xffff;

    private SetFile() {}

    /** Writes a set of one provider. Gives no bytes if it holds a topic that is too long, or too many images. */
    static byte[] write(EmoteSet set) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            writeStrings(out, set.topics());
            out.writeInt(set.skippedCount());
            writeStrings(out, set.skippedNotes());
            out.writeInt(set.emotes().size());
            for (Emote emote : set.emotes()) {
                write(out, emote);
            }
            out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
        } catch (IOException e) {
            // Into memory nothing fails, but for what is too long to be written.
            return new byte[0];
        }
        return bytes.toByteArray();
    }

    /** Reads a set of a provider; nothing if the bytes are not what {@link #write} gave. */
    static Optional<EmoteSet> read(String providerId, byte[] file) {
        int end = file.length - CHECKSUM_BYTES;
        if (end < 0 || ByteBuffer.wrap(file).getInt(end) != checksum(file, end)) {
            return Optional.empty();
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(file, 0, end))) {
            if (in.readInt() != MAGIC) {
                return Optional.empty();
            }
            EmoteSet.Builder set = EmoteSet.builder();
            readStrings(in).forEach(set::topic);
            int skipped = in.readInt();
            List<String> notes = readStrings(in);
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                set.add(readEmote(in, providerId));
            }
            set.skipped(skipped, notes);
            return Optional.of(set.build());
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // Of another version of this program.
            return Optional.empty();
        }
    }

    private static void write(DataOutputStream out, Emote emote) throws IOException {
        out.writeUTF(emote.id().value());
        out.writeUTF(emote.code());
        out.writeByte((emote.zeroWidth() ? ZERO_WIDTH : 0) | (emote.animated() ? ANIMATED : 0));
        out.writeUTF(emote.visibility().name());
        writeStrings(out, emote.warnings().stream().map(EmoteWarning::name).toList());
        out.writeUTF(emote.category().orElse(""));
        writeStrings(out, emote.tags());
        byte[] images = images(emote.images());
        out.writeInt(images.length);
        out.write(images);
    }

    private static byte[] images(List<EmoteImage> images) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writeCount(out, images.size());
            String before = "";
            for (EmoteImage image : images) {
                String url = image.url().toString();
                int shared = sharedPrefix(before, url);
                out.writeShort(shared);
                out.writeUTF(url.substring(shared));
                before = url;
                out.writeUTF(image.format().name());
                out.writeInt(image.widthPixels());
                out.writeInt(image.heightPixels());
                out.writeLong(image.sizeBytes());
                out.writeInt(image.frameCount());
            }
        }
        return bytes.toByteArray();
    }

    private static Emote readEmote(DataInputStream in, String providerId) throws IOException {
        Emote.Builder emote = Emote.builder(new EmoteId(providerId, in.readUTF()), in.readUTF());
        int flags = in.readByte();
        emote.zeroWidth((flags & ZERO_WIDTH) != 0).animated((flags & ANIMATED) != 0);
        emote.visibility(EmoteVisibility.valueOf(in.readUTF()));
        emote.warnings(readStrings(in).stream().map(EmoteWarning::valueOf).collect(Collectors.toUnmodifiableSet()));
        emote.category(in.readUTF());
        emote.tags(readStrings(in));
        byte[] images = in.readNBytes(in.readInt());
        return emote.imagesLater(() -> readImages(images)).build();
    }

    private static List<EmoteImage> readImages(byte[] block) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(block))) {
            int count = in.readUnsignedShort();
            List<EmoteImage> images = new ArrayList<>(count);
            String before = "";
            for (int i = 0; i < count; i++) {
                String url = before.substring(0, in.readUnsignedShort()) + in.readUTF();
                images.add(new EmoteImage(
                        URI.create(url),
                        EmoteImageFormat.valueOf(in.readUTF()),
                        in.readInt(),
                        in.readInt(),
                        in.readLong(),
                        in.readInt()));
                before = url;
            }
            return images;
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // Of another version of this program. The next answer brings the images again.
            return List.of();
        }
    }

    private static void writeStrings(DataOutputStream out, List<String> strings) throws IOException {
        writeCount(out, strings.size());
        for (String string : strings) {
            out.writeUTF(string);
        }
    }

    private static void writeCount(DataOutputStream out, int count) throws IOException {
        if (count > MAX_COUNT) {
            throw new IOException("a list has " + count + " entries, but can be written with " + MAX_COUNT);
        }
        out.writeShort(count);
    }

    private static List<String> readStrings(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        if (count == 0) {
            return List.of();
        }
        List<String> strings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            strings.add(in.readUTF());
        }
        return strings;
    }

    private static int sharedPrefix(String a, String b) {
        int most = Math.min(Math.min(a.length(), b.length()), 0xffff);
        int shared = 0;
        while (shared < most && a.charAt(shared) == b.charAt(shared)) {
            shared++;
        }
        return shared;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }
}
