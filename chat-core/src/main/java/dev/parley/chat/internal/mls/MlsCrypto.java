package dev.parley.chat.internal.mls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.parley.chat.internal.crypto.Hkdf;
import dev.parley.chat.internal.crypto.VerifyingKey;
import java.util.List;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.modes.gcm.BasicGCMMultiplier;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.mls.crypto.MlsCipherSuite;

/** The primitives of suite 0x0001, MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 (RFC 9420 sections 5 and 8). */
final class MlsCrypto {

    static final int SUITE_ID = MlsCipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    static final MlsCipherSuite SUITE = MlsCipherSuite.BCMLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

    /**
     * Held around every use of BouncyCastle's MLS classes. {@link #SUITE} is one object for the whole process, its
     * digest and key derivation keep state between calls, and the library takes it from a table of its own in places:
     * two rooms at once would spoil each other's keys. Messages are sealed and opened without it.
     */
    static final Object LIBRARY = new Object();

    static final int VERSION = 1;
    static final int HASH_BYTES = 32;
    static final int KEY_BYTES = 16;
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;
    static final int PUBLIC_KEY_BYTES = 32;
    static final int SIGNATURE_BYTES = 64;

    private static final String LABEL_PREFIX = "MLS 1.0 ";

    private MlsCrypto() {}

    static byte[] expandWithLabel(byte[] secret, String label, byte[] context, int length) {
        byte[] info = new MlsWriter()
                .u16(length)
                .opaque((LABEL_PREFIX + label).getBytes(US_ASCII))
                .opaque(context)
                .toBytes();
        return Hkdf.expand(secret, info, length);
    }

    static byte[] signContent(String label, byte[] content) {
        return new MlsWriter()
                .opaque((LABEL_PREFIX + label).getBytes(US_ASCII))
                .opaque(content)
                .toBytes();
    }

    static boolean verifyWithLabel(VerifyingKey key, String label, byte[] content, byte[] signature) {
        return key.verify(signContent(label, content), signature);
    }

    static byte[] seal(byte[] key, byte[] nonce, byte[] associated, byte[] plaintext) {
        try {
            return aead(true, key, nonce, associated, plaintext);
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("sealing cannot fail", e);
        }
    }

    static byte[] open(byte[] key, byte[] nonce, byte[] associated, byte[] ciphertext)
            throws InvalidCipherTextException {
        if (ciphertext.length < TAG_BYTES) {
            throw new InvalidCipherTextException("shorter than its tag");
        }
        return aead(false, key, nonce, associated, ciphertext);
    }

    private static byte[] aead(boolean sealing, byte[] key, byte[] nonce, byte[] associated, byte[] input)
            throws InvalidCipherTextException {
        // Not the library's default, which makes a table for each key: a key serves one message, and the table takes
        // longer than the message. Nor are there memory accesses then that depend on the hash key.
        GCMModeCipher cipher = GCMBlockCipher.newInstance(AESEngine.newInstance(), new BasicGCMMultiplier());
        cipher.init(sealing, new AEADParameters(new KeyParameter(key), TAG_BYTES * 8, nonce, associated));
        byte[] output = new byte[cipher.getOutputSize(input.length)];
        int length = cipher.processBytes(input, 0, input.length, output, 0);
        cipher.doFinal(output, length);
        return output;
    }

    /** The secret of a list with one external pre-shared key (RFC 9420 section 8.4). */
    static byte[] pskSecret(List<ExternalPsk> psks) {
        byte[] secret = new byte[HASH_BYTES];
        for (int i = 0; i < psks.size(); i++) {
            ExternalPsk psk = psks.get(i);
            byte[] label = new MlsWriter()
                    .u8(ExternalPsk.EXTERNAL)
                    .opaque(psk.id)
                    .opaque(psk.nonce)
                    .u16(i)
                    .u16(psks.size())
                    .toBytes();
            byte[] extracted = Hkdf.extract(new byte[HASH_BYTES], psk.secret);
            byte[] input = expandWithLabel(extracted, "derived psk", label, HASH_BYTES);
            secret = Hkdf.extract(input, secret);
        }
        return secret;
    }

    /** An external pre-shared key as a commit or a welcome names it. */
    static final class ExternalPsk {
        static final int EXTERNAL = 1;

        private final byte[] id;
        private final byte[] nonce;
        private final byte[] secret;

        ExternalPsk(byte[] id, byte[] nonce, byte[] secret) {
            this.id = id;
            this.nonce = nonce;
            this.secret = secret;
        }
    }
}
