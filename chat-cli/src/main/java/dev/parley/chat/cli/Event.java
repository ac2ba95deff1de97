package dev.parley.chat.cli;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.FileOffer;
import dev.parley.chat.HistoryFile;
import dev.parley.chat.HistoryProgress;
import dev.parley.chat.IdentityAlert;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.ModerationAct;
import dev.parley.chat.PairingOffer;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.PublicRoom;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.crypto.IdentityProtection;
import dev.parley.chat.crypto.RoomCode;
import dev.parley.chat.crypto.SafetyNumber;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.signaling.LoginTokens;
import dev.parley.chat.signaling.OAuthLogin;
import dev.parley.chat.signaling.conformance.CaseResult;
import dev.parley.chat.signaling.conformance.ConformanceCase;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.Retention;
import dev.parley.chat.store.RoomRecord;
import dev.parley.chat.store.StoredEvent;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Something that a command has to say. {@link EventJson} and {@link PlainText} put it into words. */
public sealed interface Event {

    /** A worker answers here. */
    record Listening(String url) implements Event {}

    /** The room that was created or entered. */
    record Entered(RoomId room, String name, String invite, RoomOptions.Visibility visibility) implements Event {}

    /** A public room of the worker's list. */
    record Listed(PublicRoom room, String invite) implements Event {
        static Listed of(PublicRoom room, URI worker) {
            return new Listed(room, Invite.toPublicRoom(worker, room.room()).link());
        }
    }

    /** A public room is not in the worker's list any more. */
    record Unlisted(RoomId room, String name) implements Event {}

    /** The room's state has changed. */
    record State(ConnectionState state, Optional<CloseReason> reason) implements Event {}

    /** Someone is there, or is not any more. */
    record Presence(Participant participant, Status status) implements Event {
        public enum Status {
            ONLINE,
            OFFLINE
        }
    }

    /** Someone who is there has another role, or is shown by another name. */
    record Changed(Participant before, Participant participant) implements Event {}

    /** Someone who is there is away, is reached no more, or both are over. */
    record Reached(PeerId peer, String name, dev.parley.chat.Presence presence) implements Event {}

    /** Someone writes, or does not any more. */
    record Typing(PeerId peer, String name, boolean isTyping) implements Event {}

    /** More of what was said before has come; told for each tenth of it, and when it is over. */
    record CaughtUp(HistoryProgress progress) implements Event {}

    /** What somebody said did not come. */
    record Gap(PeerId author, String name, long fromSeq, long toSeq) implements Event {}

    /** Somebody has said two different things in one place. */
    record Fork(PeerId author, String name) implements Event {}

    /** Who is there; the answer to a command. */
    record Participants(
            @Nullable String ref,
            List<Participant> participants,
            Set<PeerId> verified,
            Set<PeerId> blocked,
            Map<PeerId, dev.parley.chat.Presence> presences)
            implements Event {

        /** Whether one of them can be reached; who is not told of can. */
        dev.parley.chat.Presence presence(Participant participant) {
            return presences.getOrDefault(participant.id(), dev.parley.chat.Presence.ONLINE);
        }
    }

    /** Who is blocked; the answer to a command. */
    record Blocked(@Nullable String ref, List<KnownPeer> peers) implements Event {}

    /** What all in the room compare. */
    record RoomCodeShown(@Nullable String ref, RoomCode code) implements Event {}

    /** What two people compare. */
    record SafetyNumberShown(@Nullable String ref, KnownPeer peer, SafetyNumber number) implements Event {}

    /** What is known of a peer. */
    record Peer(@Nullable String ref, KnownPeer peer) implements Event {}

    /** Somebody may not be who the name says. */
    record Alert(IdentityAlert alert) implements Event {}

    /** A message has its place in the room. */
    record Message(ChatMessage message) implements Event {}

    /** A message between one other and oneself; the name is that of whom it was said to. */
    record PrivateMessage(ChatMessage message, PeerId to, String toName) implements Event {}

    /** Somebody offers a file, or oneself; the number is that by which a person names it. */
    record FileOffered(int number, MessageId id, PeerId sender, String name, boolean isOwn, FileOffer offer)
            implements Event {}

    /** So much of a file has come, and so much had when that was told before. */
    record FileProgress(MessageId id, FileOffer offer, long before, long received) implements Event {}

    /** A file has come and is whole. */
    record FileCame(@Nullable String ref, MessageId id, Path place, long size) implements Event {}

    /** A file is not fetched any more; that it has failed is told besides. */
    record CancelDone(@Nullable String ref, MessageId id) implements Event {}

    /** A participant has fetched a file that one has offered. */
    record FileTaken(MessageId id, String file, PeerId peer, String name) implements Event {}

    /** The emoji that the room has; those of before are the same if somebody has asked for them. */
    record RoomEmojis(@Nullable String ref, List<RoomEmoji> emoji, List<RoomEmoji> before) implements Event {}

    /** An emoji was removed here. */
    record EmojiRemoved(@Nullable String ref, MessageId id) implements Event {}

    /** The image of an emoji is in a file. */
    record EmojiSaved(@Nullable String ref, RoomEmoji emoji, Path place) implements Event {}

    /** A message has another wording; with the one of before, and when this one was written. */
    record Edited(ChatMessage message, String before, Instant editedAt) implements Event {}

    /** A message was deleted, or has disappeared. */
    record Removed(MessageId id, Optional<PeerId> from, Optional<PeerId> by) implements Event {}

    /** A message is not to be shown any more: its author is blocked, or had no right to it. */
    record Hidden(MessageId id, Optional<PeerId> from, boolean isBlocked) implements Event {}

    /** The reactions under a message have changed. */
    record Reactions(MessageId id, List<ReactionTotal> totals) implements Event {}

    /** How the room is set, and how it was before if that is known. */
    record RoomSet(@Nullable String ref, RoomSettings settings, Optional<RoomSettings> before) implements Event {}

    /** The host or a moderator has done something. */
    record Moderated(ModerationAct act, String byName, String subjectName) implements Event {}

    /** What a moderator has done does not count any more. */
    record ModerationVoided(MessageId act) implements Event {}

    /** One's own message was accepted. */
    record Accepted(@Nullable String ref, MessageId id) implements Event {}

    /** A pairing code was given out. */
    record Coded(@Nullable String ref, String code, URI worker, Instant expires) implements Event {}

    /** A pairing code is void now. */
    record CodeEnded(String code, PairingOffer.Outcome outcome) implements Event {}

    /** The room has a new invite, to be given out instead of those of before. */
    record Invited(String invite) implements Event {}

    /** Another leads the room; without a name where it is not known yet. */
    record Led(PeerId leader, @Nullable String name, boolean isHost) implements Event {}

    /** Something was done to participants. */
    record Done(@Nullable String ref, InputCommand.Act.Kind act, List<PeerId> peers) implements Event {}

    /** Something was done to a message, to participants or to the room: it is accepted here. */
    record DeedDone(@Nullable String ref, Deed deed) implements Event {}

    /** One's own message has come further. */
    record Delivery(MessageId id, PeerId peer, DeliveryState state) implements Event {}

    /**
     * Something that is kept in the history; {@code withId} asks people to be shown its id, {@code edited} is how a
     * message is worded now if its author has changed it.
     */
    record Kept(StoredEvent event, Optional<String> name, boolean withId, Optional<String> edited) implements Event {

        /** Of what nobody has edited. */
        Kept(StoredEvent event, Optional<String> name, boolean withId) {
            this(event, name, withId, Optional.empty());
        }
    }

    /** A room of which something is kept, or that was entered; of one that was not remembered only the id is known. */
    record KeptRoom(RoomId room, Optional<RoomRecord> record) implements Event {}

    /** A line of an exported history that was not taken. */
    record Refused(HistoryFile.Refused line) implements Event {}

    /** What was done to the history, and to how many events. */
    record HistoryDone(Act act, long events, long known, long refused) implements Event {
        enum Act {
            EXPORTED,
            IMPORTED,
            DELETED
        }
    }

    /** How much of a room is kept. */
    record Retained(RoomId room, Retention retention) implements Event {}

    /** The worker is lost, or can be reached again. */
    record WorkerReached(boolean isReachable) implements Event {
        String text() {
            return isReachable
                    ? "the signaling worker is reachable again"
                    : "the signaling worker is not reachable: an open connection stays, but none can be made";
        }
    }

    /** For people to know; nothing failed. */
    record Notice(String text) implements Event {}

    /** A person is to log in; all but the link are null for a login by browser. */
    record LoginPrompted(
            OAuthLogin.Flow flow,
            URI link,
            @Nullable String code,
            @Nullable URI linkWithCode,
            @Nullable Instant expires)
            implements Event {}

    /** Who is logged in at a worker, as the token says; empty where it does not say. */
    record Account(
            URI worker,
            URI issuer,
            String subject,
            String name,
            @Nullable Instant expires,
            boolean renewable) implements Event {
        static Account of(LoginTokens tokens) {
            Login.Claims claims = Login.Claims.of(tokens.accessToken());
            return new Account(
                    tokens.worker(),
                    tokens.issuer(),
                    claims.subject(),
                    claims.name(),
                    tokens.accessToken().expiresAt(),
                    tokens.refreshToken() != null);
        }
    }

    /** Something failed. */
    record Problem(
            String code,
            String message,
            String hint,
            @Nullable String ref) implements Event {
        static Problem of(Failure failure) {
            return of(failure, null);
        }

        static Problem of(Failure failure, @Nullable String ref) {
            return new Problem(failure.code(), failure.message(), failure.hint(), ref);
        }
    }

    /** The room has ended. */
    record Closed(CloseReason reason) implements Event {}

    /** One thing that the doctor looked at. */
    record Check(String name, Outcome outcome, String detail, String hint) implements Event {
        enum Outcome {
            OK,
            SKIPPED,
            FAILED
        }
    }

    /** One case of the conformance suite; it was not run. */
    record ListedCase(ConformanceCase listed) implements Event {}

    /** What came of one case of the conformance suite. */
    record CaseOver(CaseResult result) implements Event {}

    /** What came of the conformance suite. */
    record Conformance(long passed, long failed, long skipped) implements Event {}

    /** What a shell needs to complete commands. */
    record Completion(String shell, String script) implements Event {}

    /** One setting and where its value came from. */
    record Setting(String key, @Nullable String value, String source) implements Event {}

    /** Who one is. */
    record Self(PeerId peer, String fingerprint, String path, IdentityProtection.Kind protection) implements Event {}

    /** An emote of a list, with its picture where the terminal shows some. */
    record EmoteShown(Emote emote, EmotePictures.Drawn drawn) implements Event {}

    /** An emote with all that is known of it. */
    record EmoteDescribed(Emote emote, EmotePictures.Drawn drawn) implements Event {}

    /** An emote is at a domain now. */
    record EmoteUploaded(Emote emote, URI domain) implements Event {}

    /** An emote is gone from a domain or a room. */
    record EmoteRemoved(String shortcode, String from) implements Event {}

    /** The emotes have been loaded, as far as they could be. */
    record EmotesLoaded(int count) implements Event {}

    /** A step of the demo, or what one of its participants saw. */
    record DemoLine(String who, String text) implements Event {}

    /** A figure that was measured. */
    record Figure(String name, String unit, double p50, double p99, long samples) implements Event {}

    /** How the demo went. */
    record DemoResult(int messages, int participants, boolean isSame) implements Event {}
}
