package dev.parley.chat.internal.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.DescriptorSeal;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.encoding.Base64Url;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.transport.SignedDescriptor;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * What a room is, in the host's signed word. The worker stores it verbatim and hands it out; the room's id certifies
 * the host's key, and the host's key signs everything else.
 *
 * <p>JSON: {@code v} (1), {@code room}, {@code visibility}, {@code capacity}, {@code created} (epoch milliseconds),
 * {@code hostKey}, {@code nonce}, {@code hostCard}, and {@code name} in a public room or {@code sealed} in a private
 * one: there the name is sealed under the room's secret and the worker never learns it.
 *
 * @param room the id that the other fields certify
 * @param host the host's keys
 * @param name free of control characters
 * @param visibility who may find the room
 * @param capacity how many participants fit, the host included
 * @param created by the host's clock
 */
public record Descriptor(
        RoomId room, PeerCard host, String name, Visibility visibility, int capacity, Instant created) {

    /** Length of the nonce that makes the id of each room of a host another one, in bytes. */
    public static final int NONCE_BYTES = 16;

    /** Length of the nonce of the sealed part, in bytes. */
    public static final int SEAL_NONCE_BYTES = 12;

    private static final int VERSION = 1;
    private static final byte[] ROOM_CONTEXT = ascii("parley-room-v1");
    private static final byte[] SIGNATURE_CONTEXT = ascii("parley-descriptor-v1");

    /** The descriptor's secret part cannot be opened: the secret is another room's. */
    public static final class WrongSecretException extends Exception {
        private static final long serialVersionUID = 1L;

        WrongSecretException() {
            super("the secret does not open the room's descriptor");
        }
    }

    /**
     * Derives the id of a room.
     *
     * @param hostKey the host's Ed25519 public key
     * @param nonce {@value #NONCE_BYTES} bytes
     * @return the id
     */
    public static RoomId roomId(byte[] hostKey, byte[] nonce) {
        return RoomId.of(Arrays.copyOf(Sha256.of(ROOM_CONTEXT, hostKey, nonce), RoomId.BYTES));
    }

    /**
     * Writes and signs a descriptor.
     *
     * @param host who opens the room
     * @param options what the room is like
     * @param secret the room's secret
     * @param nonce {@value #NONCE_BYTES} random bytes
     * @param sealNonce {@value #SEAL_NONCE_BYTES} random bytes
     * @param created by the host's clock
     * @return the signed bytes
     */
    public static SignedDescriptor sign(
            Identity host, RoomOptions options, RoomSecret secret, byte[] nonce, byte[] sealNonce, Instant created) {
        RoomId room = roomId(host.card().ed25519PublicKey(), nonce);
        ObjectNode json = Json.object()
                .put("v", VERSION)
                .put("room", room.value())
                .put("visibility", options.visibility() == Visibility.PUBLIC ? "public" : "private")
                .put("capacity", options.capacity())
                .put("created", created.toEpochMilli())
                .put("hostKey", base64(host.card().ed25519PublicKey()))
                .put("nonce", base64(nonce))
                .put("hostCard", base64(host.card().encode()));
        if (options.visibility() == Visibility.PUBLIC) {
            json.put("name", options.name());
        } else {
            byte[] hidden = Json.write(Json.object().put("name", options.name()));
            json.put("sealed", base64(DescriptorSeal.seal(secret, room, sealNonce, hidden)));
        }
        byte[] bytes = Json.write(json);
        return new SignedDescriptor(bytes, IdentityKeys.of(host).sign(signedBytes(bytes)));
    }

    /**
     * Reads a public room's descriptor and verifies all that it claims.
     *
     * @param signed as the worker served it
     * @param expectedRoom the id that it must certify
     * @return the descriptor
     * @throws MalformedException if it is not well-formed, not this room's, or not signed by its host
     * @throws WrongSecretException if the room is private
     */
    public static Descriptor verifyPublic(SignedDescriptor signed, RoomId expectedRoom)
            throws MalformedException, WrongSecretException {
        return verify(signed, expectedRoom, RoomSecret.forPublicRoom(expectedRoom), Visibility.PUBLIC);
    }

    /**
     * Reads a descriptor and verifies all that it claims.
     *
     * @param signed as the worker served it
     * @param expectedRoom the id that it must certify
     * @param secret the room's secret
     * @param expected what the invite says: with a secret or without
     * @return the descriptor
     * @throws MalformedException if it is not well-formed, not this room's, or not signed by its host
     * @throws WrongSecretException if the room's visibility is not the expected one, or the secret is another room's
     */
    public static Descriptor verify(
            SignedDescriptor signed, RoomId expectedRoom, RoomSecret secret, Visibility expected)
            throws MalformedException, WrongSecretException {
        ObjectNode json = Json.parseObject(signed.descriptor());
        PeerCard host = verifyHost(signed, json, expectedRoom);
        Visibility visibility = switch (Json.text(json, "visibility", 16)) {
            case "public" -> Visibility.PUBLIC;
            case "private" -> Visibility.PRIVATE;
            default -> throw new MalformedException("the descriptor's visibility is unknown");
        };
        if (visibility != expected) {
            throw new WrongSecretException();
        }
        RoomOptions options;
        try {
            options = RoomOptions.builder(name(json, visibility, secret, expectedRoom))
                    .visibility(visibility)
                    .capacity((int) Json.integer(json, "capacity", 0, RoomOptions.MAX_CAPACITY))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new MalformedException("the descriptor's name or capacity is out of bounds");
        }
        return new Descriptor(
                expectedRoom,
                host,
                options.name(),
                visibility,
                options.capacity(),
                Instant.ofEpochMilli(Json.integer(json, "created", 0, Limits.MAX_EPOCH_MILLIS)));
    }

    /**
     * Reads who hosts a room, also without its secret.
     *
     * @param signed as the worker served it
     * @param expectedRoom the id that it must certify
     * @return the host's keys
     * @throws MalformedException if it is not well-formed, not this room's, or not signed by its host
     */
    public static PeerCard hostOf(SignedDescriptor signed, RoomId expectedRoom) throws MalformedException {
        return verifyHost(signed, Json.parseObject(signed.descriptor()), expectedRoom);
    }

    private static PeerCard verifyHost(SignedDescriptor signed, ObjectNode json, RoomId expectedRoom)
            throws MalformedException {
        Json.integer(json, "v", VERSION, VERSION);
        byte[] hostKey = base64(json, "hostKey", 32);
        PeerCard host;
        try {
            host = PeerCard.decode(base64(json, "hostCard", PeerCard.BYTES));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("the descriptor's host card is not valid");
        }
        if (!expectedRoom.equals(roomId(hostKey, base64(json, "nonce", NONCE_BYTES)))
                || !expectedRoom.value().equals(Json.text(json, "room", 64))
                || !Arrays.equals(hostKey, host.ed25519PublicKey())) {
            throw new MalformedException("the descriptor is another room's");
        }
        if (!host.verify(signedBytes(signed.descriptor()), signed.signature())) {
            throw new MalformedException("the descriptor is not signed by the room's host");
        }
        return host;
    }

    private static String name(ObjectNode json, Visibility visibility, RoomSecret secret, RoomId room)
            throws MalformedException, WrongSecretException {
        if (visibility == Visibility.PUBLIC) {
            return Json.text(json, "name", RoomOptions.MAX_NAME_CHARS);
        }
        byte[] sealed = base64(json, "sealed");
        byte[] hidden;
        try {
            hidden = DescriptorSeal.open(secret, room, sealed);
        } catch (SealException e) {
            throw new WrongSecretException();
        }
        return Json.text(Json.parseObject(hidden), "name", RoomOptions.MAX_NAME_CHARS);
    }

    private static byte[] signedBytes(byte[] descriptor) {
        byte[] signed = Arrays.copyOf(SIGNATURE_CONTEXT, SIGNATURE_CONTEXT.length + descriptor.length);
        System.arraycopy(descriptor, 0, signed, SIGNATURE_CONTEXT.length, descriptor.length);
        return signed;
    }

    private static String base64(byte[] bytes) {
        return Base64Url.encode(bytes);
    }

    private static byte[] base64(ObjectNode json, String field, int length) throws MalformedException {
        byte[] bytes = base64(json, field);
        if (bytes.length != length) {
            throw new MalformedException("'" + field + "' has " + bytes.length + " bytes, not " + length);
        }
        return bytes;
    }

    private static byte[] base64(ObjectNode json, String field) throws MalformedException {
        try {
            return Base64Url.decode(Json.text(json, field, SignedDescriptor.MAX_BYTES));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("'" + field + "' is not base64url");
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
