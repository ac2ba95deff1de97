package dev.parley.chat.internal.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.parley.chat.RoomId;
import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * Seals the private part of a room's descriptor with AES-256-GCM: the key is {@link RoomSecret#descriptor()}, the
 * associated data {@code "parley-descriptor-v1"} and the room id. Sealed, it is the nonce (12 bytes), the ciphertext
 * and the tag (16). Stateless; any thread.
 */
public final class DescriptorSeal {

    /** Length of the nonce in bytes; never use one twice with one secret. */
    public static final int NONCE_BYTES = 12;

    /** Longest plaintext in bytes. */
    public static final int MAX_PLAINTEXT_BYTES = 16 * 1024;

    private static final int TAG_BYTES = 16;
    private static final byte[] LABEL = "parley-descriptor-v1".getBytes(US_ASCII);

    /** Bytes that sealing adds. */
    public static final int OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;

    private DescriptorSeal() {}

    /**
     * Seals.
     *
     * @param secret the room's secret
     * @param room the room
     * @param nonce {@value #NONCE_BYTES} fresh random bytes
     * @param plaintext at most {@value #MAX_PLAINTEXT_BYTES} bytes
     * @return the sealed bytes
     * @throws IllegalArgumentException if a length is wrong
     */
    public static byte[] seal(RoomSecret secret, RoomId room, byte[] nonce, byte[] plaintext) {
        if (nonce.length != NONCE_BYTES) {
            throw new IllegalArgumentException("a nonce has " + NONCE_BYTES + " bytes, not " + nonce.length);
        }
        if (plaintext.length > MAX_PLAINTEXT_BYTES) {
            throw new IllegalArgumentException("a descriptor's private part has at most " + MAX_PLAINTEXT_BYTES
                    + " bytes, not " + plaintext.length);
        }
        byte[] sealed = Arrays.copyOf(nonce, plaintext.length + OVERHEAD_BYTES);
        GCMModeCipher cipher = cipher(true, secret, room, nonce);
        int length = cipher.processBytes(plaintext, 0, plaintext.length, sealed, NONCE_BYTES);
        try {
            cipher.doFinal(sealed, NONCE_BYTES + length);
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("sealing cannot fail", e);
        }
        return sealed;
    }

    /**
     * Opens.
     *
     * @param secret the room's secret
     * @param room the room
     * @param sealed what {@link #seal} gave, or anything
     * @return the plaintext
     * @throws SealException of kind MALFORMED if the length is impossible, NOT_FOR_US if the seal does not open
     */
    public static byte[] open(RoomSecret secret, RoomId room, byte[] sealed) throws SealException {
        if (sealed.length < OVERHEAD_BYTES || sealed.length > MAX_PLAINTEXT_BYTES + OVERHEAD_BYTES) {
            throw new SealException(
                    SealException.Kind.MALFORMED, "a sealed descriptor cannot have " + sealed.length + " bytes");
        }
        GCMModeCipher cipher = cipher(false, secret, room, Arrays.copyOf(sealed, NONCE_BYTES));
        byte[] plaintext = new byte[sealed.length - OVERHEAD_BYTES];
        try {
            int length = cipher.processBytes(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES, plaintext, 0);
            cipher.doFinal(plaintext, length);
        } catch (InvalidCipherTextException e) {
            throw new SealException(SealException.Kind.NOT_FOR_US, "the descriptor's seal does not open");
        }
        return plaintext;
    }

    private static GCMModeCipher cipher(boolean sealing, RoomSecret secret, RoomId room, byte[] nonce) {
        byte[] roomBytes = room.toBytes();
        byte[] associated = Arrays.copyOf(LABEL, LABEL.length + roomBytes.length);
        System.arraycopy(roomBytes, 0, associated, LABEL.length, roomBytes.length);
        GCMModeCipher cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
        cipher.init(
                sealing, new AEADParameters(new KeyParameter(secret.descriptor()), TAG_BYTES * 8, nonce, associated));
        return cipher;
    }
}
