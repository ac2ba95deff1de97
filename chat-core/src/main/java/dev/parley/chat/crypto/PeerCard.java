package dev.parley.chat.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.parley.chat.PeerId;
import dev.parley.chat.internal.crypto.Ed25519;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.crypto.X25519Keys;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The public half of an {@link Identity}: an Ed25519 key that names the peer, and an X25519 key for sealing to it,
 * bound to the first by a signature. A card that exists has passed all checks.
 *
 * <p>Encoded, it is 128 bytes: the Ed25519 key (32), the X25519 key (32), and the Ed25519 signature (64) over
 * {@code "parley-card-v1"} and the X25519 key. Immutable; any thread.
 */
public final class PeerCard {

    /** Length of an encoded card in bytes. */
    public static final int BYTES = 128;

    private static final byte[] LABEL = "parley-card-v1".getBytes(US_ASCII);
    private static final int SIGNATURE_OFFSET = Ed25519.PUBLIC_KEY_BYTES + X25519Keys.BYTES;

    private final byte[] encoded;
    private final PeerId peerId;

    private PeerCard(byte[] encoded) {
        this.encoded = encoded;
        this.peerId = peerIdOf(Arrays.copyOf(encoded, Ed25519.PUBLIC_KEY_BYTES));
    }

    static PeerCard of(byte[] ed25519PublicKey, byte[] x25519PublicKey, byte[] signature) {
        return new PeerCard(concat(ed25519PublicKey, x25519PublicKey, signature));
    }

    static byte[] signedBytes(byte[] x25519PublicKey) {
        return concat(LABEL, x25519PublicKey);
    }

    /**
     * Reads and checks a card.
     *
     * @param encoded what {@link #encode()} gave
     * @return the card
     * @throws IllegalArgumentException if the length is wrong, the signature does not verify, or one of the keys is a
     *     point of small order
     */
    public static PeerCard decode(byte[] encoded) {
        if (encoded.length != BYTES) {
            throw new IllegalArgumentException("a peer card has " + BYTES + " bytes, not " + encoded.length);
        }
        byte[] copy = encoded.clone();
        byte[] signing = Arrays.copyOf(copy, Ed25519.PUBLIC_KEY_BYTES);
        byte[] agreement = Arrays.copyOfRange(copy, Ed25519.PUBLIC_KEY_BYTES, SIGNATURE_OFFSET);
        byte[] signature = Arrays.copyOfRange(copy, SIGNATURE_OFFSET, BYTES);
        if (!Ed25519.isSound(signing)) {
            throw new IllegalArgumentException("the peer card's Ed25519 key is not a sound point");
        }
        if (!X25519Keys.isSound(agreement)) {
            throw new IllegalArgumentException("the peer card's X25519 key is a point of small order");
        }
        if (!Ed25519.verify(signing, signedBytes(agreement), signature)) {
            throw new IllegalArgumentException("the peer card's signature does not verify");
        }
        return new PeerCard(copy);
    }

    /**
     * Derives the id that an Ed25519 key names: the first 20 bytes of its SHA-256.
     *
     * @param ed25519PublicKey the key
     * @return the id
     * @throws IllegalArgumentException if the key does not have 32 bytes
     */
    public static PeerId peerIdOf(byte[] ed25519PublicKey) {
        if (ed25519PublicKey.length != Ed25519.PUBLIC_KEY_BYTES) {
            throw new IllegalArgumentException("an Ed25519 key has 32 bytes, not " + ed25519PublicKey.length);
        }
        return PeerId.of(Arrays.copyOf(Sha256.of(ed25519PublicKey), PeerId.BYTES));
    }

    /**
     * Returns the card in its only encoding.
     *
     * @return {@value #BYTES} new bytes
     */
    public byte[] encode() {
        return encoded.clone();
    }

    /**
     * Returns the id of the peer.
     *
     * @return the first 20 bytes of SHA-256 over the Ed25519 key
     */
    public PeerId peerId() {
        return peerId;
    }

    /**
     * Returns the Ed25519 public key.
     *
     * @return 32 new bytes
     */
    public byte[] ed25519PublicKey() {
        return Arrays.copyOf(encoded, Ed25519.PUBLIC_KEY_BYTES);
    }

    /**
     * Returns the X25519 public key.
     *
     * @return 32 new bytes
     */
    public byte[] x25519PublicKey() {
        return Arrays.copyOfRange(encoded, Ed25519.PUBLIC_KEY_BYTES, SIGNATURE_OFFSET);
    }

    /**
     * Returns SHA-256 over the Ed25519 key and the X25519 key, so that a change of either shows.
     *
     * @return the fingerprint
     */
    public Fingerprint fingerprint() {
        return Fingerprint.of(Sha256.of(Arrays.copyOf(encoded, SIGNATURE_OFFSET)));
    }

    /**
     * Says whether a signature over a message was made by this peer.
     *
     * @param message the exact bytes that were signed
     * @param signature the signature
     * @return true if it verifies; false for anything else, whatever the bytes
     */
    public boolean verify(byte[] message, byte[] signature) {
        return Ed25519.verify(ed25519PublicKey(), Objects.requireNonNull(message), Objects.requireNonNull(signature));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PeerCard that && Arrays.equals(encoded, that.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }

    /**
     * Names the peer.
     *
     * @return {@code PeerCard(} the peer id {@code )}
     */
    @Override
    public String toString() {
        return "PeerCard(" + peerId + ")";
    }

    private static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] whole = new byte[length];
        int offset = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, whole, offset, part.length);
            offset += part.length;
        }
        return whole;
    }
}
