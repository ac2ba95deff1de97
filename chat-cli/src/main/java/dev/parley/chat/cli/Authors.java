package dev.parley.chat.cli;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Who said what was told, for when it is told of again by its id alone. For one thread at a time. */
final class Authors {

    /** As many messages as a room remembers. */
    private static final int MAX_MESSAGES = 10_000;

    private final Map<MessageId, PeerId> authors = new LinkedHashMap<>();

    void told(MessageId message, PeerId author) {
        authors.put(message, author);
        if (authors.size() > MAX_MESSAGES) {
            authors.remove(authors.keySet().iterator().next());
        }
    }

    /** The author of a message; empty if it was not told, or long ago. */
    Optional<PeerId> of(MessageId message) {
        return Optional.ofNullable(authors.get(message));
    }
}
