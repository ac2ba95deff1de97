package dev.parley.chat.worker.internal.rooms;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Who may take a room over, checked against its descriptor. Only {@link #verify} makes one, so holding it is the proof.
 */
public final class SignedSuccession {
    public static final int MAX_SUCCESSION_BYTES = 4 * 1024;
    public static final int MAX_DEPUTIES = 8;
    private static final int CARD_BYTES = 128;
    private static final byte[] SIGNATURE_DOMAIN = "parley-succession-v1".getBytes(StandardCharsets.US_ASCII);

    private final int version;
    private final List<String> deputies;
    private final byte[] succession;
    private final byte[] signature;

    private SignedSuccession(int version, List<String> deputies, byte[] succession, byte[] signature) {
        this.version = version;
        this.deputies = deputies;
        this.succession = succession;
        this.signature = signature;
    }

    /**
     * Parses and checks a succession as it came from a stranger.
     *
     * @param roomId the room that it must be of
     * @param descriptorText the room's descriptor, which has been verified, in base64url
     * @throws Problem {@code too_large} above {@value #MAX_SUCCESSION_BYTES} bytes, {@code invalid_request} for
     *     anything else that is wrong with it
     */
    public static SignedSuccession verify(
            String roomId, String descriptorText, String successionText, String signatureText) {
        byte[] succession = Encoding.fromBase64Url(successionText, "succession");
        if (succession.length > MAX_SUCCESSION_BYTES) {
            throw new Problem(ProblemCode.TOO_LARGE, "a succession has at most " + MAX_SUCCESSION_BYTES + " bytes");
        }
        byte[] signature = Encoding.fromBase64Url(signatureText, "signature", Ed25519.SIGNATURE_BYTES);
        byte[] hostKey = SignedDescriptor.hostKey(descriptorText);

        ObjectNode fields = Json.parseObject(succession, "succession");
        Json.integer(fields, "v", 1, 1);
        if (!Json.text(fields, "room").equals(roomId)) {
            throw Problem.invalid("the succession is of another room");
        }
        int version = (int) Json.integer(fields, "version", 1, Integer.MAX_VALUE);
        List<String> deputies = deputies(fields, Ids.idOf(hostKey));
        if (!Ed25519.verifies(hostKey, SIGNATURE_DOMAIN, succession, signature)) {
            throw Problem.invalid("signature is not that of the room's hostKey over the succession");
        }
        return new SignedSuccession(version, deputies, succession, signature);
    }

    private static List<String> deputies(ObjectNode fields, String host) {
        if (!(fields.get("deputies") instanceof ArrayNode cards) || cards.size() > MAX_DEPUTIES) {
            throw Problem.invalid("field \"deputies\" must be a list of at most " + MAX_DEPUTIES + " cards");
        }
        Set<String> deputies = new LinkedHashSet<>();
        for (JsonNode card : cards) {
            if (!card.isTextual()) {
                throw Problem.invalid("a deputy's card must be a string");
            }
            byte[] bytes = Encoding.fromBase64Url(card.textValue(), "a deputy's card", CARD_BYTES);
            String deputy = Ids.idOf(Arrays.copyOf(bytes, Ed25519.KEY_BYTES));
            if (deputy.equals(host) || !deputies.add(deputy)) {
                throw Problem.invalid("the deputies must be distinct, and none the host");
            }
        }
        return List.copyOf(deputies);
    }

    /** Grows with each succession of a room. */
    public int version() {
        return version;
    }

    /** The peer ids of the deputies, in their order. */
    public List<String> deputies() {
        return deputies;
    }

    public byte[] succession() {
        return succession.clone();
    }

    public byte[] signature() {
        return signature.clone();
    }
}
