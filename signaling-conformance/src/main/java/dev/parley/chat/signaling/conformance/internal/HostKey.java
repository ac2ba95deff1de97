package dev.parley.chat.signaling.conformance.internal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Consumer;

/** A host under a fresh key: makes and signs descriptors and successions, as docs/signaling.md says. */
final class HostKey {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int KEY_BYTES = 32;
    private static final int CARD_BYTES = 128;
    private static final int ID_BYTES = 20;

    private final KeyPair pair;
    private final byte[] nonce = new byte[16];

    HostKey() {
        try {
            pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform has no Ed25519", e);
        }
        RANDOM.nextBytes(nonce);
    }

    private byte[] publicKey() {
        byte[] spki = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(spki, spki.length - KEY_BYTES, spki.length);
    }

    String roomId() {
        return idOf(ascii("parley-room-v1"), publicKey(), nonce);
    }

    String peerId() {
        return idOf(publicKey());
    }

    /** A card by which a succession names this peer; a worker reads its first half only. */
    String card() {
        return base64Url(Arrays.copyOf(publicKey(), CARD_BYTES));
    }

    ObjectNode fields() {
        return Wire.JSON
                .createObjectNode()
                .put("v", 1)
                .put("room", roomId())
                .put("visibility", "public")
                .put("capacity", 10)
                .put("created", System.currentTimeMillis())
                .put("hostKey", base64Url(publicKey()))
                .put("nonce", base64Url(nonce))
                .put("name", "conformance");
    }

    ObjectNode descriptor(Consumer<ObjectNode> change) {
        ObjectNode fields = fields();
        change.accept(fields);
        return sign("descriptor", "parley-descriptor-v1", fields.toString().getBytes(StandardCharsets.UTF_8));
    }

    ObjectNode succession(int version, HostKey... deputies) {
        return succession(version, fields -> {}, deputies);
    }

    ObjectNode succession(int version, Consumer<ObjectNode> change, HostKey... deputies) {
        ObjectNode fields =
                Wire.JSON.createObjectNode().put("v", 1).put("room", roomId()).put("version", version);
        ArrayNode cards = fields.putArray("deputies");
        for (HostKey deputy : deputies) {
            cards.add(deputy.card());
        }
        change.accept(fields);
        return sign("succession", "parley-succession-v1", fields.toString().getBytes(StandardCharsets.UTF_8));
    }

    ObjectNode sign(String member, String domain, byte[] bytes) {
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(pair.getPrivate());
            signer.update(ascii(domain));
            signer.update(bytes);
            return Wire.JSON
                    .createObjectNode()
                    .put(member, base64Url(bytes))
                    .put("signature", base64Url(signer.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform has no Ed25519", e);
        }
    }

    static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String randomId() {
        byte[] bytes = new byte[ID_BYTES];
        RANDOM.nextBytes(bytes);
        return base32(bytes);
    }

    private static String idOf(byte[]... parts) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                sha256.update(part);
            }
            return base32(Arrays.copyOf(sha256.digest(), ID_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String base32(byte[] bytes) {
        String digits = new BigInteger(1, bytes).toString(32);
        StringBuilder text = new StringBuilder();
        for (char digit : ("0".repeat(bytes.length * 8 / 5 - digits.length()) + digits).toCharArray()) {
            text.append("abcdefghijklmnopqrstuvwxyz234567".charAt(Character.digit(digit, 32)));
        }
        return text.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
