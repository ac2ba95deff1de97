package dev.parley.chat.testkit.sim;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** For whom each text is: whom its author saw in the room when it said it. No two texts are the same. */
final class Audiences {

    private final Map<String, Set<PeerId>> byText = new HashMap<>();

    /** Whom a peer sees in its room now. */
    static Set<PeerId> of(SimPeer author) {
        return author.room().participants().stream().map(Participant::id).collect(Collectors.toSet());
    }

    void say(SimPeer author, String text) {
        byText.put(text, of(author));
        var unused = author.send(text);
    }

    /** What was for a peer, of all that another has heard. */
    List<MessageId> heardFor(SimPeer peer, SimPeer witness) {
        PeerId id = peer.identity().peerId();
        return witness.delivered().stream()
                .filter(message -> byText.getOrDefault(message.text(), Set.of()).contains(id))
                .map(ChatMessage::id)
                .toList();
    }
}
