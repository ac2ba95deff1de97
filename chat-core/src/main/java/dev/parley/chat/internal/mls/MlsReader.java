package dev.parley.chat.internal.mls;

import dev.parley.chat.internal.mls.MlsException.Kind;
import java.util.Arrays;

/**
 * Reads the TLS presentation language as MLS uses it (RFC 9420 section 2.1), checking every length against the bytes
 * that are there before anything is allocated. BouncyCastle trusts lengths: eight bytes made it ask for 1 GiB
 * (CVE-2026-12852), so that nothing reaches it that did not go through here.
 */
final class MlsReader {

    private final byte[] bytes;
    private int position;
    private final int end;

    MlsReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private MlsReader(byte[] bytes, int position, int end) {
        this.bytes = bytes;
        this.position = position;
        this.end = end;
    }

    int position() {
        return position;
    }

    boolean hasRemaining() {
        return position < end;
    }

    /** Returns the bytes from a position read before up to here. */
    byte[] since(int start) {
        return Arrays.copyOfRange(bytes, start, position);
    }

    int u8() throws MlsException {
        return (int) unsigned(1);
    }

    int u16() throws MlsException {
        return (int) unsigned(2);
    }

    /** Reads 32 bits as they are; the caller treats a negative number as too large. */
    int u32() throws MlsException {
        return (int) unsigned(4);
    }

    /** Reads 64 bits as they are; the caller treats a negative number as too large. */
    long u64() throws MlsException {
        return unsigned(8);
    }

    byte[] fixed(int length) throws MlsException {
        require(length);
        position += length;
        return Arrays.copyOfRange(bytes, position - length, position);
    }

    /** Reads {@code opaque<V>} of at most {@code max} bytes. */
    byte[] opaque(int max) throws MlsException {
        return fixed(length(max));
    }

    /** Reads {@code opaque<V>} of exactly {@code length} bytes. */
    byte[] opaqueOf(int length) throws MlsException {
        if (length(length) != length) {
            throw new MlsException(Kind.MALFORMED, "a field of fixed length is too short");
        }
        return fixed(length);
    }

    /** Enters a vector of at most {@code max} bytes, which this reader then skips. */
    MlsReader vector(int max) throws MlsException {
        int length = length(max);
        position += length;
        return new MlsReader(bytes, position - length, position);
    }

    void end() throws MlsException {
        if (position != end) {
            throw new MlsException(Kind.MALFORMED, (end - position) + " bytes are left over");
        }
    }

    /** After the content of a private message only zeros may follow (RFC 9420 section 6.3.1). */
    void endWithPadding() throws MlsException {
        for (; position < end; position++) {
            if (bytes[position] != 0) {
                throw new MlsException(Kind.MALFORMED, "padding is not zero");
            }
        }
    }

    /** Reads a length in its shortest form (RFC 9420 section 2.1.2) that is within the limit and the bytes left. */
    private int length(int max) throws MlsException {
        int first = u8();
        int size = 1 << (first >>> 6);
        long length = first & 0x3f;
        if (size == 8) {
            throw new MlsException(Kind.MALFORMED, "invalid prefix of a length");
        }
        for (int i = 1; i < size; i++) {
            length = (length << 8) | u8();
        }
        if ((size == 2 && length < 1 << 6) || (size == 4 && length < 1 << 14)) {
            throw new MlsException(Kind.MALFORMED, "a length is not in its shortest form");
        }
        if (length > max) {
            throw new MlsException(Kind.TOO_LARGE, "a field has " + length + " bytes where " + max + " are allowed");
        }
        require((int) length);
        return (int) length;
    }

    private long unsigned(int size) throws MlsException {
        require(size);
        long value = 0;
        for (int i = 0; i < size; i++) {
            value = (value << 8) | (bytes[position++] & 0xff);
        }
        return value;
    }

    private void require(int length) throws MlsException {
        if (length > end - position) {
            throw new MlsException(
                    Kind.MALFORMED, "a field needs " + length + " bytes where " + (end - position) + " are left");
        }
    }
}
