package dev.parley.chat.internal.protocol;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import java.time.Instant;

/** The bodies of the events that a machine itself writes and reads; {@link EventBodies} has the rules of all. */
final class Bodies {

    private Bodies() {}

    static byte[] message(OutgoingMessage message, long epochMillis) {
        return EventBodies.write(new EventBody.Message(message, epochMillis));
    }

    static ChatMessage message(Event event, String senderName) throws MalformedException {
        EventBody.Message message = (EventBody.Message) read(event);
        OutgoingMessage content = message.content();
        return new ChatMessage(
                event.id(),
                event.sender(),
                senderName,
                content.text(),
                Instant.ofEpochMilli(message.sentAtMillis()),
                content.replyTo(),
                content.emotes(),
                content.mentions());
    }

    static byte[] profile(String name) {
        return Json.write(Json.object().put("name", name));
    }

    static String profileName(Event event) throws MalformedException {
        return ((EventBody.Profile) read(event)).name();
    }

    private static EventBody read(Event event) throws MalformedException {
        return EventBodies.read(event.type(), event.body())
                .orElseThrow(() -> new MalformedException("an event of another type"));
    }
}
