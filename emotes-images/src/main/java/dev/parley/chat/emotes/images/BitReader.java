package dev.parley.chat.emotes.images;

import dev.parley.chat.emotes.images.ImageRefusedException.Reason;

/** Reads bits, the least significant of each byte first. */
final class BitReader {
    private final byte[] file;
    private final int end;
    private int next;
    private long buffer;
    private int buffered;

    BitReader(Bytes bytes) {
        this.file = bytes.file();
        this.next = bytes.position();
        this.end = bytes.position() + bytes.remaining();
    }

    /** Takes up to 24 bits. */
    int read(int count) throws ImageRefusedException {
        int bits = peek(count);
        skip(count);
        return bits;
    }

    boolean readFlag() throws ImageRefusedException {
        return read(1) != 0;
    }

    /** Shows up to 24 bits; those behind the end are 0. */
    int peek(int count) {
        while (buffered < count && next < end) {
            buffer |= (file[next++] & 0xffL) << buffered;
            buffered += 8;
        }
        return (int) buffer & ((1 << count) - 1);
    }

    /** Takes bits that were shown. */
    void skip(int count) throws ImageRefusedException {
        if (count > buffered) {
            throw new ImageRefusedException(Reason.TRUNCATED, "The image in the WebP ends too early.");
        }
        buffer >>>= count;
        buffered -= count;
    }
}
