package dev.parley.chat.internal.protocol;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.Ed25519;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.crypto.VerifyingKey;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.timeline.Place;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.StoredEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Something that a member said for all to keep, signed. The bytes that were signed are the bytes that are sent and
 * stored; nothing is ever written again to be verified.
 *
 * <pre>
 *   version  1 = 1
 *   room    20
 *   sender  32   Ed25519 public key; the peer id is its hash
 *   seq      8   counts per sender and room, from 1
 *   prev    32   id of the sender's event before, zeros for the first
 *   clock    8   hybrid logical clock
 *   fence    8   of the leader, and
 *   epoch    8   of the group in which it was said
 *   type     1+n ASCII
 *   body     4+n JSON
 *   ──────────── the content; the id is its SHA-256
 *   signature 64 Ed25519 over "parley-event-v1" and the content
 * </pre>
 */
final class Event {

    static final String TYPE_MESSAGE = "message";
    static final String TYPE_PROFILE = "profile";

    private static final int VERSION = 1;
    private static final byte[] CONTEXT = "parley-event-v1".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_TYPE_BYTES = 32;
    private static final int FIXED_BYTES = 1 + RoomId.BYTES + 32 + 8 + 32 + 8 + 16 + 1 + 4 + Ed25519.SIGNATURE_BYTES;

    private final RoomId room;
    private final PeerId sender;
    private final long seq;
    private final byte[] prev;
    private final long clock;
    private final Era era;
    private final String type;
    private final byte[] body;
    private final MessageId id;
    private final byte[] bytes;

    private Event(
            RoomId room,
            PeerId sender,
            long seq,
            byte[] prev,
            long clock,
            Era era,
            String type,
            byte[] body,
            MessageId id,
            byte[] bytes) {
        this.room = room;
        this.sender = sender;
        this.seq = seq;
        this.prev = prev;
        this.clock = clock;
        this.era = era;
        this.type = type;
        this.body = body;
        this.id = id;
        this.bytes = bytes;
    }

    /** Writes and signs an event that is said in the first era; see the other method. */
    static Event sign(Identity author, RoomId room, @Nullable EventHead head, long clock, String type, byte[] body) {
        return sign(author, room, head, clock, Era.FIRST, type, body);
    }

    /** Writes and signs an event that follows {@code head}, or is the author's first when there is none. */
    static Event sign(
            Identity author, RoomId room, @Nullable EventHead head, long clock, Era era, String type, byte[] body) {
        long seq = head == null ? 1 : head.seq() + 1;
        byte[] prev = head == null ? new byte[MessageId.BYTES] : head.id().toBytes();
        byte[] typeBytes = type.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer buffer = ByteBuffer.allocate(FIXED_BYTES + typeBytes.length + body.length);
        buffer.put((byte) VERSION)
                .put(room.toBytes())
                .put(author.card().ed25519PublicKey())
                .putLong(seq)
                .put(prev)
                .putLong(clock)
                .putLong(era.fence())
                .putLong(era.epoch())
                .put((byte) typeBytes.length)
                .put(typeBytes)
                .putInt(body.length)
                .put(body);
        byte[] bytes = buffer.array();
        int contentLength = buffer.position();
        byte[] signature = IdentityKeys.of(author).sign(signedBytes(bytes, contentLength));
        buffer.put(signature);
        return new Event(room, author.peerId(), seq, prev, clock, era, type, body, idOf(bytes, contentLength), bytes);
    }

    /**
     * Reads an event and verifies its signature and room.
     *
     * @throws MalformedException if it is not a well-formed event of this room, signed by the key that it names
     */
    static Event verify(byte[] bytes, RoomId expectedRoom) throws MalformedException {
        return verify(bytes, expectedRoom, null);
    }

    /**
     * Reads an event as {@link #verify(byte[], RoomId)} does, sooner if its author has the likely key.
     *
     * @param likelyKey the key of who probably signed it, so that it need not be decoded again; null if there is none
     * @throws MalformedException if it is not a well-formed event of this room, signed by the key that it names
     */
    static Event verify(byte[] bytes, RoomId expectedRoom, @Nullable VerifyingKey likelyKey) throws MalformedException {
        return read(bytes, expectedRoom, likelyKey, true);
    }

    /**
     * Reads an event that was verified before it was kept.
     *
     * @throws MalformedException if it is not a well-formed event of this room
     */
    static Event kept(StoredEvent event, RoomId expectedRoom) throws MalformedException {
        return read(event.bytes(), expectedRoom, null, false);
    }

    private static Event read(
            byte[] bytes, RoomId expectedRoom, @Nullable VerifyingKey likelyKey, boolean isToBeVerified)
            throws MalformedException {
        if (bytes.length > Limits.MAX_EVENT_BYTES) {
            throw new MalformedException(
                    "an event has " + bytes.length + " bytes, the limit is " + Limits.MAX_EVENT_BYTES);
        }
        ByteReader reader = new ByteReader(bytes);
        if (reader.u8() != VERSION) {
            throw new MalformedException("an event of an unknown version");
        }
        RoomId room = RoomId.of(reader.bytes(RoomId.BYTES));
        if (!room.equals(expectedRoom)) {
            throw new MalformedException("an event of another room");
        }
        byte[] key = reader.bytes(Ed25519.PUBLIC_KEY_BYTES);
        long seq = reader.i64();
        byte[] prev = reader.bytes(MessageId.BYTES);
        long clock = reader.i64();
        Era era = new Era(reader.i64(), reader.i64());
        byte[] type = reader.bytes(reader.u8());
        byte[] body = reader.bytes(reader.length32(Limits.MAX_EVENT_BYTES));
        int contentLength = reader.position();
        byte[] signature = reader.bytes(Ed25519.SIGNATURE_BYTES);
        reader.end();
        if (seq < 1
                || seq > Limits.MAX_SEQ
                || clock < 0
                || era.fence() < 0
                || era.fence() > Limits.MAX_FENCE
                || era.epoch() < 0
                || type.length == 0
                || type.length > MAX_TYPE_BYTES
                || !isName(type)) {
            throw new MalformedException("an event with a field out of bounds");
        }
        if (isToBeVerified) {
            VerifyingKey author = likelyKey != null && likelyKey.hasBytes(key) ? likelyKey : new VerifyingKey(key);
            if (!author.verify(signedBytes(bytes, contentLength), signature)) {
                throw new MalformedException("an event with a wrong signature");
            }
        }
        return new Event(
                room,
                PeerCard.peerIdOf(key),
                seq,
                prev,
                clock,
                era,
                new String(type, StandardCharsets.US_ASCII),
                body,
                idOf(bytes, contentLength),
                bytes);
    }

    PeerId sender() {
        return sender;
    }

    long seq() {
        return seq;
    }

    long clock() {
        return clock;
    }

    /** When it was said, as its author says. */
    Era era() {
        return era;
    }

    String type() {
        return type;
    }

    byte[] body() {
        return body;
    }

    MessageId id() {
        return id;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where it stands in the timeline. */
    Place place() {
        return new Place(clock, sender, seq);
    }

    EventHead head() {
        return new EventHead(seq, id);
    }

    /** Returns where the author's chain stood before this event; null before the first. */
    @Nullable
    EventHead previous() {
        return seq == 1 ? null : new EventHead(seq - 1, MessageId.of(prev));
    }

    /** Says whether this event is the one right after {@code head} in its author's chain. */
    boolean follows(@Nullable EventHead head) {
        if (head == null) {
            return seq == 1 && MessageId.of(prev).equals(MessageId.of(new byte[MessageId.BYTES]));
        }
        return seq == head.seq() + 1 && head.id().equals(MessageId.of(prev));
    }

    StoredEvent toStored() {
        return new StoredEvent(room, sender, seq, id, clock, type, bytes);
    }

    private static MessageId idOf(byte[] bytes, int contentLength) {
        return MessageId.of(Sha256.of(java.util.Arrays.copyOf(bytes, contentLength)));
    }

    private static byte[] signedBytes(byte[] bytes, int contentLength) {
        byte[] signed = new byte[CONTEXT.length + contentLength];
        System.arraycopy(CONTEXT, 0, signed, 0, CONTEXT.length);
        System.arraycopy(bytes, 0, signed, CONTEXT.length, contentLength);
        return signed;
    }

    private static boolean isName(byte[] type) {
        for (byte b : type) {
            if (!((b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '.' || b == '_')) {
                return false;
            }
        }
        return true;
    }
}
