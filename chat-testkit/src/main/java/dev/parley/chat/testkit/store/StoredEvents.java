package dev.parley.chat.testkit.store;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.store.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Ids and events for tests of stores: well formed and reproducible, but not signed. */
public final class StoredEvents {

    private StoredEvents() {}

    /**
     * Makes a room's id.
     *
     * @param name any text; the same text gives the same id
     * @return the id
     */
    public static RoomId room(String name) {
        return RoomId.of(Arrays.copyOf(hash("room " + name), RoomId.BYTES));
    }

    /**
     * Makes a participant's id.
     *
     * @param name any text; the same text gives the same id
     * @return the id
     */
    public static PeerId peer(String name) {
        return PeerId.of(Arrays.copyOf(hash("peer " + name), PeerId.BYTES));
    }

    /**
     * Makes an event.
     *
     * @param room the room
     * @param sender the author
     * @param seq the author's count, from 1
     * @param clock the hybrid logical clock
     * @param body any text; another text gives another id
     * @return the event; its id is a hash of all that was given
     */
    public static StoredEvent event(RoomId room, PeerId sender, long seq, long clock, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        MessageId id = MessageId.of(hash(room + " " + sender + " " + seq + " " + clock + " " + body));
        return new StoredEvent(room, sender, seq, id, clock, "message", bytes);
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
