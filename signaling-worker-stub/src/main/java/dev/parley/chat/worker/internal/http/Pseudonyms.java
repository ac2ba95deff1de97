package dev.parley.chat.worker.internal.http;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names for logs that stand for accounts and addresses, the same for the same one: HMAC-SHA256 under a salt, cut to 64
 * bits. Without the salt, a name does not tell whom it stands for; there are few enough IPv4 addresses to try them all.
 * Safe for threads.
 */
final class Pseudonyms {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 8;

    private final SecretKeySpec salt;

    Pseudonyms(byte[] salt) {
        this.salt = new SecretKeySpec(salt, ALGORITHM);
    }

    String of(String kind, String name) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(salt);
            byte[] hash = mac.doFinal((kind + ':' + name).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
