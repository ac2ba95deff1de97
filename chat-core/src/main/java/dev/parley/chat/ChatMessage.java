package dev.parley.chat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A message of the room, one's own included. Its author is verified: only the holder of the sender's key can have
 * written it. Text and name come from a peer: strip control and escape characters before they reach a terminal.
 *
 * @param id the same on every peer
 * @param sender who wrote it
 * @param senderName what the sender is shown as, see {@link Participant#shownName}; its own claim
 * @param text at most {@link OutgoingMessage#MAX_TEXT_BYTES} bytes of UTF-8
 * @param sentAt the sender's clock; its own claim
 * @param replyTo the message that this one answers
 * @param emotes which parts of the text are emotes, in the order of the text
 * @param mentions who is meant by parts of the text, in the order of the text
 */
public record ChatMessage(
        MessageId id,
        PeerId sender,
        String senderName,
        String text,
        Instant sentAt,
        Optional<MessageId> replyTo,
        List<EmoteReference> emotes,
        List<Mention> mentions) {

    /** Copies the lists. */
    public ChatMessage {
        emotes = List.copyOf(emotes);
        mentions = List.copyOf(mentions);
    }
}
