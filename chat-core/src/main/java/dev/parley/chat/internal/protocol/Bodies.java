package dev.parley.chat.internal.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.ChatMessage;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The JSON bodies of events. Unknown fields are ignored. */
final class Bodies {

    private Bodies() {}

    static byte[] message(OutgoingMessage message, long epochMillis) {
        ObjectNode body = Json.object();
        body.put("text", message.text());
        body.put("sentAt", epochMillis);
        message.replyTo().ifPresent(id -> body.put("replyTo", id.value()));
        if (!message.emotes().isEmpty()) {
            ArrayNode emotes = body.putArray("emotes");
            for (EmoteReference emote : message.emotes()) {
                emotes.addObject()
                        .put("provider", emote.provider())
                        .put("emote", emote.emote())
                        .put("code", emote.code())
                        .put("start", emote.start())
                        .put("end", emote.end());
            }
        }
        return Json.write(body);
    }

    static ChatMessage message(Event event, String senderName) throws MalformedException {
        ObjectNode body = Json.parseObject(event.body());
        try {
            OutgoingMessage.Builder message =
                    OutgoingMessage.builder(Json.text(body, "text", OutgoingMessage.MAX_TEXT_BYTES));
            if (body.hasNonNull("replyTo")) {
                message.replyTo(new MessageId(Json.text(body, "replyTo", 64)));
            }
            for (EmoteReference emote : emotes(body)) {
                message.emote(emote);
            }
            OutgoingMessage checked = message.build();
            Optional<MessageId> replyTo = checked.replyTo();
            Instant sentAt = Instant.ofEpochMilli(Json.integer(body, "sentAt", 0, Limits.MAX_EPOCH_MILLIS));
            return new ChatMessage(
                    event.id(), event.sender(), senderName, checked.text(), sentAt, replyTo, checked.emotes());
        } catch (IllegalArgumentException e) {
            // What may not be sent may not be received either: the same rules on both sides.
            throw new MalformedException("a message that could not have been sent");
        }
    }

    private static List<EmoteReference> emotes(ObjectNode body) throws MalformedException {
        List<EmoteReference> emotes = new ArrayList<>();
        JsonNode array = body.path("emotes");
        if (array.isMissingNode() || array.isNull()) {
            return emotes;
        }
        if (!array.isArray() || array.size() > OutgoingMessage.MAX_EMOTES) {
            throw new MalformedException("the emotes are no list, or too many");
        }
        for (JsonNode emote : array) {
            emotes.add(new EmoteReference(
                    Json.text(emote, "provider", EmoteReference.MAX_PROVIDER_CHARS),
                    Json.text(emote, "emote", EmoteReference.MAX_EMOTE_CHARS),
                    Json.text(emote, "code", EmoteReference.MAX_CODE_CHARS),
                    (int) Json.integer(emote, "start", 0, OutgoingMessage.MAX_TEXT_BYTES),
                    (int) Json.integer(emote, "end", 1, OutgoingMessage.MAX_TEXT_BYTES)));
        }
        return emotes;
    }

    static byte[] profile(String name) {
        return Json.write(Json.object().put("name", name));
    }

    static String profileName(Event event) throws MalformedException {
        String name = Json.text(Json.parseObject(event.body()), "name", Participant.MAX_NAME_CHARS);
        if (name.isBlank() || name.codePoints().anyMatch(Character::isISOControl)) {
            throw new MalformedException("a name that is empty or has control characters");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new MalformedException("a name with half a surrogate pair");
        }
        return name;
    }
}
