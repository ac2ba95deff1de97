package dev.parley.chat.testkit.store;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.store.StoredEvent;
import java.nio.ByteBuffer;
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

    /**
     * Makes a message that says something, of the form that docs/protocol.md gives it, but with zeros for the key and
     * the signature.
     *
     * @param room the room
     * @param sender the author
     * @param seq the author's count, from 1
     * @param clock the hybrid logical clock
     * @param text any text; another text gives another id
     * @return the event; its id is a hash of all that was given
     */
    public static StoredEvent message(RoomId room, PeerId sender, long seq, long clock, String text) {
        StringBuilder json = new StringBuilder("{\"sentAt\":0,\"text\":\"");
        // Escaped one by one: so halves of surrogate pairs can be said as well.
        text.chars().forEach(c -> json.append(String.format("\\u%04x", c)));
        byte[] body = json.append("\"}").toString().getBytes(StandardCharsets.US_ASCII);
        byte[] type = "message".getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = ByteBuffer.allocate(1 + 20 + 32 + 8 + 32 + 8 + 16 + 1 + type.length + 4 + body.length + 64)
                .put((byte) 1)
                .put(room.toBytes())
                .put(new byte[32])
                .putLong(seq)
                .put(new byte[32])
                .putLong(clock)
                .putLong(0)
                .putLong(0)
                .put((byte) type.length)
                .put(type)
                .putInt(body.length)
                .put(body)
                .array();
        MessageId id = MessageId.of(hash("message " + room + " " + sender + " " + seq + " " + clock + " " + json));
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
