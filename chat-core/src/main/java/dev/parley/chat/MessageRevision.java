package dev.parley.chat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * One wording of a message. The first is what was sent, the last is what is shown.
 *
 * @param text at most {@link OutgoingMessage#MAX_TEXT_BYTES} bytes of UTF-8
 * @param emotes which parts of the text are emotes, in the order of the text
 * @param mentions who is meant, in the order of the text
 * @param at when it was written; the author's clock, its own claim
 */
public record MessageRevision(String text, List<EmoteReference> emotes, List<Mention> mentions, Instant at) {

    /** How long behind a message its author can give it another wording, by the author's clock. */
    public static final Duration MAX_AGE = Duration.ofDays(2);

    /** How many other wordings a message can be given. */
    public static final int MAX_EDITS = 32;

    /** Copies the lists. */
    public MessageRevision {
        emotes = List.copyOf(emotes);
        mentions = List.copyOf(mentions);
    }
}
