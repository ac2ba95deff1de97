package dev.parley.chat.internal.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.CloseReason;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What both sides of a new link write and check alike (docs/protocol.md §6.2, §7). Stateless. */
final class Handshake {

    static final int PROTOCOL_VERSION = 1;
    static final String CONFIRM_MEMBER_LABEL = "parley confirm member";
    static final String CONFIRM_HOST_LABEL = "parley confirm host";
    static final int CONFIRM_BYTES = 32;
    private static final byte[] JOIN_CONTEXT = "parley-join-v1".getBytes(StandardCharsets.US_ASCII);

    private Handshake() {}

    static void require(Frame frame, Frame.Kind kind) throws MalformedException {
        if (frame.kind() != kind) {
            throw new MalformedException("a frame of kind " + frame.kind() + " where " + kind + " was due");
        }
    }

    static byte[] hello() {
        ObjectNode json = Json.object();
        json.putArray("versions").add(PROTOCOL_VERSION);
        json.putArray("features");
        return Json.write(json);
    }

    /** Says whether the other side speaks a version that this side speaks. */
    static boolean isCompatible(byte[] hello) throws MalformedException {
        if (hello.length > Limits.MAX_CONTROL_BYTES) {
            throw new MalformedException("a HELLO has " + hello.length + " bytes");
        }
        for (var version : Json.parseObject(hello).path("versions")) {
            if (version.isInt() && version.intValue() == PROTOCOL_VERSION) {
                return true;
            }
        }
        return false;
    }

    static byte[] goodbye(CloseReason.Code code, String detail) {
        return Json.write(Json.object().put("code", code.name()).put("detail", detail));
    }

    /** Reads REFUSED and BYE. A code of a later version is one of no consequence. */
    static CloseReason goodbye(byte[] body) throws MalformedException {
        if (body.length > Limits.MAX_CONTROL_BYTES) {
            throw new MalformedException("a BYE has " + body.length + " bytes");
        }
        String name = Json.text(Json.parseObject(body), "code", 64);
        for (CloseReason.Code code : CloseReason.Code.values()) {
            if (code.name().equals(name)) {
                return new CloseReason(code, CloseReason.Origin.PEER, describe(code));
            }
        }
        return new CloseReason(CloseReason.Code.NO_CONNECTION, CloseReason.Origin.PEER, "the peer closed the link");
    }

    /** Our own words for a peer's code: what a peer writes is not shown as if it were ours. */
    private static String describe(CloseReason.Code code) {
        return switch (code) {
            case LEFT -> "the peer left";
            case ROOM_ENDED -> "the host closed the room";
            case WRONG_SECRET -> "the room refused the secret of the invite; ask the host for a new invite link";
            case ROOM_FULL -> "the room is full; try again when somebody has left";
            case KICKED -> "the host has removed you from the room";
            case BANNED -> "the room does not want this participant";
            case HANDOVER -> "the host has given the room to a deputy";
            case INCOMPATIBLE ->
                "the host speaks no version of the protocol that this side speaks; update the older one";
            case REPLACED -> "this identity joined again from elsewhere";
            case SLOW_PEER -> "the peer could not send as fast as messages came";
            default -> "the peer closed the link (" + code + ")";
        };
    }

    /** What a JOIN's proof is an HMAC of: whoever made it has the room's secret and speaks over this very link. */
    static byte[] joinTranscript(RoomId room, byte[] binding, PeerId joiner, byte[] keyPackage) {
        return ByteBuffer.allocate(
                        JOIN_CONTEXT.length + RoomId.BYTES + binding.length + PeerId.BYTES + keyPackage.length)
                .put(JOIN_CONTEXT)
                .put(room.toBytes())
                .put(binding)
                .put(joiner.toBytes())
                .put(keyPackage)
                .array();
    }

    /** Context of the exporter values by which both sides confirm that they share a group over this very link. */
    static byte[] confirmContext(RoomId room, byte[] binding) {
        return ByteBuffer.allocate(RoomId.BYTES + binding.length)
                .put(room.toBytes())
                .put(binding)
                .array();
    }
}
