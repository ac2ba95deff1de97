package dev.parley.chat;

import dev.parley.chat.internal.encoding.PlainText;
import java.util.Optional;

/**
 * What somebody puts under a message: an emoji, or an emote. Two are the same if text, provider and emote are.
 *
 * @param text the emoji, or the code of the emote for those who cannot show it; 1 to {@link #MAX_TEXT_CHARS} UTF-16
 *     units, without control characters, not blank
 * @param provider the provider of the emote, as in {@link EmoteReference}; empty for an emoji
 * @param emote the emote's id at the provider; empty for an emoji
 */
public record Reaction(String text, Optional<String> provider, Optional<String> emote) {

    /** Longest text, in UTF-16 units: the longest emoji of flags and families are shorter. */
    public static final int MAX_TEXT_CHARS = 64;

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if a part is empty, too long or malformed, or one of provider and emote is
     *     missing
     */
    public Reaction {
        if (text.isEmpty() || text.length() > MAX_TEXT_CHARS || PlainText.isBlank(text) || !PlainText.isOneLine(text)) {
            throw new IllegalArgumentException(
                    "a reaction has 1 to " + MAX_TEXT_CHARS + " characters and no control characters");
        }
        if (provider.isPresent() != emote.isPresent()) {
            throw new IllegalArgumentException("an emote has a provider and an id, an emoji has neither");
        }
        if (provider.isPresent()) {
            // The rules of an emote in a text.
            new EmoteReference(provider.get(), emote.orElseThrow(), text, 0, text.length());
        }
    }

    /**
     * Makes a reaction of an emoji.
     *
     * @param emoji see {@link #text}
     * @return the reaction
     * @throws IllegalArgumentException if it is malformed
     */
    public static Reaction of(String emoji) {
        return new Reaction(emoji, Optional.empty(), Optional.empty());
    }

    /**
     * Makes a reaction of an emote; its range does not matter.
     *
     * @param reference the emote
     * @return the reaction
     * @throws IllegalArgumentException if its code is longer than {@link #MAX_TEXT_CHARS}
     */
    public static Reaction of(EmoteReference reference) {
        return new Reaction(reference.code(), Optional.of(reference.provider()), Optional.of(reference.emote()));
    }
}
