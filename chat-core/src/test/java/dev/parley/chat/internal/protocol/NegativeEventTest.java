package dev.parley.chat.internal.protocol;

import static dev.parley.chat.internal.crypto.BentSignature.concat;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.BentSignature;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.encoding.NegativeVectors;
import dev.parley.chat.internal.encoding.NegativeVectors.Vector;
import dev.parley.chat.transport.SignedDescriptor;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Events and descriptors with each field wrong in turn, signed as they are. */
class NegativeEventTest {

    private static final Identity AUTHOR = MachineHarness.identity(1);
    private static final Identity OTHER = MachineHarness.identity(2);
    private static final byte[] NONCE = new byte[Descriptor.NONCE_BYTES];
    private static final RoomId ROOM = Descriptor.roomId(AUTHOR.card().ed25519PublicKey(), NONCE);
    private static final Set<String> NO_FIELDS = Set.of("signature", "before", "behind");

    static Stream<Vector> events() {
        return NegativeVectors.of("events.json");
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEventIsTakenIfEachFieldIsRight(Vector vector) throws Exception {
        byte[] event = event(vector);
        if (vector.isValid()) {
            assertThat(Event.verify(event, ROOM).bytes()).isEqualTo(event);
        } else {
            assertThatThrownBy(() -> Event.verify(event, ROOM)).isInstanceOf(MalformedException.class);
        }
    }

    private static byte[] event(Vector vector) {
        byte[] type = vector.set("type", "x.y".getBytes(US_ASCII));
        byte[] body = vector.set("body", new byte[] {'{', '}'});
        byte[] key = vector.setText("key", "").equals("other")
                ? OTHER.card().ed25519PublicKey()
                : vector.set("key", AUTHOR.card().ed25519PublicKey());
        byte[] content = concat(
                vector.set("version", new byte[] {1}),
                vector.set("room", ROOM.toBytes()),
                key,
                vector.set("seq", ByteBuffer.allocate(8).putLong(1).array()),
                vector.set("prev", new byte[32]),
                vector.set("clock", ByteBuffer.allocate(8).putLong(1).array()),
                vector.set("fence", ByteBuffer.allocate(8).putLong(1).array()),
                vector.set("epoch", ByteBuffer.allocate(8).putLong(1).array()),
                vector.set("typeLength", new byte[] {(byte) type.length}),
                type,
                vector.set(
                        "bodyLength", ByteBuffer.allocate(4).putInt(body.length).array()),
                body);
        byte[] signature = BentSignature.of(AUTHOR, "parley-event-v1", content, vector.setText("signature", "right"));
        return concat(content, signature, vector.set("trailing", new byte[0]));
    }

    static Stream<Vector> descriptors() {
        return NegativeVectors.of("descriptors.json");
    }

    @ParameterizedTest
    @MethodSource("descriptors")
    void aDescriptorIsTakenIfEachFieldIsRight(Vector vector) throws Exception {
        SignedDescriptor signed = descriptor(vector);
        if (vector.isValid()) {
            Descriptor taken = Descriptor.verifyPublic(signed, ROOM);
            assertThat(taken.host()).isEqualTo(AUTHOR.card());
            assertThat(taken.visibility()).isEqualTo(Visibility.PUBLIC);
        } else {
            assertThatThrownBy(() -> Descriptor.verifyPublic(signed, ROOM))
                    .isInstanceOfAny(MalformedException.class, Descriptor.WrongSecretException.class);
        }
    }

    private static SignedDescriptor descriptor(Vector vector) {
        ObjectNode json = Json.object()
                .put("v", 1)
                .put("room", ROOM.value())
                .put("visibility", "public")
                .put("capacity", 12)
                .put("created", 1_800_000_000_000L)
                .put("hostKey", Json.base64(AUTHOR.card().ed25519PublicKey()))
                .put("nonce", Json.base64(NONCE))
                .put("hostCard", Json.base64(AUTHOR.card().encode()))
                .put("name", "Tea");
        for (Map.Entry<String, JsonNode> change : vector.fields().path("set").properties()) {
            if (!NO_FIELDS.contains(change.getKey())) {
                change(json, change.getKey(), change.getValue());
            }
        }
        String text = new String(Json.write(json), UTF_8);
        String before = vector.setText("before", "");
        byte[] bytes = ((before.endsWith(",") ? before + text.substring(1) : before + text)
                        + vector.setText("behind", ""))
                .getBytes(UTF_8);
        String how = vector.setText("signature", "right");
        byte[] signature = how.equals("other")
                ? BentSignature.of(OTHER, "parley-descriptor-v1", bytes, "right")
                : BentSignature.of(AUTHOR, "parley-descriptor-v1", bytes, how);
        return new SignedDescriptor(bytes, signature);
    }

    private static void change(ObjectNode json, String field, JsonNode value) {
        String genuine = json.path(field).asText();
        switch (value.asText()) {
            case "padded" -> json.put(field, genuine + "=");
            // The last character stands for bits that are not used; the next letter has one of them set.
            case "stray" ->
                json.put(
                        field,
                        genuine.substring(0, genuine.length() - 1) + (char) (genuine.charAt(genuine.length() - 1) + 1));
            case "other" -> json.put(field, Json.base64(OTHER.card().encode()));
            default -> {
                if (value.isNull()) {
                    json.remove(field);
                } else {
                    json.set(field, value);
                }
            }
        }
    }
}
