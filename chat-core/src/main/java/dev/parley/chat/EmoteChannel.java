package dev.parley.chat;

import dev.parley.chat.internal.encoding.PlainText;

/**
 * A channel at a provider of emotes, whose emotes are to be those of a room. Never a URL: whoever shows the room asks
 * its own provider for them, if it has that provider and wants to.
 *
 * @param provider the provider's id, as in {@link EmoteReference}
 * @param channel the channel, as the provider names channels, for example {@code twitch/12345}; 1 to
 *     {@link #MAX_CHANNEL_CHARS} UTF-16 units, one line, not blank, opaque
 */
public record EmoteChannel(String provider, String channel) {

    /** Longest name of a channel, in UTF-16 units. */
    public static final int MAX_CHANNEL_CHARS = 200;

    /**
     * Checks the parts. Whether there is such a provider or channel is not known here.
     *
     * @throws IllegalArgumentException if one is empty, too long or malformed
     */
    public EmoteChannel {
        EmoteReference.requireProvider(provider);
        if (channel.length() > MAX_CHANNEL_CHARS || PlainText.isBlank(channel) || !PlainText.isOneLine(channel)) {
            throw new IllegalArgumentException("the name of a channel is one line of 1 to " + MAX_CHANNEL_CHARS
                    + " characters, without control characters");
        }
    }
}
