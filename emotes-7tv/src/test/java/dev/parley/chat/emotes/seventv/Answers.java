package dev.parley.chat.emotes.seventv;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Makes answers in the form of 7TV's. */
final class Answers {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int[] SIZES = {1, 2, 3, 4};

    private Answers() {}

    /** An emote of a set, with its data: the formats of an old emote, still. */
    static ObjectNode active(String id, String name, int flags) {
        ObjectNode active = withoutData(id, name, flags);
        active.set("data", data(id, "Owners" + id, false, List.of("AVIF", "WEBP")));
        return active;
    }

    /** An emote as events name those that went. */
    static ObjectNode withoutData(String id, String name, int flags) {
        return JSON.objectNode()
                .put("id", id)
                .put("name", name)
                .put("flags", flags)
                .put("timestamp", -62135596800000L)
                .put("actor_id", "60b39e943e203cc169dfc106")
                .putNull("data")
                .putNull("origin_id");
    }

    static ObjectNode data(String id, String name, boolean animated, List<String> formats) {
        ObjectNode data = JSON.objectNode()
                .put("id", id)
                .put("name", name)
                .put("flags", 0)
                .put("lifecycle", 3)
                .put("listed", true)
                .put("animated", animated);
        data.putArray("state").add("LISTED").add("NO_PERSONAL");
        data.putArray("tags").add("party").add("two words");
        data.putObject("owner").put("id", "60ae3e98b2ecb0150535c6b7").put("username", "somebody");
        ObjectNode host = data.putObject("host").put("url", "//cdn.seventv.example/emote/" + id);
        ArrayNode files = host.putArray("files");
        for (int size : SIZES) {
            for (String format : formats) {
                String extension = "." + format.toLowerCase(Locale.ROOT);
                files.addObject()
                        .put("name", size + "x" + extension)
                        .put("static_name", size + "x_static" + extension)
                        .put("width", 32 * size)
                        .put("height", 32 * size)
                        .put("frame_count", animated ? 24 : 1)
                        .put("size", (animated ? 20_000 : 1_000) * size)
                        .put("format", format);
            }
        }
        return data;
    }

    static ObjectNode set(String id, Collection<ObjectNode> emotes) {
        ObjectNode set = JSON.objectNode()
                .put("id", id)
                .put("name", "A set")
                .put("flags", 0)
                .put("immutable", false)
                .put("privileged", false)
                .put("capacity", 1_000)
                .putNull("owner");
        set.putArray("tags");
        if (!emotes.isEmpty()) {
            set.putArray("emotes").addAll(emotes);
            set.put("emote_count", emotes.size());
        }
        return set;
    }

    /** A channel in today's form, with the id of its set at the root alone. */
    static ObjectNode channel(String platformId, String userId, String setId) {
        ObjectNode channel = JSON.objectNode()
                .put("id", platformId)
                .put("platform", "TWITCH")
                .put("username", "somebody")
                .put("emote_capacity", 1_000)
                .put("emote_set_id", setId)
                .putNull("emote_set");
        channel.putObject("user").put("id", userId).put("username", "somebody").putArray("connections");
        return channel;
    }

    /** A message of the EventAPI. */
    static ObjectNode message(int opcode, ObjectNode data) {
        ObjectNode message = JSON.objectNode().put("op", opcode).put("t", 1_667_059_799_105L);
        message.set("d", data);
        return message;
    }

    static ObjectNode hello(long heartbeatMillis) {
        return message(
                1,
                JSON.objectNode()
                        .put("heartbeat_interval", heartbeatMillis)
                        .put("session_id", "foo")
                        .put("subscription_limit", 500));
    }

    static ObjectNode event(String type, ObjectNode body) {
        ObjectNode data = JSON.objectNode().put("type", type);
        data.set("body", body);
        return message(0, data);
    }

    static ObjectNode body(String id) {
        ObjectNode body = JSON.objectNode().put("id", id).put("kind", 3);
        body.putObject("actor").put("id", "60b39e943e203cc169dfc106").put("username", "somebody");
        return body;
    }

    /** Notes in a body that an emote came. */
    static ObjectNode push(ObjectNode body, ObjectNode active) {
        body.withArray("pushed")
                .addObject()
                .put("key", "emotes")
                .put("index", 2)
                .put("type", "object")
                .set("value", active);
        return body;
    }

    /** Notes in a body that an emote went. */
    static ObjectNode pull(ObjectNode body, ObjectNode old) {
        body.withArray("pulled")
                .addObject()
                .put("key", "emotes")
                .put("index", 2)
                .put("type", "object")
                .putNull("value")
                .set("old_value", old);
        return body;
    }

    /** Notes in a body that an emote has changed. */
    static ObjectNode update(ObjectNode body, ObjectNode old, ObjectNode now) {
        ObjectNode change =
                body.withArray("updated").addObject().put("key", "emotes").put("index", 2);
        change.put("type", "object").set("old_value", old);
        change.set("value", now);
        return body;
    }
}
