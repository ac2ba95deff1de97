package dev.parley.chat;

import dev.parley.chat.internal.encoding.PlainText;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/**
 * How a room is set. Durations are whole seconds.
 *
 * @param topic what the room is about; at most {@link #MAX_TOPIC_CHARS} UTF-16 units, one line, may be empty
 * @param history what a newcomer is given
 * @param slowMode shortest time between two messages of one member; zero for none, at most {@link #MAX_SLOW_MODE}
 * @param locked whether only the host and moderators may speak
 * @param disappearAfter how long a message is shown; zero for ever, at most {@link #MAX_DISAPPEAR_AFTER}
 * @param emoteChannels whose emotes are those of the room as well, the one to prefer first; at most
 *     {@link #MAX_EMOTE_CHANNELS}, each once. Whoever shows the room decides which it loads
 */
public record RoomSettings(
        String topic,
        HistoryPolicy history,
        Duration slowMode,
        boolean locked,
        Duration disappearAfter,
        List<EmoteChannel> emoteChannels) {

    /** Longest topic, in UTF-16 units. */
    public static final int MAX_TOPIC_CHARS = 300;

    /** Slowest slow mode. */
    public static final Duration MAX_SLOW_MODE = Duration.ofHours(6);

    /** Longest time after which messages disappear. */
    public static final Duration MAX_DISAPPEAR_AFTER = Duration.ofDays(365);

    /** Most channels of emotes. */
    public static final int MAX_EMOTE_CHANNELS = 8;

    /** How every room begins. */
    public static final RoomSettings FIRST =
            new RoomSettings("", HistoryPolicy.NONE, Duration.ZERO, false, Duration.ZERO);

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if one is out of bounds
     */
    public RoomSettings {
        if (topic.length() > MAX_TOPIC_CHARS || !PlainText.isOneLine(topic)) {
            throw new IllegalArgumentException(
                    "a topic is one line of at most " + MAX_TOPIC_CHARS + " characters, without control characters");
        }
        if (!isWithin(slowMode, MAX_SLOW_MODE)) {
            throw new IllegalArgumentException("slow mode is whole seconds, at most " + MAX_SLOW_MODE.toSeconds());
        }
        if (!isWithin(disappearAfter, MAX_DISAPPEAR_AFTER)) {
            throw new IllegalArgumentException(
                    "messages disappear after whole seconds, at most " + MAX_DISAPPEAR_AFTER.toSeconds());
        }
        emoteChannels = List.copyOf(emoteChannels);
        requireChannels(emoteChannels);
    }

    /**
     * Makes settings without channels of emotes.
     *
     * @param topic see {@link #topic()}
     * @param history see {@link #history()}
     * @param slowMode see {@link #slowMode()}
     * @param locked see {@link #locked()}
     * @param disappearAfter see {@link #disappearAfter()}
     * @throws IllegalArgumentException if one is out of bounds
     */
    public RoomSettings(
            String topic, HistoryPolicy history, Duration slowMode, boolean locked, Duration disappearAfter) {
        this(topic, history, slowMode, locked, disappearAfter, List.of());
    }

    /**
     * Returns the same with another topic.
     *
     * @param newTopic see {@link #topic()}
     * @return the settings
     * @throws IllegalArgumentException if it is out of bounds
     */
    public RoomSettings withTopic(String newTopic) {
        return new RoomSettings(newTopic, history, slowMode, locked, disappearAfter, emoteChannels);
    }

    /**
     * Returns the same with another history for newcomers.
     *
     * @param newHistory see {@link #history()}
     * @return the settings
     */
    public RoomSettings withHistory(HistoryPolicy newHistory) {
        return new RoomSettings(topic, newHistory, slowMode, locked, disappearAfter, emoteChannels);
    }

    /**
     * Returns the same with another slow mode.
     *
     * @param newSlowMode see {@link #slowMode()}
     * @return the settings
     * @throws IllegalArgumentException if it is out of bounds
     */
    public RoomSettings withSlowMode(Duration newSlowMode) {
        return new RoomSettings(topic, history, newSlowMode, locked, disappearAfter, emoteChannels);
    }

    /**
     * Returns the same, locked or not.
     *
     * @param isLocked see {@link #locked()}
     * @return the settings
     */
    public RoomSettings withLocked(boolean isLocked) {
        return new RoomSettings(topic, history, slowMode, isLocked, disappearAfter, emoteChannels);
    }

    /**
     * Returns the same with another time after which messages disappear.
     *
     * @param newDisappearAfter see {@link #disappearAfter()}
     * @return the settings
     * @throws IllegalArgumentException if it is out of bounds
     */
    public RoomSettings withDisappearAfter(Duration newDisappearAfter) {
        return new RoomSettings(topic, history, slowMode, locked, newDisappearAfter, emoteChannels);
    }

    /**
     * Returns the same with other channels of emotes.
     *
     * @param newEmoteChannels see {@link #emoteChannels()}; none for no channel
     * @return the settings
     * @throws IllegalArgumentException if there are too many, or one twice
     */
    public RoomSettings withEmoteChannels(List<EmoteChannel> newEmoteChannels) {
        return new RoomSettings(topic, history, slowMode, locked, disappearAfter, newEmoteChannels);
    }

    static void requireChannels(List<EmoteChannel> channels) {
        if (channels.size() > MAX_EMOTE_CHANNELS || new HashSet<>(channels).size() < channels.size()) {
            throw new IllegalArgumentException(
                    "a room has at most " + MAX_EMOTE_CHANNELS + " channels of emotes, each once");
        }
    }

    private static boolean isWithin(Duration duration, Duration max) {
        return duration.equals(Duration.ofSeconds(duration.toSeconds()))
                && !duration.isNegative()
                && duration.compareTo(max) <= 0;
    }
}
