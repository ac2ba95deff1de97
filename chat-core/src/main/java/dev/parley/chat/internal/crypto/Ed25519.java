package dev.parley.chat.internal.crypto;

import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;

/**
 * Ed25519 (RFC 8032) through BouncyCastle's lightweight API, which is some thirty times faster at signing than the
 * provider of the JDK. Stateless; any thread.
 */
public final class Ed25519 {

    /** Length of a private key's seed in bytes. */
    public static final int SEED_BYTES = 32;

    /** Length of a public key in bytes. */
    public static final int PUBLIC_KEY_BYTES = 32;

    /** Length of a signature in bytes. */
    public static final int SIGNATURE_BYTES = 64;

    private Ed25519() {}

    /**
     * Derives the public key.
     *
     * @param seed {@value #SEED_BYTES} bytes
     * @return {@value #PUBLIC_KEY_BYTES} new bytes
     */
    public static byte[] publicKey(byte[] seed) {
        requireLength("an Ed25519 seed", seed, SEED_BYTES);
        return new Ed25519PrivateKeyParameters(seed, 0).generatePublicKey().getEncoded();
    }

    /**
     * Signs a message.
     *
     * @param seed {@value #SEED_BYTES} bytes
     * @param message any bytes
     * @return {@value #SIGNATURE_BYTES} new bytes
     */
    public static byte[] sign(byte[] seed, byte[] message) {
        requireLength("an Ed25519 seed", seed, SEED_BYTES);
        return sign(new Ed25519PrivateKeyParameters(seed, 0), message);
    }

    static byte[] sign(Ed25519PrivateKeyParameters key, byte[] message) {
        byte[] signature = new byte[SIGNATURE_BYTES];
        key.sign(
                org.bouncycastle.math.ec.rfc8032.Ed25519.Algorithm.Ed25519,
                null,
                message,
                0,
                message.length,
                signature,
                0);
        return signature;
    }

    /**
     * Verifies a signature. Total: whatever the bytes are, the answer is true or false.
     *
     * @param publicKey the signer's key
     * @param message any bytes
     * @param signature the signature
     * @return true if the lengths are right and the signature is valid
     */
    public static boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
        return publicKey.length == PUBLIC_KEY_BYTES
                && signature.length == SIGNATURE_BYTES
                && org.bouncycastle.math.ec.rfc8032.Ed25519.verify(
                        signature, 0, publicKey, 0, message, 0, message.length);
    }

    /**
     * Says whether bytes are a point of the prime-order group other than the neutral element. For any other "key" there
     * are signatures that anyone can make.
     *
     * @param publicKey a candidate
     * @return true if the key is sound
     */
    public static boolean isSound(byte[] publicKey) {
        return publicKey.length == PUBLIC_KEY_BYTES
                && org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyFull(publicKey, 0);
    }

    private static void requireLength(String what, byte[] bytes, int length) {
        if (bytes.length != length) {
            throw new IllegalArgumentException(what + " has " + length + " bytes, not " + bytes.length);
        }
    }
}
