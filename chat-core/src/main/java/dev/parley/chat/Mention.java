package dev.parley.chat;

/**
 * Says that a part of a message's text means a participant, whatever that one calls itself.
 *
 * @param peer who is meant; need not be in the room
 * @param start where it begins in the text, in UTF-16 units
 * @param end where it ends, exclusive
 */
public record Mention(PeerId peer, int start, int end) {

    /**
     * Checks the range by itself; whether it fits a text is checked by the message.
     *
     * @throws IllegalArgumentException if the range is empty or out of order
     */
    public Mention {
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException("a mention's range is " + start + " to " + end);
        }
    }
}
