package dev.parley.chat.internal.protocol;

import dev.parley.chat.CloseReason;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;

/** What can happen to a room. Links are named by numbers that the machine chose in {@link Output.OpenLink}. */
@SuppressWarnings("ArrayRecordComponent") // Concealed and compared by nobody; the bytes are handed on, not copied.
public sealed interface Input {

    /** The room begins. The first input. */
    record Start() implements Input {}

    /** The caller wants to send; answered by {@link Output.Accepted} or {@link Output.Rejected}. */
    record Submit(long ticket, OutgoingMessage message) implements Input {}

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

    /** A message came through the worker. */
    record MailReceived(PeerId from, MessageType type, byte[] payload) implements Input {}

    /** A link needs its other side to know something. */
    record LinkSignalled(int link, LinkSignal signal) implements Input {}

    /** A link is open. */
    record LinkOpened(int link, byte[] binding) implements Input {}

    /** A link has ended; nothing more comes from it. */
    record LinkClosed(int link, CloseReason reason) implements Input {}

    /** A frame came over a link. */
    record FrameReceived(int link, byte[] frame) implements Input {}

    /** Answers {@link Output.QueryBuffered}. */
    record LinkBuffered(int link, long bytes) implements Input {}

    /** The time of {@link RoomMachine#deadlineNanos()} has come. */
    record Tick() implements Input {}
}
