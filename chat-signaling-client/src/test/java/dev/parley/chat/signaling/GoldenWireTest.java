package dev.parley.chat.signaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.signaling.Goldens.Golden;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.Nameplate;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JSON that travels, against files that say what docs/signaling.md says. */
@Timeout(60)
class GoldenWireTest {

    /** What the client never calls. */
    /** Emoji and images are asked for by the providers of emotes. */
    private static final Set<String> NOT_CALLED = Set.of(
            "GET /healthz",
            "GET /readyz",
            "GET /metrics",
            "GET /openapi.yaml",
            "GET /dev/jwks.json",
            "GET /api/v1/custom_emojis",
            "GET /api/v1/admin/custom_emojis",
            "POST /api/v1/admin/custom_emojis",
            "DELETE /api/v1/admin/custom_emojis/{id}",
            "GET /emoji/{image}",
            "GET /v1/images");

    private static final Map<String, String> TOKENS =
            Map.of("access", "access", "owner", "owner-token", "room", "room-token");
    private static final Duration HEARTBEAT = Duration.ofSeconds(20);

    private final TestEnvironment environment = new TestEnvironment();
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
                .accessTokens(AccessTokenProvider.fixed(AccessToken.of("access")));
    }

    @AfterEach
    void stop() {
        signaling.close();
        worker.close();
        environment.close();
    }

    private void answer(String... names) {
        for (String name : names) {
            worker.answer(key(name), Goldens.get(name).answerFrom(worker));
        }
    }

    private static String key(String name) {
        Golden golden = Goldens.get(name);
        String path = golden.target().split("\\?", -1)[0];
        String last = path.substring(path.lastIndexOf('/') + 1);
        return golden.method() + " " + (last.equals(Worker.ROOM.value()) ? "{room}" : last);
    }

    /** Takes the request of this name, which must be the golden one to the letter. */
    private void assertSent(String... names) throws Exception {
        for (String name : names) {
            Golden golden = Goldens.get(name);
            RecordedRequest request = worker.take(key(name));
            assertThat(request.getTarget()).as(name).isEqualTo(golden.target());
            String token = golden.token().isEmpty() ? null : "Bearer " + TOKENS.get(golden.token());
            assertThat(request.getHeaders().get("Authorization")).as(name).isEqualTo(token);
            String body = request.getBody() == null ? "" : request.getBody().utf8();
            if (golden.request().isEmpty()) {
                assertThat(body).as(name).isEmpty();
            } else {
                String file = golden.request().get();
                assertThat(request.getHeaders().get("Content-Type")).as(name).isEqualTo(Goldens.typeOf(file));
                if (file.endsWith(".json")) {
                    assertThat(Goldens.JSON.readTree(body))
                            .as(name)
                            .isEqualTo(Goldens.JSON.readTree(Goldens.file(file)));
                } else {
                    assertThat(body).as(name).isEqualTo(Goldens.file(file));
                }
            }
        }
    }

    private SignalingSession join(OkHttpSignaling client, Heard heard) {
        return client.join(Worker.ROOM, Worker.ALICE, environment.newSerialExecutor("owner"), heard);
    }

    @Test
    void everyGoldenExchangeIsAsTheApiDescriptionSays() {
        for (String name : Goldens.names()) {
            assertThat(Goldens.API.check(Goldens.get(name).exchange())).as(name).isEmpty();
        }
        assertThat(Goldens.API.check("Message", Goldens.file("pushed.json"))).isEmpty();
        assertThat(Goldens.API.check("Acknowledgement", Goldens.file("acknowledgement.json")))
                .isEmpty();
    }

    @Test
    void everyCallThatTheClientMakesHasAGoldenExchange() {
        Set<String> calls = new TreeSet<>(Goldens.API.operations());
        calls.removeAll(NOT_CALLED);
        assertThat(Goldens.operations())
                .as("a call that the client makes needs an exchange in golden/exchanges.json; one that it does not"
                        + " make stands in NOT_CALLED")
                .isEqualTo(calls);
    }

    @Test
    void aSessionJoinsAndSendsAsTheGoldenFilesSay() throws Exception {
        Heard heard = new Heard();
        answer("join", "message");
        worker.acceptWebSockets(1);

        join(signaling, heard)
                .send(Worker.BOB, MessageType.ENVELOPE, new byte[] {(byte) 0xfb, (byte) 0xff})
                .toCompletableFuture()
                .join();

        assertSent("join", "message", "push");
        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.iceServers)
                .isEqualTo(List.of(
                        IceServer.stun("stun:stun.example.org:3478"),
                        IceServer.turn("turn:turn.example.org?transport=udp", "u", "c")));
    }

    @Test
    void aMessageIsPushedAndAcknowledgedAsTheGoldenFilesSay() throws Exception {
        Heard heard = new Heard();
        answer("join");
        worker.acceptWebSockets(1);
        join(signaling, heard);
        assertThat(heard.next()).isEqualTo("connected");
        Worker.Socket socket = worker.takeSocket();

        socket.send(Goldens.file("pushed.json"));

        assertThat(heard.next()).startsWith("ENVELOPE ");
        String frame = socket.take();
        assertThat(Goldens.JSON.readTree(frame)).isEqualTo(Goldens.JSON.readTree(Goldens.file("acknowledgement.json")));
    }

    @Test
    void aSessionReadsBeatsAndLeavesAsTheGoldenFilesSay() throws Exception {
        Heard heard = new Heard();
        answer("join", "read", "heartbeat", "leave");
        worker.answer("GET messages", Worker.messages());
        try (OkHttpSignaling client = builder().longPollOnly().build()) {
            SignalingSession session = join(client, heard);
            assertThat(heard.next()).isEqualTo("connected");
            assertThat(heard.next()).startsWith("REFUSAL ");
            environment.fire(HEARTBEAT);
            assertSent("heartbeat");
            session.leave().toCompletableFuture().join();
        }

        assertSent("join", "read", "leave");
    }

    @Test
    void aRoomIsAnnouncedAndWithdrawnAsTheGoldenFilesSay() throws Exception {
        answer("announce", "withdraw");

        signaling.announce(Worker.ROOM, Worker.DESCRIPTOR).toCompletableFuture().join();
        signaling.withdraw(Worker.ROOM).toCompletableFuture().join();

        assertSent("announce", "withdraw");
    }

    @Test
    void theRoomListIsReadAsTheGoldenFileSays() throws Exception {
        answer("room-list");

        RoomPage page = signaling.publicRooms(null, 50).toCompletableFuture().join();

        assertSent("room-list");
        assertThat(page)
                .isEqualTo(new RoomPage(
                        List.of(new RoomEntry(
                                Worker.ROOM, Worker.DESCRIPTOR, 3, Instant.ofEpochMilli(1_700_000_000_000L))),
                        null));
    }

    @Test
    void aRoomWithItsSuccessionAndLeaseIsReadAsTheGoldenFileSays() throws Exception {
        answer("room");

        assertThat(signaling.find(Worker.ROOM).toCompletableFuture().join())
                .isEqualTo(new RoomEntry(
                        Worker.ROOM,
                        Worker.DESCRIPTOR,
                        3,
                        Instant.ofEpochMilli(1_700_000_000_000L),
                        Worker.SUCCESSION,
                        new Lease(Worker.BOB, 9, Duration.ZERO)));
        assertSent("room");
    }

    @Test
    void aSuccessionIsPublishedAsTheGoldenFileSays() throws Exception {
        answer("succession");

        signaling
                .publishSuccession(Worker.ROOM, Worker.SUCCESSION)
                .toCompletableFuture()
                .join();

        assertSent("succession");
    }

    @Test
    void aLeaseIsTakenSeenAndGivenBackAsTheGoldenFilesSay() throws Exception {
        Heard heard = new Heard();
        answer("join", "lease", "lease-held", "lease-release");
        worker.acceptWebSockets(1);
        SignalingSession session = join(signaling, heard);
        assertThat(heard.next()).isEqualTo("connected");

        assertThat(session.acquireLease(7).toCompletableFuture().join())
                .isEqualTo(new Lease(Worker.ALICE, 8, Duration.ofSeconds(30)));
        assertThat(session.acquireLease(7).toCompletableFuture().join())
                .isEqualTo(new Lease(Worker.BOB, 9, Duration.ofSeconds(12)));
        session.releaseLease(8).toCompletableFuture().join();

        assertSent("lease", "lease-held", "lease-release");
    }

    @Test
    void aShortNumberIsOpenedFoundAndClosedAsTheGoldenFilesSay() throws Exception {
        answer("nameplate", "nameplate-find", "nameplate-close");

        assertThat(signaling.openNameplate(Worker.ROOM).toCompletableFuture().join())
                .isEqualTo(new Nameplate(7, Duration.ofMinutes(10)));
        assertThat(signaling.findNameplate(7).toCompletableFuture().join()).isEqualTo(Worker.ROOM);
        signaling.closeNameplate(7).toCompletableFuture().join();

        assertSent("nameplate", "nameplate-find", "nameplate-close");
    }

    @Test
    void aGuestComesInAsTheGoldenFilesSay() throws Exception {
        answer("guest", "room-list");
        try (OkHttpSignaling client = OkHttpSignaling.builder(worker.url())
                .environment(environment)
                .asGuest()
                .build()) {
            client.publicRooms(null, 50).toCompletableFuture().join();
        }

        assertSent("guest");
        assertThat(worker.take("GET rooms").getHeaders().get("Authorization")).isEqualTo("Bearer guest-token");
    }

    @Test
    void aTokenOfTheDevelopmentIssuerIsFoundAsTheGoldenFilesSay() throws Exception {
        answer("challenge", "resource", "issuer", "token", "withdraw");
        try (OkHttpSignaling client = OkHttpSignaling.builder(worker.url())
                .environment(environment)
                .developmentAccount("alice & co")
                .build()) {
            client.withdraw(Worker.ROOM).toCompletableFuture().join();
        }

        assertSent("challenge", "resource", "issuer", "token");
        assertThat(worker.take("DELETE {room}").getHeaders().get("Authorization"))
                .isEqualTo("Bearer dev-token");
    }
}
