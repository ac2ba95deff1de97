package dev.parley.chat.emotes.images;

import dev.parley.chat.emotes.images.ImageRefusedException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Reads a range of a file from its begin to its end; what goes beyond is {@link Reason#TRUNCATED}. */
final class Bytes {
    private final byte[] file;
    private final int end;
    private int position;

    Bytes(byte[] file, int begin, int end) {
        this.file = file;
        this.position = begin;
        this.end = end;
    }

    byte[] file() {
        return file;
    }

    /** Returns the rest as a range of its own, so that this one stays where it is. */
    Bytes copy() {
        return new Bytes(file, position, end);
    }

    int position() {
        return position;
    }

    int remaining() {
        return end - position;
    }

    /** Tells whether these characters are next; takes nothing. */
    boolean startsWith(String latin1) {
        return startsWith(latin1, 0);
    }

    boolean startsWith(String latin1, int offset) {
        if (remaining() < offset + latin1.length()) {
            return false;
        }
        for (int i = 0; i < latin1.length(); i++) {
            if ((file[position + offset + i] & 0xff) != latin1.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    int u8() throws ImageRefusedException {
        need(1);
        return file[position++] & 0xff;
    }

    int u16LittleEndian() throws ImageRefusedException {
        return u8() | u8() << 8;
    }

    int u24LittleEndian() throws ImageRefusedException {
        return u16LittleEndian() | u8() << 16;
    }

    long u32LittleEndian() throws ImageRefusedException {
        return u24LittleEndian() | (long) u8() << 24;
    }

    int u16() throws ImageRefusedException {
        return u8() << 8 | u8();
    }

    long u32() throws ImageRefusedException {
        return (long) u16() << 16 | u16();
    }

    /** Takes four characters, such as the type of a chunk. */
    String type() throws ImageRefusedException {
        need(4);
        position += 4;
        return new String(file, position - 4, 4, StandardCharsets.ISO_8859_1);
    }

    void skip(long count) throws ImageRefusedException {
        need(count);
        position += (int) count;
    }

    /** Takes the next so many bytes as a range of their own. */
    Bytes take(long count) throws ImageRefusedException {
        skip(count);
        return new Bytes(file, position - (int) count, position);
    }

    /** Copies the rest; takes nothing. */
    void writeTo(ByteArrayOutputStream out) {
        out.write(file, position, end - position);
    }

    private void need(long count) throws ImageRefusedException {
        if (count > remaining()) {
            throw new ImageRefusedException(Reason.TRUNCATED, "The file ends before the image does.");
        }
    }
}
