package dev.parley.chat.internal.encoding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.MessageId;
import java.util.Optional;

/**
 * The words of a message, read from the bytes of its event. The event was verified when it came; here only its layout
 * (docs/protocol.md) is followed, so that a history needs to keep no second copy of what was said.
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
     * Reads what a message says once it is edited.
     *
     * @param edit an event that is an edit, as it was signed
     * @return the text; empty if it is not of the form that is known
     */
    public static Optional<String> ofEdit(byte[] edit) {
        return field(edit, "text");
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
        try {
            ByteReader reader = new ByteReader(event);
            if (reader.u8() != VERSION) {
                return Optional.empty();
            }
            reader.bytes(HEADER_BYTES);
            reader.bytes(reader.u8());
            JsonNode field = Json.parseObject(reader.bytes(reader.length32(MAX_BODY_BYTES)))
                    .path(name);
            return field.isTextual() ? Optional.of(field.textValue()) : Optional.empty();
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }
}
