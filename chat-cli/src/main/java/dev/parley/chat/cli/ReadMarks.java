package dev.parley.chat.cli;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.Room;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells the others what a person has read: what was shown before the person typed again. Remembers the last message of
 * each author until then. Safe for threads.
 */
final class ReadMarks {

    /** Authors whose last message is remembered; of more the first ones are not marked. */
    private static final int MAX_AUTHORS = 4_096;

    private volatile boolean on;
    private final Map<PeerId, ChatMessage> shown = new LinkedHashMap<>();

    /**
     * Makes the marks.
     *
     * @param on whether anything is to be told
     */
    ReadMarks(boolean on) {
        this.on = on;
    }

    boolean isOn() {
        return on;
    }

    /** Tells others from now on, or does not; what was shown before is not told of afterwards. */
    synchronized void turn(boolean isOn) {
        on = isOn;
        shown.clear();
    }

    /** A message was shown. */
    synchronized void shown(Room room, ChatMessage message) {
        if (!on || message.sender().equals(room.self().id())) {
            return;
        }
        // One that is shown again, after it was hidden, is older. The clock of an author only goes up.
        shown.merge(message.sender(), message, (last, next) -> next.sentAt().isBefore(last.sentAt()) ? last : next);
        if (shown.size() > MAX_AUTHORS) {
            shown.remove(shown.keySet().iterator().next());
        }
    }

    /** A person has typed something, and was there. */
    synchronized void typed(Room room) {
        shown.values().forEach(message -> room.markRead(message.id()));
        shown.clear();
    }
}
