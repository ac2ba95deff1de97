package dev.parley.chat.internal.crypto;

import java.security.GeneralSecurityException;
import java.security.ProviderException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM (NIST SP 800-38D) for what is kept on the disk, with tags of 16 bytes. By the JDK, which uses the
 * processor's instructions for it: a history is read by the thousand. Stateless; any thread.
 */
public final class AesGcm {

    /** Length of a key in bytes. */
    public static final int KEY_BYTES = 32;

    /** Length of a nonce in bytes; never use one twice with one key. */
    public static final int NONCE_BYTES = 12;

    /** Bytes that sealing adds, without the nonce. */
    public static final int TAG_BYTES = 16;

    private AesGcm() {}

    /**
     * Seals.
     *
     * @param key {@value #KEY_BYTES} bytes
     * @param nonce {@value #NONCE_BYTES} bytes that were never used with this key
     * @param associated what is authenticated beside the plaintext
     * @param plaintext any bytes
     * @return ciphertext and tag
     */
    public static byte[] seal(byte[] key, byte[] nonce, byte[] associated, byte[] plaintext) {
        try {
            return cipher(Cipher.ENCRYPT_MODE, key, nonce, associated).doFinal(plaintext);
        } catch (GeneralSecurityException e) {
            throw new ProviderException("every Java platform has AES-GCM", e);
        }
    }

    /**
     * Opens.
     *
     * @param key {@value #KEY_BYTES} bytes
     * @param nonce the nonce
     * @param associated what was authenticated beside the plaintext
     * @param sealed ciphertext and tag, or anything
     * @return the plaintext
     * @throws SealException of kind MALFORMED if there is not even a tag, NOT_FOR_US if the seal does not open
     */
    public static byte[] open(byte[] key, byte[] nonce, byte[] associated, byte[] sealed) throws SealException {
        if (sealed.length < TAG_BYTES) {
            throw new SealException(SealException.Kind.MALFORMED, "sealed bytes end in a tag");
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, key, nonce, associated).doFinal(sealed);
        } catch (AEADBadTagException e) {
            throw new SealException(SealException.Kind.NOT_FOR_US, "the seal does not open");
        } catch (GeneralSecurityException e) {
            throw new ProviderException("every Java platform has AES-GCM", e);
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] associated)
            throws GeneralSecurityException {
        if (key.length != KEY_BYTES || nonce.length != NONCE_BYTES) {
            throw new IllegalArgumentException("a key has " + KEY_BYTES + " bytes and a nonce " + NONCE_BYTES + ", not "
                    + key.length + " and " + nonce.length);
        }
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * 8, nonce));
        cipher.updateAAD(associated);
        return cipher;
    }
}
