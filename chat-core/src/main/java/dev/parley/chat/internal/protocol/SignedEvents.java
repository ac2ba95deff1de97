package dev.parley.chat.internal.protocol;

import dev.parley.chat.RoomId;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.store.StoredEvent;

/** Signed events that come by another way than a room's links. */
public final class SignedEvents {

    /** A whole event: header, body, signature. */
    public static final int MAX_BYTES = Limits.MAX_EVENT_BYTES;

    private SignedEvents() {}

    /**
     * Reads an event and verifies its signature and room.
     *
     * @param bytes the event as it was signed, with its signature
     * @param room of which it has to be
     * @return the event, all of whose fields are those that were signed
     * @throws MalformedException if it is not a well-formed event of this room, signed by the key that it names
     */
    public static StoredEvent verify(byte[] bytes, RoomId room) throws MalformedException {
        return Event.verify(bytes, room).toStored();
    }
}
