package dev.parley.chat.emotes;

/**
 * A capability: the provider has sets of channels, and can be asked for one while the program runs: a room shows the
 * emotes of the channel that its host names. An {@link EmoteProvider} that has it implements this interface as well.
 */
public interface ChannelSets {
    /**
     * Makes the source of a channel's set. Does no I/O.
     *
     * @param channel the channel, as this provider names channels; it may come from a stranger
     * @return a source of scope {@link EmoteScope#ROOM}, of the same name whenever the channel is the same
     * @throws IllegalArgumentException if that names no channel; the message says what is expected
     */
    EmoteSource channel(String channel);
}
