package dev.parley.chat.internal.crypto;

import org.bouncycastle.math.ec.rfc7748.X25519;

/** X25519 keys (RFC 7748). Stateless; any thread. */
public final class X25519Keys {

    /** Length of a private or public key in bytes. */
    public static final int BYTES = 32;

    /** Any clamped scalar will do: a small-order point gives zero with each of them. */
    private static final byte[] PROBE =
            Sha256.of("parley-x25519-probe".getBytes(java.nio.charset.StandardCharsets.US_ASCII));

    private X25519Keys() {}

    /**
     * Derives the public key.
     *
     * @param privateKey {@value #BYTES} bytes
     * @return {@value #BYTES} new bytes
     */
    public static byte[] publicKey(byte[] privateKey) {
        if (privateKey.length != BYTES) {
            throw new IllegalArgumentException("an X25519 key has " + BYTES + " bytes, not " + privateKey.length);
        }
        byte[] publicKey = new byte[BYTES];
        X25519.generatePublicKey(privateKey, 0, publicKey, 0);
        return publicKey;
    }

    /**
     * Says whether a public key can agree on a secret: a point of small order gives the all-zero secret with every
     * private key (RFC 7748 section 6.1).
     *
     * @param publicKey a candidate
     * @return true if the key is sound
     */
    public static boolean isSound(byte[] publicKey) {
        return publicKey.length == BYTES && X25519.calculateAgreement(PROBE, 0, publicKey, 0, new byte[BYTES], 0);
    }

    /**
     * Agrees on a secret (RFC 7748 section 6.1).
     *
     * @param privateKey {@value #BYTES} bytes
     * @param publicKey a sound key, see {@link #isSound}
     * @return {@value #BYTES} new bytes, for the caller to wipe
     * @throws IllegalArgumentException if the public key is not sound
     */
    public static byte[] agree(byte[] privateKey, byte[] publicKey) {
        byte[] secret = new byte[BYTES];
        if (publicKey.length != BYTES || !X25519.calculateAgreement(privateKey, 0, publicKey, 0, secret, 0)) {
            throw new IllegalArgumentException("the public key is not sound");
        }
        return secret;
    }
}
