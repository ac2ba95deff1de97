package dev.parley.chat.cli;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.Room;
import dev.parley.chat.RoomSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something to be done to a message, to a participant or to the room, whether a person typed it or a program wrote it.
 * What comes of it is told by the room.
 */
public sealed interface Deed {

    /** Its name as a command in JSON. */
    String command();

    /**
     * Begins it, without waiting for it.
     *
     * @param marked finds the emotes of a text
     * @return completes when it is accepted on this side; with the id of what was said, for a message
     * @throws IllegalArgumentException if its text is empty or too long
     */
    CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked);

    /** What it says; empty if it does something else. */
    default String text() {
        return "";
    }

    /** To which message it is done, if it is done to one. */
    default Optional<MessageId> message() {
        return Optional.empty();
    }

    /** To whom it is done. */
    default List<PeerId> peers() {
        return List.of();
    }

    /** What is done to a message. */
    sealed interface OnMessage extends Deed {
        MessageId target();

        @Override
        default Optional<MessageId> message() {
            return Optional.of(target());
        }
    }

    /** What is done to a participant. */
    sealed interface OnPeer extends Deed {
        PeerId peer();

        @Override
        default List<PeerId> peers() {
            return List.of(peer());
        }
    }

    /** Gives one's own message another wording. */
    record Edit(MessageId target, String text) implements OnMessage {
        @Override
        public String command() {
            return "edit";
        }

        @Override
        public CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            return room.edit(target, marked.apply(text).build());
        }
    }

    /** Deletes a message. */
    record Delete(MessageId target) implements OnMessage {
        @Override
        public String command() {
            return "delete";
        }

        @Override
        public CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            return room.delete(target);
        }
    }

    /** Puts a reaction under a message, or takes it back. */
    record React(MessageId target, Reaction reaction, boolean isAdded) implements OnMessage {
        @Override
        public String command() {
            return "react";
        }

        @Override
        public CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            return room.react(target, reaction, isAdded);
        }
    }

    /** Says something to one participant alone. */
    record Whisper(PeerId to, String text, @Nullable MessageId replyTo) implements Deed {
        @Override
        public String command() {
            return "private";
        }

        @Override
        public CompletableFuture<MessageId> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            OutgoingMessage.Builder message = marked.apply(text);
            if (replyTo != null) {
                message.replyTo(replyTo);
            }
            return room.sendPrivate(to, message.build());
        }

        @Override
        public List<PeerId> peers() {
            return List.of(to);
        }
    }

    /** Sets the room; what is null stays as it is. */
    record Change(
            @Nullable String topic,
            @Nullable HistoryPolicy history,
            @Nullable Duration slowMode,
            @Nullable Boolean locked,
            @Nullable Duration disappearAfter,
            @Nullable List<EmoteChannel> emoteChannels)
            implements Deed {

        static final Change NOTHING = new Change(null, null, null, null, null, null);

        static Change topic(String topic) {
            return new Change(topic, null, null, null, null, null);
        }

        static Change history(HistoryPolicy history) {
            return new Change(null, history, null, null, null, null);
        }

        static Change slowMode(Duration slowMode) {
            return new Change(null, null, slowMode, null, null, null);
        }

        static Change locked(boolean isLocked) {
            return new Change(null, null, null, isLocked, null, null);
        }

        static Change disappearAfter(Duration time) {
            return new Change(null, null, null, null, time, null);
        }

        static Change emoteChannels(List<EmoteChannel> channels) {
            return new Change(null, null, null, null, null, channels);
        }

        /** Checks the parts; throws {@link IllegalArgumentException} if one is out of bounds. */
        public Change {
            of(RoomSettings.FIRST, topic, history, slowMode, locked, disappearAfter, emoteChannels);
        }

        private static RoomSettings of(
                RoomSettings now,
                @Nullable String topic,
                @Nullable HistoryPolicy history,
                @Nullable Duration slowMode,
                @Nullable Boolean locked,
                @Nullable Duration disappearAfter,
                @Nullable List<EmoteChannel> emoteChannels) {
            return new RoomSettings(
                    topic != null ? topic : now.topic(),
                    history != null ? history : now.history(),
                    slowMode != null ? slowMode : now.slowMode(),
                    locked != null ? locked : now.locked(),
                    disappearAfter != null ? disappearAfter : now.disappearAfter(),
                    emoteChannels != null ? emoteChannels : now.emoteChannels());
        }

        @Override
        public String command() {
            return "settings";
        }

        @Override
        public CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            return room.change(of(room.settings(), topic, history, slowMode, locked, disappearAfter, emoteChannels));
        }
    }

    /** Gives a participant a role. */
    record GiveRole(PeerId peer, Participant.Role role) implements OnPeer {
        @Override
        public String command() {
            return "role";
        }

        @Override
        public CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            return room.giveRole(peer, role);
        }
    }

    /** Silences a participant, for ever if no end is named. */
    record Mute(PeerId peer, Optional<Instant> until) implements OnPeer {
        @Override
        public String command() {
            return "mute";
        }

        @Override
        public CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            return room.mute(peer, until);
        }
    }

    /** Lets a participant speak again. */
    record Unmute(PeerId peer) implements OnPeer {
        @Override
        public String command() {
            return "unmute";
        }

        @Override
        public CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            return room.unmute(peer);
        }
    }

    /** Hides what somebody says, on this side alone, or shows it again. */
    record Block(PeerId peer, boolean isBlocked) implements OnPeer {
        @Override
        public String command() {
            return isBlocked ? "block" : "unblock";
        }

        @Override
        public CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            return isBlocked ? room.block(peer) : room.unblock(peer);
        }
    }

    /** Tells the others that a message was read, and with it all that its author said before. */
    record Read(MessageId target) implements OnMessage {
        @Override
        public String command() {
            return "read";
        }

        @Override
        public CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            room.markRead(target);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Tells the others whether anybody is there. */
    record Away(boolean isAway) implements Deed {
        @Override
        public String command() {
            return isAway ? "away" : "back";
        }

        @Override
        public CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            room.away(isAway);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Tells the others that something is being written, or was given up. */
    record Write(boolean isWriting) implements Deed {
        @Override
        public String command() {
            return "typing";
        }

        @Override
        public CompletableFuture<?> begin(Room room, Function<String, OutgoingMessage.Builder> marked) {
            room.typing(isWriting);
            return CompletableFuture.completedFuture(null);
        }
    }
}
