package dev.parley.chat.internal.protocol;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.Hkdf;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.crypto.X25519Keys;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Receipts that others carry: "the receiver has the author's events up to this count". Author and receiver have a key
 * in common that nobody else has (X25519 of their cards), so that who carries a receipt can hold it back, but can
 * neither make nor change one.
 *
 * <pre>
 *   receiver 20, author 20, count 8, tag 16   each; tag = HMAC-SHA256(key, receiver ‖ author ‖ count), cut off
 *   key = HKDF-SHA256(salt "parley-receipt-v1", X25519(receiver, author), info = room)
 * </pre>
 */
final class Receipts {

    private static final byte[] SALT = "parley-receipt-v1".getBytes(StandardCharsets.US_ASCII);
    private static final int TAG_BYTES = 16;
    private static final int HEADER_BYTES = 2 * PeerId.BYTES + Long.BYTES;
    private static final int RECEIPT_BYTES = HEADER_BYTES + TAG_BYTES;

    /** One receipt, as it travels. */
    @SuppressWarnings("ArrayRecordComponent") // Concealed and compared by nobody; the bytes are handed on, not copied.
    record Receipt(PeerId receiver, PeerId author, long upToSeq, byte[] tag) {}

    private final Identity self;
    private final RoomId room;
    private final Map<PeerId, byte[]> keys = new LinkedHashMap<>();

    Receipts(Identity self, RoomId room) {
        this.self = self;
        this.room = room;
    }

    /** Makes the receipt of ourselves for an author. */
    Receipt make(PeerCard author, long upToSeq) {
        return new Receipt(
                self.peerId(), author.peerId(), upToSeq, tag(author, self.peerId(), author.peerId(), upToSeq));
    }

    /** Says whether a receipt for us is its receiver's. */
    boolean isGenuine(Receipt receipt, PeerCard receiver) {
        return receiver.peerId().equals(receipt.receiver())
                && receipt.author().equals(self.peerId())
                && MessageDigest.isEqual(
                        receipt.tag(), tag(receiver, receipt.receiver(), receipt.author(), receipt.upToSeq()));
    }

    private byte[] tag(PeerCard other, PeerId receiver, PeerId author, long upToSeq) {
        byte[] said = ByteBuffer.allocate(HEADER_BYTES)
                .put(receiver.toBytes())
                .put(author.toBytes())
                .putLong(upToSeq)
                .array();
        return Arrays.copyOf(Hkdf.extract(keyWith(other), said), TAG_BYTES);
    }

    private byte[] keyWith(PeerCard other) {
        byte[] known = keys.get(other.peerId());
        if (known != null) {
            return known;
        }
        byte[] shared = X25519Keys.agree(IdentityKeys.of(self).x25519Key(), other.x25519PublicKey());
        byte[] key = Hkdf.derive(SALT, shared, room.toBytes(), Hkdf.HASH_BYTES);
        Arrays.fill(shared, (byte) 0);
        keys.put(other.peerId(), key);
        RoomMachine.removeEldest(keys.keySet(), Limits.MAX_NEIGHBOURS);
        return key;
    }

    static byte[] encode(List<Receipt> receipts) {
        ByteBuffer buffer = ByteBuffer.allocate(receipts.size() * RECEIPT_BYTES);
        for (Receipt receipt : receipts) {
            buffer.put(receipt.receiver().toBytes())
                    .put(receipt.author().toBytes())
                    .putLong(receipt.upToSeq())
                    .put(receipt.tag());
        }
        return buffer.array();
    }

    static List<Receipt> decode(byte[] body) throws MalformedException {
        if (body.length == 0 || body.length % RECEIPT_BYTES != 0 || body.length / RECEIPT_BYTES > Limits.MAX_RECEIPTS) {
            throw new MalformedException("receipts of " + body.length + " bytes");
        }
        List<Receipt> receipts = new ArrayList<>();
        ByteReader reader = new ByteReader(body);
        for (int at = 0; at < body.length; at += RECEIPT_BYTES) {
            PeerId receiver = PeerId.of(reader.bytes(PeerId.BYTES));
            PeerId author = PeerId.of(reader.bytes(PeerId.BYTES));
            long upToSeq = reader.i64();
            if (upToSeq < 1 || upToSeq > Limits.MAX_SEQ || receiver.equals(author)) {
                throw new MalformedException("a receipt that nobody gives");
            }
            receipts.add(new Receipt(receiver, author, upToSeq, reader.bytes(TAG_BYTES)));
        }
        return receipts;
    }
}
