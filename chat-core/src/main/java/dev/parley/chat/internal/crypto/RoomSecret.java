package dev.parley.chat.internal.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.parley.chat.RoomId;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The secret that an invite link carries, from which a room's keys are derived. A public room has one too: it follows
 * from the room id, hence is known to everybody, and exists so that one code path serves both. Immutable; any thread.
 *
 * <p>When somebody is removed the room gets a new secret. The key of the descriptor stays: who was removed knows what
 * it opens, and the descriptor need not be signed anew, which a deputy could not do.
 */
public final class RoomSecret {

    /** Length of the secret and of each key derived from it, in bytes. */
    public static final int BYTES = 32;

    private static final byte[] SALT = "parley-room-v1".getBytes(US_ASCII);
    private static final byte[] PUBLIC_ROOM = "parley-public-room-v1".getBytes(US_ASCII);

    private final byte[] secret;
    private final byte @Nullable [] descriptorKey;

    private RoomSecret(byte[] secret, byte @Nullable [] descriptorKey) {
        this.secret = secret;
        this.descriptorKey = descriptorKey;
    }

    /**
     * Makes the secret of a private room.
     *
     * @param bytes {@value #BYTES} random bytes, or what {@link #reveal} gave of a rotated one
     * @return the secret
     * @throws IllegalArgumentException if the length is wrong
     */
    public static RoomSecret of(byte[] bytes) {
        if (bytes.length == BYTES) {
            return new RoomSecret(bytes.clone(), null);
        }
        if (bytes.length != 2 * BYTES) {
            throw new IllegalArgumentException(
                    "a room secret has " + BYTES + " bytes, or twice as many, not " + bytes.length);
        }
        return new RoomSecret(Arrays.copyOf(bytes, BYTES), Arrays.copyOfRange(bytes, BYTES, 2 * BYTES));
    }

    /**
     * Derives the secret of a public room, which keeps nobody out.
     *
     * @param room the room
     * @return SHA-256 over {@code "parley-public-room-v1"} and the id's bytes
     */
    public static RoomSecret forPublicRoom(RoomId room) {
        return new RoomSecret(Sha256.of(PUBLIC_ROOM, room.toBytes()), null);
    }

    /**
     * Makes the secret that takes the place of this one.
     *
     * @param fresh {@value #BYTES} random bytes
     * @return a secret of which nothing but {@link #descriptor} follows from this one
     * @throws IllegalArgumentException if the length is wrong
     */
    public RoomSecret rotated(byte[] fresh) {
        if (fresh.length != BYTES) {
            throw new IllegalArgumentException("a room secret has " + BYTES + " bytes, not " + fresh.length);
        }
        return new RoomSecret(fresh.clone(), descriptor());
    }

    /**
     * Derives the external pre-shared key of the MLS group.
     *
     * @return {@value #BYTES} new bytes
     */
    public byte[] psk() {
        return derive("psk");
    }

    /**
     * Derives the pre-shared key of signaling envelopes.
     *
     * @return {@value #BYTES} new bytes
     */
    public byte[] signal() {
        return derive("signal");
    }

    /**
     * Derives the key of the descriptor's private part.
     *
     * @return {@value #BYTES} new bytes
     */
    public byte[] descriptor() {
        byte[] kept = descriptorKey;
        return kept == null ? derive("descriptor") : kept.clone();
    }

    /**
     * Derives the key with which a joiner proves that it knows the secret.
     *
     * @return {@value #BYTES} new bytes
     */
    public byte[] admission() {
        return derive("admission");
    }

    /**
     * Returns the secret itself, for the invite link and for members, and for nothing else.
     *
     * @return {@value #BYTES} new bytes; of a rotated secret twice as many, the key of the descriptor behind the secret
     */
    public byte[] reveal() {
        byte[] kept = descriptorKey;
        if (kept == null) {
            return secret.clone();
        }
        byte[] both = Arrays.copyOf(secret, 2 * BYTES);
        System.arraycopy(kept, 0, both, BYTES, BYTES);
        return both;
    }

    private byte[] derive(String label) {
        return Hkdf.derive(SALT, secret, label.getBytes(US_ASCII), BYTES);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RoomSecret that
                && MessageDigest.isEqual(secret, that.secret)
                && MessageDigest.isEqual(descriptorKey, that.descriptorKey);
    }

    @Override
    public int hashCode() {
        // A hash of the content would leak it.
        return RoomSecret.class.hashCode();
    }

    @Override
    public String toString() {
        return "RoomSecret(" + BYTES + " bytes)";
    }
}
