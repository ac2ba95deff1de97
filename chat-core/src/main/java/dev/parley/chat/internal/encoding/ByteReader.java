package dev.parley.chat.internal.encoding;

import java.nio.ByteBuffer;

/** Reads big-endian fields from a stranger's bytes; every length is checked before anything is allocated. */
public final class ByteReader {

    private final ByteBuffer buffer;

    /**
     * Starts at the beginning.
     *
     * @param bytes what to read; not copied
     */
    public ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /**
     * Starts in the middle.
     *
     * @param bytes what to read; not copied
     * @param offset where to start
     * @param length how much to read at most
     */
    public ByteReader(byte[] bytes, int offset, int length) {
        this.buffer = ByteBuffer.wrap(bytes, offset, length);
    }

    public int u8() throws MalformedException {
        need(1);
        return buffer.get() & 0xff;
    }

    public int u16() throws MalformedException {
        need(2);
        return buffer.getShort() & 0xffff;
    }

    public long i64() throws MalformedException {
        need(8);
        return buffer.getLong();
    }

    /**
     * Reads a 32-bit length.
     *
     * @param max the greatest length that is accepted
     * @return the length
     * @throws MalformedException if it is greater, or negative
     */
    public int length32(int max) throws MalformedException {
        need(4);
        int length = buffer.getInt();
        if (length < 0 || length > max) {
            throw new MalformedException("a length is out of bounds, the limit is " + max);
        }
        return length;
    }

    public byte[] bytes(int length) throws MalformedException {
        need(length);
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    public int position() {
        return buffer.position();
    }

    public int remaining() {
        return buffer.remaining();
    }

    public byte[] rest() {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    public void end() throws MalformedException {
        if (buffer.hasRemaining()) {
            throw new MalformedException(buffer.remaining() + " bytes too many");
        }
    }

    private void need(int length) throws MalformedException {
        if (buffer.remaining() < length) {
            throw new MalformedException("cut short: " + length + " bytes needed, " + buffer.remaining() + " left");
        }
    }
}
