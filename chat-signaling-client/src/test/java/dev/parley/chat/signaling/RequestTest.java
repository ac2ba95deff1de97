package dev.parley.chat.signaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RequestTest {

    private static final String FIND = "GET {room}";
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(7);
    private static final Duration TOKEN_TIMEOUT = Duration.ofSeconds(70);

    private final TestEnvironment environment = new TestEnvironment();
    private Worker worker;
    private OkHttpSignaling signaling;

    @BeforeEach
    void start() throws IOException {
        worker = new Worker();
        signaling = OkHttpSignaling.builder(worker.url())
                .environment(environment)
                .accessTokens(AccessTokenProvider.fixed(AccessToken.of("access")))
                .requestTimeout(REQUEST_TIMEOUT)
                .tokenTimeout(TOKEN_TIMEOUT)
                .build();
    }

    @AfterEach
    void stop() {
        signaling.close();
        worker.close();
        environment.close();
    }

    private static String entry() {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return "{\"roomId\":\"" + Worker.ROOM + "\",\"descriptor\":\""
                + base64.encodeToString(Worker.DESCRIPTOR.descriptor()) + "\",\"signature\":\""
                + base64.encodeToString(Worker.DESCRIPTOR.signature())
                + "\",\"peers\":3,\"lastActive\":1700000000000,\"more\":{}}";
    }

    static SignalingException failure(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SignalingException problem) {
                return problem;
            }
            throw e;
        }
        throw new AssertionError("the stage did not fail");
    }

    @Test
    void aRoomIsFound() throws Exception {
        worker.answer(FIND, Worker.json(200, entry()));

        RoomEntry found = signaling.find(Worker.ROOM).toCompletableFuture().join();

        assertThat(found)
                .isEqualTo(new RoomEntry(Worker.ROOM, Worker.DESCRIPTOR, 3, Instant.ofEpochMilli(1700000000000L)));
        assertThat(worker.take(FIND).getHeaders().get("Authorization")).isEqualTo("Bearer access");
    }

    @Test
    void publicRoomsAreListedAndABadEntryHidesNoOther() throws Exception {
        worker.answer(
                "GET rooms", Worker.json(200, "{\"rooms\":[{\"roomId\":\"no\"}," + entry() + "],\"cursor\":\"n\"}"));

        RoomPage page =
                signaling.publicRooms("a b&c", 100).toCompletableFuture().join();

        assertThat(page.rooms()).hasSize(1);
        assertThat(page.cursor()).isEqualTo("n");
        assertThat(worker.take("GET rooms").getUrl().queryParameter("cursor")).isEqualTo("a b&c");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 101})
    void aPageOutsideOneToAHundredIsRefused(int limit) {
        assertThatThrownBy(() -> signaling.publicRooms(null, limit)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withdrawingARoomThatTheWorkerDoesNotKnowSucceeds() {
        worker.answer("DELETE {room}", Worker.problem(404, "room_not_found"));

        assertThat(signaling.withdraw(Worker.ROOM)).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void anAnnouncementThatTheWorkerConfirmsForAnotherRoomFails() {
        worker.answer("POST rooms", Worker.json(201, "{\"roomId\":\"" + Worker.ALICE + "\",\"ttl\":90}"));

        assertThat(failure(signaling.announce(Worker.ROOM, Worker.DESCRIPTOR)).problem())
                .isEqualTo(Problem.PROTOCOL);
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request, PROTOCOL",
        "403, forbidden, FORBIDDEN",
        "404, room_not_found, ROOM_NOT_FOUND",
        "404, peer_not_found, PEER_NOT_FOUND",
        "404, not_found, PROTOCOL",
        "405, method_not_allowed, PROTOCOL",
        "409, room_exists, ROOM_EXISTS",
        "409, peer_taken, PEER_TAKEN",
        "409, room_full, ROOM_FULL",
        "409, other, PROTOCOL",
        "413, too_large, TOO_LARGE",
        "431, too_large, TOO_LARGE",
        "415, unsupported_media_type, PROTOCOL",
        "302, other, PROTOCOL",
    })
    void aRefusalForGoodIsNotRepeated(int status, String code, Problem problem) {
        worker.answer(FIND, Worker.problem(status, code));

        assertThat(failure(signaling.find(Worker.ROOM)).problem()).isEqualTo(problem);
        assertThat(worker.requestCount()).isEqualTo(1);
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        try (Worker elsewhere = new Worker()) {
            worker.answer(
                    FIND,
                    new MockResponse.Builder()
                            .code(307)
                            .setHeader("Location", elsewhere.url() + "/v1/rooms/" + Worker.ROOM)
                            .build());

            assertThat(failure(signaling.find(Worker.ROOM)).problem()).isEqualTo(Problem.PROTOCOL);
            assertThat(elsewhere.requestCount()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"500, internal, UNAVAILABLE", "503, unavailable, UNAVAILABLE", "429, rate_limited, RATE_LIMITED"})
    void aPassingRefusalIsTriedThreeTimes(int status, String code, Problem problem) {
        worker.answer(FIND, Worker.problem(status, code));

        CompletionStage<RoomEntry> found = signaling.find(Worker.ROOM);
        environment.fire(Duration.ZERO);
        environment.fire(Duration.ZERO);

        assertThat(failure(found).problem()).isEqualTo(problem);
        assertThat(worker.requestCount()).isEqualTo(3);
    }

    @Test
    void aRetryAfterInSecondsIsHonoured() {
        worker.answer(
                FIND,
                Worker.problemBuilder(429, "rate_limited")
                        .setHeader("Retry-After", "3")
                        .build(),
                Worker.json(200, entry()));

        CompletionStage<RoomEntry> found = signaling.find(Worker.ROOM);
        environment.fire(Duration.ofSeconds(3));

        assertThat(found).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void aRetryAfterAsADateIsHonoured() {
        worker.answer(
                FIND,
                Worker.problemBuilder(503, "unavailable")
                        .setHeader("Retry-After", "Mon, 23 Nov 2026 12:00:04 GMT")
                        .build(),
                Worker.json(200, entry()));

        CompletionStage<RoomEntry> found = signaling.find(Worker.ROOM);
        environment.fire(Duration.ofSeconds(4));

        assertThat(found).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void aLongRetryAfterFailsAtOnceAndIsNamed() {
        worker.answer(
                FIND,
                Worker.problemBuilder(429, "rate_limited")
                        .setHeader("Retry-After", "11")
                        .build());

        assertThat(failure(signaling.find(Worker.ROOM)).retryAfter()).contains(Duration.ofSeconds(11));
        assertThat(worker.requestCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "nonsense", "{\"roomId\":7}", "{} {}", "null"})
    void garbageIsAProtocolProblem(String body) {
        worker.answer(FIND, Worker.json(200, body));

        assertThat(failure(signaling.find(Worker.ROOM)).problem()).isEqualTo(Problem.PROTOCOL);
    }

    @Test
    void aWrongContentTypeIsAProtocolProblem() {
        worker.answer(
                FIND,
                new MockResponse.Builder()
                        .setHeader("Content-Type", "text/html")
                        .body(entry())
                        .build());

        assertThat(failure(signaling.find(Worker.ROOM)).problem()).isEqualTo(Problem.PROTOCOL);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anAnswerIsReadUpToItsLimitAndNoFurther(int beyond) {
        int limit = 64 * 1024;
        String body = entry();
        worker.answer(FIND, Worker.json(200, body + " ".repeat(limit + beyond - body.length())));

        if (beyond == 0) {
            assertThat(signaling.find(Worker.ROOM)).succeedsWithin(Duration.ofSeconds(20));
        } else {
            assertThat(failure(signaling.find(Worker.ROOM)))
                    .hasMessageContaining("above the limit of 65536 bytes")
                    .extracting(SignalingException::problem)
                    .isEqualTo(Problem.PROTOCOL);
        }
    }

    @Test
    void aConnectionCutAnywhereIsUnreachableAndTriedAgain() {
        MockResponse.Builder whole = new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .body(entry());
        worker.answer(
                FIND,
                whole.clone().onResponseStart(new SocketEffect.CloseSocket()).build(),
                whole.clone().onResponseBody(new SocketEffect.CloseSocket()).build(),
                whole.build());

        CompletionStage<RoomEntry> found = signaling.find(Worker.ROOM);
        environment.fire(Duration.ZERO);
        environment.fire(Duration.ZERO);

        assertThat(found).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void aWorkerThatDoesNotAnswerIsGivenUpAfterTheTimeLimit() throws Exception {
        worker.answer(
                FIND,
                new MockResponse.Builder()
                        .onResponseStart(SocketEffect.Stall.INSTANCE)
                        .build());

        CompletionStage<RoomEntry> found = signaling.find(Worker.ROOM);
        for (int attempt = 1; attempt <= 3; attempt++) {
            worker.take(FIND);
            environment.fire(REQUEST_TIMEOUT);
            if (attempt < 3) {
                environment.fire(Duration.ZERO);
            }
        }

        assertThat(failure(found))
                .hasMessage("the worker did not answer within 7000 ms")
                .extracting(SignalingException::problem)
                .isEqualTo(Problem.UNREACHABLE);
    }

    @Test
    void closingFailsWhatIsOpenAndFreesConnectionsAndThreads() throws Exception {
        worker.answer(
                FIND,
                new MockResponse.Builder()
                        .onResponseStart(SocketEffect.Stall.INSTANCE)
                        .build());
        CompletionStage<RoomEntry> found = signaling.find(Worker.ROOM);
        worker.take(FIND);

        signaling.close();
        signaling.close();

        assertThat(failure(found).problem()).isEqualTo(Problem.UNREACHABLE);
        assertThat(signaling.released()).succeedsWithin(Duration.ofSeconds(20));
        assertThat(signaling
                        .client()
                        .dispatcher()
                        .executorService()
                        .awaitTermination(20, java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
        assertThat(signaling.client().connectionPool().connectionCount()).isZero();
        assertThat(failure(signaling.find(Worker.ROOM)).problem()).isEqualTo(Problem.UNREACHABLE);
        assertThatThrownBy(() -> signaling.join(Worker.ROOM, Worker.ALICE, Runnable::run, new Heard()))
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.org",
                "http://127.0.0.1.example.org",
                "http://10.0.0.1:80",
                "ftp://localhost",
                "https://user@example.org",
                "https://example.org/path",
                "https://example.org?query",
                "https://example.org#fragment",
            })
    void aUrlThatCannotBeAWorkersIsRefused(String url) {
        assertThatThrownBy(() -> OkHttpSignaling.connect(url)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8080", "http://127.1.2.3", "http://[::1]:1", "https://example.org/"})
    void httpsAndLoopbackAreAccepted(String url) {
        try (OkHttpSignaling accepted = OkHttpSignaling.connect(url)) {
            assertThat(accepted.baseUrl()).isEqualTo(URI.create(url));
        }
    }

    @Test
    void httpToAnotherMachineCanBeAllowed() {
        URI url = URI.create("http://example.org");
        try (OkHttpSignaling accepted =
                OkHttpSignaling.builder(url).allowInsecureHttp().build()) {
            assertThat(accepted.baseUrl()).isEqualTo(url);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "404, nameplate_not_found, ROOM_NOT_FOUND",
        "429, rate_limited, RATE_LIMITED",
        "404, not_found, PROTOCOL"
    })
    void aShortNumberThatIsNotFoundFailsAsTheWorkerSays(int status, String code, Problem problem) {
        worker.answer(
                "GET 7",
                Worker.problemBuilder(status, code)
                        .setHeader("Retry-After", "60")
                        .build());

        assertThat(failure(signaling.findNameplate(7)).problem()).isEqualTo(problem);
    }

    @Test
    void aShortNumberThatIsKnownNoLongerCountsAsGivenBack() {
        worker.answer("DELETE 7", Worker.problem(404, "nameplate_not_found"));

        assertThat(signaling.closeNameplate(7)).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void aShortNumberIsPositive() {
        assertThatThrownBy(() -> signaling.findNameplate(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> signaling.closeNameplate(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "409, succession_exists, ROOM_EXISTS",
        "403, forbidden, FORBIDDEN",
        "404, room_not_found, ROOM_NOT_FOUND"
    })
    void aSuccessionThatIsRefusedFailsAsTheWorkerSays(int status, String code, Problem problem) {
        worker.answer("PUT succession", Worker.problem(status, code));

        assertThat(failure(signaling.publishSuccession(Worker.ROOM, Worker.SUCCESSION))
                        .problem())
                .isEqualTo(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"succession\":null",
                "\"succession\":{\"succession\":\"\",\"signature\":\"\"}",
                "\"lease\":{\"holder\":\"no\",\"fence\":1,\"expiresIn\":1}",
                "\"lease\":[]"
            })
    void anEntryWithAMalformedSuccessionOrLeaseIsRefused(String member) {
        worker.answer(FIND, Worker.json(200, entry().replace("\"more\":{}", member)));

        assertThat(failure(signaling.find(Worker.ROOM)).problem()).isEqualTo(Problem.PROTOCOL);
    }
}
