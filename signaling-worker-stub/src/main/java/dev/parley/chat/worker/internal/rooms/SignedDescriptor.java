package dev.parley.chat.worker.internal.rooms;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.nio.charset.StandardCharsets;

/**
 * A room descriptor whose signature and self-certifying id have been checked. Only {@link #verify} makes one, so
 * holding it is the proof.
 */
public final class SignedDescriptor {
    public static final int MAX_DESCRIPTOR_BYTES = 8 * 1024;
    public static final int MIN_CAPACITY = 2;
    public static final int MAX_CAPACITY = 1000;
    public static final int MAX_NAME_CHARACTERS = 80;

    private static final int NONCE_BYTES = 16;
    private static final byte[] SIGNATURE_DOMAIN = "parley-descriptor-v1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ROOM_ID_DOMAIN = "parley-room-v1".getBytes(StandardCharsets.US_ASCII);

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
        byte[] signature = Encoding.fromBase64Url(signatureText, "signature", Ed25519.SIGNATURE_BYTES);

        ObjectNode fields = Json.parseObject(descriptor, "descriptor");
        Json.integer(fields, "v", 1, 1);
        String roomId = Ids.requireId(Json.text(fields, "room"), "room");
        boolean listed = isPublic(Json.text(fields, "visibility"));
        int capacity = (int) Json.integer(fields, "capacity", MIN_CAPACITY, MAX_CAPACITY);
        Json.integer(fields, "created", 0, Long.MAX_VALUE);
        byte[] hostKey = Encoding.fromBase64Url(Json.text(fields, "hostKey"), "hostKey", Ed25519.KEY_BYTES);
        byte[] nonce = Encoding.fromBase64Url(Json.text(fields, "nonce"), "nonce", NONCE_BYTES);
        if (listed) {
            String name = Json.text(fields, "name");
            int characters = name.codePointCount(0, name.length());
            if (characters < 1 || characters > MAX_NAME_CHARACTERS) {
                throw Problem.invalid("the name of a public room has 1 to " + MAX_NAME_CHARACTERS + " characters");
            }
        }

        if (!roomId.equals(Ids.idOf(ROOM_ID_DOMAIN, hostKey, nonce))) {
            throw Problem.invalid("room is not the id that hostKey and nonce make");
        }
        if (!Ed25519.verifies(hostKey, SIGNATURE_DOMAIN, descriptor, signature)) {
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
        return Ids.idOf(hostKey(descriptorText));
    }

    /** The key of the room's host, from a descriptor that has been verified. */
    static byte[] hostKey(String descriptorText) {
        ObjectNode fields = Json.parseObject(Encoding.fromBase64Url(descriptorText, "descriptor"), "descriptor");
        return Encoding.fromBase64Url(Json.text(fields, "hostKey"), "hostKey", Ed25519.KEY_BYTES);
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
}
