package dev.parley.chat.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.AesGcm;
import dev.parley.chat.internal.crypto.Hkdf;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.encoding.Base32;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Rows that only their identity can read. Keys of 32 bytes are HKDF-SHA-256 (RFC 5869) of the identity's Ed25519 seed,
 * with the file's own random salt and the labels below: so each file has keys of its own, and none of them says
 * anything about the identity or another file.
 *
 * <p>What is sealed is a random nonce (12 bytes), then AES-256-GCM ciphertext and tag; in columns of text as base64url.
 * The associated data say where it stands:
 *
 * <ul>
 *   <li>an event: {@code "parley-history-event-v1"}, room (20), author (20), seq (8), clock (8), type. Its plaintext is
 *       the event's id (32) and its bytes. The id is sealed as well because it is a hash of the event: beside the text
 *       in clear, it would tell whoever guesses a short message that the guess is right;
 *   <li>a room's name: {@code "parley-history-room-v1"}, room (20);
 *   <li>a peer's name: {@code "parley-history-peer-v1"}, peer (20);
 *   <li>the id of an event that was deleted: {@code "parley-history-gone-v1"}, room (20), author (20), seq (8);
 *   <li>the hash of an image: {@code "parley-history-image-hash-v1"}, room (20); it would tell which image it is;
 *   <li>an image: {@code "parley-history-image-v1"}, room (20), hash (32).
 * </ul>
 *
 * <p>{@code name_key} is HMAC-SHA-256 of the folded name: a file shows which peers have used one name, not which name.
 * {@code id_key} is the first 8 bytes of that of an event's id, {@code image_key} that of what an image is sealed with,
 * under the same key, and a word is the first 10 of that of its room (20) and itself, in base32, each under a key of
 * its own: a file shows which messages of a room have a word in common, not which word, and not that another room has
 * it. With random nonces a key may seal 2³² times (NIST SP 800-38D section 8.3); each file has its own. Not safe for
 * threads while it is closed.
 */
final class SealedRows implements RowForm {

    /** Length of a file's salt in bytes. */
    static final int SALT_BYTES = 16;

    private static final byte[] CONTENT = "parley-history-v1 content".getBytes(US_ASCII);
    private static final byte[] NAMES = "parley-history-v1 names".getBytes(US_ASCII);
    private static final byte[] IDS = "parley-history-v1 ids".getBytes(US_ASCII);
    private static final byte[] WORDS = "parley-history-v1 words".getBytes(US_ASCII);
    private static final byte[] PROOF = "parley-history-v1 proof".getBytes(US_ASCII);

    private static final byte[] EVENT_LABEL = "parley-history-event-v1".getBytes(US_ASCII);
    private static final byte[] ROOM_LABEL = "parley-history-room-v1".getBytes(US_ASCII);
    private static final byte[] PEER_LABEL = "parley-history-peer-v1".getBytes(US_ASCII);
    private static final byte[] GONE_LABEL = "parley-history-gone-v1".getBytes(US_ASCII);

    private static final byte[] IMAGE_LABEL = "parley-history-image-v1".getBytes(US_ASCII);
    private static final byte[] IMAGE_HASH_LABEL = "parley-history-image-hash-v1".getBytes(US_ASCII);

    private static final int WORD_BYTES = 10;

    private static final byte[] NO_HASH = new byte[0];

    private final SecureRandom random = new SecureRandom();
    private final byte[] content;
    private final byte[] names;
    private final byte[] ids;
    private final byte[] words;
    private final byte[] proof;

    SealedRows(Identity identity, byte[] salt) {
        byte[] seed = IdentityKeys.of(identity).ed25519Seed();
        byte[] extracted = Hkdf.extract(salt, seed);
        Arrays.fill(seed, (byte) 0);
        content = Hkdf.expand(extracted, CONTENT, AesGcm.KEY_BYTES);
        names = Hkdf.expand(extracted, NAMES, Hkdf.HASH_BYTES);
        ids = Hkdf.expand(extracted, IDS, Hkdf.HASH_BYTES);
        words = Hkdf.expand(extracted, WORDS, Hkdf.HASH_BYTES);
        proof = Hkdf.expand(extracted, PROOF, Hkdf.HASH_BYTES);
        Arrays.fill(extracted, (byte) 0);
    }

    /** What a file keeps to know its identity by. It gives no key away. */
    byte[] proof() {
        return proof.clone();
    }

    boolean isProvedBy(byte[] kept) {
        return MessageDigest.isEqual(proof, kept);
    }

    @Override
    public byte[] hash(StoredEvent event) {
        return NO_HASH;
    }

    @Override
    public byte[] bytes(StoredEvent event) {
        byte[] id = event.id().toBytes();
        byte[] bytes = event.bytes();
        byte[] plaintext = Arrays.copyOf(id, id.length + bytes.length);
        System.arraycopy(bytes, 0, plaintext, id.length, bytes.length);
        return seal(place(event.room(), event.sender(), event.seq(), event.clock(), event.type()), plaintext);
    }

    @Override
    public StoredEvent event(RoomId room, PeerId sender, long seq, long clock, String type, byte[] hash, byte[] bytes)
            throws SealException {
        byte[] plaintext = open(place(room, sender, seq, clock, type), bytes);
        if (hash.length != 0 || plaintext.length < MessageId.BYTES) {
            throw new SealException(SealException.Kind.MALFORMED, "the row is not sealed as rows are");
        }
        return new StoredEvent(
                room,
                sender,
                seq,
                MessageId.of(Arrays.copyOf(plaintext, MessageId.BYTES)),
                clock,
                type,
                Arrays.copyOfRange(plaintext, MessageId.BYTES, plaintext.length));
    }

    private static byte[] place(RoomId room, PeerId sender, long seq, long clock, String type) {
        byte[] kind = type.getBytes(UTF_8);
        return ByteBuffer.allocate(EVENT_LABEL.length + RoomId.BYTES + PeerId.BYTES + 2 * Long.BYTES + kind.length)
                .put(EVENT_LABEL)
                .put(room.toBytes())
                .put(sender.toBytes())
                .putLong(seq)
                .putLong(clock)
                .put(kind)
                .array();
    }

    @Override
    public String roomName(RoomId room, String name) {
        return sealText(join(ROOM_LABEL, room.toBytes()), name);
    }

    @Override
    public String readRoomName(RoomId room, String column) throws SealException {
        return openText(join(ROOM_LABEL, room.toBytes()), column);
    }

    @Override
    public String peerName(PeerId peer, String name) {
        return sealText(join(PEER_LABEL, peer.toBytes()), name);
    }

    @Override
    public String readPeerName(PeerId peer, String column) throws SealException {
        return openText(join(PEER_LABEL, peer.toBytes()), column);
    }

    @Override
    public String nameKey(String name) {
        return HexFormat.of().formatHex(hmac(names, KnownPeer.nameKey(name).getBytes(UTF_8)));
    }

    @Override
    public long idKey(MessageId id) {
        return ByteBuffer.wrap(hmac(ids, id.toBytes())).getLong();
    }

    @Override
    public byte[] goneId(RoomId room, PeerId sender, long seq, MessageId id) {
        return seal(gonePlace(room, sender, seq), id.toBytes());
    }

    @Override
    public MessageId readGoneId(RoomId room, PeerId sender, long seq, byte[] column) throws SealException {
        byte[] id = open(gonePlace(room, sender, seq), column);
        if (id.length != MessageId.BYTES) {
            throw new SealException(SealException.Kind.MALFORMED, "the row is not sealed as rows are");
        }
        return MessageId.of(id);
    }

    private static byte[] gonePlace(RoomId room, PeerId sender, long seq) {
        return ByteBuffer.allocate(GONE_LABEL.length + RoomId.BYTES + PeerId.BYTES + Long.BYTES)
                .put(GONE_LABEL)
                .put(room.toBytes())
                .put(sender.toBytes())
                .putLong(seq)
                .array();
    }

    @Override
    public String imageKey(RoomId room, byte[] hash) {
        return HexFormat.of().formatHex(hmac(ids, join(IMAGE_LABEL, join(room.toBytes(), hash))));
    }

    @Override
    public byte[] imageHash(RoomId room, byte[] hash) {
        return seal(join(IMAGE_HASH_LABEL, room.toBytes()), hash);
    }

    @Override
    public byte[] readImageHash(RoomId room, byte[] column) throws SealException {
        byte[] hash = open(join(IMAGE_HASH_LABEL, room.toBytes()), column);
        if (hash.length != Sha256.BYTES) {
            throw new SealException(SealException.Kind.MALFORMED, "the row is not sealed as rows are");
        }
        return hash;
    }

    @Override
    public byte[] image(RoomId room, byte[] hash, byte[] image) {
        return seal(join(IMAGE_LABEL, join(room.toBytes(), hash)), image);
    }

    @Override
    public byte[] readImage(RoomId room, byte[] hash, byte[] column) throws SealException {
        return open(join(IMAGE_LABEL, join(room.toBytes(), hash)), column);
    }

    @Override
    public String word(RoomId room, String word) {
        byte[] hash = hmac(words, join(room.toBytes(), word.getBytes(UTF_8)));
        return Base32.encode(Arrays.copyOf(hash, WORD_BYTES));
    }

    private static byte[] hmac(byte[] key, byte[] bytes) {
        // HKDF's extraction is HMAC-SHA-256 with the salt as its key (RFC 5869 section 2.2).
        return Hkdf.extract(key, bytes);
    }

    private static byte[] join(byte[] label, byte[] id) {
        byte[] joined = Arrays.copyOf(label, label.length + id.length);
        System.arraycopy(id, 0, joined, label.length, id.length);
        return joined;
    }

    private String sealText(byte[] place, String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(seal(place, text.getBytes(UTF_8)));
    }

    private String openText(byte[] place, String column) throws SealException {
        byte[] sealed;
        try {
            sealed = Base64.getUrlDecoder().decode(column);
        } catch (IllegalArgumentException e) {
            throw new SealException(SealException.Kind.MALFORMED, "a sealed name is base64url");
        }
        return new String(open(place, sealed), UTF_8);
    }

    private byte[] seal(byte[] place, byte[] plaintext) {
        byte[] nonce = new byte[AesGcm.NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] ciphertext = AesGcm.seal(content, nonce, place, plaintext);
        byte[] sealed = Arrays.copyOf(nonce, nonce.length + ciphertext.length);
        System.arraycopy(ciphertext, 0, sealed, nonce.length, ciphertext.length);
        return sealed;
    }

    private byte[] open(byte[] place, byte[] sealed) throws SealException {
        if (sealed.length < AesGcm.NONCE_BYTES) {
            throw new SealException(SealException.Kind.MALFORMED, "sealed bytes begin with a nonce");
        }
        return AesGcm.open(
                content,
                Arrays.copyOf(sealed, AesGcm.NONCE_BYTES),
                place,
                Arrays.copyOfRange(sealed, AesGcm.NONCE_BYTES, sealed.length));
    }

    @Override
    public void close() {
        Arrays.fill(content, (byte) 0);
        Arrays.fill(names, (byte) 0);
        Arrays.fill(ids, (byte) 0);
        Arrays.fill(words, (byte) 0);
        Arrays.fill(proof, (byte) 0);
    }
}
