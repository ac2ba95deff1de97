package dev.parley.chat.internal.timeline;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.EmoteChannel;
import dev.parley.chat.FileOffer;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.Participant.Role;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.internal.crypto.PieceSeal;
import dev.parley.chat.internal.crypto.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The body of an event of a type that this version knows. One that exists keeps to the rules of docs/protocol.md; they
 * are the same for sending and receiving. {@link EventBodies} writes and reads them.
 */
public sealed interface EventBody {

    /**
     * Returns the type of the event that holds it.
     *
     * @return the type's name
     */
    String type();

    /** Something that is shown in the timeline, and that others can react to and delete. */
    sealed interface Spoken extends EventBody {}

    /** Something that is done to what was spoken. */
    sealed interface Effect extends EventBody {

        /**
         * Returns to what it is done.
         *
         * @return the id of the event that spoke
         */
        MessageId target();
    }

    /** An act of moderation. */
    sealed interface Act extends EventBody {}

    /** An act of moderation upon a peer. */
    sealed interface PeerAct extends Act {

        /**
         * Returns upon whom.
         *
         * @return the peer
         */
        PeerId peer();
    }

    /**
     * An act that takes something from a peer. It also judges what the peer says with a number beyond {@link #seen},
     * wherever the clock of that puts it: so nobody escapes an act by setting a clock back.
     */
    sealed interface Restriction extends PeerAct {

        /**
         * Returns how much of the peer's chain the one who acts had seen.
         *
         * @return the greatest number, 0 for nothing
         */
        long seen();

        /**
         * Returns the same act by somebody who has seen so much.
         *
         * @param nowSeen the greatest number, 0 for nothing
         * @return the act
         */
        Restriction seeing(long nowSeen);
    }

    /**
     * A message.
     *
     * @param content what is said
     * @param sentAtMillis when, by the author's claim
     */
    record Message(OutgoingMessage content, long sentAtMillis) implements Spoken {
        public Message {
            requireTime(sentAtMillis);
        }

        @Override
        public String type() {
            return "message";
        }

        /**
         * Returns the message as it was said first.
         *
         * @param id names it
         * @param sender who says it
         * @param senderName what that one is shown as
         * @return the message
         */
        public ChatMessage first(MessageId id, PeerId sender, String senderName) {
            return new ChatMessage(
                    id,
                    sender,
                    senderName,
                    content.text(),
                    Instant.ofEpochMilli(sentAtMillis),
                    content.replyTo(),
                    content.emotes(),
                    content.mentions());
        }
    }

    /**
     * Another wording of a message of one's own.
     *
     * @param target the message
     * @param content the new wording; what it answers stays
     */
    record Edit(MessageId target, OutgoingMessage content) implements Effect {
        public Edit {
            if (content.replyTo().isPresent()) {
                throw new IllegalArgumentException("an edit cannot change what a message answers");
            }
        }

        @Override
        public String type() {
            return "edit";
        }
    }

    /**
     * A deletion.
     *
     * @param target what is deleted
     */
    record Delete(MessageId target) implements Effect {
        @Override
        public String type() {
            return "delete";
        }
    }

    /**
     * A reaction that is added or taken back.
     *
     * @param target to what
     * @param reaction which
     * @param isAdded whether it is added
     */
    record Reaction(MessageId target, dev.parley.chat.Reaction reaction, boolean isAdded) implements Effect {
        @Override
        public String type() {
            return "reaction";
        }
    }

    /**
     * A message to one member.
     *
     * @param to to whom
     * @param sealed see {@link dev.parley.chat.internal.crypto.PrivateSeal}
     */
    @SuppressWarnings("ArrayRecordComponent") // Within this module; not compared.
    record Private(PeerId to, byte[] sealed) implements Spoken {
        public Private {
            if (sealed.length > ActLimits.MAX_SEALED_BYTES) {
                throw new IllegalArgumentException("a sealed message has more than " + ActLimits.MAX_SEALED_BYTES);
            }
        }

        @Override
        public String type() {
            return "private";
        }
    }

    /**
     * A file that is offered.
     *
     * @param offer what is offered
     * @param key {@link PieceSeal#SECRET_BYTES} bytes that seal the content and nothing else
     */
    @SuppressWarnings("ArrayRecordComponent") // Within this module; not compared.
    record File(FileOffer offer, byte[] key) implements Spoken {
        public File {
            if (key.length != PieceSeal.SECRET_BYTES) {
                throw new IllegalArgumentException("a file's key has " + PieceSeal.SECRET_BYTES + " bytes");
            }
        }

        @Override
        public String type() {
            return "file";
        }
    }

    /**
     * An emoji that is added to the room.
     *
     * @param shortcode see {@link RoomEmoji}
     * @param size of the image, in bytes
     * @param mediaType what its author says that it is
     * @param sha256 of the image, in hexadecimal digits
     * @param key {@link PieceSeal#SECRET_BYTES} bytes that seal the image and nothing else
     */
    @SuppressWarnings("ArrayRecordComponent") // Within this module; not compared.
    record Emoji(String shortcode, int size, String mediaType, String sha256, byte[] key) implements EventBody {
        public Emoji {
            RoomEmoji.requireShortcode(shortcode);
            RoomEmoji.requireSize(size);
            FileOffer.requireMediaType(mediaType);
            if (key.length != PieceSeal.SECRET_BYTES || sha256.length() != 2 * Sha256.BYTES) {
                throw new IllegalArgumentException("an emoji has a key and a hash");
            }
        }

        @Override
        public String type() {
            return "emoji";
        }
    }

    /**
     * An emoji is taken out of the room.
     *
     * @param target the event that added it
     */
    record RemoveEmoji(MessageId target) implements EventBody {
        @Override
        public String type() {
            return "unemoji";
        }
    }

    /**
     * A name that the author goes by.
     *
     * @param name the name
     */
    record Profile(String name) implements EventBody {
        public Profile {
            if (name.isBlank()
                    || name.length() > Participant.MAX_NAME_CHARS
                    || name.codePoints().anyMatch(Character::isISOControl)
                    || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
                throw new IllegalArgumentException(
                        "a name has 1 to " + Participant.MAX_NAME_CHARS + " characters and no control characters");
            }
        }

        @Override
        public String type() {
            return "profile";
        }
    }

    /**
     * Changes of the room's settings; what is empty stays as it is.
     *
     * @param topic the topic
     * @param history what newcomers are given
     * @param slowModeSeconds shortest time between two messages; 0 for none
     * @param locked whether only moderators speak
     * @param disappearAfterSeconds how long messages are shown; 0 for ever
     * @param emoteChannels whose emotes are those of the room as well; an empty list for nobody's
     */
    record Settings(
            Optional<String> topic,
            Optional<HistoryPolicy> history,
            OptionalInt slowModeSeconds,
            Optional<Boolean> locked,
            OptionalInt disappearAfterSeconds,
            Optional<List<EmoteChannel>> emoteChannels)
            implements Act {
        public Settings {
            if (topic.isEmpty()
                    && history.isEmpty()
                    && slowModeSeconds.isEmpty()
                    && locked.isEmpty()
                    && disappearAfterSeconds.isEmpty()
                    && emoteChannels.isEmpty()) {
                throw new IllegalArgumentException("settings that change nothing");
            }
            emoteChannels = emoteChannels.map(List::copyOf);
            // The record of all settings has the bounds of each.
            new RoomSettings(
                    topic.orElse(""),
                    HistoryPolicy.NONE,
                    Duration.ofSeconds(slowModeSeconds.orElse(0)),
                    false,
                    Duration.ofSeconds(disappearAfterSeconds.orElse(0)),
                    emoteChannels.orElse(List.of()));
        }

        /** Changes that leave the channels of emotes as they are. */
        Settings(
                Optional<String> topic,
                Optional<HistoryPolicy> history,
                OptionalInt slowModeSeconds,
                Optional<Boolean> locked,
                OptionalInt disappearAfterSeconds) {
            this(topic, history, slowModeSeconds, locked, disappearAfterSeconds, Optional.empty());
        }

        /**
         * Returns what leads from one to the other.
         *
         * @param before how the room is set
         * @param after how it is to be set
         * @return the changes, or empty if there are none
         */
        public static Optional<Settings> between(RoomSettings before, RoomSettings after) {
            if (before.equals(after)) {
                return Optional.empty();
            }
            return Optional.of(new Settings(
                    changed(before.topic(), after.topic()),
                    changed(before.history(), after.history()),
                    seconds(before.slowMode(), after.slowMode()),
                    changed(before.locked(), after.locked()),
                    seconds(before.disappearAfter(), after.disappearAfter()),
                    changed(before.emoteChannels(), after.emoteChannels())));
        }

        private static <T> Optional<T> changed(T before, T after) {
            return before.equals(after) ? Optional.empty() : Optional.of(after);
        }

        private static OptionalInt seconds(Duration before, Duration after) {
            return before.equals(after) ? OptionalInt.empty() : OptionalInt.of((int) after.toSeconds());
        }

        @Override
        public String type() {
            return "settings";
        }
    }

    /**
     * Gives a role.
     *
     * @param peer to whom
     * @param role which; never HOST
     * @param seen see {@link Restriction}; counts unless the role is MODERATOR
     */
    record GiveRole(PeerId peer, Role role, long seen) implements Restriction {
        public GiveRole {
            if (role == Role.HOST) {
                throw new IllegalArgumentException("nobody can be made host");
            }
            requireSeen(seen);
        }

        @Override
        public GiveRole seeing(long nowSeen) {
            return new GiveRole(peer, role, nowSeen);
        }

        @Override
        public String type() {
            return "role";
        }
    }

    /**
     * Removes somebody, who loses the role of a moderator.
     *
     * @param peer whom
     * @param seen see {@link Restriction}
     */
    record Kick(PeerId peer, long seen) implements Restriction {
        public Kick {
            requireSeen(seen);
        }

        @Override
        public Kick seeing(long nowSeen) {
            return new Kick(peer, nowSeen);
        }

        @Override
        public String type() {
            return "kick";
        }
    }

    /**
     * Removes somebody for good, who loses the role of a moderator.
     *
     * @param peer whom
     * @param seen see {@link Restriction}
     */
    record Ban(PeerId peer, long seen) implements Restriction {
        public Ban {
            requireSeen(seen);
        }

        @Override
        public Ban seeing(long nowSeen) {
            return new Ban(peer, nowSeen);
        }

        @Override
        public String type() {
            return "ban";
        }
    }

    /**
     * Takes a ban back.
     *
     * @param peer whose
     */
    record Unban(PeerId peer) implements PeerAct {
        @Override
        public String type() {
            return "unban";
        }
    }

    /**
     * Silences somebody.
     *
     * @param peer whom
     * @param untilMillis when it ends by the clock of what the peer says; empty for never
     * @param seen see {@link Restriction}
     */
    record Mute(PeerId peer, OptionalLong untilMillis, long seen) implements Restriction {
        public Mute {
            untilMillis.ifPresent(EventBody::requireTime);
            requireSeen(seen);
        }

        @Override
        public Mute seeing(long nowSeen) {
            return new Mute(peer, untilMillis, nowSeen);
        }

        @Override
        public String type() {
            return "mute";
        }
    }

    /**
     * Takes a mute back.
     *
     * @param peer whose
     */
    record Unmute(PeerId peer) implements PeerAct {
        @Override
        public String type() {
            return "unmute";
        }
    }

    private static void requireSeen(long seen) {
        if (seen < 0 || seen > ActLimits.MAX_SEQ) {
            throw new IllegalArgumentException("no chain has an event with that number");
        }
    }

    private static void requireTime(long epochMillis) {
        if (epochMillis < 0 || epochMillis > ActLimits.MAX_EPOCH_MILLIS) {
            throw new IllegalArgumentException("a time between 1970 and the end of 9999");
        }
    }
}
