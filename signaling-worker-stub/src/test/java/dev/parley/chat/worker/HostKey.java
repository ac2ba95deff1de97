package dev.parley.chat.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

/** A host as a client of the worker has it: makes and signs descriptors, written from docs/signaling.md alone. */
public final class HostKey {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeyPair pair;
    private final byte[] nonce = new byte[16];

    public HostKey() {
        try {
            pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
        RANDOM.nextBytes(nonce);
    }

    private HostKey(KeyPair pair) {
        this.pair = pair;
        RANDOM.nextBytes(nonce);
    }

    /** The same host, for another room. */
    public HostKey another() {
        return new HostKey(pair);
    }

    byte[] publicKey() {
        byte[] spki = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(spki, spki.length - 32, spki.length);
    }

    public String roomId() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update("parley-room-v1".getBytes(StandardCharsets.US_ASCII));
            sha256.update(publicKey());
            sha256.update(nonce);
            return base32(Arrays.copyOf(sha256.digest(), 20));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public String peerId() {
        try {
            return base32(Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(publicKey()), 20));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public ObjectNode fields() {
        return JSON.createObjectNode()
                .put("v", 1)
                .put("room", roomId())
                .put("visibility", "public")
                .put("capacity", 10)
                .put("created", 1_750_000_000_000L)
                .put("hostKey", base64Url(publicKey()))
                .put("nonce", base64Url(nonce))
                .put("name", "tea");
    }

    public ObjectNode body() {
        return body(fields -> {});
    }

    public ObjectNode body(Consumer<ObjectNode> change) {
        ObjectNode fields = fields();
        change.accept(fields);
        return sign(fields.toString().getBytes(StandardCharsets.UTF_8));
    }

    ObjectNode sign(byte[] descriptor) {
        return sign("descriptor", descriptor);
    }

    /** A card as another host names it; its second half is nothing that a worker reads. */
    String card() {
        return base64Url(Arrays.copyOf(publicKey(), 128));
    }

    public ObjectNode succession(int version, HostKey... deputies) {
        return succession(version, fields -> {}, deputies);
    }

    ObjectNode succession(int version, Consumer<ObjectNode> change, HostKey... deputies) {
        ObjectNode fields =
                JSON.createObjectNode().put("v", 1).put("room", roomId()).put("version", version);
        ArrayNode cards = fields.putArray("deputies");
        for (HostKey deputy : deputies) {
            cards.add(deputy.card());
        }
        change.accept(fields);
        return sign("succession", fields.toString().getBytes(StandardCharsets.UTF_8));
    }

    private ObjectNode sign(String what, byte[] bytes) {
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(pair.getPrivate());
            signer.update(("parley-" + what + "-v1").getBytes(StandardCharsets.US_ASCII));
            signer.update(bytes);
            return JSON.createObjectNode().put(what, base64Url(bytes)).put("signature", base64Url(signer.sign()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    public static String randomId() {
        byte[] bytes = new byte[20];
        RANDOM.nextBytes(bytes);
        return base32(bytes);
    }

    private static String base32(byte[] bytes) {
        String bits = new java.math.BigInteger(1, bytes).toString(32);
        StringBuilder text = new StringBuilder();
        for (char digit : ("0".repeat(32 - bits.length()) + bits).toCharArray()) {
            text.append("abcdefghijklmnopqrstuvwxyz234567".charAt(Character.digit(digit, 32)));
        }
        return text.toString();
    }
}
