package dev.parley.chat.store;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.encoding.MessageText;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A signed event as it is kept: its exact bytes, and beside them the fields of its header that a store needs for its
 * indexes. A store trusts these fields; who makes a {@code StoredEvent} has verified the event.
 */
public final class StoredEvent {

    private final RoomId room;
    private final PeerId sender;
    private final long seq;
    private final MessageId id;
    private final long clock;
    private final String type;
    private final byte[] bytes;
    private final @Nullable Instant expiresAt;

    /**
     * Copies the parts.
     *
     * @param room the room
     * @param sender the author
     * @param seq the author's count, from 1
     * @param id the event's hash
     * @param clock the event's hybrid logical clock
     * @param type for example {@code message}
     * @param bytes the event as it was signed, with its signature
     */
    public StoredEvent(RoomId room, PeerId sender, long seq, MessageId id, long clock, String type, byte[] bytes) {
        this(room, sender, seq, id, clock, type, bytes.clone(), null);
    }

    private StoredEvent(
            RoomId room,
            PeerId sender,
            long seq,
            MessageId id,
            long clock,
            String type,
            byte[] bytes,
            @Nullable Instant expiresAt) {
        if (seq < 1) {
            throw new IllegalArgumentException("seq counts from 1");
        }
        this.room = room;
        this.sender = sender;
        this.seq = seq;
        this.id = id;
        this.clock = clock;
        this.type = type;
        this.bytes = bytes;
        this.expiresAt = expiresAt;
    }

    /**
     * Returns the same event as one that disappears. The time is kept beside the event: it is not part of its bytes,
     * and of an event that is kept already it is not changed.
     *
     * @param time when it is not returned any more, 1970 to 9999, in whole milliseconds; what is less is cut off
     * @return the event
     */
    public StoredEvent expiringAt(Instant time) {
        return new StoredEvent(
                room, sender, seq, id, clock, type, bytes, Instant.ofEpochMilli(StoreRules.millis(time)));
    }

    /**
     * Returns the room.
     *
     * @return the room
     */
    public RoomId room() {
        return room;
    }

    /**
     * Returns the author.
     *
     * @return the author
     */
    public PeerId sender() {
        return sender;
    }

    /**
     * Returns the author's count.
     *
     * @return at least 1
     */
    public long seq() {
        return seq;
    }

    /**
     * Returns the event's hash.
     *
     * @return the id
     */
    public MessageId id() {
        return id;
    }

    /**
     * Returns the event's hybrid logical clock, by which the timeline is ordered first.
     *
     * @return the clock
     */
    public long clock() {
        return clock;
    }

    /**
     * Returns what kind of event it is.
     *
     * @return the type
     */
    public String type() {
        return type;
    }

    /**
     * Returns the event as it was signed, with its signature.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Returns what the message says.
     *
     * @return the text; empty if the event is no message
     */
    public Optional<String> text() {
        return MessageText.of(type, bytes);
    }

    /**
     * Returns the message as it was said first; {@link Rewordings#latest(ChatMessage)} has the wording of now.
     *
     * @param senderName what its author is to be shown as
     * @return the message, with all its parts; empty if the event is no message, or not well formed
     */
    public Optional<ChatMessage> message(String senderName) {
        return body() instanceof EventBody.Message message
                ? Optional.of(message.first(id, sender, senderName))
                : Optional.empty();
    }

    /** What stands in it; null if this version does not know it, or it is not well formed. */
    @Nullable
    EventBody body() {
        Optional<byte[]> body = MessageText.body(bytes);
        try {
            return body.isEmpty() ? null : EventBodies.read(type, body.get()).orElse(null);
        } catch (MalformedException e) {
            return null;
        }
    }

    /**
     * Returns when the event was said, as its clock says: the clock's upper 48 bits.
     *
     * @return the time, in whole milliseconds
     */
    public Instant time() {
        return Instant.ofEpochMilli(clock >> StoreRules.CLOCK_COUNTER_BITS);
    }

    /**
     * Returns when the event disappears.
     *
     * @return the time; empty if it stays
     */
    public Optional<Instant> expiresAt() {
        return Optional.ofNullable(expiresAt);
    }

    boolean isExpired(long nowMillis) {
        return expiresAt != null && expiresAt.toEpochMilli() <= nowMillis;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoredEvent that
                && seq == that.seq
                && clock == that.clock
                && room.equals(that.room)
                && sender.equals(that.sender)
                && id.equals(that.id)
                && type.equals(that.type)
                && Arrays.equals(bytes, that.bytes)
                && Objects.equals(expiresAt, that.expiresAt);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "StoredEvent[" + sender + " #" + seq + " " + type + ", " + bytes.length + " bytes]";
    }
}
