package dev.parley.chat.worker.internal.push;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import dev.parley.chat.worker.internal.store.RoomStore.Waiting;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.StatusCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The WebSocket of one peer. Sends one message at a time and takes one frame at a time, so that a client that does not
 * read costs one frame and no more.
 *
 * <p>Public because Jetty calls it through a public method handle.
 */
public final class PushSocket implements Session.Listener {
    private static final Logger log = LoggerFactory.getLogger(PushSocket.class);
    private static final int TOKEN_EXPIRED = 4401;
    private static final int ROOM_GONE = 4404;
    private static final int REPLACED = 4409;
    private static final int PEER_GONE = 4410;

    /** How long the other side may take to answer a close frame. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final PushHub hub;
    private final Member member;
    private final long expiresAtMillis;
    private final Pump pump;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicBoolean demanded = new AtomicBoolean();
    private volatile @Nullable Session session;
    private volatile long heardAtMillis;
    private volatile long renewedAtMillis;
    private volatile boolean mustLookAgain;
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
    public void onWebSocketOpen(Session session) {
        this.session = session;
        hub.opened(this);
        pump.iterate();
        demand();
    }

    @Override
    public void onWebSocketText(String text) {
        demanded.set(false);
        heardAtMillis = hub.nowMillis();
        if (closing.get()) {
            // On the way out: what comes before the answer to our close frame is not looked at.
            demand();
            return;
        }
        try {
            if (text.equals("ping")) {
                hub.store().renew(member, heardAtMillis);
                renewedAtMillis = heardAtMillis;
                // The next frame is taken when this answer is out: a flood of pings holds itself up.
                pong.begin();
                send(
                        "pong",
                        Callback.from(
                                () -> {
                                    pong.end();
                                    demand();
                                },
                                failure -> disconnect()));
            } else {
                long ack = Json.integer(parse(text), "ack", 0, Long.MAX_VALUE);
                hub.store().acknowledge(member, ack, heardAtMillis);
                demand();
            }
        } catch (Problem e) {
            close(e);
        }
    }

    private static ObjectNode parse(String text) {
        return Json.parseObject(text.getBytes(StandardCharsets.UTF_8), "frame");
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
        demanded.set(false);
        callback.succeed();
        close(StatusCode.POLICY_VIOLATION, "frames are text");
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        // Most often a client that went away without a word. The message may name an address.
        log.debug("A WebSocket failed: {}", cause.getClass().getName());
        hub.lost(this);
    }

    @Override
    public void onWebSocketClose(int statusCode, String reason, Callback callback) {
        closing.set(true);
        pump.close();
        hub.lost(this);
        callback.succeed();
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
            close(StatusCode.SHUTDOWN, "silent for too long");
        } else if (mustLookAgain) {
            mustLookAgain = false;
            pump.iterate();
        }
    }

    void close(Problem problem) {
        int status = switch (problem.code()) {
            case ROOM_NOT_FOUND -> ROOM_GONE;
            case PEER_EXPIRED -> PEER_GONE;
            case INVALID_REQUEST -> StatusCode.POLICY_VIOLATION;
            case UNAVAILABLE -> StatusCode.SHUTDOWN;
            default -> StatusCode.SERVER_ERROR;
        };
        if (problem.code() == ProblemCode.UNAVAILABLE && problem.getCause() != null) {
            log.warn("A WebSocket is closed because the store failed", problem.getCause());
        }
        close(status, problem.detail());
    }

    private void close(int status, String reason) {
        Session open = session;
        if (open != null && closing.compareAndSet(false, true)) {
            // No longer the place to wake, so that a successor is never closed in its stead.
            if (status == REPLACED) {
                hub.closed(this);
            } else {
                hub.lost(this);
            }
            open.setIdleTimeout(CLOSE_TIMEOUT);
            open.close(status, reason, Callback.from(this::demand, failure -> open.disconnect()));
        }
    }

    private void send(String text, Callback callback) {
        Session open = session;
        if (open == null) {
            throw new IllegalStateException("nothing is sent before the connection is open");
        }
        open.sendText(text, callback);
    }

    /** Asks for the next frame, if none is asked for already: Jetty refuses a second demand. */
    private void demand() {
        Session open = session;
        if (open != null && demanded.compareAndSet(false, true)) {
            open.demand();
        }
    }

    private void disconnect() {
        Session open = session;
        if (open != null) {
            open.disconnect();
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
        private final Queue<Waiting> portion = new ArrayDeque<>();
        private long lastSent;

        Pump(long after) {
            this.lastSent = after;
        }

        @Override
        protected Action process() {
            if (closing.get()) {
                return Action.IDLE;
            }
            if (portion.isEmpty()) {
                try {
                    portion.addAll(hub.waiting(member, lastSent));
                } catch (Problem e) {
                    if (e.code() != ProblemCode.UNAVAILABLE) {
                        throw e;
                    }
                    // The client is told nothing that it could mend. Its messages are read when the store is back.
                    mustLookAgain = true;
                    return Action.IDLE;
                }
            }
            Waiting next = portion.poll();
            if (next == null) {
                return Action.IDLE;
            }
            lastSent = next.seq();
            String text = new String(Json.write(MessageJson.of(next)), StandardCharsets.UTF_8);
            message.begin();
            send(
                    text,
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
