package dev.parley.chat.internal.protocol;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.Ed25519;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A host's signed answer to an envelope that it could not open: the sender used another secret. It is not sealed, since
 * the host does not know to whom it speaks, and says nothing but that; it names the envelope by its hash, so that the
 * worker can neither forge it nor pass it off for another one.
 *
 * <pre>  version 1 = 1, envelope 32 (SHA-256), signature 64 over "parley-refusal-v1", room, receiver, version, envelope
 * </pre>
 */
final class Refusal {

    private static final int VERSION = 1;
    private static final byte[] CONTEXT = "parley-refusal-v1".getBytes(StandardCharsets.US_ASCII);

    private Refusal() {}

    static byte[] sign(Identity host, RoomId room, PeerId receiver, byte[] envelope) {
        byte[] hash = Sha256.of(envelope);
        byte[] signature = IdentityKeys.of(host).sign(signedBytes(room, receiver, hash));
        return ByteBuffer.allocate(1 + hash.length + signature.length)
                .put((byte) VERSION)
                .put(hash)
                .put(signature)
                .array();
    }

    /** Returns the hash of the envelope that is refused. */
    static byte[] verify(byte[] refusal, PeerCard host, RoomId room, PeerId receiver) throws MalformedException {
        ByteReader reader = new ByteReader(refusal);
        if (reader.u8() != VERSION) {
            throw new MalformedException("a refusal of an unknown version");
        }
        byte[] hash = reader.bytes(Sha256.BYTES);
        byte[] signature = reader.bytes(Ed25519.SIGNATURE_BYTES);
        reader.end();
        if (!host.verify(signedBytes(room, receiver, hash), signature)) {
            throw new MalformedException("a refusal that the host did not sign");
        }
        return hash;
    }

    private static byte[] signedBytes(RoomId room, PeerId receiver, byte[] hash) {
        byte[] signed = Arrays.copyOf(CONTEXT, CONTEXT.length + RoomId.BYTES + PeerId.BYTES + 1 + hash.length);
        ByteBuffer.wrap(signed)
                .position(CONTEXT.length)
                .put(room.toBytes())
                .put(receiver.toBytes())
                .put((byte) VERSION)
                .put(hash);
        return signed;
    }
}
