package dev.parley.chat.internal.encoding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.MessageId;
import java.util.Optional;

/**
 * The body of an event, and the words of a message, read from the bytes of the event. The event was verified when it
 * came; here only its layout (docs/protocol.md) is followed, so that a history needs to keep no second copy of what was
 * said.
 */
public final class MessageText {

    /** The type of the events that have words. */
    private static final String MESSAGE = "message";

    private static final int VERSION = 1;

    /** Room, author's key, count, event before, clock, fence, epoch. */
    private static final int HEADER_BYTES = 20 + 32 + 8 + 32 + 8 + 8 + 8;

    /** Longer than any event. */
    private static final int MAX_BODY_BYTES = 128 * 1024;

    private MessageText() {}

    /**
     * Reads what a message says.
     *
     * @param type the event's type
     * @param event the event as it was signed
     * @return the text; empty if the event is no message, or not of the form that is known
     */
    public static Optional<String> of(String type, byte[] event) {
        return type.equals(MESSAGE) ? field(event, "text") : Optional.empty();
    }

    /**
     * Reads the body of an event.
     *
     * @param event the event as it was signed
     * @return the body; empty if the event is not of the form that is known
     */
    public static Optional<byte[]> body(byte[] event) {
        try {
            ByteReader reader = new ByteReader(event);
            if (reader.u8() != VERSION) {
                return Optional.empty();
            }
            reader.bytes(HEADER_BYTES);
            reader.bytes(reader.u8());
            return Optional.of(reader.bytes(reader.length32(MAX_BODY_BYTES)));
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads what an edit, a deletion or a reaction is about.
     *
     * @param event the event as it was signed
     * @return the id; empty if it is not of the form that is known
     */
    public static Optional<MessageId> target(byte[] event) {
        try {
            return field(event, "target").map(MessageId::new);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> field(byte[] event, String name) {
        Optional<byte[]> body = body(event);
        if (body.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonNode field = Json.parseObject(body.get()).path(name);
            return field.isTextual() ? Optional.of(field.textValue()) : Optional.empty();
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }
}
