package dev.parley.chat.worker.internal.push;

import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import dev.parley.chat.worker.internal.store.RoomStore.Waiting;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The WebSocket of one peer. Sends one message at a time and takes one frame at a time, so that a client that does not
 * read costs one frame and no more.
 *
 * <p>On the frames of Jetty, not on its endpoint classes: those keep the whole handshake, headers and token included,
 * and some 5 KB more for each connection.
 */
public final class PushSocket implements FrameHandler {
    private static final Logger log = LoggerFactory.getLogger(PushSocket.class);
    private static final int TOKEN_EXPIRED = 4401;
    private static final int ROOM_GONE = 4404;
    private static final int REPLACED = 4409;
    private static final int PEER_GONE = 4410;

    /** Of a message to the worker: a payload at its limit, in base64url, with the JSON around it. */
    public static final int MAX_MESSAGE_BYTES = 72 * 1024;

    private static final byte[] NOTHING = {};

    /** How long the other side may take to answer a close frame. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final PushHub hub;
    private final Member member;
    private final long expiresAtMillis;
    private final Pump pump;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicBoolean demanded = new AtomicBoolean();
    private volatile @Nullable CoreSession session;
    private volatile long heardAtMillis;
    private volatile long renewedAtMillis;
    private volatile boolean mustLookAgain;

    /** The frames so far of a message that comes in several; they come one after the other. */
    private volatile byte[] begunMessage = NOTHING;

    private final Sending pong = new Sending();
    private final Sending message = new Sending();

    /** 0 until it is known; guarded by this, as is the next. */
    private long rank;

    private long greatestRankElsewhere;

    /**
     * @param expiresAtMillis when the room token ends, and with it this connection
     * @param after the last message that the client has
     */
    public PushSocket(PushHub hub, Member member, long expiresAtMillis, long after) {
        this.hub = hub;
        this.member = member;
        this.expiresAtMillis = expiresAtMillis;
        this.pump = new Pump(after);
        this.heardAtMillis = hub.nowMillis();
        this.renewedAtMillis = heardAtMillis;
    }

    @Override
    public void onOpen(CoreSession opened, Callback callback) {
        session = opened;
        callback.succeeded();
        hub.opened(this);
        pump.iterate();
        demand();
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        demanded.set(false);
        switch (frame.getOpCode()) {
            case OpCode.TEXT, OpCode.CONTINUATION -> {
                take(frame);
                callback.succeeded();
            }
            case OpCode.PING -> {
                ByteBuffer content = ByteBuffer.wrap(bytes(frame));
                callback.succeeded();
                sendAndDemand(new Frame(OpCode.PONG, content));
            }
            case OpCode.PONG -> {
                callback.succeeded();
                demand();
            }
            case OpCode.CLOSE -> {
                closing.set(true);
                // Answers it, if it is not itself the answer to ours.
                callback.succeeded();
            }
            default -> {
                callback.succeeded();
                close(CloseStatus.POLICY_VIOLATION, "frames are text");
            }
        }
    }

    /** A frame of a message, most often the only one. */
    private void take(Frame frame) {
        byte[] before = begunMessage;
        byte[] part = bytes(frame);
        if (before.length + part.length > MAX_MESSAGE_BYTES) {
            begunMessage = NOTHING;
            close(CloseStatus.MESSAGE_TOO_LARGE, "a message has at most " + MAX_MESSAGE_BYTES + " bytes");
            return;
        }
        byte[] message = before.length == 0 ? part : joined(before, part);
        if (!frame.isFin()) {
            begunMessage = message;
            demand();
            return;
        }
        begunMessage = NOTHING;
        try {
            boolean isPing = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(message))
                    .toString()
                    .equals("ping");
            onMessage(isPing, message);
        } catch (CharacterCodingException e) {
            close(CloseStatus.BAD_PAYLOAD, "text is in UTF-8");
        }
    }

    private void onMessage(boolean isPing, byte[] text) {
        heardAtMillis = hub.nowMillis();
        if (closing.get()) {
            // On the way out: what comes before the answer to our close frame is not looked at.
            demand();
            return;
        }
        try {
            if (isPing) {
                hub.store().renew(member, heardAtMillis);
                renewedAtMillis = heardAtMillis;
                sendAndDemand(new Frame(OpCode.TEXT, "pong"));
            } else {
                long ack = Json.integer(Json.parseObject(text, "frame"), "ack", 0, Long.MAX_VALUE);
                hub.store().acknowledge(member, ack, heardAtMillis);
                demand();
            }
        } catch (Problem e) {
            close(e);
        }
    }

    /** The next frame is taken when this one is out: a flood of pings holds itself up. */
    private void sendAndDemand(Frame frame) {
        pong.begin();
        send(
                frame,
                Callback.from(
                        () -> {
                            pong.end();
                            demand();
                        },
                        failure -> disconnect()));
    }

    private static byte[] bytes(Frame frame) {
        byte[] bytes = new byte[frame.getPayloadLength()];
        frame.getPayload().get(bytes);
        return bytes;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        // Most often a client that went away without a word. The message may name an address.
        log.debug("A WebSocket failed: {}", cause.getClass().getName());
        hub.lost(this);
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        closing.set(true);
        pump.close();
        hub.lost(this);
        callback.succeeded();
    }

    Member member() {
        return member;
    }

    void wake() {
        pump.iterate();
    }

    void renewed(long nowMillis) {
        renewedAtMillis = nowMillis;
    }

    /** Takes its rank; whether one of a greater rank was opened on another worker meanwhile. */
    synchronized boolean isOutranked(long own) {
        rank = own;
        return greatestRankElsewhere > own;
    }

    /** 0 until it is known. */
    synchronized long rank() {
        return rank;
    }

    /** Whether it makes way for one that was opened on another worker. */
    synchronized boolean yieldsTo(long rankElsewhere) {
        greatestRankElsewhere = Math.max(greatestRankElsewhere, rankElsewhere);
        return rank != 0 && rankElsewhere > rank;
    }

    void replaced() {
        close(REPLACED, "replaced by a newer connection");
    }

    void tick(long nowMillis) {
        Duration patience = hub.limits().answerTimeout();
        if (pong.isOver(patience) || message.isOver(patience)) {
            // Not even a close frame would be taken.
            hub.cut(this);
            disconnect();
        } else if (nowMillis >= expiresAtMillis) {
            close(TOKEN_EXPIRED, "the room token has expired");
        } else if (nowMillis - renewedAtMillis >= hub.ttlMillis()) {
            try {
                // By a heartbeat that another worker took, perhaps.
                renewedAtMillis = hub.store().requirePresent(member, nowMillis);
            } catch (Problem e) {
                close(e);
            }
        } else if (nowMillis - heardAtMillis >= PushHub.MAX_SILENCE_MILLIS) {
            close(CloseStatus.SHUTDOWN, "silent for too long");
        } else if (mustLookAgain) {
            mustLookAgain = false;
            pump.iterate();
        }
    }

    void close(Problem problem) {
        int status = switch (problem.code()) {
            case ROOM_NOT_FOUND -> ROOM_GONE;
            case PEER_EXPIRED -> PEER_GONE;
            case INVALID_REQUEST -> CloseStatus.POLICY_VIOLATION;
            case UNAVAILABLE -> CloseStatus.SHUTDOWN;
            default -> CloseStatus.SERVER_ERROR;
        };
        if (problem.code() == ProblemCode.UNAVAILABLE && problem.getCause() != null) {
            log.warn("A WebSocket is closed because the store failed", problem.getCause());
        }
        close(status, problem.detail());
    }

    private void close(int status, String reason) {
        CoreSession open = session;
        if (open != null && closing.compareAndSet(false, true)) {
            // No longer the place to wake, so that a successor is never closed in its stead.
            if (status == REPLACED) {
                hub.closed(this);
            } else {
                hub.lost(this);
            }
            open.setIdleTimeout(CLOSE_TIMEOUT);
            open.close(status, reason, Callback.from(this::demand, failure -> open.abort()));
        }
    }

    private void send(Frame frame, Callback callback) {
        CoreSession open = session;
        if (open == null) {
            throw new IllegalStateException("nothing is sent before the connection is open");
        }
        open.sendFrame(frame, callback, false);
    }

    /** Asks for the next frame, if none is asked for already: Jetty refuses a second demand. */
    private void demand() {
        CoreSession open = session;
        if (open != null && demanded.compareAndSet(false, true)) {
            open.demand();
        }
    }

    private void disconnect() {
        CoreSession open = session;
        if (open != null) {
            open.abort();
        }
    }

    /** A frame on its way out, if there is one; by the real time, for it is the real client that is slow. */
    private static final class Sending {
        private boolean busy;
        private long sinceNanos;

        synchronized void begin() {
            busy = true;
            sinceNanos = NanoTime.now();
        }

        synchronized void end() {
            busy = false;
        }

        synchronized boolean isOver(Duration patience) {
            return busy && NanoTime.since(sinceNanos) >= patience.toNanos();
        }
    }

    /** Reads the mailbox in portions and sends it one message after the other; being woken while at it is not lost. */
    private final class Pump extends IteratingCallback {
        private Iterator<Waiting> portion = Collections.emptyIterator();
        private long lastSent;

        Pump(long after) {
            this.lastSent = after;
        }

        @Override
        protected Action process() {
            if (closing.get()) {
                return Action.IDLE;
            }
            if (!portion.hasNext()) {
                try {
                    portion = hub.waiting(member, lastSent).iterator();
                } catch (Problem e) {
                    if (e.code() != ProblemCode.UNAVAILABLE) {
                        throw e;
                    }
                    // The client is told nothing that it could mend. Its messages are read when the store is back.
                    mustLookAgain = true;
                    return Action.IDLE;
                }
            }
            if (!portion.hasNext()) {
                portion = Collections.emptyIterator();
                return Action.IDLE;
            }
            Waiting next = portion.next();
            lastSent = next.seq();
            message.begin();
            send(
                    new Frame(OpCode.TEXT, ByteBuffer.wrap(Json.write(MessageJson.of(next)))),
                    Callback.from(
                            () -> {
                                message.end();
                                hub.pushed();
                                succeeded();
                            },
                            this::failed));
            return Action.SCHEDULED;
        }

        @Override
        protected void onFailure(Throwable cause) {
            if (cause instanceof Problem problem) {
                PushSocket.this.close(problem);
            } else {
                disconnect();
            }
        }
    }
}
