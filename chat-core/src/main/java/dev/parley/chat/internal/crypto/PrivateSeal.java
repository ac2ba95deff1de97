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

/**
 * Seals what one member says to one other, so that these two can open it and nobody else. The bytes stand in an event
 * that its sender signs; the seal adds no signature of its own, but opens nowhere else than in an event of this room,
 * sender, receiver and number.
 *
 * <p>Sealed: version (1 byte, 1), then for the receiver and again for the sender an encapsulated key (32) and the
 * sealed content secret (48), then the ciphertext and its tag (16). The content secret, 32 random bytes, is sealed with
 * HPKE (RFC 9180, mode_base, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM) under the info <i>context</i> ‖ peer
 * id (20) of who is to open it. The content is sealed with AES-256-GCM under HKDF-SHA-256 (salt
 * {@code "parley-private-v1"}, the content secret, info <i>context</i>) and a nonce of zeros, since each key seals
 * once. <i>Context</i> is {@code "parley-private-v1"} ‖ room id (20) ‖ sender's peer id (20) ‖ receiver's (20) ‖ seq
 * (8). Stateless; any thread.
 */
public final class PrivateSeal {

    /** Length of the content secret in bytes. */
    public static final int SECRET_BYTES = 32;

    /** Longest content in bytes. */
    public static final int MAX_CONTENT_BYTES = 64 * 1024;

    private static final byte VERSION = 1;
    private static final byte[] LABEL = "parley-private-v1".getBytes(US_ASCII);
    private static final int ENCAPSULATED_BYTES = 32;
    private static final int WRAPPED_BYTES = ENCAPSULATED_BYTES + SECRET_BYTES + AesGcm.TAG_BYTES;
    private static final int HEADER_BYTES = 1 + 2 * WRAPPED_BYTES;

    /** Bytes that sealing adds. */
    public static final int OVERHEAD_BYTES = HEADER_BYTES + AesGcm.TAG_BYTES;

    /** Longest sealed bytes. */
    public static final int MAX_SEALED_BYTES = OVERHEAD_BYTES + MAX_CONTENT_BYTES;

    private PrivateSeal() {}

    /**
     * Seals to the receiver and to the sender.
     *
     * @param sender who says it
     * @param receiver to whom; another than the sender
     * @param room the room
     * @param seq the number of the event that will hold it
     * @param secret {@value #SECRET_BYTES} fresh random bytes
     * @param content at most {@value #MAX_CONTENT_BYTES} bytes
     * @return the sealed bytes
     * @throws IllegalArgumentException if a length is wrong, or the receiver is the sender
     */
    public static byte[] seal(
            PeerCard sender, PeerCard receiver, RoomId room, long seq, byte[] secret, byte[] content) {
        if (secret.length != SECRET_BYTES) {
            throw new IllegalArgumentException("a secret has " + SECRET_BYTES + " bytes, not " + secret.length);
        }
        if (content.length > MAX_CONTENT_BYTES) {
            throw new IllegalArgumentException("a private message takes " + content.length + " bytes, the limit is "
                    + MAX_CONTENT_BYTES + "; send it in parts");
        }
        if (sender.peerId().equals(receiver.peerId())) {
            throw new IllegalArgumentException("a private message is for another than its sender");
        }
        byte[] context = context(room, sender.peerId(), receiver.peerId(), seq);
        return ByteBuffer.allocate(OVERHEAD_BYTES + content.length)
                .put(VERSION)
                .put(wrap(receiver, context, secret))
                .put(wrap(sender, context, secret))
                .put(AesGcm.seal(contentKey(secret, context), new byte[AesGcm.NONCE_BYTES], context, content))
                .array();
    }

    /**
     * Opens.
     *
     * @param self the receiver, or the sender
     * @param room the room of the event
     * @param sender who signed the event
     * @param receiver whom the event names
     * @param seq the number of the event
     * @param sealed what {@link #seal} gave, or anything
     * @return the content
     * @throws SealException of kind MALFORMED if the form is impossible, NOT_FOR_US if it was not sealed to this
     *     identity, or for another room, sender, receiver or number, or was changed; nothing else is ever thrown
     */
    public static byte[] open(Identity self, RoomId room, PeerId sender, PeerId receiver, long seq, byte[] sealed)
            throws SealException {
        if (sealed.length < OVERHEAD_BYTES || sealed.length > MAX_SEALED_BYTES || sealed[0] != VERSION) {
            throw new SealException(SealException.Kind.MALFORMED, "a private message that cannot be one");
        }
        boolean isReceiver = self.peerId().equals(receiver);
        if (!isReceiver && !self.peerId().equals(sender)) {
            throw new SealException(SealException.Kind.NOT_FOR_US, "a private message between others");
        }
        byte[] context = context(room, sender, receiver, seq);
        int from = isReceiver ? 1 : 1 + WRAPPED_BYTES;
        byte[] secret = unwrap(self, context, Arrays.copyOfRange(sealed, from, from + WRAPPED_BYTES));
        return AesGcm.open(
                contentKey(secret, context),
                new byte[AesGcm.NONCE_BYTES],
                context,
                Arrays.copyOfRange(sealed, HEADER_BYTES, sealed.length));
    }

    private static byte[] wrap(PeerCard reader, byte[] context, byte[] secret) {
        HPKE hpke = hpke();
        HPKEContextWithEncapsulation to =
                hpke.setupBaseS(hpke.deserializePublicKey(reader.x25519PublicKey()), info(context, reader.peerId()));
        try {
            return ByteBuffer.allocate(WRAPPED_BYTES)
                    .put(to.getEncapsulation())
                    .put(to.seal(new byte[0], secret))
                    .array();
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("sealing cannot fail", e);
        }
    }

    private static byte[] unwrap(Identity self, byte[] context, byte[] wrapped) throws SealException {
        byte[] key = IdentityKeys.of(self).x25519Key();
        try {
            HPKE hpke = hpke();
            AsymmetricCipherKeyPair pair =
                    hpke.deserializePrivateKey(key, self.card().x25519PublicKey());
            byte[] encapsulated = Arrays.copyOf(wrapped, ENCAPSULATED_BYTES);
            byte[] ciphertext = Arrays.copyOfRange(wrapped, ENCAPSULATED_BYTES, WRAPPED_BYTES);
            return hpke.setupBaseR(encapsulated, pair, info(context, self.peerId()))
                    .open(new byte[0], ciphertext);
        } catch (InvalidCipherTextException e) {
            throw new SealException(SealException.Kind.NOT_FOR_US, "the private message's seal does not open");
        } catch (RuntimeException e) {
            // For an encapsulated key of small order the library throws what it likes (RFC 7748 section 6.1).
            throw new SealException(SealException.Kind.MALFORMED, "a private message's encapsulated key is unsound");
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] contentKey(byte[] secret, byte[] context) {
        return Hkdf.derive(LABEL, secret, context, AesGcm.KEY_BYTES);
    }

    private static byte[] context(RoomId room, PeerId sender, PeerId receiver, long seq) {
        return ByteBuffer.allocate(LABEL.length + RoomId.BYTES + 2 * PeerId.BYTES + Long.BYTES)
                .put(LABEL)
                .put(room.toBytes())
                .put(sender.toBytes())
                .put(receiver.toBytes())
                .putLong(seq)
                .array();
    }

    private static byte[] info(byte[] context, PeerId reader) {
        return ByteBuffer.allocate(context.length + PeerId.BYTES)
                .put(context)
                .put(reader.toBytes())
                .array();
    }

    private static HPKE hpke() {
        return new HPKE(HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM128);
    }
}
