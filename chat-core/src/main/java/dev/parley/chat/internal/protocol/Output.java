package dev.parley.chat.internal.protocol;

import dev.parley.chat.ChatException;
import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.FileOffer;
import dev.parley.chat.HistoryProgress;
import dev.parley.chat.MessageId;
import dev.parley.chat.MessageRevision;
import dev.parley.chat.ModerationAct;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Presence;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.store.MemberTime;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.store.TimelinePosition;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedSuccession;
import dev.parley.chat.transport.Transport.LinkRole;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a room wants done. To be carried out in order. */
@SuppressWarnings("ArrayRecordComponent") // Concealed and compared by nobody; the bytes are handed on, not copied.
public sealed interface Output {

    /** What the listener is told, as against what is done to the world. */
    sealed interface Notice extends Output {}

    /** Make the room known at the worker; answered by {@link Input.Announced} or {@link Input.AnnounceFailed}. */
    record Announce() implements Output {}

    /** End the room at the worker. */
    record Withdraw() implements Output {}

    /** Begin a signaling session, ending the one before if there is one. */
    record JoinSignaling() implements Output {}

    /** End the signaling session and free its place. */
    record LeaveSignaling() implements Output {}

    /**
     * Ask the worker for the committer's lease, with the fence of one's own holding or the greatest one heard of;
     * answered by {@link Input.LeaseAnswered} or {@link Input.LeaseFailed}.
     */
    record AcquireLease(long fence) implements Output {}

    /** Give the lease back. */
    record ReleaseLease(long fence) implements Output {}

    /** Ask the worker who leads; answered by {@link Input.LeaderFound}. */
    record FindLeader() implements Output {}

    /** Let the worker know who may lead; answered by {@link Input.SuccessionPublished}. */
    record PublishSuccession(SignedSuccession succession) implements Output {}

    /** Go on with another machine, which is told {@link Input.Start} first. The last output of this one. */
    record Become(RoomMachine next) implements Output {}

    /** Send through the worker. */
    record SendMail(PeerId to, MessageType type, byte[] payload) implements Output {}

    /** Begin a link. */
    record OpenLink(int link, LinkRole role) implements Output {}

    /** Give a link what its other side signalled. */
    record ApplySignal(int link, LinkSignal signal) implements Output {}

    /** Look for another path for a link, or close it if it may not any more. */
    record RestartIce(int link) implements Output {}

    /** Look whether the worker is still heard, sooner than its session does by itself. */
    record ProbeSignaling() implements Output {}

    /** Send a frame; the array is shared and must not be changed. */
    record Transmit(int link, byte[] frame) implements Output {}

    /** Send a frame that may be lost; the array is shared and must not be changed. */
    record TransmitEphemeral(int link, byte[] frame) implements Output {}

    /** Tell by {@link Input.LinkBuffered} how much of what was sent has not left yet. */
    record QueryBuffered(int link) implements Output {}

    /** Read a part of a file that was offered from here; answered by {@link Input.FileRead}. */
    record ReadFile(long read, MessageId offer, long offset, int length) implements Output {}

    /** Read a part of an image that is in the store; answered by {@link Input.FileRead}. */
    record ReadImage(long read, String sha256, int offset, int length) implements Output {}

    /** Keep an image of the room's emoji, whose hash is right; answered by {@link Input.ImageKept}. */
    record KeepImage(String sha256, byte[] image) implements Output {}

    /** Delete all images of the room but these. */
    record KeepOnlyImages(Set<String> sha256) implements Output {}

    /** Write a part of a file that is fetched, behind the one before; answered by {@link Input.FileWritten}. */
    record WriteFile(MessageId offer, long offset, byte[] bytes) implements Output {}

    /** Look whether a file is what was offered, and give it its name; answered by {@link Input.FileEnded}. */
    record FinishFile(MessageId offer) implements Output {}

    /** Close a link; {@link Input.LinkClosed} follows. */
    record CloseLink(int link) implements Output {}

    /** Keep an event. */
    record Persist(StoredEvent event) implements Output {}

    /**
     * Something of the room's history is to be read, behind all that is to be kept before it; the answer is
     * {@link Input.EventsRead}.
     *
     * @param ticket of the answer
     * @param part which part
     * @param limit how many events at most
     */
    record ReadEvents(long ticket, Part part, int limit) implements Output {

        /** A part of a room's history. */
        public sealed interface Part {}

        /** An author's chain, from a count on, lowest first. */
        public record Chain(PeerId author, long fromSeq) implements Part {}

        /** The timeline before a place, or its end, oldest first. */
        public record Before(@Nullable TimelinePosition place) implements Part {}

        /** The timeline after a place, or from its beginning, oldest first. */
        public record After(@Nullable TimelinePosition place) implements Part {}
    }

    /** Note since when a member is in the room. */
    record BeginTime(MemberTime time) implements Output {}

    /** Note that a member is not in the room any more. */
    record EndTime(PeerId member) implements Output {}

    /** One's own events up to this count are accepted by the room. */
    record Acknowledge(long upToSeq) implements Output {}

    /**
     * The group is in this epoch now, as members agree by its authenticator; told again when only its members changed.
     */
    record EpochChanged(long epoch, int members, byte[] authenticator) implements Output {}

    /** A link was made with the owner of this card. */
    record CardSeen(PeerCard card) implements Output {}

    /** A submitted message is accepted, once the {@link Persist} before it is durable. */
    record Accepted(long ticket, MessageId id) implements Output {}

    /** What was asked for is done. */
    record Completed(long ticket) implements Output {}

    /** What was asked for cannot be done; a submitted message is not accepted. */
    record Rejected(long ticket, ChatException cause) implements Output {}

    /** A message is shown: it has its place in the room, or is shown again. */
    record Deliver(ChatMessage message) implements Notice {}

    /** A message between us and one other is shown. */
    record DeliverPrivate(ChatMessage message, PeerId to) implements Notice {}

    /** A file that is offered is shown. */
    record OfferFile(MessageId id, PeerId sender, FileOffer offer) implements Notice {}

    /** A participant has fetched a file that was offered from here. */
    record FileFetched(MessageId offer, PeerId peer) implements Notice {}

    /** A message that is shown has another wording. */
    record Edited(ChatMessage message, List<MessageRevision> revisions) implements Notice {}

    /** The reactions under a message have changed. */
    record Reacted(MessageId message, List<ReactionTotal> reactions) implements Notice {}

    /** A message is deleted, or has disappeared by itself. */
    record Removed(MessageId message, Optional<PeerId> by) implements Notice {}

    /** A message that was shown is not any more, since its author had no right to say it. */
    record Hidden(MessageId message) implements Notice {}

    /** The room is set differently. */
    record SettingsChanged(RoomSettings settings) implements Notice {}

    /** The room has other emoji. */
    record EmojiChanged(List<RoomEmoji> emoji) implements Notice {}

    /** A member has fetched the image of an emoji from here. */
    record EmojiFetched(MessageId emoji, PeerId peer) implements Notice {}

    /** An act of moderation has its effect. */
    record Moderated(ModerationAct act) implements Notice {}

    /** An act of moderation has its effect no more. */
    record ModerationVoided(MessageId act) implements Notice {}

    /** The state has changed. */
    record StateChanged(ConnectionState state, Optional<CloseReason> reason) implements Notice {}

    /** A participant is there. */
    record Joined(Participant participant) implements Notice {}

    /** A participant has another role, or is shown by another name. */
    record ParticipantChanged(Participant before, Participant participant) implements Notice {}

    /** A participant is gone. */
    record Left(Participant participant) implements Notice {}

    /** A participant is reached, away, or not reached any more. */
    record PresenceChanged(PeerId peer, Presence presence) implements Notice {}

    /** A participant is writing, or not any more. */
    record Typing(PeerId peer, boolean isTyping) implements Notice {}

    /** One's own message has come further. */
    record Delivery(MessageId message, PeerId peer, DeliveryState state) implements Notice {}

    /**
     * The room has another invite.
     *
     * @param secret of the room, as it is now
     * @param leastSuccession the least version of a succession by which who comes with the invite is led
     */
    record InviteChanged(RoomSecret secret, int leastSuccession) implements Notice {}

    /** Another leads the room. */
    record LeaderChanged(PeerId leader, boolean isHost) implements Notice {}

    /** More of what was said before has come, or no more of it comes. */
    record CaughtUp(HistoryProgress progress) implements Notice {}

    /** What a member said from one count to another did not come, and is not waited for any more. */
    record HistoryGap(PeerId author, long fromSeq, long toSeq) implements Notice {}

    /** A member has said two things in one place of its chain. */
    record Forked(PeerId author) implements Notice {}

    /** The worker can be reached, or not. */
    record SignalingReachable(boolean reachable) implements Notice {}

    /** The room has ended. The last output; a cause is there when something failed. */
    record Closed(CloseReason reason, @Nullable ChatException cause) implements Output {}
}
