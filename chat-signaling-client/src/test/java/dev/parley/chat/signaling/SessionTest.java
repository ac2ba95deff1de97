package dev.parley.chat.signaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.PeerId;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.internal.MailboxSession;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.OkHttpClient;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SessionTest {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(7);
    private static final Duration HEARTBEAT = Duration.ofSeconds(20);
    private static final Duration MAX_AGE = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final MockResponse STALLED = new MockResponse.Builder()
            .onResponseStart(SocketEffect.Stall.INSTANCE)
            .build();
    private static final MockResponse CUT = new MockResponse.Builder()
            .onResponseStart(new SocketEffect.CloseSocket())
            .build();

    /** OkHttp repeats by itself what is cut before an answer, on a connection that served before. */
    private static final MockResponse CUT_IN_BODY = new MockResponse.Builder()
            .setHeader("Content-Type", "application/json")
            .body("{\"messages\":[]}")
            .onResponseBody(new SocketEffect.CloseSocket())
            .build();

    private final CuttableSockets sockets = new CuttableSockets();
    private final TestEnvironment environment = new TestEnvironment();
    private final Heard heard = new Heard();
    private final Executor owner = environment.newSerialExecutor("owner");
    private Worker worker;
    private OkHttpSignaling signaling;

    @BeforeEach
    void start() throws IOException {
        worker = new Worker();
        signaling = builder().build();
    }

    private OkHttpSignaling.Builder builder() {
        return OkHttpSignaling.builder(worker.url())
                .environment(environment)
                .httpClient(new OkHttpClient.Builder().socketFactory(sockets).build())
                .accessTokens(AccessTokenProvider.fixed(AccessToken.of("access")))
                .requestTimeout(REQUEST_TIMEOUT)
                .tokenTimeout(Duration.ofSeconds(70));
    }

    @AfterEach
    void stop() {
        signaling.close();
        worker.close();
        environment.close();
    }

    private SignalingSession join() {
        return signaling.join(Worker.ROOM, Worker.ALICE, owner, heard);
    }

    private SignalingSession joinByLongPoll() {
        signaling.close();
        signaling = builder().longPollOnly().build();
        return join();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String after(RecordedRequest request) {
        return String.valueOf(request.getUrl().queryParameter("after"));
    }

    private static String authorization(RecordedRequest request) {
        return String.valueOf(request.getHeaders().get("Authorization"));
    }

    private static boolean isFirstWait(Duration delay) {
        return delay.equals(Duration.ofMillis(125));
    }

    @Test
    void messagesArePushedAndAcknowledged() throws Exception {
        worker.answer("POST join", Worker.joined("room", 17)).acceptWebSockets(1);

        join();

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.iceServers).containsExactly(IceServer.stun("stun:stun.example.org"));
        RecordedRequest upgrade = worker.take("GET ws");
        assertThat(after(upgrade)).isEqualTo("17");
        assertThat(authorization(upgrade)).isEqualTo("Bearer room");
        Worker.Socket socket = worker.takeSocket();
        socket.send(Worker.message(18, Worker.BOB, "hello"));
        assertThat(heard.next()).isEqualTo("ENVELOPE hello");
        assertThat(socket.take()).isEqualTo("{\"ack\":18}");
    }

    @Test
    void iceServersThatCannotBeUsedAreSkippedAndTheSessionGoesOn() throws Exception {
        worker.answer("POST join", Worker.json(200, """
                                {"roomToken":"room","expiresIn":3600,"heartbeatSeconds":20,"after":0,"iceServers":[
                                  {"urls":["turn:turn.example.org"]},
                                  {"urls":["turn:turn.example.org"],"username":"u","credential":""},
                                  {"urls":["turn:turn.example.org"],"username":7,"credential":"c"},
                                  {"urls":["stun:stun.example.org:65536"]},
                                  {"urls":["stun:stun.example.org?transport=udp"]},
                                  {"urls":["stun:good.example.org","http://bad.example.org"]},
                                  {"urls":["stun:"]},
                                  {"urls":[null]},
                                  {"urls":[]},
                                  {"urls":{"a":1}},
                                  {},
                                  null,
                                  "stun:stun.example.org",
                                  {"urls":["stun:stun.example.org"],"username":"%s"},
                                  {"urls":["turn:turn.example.org"],"username":"u","credential":"c"}
                                ]}
                                """.formatted("x".repeat(509))))
                .acceptWebSockets(1);

        join();

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.iceServers).containsExactly(IceServer.turn("turn:turn.example.org", "u", "c"));
        worker.takeSocket().send(Worker.message(1, Worker.BOB, "hello"));
        assertThat(heard.next()).isEqualTo("ENVELOPE hello");
    }

    @Test
    void aRepeatedMessageIsDeliveredOnce() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(1);
        join();
        Worker.Socket socket = worker.takeSocket();

        socket.send(Worker.message(1, Worker.BOB, "one"));
        socket.send(Worker.message(1, Worker.BOB, "one"));
        socket.send(Worker.message(2, Worker.BOB, "two"));

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("ENVELOPE one");
        assertThat(heard.next()).isEqualTo("ENVELOPE two");
        assertThat(List.of(socket.take(), socket.take(), socket.take()))
                .containsExactly("{\"ack\":1}", "{\"ack\":1}", "{\"ack\":2}");
    }

    @Test
    void aMessageThatCannotBeUnderstoodIsPassedOverAndAcknowledged() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(1);
        join();
        Worker.Socket socket = worker.takeSocket();

        socket.send("{\"seq\":1,\"from\":\"nobody\",\"type\":\"envelope\",\"payload\":\"AA\"}");
        socket.send("{\"seq\":2,\"from\":\"" + Worker.BOB + "\",\"type\":\"other\",\"payload\":\"AA\"}");
        socket.send(Worker.message(3, Worker.BOB, "three"));

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("ENVELOPE three");
        assertThat(List.of(socket.take(), socket.take(), socket.take()))
                .containsExactly("{\"ack\":1}", "{\"ack\":2}", "{\"ack\":3}");
    }

    @Test
    void aDroppedWebSocketIsOpenedAgainWhereItWas() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(2);
        join();
        Worker.Socket first = worker.takeSocket();
        first.send(Worker.message(1, Worker.BOB, "one"));
        first.take();
        worker.take("GET ws");

        sockets.cut();

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("ENVELOPE one");
        assertThat(heard.next()).isEqualTo("interrupted UNREACHABLE");
        environment.fire(SessionTest::isFirstWait);
        assertThat(after(worker.take("GET ws"))).isEqualTo("1");
        assertThat(heard.next()).isEqualTo("connected");
        Worker.Socket second = worker.takeSocket();
        second.send(Worker.message(1, Worker.BOB, "one"));
        second.send(Worker.message(2, Worker.BOB, "two"));
        assertThat(heard.next()).isEqualTo("ENVELOPE two");
        assertThat(worker.waiting("POST join")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "[]", "{\"seq\":0}", "{}"})
    void aFrameThatIsNoneOfTheProtocolInterrupts(String frame) throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(1);
        join();
        worker.takeSocket().send(frame);

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("interrupted PROTOCOL");
    }

    @Test
    void aBinaryFrameInterrupts() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(1);
        join();
        worker.takeSocket().send(ByteString.encodeUtf8("pong"));

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("interrupted PROTOCOL");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aFrameIsTakenUpToItsLimitAndNoFurther(int beyond) throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(1);
        join();
        String frame = Worker.message(1, Worker.BOB, "one");
        worker.takeSocket().send(frame + " ".repeat(MailboxSession.MAX_FRAME_CHARACTERS + beyond - frame.length()));

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo(beyond == 0 ? "ENVELOPE one" : "interrupted PROTOCOL");
    }

    @Test
    void aPingIsSentAndAnsweredAndSentAgain() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(1);
        join();
        Worker.Socket socket = worker.takeSocket();

        environment.fire(MailboxSession.PING_INTERVAL);
        assertThat(socket.take()).isEqualTo("ping");
        environment.awaitTimer(MailboxSession.PONG_TIMEOUT);
        socket.send("pong");
        socket.send(Worker.message(1, Worker.BOB, "one"));
        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("ENVELOPE one");
        assertThat(environment.count(MailboxSession.PONG_TIMEOUT)).isZero();
        environment.fire(MailboxSession.PING_INTERVAL);
        assertThat(socket.take()).isEqualTo("{\"ack\":1}");
        assertThat(socket.take()).isEqualTo("ping");
    }

    @Test
    void aMissingPongInterrupts() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(2);
        join();
        environment.fire(MailboxSession.PING_INTERVAL);
        environment.fire(MailboxSession.PONG_TIMEOUT);

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("interrupted UNREACHABLE");
        environment.fire(SessionTest::isFirstWait);
        assertThat(heard.next()).isEqualTo("connected");
    }

    @Test
    void aProbeThatIsNotAnsweredConnectsAgainAtOnce() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(2);
        SignalingSession session = join();
        Worker.Socket socket = worker.takeSocket();
        assertThat(heard.next()).isEqualTo("connected");

        session.probe();
        assertThat(socket.take()).isEqualTo("ping");
        session.probe();
        environment.fire(MailboxSession.PROBE_TIMEOUT);
        assertThat(heard.next()).isEqualTo("interrupted UNREACHABLE");
        assertThat(heard.next()).isEqualTo("connected");
        assertThat(environment.count(MailboxSession.PROBE_TIMEOUT)).isZero();
    }

    @Test
    void aProbeThatIsAnsweredChangesNothing() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(1);
        SignalingSession session = join();
        Worker.Socket socket = worker.takeSocket();
        assertThat(heard.next()).isEqualTo("connected");

        session.probe();
        assertThat(socket.take()).isEqualTo("ping");
        environment.awaitTimer(MailboxSession.PROBE_TIMEOUT);
        socket.send("pong");
        socket.send(Worker.message(1, Worker.BOB, "one"));
        assertThat(heard.next()).isEqualTo("ENVELOPE one");
        assertThat(environment.count(MailboxSession.PROBE_TIMEOUT)).isZero();
        environment.fire(MailboxSession.PING_INTERVAL);
        assertThat(socket.take()).isEqualTo("{\"ack\":1}");
        assertThat(socket.take()).isEqualTo("ping");
        environment.awaitTimer(MailboxSession.PONG_TIMEOUT);
    }

    @Test
    void aProbeEndsAWaitThatTheWorkerDidNotAskFor() throws Exception {
        worker.answer("POST join", Worker.problem(503, "unavailable"), Worker.joined("room", 0))
                .acceptWebSockets(1);
        SignalingSession session = join();
        assertThat(heard.next()).isEqualTo("interrupted UNAVAILABLE");

        environment.awaitTimer(SessionTest::isFirstWait);
        session.probe();
        assertThat(heard.next()).isEqualTo("connected");
    }

    @Test
    void aProbeDoesNotEndAWaitThatTheWorkerAskedFor() throws Exception {
        worker.answer(
                        "POST join",
                        Worker.problem(503, "unavailable")
                                .newBuilder()
                                .setHeader("Retry-After", "42")
                                .build(),
                        Worker.joined("room", 0))
                .acceptWebSockets(1);
        SignalingSession session = join();
        assertThat(heard.next()).isEqualTo("interrupted UNAVAILABLE");

        environment.awaitTimer(Duration.ofSeconds(42));
        session.probe();
        environment.fire(Duration.ofSeconds(42));
        assertThat(heard.next()).isEqualTo("connected");
    }

    @Test
    void aProbeOfASessionThatHasEndedDoesNothing() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(1);
        SignalingSession session = join();
        Worker.Socket socket = worker.takeSocket();
        assertThat(heard.next()).isEqualTo("connected");
        session.close();
        session.probe();
        session.leave().toCompletableFuture().join();
        assertThat(environment.count(MailboxSession.PROBE_TIMEOUT)).isZero();
        assertThat(heard.isQuiet()).isTrue();
        assertThat(socket).isNotNull();
    }

    @Test
    void theFirstJoinIsTriedForEverWithCappedBackoff() throws Exception {
        environment.random(0xff);
        worker.answer("POST join", Worker.problem(503, "unavailable"));
        join();
        Duration expected = Duration.ofMillis(250);
        for (int attempt = 0; attempt < MailboxSession.EARLY_TRIES + 9; attempt++) {
            assertThat(heard.next()).isEqualTo("interrupted UNAVAILABLE");
            Duration ceiling = expected;
            Duration wait = environment.fire(delay ->
                    delay.compareTo(ceiling.multipliedBy(9).dividedBy(10)) > 0 && delay.compareTo(ceiling) <= 0);
            assertThat(wait).isBetween(ceiling.minusMillis(1), ceiling);
            Duration most =
                    attempt + 1 < MailboxSession.EARLY_TRIES ? MailboxSession.EARLY_WAIT : MailboxSession.MAX_WAIT;
            expected = expected.multipliedBy(2).compareTo(most) > 0 ? most : expected.multipliedBy(2);
        }
        assertThat(heard.next()).isEqualTo("interrupted UNAVAILABLE");
        worker.nowAnswer("POST join", Worker.joined("room", 0));
        worker.acceptWebSockets(1);
        environment.fire(
                delay -> delay.compareTo(Duration.ofSeconds(14)) > 0 && delay.compareTo(MailboxSession.MAX_WAIT) <= 0);
        assertThat(heard.next()).isEqualTo("connected");
    }

    @Test
    void aRetryAfterOfTheJoinIsHonoured() throws Exception {
        worker.answer(
                "POST join",
                Worker.problemBuilder(429, "rate_limited")
                        .setHeader("Retry-After", "42")
                        .build(),
                Worker.joined("room", 0));
        worker.acceptWebSockets(1);
        join();

        assertThat(heard.next()).isEqualTo("interrupted RATE_LIMITED");
        environment.fire(Duration.ofSeconds(42));
        assertThat(heard.next()).isEqualTo("connected");
    }

    @ParameterizedTest
    @CsvSource({
        "401, unauthorized, UNAUTHORIZED",
        "403, forbidden, FORBIDDEN",
        "404, room_not_found, ROOM_NOT_FOUND",
        "409, peer_taken, PEER_TAKEN",
        "409, room_full, ROOM_FULL",
        "400, invalid_request, PROTOCOL",
    })
    void aJoinThatIsRefusedForGoodEndsTheSession(int status, String code, Problem problem) throws Exception {
        worker.answer("POST join", Worker.problem(status, code));
        SignalingSession session = join();

        assertThat(heard.next()).isEqualTo("ended " + problem);
        assertThat(RequestTest.failure(session.send(Worker.BOB, MessageType.ENVELOPE, bytes("x")))
                        .problem())
                .isEqualTo(problem);
        assertThat(session.leave()).succeedsWithin(SOON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"roomToken\":\"a b\",\"expiresIn\":1,\"heartbeatSeconds\":1,\"after\":0}", "x"})
    void aJoinAnsweredWithGarbageEndsTheSession(String body) throws Exception {
        worker.answer("POST join", Worker.json(200, body));
        join();

        assertThat(heard.next()).isEqualTo("ended PROTOCOL");
    }

    @ParameterizedTest
    @ValueSource(ints = {4401, 4410})
    void aLostPlaceIsTakenAgainAtOnce(int code) throws Exception {
        worker.answer("POST join", Worker.joined("one", 0), Worker.joined("two", 0))
                .acceptWebSockets(2);
        join();
        worker.take("GET ws");
        worker.takeSocket().close(code);

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("interrupted UNAVAILABLE");
        assertThat(heard.next()).isEqualTo("connected");
        assertThat(authorization(worker.take("GET ws"))).isEqualTo("Bearer two");
    }

    @Test
    void aPlaceThatIsLostAgainAtOnceIsTakenWithBackoff() throws Exception {
        worker.answer("POST join", Worker.joined("one", 0), Worker.joined("two", 0), Worker.joined("three", 0))
                .acceptWebSockets(3);
        join();
        worker.takeSocket().close(4410);
        worker.takeSocket().close(4410);

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("interrupted UNAVAILABLE");
        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("interrupted UNAVAILABLE");
        environment.fire(SessionTest::isFirstWait);
        assertThat(heard.next()).isEqualTo("connected");
    }

    @ParameterizedTest
    @CsvSource({"4404, ROOM_NOT_FOUND", "4409, PEER_TAKEN"})
    void aWebSocketThatIsClosedForGoodEndsTheSession(int code, Problem problem) throws Exception {
        worker.answer("POST join", Worker.joined("one", 0)).acceptWebSockets(1);
        join();
        worker.takeSocket().close(code);

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("ended " + problem);
    }

    @ParameterizedTest
    @ValueSource(ints = {1001, 1008, 1009})
    void aWebSocketThatIsClosedInPassingIsOpenedAgain(int code) throws Exception {
        worker.answer("POST join", Worker.joined("one", 0)).acceptWebSockets(2);
        join();
        worker.takeSocket().close(code);

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("interrupted " + (code == 1001 ? "UNREACHABLE" : "PROTOCOL"));
        environment.fire(SessionTest::isFirstWait);
        assertThat(heard.next()).isEqualTo("connected");
    }

    @Test
    void anExpiredRoomTokenIsReplacedBeforeConnectingAgain() throws Exception {
        worker.answer("POST join", Worker.joined("one", 0), Worker.joined("two", 0))
                .acceptWebSockets(2);
        join();
        worker.takeSocket();
        worker.take("GET ws");
        assertThat(heard.next()).isEqualTo("connected");
        environment.advance(Duration.ofHours(1));
        sockets.cut();
        assertThat(heard.next()).isEqualTo("interrupted UNREACHABLE");
        environment.fire(SessionTest::isFirstWait);

        assertThat(authorization(worker.take("GET ws"))).isEqualTo("Bearer two");
    }

    @ParameterizedTest
    @CsvSource({"404, not_found", "426, x", "501, x", "502, x", "200, x"})
    void aRefusedUpgradeFallsBackToLongPolls(int status, String code) throws Exception {
        worker.answer("POST join", Worker.joined("room", 4))
                .answer("GET ws", Worker.problem(status, code))
                .answer(
                        "GET messages",
                        Worker.messages(),
                        Worker.messages(Worker.message(5, Worker.BOB, "five"), Worker.message(6, Worker.BOB, "six")),
                        STALLED);
        join();

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("ENVELOPE five");
        assertThat(heard.next()).isEqualTo("ENVELOPE six");
        assertThat(worker.take("GET messages").getTarget()).endsWith("/messages?after=4&wait=0");
        assertThat(worker.take("GET messages").getTarget()).endsWith("/messages?after=4&wait=25");
        assertThat(worker.take("GET messages").getTarget()).endsWith("/messages?after=6&wait=25");
    }

    @Test
    void webSocketsThatAreCutWhileOpeningGiveWayToLongPolls() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0))
                .answer("GET ws", CUT)
                .answer("GET messages", Worker.messages(), STALLED);
        join();

        assertThat(heard.next()).isEqualTo("interrupted UNREACHABLE");
        environment.fire(SessionTest::isFirstWait);
        assertThat(heard.next()).isEqualTo("interrupted UNREACHABLE");
        environment.fire(Duration.ofMillis(250));
        assertThat(heard.next()).isEqualTo("connected");
    }

    @Test
    void aWebSocketThatDoesNotOpenInTimeInterrupts() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).answer("GET ws", STALLED);
        join();
        worker.take("GET ws");
        environment.fire(REQUEST_TIMEOUT);

        assertThat(heard.next()).isEqualTo("interrupted UNREACHABLE");
    }

    @ParameterizedTest
    @CsvSource({"404, room_not_found, ended ROOM_NOT_FOUND", "403, forbidden, ended FORBIDDEN"})
    void anUpgradeThatIsRefusedForGoodEndsTheSession(int status, String code, String call) throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).answer("GET ws", Worker.problem(status, code));
        join();

        assertThat(heard.next()).isEqualTo(call);
    }

    @Test
    void aPollThatFailsIsRepeatedWhereItWas() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0))
                .answer(
                        "GET messages",
                        Worker.messages(Worker.message(1, Worker.BOB, "one")),
                        CUT_IN_BODY,
                        Worker.messages(Worker.message(1, Worker.BOB, "one"), Worker.message(2, Worker.BOB, "two")),
                        STALLED);
        joinByLongPoll();

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("ENVELOPE one");
        assertThat(heard.next()).isEqualTo("interrupted UNREACHABLE");
        environment.fire(SessionTest::isFirstWait);
        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("ENVELOPE two");
    }

    @ParameterizedTest
    @CsvSource({"401, unauthorized", "410, peer_expired"})
    void aPollWithoutAPlaceTakesItAgain(int status, String code) throws Exception {
        worker.answer("POST join", Worker.joined("one", 0), Worker.joined("two", 0))
                .answer("GET messages", Worker.messages(), Worker.problem(status, code), Worker.messages(), STALLED);
        joinByLongPoll();

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("interrupted UNAVAILABLE");
        assertThat(heard.next()).isEqualTo("connected");
        worker.take("GET messages");
        worker.take("GET messages");
        assertThat(authorization(worker.take("GET messages"))).isEqualTo("Bearer two");
    }

    @Test
    void aWorkerThatDoesNotHoldPollsIsAskedOnceASecond() throws Exception {
        worker.answer("POST join", Worker.joined("one", 0)).answer("GET messages", Worker.messages());
        joinByLongPoll();

        assertThat(heard.next()).isEqualTo("connected");
        environment.awaitTimer(Duration.ofSeconds(1));
        assertThat(worker.waiting("GET messages")).isEqualTo(2);
        environment.fire(Duration.ofSeconds(1));
        environment.awaitTimer(Duration.ofSeconds(1));
        assertThat(worker.waiting("GET messages")).isEqualTo(3);
    }

    @Test
    void heartbeatsGoOnAfterOneThatFailed() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0))
                .answer("POST heartbeat", Worker.problem(503, "unavailable"), Worker.empty(204))
                .acceptWebSockets(1);
        join();

        environment.fire(HEARTBEAT);
        assertThat(authorization(worker.take("POST heartbeat"))).isEqualTo("Bearer room");
        environment.fire(HEARTBEAT);
        worker.take("POST heartbeat");
        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.isQuiet()).isTrue();
    }

    @Test
    void aHeartbeatWithoutAPlaceTakesItAgain() throws Exception {
        worker.answer("POST join", Worker.joined("one", 0), Worker.joined("two", 0))
                .answer("POST heartbeat", Worker.problem(410, "peer_expired"))
                .acceptWebSockets(2);
        join();
        worker.take("GET ws");
        environment.fire(HEARTBEAT);

        assertThat(authorization(worker.take("GET ws"))).isEqualTo("Bearer two");
    }

    @Test
    void messagesToOnePeerGoOutOneAtATimeAndInOrder() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0))
                .answer("POST messages", STALLED, Worker.json(202, "{\"seq\":1}"))
                .acceptWebSockets(1);
        SignalingSession session = join();
        assertThat(heard.next()).isEqualTo("connected");

        CompletionStage<Void> first = session.send(Worker.BOB, MessageType.ENVELOPE, bytes("one"));
        CompletionStage<Void> second = session.send(Worker.BOB, MessageType.REFUSAL, bytes("two"));
        RecordedRequest attempt = worker.take("POST messages");
        CompletionStage<Void> other = session.send(Worker.CAROL, MessageType.ENVELOPE, bytes("three"));
        assertThat(other).succeedsWithin(SOON);
        assertThat(second.toCompletableFuture()).isNotDone();
        worker.take("POST messages");
        environment.fire(REQUEST_TIMEOUT);
        environment.fire(Duration.ZERO);
        assertThat(first).succeedsWithin(SOON);
        assertThat(second).succeedsWithin(SOON);

        RecordedRequest repeated = worker.take("POST messages");
        assertThat(repeated.getBody()).isEqualTo(attempt.getBody());
        assertThat(String.valueOf(worker.take("POST messages").getBody())).contains("refusal");
    }

    @ParameterizedTest
    @CsvSource({"404, peer_not_found, PEER_NOT_FOUND", "413, too_large, TOO_LARGE", "403, forbidden, FORBIDDEN"})
    void aMessageThatIsRefusedForGoodFailsAloneAndTheNextGoesOut(int status, String code, Problem problem)
            throws Exception {
        worker.answer("POST join", Worker.joined("room", 0))
                .answer("POST messages", Worker.problem(status, code), Worker.json(202, "{\"seq\":1}"))
                .acceptWebSockets(1);
        SignalingSession session = join();

        CompletionStage<Void> first = session.send(Worker.BOB, MessageType.ENVELOPE, bytes("one"));
        CompletionStage<Void> second = session.send(Worker.BOB, MessageType.ENVELOPE, bytes("two"));

        assertThat(RequestTest.failure(first).problem()).isEqualTo(problem);
        assertThat(second).succeedsWithin(SOON);
    }

    @Test
    void aMessageWaitsForTheNextRoomToken() throws Exception {
        worker.answer("POST join", Worker.joined("one", 0), Worker.joined("two", 0))
                .answer("POST messages", Worker.problem(401, "unauthorized"), Worker.json(202, "{\"seq\":1}"))
                .acceptWebSockets(2);
        SignalingSession session = join();
        CompletionStage<Void> sent = session.send(Worker.BOB, MessageType.ENVELOPE, bytes("one"));

        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.next()).isEqualTo("interrupted UNAVAILABLE");
        assertThat(heard.next()).isEqualTo("connected");
        environment.fire(Duration.ZERO);
        assertThat(sent).succeedsWithin(SOON);
        worker.take("POST messages");
        assertThat(authorization(worker.take("POST messages"))).isEqualTo("Bearer two");
    }

    @Test
    void aFullMailboxIsTriedAgainWhenTheWorkerSays() throws Exception {
        worker.answer("POST join", Worker.joined("one", 0))
                .answer(
                        "POST messages",
                        Worker.problemBuilder(429, "mailbox_full")
                                .setHeader("Retry-After", "3")
                                .build(),
                        Worker.json(202, "{\"seq\":1}"))
                .acceptWebSockets(1);
        CompletionStage<Void> sent = join().send(Worker.BOB, MessageType.ENVELOPE, bytes("one"));
        environment.fire(Duration.ofSeconds(3));

        assertThat(sent).succeedsWithin(SOON);
    }

    @Test
    void aMessageIsGivenUpWhenItIsTooOld() throws Exception {
        worker.answer("POST join", Worker.problem(503, "unavailable"));
        CompletionStage<Void> sent = join().send(Worker.BOB, MessageType.ENVELOPE, bytes("one"));
        environment.fire(MAX_AGE);

        assertThat(RequestTest.failure(sent))
                .hasMessage("the worker did not accept the message within 30 s")
                .extracting(problem -> problem.problem())
                .isEqualTo(Problem.UNREACHABLE);
    }

    @Test
    void theQueueOfMessagesIsBounded() {
        worker.answer("POST join", STALLED);
        SignalingSession session = join();
        List<CompletionStage<Void>> sent = new ArrayList<>();
        for (int i = 0; i < MailboxSession.MAX_QUEUED_MESSAGES; i++) {
            sent.add(session.send(Worker.BOB, MessageType.ENVELOPE, bytes("x")));
        }
        CompletionStage<Void> beyond = session.send(Worker.BOB, MessageType.ENVELOPE, bytes("x"));

        assertThat(RequestTest.failure(beyond).problem()).isEqualTo(Problem.RATE_LIMITED);
        assertThat(sent)
                .allSatisfy(stage -> assertThat(stage.toCompletableFuture()).isNotDone());
        session.close();
        assertThat(sent)
                .allSatisfy(stage ->
                        assertThat(RequestTest.failure(stage).problem()).isEqualTo(Problem.UNREACHABLE));
    }

    @Test
    void aPayloadIsTakenUpToItsLimitAndNoFurther() {
        worker.answer("POST join", Worker.joined("room", 0))
                .answer("POST messages", Worker.json(202, "{\"seq\":1}"))
                .acceptWebSockets(1);
        SignalingSession session = join();

        assertThat(session.send(Worker.BOB, MessageType.ENVELOPE, new byte[SignalingSession.MAX_PAYLOAD_BYTES]))
                .succeedsWithin(SOON);
        assertThatThrownBy(() -> session.send(
                        Worker.BOB, MessageType.ENVELOPE, new byte[SignalingSession.MAX_PAYLOAD_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void leavingTellsTheWorkerAndTheListenerHearsNothingMore() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0))
                .answer("POST leave", Worker.empty(204))
                .acceptWebSockets(1);
        SignalingSession session = join();
        assertThat(heard.next()).isEqualTo("connected");

        assertThat(session.leave()).succeedsWithin(SOON);
        assertThat(session.leave()).succeedsWithin(SOON);

        assertThat(authorization(worker.take("POST leave"))).isEqualTo("Bearer room");
        assertThat(heard.isQuiet()).isTrue();
        assertThat(worker.waiting("POST leave")).isZero();
    }

    @Test
    void leavingWhileJoiningGivesThePlaceBack() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).answer("POST leave", Worker.empty(204));
        Executor held = task -> {};
        SignalingSession session = signaling.join(Worker.ROOM, Worker.ALICE, held, heard);

        assertThat(session.leave()).succeedsWithin(SOON);
        assertThat(authorization(worker.take("POST leave"))).isEqualTo("Bearer room");
    }

    @Test
    void leavingNeverFails() {
        worker.answer("POST join", Worker.joined("room", 0))
                .answer("POST leave", CUT)
                .acceptWebSockets(1);

        assertThat(join().leave()).succeedsWithin(SOON);
    }

    @Test
    void closingTheClientEndsItsSessionsInSilence() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(1);
        SignalingSession session = join();
        assertThat(heard.next()).isEqualTo("connected");

        signaling.close();

        assertThat(signaling.released()).succeedsWithin(SOON);
        assertThat(RequestTest.failure(session.send(Worker.BOB, MessageType.ENVELOPE, bytes("x")))
                        .problem())
                .isEqualTo(Problem.UNREACHABLE);
        assertThat(heard.isQuiet()).isTrue();
        assertThat(environment.count(MailboxSession.PING_INTERVAL)).isZero();
        assertThat(environment.count(HEARTBEAT)).isZero();
    }

    @Test
    void aListenerThatThrowsIsIsolated() throws Exception {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(1);
        List<String> calls = new ArrayList<>();
        signaling.join(
                Worker.ROOM,
                Worker.ALICE,
                task -> owner.execute(() -> {
                    calls.add("call");
                    task.run();
                }),
                new dev.parley.chat.transport.SignalingListener() {
                    @Override
                    public void onConnected(List<IceServer> iceServers) {
                        throw new IllegalStateException("a listener's defect");
                    }

                    @Override
                    public void onMessage(dev.parley.chat.PeerId from, MessageType type, byte[] payload) {
                        heard.onMessage(from, type, payload);
                    }

                    @Override
                    public void onInterrupted(dev.parley.chat.SignalingException cause) {}

                    @Override
                    public void onEnded(dev.parley.chat.SignalingException cause) {}
                });
        worker.takeSocket().send(Worker.message(1, Worker.BOB, "one"));

        assertThat(heard.next()).isEqualTo("ENVELOPE one");
        assertThat(calls).hasSize(2);
    }

    private static MockResponse lease(PeerId holder, String fence, int expiresIn) {
        return Worker.json(
                200, "{\"holder\":\"" + holder + "\",\"fence\":" + fence + ",\"expiresIn\":" + expiresIn + "}");
    }

    private SignalingSession connected() throws InterruptedException {
        worker.answer("POST join", Worker.joined("room", 0)).acceptWebSockets(2);
        SignalingSession session = join();
        assertThat(heard.next()).isEqualTo("connected");
        return session;
    }

    @Test
    void aLeaseIsNotTakenBeforeTheSessionIsConnected() {
        worker.answer("POST join", STALLED);

        SignalingSession session = join();

        assertThat(RequestTest.failure(session.acquireLease(0)).problem()).isEqualTo(Problem.UNREACHABLE);
        session.releaseLease(1).toCompletableFuture().join();
        assertThat(worker.waiting("POST lease") + worker.waiting("DELETE lease"))
                .isZero();
        assertThatThrownBy(() -> session.acquireLease(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theTimeOfALeaseCountsFromWhenItWasAskedFor() throws Exception {
        SignalingSession session = connected();
        worker.answer("POST lease", lease(Worker.ALICE, "1", 30));
        Runnable letGo = worker.holdBack("POST lease");

        CompletionStage<Lease> taken = session.acquireLease(0);
        worker.take("POST lease");
        environment.advance(Duration.ofSeconds(6));
        letGo.run();

        assertThat(taken.toCompletableFuture().join()).isEqualTo(new Lease(Worker.ALICE, 1, Duration.ofSeconds(24)));
    }

    @Test
    void aLeaseThatTookLongerThanItLastsIsOver() throws Exception {
        SignalingSession session = connected();
        worker.answer("POST lease", lease(Worker.ALICE, "1", 5));
        Runnable letGo = worker.holdBack("POST lease");

        CompletionStage<Lease> taken = session.acquireLease(0);
        worker.take("POST lease");
        environment.advance(Duration.ofSeconds(6));
        letGo.run();

        assertThat(taken.toCompletableFuture().join()).isEqualTo(new Lease(Worker.ALICE, 1, Duration.ZERO));
    }

    @ParameterizedTest
    @CsvSource({
        "403, forbidden, FORBIDDEN",
        "400, invalid_request, PROTOCOL",
        "409, lease_held, PROTOCOL",
        "429, rate_limited, RATE_LIMITED",
        "503, unavailable, UNAVAILABLE"
    })
    void aLeaseThatIsRefusedIsAskedForOnceAndFailsAsTheWorkerSays(int status, String code, Problem problem)
            throws Exception {
        SignalingSession session = connected();
        worker.answer("POST lease", Worker.problem(status, code));

        assertThat(RequestTest.failure(session.acquireLease(3)).problem()).isEqualTo(problem);

        worker.take("POST lease");
        assertThat(worker.waiting("POST lease")).isZero();
    }

    @Test
    void aLeaseIsGrantedToThePeerThatAskedOrNotAtAll() throws Exception {
        SignalingSession session = connected();
        worker.answer(
                "POST lease", lease(Worker.BOB, "1", 30), lease(Worker.ALICE, "0", 30), lease(Worker.ALICE, "1", 601));

        for (int i = 0; i < 3; i++) {
            assertThat(RequestTest.failure(session.acquireLease(0)).problem()).isEqualTo(Problem.PROTOCOL);
        }
    }

    @Test
    void aLeaseThatIsRefusedForALostPlaceFailsAndThePlaceIsTakenAgain() throws Exception {
        SignalingSession session = connected();
        worker.answer("POST lease", Worker.problem(410, "peer_expired"));

        assertThat(RequestTest.failure(session.acquireLease(0)).problem()).isEqualTo(Problem.UNAVAILABLE);

        assertThat(heard.next()).isEqualTo("interrupted UNAVAILABLE");
        assertThat(heard.next()).isEqualTo("connected");
    }

    @Test
    void aLeaveWaitsUntilALeaseIsGivenBack() throws Exception {
        SignalingSession session = connected();
        worker.answer("DELETE lease", Worker.empty(204)).answer("POST leave", Worker.empty(204));
        Runnable letGo = worker.holdBack("DELETE lease");

        CompletionStage<Void> released = session.releaseLease(1);
        CompletionStage<Void> left = session.leave();
        worker.take("DELETE lease");
        // The answer to this shows that the session has come to the leave.
        assertThat(RequestTest.failure(session.acquireLease(1)).problem()).isEqualTo(Problem.UNREACHABLE);
        assertThat(worker.waiting("POST leave")).isZero();
        letGo.run();

        released.toCompletableFuture().join();
        left.toCompletableFuture().join();
        worker.take("POST leave");
    }

    @Test
    void aLeaseThatCannotBeGivenBackHoldsNobodyUp() throws Exception {
        SignalingSession session = connected();
        worker.answer("DELETE lease", Worker.problem(503, "unavailable")).answer("POST leave", Worker.empty(204));

        session.releaseLease(1).toCompletableFuture().join();
        session.leave().toCompletableFuture().join();

        worker.take("POST leave");
    }
}
