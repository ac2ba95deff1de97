package dev.parley.chat.internal.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.parley.chat.MessageId;
import dev.parley.chat.RoomId;
import java.nio.ByteBuffer;

/**
 * Seals the pieces of one offered file with AES-256-GCM, each under its offset as the nonce (docs/protocol.md §24). The
 * key is derived for one event of one room, so that no other offer seals anything under it. Not changed once made; any
 * thread.
 */
public final class PieceSeal {

    /** Length of the key that stands in the offer, in bytes. */
    public static final int SECRET_BYTES = AesGcm.KEY_BYTES;

    private static final byte[] SALT = "parley-file-v1".getBytes(US_ASCII);
    private static final byte[] NOTHING = {};

    private final byte[] key;

    /**
     * Derives the key.
     *
     * @param room the room
     * @param offer the event of the offer
     * @param secret {@value #SECRET_BYTES} bytes, from the offer
     */
    public PieceSeal(RoomId room, MessageId offer, byte[] secret) {
        byte[] info = ByteBuffer.allocate(RoomId.BYTES + MessageId.BYTES)
                .put(room.toBytes())
                .put(offer.toBytes())
                .array();
        this.key = Hkdf.derive(SALT, secret, info, AesGcm.KEY_BYTES);
    }

    /**
     * Seals a piece.
     *
     * @param offset where it begins in the file; what stands there never changes
     * @param piece the bytes
     * @return ciphertext and tag
     */
    public byte[] seal(long offset, byte[] piece) {
        return AesGcm.seal(key, nonce(offset), NOTHING, piece);
    }

    /**
     * Opens a piece.
     *
     * @param offset where it begins in the file
     * @param sealed ciphertext and tag, or anything
     * @return the bytes
     * @throws SealException if it was not sealed for this place of this file
     */
    public byte[] open(long offset, byte[] sealed) throws SealException {
        return AesGcm.open(key, nonce(offset), NOTHING, sealed);
    }

    private static byte[] nonce(long offset) {
        return ByteBuffer.allocate(AesGcm.NONCE_BYTES).putInt(0).putLong(offset).array();
    }
}
