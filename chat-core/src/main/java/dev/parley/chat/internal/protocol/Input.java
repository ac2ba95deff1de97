package dev.parley.chat.internal.protocol;

import dev.parley.chat.CloseReason;
import dev.parley.chat.FileOffer;
import dev.parley.chat.FileTransferException;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.SignalingException;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.PathState;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedSuccession;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can happen to a room. Links are named by numbers that the machine chose in {@link Output.OpenLink}. */
@SuppressWarnings("ArrayRecordComponent") // Concealed and compared by nobody; the bytes are handed on, not copied.
public sealed interface Input {

    /** The room begins. The first input. */
    record Start() implements Input {}

    /** What the caller asks for and waits for the answer to, which is {@link Output.Rejected} if it cannot be done. */
    sealed interface Request extends Input {
        long ticket();
    }

    /** The caller wants to send; answered by {@link Output.Accepted}. */
    record Submit(long ticket, OutgoingMessage message) implements Request {}

    /**
     * The caller wants somebody out; answered by {@link Output.Completed}. The 32 random bytes become the secret of the
     * room's invite, if it is a private one.
     */
    record Remove(long ticket, PeerId peer, boolean isBan, byte[] freshSecret) implements Request {}

    /** The caller wants somebody to be allowed in again; answered by {@link Output.Completed}. */
    record Unban(long ticket, PeerId peer) implements Request {}

    /** The caller names who may lead the room after it; answered by {@link Output.Completed}. */
    record NameDeputies(long ticket, List<PeerId> deputies) implements Request {}

    /**
     * The caller wants to do something that is said as an event of its own; answered by {@link Output.Accepted}, or by
     * {@link Output.Completed} if there is nothing to say.
     */
    sealed interface Deed extends Request {}

    /** Changes, deletes or reacts to what was said. */
    record Affect(long ticket, EventBody.Effect effect) implements Deed {}

    /** Acts on a peer. The machine fills in what it has seen of that one. */
    record Moderate(long ticket, EventBody.PeerAct act) implements Deed {}

    /** Sets the room. */
    record ChangeSettings(long ticket, RoomSettings settings) implements Deed {}

    /** Speaks to one member. The 32 random bytes become the secret of the content. */
    record Whisper(long ticket, PeerId to, OutgoingMessage message, byte[] freshSecret) implements Deed {}

    /** Hides on this side alone what a peer says, or shows it again. */
    record Block(long ticket, PeerId peer, boolean isBlocked) implements Deed {}

    /** Offers a file. The 32 random bytes become the key of its content. */
    record OfferFile(long ticket, FileOffer offer, byte[] freshKey) implements Deed {}

    /** Adds an emoji to the room. The 32 random bytes become the key of its image. */
    record AddEmoji(long ticket, String shortcode, String mediaType, byte[] image, byte[] freshKey) implements Deed {}

    /** Takes an emoji out of the room. */
    record RemoveEmoji(long ticket, MessageId emoji) implements Deed {}

    /**
     * Somebody waits for an image of the room's emoji; answered by {@link Output.Completed} when it is in the store.
     */
    record FetchImage(long ticket, String sha256) implements Request {}

    /** Answers {@link Output.KeepImage}. */
    record ImageKept(String sha256) implements Input {}

    /** An image that was kept is not in the store any more, or is not what its hash says. */
    record ImageLost(String sha256) implements Input {}

    /**
     * Fetches a file of which a beginning may be there; answered by {@link Output.Completed} when all of it is.
     *
     * @param ticket names the request
     * @param offer which file
     * @param from how much is there, a multiple of {@link Limits#PIECE_BYTES} or the size
     */
    record FetchFile(long ticket, MessageId offer, long from) implements Request {}

    /** The caller does not want a file any more. */
    record StopFetch(MessageId offer) implements Input {}

    /**
     * Answers {@link Output.ReadFile}, or {@link Output.ReadImage}; null if the file is not what was offered any more,
     * or the image is not there.
     */
    record FileRead(long read, byte @Nullable [] bytes) implements Input {}

    /** Answers {@link Output.WriteFile}: all up to there is on the disk. */
    record FileWritten(MessageId offer, long upTo) implements Input {}

    /** Answers {@link Output.FinishFile}; or says that it could not be written. The failure is null if all is well. */
    record FileEnded(MessageId offer, @Nullable FileTransferException failure) implements Input {}

    /** The caller is writing, or not any more. */
    record Type(boolean isTyping) implements Input {}

    /** Nobody sits in front of the program, or somebody does again. */
    record Away(boolean isAway) implements Input {}

    /** The caller has read a message, and what its author said before it. */
    record MarkRead(MessageId message) implements Input {}

    /** The caller wants to leave. */
    record Leave() implements Input {}

    /** The worker knows the room. */
    record Announced() implements Input {}

    /** The worker does not take the room. */
    record AnnounceFailed(SignalingException cause) implements Input {}

    /** The signaling session has its place. */
    record SignalingUp() implements Input {}

    /** The signaling session lost the worker and goes on trying. */
    record SignalingDown(SignalingException cause) implements Input {}

    /** The signaling session has given up. */
    record SignalingEnded(SignalingException cause) implements Input {}

    /** Answers {@link Output.AcquireLease}. */
    record LeaseAnswered(Lease lease) implements Input {}

    /** Answers {@link Output.AcquireLease}: the worker could not be asked, or does not let this peer have it. */
    record LeaseFailed(SignalingException cause) implements Input {}

    /** Answers {@link Output.FindLeader}; each is null where the worker knows none. */
    record LeaderFound(@Nullable Lease lease, @Nullable SignedSuccession succession) implements Input {}

    /** Answers {@link Output.FindLeader}: the worker could not be asked. */
    record LeaderNotFound() implements Input {}

    /** Answers {@link Output.PublishSuccession}; the failure is null where there was none. */
    record SuccessionPublished(
            SignedSuccession succession, @Nullable SignalingException failure) implements Input {}

    /** A message came through the worker. */
    record MailReceived(PeerId from, MessageType type, byte[] payload) implements Input {}

    /** A link needs its other side to know something. */
    record LinkSignalled(int link, LinkSignal signal) implements Input {}

    /** A link is open. */
    record LinkOpened(int link, byte[] binding) implements Input {}

    /** The path of an open link is interrupted, or carries again. */
    record PathChanged(int link, PathState path) implements Input {}

    /** A link has ended; nothing more comes from it. */
    record LinkClosed(int link, CloseReason reason) implements Input {}

    /** A frame came over a link. */
    record FrameReceived(int link, byte[] frame) implements Input {}

    /** A frame that others may have been lost beside came over a link. */
    record EphemeralReceived(int link, byte[] frame) implements Input {}

    /** Answers {@link Output.QueryBuffered}. */
    record LinkBuffered(int link, long bytes) implements Input {}

    /** What was asked for by {@link Output.ReadEvents} was read; empty if there is no more, or the store has failed. */
    record EventsRead(long ticket, List<StoredEvent> events) implements Input {}

    /** The time of {@link RoomMachine#deadlineNanos()} has come. */
    record Tick() implements Input {}
}
