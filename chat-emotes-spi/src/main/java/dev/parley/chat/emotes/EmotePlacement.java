package dev.parley.chat.emotes;

import java.util.Objects;

/**
 * An emote and where its code stands in a text.
 *
 * @param emote the emote
 * @param start where its code begins, in UTF-16 code units
 * @param end where it ends, exclusive
 */
public record EmotePlacement(Emote emote, int start, int end) {
    /**
     * Checks the parts and copies what could change.
     *
     * @param emote as described above
     * @param start as described above
     * @param end as described above
     * @throws IllegalArgumentException if a part is not as described above
     */
    public EmotePlacement {
        Objects.requireNonNull(emote, "emote");
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException("not a range: " + start + " to " + end);
        }
    }
}
