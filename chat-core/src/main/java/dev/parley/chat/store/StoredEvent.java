package dev.parley.chat.store;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import java.util.Arrays;

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
        if (seq < 1) {
            throw new IllegalArgumentException("seq counts from 1");
        }
        this.room = room;
        this.sender = sender;
        this.seq = seq;
        this.id = id;
        this.clock = clock;
        this.type = type;
        this.bytes = bytes.clone();
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

    @Override
    public boolean equals(Object other) {
        return other instanceof StoredEvent that
                && seq == that.seq
                && clock == that.clock
                && room.equals(that.room)
                && sender.equals(that.sender)
                && id.equals(that.id)
                && type.equals(that.type)
                && Arrays.equals(bytes, that.bytes);
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
