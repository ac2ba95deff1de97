package dev.parley.chat.internal.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import org.jspecify.annotations.Nullable;

/**
 * Body of an envelope by which a leader tells a member, whose link was lost while the room's secret was changed, the
 * new one. JSON: {@code type} is {@code "secret"}, {@code secret} is what {@link RoomSecret#reveal} gives.
 */
final class SecretNotice {

    private static final String TYPE = "secret";

    private SecretNotice() {}

    static byte[] encode(RoomSecret secret) {
        return Json.write(Json.object().put("type", TYPE).put("secret", Json.base64(secret.reveal())));
    }

    /** Returns the secret, or null if the body is something else. */
    static @Nullable RoomSecret decode(byte[] body) throws MalformedException {
        ObjectNode json = Json.parseObject(body);
        if (!json.path("type").asText().equals(TYPE)) {
            return null;
        }
        try {
            return RoomSecret.of(Json.base64(json, "secret", 2 * RoomSecret.BYTES));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("a room secret of a wrong length");
        }
    }
}
