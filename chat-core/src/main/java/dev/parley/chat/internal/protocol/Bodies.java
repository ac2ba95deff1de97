package dev.parley.chat.internal.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.ChatMessage;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.X25519Keys;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import org.jspecify.annotations.Nullable;

/** The bodies of the events that a machine itself writes and reads; {@link EventBodies} has the rules of all. */
final class Bodies {

    private Bodies() {}

    static byte[] message(OutgoingMessage message, long epochMillis) {
        return EventBodies.write(new EventBody.Message(message, epochMillis));
    }

    static ChatMessage message(Event event, String senderName) throws MalformedException {
        return ((EventBody.Message) read(event)).first(event.id(), event.sender(), senderName);
    }

    /** Who somebody is: the name, and the card by which other participants reach it, if they are to. */
    static byte[] profile(String name, @Nullable PeerCard card) {
        ObjectNode body = Json.object().put("name", name);
        if (card != null) {
            body.put("card", Json.base64(card.encode()));
        }
        return Json.write(body);
    }

    /** Returns the card of who says a profile; null if it holds none. */
    static @Nullable PeerCard profileCard(Event event) throws MalformedException {
        ObjectNode body = Json.parseObject(event.body());
        if (!body.hasNonNull("card")) {
            return null;
        }
        try {
            PeerCard card = PeerCard.decode(Json.base64(body, "card", PeerCard.BYTES));
            if (card.peerId().equals(event.sender()) && X25519Keys.isSound(card.x25519PublicKey())) {
                return card;
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedException("the card of a profile is not valid");
        }
        throw new MalformedException("a profile with a card of another");
    }

    static String profileName(Event event) throws MalformedException {
        return ((EventBody.Profile) read(event)).name();
    }

    private static EventBody read(Event event) throws MalformedException {
        return EventBodies.read(event.type(), event.body())
                .orElseThrow(() -> new MalformedException("an event of another type"));
    }
}
