package dev.parley.chat.internal.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;

/**
 * Seals signaling envelopes to their receiver with HPKE (RFC 9180, mode_psk, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * AES-128-GCM) and signs them with the sender's Ed25519 key. The pre-shared key is {@link RoomSecret#signal()}, its id
 * the room id, and info is {@code "parley-envelope-v1"}, the room id and the receiver's peer id.
 *
 * <p>Sealed: version (1 byte, 1), encapsulated key (32), ciphertext. Inside: version (1), room id (20), sender's card
 * (128), receiver's peer id (20), session (16), counter (4), length of the body (4), body, and the signature (64) over
 * {@code "parley-envelope-v1"} and all before it. Integers are unsigned and big-endian. Stateless; any thread.
 */
public final class EnvelopeSeal {

    private static final byte VERSION = 1;
    private static final byte[] LABEL = "parley-envelope-v1".getBytes(US_ASCII);
    private static final int ENCAPSULATED_BYTES = 32;
    private static final int TAG_BYTES = 16;
    private static final int HEADER_BYTES = 1 + ENCAPSULATED_BYTES;
    private static final int FIXED_INNER_BYTES = 1
            + RoomId.BYTES
            + PeerCard.BYTES
            + PeerId.BYTES
            + Envelope.SESSION_BYTES
            + Integer.BYTES
            + Integer.BYTES
            + Ed25519.SIGNATURE_BYTES;

    /** Bytes that sealing adds to a body. */
    public static final int OVERHEAD_BYTES = HEADER_BYTES + FIXED_INNER_BYTES + TAG_BYTES;

    /** Longest sealed envelope in bytes. */
    public static final int MAX_SEALED_BYTES = OVERHEAD_BYTES + Envelope.MAX_BODY_BYTES;

    private EnvelopeSeal() {}

    /**
     * Signs and seals.
     *
     * @param sender who says it
     * @param receiver to whom
     * @param secret the room's secret
     * @param room the room
     * @param session {@value Envelope#SESSION_BYTES} bytes
     * @param counter 0 or more
     * @param body at most {@value Envelope#MAX_BODY_BYTES} bytes
     * @return at most {@value #MAX_SEALED_BYTES} bytes
     * @throws IllegalArgumentException if a length is wrong
     */
    public static byte[] seal(
            Identity sender,
            PeerCard receiver,
            RoomSecret secret,
            RoomId room,
            byte[] session,
            int counter,
            byte[] body) {
        // The constructor checks the lengths.
        Envelope envelope = new Envelope(room, sender.card(), receiver.peerId(), session, counter, body);
        byte[] inner = encode(envelope, body);
        byte[] signature = IdentityKeys.of(sender)
                .sign(concat(LABEL, Arrays.copyOf(inner, inner.length - Ed25519.SIGNATURE_BYTES)));
        System.arraycopy(signature, 0, inner, inner.length - signature.length, signature.length);

        HPKE hpke = hpke();
        AsymmetricKeyParameter receiverKey = hpke.deserializePublicKey(receiver.x25519PublicKey());
        HPKEContextWithEncapsulation context =
                hpke.SetupPSKS(receiverKey, info(room, receiver.peerId()), secret.signal(), room.toBytes());
        try {
            return concat(new byte[] {VERSION}, context.getEncapsulation(), context.seal(new byte[0], inner));
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("sealing cannot fail", e);
        }
    }

    /**
     * Opens and verifies.
     *
     * @param self the receiver
     * @param secret the room's secret
     * @param room the room
     * @param sealed what {@link #seal} gave, or anything
     * @return the envelope
     * @throws SealException if it is not a sound envelope for this receiver in this room; nothing else is ever thrown
     */
    public static Envelope open(Identity self, RoomSecret secret, RoomId room, byte[] sealed) throws SealException {
        if (sealed.length < OVERHEAD_BYTES || sealed.length > MAX_SEALED_BYTES) {
            throw new SealException(
                    SealException.Kind.MALFORMED, "a sealed envelope cannot have " + sealed.length + " bytes");
        }
        if (sealed[0] != VERSION) {
            throw new SealException(SealException.Kind.MALFORMED, "unknown version of a sealed envelope");
        }
        return decode(self.peerId(), room, decrypt(self, secret, room, sealed));
    }

    private static byte[] decrypt(Identity self, RoomSecret secret, RoomId room, byte[] sealed) throws SealException {
        byte[] encapsulated = Arrays.copyOfRange(sealed, 1, HEADER_BYTES);
        byte[] ciphertext = Arrays.copyOfRange(sealed, HEADER_BYTES, sealed.length);
        byte[] key = IdentityKeys.of(self).x25519Key();
        try {
            HPKE hpke = hpke();
            AsymmetricCipherKeyPair pair =
                    hpke.deserializePrivateKey(key, self.card().x25519PublicKey());
            return hpke.setupPSKR(encapsulated, pair, info(room, self.peerId()), secret.signal(), room.toBytes())
                    .open(new byte[0], ciphertext);
        } catch (InvalidCipherTextException e) {
            throw new SealException(SealException.Kind.NOT_FOR_US, "the envelope's seal does not open");
        } catch (RuntimeException e) {
            // For an encapsulated key of small order the library throws what it likes (RFC 7748 section 6.1).
            throw new SealException(SealException.Kind.MALFORMED, "the envelope's encapsulated key is unsound");
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** Reads and verifies what was sealed. */
    static Envelope decode(PeerId self, RoomId room, byte[] inner) throws SealException {
        if (inner.length < FIXED_INNER_BYTES || inner.length > FIXED_INNER_BYTES + Envelope.MAX_BODY_BYTES) {
            throw new SealException(SealException.Kind.MALFORMED, "an envelope cannot have " + inner.length + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.wrap(inner);
        if (buffer.get() != VERSION) {
            throw new SealException(SealException.Kind.MALFORMED, "unknown version of an envelope");
        }
        RoomId namedRoom = RoomId.of(take(buffer, RoomId.BYTES));
        byte[] card = take(buffer, PeerCard.BYTES);
        PeerId receiver = PeerId.of(take(buffer, PeerId.BYTES));
        byte[] session = take(buffer, Envelope.SESSION_BYTES);
        int counter = buffer.getInt();
        int bodyLength = buffer.getInt();
        if (counter < 0 || bodyLength != buffer.remaining() - Ed25519.SIGNATURE_BYTES) {
            throw new SealException(SealException.Kind.MALFORMED, "an envelope's counter or length is wrong");
        }
        if (!namedRoom.equals(room)) {
            throw new SealException(SealException.Kind.WRONG_ROOM, "the envelope names another room");
        }
        if (!receiver.equals(self)) {
            throw new SealException(SealException.Kind.WRONG_RECEIVER, "the envelope names another receiver");
        }
        byte[] body = take(buffer, bodyLength);
        byte[] signature = take(buffer, Ed25519.SIGNATURE_BYTES);
        PeerCard sender;
        try {
            sender = PeerCard.decode(card);
        } catch (IllegalArgumentException e) {
            throw new SealException(SealException.Kind.BAD_SIGNATURE, "the sender's card is not sound");
        }
        if (!sender.verify(concat(LABEL, Arrays.copyOf(inner, inner.length - signature.length)), signature)) {
            throw new SealException(SealException.Kind.BAD_SIGNATURE, "the envelope's signature does not verify");
        }
        return new Envelope(namedRoom, sender, receiver, session, counter, body);
    }

    private static byte[] encode(Envelope envelope, byte[] body) {
        return ByteBuffer.allocate(FIXED_INNER_BYTES + body.length)
                .put(VERSION)
                .put(envelope.room().toBytes())
                .put(envelope.sender().encode())
                .put(envelope.receiver().toBytes())
                .put(envelope.session())
                .putInt(envelope.counter())
                .putInt(body.length)
                .put(body)
                .array();
    }

    private static byte[] take(ByteBuffer buffer, int length) {
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] info(RoomId room, PeerId receiver) {
        return concat(LABEL, room.toBytes(), receiver.toBytes());
    }

    private static HPKE hpke() {
        return new HPKE(HPKE.mode_psk, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM128);
    }

    private static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer whole = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            whole.put(part);
        }
        return whole.array();
    }
}
