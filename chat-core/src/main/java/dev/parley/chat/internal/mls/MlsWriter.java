package dev.parley.chat.internal.mls;

import java.io.ByteArrayOutputStream;

/** Writes the TLS presentation language as MLS uses it (RFC 9420 section 2.1). */
final class MlsWriter {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

    MlsWriter u8(int value) {
        out.write(value);
        return this;
    }

    MlsWriter u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    MlsWriter u32(int value) {
        return u16(value >>> 16).u16(value);
    }

    MlsWriter u64(long value) {
        return u32((int) (value >>> 32)).u32((int) value);
    }

    MlsWriter raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    MlsWriter opaque(byte[] bytes) {
        int length = bytes.length;
        if (length < 1 << 6) {
            u8(length);
        } else if (length < 1 << 14) {
            u16(length | 0x4000);
        } else if (length < 1 << 30) {
            u32(length | 0x80000000);
        } else {
            throw new IllegalArgumentException("MLS has no vectors of " + length + " bytes");
        }
        return raw(bytes);
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
