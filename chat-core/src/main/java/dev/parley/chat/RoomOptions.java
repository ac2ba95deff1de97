package dev.parley.chat;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a new room is like. Immutable. */
public final class RoomOptions {

    /** Who may find a room. */
    public enum Visibility {
        /** Listed at the worker with its name; anyone may join by the room's id. */
        PUBLIC,
        /** Not listed, its name unknown to the worker; who has the invite may join. */
        PRIVATE
    }

    /** Longest name, in UTF-16 units. */
    public static final int MAX_NAME_CHARS = 80;

    /** Fewest participants that a room can be made for. */
    public static final int MIN_CAPACITY = 2;

    /** Most participants that a room can be made for. */
    public static final int MAX_CAPACITY = 1_000;

    /** Capacity of a room unless set otherwise. */
    public static final int DEFAULT_CAPACITY = 64;

    private final String name;
    private final Visibility visibility;
    private final int capacity;
    private final List<EmoteChannel> emoteChannels;

    private RoomOptions(Builder builder) {
        name = builder.name;
        visibility = builder.visibility;
        capacity = builder.capacity;
        emoteChannels = builder.emoteChannels;
    }

    /**
     * Makes options for a private room.
     *
     * @param name see {@link #builder}
     * @return the options
     */
    public static RoomOptions named(String name) {
        return builder(name).build();
    }

    /**
     * Starts the options of a room.
     *
     * @param name 1…{@value #MAX_NAME_CHARS} characters of well-formed Unicode, none of them a control character;
     *     checked by {@link Builder#build}
     * @return a new builder
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Returns the name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns who may find the room.
     *
     * @return the visibility
     */
    public Visibility visibility() {
        return visibility;
    }

    /**
     * Returns how many participants fit, the host included.
     *
     * @return the capacity
     */
    public int capacity() {
        return capacity;
    }

    /**
     * Returns whose emotes are those of the room as well when it opens; see {@link RoomSettings#emoteChannels}.
     *
     * @return an immutable list
     */
    public List<EmoteChannel> emoteChannels() {
        return emoteChannels;
    }

    /** Collects the settings of {@link RoomOptions}. */
    public static final class Builder {
        private final String name;
        private Visibility visibility = Visibility.PRIVATE;
        private int capacity = DEFAULT_CAPACITY;
        private List<EmoteChannel> emoteChannels = List.of();

        private Builder(String name) {
            this.name = name;
        }

        /**
         * Sets who may find the room. Default: {@link Visibility#PRIVATE}.
         *
         * @param visibility the visibility
         * @return this
         */
        public Builder visibility(Visibility visibility) {
            this.visibility = visibility;
            return this;
        }

        /**
         * Sets how many participants fit, the host included. Default: {@value #DEFAULT_CAPACITY}.
         *
         * @param capacity {@value #MIN_CAPACITY}…{@value #MAX_CAPACITY}
         * @return this
         */
        public Builder capacity(int capacity) {
            this.capacity = capacity;
            return this;
        }

        /**
         * Sets whose emotes are those of the room as well; {@link Room#change} changes it later. Default: nobody's.
         *
         * @param channels at most {@value RoomSettings#MAX_EMOTE_CHANNELS}, each once, the one to prefer first; copied
         * @return this
         */
        public Builder emoteChannels(List<EmoteChannel> channels) {
            emoteChannels = List.copyOf(channels);
            return this;
        }

        /**
         * Makes the options.
         *
         * @return the options
         * @throws IllegalArgumentException if the name, the capacity or the channels of emotes are out of bounds
         */
        public RoomOptions build() {
            if (name.isBlank() || name.length() > MAX_NAME_CHARS) {
                throw new IllegalArgumentException(
                        "a room's name has 1 to " + MAX_NAME_CHARS + " characters, not " + name.length());
            }
            if (name.codePoints().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("a room's name has no control characters");
            }
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
                throw new IllegalArgumentException("a room's name holds half a surrogate pair");
            }
            if (capacity < MIN_CAPACITY || capacity > MAX_CAPACITY) {
                throw new IllegalArgumentException(
                        "a room's capacity is " + MIN_CAPACITY + " to " + MAX_CAPACITY + ", not " + capacity);
            }
            RoomSettings.requireChannels(emoteChannels);
            return new RoomOptions(this);
        }
    }
}
