package dev.parley.chat.internal.crypto;

import static org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyPartialExport;

import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519.PublicPoint;
import org.jspecify.annotations.Nullable;

/**
 * An Ed25519 public key whose point is decoded once instead of with each signature (RFC 8032 section 5.1.3): for keys
 * that verify often. It accepts exactly what {@link Ed25519#verify} accepts under the same bytes. Immutable; any
 * thread.
 */
public final class VerifyingKey {

    private final byte[] encoded;

    /** Null if the bytes are no point of the curve: nothing verifies under them. */
    private final @Nullable PublicPoint point;

    /**
     * Decodes a public key. Total: under bytes that are no key, or not in their canonical form, nothing verifies.
     *
     * @param publicKey the key; copied
     */
    public VerifyingKey(byte[] publicKey) {
        encoded = publicKey.clone();
        point = publicKey.length == Ed25519.PUBLIC_KEY_BYTES ? validatePublicKeyPartialExport(encoded, 0) : null;
    }

    /**
     * Says whether this is the key with these bytes.
     *
     * @param publicKey another key
     * @return true if the bytes are the same
     */
    public boolean hasBytes(byte[] publicKey) {
        return Arrays.equals(encoded, publicKey);
    }

    /**
     * Verifies a signature. Total: whatever the bytes are, the answer is true or false.
     *
     * @param message any bytes
     * @param signature the signature
     * @return true if the signature has the right length and is valid
     */
    public boolean verify(byte[] message, byte[] signature) {
        return point != null
                && signature.length == Ed25519.SIGNATURE_BYTES
                && org.bouncycastle.math.ec.rfc8032.Ed25519.verify(signature, 0, point, message, 0, message.length);
    }
}
