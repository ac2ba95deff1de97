package dev.parley.chat.internal.protocol;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomStats;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.timeline.LinkRate;
import dev.parley.chat.transport.LinkStats;
import dev.parley.chat.transport.PeerLink;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One link as the machine sees it: frames in and out, a bounded window of bytes under way, liveness.
 *
 * <pre>
 *   NEGOTIATING ──► OPEN ──► JOINING ──► ADMITTED
 *        └────────────┴─────────┴───────────┴─────► CLOSED
 * </pre>
 *
 * <ul>
 *   <li>NEGOTIATING → OPEN: the transport says so; HELLO goes out.
 *   <li>OPEN → JOINING: JOIN was sent (participant), or its WELCOME was (host).
 *   <li>JOINING → ADMITTED: CONFIRM and ADMITTED agreed.
 *   <li>any → CLOSED: by either side, by a violation, by a timer, by the network.
 * </ul>
 */
final class LinkChannel {

    /** Where the link stands. */
    enum Phase {
        NEGOTIATING,
        OPEN,
        JOINING,
        ADMITTED,
        CLOSED
    }

    final int number;
    final PeerId peer;
    final byte[] session;
    final Deadlines deadlines = new Deadlines();

    Phase phase = Phase.NEGOTIATING;
    byte[] binding = new byte[0];
    boolean helloReceived;
    int nextSentCounter;

    /** Whether signals go over links that stand, and not through the worker. */
    boolean signalsInBand;

    /** Whether the transport says that nothing comes over the link's path. */
    boolean isInterrupted;

    /** Until when the peer is taken to look for another path, as it has signalled. */
    private long restartEndNanos = Long.MIN_VALUE;

    long restartPauseNanos = Timer.RESTART.nanos();

    /** Up to where the peer has been told that we have its own events. */
    long acknowledgedSeq;

    /** Messages over this link that could not be opened for an honest reason. */
    int staleMessages;

    /** What the peer has heard, as it said last and we have not compared yet; null if it is compared. */
    @Nullable
    Long otherDigest;

    /** The digest that the peer was told last. */
    long toldDigest;

    /** When the peer may be asked again what we lack, and how long it is to wait after that. */
    long nextResumeNanos;

    long resumePauseNanos = Limits.MIN_RESUME_PAUSE.toNanos();

    /** When the peer was answered last what it lacks. */
    long answeredNanos = Long.MIN_VALUE;

    /** Bytes of events that the peer may still give. */
    long syncBudget;

    /** How much that is new the peer has given since it was asked last. */
    long newsGiven;

    /** Whether the peer has more than it has given. */
    boolean hasMore;

    /** What the peer is being given from the store; null if that is nothing. */
    @Nullable
    Giving giving;

    /** What waited when the peer had been given what it lacked; does not count against it. */
    long catchUpBytes;

    /** What the peer says of its own over this link, in the room's time. */
    final LinkRate rate = new LinkRate(0);

    /** How long the last PING took to come back; -1 before the first. */
    long roundTripNanos = -1;

    /** When the last frame came; {@link Long#MIN_VALUE} before the first. */
    long heardNanos = Long.MIN_VALUE;

    private long pingedNanos = -1;

    /** Bytes of files that were asked for over this link and have not come. */
    long piecesAsked;

    /** The offers that the peer has fetched over this link. */
    final Set<MessageId> hasFetched = new LinkedHashSet<>();

    final PerSecond fetches = new PerSecond(Limits.MAX_FETCHES_PER_SECOND);

    final PerSecond relays = new PerSecond(Limits.MAX_RELAYS_PER_SECOND);

    /** Each costs work to open. */
    final PerSecond ephemerals = new PerSecond(Limits.MAX_EPHEMERALS_PER_SECOND);

    /** The counters of the peer's envelopes that have come. */
    private final BitSet envelopes = new BitSet();

    private final Consumer<Output> outputs;
    private final Frame.Decoder decoder = new Frame.Decoder();
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long underWayBytes;
    private long unreportedBytes;
    private boolean heardSincePing = true;

    LinkChannel(int number, PeerId peer, byte[] session, Consumer<Output> outputs) {
        this.number = number;
        this.peer = peer;
        this.session = session;
        this.outputs = outputs;
    }

    boolean isAdmitted() {
        return phase == Phase.ADMITTED;
    }

    boolean isOpen() {
        return phase != Phase.NEGOTIATING && phase != Phase.CLOSED;
    }

    /** Bytes that wait here or are under way. */
    long queuedBytes() {
        return waitingBytes + underWayBytes;
    }

    RoomStats.Link stats(long now, RoomStats.Kind kind, @Nullable LinkStats transport) {
        RoomStats.Phase shown = switch (phase) {
            case NEGOTIATING, CLOSED -> RoomStats.Phase.NEGOTIATING;
            case OPEN -> RoomStats.Phase.OPEN;
            case JOINING -> RoomStats.Phase.JOINING;
            case ADMITTED -> RoomStats.Phase.ADMITTED;
        };
        return new RoomStats.Link(
                peer,
                kind,
                shown,
                isInterrupted,
                roundTripNanos < 0 ? null : Duration.ofNanos(roundTripNanos),
                heardNanos == Long.MIN_VALUE ? null : Duration.ofNanos(Math.max(0, now - heardNanos)),
                queuedBytes(),
                transport);
    }

    void opened(long now, byte[] channelBinding) {
        phase = Phase.OPEN;
        binding = channelBinding;
        deadlines.start(Timer.PING, now);
        deadlines.start(Timer.SILENCE, now);
    }

    /** Whether what is sent over this link may be long under way: another path is being looked for. */
    boolean isRestarting(long now) {
        return isInterrupted || now < restartEndNanos;
    }

    /** The path is interrupted: the link is given the time in which another one may be found. */
    void interrupted(long now) {
        isInterrupted = true;
        deadlines.start(Timer.INTERRUPTION, now);
    }

    /** The path carries again. */
    void carries(long now) {
        isInterrupted = false;
        restartPauseNanos = Timer.RESTART.nanos();
        deadlines.stop(Timer.RESTART);
        // What comes now may be ahead of what is known here, and what was asked before of no use.
        nextResumeNanos = now;
        resumePauseNanos = Limits.MIN_RESUME_PAUSE.toNanos();
        heard(now);
    }

    /** The peer looks for another path, perhaps before this side has missed anything. */
    void restartSignalled(long now) {
        restartEndNanos = now + Timer.INTERRUPTION.nanos();
        deadlines.startUnlessRunning(Timer.INTERRUPTION, now);
    }

    void send(long now, Frame.Kind kind, byte[] body) {
        for (byte[] frame : new Frame(kind, body).encode()) {
            sendEncoded(now, frame);
        }
    }

    /** Whether an envelope of the peer has not come before, and is one of those that a session may have. */
    boolean isNewEnvelope(int counter) {
        return counter < Limits.MAX_ENVELOPES_PER_SESSION && !envelopes.get(counter);
    }

    void noteEnvelope(int counter) {
        envelopes.set(counter);
    }

    /** Sends an encoded frame, which may be shared with other links. */
    void sendEncoded(long now, byte[] frame) {
        if (!isOpen()) {
            return;
        }
        if (waiting.isEmpty() && underWayBytes + frame.length <= Limits.LINK_WINDOW_BYTES) {
            transmit(frame);
        } else {
            waiting.add(frame);
            waitingBytes += frame.length;
            deadlines.startUnlessRunning(Timer.DRAIN, now);
        }
    }

    private void transmit(byte[] frame) {
        underWayBytes += frame.length;
        unreportedBytes += frame.length;
        outputs.accept(new Output.Transmit(number, frame));
        if (unreportedBytes >= Limits.LINK_REPORT_BYTES) {
            unreportedBytes = 0;
            outputs.accept(new Output.QueryBuffered(number));
        }
    }

    /** Takes note of how much of what was sent has not left, and sends on what fits. */
    void buffered(long now, long bytes) {
        underWayBytes = bytes;
        while (!waiting.isEmpty() && underWayBytes + waiting.element().length <= Limits.LINK_WINDOW_BYTES) {
            byte[] frame = waiting.remove();
            waitingBytes -= frame.length;
            transmit(frame);
        }
        if (!waiting.isEmpty() || underWayBytes > Limits.LINK_REPORT_BYTES) {
            deadlines.startUnlessRunning(Timer.DRAIN, now);
        }
    }

    /** More is to be sent as soon as something has left. */
    void lookWhetherDrained(long now) {
        deadlines.startUnlessRunning(Timer.DRAIN, now);
    }

    /** Returns a whole frame that the machine has to look at, or null when there is none yet. */
    @Nullable
    Frame receive(long now, byte[] bytes, int maxBytes) throws MalformedException {
        Frame frame = decoder.accept(bytes, maxBytes);
        heardSincePing = true;
        heardNanos = now;
        heard(now);
        if (frame == null) {
            return null;
        }
        switch (frame.kind()) {
            case PING -> {
                if (frame.body().length != Long.BYTES) {
                    throw new MalformedException("a PING has 8 bytes");
                }
                // What waits will tell the peer that we live; an answer behind it would only feed a flood of PINGs.
                if (waiting.isEmpty()) {
                    send(now, Frame.Kind.PONG, frame.body());
                }
                return null;
            }
            case PONG -> {
                // Only the answer to the last one counts: what a peer makes up says nothing.
                if (frame.body().length == Long.BYTES
                        && pingedNanos >= 0
                        && ByteBuffer.wrap(frame.body()).getLong() == pingedNanos) {
                    roundTripNanos = now - pingedNanos;
                    pingedNanos = -1;
                }
                return null;
            }
            default -> {
                return frame;
            }
        }
    }

    private void heard(long now) {
        deadlines.start(Timer.SILENCE, now);
        // A path that carries one way only is not whole.
        if (!isInterrupted) {
            restartEndNanos = Long.MIN_VALUE;
            deadlines.stop(Timer.INTERRUPTION);
        }
    }

    /**
     * Runs the link's own timers.
     *
     * @return false if the peer has been silent for too long, or no path was found to it
     */
    boolean tick(long now) {
        if (deadlines.expire(Timer.INTERRUPTION, now)) {
            return false;
        }
        if (deadlines.expire(Timer.SILENCE, now) && !deadlines.isRunning(Timer.INTERRUPTION)) {
            return false;
        }
        if (deadlines.expire(Timer.PING, now)) {
            if (!heardSincePing) {
                pingedNanos = now;
                send(
                        now,
                        Frame.Kind.PING,
                        ByteBuffer.allocate(Long.BYTES).putLong(now).array());
            }
            heardSincePing = false;
            deadlines.start(Timer.PING, now);
            if (underWayBytes > 0) {
                unreportedBytes = 0;
                outputs.accept(new Output.QueryBuffered(number));
            }
        }
        if (deadlines.expire(Timer.DRAIN, now)) {
            outputs.accept(new Output.QueryBuffered(number));
        }
        return true;
    }

    void close() {
        if (phase != Phase.CLOSED) {
            // What waits goes first, as far as the link takes it: accepted messages, and the BYE behind them.
            while (isOpen()
                    && !waiting.isEmpty()
                    && underWayBytes + waiting.element().length <= PeerLink.MAX_BUFFERED_BYTES) {
                transmit(waiting.remove());
            }
            phase = Phase.CLOSED;
            deadlines.stopAll();
            waiting.clear();
            waitingBytes = 0;
            underWayBytes = 0;
            outputs.accept(new Output.CloseLink(number));
        }
    }

    /** The transport has closed the link; nothing is to be done about it. */
    void closed() {
        phase = Phase.CLOSED;
        deadlines.stopAll();
        waiting.clear();
        waitingBytes = 0;
        underWayBytes = 0;
    }
}
