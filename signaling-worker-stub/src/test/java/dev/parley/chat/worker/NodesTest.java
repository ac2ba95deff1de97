package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.worker.Client.Answer;
import dev.parley.chat.worker.Client.Socket;
import dev.parley.chat.worker.WorkerStartException.Reason;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Protocol.Command;

/** Two workers on one Redis, which serve one room together. */
@Timeout(120)
class NodesTest {
    private static final URI PUBLIC_URL = URI.create("http://rooms.example");

    private static RedisServer redis;

    private final ManualClock clock = new ManualClock();
    private final HostKey host = new HostKey();
    private final String alicePeer = HostKey.randomId();
    private final String bobPeer = HostKey.randomId();
    private SignalingWorker first;
    private SignalingWorker second;
    private Client one;
    private Client two;
    private String room;
    private String alice;
    private String bob;

    @BeforeAll
    static void startRedis() {
        redis = RedisServer.start();
    }

    @AfterAll
    static void stopRedis() {
        if (redis != null) {
            redis.close();
        }
    }

    private WorkerConfig.Builder config() {
        return WorkerConfig.builder().redis(redis.uri()).publicUrl(PUBLIC_URL).clock(clock);
    }

    /** A room with Alice, who talks to the first worker, and Bob, who talks to the second. */
    @BeforeEach
    void start() {
        first = SignalingWorker.start(config().build());
        second = SignalingWorker.start(config().build());
        one = new Client(URI.create("http://127.0.0.1:" + first.port()));
        two = new Client(URI.create("http://127.0.0.1:" + second.port()));
        room = one.room("alice", host.body());
        alice = one.join(room, "alice", alicePeer);
        bob = two.join(room, "bob", bobPeer);
        awaitReady();
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
    }

    private void awaitReady() {
        for (Client client : List.of(one, two)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> client.get("/readyz", "").status() == 200);
        }
    }

    private String path(String action) {
        return "/v1/rooms/" + room + "/" + action;
    }

    private void post(Client client, String token, String to, String msgId) {
        assertThat(client.post(path("messages"), token, Client.message(to, "AAAA", msgId))
                        .status())
                .isEqualTo(202);
    }

    private CompletableFuture<Answer> poll(Client client, String token) {
        return client.sendAsync(
                client.request(path("messages?wait=25"), token).GET().build());
    }

    @Test
    void anEmojiThatIsAddedAtOneWorkerIsThatOfTheOther() {
        String token = one.token("alice");
        Answer added = EmojiForms.of("cat", Pictures.gif(2, 1)).send(one, token);
        assertThat(added.status()).isEqualTo(200);
        Answer list = two.get(EmojiForms.LIST, "");
        assertThat(list.body()).hasSize(1);
        assertThat(list.body()).isEqualTo(one.get(EmojiForms.LIST, "").body());
        assertThat(two.get(URI.create(list.body().get(0).get("url").asText()).getPath(), "")
                        .status())
                .isEqualTo(200);
        assertThat(EmojiForms.of("CAT", Pictures.gif(2, 2)).send(two, token).code())
                .isEqualTo("emoji_exists");
        assertThat(two.delete(EmojiForms.ADMIN + "/" + added.body().get("id").asText(), two.token("alice"))
                        .status())
                .isEqualTo(200);
        assertThat(one.get(EmojiForms.LIST, "").body()).isEmpty();
    }

    private void awaitBothListening() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> redis.command(Command.PUBSUB, "NUMSUB", "parley:1:0") instanceof List<?> answer
                        && answer.get(1).equals(2L));
    }

    @Test
    void peersOnDifferentWorkersTalkToEachOther() {
        Socket toAlice = one.socket(room, alice, 0);
        Socket toBob = two.socket(room, bob, 0);
        for (int i = 1; i <= 20; i++) {
            post(one, alice, bobPeer, "a" + i);
            post(two, bob, alicePeer, "b" + i);
        }
        for (int i = 1; i <= 20; i++) {
            JsonNode heard = toBob.nextMessage();
            assertThat(heard.get("seq").asInt()).isEqualTo(i);
            assertThat(heard.get("from").asText()).isEqualTo(alicePeer);
            assertThat(toAlice.nextMessage().get("seq").asInt()).isEqualTo(i);
        }
        // Once, whichever worker takes it.
        assertThat(two.post(path("messages"), alice, Client.message(bobPeer, "AAAA", "a1"))
                        .body()
                        .get("seq")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void aLongPollOnOneWorkerEndsWithTheMessageThatTheOtherTook() throws Exception {
        CompletableFuture<Answer> poll = poll(two, bob);
        post(one, alice, bobPeer, "m");
        assertThat(poll.get(20, TimeUnit.SECONDS).body().get("messages")).hasSize(1);
    }

    @Test
    void aTokenListAndLeaseOfOneWorkerHoldAtTheOther() {
        assertThat(two.post(path("heartbeat"), alice).status()).isEqualTo(204);
        assertThat(two.get("/v1/rooms", one.token("carol")).body().get("rooms").toString())
                .contains(room);
        String hostToken = one.join(room, "alice", host.peerId());
        assertThat(one.post(path("lease"), hostToken, "{\"fence\":0}")
                        .body()
                        .get("fence")
                        .asInt())
                .isEqualTo(1);
        assertThat(two.get("/v1/rooms/" + room, two.token("carol"))
                        .body()
                        .path("lease")
                        .path("holder")
                        .asText())
                .isEqualTo(host.peerId());
    }

    @Test
    void aNewerWebSocketOnAnotherWorkerClosesTheOlder() {
        Socket older = one.socket(room, bob, 0);
        assertThat(older.opened.join()).isNotNull();
        post(one, alice, bobPeer, "m1");
        assertThat(older.nextMessage().get("seq").asInt()).isEqualTo(1);
        Socket newer = two.socket(room, bob, 0);
        assertThat(newer.nextMessage().get("seq").asInt()).isEqualTo(1);
        assertThat(older.closeCode()).isEqualTo(4409);
        Socket newest = one.socket(room, bob, 1);
        assertThat(newer.closeCode()).isEqualTo(4409);
        post(two, alice, bobPeer, "m2");
        assertThat(newest.nextMessage().get("seq").asInt()).isEqualTo(2);
        assertThat(newest.closed).isNotDone();
    }

    /** A room for two, which Bob and the host fill. */
    private String fullRoom(HostKey owner) {
        String full = one.room("alice", owner.body(fields -> fields.put("capacity", 2)));
        one.join(full, "alice", owner.peerId());
        return full;
    }

    private Answer carolWantsIn(String full) {
        return one.post("/v1/rooms/" + full + "/join", one.token("carol"), Client.peer("c".repeat(32)));
    }

    @Test
    void aPeerThatComesBackOnAnotherWorkerIsNotAway() {
        String full = fullRoom(new HostKey());
        String token = one.join(full, "bob", bobPeer);
        Socket broken = one.socket(full, token, 0);
        broken.opened.join().abort();
        RawConnection.awaitUntil(() -> first.openSockets() == 0);
        clock.advance(Duration.ofSeconds(5));
        Socket back = two.socket(full, token, 0);
        RawConnection.awaitUntil(() -> second.openSockets() == 1);
        clock.advance(Duration.ofSeconds(10));
        assertThat(carolWantsIn(full).code()).isEqualTo("room_full");
        back.opened.join().abort();
        RawConnection.awaitUntil(() -> second.openSockets() == 0);
        clock.advance(Duration.ofSeconds(10));
        assertThat(carolWantsIn(full).status()).isEqualTo(200);
    }

    @Test
    void aWebSocketThatIsReplacedByOneOnAnotherWorkerDoesNotMakeItsPeerAbsentWithoutTheHint() {
        String full = fullRoom(new HostKey());
        String token = one.join(full, "bob", bobPeer);
        Socket older = one.socket(full, token, 0);
        RawConnection.awaitUntil(() -> first.openSockets() == 1);
        try {
            // The first worker does not hear of the second WebSocket.
            redis.command(Command.ACL, "SETUSER", "default", "resetchannels");
            Socket newer = two.socket(full, token, 0);
            newer.send("ping");
            assertThat(newer.next()).isEqualTo("pong");
            older.opened.join().abort();
            RawConnection.awaitUntil(() -> first.openSockets() == 0);
            clock.advance(Duration.ofSeconds(10));
            assertThat(carolWantsIn(full).code()).isEqualTo("room_full");
            assertThat(newer.closed).isNotDone();
        } finally {
            redis.command(Command.ACL, "SETUSER", "default", "allchannels");
        }
    }

    @Test
    void aWebSocketThatIsReplacedByOneOnAnotherWorkerDoesNotMakeItsPeerAbsent() {
        String full = fullRoom(new HostKey());
        String token = one.join(full, "bob", bobPeer);
        Socket older = one.socket(full, token, 0);
        RawConnection.awaitUntil(() -> first.openSockets() == 1);
        Socket newer = two.socket(full, token, 0);
        assertThat(older.closeCode()).isEqualTo(4409);
        RawConnection.awaitUntil(() -> first.openSockets() == 0);
        clock.advance(Duration.ofSeconds(10));
        assertThat(carolWantsIn(full).code()).isEqualTo("room_full");
        assertThat(newer.closed).isNotDone();
    }

    @Test
    void ofWebSocketsThatAreOpenedOnBothWorkersAtOnceExactlyOneStays() {
        for (int round = 0; round < 10; round++) {
            CompletableFuture<Socket> left = CompletableFuture.supplyAsync(() -> one.socket(room, bob, 0));
            CompletableFuture<Socket> right = CompletableFuture.supplyAsync(() -> two.socket(room, bob, 0));
            Socket a = left.join();
            Socket b = right.join();
            CompletableFuture.anyOf(a.closed, b.closed)
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
            Socket open = a.closed.isDone() ? b : a;
            open.send("ping");
            assertThat(open.next()).isEqualTo("pong");
            assertThat(open.closed).isNotDone();
            assertThat((open == a ? b : a).closeCode()).isEqualTo(4409);
        }
    }

    @Test
    void aNewerLongPollOnAnotherWorkerEndsTheOlder() throws Exception {
        CompletableFuture<Answer> older = poll(one, bob);
        List<CompletableFuture<Answer>> newer = new ArrayList<>();
        // The first may come before the older one waits.
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            newer.add(poll(two, bob));
            return older.isDone();
        });
        assertThat(older.join().body().get("messages")).isEmpty();
        post(one, alice, bobPeer, "m");
        assertThat(newer.get(newer.size() - 1).get(20, TimeUnit.SECONDS).status())
                .isEqualTo(200);
    }

    @Test
    void leavingAndDeletingOnOneWorkerEndWhatWaitsOnTheOther() {
        Socket toBob = two.socket(room, bob, 0);
        toBob.send("ping");
        assertThat(toBob.next()).isEqualTo("pong");
        assertThat(one.post(path("leave"), bob).status()).isEqualTo(204);
        assertThat(toBob.closeCode()).isEqualTo(4410);

        Socket toAlice = two.socket(room, alice, 0);
        toAlice.send("ping");
        assertThat(toAlice.next()).isEqualTo("pong");
        bob = one.join(room, "bob", bobPeer);
        CompletableFuture<Answer> poll = poll(two, bob);
        assertThat(one.delete("/v1/rooms/" + room, one.token("alice")).status()).isEqualTo(204);
        assertThat(toAlice.closeCode()).isEqualTo(4404);
        assertThat(poll.orTimeout(20, TimeUnit.SECONDS).join().code()).isEqualTo("room_not_found");
    }

    /** Sends a message to Bob, who acknowledges it: so his WebSocket is not silent, and he is not renewed. */
    private void keepFromSilence(Socket toBob, int seq) {
        post(one, alice, bobPeer, "m" + seq);
        assertThat(toBob.nextMessage().get("seq").asInt()).isEqualTo(seq);
        toBob.send("{\"ack\":" + seq + "}");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() ->
                        one.get(path("messages"), bob).body().get("messages").isEmpty());
    }

    @Test
    void aHeartbeatAtOneWorkerKeepsTheWebSocketAtTheOtherForAsLongAsThePeerLives() {
        Socket toBob = two.socket(room, bob, 0);
        keepFromSilence(toBob, 1);
        clock.advance(Duration.ofSeconds(40));
        assertThat(one.post(path("heartbeat"), bob).status()).isEqualTo(204);
        assertThat(one.post(path("heartbeat"), alice).status()).isEqualTo(204);
        keepFromSilence(toBob, 2);
        clock.advance(Duration.ofSeconds(55));
        assertThat(one.post(path("heartbeat"), alice).status()).isEqualTo(204);
        keepFromSilence(toBob, 3);
        clock.advance(Duration.ofMillis(34_999));
        keepFromSilence(toBob, 4);
        clock.advance(Duration.ofMillis(1));
        assertThat(toBob.closeCode()).isEqualTo(4410);
    }

    @Test
    void aMessageOfWhichTheHintWasLostComesWithTheNextLook() throws Exception {
        Socket toBob = two.socket(room, bob, 0);
        toBob.send("ping");
        assertThat(toBob.next()).isEqualTo("pong");
        CompletableFuture<Answer> poll = poll(two, alice);
        try {
            // As if the worker that took the message had ended before it told the others: no hint gets out.
            redis.command(Command.ACL, "SETUSER", "default", "resetchannels");
            post(one, alice, bobPeer, "m1");
            post(one, bob, alicePeer, "m1");
            clock.advance(Duration.ofSeconds(5));
            assertThat(toBob.nextMessage().get("seq").asInt()).isEqualTo(1);
            assertThat(poll.get(20, TimeUnit.SECONDS).body().get("messages")).hasSize(1);
        } finally {
            redis.command(Command.ACL, "SETUSER", "default", "allchannels");
        }
    }

    @Test
    void aBrokenLineToTheOtherWorkersIsMadeAnewAndNothingIsMissed() {
        Socket toBob = two.socket(room, bob, 0);
        toBob.send("ping");
        assertThat(toBob.next()).isEqualTo("pong");
        redis.command(Command.CLIENT, "KILL", "TYPE", "pubsub");
        post(one, alice, bobPeer, "m1");
        // The clock stands still: it is not the look of every five seconds that finds it.
        assertThat(toBob.nextMessage().get("seq").asInt()).isEqualTo(1);
        awaitBothListening();
        post(one, alice, bobPeer, "m2");
        assertThat(toBob.nextMessage().get("seq").asInt()).isEqualTo(2);
    }

    @Test
    void withoutRedisRequestsAreRefusedAtOnceAndWebSocketsGoOnWhenItIsBack() {
        RedisServer own = RedisServer.start();
        try (SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().redis(own.uri()).clock(clock).build())) {
            Client client = new Client(worker.url());
            String token = client.token("alice");
            String kept = client.room("alice", new HostKey().body());
            String member = client.join(kept, "alice", alicePeer);
            Socket socket = client.socket(kept, member, 0);
            own.freeze();
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(client.sendAsync(
                        client.request("/v1/rooms/" + kept, token).GET().build()));
            }
            for (CompletableFuture<Answer> answer : answers) {
                Answer refused = answer.orTimeout(20, TimeUnit.SECONDS).join();
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.code()).isEqualTo("unavailable");
                assertThat(refused.header("Retry-After")).isEqualTo("1");
            }
            assertThat(client.get("/readyz", "").status()).isEqualTo(503);
            assertThat(client.get("/healthz", "").status()).isEqualTo(200);
            own.thaw();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> client.get("/readyz", "").status() == 200);
            assertThat(client.post("/v1/rooms/" + kept + "/messages", member, Client.message(alicePeer, "AAAA", "m"))
                            .status())
                    .isEqualTo(202);
            assertThat(socket.nextMessage().get("seq").asInt()).isEqualTo(1);

            own.kill();
            assertThat(client.get("/v1/rooms/" + kept, token).status()).isEqualTo(503);
            assertThat(client.get("/readyz", "").code()).isEqualTo("unavailable");
            own.restart();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> client.get("/readyz", "").status() == 200);
            // It has forgotten all, but tokens go on, also with a worker that is new.
            assertThat(client.get("/v1/rooms/" + kept, token).status()).isEqualTo(404);
            String anew = client.room("alice", new HostKey().body());
            String joined = client.join(anew, "alice", alicePeer);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> own.command(Command.KEYS, "*:secret:*") instanceof List<?> keys && keys.size() == 2);
            try (SignalingWorker other = SignalingWorker.start(WorkerConfig.builder()
                    .redis(own.uri())
                    .publicUrl(worker.url())
                    .clock(clock)
                    .build())) {
                Client elsewhere = new Client(URI.create("http://127.0.0.1:" + other.port()));
                assertThat(elsewhere
                                .post("/v1/rooms/" + anew + "/heartbeat", joined)
                                .status())
                        .isEqualTo(204);
                assertThat(elsewhere.get("/v1/rooms/" + anew, token).status()).isEqualTo(200);
            }
        } finally {
            own.close();
        }
    }

    @Test
    void aRedisThatIsNotThereOrWantsAPasswordIsNamedAndThePasswordIsNot() {
        RedisServer own = RedisServer.start("--requirepass", "open-sesame");
        WorkerConfig.Builder config = WorkerConfig.builder().redis(own.uri());
        assertThatThrownBy(() -> SignalingWorker.start(config.build()))
                .isInstanceOfSatisfying(
                        WorkerStartException.class, e -> assertThat(e.reason()).isEqualTo(Reason.STORE_UNAVAILABLE))
                .hasMessageContaining("NOAUTH");
        assertThatThrownBy(() -> SignalingWorker.start(
                        config.redisPassword("close-sesame").build()))
                .hasMessageContaining("password")
                .hasMessageNotContaining("sesame");
        try (SignalingWorker worker =
                SignalingWorker.start(config.redisPassword("open-sesame").build())) {
            assertThat(new Client(worker.url()).get("/healthz", "").status()).isEqualTo(200);
        }
        own.close();
        assertThatThrownBy(() -> SignalingWorker.start(config.build()))
                .isInstanceOf(WorkerStartException.class)
                .hasMessageContaining("Redis does not answer")
                .hasMessageNotContaining("sesame");
    }

    @Test
    void wrongSettingsOfRedisAreRefused() {
        WorkerConfig.Builder config = WorkerConfig.builder();
        for (String uri : List.of(
                "http://localhost", "redis:localhost", "redis:///1", "redis://h/x", "redis://h/1/2", "redis://h?a=b")) {
            assertThatIllegalArgumentException().isThrownBy(() -> config.redis(URI.create(uri)));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.redis(URI.create("redis://user:secret@localhost")))
                .withMessageNotContaining("secret");
        assertThatIllegalArgumentException().isThrownBy(() -> config.redisPassword(""));
        assertThatThrownBy(() -> WorkerConfig.builder().redisPassword("x").build())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> WorkerConfig.builder()
                        .redis(URI.create("rediss://user@h:1/2"))
                        .dataDirectory(java.nio.file.Path.of("x"))
                        .build())
                .isInstanceOf(IllegalStateException.class);
    }
}
