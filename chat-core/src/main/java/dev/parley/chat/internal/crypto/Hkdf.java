package dev.parley.chat.internal.crypto;

import java.util.Arrays;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;

/** HKDF with SHA-256 (RFC 5869). Stateless; any thread. */
public final class Hkdf {

    /** Length of a pseudorandom key in bytes. */
    public static final int HASH_BYTES = 32;

    /** Most bytes that {@link #expand} can give. */
    public static final int MAX_OUTPUT_BYTES = 255 * HASH_BYTES;

    private Hkdf() {}

    /**
     * Extracts a pseudorandom key (RFC 5869 section 2.2).
     *
     * @param salt the salt; empty means {@value #HASH_BYTES} zeros
     * @param inputKey the input keying material
     * @return {@value #HASH_BYTES} new bytes
     */
    public static byte[] extract(byte[] salt, byte[] inputKey) {
        HMac mac = new HMac(new SHA256Digest());
        mac.init(new KeyParameter(salt));
        mac.update(inputKey, 0, inputKey.length);
        byte[] key = new byte[HASH_BYTES];
        mac.doFinal(key, 0);
        return key;
    }

    /**
     * Expands a pseudorandom key (RFC 5869 section 2.3).
     *
     * @param key the pseudorandom key
     * @param info what the output is for
     * @param length bytes wanted, 0 to {@value #MAX_OUTPUT_BYTES}
     * @return {@code length} new bytes
     */
    public static byte[] expand(byte[] key, byte[] info, int length) {
        if (length < 0 || length > MAX_OUTPUT_BYTES) {
            throw new IllegalArgumentException("HKDF gives 0 to " + MAX_OUTPUT_BYTES + " bytes, not " + length);
        }
        HMac mac = new HMac(new SHA256Digest());
        mac.init(new KeyParameter(key));
        byte[] output = new byte[length];
        byte[] block = new byte[HASH_BYTES];
        int counter = 1;
        for (int done = 0; done < length; done += HASH_BYTES) {
            if (counter > 1) {
                mac.update(block, 0, block.length);
            }
            mac.update(info, 0, info.length);
            mac.update((byte) counter++);
            mac.doFinal(block, 0);
            System.arraycopy(block, 0, output, done, Math.min(HASH_BYTES, length - done));
        }
        Arrays.fill(block, (byte) 0);
        return output;
    }

    /**
     * Extracts and expands.
     *
     * @param salt the salt
     * @param inputKey the input keying material
     * @param info what the output is for
     * @param length bytes wanted
     * @return {@code length} new bytes
     */
    public static byte[] derive(byte[] salt, byte[] inputKey, byte[] info, int length) {
        byte[] key = extract(salt, inputKey);
        try {
            return expand(key, info, length);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
