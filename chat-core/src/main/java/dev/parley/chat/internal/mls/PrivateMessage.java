package dev.parley.chat.internal.mls;

import dev.parley.chat.internal.mls.MlsException.Kind;

/** The outer form of an encrypted message (RFC 9420 section 6.3), read within bounds. */
final class PrivateMessage {

    static final int APPLICATION = 1;
    static final int COMMIT = 3;
    static final int WIRE_FORMAT = 2;

    /** Longest group id in bytes. */
    static final int MAX_GROUP_ID_BYTES = 64;

    private static final int SENDER_DATA_BYTES = 12;

    private final byte[] groupId;
    private final long epoch;
    private final int contentType;
    private final byte[] encryptedSenderData;
    private final byte[] ciphertext;

    private PrivateMessage(byte[] groupId, long epoch, int contentType, byte[] encryptedSenderData, byte[] ciphertext) {
        this.groupId = groupId;
        this.epoch = epoch;
        this.contentType = contentType;
        this.encryptedSenderData = encryptedSenderData;
        this.ciphertext = ciphertext;
    }

    static PrivateMessage read(byte[] message, int maxBytes) throws MlsException {
        if (message.length > maxBytes) {
            throw new MlsException(
                    Kind.TOO_LARGE, "a message has at most " + maxBytes + " bytes, not " + message.length);
        }
        MlsReader reader = new MlsReader(message);
        if (reader.u16() != MlsCrypto.VERSION || reader.u16() != WIRE_FORMAT) {
            throw new MlsException(Kind.MALFORMED, "not a private message");
        }
        byte[] groupId = reader.opaque(MAX_GROUP_ID_BYTES);
        long epoch = reader.u64();
        if (epoch < 0) {
            throw new MlsException(Kind.MALFORMED, "an epoch is out of range");
        }
        int contentType = reader.u8();
        if (contentType != APPLICATION && contentType != COMMIT) {
            throw new MlsException(Kind.POLICY, "neither an application message nor a commit");
        }
        reader.opaque(0);
        byte[] senderData = reader.opaqueOf(SENDER_DATA_BYTES + MlsCrypto.TAG_BYTES);
        byte[] ciphertext = reader.opaque(maxBytes);
        reader.end();
        if (ciphertext.length < MlsCrypto.HASH_BYTES) {
            throw new MlsException(Kind.MALFORMED, "a ciphertext is too short to hold a signature");
        }
        return new PrivateMessage(groupId, epoch, contentType, senderData, ciphertext);
    }

    static byte[] write(byte[] groupId, long epoch, int contentType, byte[] encryptedSenderData, byte[] ciphertext) {
        return new MlsWriter()
                .u16(MlsCrypto.VERSION)
                .u16(WIRE_FORMAT)
                .opaque(groupId)
                .u64(epoch)
                .u8(contentType)
                .opaque(new byte[0])
                .opaque(encryptedSenderData)
                .opaque(ciphertext)
                .toBytes();
    }

    byte[] groupId() {
        return groupId;
    }

    long epoch() {
        return epoch;
    }

    int contentType() {
        return contentType;
    }

    byte[] encryptedSenderData() {
        return encryptedSenderData;
    }

    byte[] ciphertext() {
        return ciphertext;
    }
}
