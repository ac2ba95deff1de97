package dev.parley.chat.signaling.internal;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.internal.Outbox.Outgoing;
import dev.parley.chat.signaling.internal.Wire.Content;
import dev.parley.chat.signaling.internal.Wire.Joined;
import dev.parley.chat.signaling.internal.Wire.Message;
import dev.parley.chat.signaling.internal.Wire.Refusal;
import dev.parley.chat.signaling.internal.WorkerHttp.Answer;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignalingSession;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A place in a room's mailbox, kept over lost connections.
 *
 * <pre>
 *             ┌────────── 4401, 4410, 401, 410 ──────────┐
 *             ▼                                          │
 *   start ─► JOINING ──► OPENING (WebSocket, else poll) ─┴► CONNECTED
 *             ▲  │          ▲  │                             │
 *             │  └────┐     │  │  lost: backoff with jitter  │
 *             │       ▼     │  ▼                             │
 *             └────── WAITING ◄──────────────────────────────┘
 *
 *   any ──► ENDED   refused for good, closed     any ──► LEAVING ──► ENDED   leave()
 * </pre>
 *
 * <p>All state belongs to one serial loop; OkHttp's threads and the timers only hand over to it. {@code generation}
 * counts connection attempts, so that what an abandoned one still reports is told apart and dropped.
 */
public final class MailboxSession implements SignalingSession {

    /** The ceiling of the first wait before connecting again. */
    public static final Duration FIRST_WAIT = Duration.ofMillis(250);

    /**
     * The ceiling of a wait while the worker has been away for half a minute or so: a network that was gone for a
     * moment is back, and rooms have no other way to find each other again.
     */
    public static final Duration EARLY_WAIT = Duration.ofSeconds(2);

    /** How many waits have that ceiling. */
    public static final int EARLY_TRIES = 30;

    /** The ceiling of any wait before connecting again that the worker did not ask for. */
    public static final Duration MAX_WAIT = Duration.ofSeconds(15);

    /** A longer wait that the worker asks for counts as this. */
    static final Duration MAX_REQUESTED_WAIT = Duration.ofMinutes(5);

    /** How often an open WebSocket says {@code ping}. */
    public static final Duration PING_INTERVAL = Duration.ofSeconds(25);

    /** A WebSocket without {@code pong} for this long is given up. */
    public static final Duration PONG_TIMEOUT = Duration.ofSeconds(10);

    /** A WebSocket that was probed is given up without {@code pong} for this long. */
    public static final Duration PROBE_TIMEOUT = Duration.ofSeconds(3);

    /** How long the worker is asked to hold a poll. */
    static final Duration POLL_WAIT = Duration.ofSeconds(25);

    /** The pause after an empty answer that came at once, so that a worker that does not hold polls is not flooded. */
    static final Duration EMPTY_POLL_PAUSE = Duration.ofSeconds(1);

    /** After so many WebSockets in a row that did not open, the long poll gets its turn. */
    static final int MAX_WEB_SOCKET_FAILURES = 2;

    /** Largest frame taken: a payload at its limit, in base64url, in its JSON. */
    public static final int MAX_FRAME_CHARACTERS = 72 * 1024;

    /** How many messages may wait to be accepted by the worker. */
    public static final int MAX_QUEUED_MESSAGES = 128;

    private static final Logger log = LoggerFactory.getLogger(MailboxSession.class);
    private static final int NORMAL_CLOSURE = 1000;
    private static final int MSG_ID_BYTES = 16;

    private final AccountRequests account;
    private final WorkerHttp http;
    private final Environment environment;
    private final HttpUrl roomUrl;
    private final PeerId self;
    private final boolean longPollOnly;
    private final Executor owner;
    private final SignalingListener listener;
    private final Consumer<MailboxSession> whenEnded;
    private final Executor loop;

    private final AtomicInteger queued = new AtomicInteger();
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private volatile boolean silenced;
    private volatile @Nullable SignalingException end;

    // Confined to the loop
    private final Inbox inbox = new Inbox();
    private final Outbox outbox;
    private final Backoff backoff;
    private Phase phase = Phase.JOINING;
    private long generation;
    private @Nullable Joined place;
    private long placeEndsNanos;
    private boolean wasConnected;
    private boolean rejoinedAtOnce;
    private int webSocketFailures;
    private boolean isProbed;
    private boolean hasToWait;
    private @Nullable WebSocket webSocket;
    private @Nullable CompletableFuture<Answer> pollCall;
    private CompletableFuture<Void> released = CompletableFuture.completedFuture(null);
    private final Timer connectionTimer = new Timer();
    private final Timer pongTimer = new Timer();
    private final Timer heartbeatTimer = new Timer();

    private enum Phase {
        JOINING,
        OPENING,
        CONNECTED,
        WAITING,
        LEAVING,
        ENDED
    }

    /**
     * Makes a session that has not started.
     *
     * @param account sends with the account's token
     * @param base the worker
     * @param room the room
     * @param self the peer id
     * @param longPollOnly whether to leave the WebSocket alone
     * @param owner runs the listener
     * @param listener is told what happens
     * @param whenEnded is given this session once, when nothing is left of the session
     */
    public MailboxSession(
            AccountRequests account,
            HttpUrl base,
            RoomId room,
            PeerId self,
            boolean longPollOnly,
            Executor owner,
            SignalingListener listener,
            Consumer<MailboxSession> whenEnded) {
        this.account = account;
        this.http = account.http();
        this.environment = http.environment();
        this.roomUrl = base.newBuilder()
                .addPathSegments("v1/rooms")
                .addPathSegment(room.value())
                .build();
        this.self = self;
        this.longPollOnly = longPollOnly;
        this.owner = owner;
        this.listener = listener;
        this.whenEnded = whenEnded;
        loop = environment.newSerialExecutor("signaling-session");
        outbox = new Outbox(environment, loop, this::post);
        backoff = new Backoff(environment, FIRST_WAIT, EARLY_WAIT, EARLY_TRIES, MAX_WAIT, Backoff.Jitter.HALF);
    }

    /** Begins to join. */
    public void start() {
        loop.execute(this::join);
    }

    @Override
    public CompletionStage<Void> send(PeerId to, MessageType type, byte[] payload) {
        if (payload.length > MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "a payload has at most " + MAX_PAYLOAD_BYTES + " bytes, not " + payload.length);
        }
        SignalingException ended = end;
        if (ended != null) {
            return CompletableFuture.failedFuture(ended);
        }
        if (queued.incrementAndGet() > MAX_QUEUED_MESSAGES) {
            queued.decrementAndGet();
            return CompletableFuture.failedFuture(new SignalingException(
                    Problem.RATE_LIMITED, MAX_QUEUED_MESSAGES + " messages wait for the worker already"));
        }
        byte[] id = new byte[MSG_ID_BYTES];
        environment.fillRandom(id);
        CompletableFuture<Void> done = new CompletableFuture<>();
        String msgId = Base64.getUrlEncoder().withoutPadding().encodeToString(id);
        Outgoing message = new Outgoing(to, Wire.message(to, type, payload, msgId), done);
        Stages.whenDone(done, (nothing, failure) -> queued.decrementAndGet());
        loop.execute(() -> {
            SignalingException over = end;
            if (over != null) {
                done.completeExceptionally(over);
            } else {
                outbox.submit(message);
            }
        });
        // A copy, so that a caller who completes or cancels it does not disturb the queue.
        return done.copy();
    }

    @Override
    public CompletionStage<Lease> acquireLease(long fence) {
        if (fence < 0) {
            throw new IllegalArgumentException("a fence is not negative: " + fence);
        }
        CompletableFuture<Lease> result = new CompletableFuture<>();
        loop.execute(() -> acquire(fence, result));
        return result;
    }

    @Override
    public CompletionStage<Void> releaseLease(long fence) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        loop.execute(() -> release(fence, result));
        return result.copy();
    }

    @Override
    public void probe() {
        loop.execute(this::look);
    }

    @Override
    public CompletionStage<Void> leave() {
        silenced = true;
        loop.execute(this::beginLeaving);
        return left.copy();
    }

    @Override
    public void close() {
        silenced = true;
        if (end == null) {
            end = sessionClosed();
        }
        loop.execute(this::terminate);
    }

    /**
     * Returns a stage that completes when the session has ended for any reason and holds nothing any more.
     *
     * @return the stage
     */
    public CompletionStage<Void> ended() {
        return left;
    }

    // Joining

    private void join() {
        if (phase == Phase.ENDED || phase == Phase.LEAVING) {
            return;
        }
        abandonConnection();
        heartbeatTimer.cancel();
        place = null;
        phase = Phase.JOINING;
        long mine = generation;
        Stages.whenDone(
                account.once(
                                new Request.Builder()
                                        .url(url("join"))
                                        .post(Wire.join(self))
                                        .build(),
                                WorkerHttp.MAX_ANSWER_BYTES)
                        .thenApply(answer -> {
                            if (!answer.isSuccess()) {
                                throw refusal(answer).toException();
                            }
                            return Wire.joined(answer);
                        }),
                (joined, failure) -> loop.execute(() -> {
                    if (mine != generation || phase == Phase.ENDED) {
                        return;
                    }
                    if (failure == null) {
                        joined(joined);
                    } else {
                        joinFailed(Failures.of(failure));
                    }
                }));
    }

    private void joined(Joined joined) {
        place = joined;
        placeEndsNanos = environment.nanoTime() + joined.expiresIn().toNanos();
        if (phase == Phase.LEAVING) {
            sendLeave();
            return;
        }
        inbox.joined(joined.after());
        beatLater(joined);
        open();
    }

    private void joinFailed(SignalingException problem) {
        if (phase == Phase.LEAVING) {
            terminate();
            return;
        }
        switch (problem.problem()) {
            case UNREACHABLE, UNAVAILABLE, RATE_LIMITED -> lost(problem);
            // A worker that was one before may be hidden for a while, by a captive portal for instance.
            case PROTOCOL, TOO_LARGE -> {
                if (wasConnected) {
                    lost(problem);
                } else {
                    giveUp(problem);
                }
            }
            default -> giveUp(problem);
        }
    }

    // Connections

    private void open() {
        Joined at = place;
        if (at == null || environment.nanoTime() - placeEndsNanos >= 0) {
            join();
            return;
        }
        abandonConnection();
        phase = Phase.OPENING;
        if (longPollOnly || webSocketFailures >= MAX_WEB_SOCKET_FAILURES) {
            // The first poll does not wait: its answer shows that messages flow.
            poll(at, Duration.ZERO);
        } else {
            openWebSocket(at);
        }
    }

    private void connected(Joined at) {
        phase = Phase.CONNECTED;
        wasConnected = true;
        tell(told -> told.onConnected(at.iceServers()));
        outbox.resume();
    }

    /** More than an open connection is needed to trust it: one that opens and fails at once must back off. */
    private void proven() {
        backoff.reset();
        rejoinedAtOnce = false;
        webSocketFailures = 0;
    }

    private void lost(SignalingException cause) {
        abandonConnection();
        phase = Phase.WAITING;
        tell(told -> told.onInterrupted(cause));
        Duration own = backoff.next();
        Duration wanted = cause.retryAfter().orElse(Duration.ZERO);
        if (wanted.compareTo(MAX_REQUESTED_WAIT) > 0) {
            wanted = MAX_REQUESTED_WAIT;
        }
        hasToWait = wanted.compareTo(own) > 0;
        connectionTimer.start(hasToWait ? wanted : own, this::open);
    }

    private void look() {
        if (phase == Phase.WAITING && !hasToWait) {
            forgetIdleConnections();
            open();
        } else if (phase == Phase.CONNECTED && !isProbed) {
            forgetIdleConnections();
            WebSocket open = webSocket;
            Joined at = place;
            if (open != null) {
                isProbed = true;
                open.send("ping");
                pongTimer.start(PROBE_TIMEOUT, this::probeFailed);
            } else if (at != null) {
                // A poll that is held shows nothing; one that does not wait shows whether the worker is there.
                abandonConnection();
                poll(at, Duration.ZERO);
            }
        }
    }

    /** What an exchange with the worker would take from the pool may be of a network that is gone. */
    private void forgetIdleConnections() {
        http.client().connectionPool().evictAll();
    }

    private void probeFailed() {
        tell(told -> told.onInterrupted(new SignalingException(
                Problem.UNREACHABLE, "the worker did not answer a ping within " + PROBE_TIMEOUT.toSeconds() + " s")));
        forgetIdleConnections();
        open();
    }

    /** The place must be taken again: at once the first time, later with backoff. */
    private void rejoin() {
        place = null;
        heartbeatTimer.cancel();
        SignalingException cause = placeLost();
        if (rejoinedAtOnce) {
            lost(cause);
        } else {
            rejoinedAtOnce = true;
            tell(told -> told.onInterrupted(cause));
            join();
        }
    }

    /** Handles what any request with the room token may be told; false if the refusal is something else. */
    private boolean handledRefusal(Refusal refusal, Joined at) {
        if (!isCurrent(at) || phase == Phase.ENDED || phase == Phase.LEAVING) {
            return true;
        }
        if (refusal.asksToJoinAgain()) {
            rejoin();
            return true;
        }
        if (refusal.isRoomGone()) {
            giveUp(refusal.toException());
            return true;
        }
        return false;
    }

    @SuppressWarnings("ReferenceEquality") // a place is the answer to one join, whatever it says
    private boolean isCurrent(Joined at) {
        return place == at;
    }

    /** Forgets the connection, so that nothing that it still reports is heeded. */
    private void abandonConnection() {
        generation++;
        connectionTimer.cancel();
        pongTimer.cancel();
        isProbed = false;
        if (webSocket != null) {
            webSocket.cancel();
            webSocket = null;
        }
        if (pollCall != null) {
            pollCall.cancel(false);
            pollCall = null;
        }
    }

    // WebSocket

    private void openWebSocket(Joined at) {
        long mine = generation;
        HttpUrl url = url("ws")
                .newBuilder()
                .addQueryParameter("after", Long.toString(inbox.cursor()))
                .build();
        Duration limit = account.requestTimeout();
        connectionTimer.start(
                limit,
                () -> webSocketFailed(
                        at,
                        new SignalingException(
                                Problem.UNREACHABLE,
                                "the worker did not open a WebSocket within " + limit.toMillis() + " ms"),
                        null));
        webSocket = http.client().newWebSocket(signed(at).url(url).build(), new WebSocketListener() {
            @Override
            public void onOpen(WebSocket socket, Response response) {
                onLoop(() -> webSocketOpened(at));
            }

            @Override
            public void onMessage(WebSocket socket, String text) {
                onLoop(() -> frame(at, text));
            }

            @Override
            public void onMessage(WebSocket socket, ByteString bytes) {
                onLoop(() -> lost(Wire.malformed("a binary frame")));
            }

            @Override
            public void onClosing(WebSocket socket, int code, String reason) {
                // Answers the worker's close frame; OkHttp does not by itself.
                socket.close(NORMAL_CLOSURE, null);
                onLoop(() -> webSocketClosed(code));
            }

            @Override
            public void onFailure(WebSocket socket, Throwable failure, @Nullable Response response) {
                Refusal refusal = response == null ? null : upgradeRefusal(response);
                onLoop(() -> webSocketFailed(at, WorkerHttp.unreachable(failure), refusal));
            }

            private void onLoop(Runnable task) {
                loop.execute(() -> {
                    if (mine == generation && phase != Phase.ENDED) {
                        task.run();
                    }
                });
            }
        });
    }

    private Refusal upgradeRefusal(Response response) {
        ByteString body = null;
        try {
            body = WorkerHttp.read(response.body(), WorkerHttp.MAX_ANSWER_BYTES);
        } catch (IOException | IllegalStateException e) {
            log.debug("the answer to a refused upgrade has no body");
        }
        return refusal(new Answer(response.code(), response.headers(), body == null ? ByteString.EMPTY : body));
    }

    private void webSocketOpened(Joined at) {
        connectionTimer.cancel();
        connected(at);
        pingLater();
    }

    private void pingLater() {
        connectionTimer.start(PING_INTERVAL, () -> {
            WebSocket open = webSocket;
            if (open == null) {
                return;
            }
            open.send("ping");
            if (isProbed) {
                pingLater();
                return;
            }
            pongTimer.start(
                    PONG_TIMEOUT,
                    () -> lost(new SignalingException(
                            Problem.UNREACHABLE,
                            "the worker did not answer a ping within " + PONG_TIMEOUT.toSeconds() + " s")));
            pingLater();
        });
    }

    private void frame(Joined at, String text) {
        if (!isCurrent(at)) {
            return;
        }
        if (text.equals("pong")) {
            pongTimer.cancel();
            isProbed = false;
            proven();
            return;
        }
        if (text.length() > MAX_FRAME_CHARACTERS) {
            lost(Wire.malformed("a frame has more than " + MAX_FRAME_CHARACTERS + " characters"));
            return;
        }
        Message message;
        try {
            message = Wire.message(text);
        } catch (SignalingException e) {
            lost(e);
            return;
        }
        proven();
        if (deliver(message) && webSocket != null) {
            webSocket.send(Wire.ack(inbox.cursor()));
        }
    }

    private void webSocketClosed(int code) {
        switch (code) {
            case 4401, 4410 -> rejoin();
            case 4404 -> giveUp(new SignalingException(Problem.ROOM_NOT_FOUND, "the room is gone"));
            case 4409 ->
                giveUp(new SignalingException(
                        Problem.PEER_TAKEN, "a newer connection of the same peer took the place"));
            case 1008, 1009 -> lost(Wire.malformed("it refused a frame (close " + code + ")"));
            default ->
                lost(new SignalingException(
                        Problem.UNREACHABLE, "the worker closed the connection (close " + code + ")"));
        }
    }

    /** A WebSocket was cut, or did not open. */
    private void webSocketFailed(Joined at, SignalingException cause, @Nullable Refusal refusal) {
        if (phase == Phase.CONNECTED) {
            lost(cause);
            return;
        }
        if (refusal == null) {
            webSocketFailures++;
            lost(cause);
            return;
        }
        if (handledRefusal(refusal, at)) {
            return;
        }
        switch (refusal.toException().problem()) {
            case FORBIDDEN -> giveUp(refusal.toException());
            case RATE_LIMITED -> lost(refusal.toException());
            case UNAVAILABLE -> {
                // 503 is the worker's own; 501, 502 and 504 are how proxies refuse an upgrade.
                if (refusal.status() == 503) {
                    lost(refusal.toException());
                } else {
                    fallBack();
                }
            }
            default -> fallBack();
        }
    }

    private void fallBack() {
        log.debug("the WebSocket was refused; falling back to long polls");
        webSocketFailures = MAX_WEB_SOCKET_FAILURES;
        open();
    }

    // Long poll

    private void poll(Joined at, Duration wait) {
        long mine = generation;
        long begun = environment.nanoTime();
        HttpUrl url = url("messages")
                .newBuilder()
                .addQueryParameter("after", Long.toString(inbox.cursor()))
                .addQueryParameter("wait", Long.toString(wait.toSeconds()))
                .build();
        CompletableFuture<Answer> call = http.exchange(
                signed(at).url(url).build(), wait.plus(account.requestTimeout()), WorkerHttp.MAX_MESSAGE_LIST_BYTES);
        pollCall = call;
        Stages.whenDone(
                call,
                (answer, failure) -> loop.execute(() -> {
                    if (mine == generation && phase != Phase.ENDED) {
                        polled(at, wait, environment.nanoTime() - begun, answer, failure);
                    }
                }));
    }

    private void polled(
            Joined at, Duration wait, long tookNanos, @Nullable Answer answer, @Nullable Throwable failure) {
        pollCall = null;
        List<Message> messages;
        try {
            if (answer == null) {
                throw Failures.of(failure == null ? new IllegalStateException("no answer") : failure);
            }
            if (!answer.isSuccess()) {
                Refusal refusal = refusal(answer);
                if (handledRefusal(refusal, at)) {
                    return;
                }
                SignalingException refused = refusal.toException();
                if (refused.problem() == Problem.FORBIDDEN) {
                    giveUp(refused);
                    return;
                }
                throw refused;
            }
            messages = Wire.messages(answer);
        } catch (SignalingException e) {
            webSocketFailures = 0;
            lost(e);
            return;
        }
        if (phase == Phase.OPENING) {
            connected(at);
        }
        backoff.reset();
        rejoinedAtOnce = false;
        for (Message message : messages) {
            if (!deliver(message)) {
                return;
            }
        }
        if (messages.isEmpty() && !wait.isZero() && tookNanos < EMPTY_POLL_PAUSE.toNanos()) {
            connectionTimer.start(EMPTY_POLL_PAUSE, () -> poll(at, POLL_WAIT));
        } else {
            // Reading on from the cursor acknowledges what was handed over.
            poll(at, POLL_WAIT);
        }
    }

    // Both ways

    /** Hands a message over unless it was before; false if the owner takes no more, and the session is over. */
    private boolean deliver(Message message) {
        if (!inbox.accept(message)) {
            return true;
        }
        Content content = message.content();
        return content == null
                || tell(told -> told.onMessage(
                        content.from(), content.type(), content.payload().toByteArray()));
    }

    private boolean tell(Consumer<SignalingListener> call) {
        if (silenced) {
            return true;
        }
        try {
            owner.execute(() -> {
                if (silenced) {
                    return;
                }
                try {
                    call.accept(listener);
                } catch (RuntimeException | Error e) {
                    log.error("a signaling listener failed", e);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            log.warn("the owner of a signaling session takes no more calls; the session is closed");
            silenced = true;
            end = sessionClosed();
            terminate();
            return false;
        }
    }

    private void beatLater(Joined at) {
        heartbeatTimer.start(at.heartbeat(), () -> beat(at));
    }

    private void beat(Joined at) {
        Stages.whenDone(
                http.exchange(
                        signed(at).url(url("heartbeat")).post(RequestBody.EMPTY).build(),
                        account.requestTimeout(),
                        WorkerHttp.MAX_ANSWER_BYTES),
                (answer, failure) -> loop.execute(() -> {
                    if (!isCurrent(at) || phase == Phase.ENDED || phase == Phase.LEAVING) {
                        return;
                    }
                    if (answer != null && !answer.isSuccess() && handledRefusal(refusal(answer), at)) {
                        return;
                    }
                    if (answer == null || !answer.isSuccess()) {
                        // The connection shows by itself whether the worker is gone.
                        log.debug("a heartbeat failed");
                    }
                    beatLater(at);
                }));
    }

    private @Nullable CompletableFuture<Void> post(Outgoing message) {
        Joined at = place;
        if (at == null || phase != Phase.CONNECTED) {
            return null;
        }
        CompletableFuture<Answer> call = http.exchange(
                signed(at).url(url("messages")).post(message.body()).build(),
                account.requestTimeout(),
                WorkerHttp.MAX_ANSWER_BYTES);
        CompletableFuture<Void> accepted = new CompletableFuture<>();
        Stages.whenDone(accepted, (nothing, failure) -> {
            if (accepted.isCancelled()) {
                call.cancel(false);
            }
        });
        Stages.whenDone(call, (answer, failure) -> {
            if (answer == null) {
                accepted.completeExceptionally(
                        Failures.of(failure == null ? new IllegalStateException("no answer") : failure));
            } else if (answer.isSuccess()) {
                accepted.complete(null);
            } else {
                Refusal refusal = refusal(answer);
                loop.execute(() -> handledRefusal(refusal, at));
                // The room token is the session's affair: the message waits for the next one.
                accepted.completeExceptionally(refusal.asksToJoinAgain() ? placeLost() : refusal.toException());
            }
        });
        return accepted;
    }

    // Lease

    private void acquire(long fence, CompletableFuture<Lease> result) {
        Joined at = place;
        if (at == null || phase != Phase.CONNECTED) {
            SignalingException over = end;
            result.completeExceptionally(
                    over != null
                            ? over
                            : new SignalingException(
                                    Problem.UNREACHABLE, "there is no connection to the worker at the moment"));
            return;
        }
        long sentNanos = environment.nanoTime();
        Stages.whenDone(
                http.exchange(
                                signed(at)
                                        .url(url("lease"))
                                        .post(Wire.lease(fence))
                                        .build(),
                                account.requestTimeout(),
                                WorkerHttp.MAX_ANSWER_BYTES)
                        .thenApply(answer -> acquired(answer, at, environment.nanoTime() - sentNanos)),
                (lease, failure) -> {
                    if (failure == null) {
                        result.complete(lease);
                    } else {
                        result.completeExceptionally(Failures.of(failure));
                    }
                });
    }

    /** What the worker said of the lease; throws a {@link SignalingException} for a refusal. */
    private Lease acquired(Answer answer, Joined at, long tookNanos) {
        if (!answer.isSuccess()) {
            Refusal refusal = refusal(answer);
            if (refusal.isLeaseHeld()) {
                return Wire.lease(answer);
            }
            loop.execute(() -> handledRefusal(refusal, at));
            throw refusal.asksToJoinAgain() ? placeLost() : refusal.toException();
        }
        Lease granted = Wire.lease(answer);
        if (!granted.holder().equals(self)) {
            throw Wire.malformed("it grants the lease to another peer");
        }
        // The worker counts from a moment after the request was sent, and so must not be outlived.
        Duration left = granted.validFor().minusNanos(tookNanos);
        return new Lease(self, granted.fence(), left.isNegative() ? Duration.ZERO : left);
    }

    private void release(long fence, CompletableFuture<Void> result) {
        Joined at = place;
        if (at == null || phase == Phase.LEAVING) {
            result.complete(null);
            return;
        }
        HttpUrl url = url("lease")
                .newBuilder()
                .addQueryParameter("fence", Long.toString(fence))
                .build();
        released = CompletableFuture.allOf(released, result);
        Stages.whenDone(
                http.exchange(
                        signed(at).url(url).delete().build(), account.requestTimeout(), WorkerHttp.MAX_ANSWER_BYTES),
                (answer, failure) -> {
                    if (answer == null || !answer.isSuccess()) {
                        log.debug("the worker could not be told that a lease is given back; it ends with its time");
                    }
                    result.complete(null);
                });
    }

    private static SignalingException placeLost() {
        return new SignalingException(Problem.UNAVAILABLE, "the place in the room has to be taken again");
    }

    // Ends

    private void giveUp(SignalingException cause) {
        if (end == null) {
            end = cause;
        }
        tell(told -> told.onEnded(cause));
        terminate();
    }

    private void beginLeaving() {
        if (phase == Phase.ENDED || phase == Phase.LEAVING) {
            return;
        }
        if (end == null) {
            end = sessionClosed();
        }
        outbox.failAll(sessionClosed());
        heartbeatTimer.cancel();
        boolean joining = phase == Phase.JOINING;
        phase = Phase.LEAVING;
        if (joining) {
            // The worker may have given the place already: wait for its answer, then give it back.
            return;
        }
        abandonConnection();
        // A lease that is on its way back must arrive while the place is still there.
        Stages.whenDone(released, (nothing, failure) -> loop.execute(this::sendLeave));
    }

    private void sendLeave() {
        Joined at = place;
        if (at == null) {
            terminate();
            return;
        }
        Stages.whenDone(
                http.exchange(
                        signed(at).url(url("leave")).post(RequestBody.EMPTY).build(),
                        account.requestTimeout(),
                        WorkerHttp.MAX_ANSWER_BYTES),
                (answer, failure) -> {
                    if (answer == null || !answer.isSuccess()) {
                        log.debug("the worker could not be told of a leave; the place ends with its TTL");
                    }
                    loop.execute(this::terminate);
                });
    }

    private void terminate() {
        if (phase == Phase.ENDED) {
            return;
        }
        phase = Phase.ENDED;
        abandonConnection();
        heartbeatTimer.cancel();
        place = null;
        SignalingException cause = end;
        outbox.failAll(cause == null ? sessionClosed() : cause);
        whenEnded.accept(this);
        left.complete(null);
    }

    private static SignalingException sessionClosed() {
        return new SignalingException(Problem.UNREACHABLE, "the signaling session is closed");
    }

    private Refusal refusal(Answer answer) {
        return Wire.refusal(answer, environment.epochMillis());
    }

    private HttpUrl url(String action) {
        return roomUrl.newBuilder().addPathSegment(action).build();
    }

    private static Request.Builder signed(Joined at) {
        return new Request.Builder().header("Authorization", "Bearer " + at.roomToken());
    }

    /** One named timer of the session: starting it again or cancelling it disarms the task from before. */
    private final class Timer {
        private Environment.@Nullable Cancellable running;
        private long round;

        void start(Duration delay, Runnable task) {
            cancel();
            long mine = round;
            running = environment.schedule(
                    delay,
                    () -> loop.execute(() -> {
                        if (mine == round) {
                            running = null;
                            round++;
                            task.run();
                        }
                    }));
        }

        void cancel() {
            round++;
            if (running != null) {
                running.cancel();
                running = null;
            }
        }
    }
}
