package dev.parley.chat.worker.internal.rooms;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A room descriptor whose signature and self-certifying id have been checked. Only {@link #verify} makes one, so
 * holding it is the proof.
 */
public final class SignedDescriptor {
    public static final int MAX_DESCRIPTOR_BYTES = 8 * 1024;
    public static final int MIN_CAPACITY = 2;
    public static final int MAX_CAPACITY = 1000;
    public static final int MAX_NAME_CHARACTERS = 80;

    private static final int SIGNATURE_BYTES = 64;
    private static final int HOST_KEY_BYTES = 32;
    private static final int NONCE_BYTES = 16;
    private static final int ROOM_ID_BYTES = 20;
    private static final byte[] SIGNATURE_DOMAIN = "parley-descriptor-v1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ROOM_ID_DOMAIN = "parley-room-v1".getBytes(StandardCharsets.US_ASCII);

    /** SubjectPublicKeyInfo of Ed25519 up to the 32 raw bytes (RFC 8410 section 4). */
    private static final byte[] ED25519_SPKI_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private final String roomId;
    private final boolean listed;
    private final int capacity;
    private final byte[] descriptor;
    private final byte[] signature;

    private SignedDescriptor(String roomId, boolean listed, int capacity, byte[] descriptor, byte[] signature) {
        this.roomId = roomId;
        this.listed = listed;
        this.capacity = capacity;
        this.descriptor = descriptor;
        this.signature = signature;
    }

    /**
     * Parses and checks a descriptor as it came from a stranger.
     *
     * @throws Problem {@code too_large} above {@value #MAX_DESCRIPTOR_BYTES} bytes, {@code invalid_request} for
     *     anything else that is wrong with it
     */
    public static SignedDescriptor verify(String descriptorText, String signatureText) {
        byte[] descriptor = Encoding.fromBase64Url(descriptorText, "descriptor");
        if (descriptor.length > MAX_DESCRIPTOR_BYTES) {
            throw new Problem(ProblemCode.TOO_LARGE, "a descriptor has at most " + MAX_DESCRIPTOR_BYTES + " bytes");
        }
        byte[] signature = exactly(SIGNATURE_BYTES, signatureText, "signature");

        ObjectNode fields = Json.parseObject(descriptor, "descriptor");
        Json.integer(fields, "v", 1, 1);
        String roomId = Ids.requireId(Json.text(fields, "room"), "room");
        boolean listed = isPublic(Json.text(fields, "visibility"));
        int capacity = (int) Json.integer(fields, "capacity", MIN_CAPACITY, MAX_CAPACITY);
        Json.integer(fields, "created", 0, Long.MAX_VALUE);
        byte[] hostKey = exactly(HOST_KEY_BYTES, Json.text(fields, "hostKey"), "hostKey");
        byte[] nonce = exactly(NONCE_BYTES, Json.text(fields, "nonce"), "nonce");
        if (listed) {
            String name = Json.text(fields, "name");
            int characters = name.codePointCount(0, name.length());
            if (characters < 1 || characters > MAX_NAME_CHARACTERS) {
                throw Problem.invalid("the name of a public room has 1 to " + MAX_NAME_CHARACTERS + " characters");
            }
        }

        if (!roomId.equals(roomIdOf(hostKey, nonce))) {
            throw Problem.invalid("room is not the id that hostKey and nonce make");
        }
        if (!isSignedBy(hostKey, descriptor, signature)) {
            throw Problem.invalid("signature is not that of hostKey over the descriptor");
        }
        return new SignedDescriptor(roomId, listed, capacity, descriptor, signature);
    }

    /**
     * Tells the peer id of a room's host: the first 20 bytes of SHA-256 over its key, as every peer's.
     *
     * @param descriptorText a descriptor that has been verified, in base64url
     * @return the peer id
     */
    public static String hostPeerId(String descriptorText) {
        ObjectNode fields = Json.parseObject(Encoding.fromBase64Url(descriptorText, "descriptor"), "descriptor");
        return idOf(exactly(HOST_KEY_BYTES, Json.text(fields, "hostKey"), "hostKey"));
    }

    public String roomId() {
        return roomId;
    }

    /** Whether the room is public, that is shown in the list of rooms. */
    public boolean listed() {
        return listed;
    }

    public int capacity() {
        return capacity;
    }

    public byte[] descriptor() {
        return descriptor.clone();
    }

    public byte[] signature() {
        return signature.clone();
    }

    private static boolean isPublic(String visibility) {
        return switch (visibility) {
            case "public" -> true;
            case "private" -> false;
            default -> throw Problem.invalid("visibility must be \"public\" or \"private\"");
        };
    }

    private static byte[] exactly(int byteCount, String text, String what) {
        byte[] bytes = Encoding.fromBase64Url(text, what);
        if (bytes.length != byteCount) {
            throw Problem.invalid(what + " must have " + byteCount + " bytes, has " + bytes.length);
        }
        return bytes;
    }

    private static String roomIdOf(byte[] hostKey, byte[] nonce) {
        return idOf(ROOM_ID_DOMAIN, hostKey, nonce);
    }

    private static String idOf(byte[]... parts) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                sha256.update(part);
            }
            return Encoding.base32(Arrays.copyOf(sha256.digest(), ROOM_ID_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static boolean isSignedBy(byte[] hostKey, byte[] descriptor, byte[] signature) {
        byte[] spki = Arrays.copyOf(ED25519_SPKI_PREFIX, ED25519_SPKI_PREFIX.length + HOST_KEY_BYTES);
        System.arraycopy(hostKey, 0, spki, ED25519_SPKI_PREFIX.length, HOST_KEY_BYTES);
        try {
            PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(SIGNATURE_DOMAIN);
            verifier.update(descriptor);
            return verifier.verify(signature);
        } catch (InvalidKeySpecException | InvalidKeyException | SignatureException e) {
            // Bytes that are no point of the curve, or no scalar in range: the same to us as a wrong signature.
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform has no Ed25519", e);
        }
    }
}
