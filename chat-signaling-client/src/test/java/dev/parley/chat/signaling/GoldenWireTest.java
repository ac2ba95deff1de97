package dev.parley.chat.signaling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.Nameplate;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JSON that travels, against files that say what docs/signaling.md says. */
@Timeout(60)
class GoldenWireTest {

    private static final JsonMapper JSON = new JsonMapper();

    private final TestEnvironment environment = new TestEnvironment();
    private Worker worker;
    private OkHttpSignaling signaling;

    @BeforeEach
    void start() throws IOException {
        worker = new Worker();
        signaling = OkHttpSignaling.builder(worker.url())
                .environment(environment)
                .accessTokens(AccessTokenProvider.fixed(AccessToken.of("access")))
                .build();
    }

    @AfterEach
    void stop() {
        signaling.close();
        worker.close();
        environment.close();
    }

    private static String golden(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(GoldenWireTest.class.getResourceAsStream("/golden/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void assertBody(RecordedRequest request, String name) throws IOException {
        JsonNode sent = JSON.readTree(Objects.requireNonNull(request.getBody()).toByteArray());
        assertThat(sent).isEqualTo(JSON.readTree(golden(name)));
        assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void aSessionJoinsAndSendsAsTheGoldenFilesSay() throws Exception {
        Heard heard = new Heard();
        worker.answer("POST join", Worker.json(200, golden("joined.json")))
                .answer("POST messages", Worker.json(202, "{\"seq\":1}"))
                .acceptWebSockets(1);

        signaling
                .join(Worker.ROOM, Worker.ALICE, environment.newSerialExecutor("owner"), heard)
                .send(Worker.BOB, MessageType.ENVELOPE, new byte[] {(byte) 0xfb, (byte) 0xff})
                .toCompletableFuture()
                .join();

        RecordedRequest join = worker.take("POST join");
        assertThat(join.getTarget()).isEqualTo("/v1/rooms/" + Worker.ROOM + "/join");
        assertBody(join, "join.json");
        RecordedRequest message = worker.take("POST messages");
        assertThat(message.getTarget()).isEqualTo("/v1/rooms/" + Worker.ROOM + "/messages");
        assertBody(message, "message.json");
        assertThat(worker.take("GET ws").getTarget()).isEqualTo("/v1/rooms/" + Worker.ROOM + "/ws?after=17");
        assertThat(heard.next()).isEqualTo("connected");
        assertThat(heard.iceServers)
                .isEqualTo(List.of(
                        IceServer.stun("stun:stun.example.org:3478"),
                        IceServer.turn("turn:turn.example.org?transport=udp", "u", "c")));
    }

    @Test
    void aRoomIsAnnouncedAsTheGoldenFileSays() throws Exception {
        worker.answer("POST rooms", Worker.json(201, "{\"roomId\":\"" + Worker.ROOM + "\",\"ttl\":90}"));

        signaling.announce(Worker.ROOM, Worker.DESCRIPTOR).toCompletableFuture().join();

        RecordedRequest request = worker.take("POST rooms");
        assertThat(request.getTarget()).isEqualTo("/v1/rooms");
        assertBody(request, "announce.json");
    }

    @Test
    void theRoomListIsReadAsTheGoldenFileSays() throws Exception {
        worker.answer("GET rooms", Worker.json(200, golden("room-list.json")));

        RoomPage page = signaling.publicRooms(null, 50).toCompletableFuture().join();

        assertThat(worker.take("GET rooms").getTarget()).isEqualTo("/v1/rooms?limit=50");
        assertThat(page)
                .isEqualTo(new RoomPage(
                        List.of(new RoomEntry(
                                Worker.ROOM, Worker.DESCRIPTOR, 3, Instant.ofEpochMilli(1_700_000_000_000L))),
                        null));
    }

    @Test
    void aRoomWithItsSuccessionAndLeaseIsReadAsTheGoldenFileSays() throws Exception {
        worker.answer("GET {room}", Worker.json(200, golden("room.json")));

        assertThat(signaling.find(Worker.ROOM).toCompletableFuture().join())
                .isEqualTo(new RoomEntry(
                        Worker.ROOM,
                        Worker.DESCRIPTOR,
                        3,
                        Instant.ofEpochMilli(1_700_000_000_000L),
                        Worker.SUCCESSION,
                        new Lease(Worker.BOB, 9, Duration.ZERO)));
    }

    @Test
    void aSuccessionIsPublishedAsTheGoldenFileSays() throws Exception {
        worker.answer("PUT succession", Worker.empty(204));

        signaling
                .publishSuccession(Worker.ROOM, Worker.SUCCESSION)
                .toCompletableFuture()
                .join();

        RecordedRequest request = worker.take("PUT succession");
        assertThat(request.getTarget()).isEqualTo("/v1/rooms/" + Worker.ROOM + "/succession");
        assertThat(request.getHeaders().get("Authorization")).isEqualTo("Bearer access");
        assertBody(request, "succession.json");
    }

    @Test
    void aLeaseIsTakenSeenAndGivenBackAsTheGoldenFilesSay() throws Exception {
        Heard heard = new Heard();
        worker.answer("POST join", Worker.json(200, golden("joined.json")))
                .answer(
                        "POST lease",
                        Worker.json(200, golden("lease-granted.json")),
                        Worker.json(409, golden("lease-held.json"))
                                .newBuilder()
                                .setHeader("Content-Type", "application/problem+json")
                                .build())
                .answer("DELETE lease", Worker.empty(204))
                .acceptWebSockets(1);
        SignalingSession session =
                signaling.join(Worker.ROOM, Worker.ALICE, environment.newSerialExecutor("owner"), heard);
        assertThat(heard.next()).isEqualTo("connected");

        assertThat(session.acquireLease(7).toCompletableFuture().join())
                .isEqualTo(new Lease(Worker.ALICE, 8, Duration.ofSeconds(30)));
        assertThat(session.acquireLease(7).toCompletableFuture().join())
                .isEqualTo(new Lease(Worker.BOB, 9, Duration.ofSeconds(12)));
        session.releaseLease(8).toCompletableFuture().join();

        RecordedRequest request = worker.take("POST lease");
        assertThat(request.getTarget()).isEqualTo("/v1/rooms/" + Worker.ROOM + "/lease");
        assertThat(request.getHeaders().get("Authorization")).isEqualTo("Bearer room-token");
        assertBody(request, "lease.json");
        RecordedRequest release = worker.take("DELETE lease");
        assertThat(release.getTarget()).isEqualTo("/v1/rooms/" + Worker.ROOM + "/lease?fence=8");
        assertThat(release.getHeaders().get("Authorization")).isEqualTo("Bearer room-token");
    }

    @Test
    void aShortNumberIsOpenedFoundAndClosedAsTheGoldenFilesSay() throws Exception {
        worker.answer("POST nameplates", Worker.json(201, golden("nameplate-opened.json")))
                .answer("GET 7", Worker.json(200, golden("nameplate.json")))
                .answer("DELETE 7", Worker.empty(204));

        assertThat(signaling.openNameplate(Worker.ROOM).toCompletableFuture().join())
                .isEqualTo(new Nameplate(7, Duration.ofMinutes(10)));
        assertThat(signaling.findNameplate(7).toCompletableFuture().join()).isEqualTo(Worker.ROOM);
        signaling.closeNameplate(7).toCompletableFuture().join();

        RecordedRequest request = worker.take("POST nameplates");
        assertThat(request.getTarget()).isEqualTo("/v1/nameplates");
        assertBody(request, "nameplate.json");
        assertThat(worker.take("GET 7").getTarget()).isEqualTo("/v1/nameplates/7");
        assertThat(worker.take("DELETE 7").getTarget()).isEqualTo("/v1/nameplates/7");
    }
}
