package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.worker.Client.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private final ManualClock clock = new ManualClock();
    private final HostKey host = new HostKey();
    private final HostKey deputy = new HostKey();
    private final String room = host.roomId();
    private final String path = "/v1/rooms/" + room + "/lease";
    private SignalingWorker worker;
    private Client client;
    private String account;
    private String one;
    private String two;

    @BeforeEach
    void start() {
        worker = SignalingWorker.start(
                WorkerConfig.builder().clock(clock).requestRate(1000, 10_000).build());
        client = new Client(worker.url());
        account = client.token("alice");
        client.room("alice", host.body());
        publish(1, deputy);
        one = client.join(room, "alice", host.peerId());
        two = client.join(room, "bob", deputy.peerId());
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    private void publish(int version, HostKey... deputies) {
        assertThat(client.put("/v1/rooms/" + room + "/succession", account, host.succession(version, deputies))
                        .status())
                .isEqualTo(204);
    }

    private Answer acquire(String token, long fence) {
        return client.post(path, token, "{\"fence\":" + fence + "}");
    }

    private JsonNode shown() {
        return client.get("/v1/rooms/" + room, account).body().path("lease");
    }

    private static String json(HostKey holder, long fence, int expiresIn) {
        return "{\"holder\":\"" + holder.peerId() + "\",\"fence\":" + fence + ",\"expiresIn\":" + expiresIn + "}";
    }

    private static void assertHeld(Answer answer, HostKey holder, long fence, int expiresIn) {
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("lease_held");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.body().get("title").asText()).isEqualTo("Lease held");
        assertThat(answer.body().get("holder").asText()).isEqualTo(holder.peerId());
        assertThat(answer.body().get("fence").asLong()).isEqualTo(fence);
        assertThat(answer.body().get("expiresIn").asInt()).isEqualTo(expiresIn);
    }

    private static void assertGranted(Answer answer, HostKey holder, long fence) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().toString()).isEqualTo(json(holder, fence, 30));
    }

    @Test
    void aLeaseIsHeldToItsLastMillisecondAndFreeAfterIt() {
        assertThat(shown().isMissingNode()).as("nobody ever held it").isTrue();
        assertGranted(acquire(one, 0), host, 1);
        assertThat(shown().toString()).isEqualTo(json(host, 1, 30));

        clock.advance(Duration.ofMillis(29_999));
        assertHeld(acquire(two, 0), host, 1, 1);
        assertThat(shown().toString()).isEqualTo(json(host, 1, 1));
        clock.advance(Duration.ofMillis(1));

        assertThat(shown().toString()).isEqualTo(json(host, 1, 0));
        assertGranted(acquire(two, 0), deputy, 2);
        assertHeld(acquire(one, 1), deputy, 2, 30);
        assertThat(client.get("/v1/rooms", account).body().get("rooms").get(0).has("lease"))
                .isFalse();
    }

    @Test
    void renewingKeepsTheFenceAndAnotherFenceIsANewHolding() {
        assertGranted(acquire(one, 0), host, 1);
        clock.advance(Duration.ofSeconds(20));
        assertGranted(acquire(one, 1), host, 1);
        clock.advance(Duration.ofSeconds(20));
        assertHeld(acquire(two, 1), host, 1, 10);
        assertGranted(acquire(one, 0), host, 2);
        assertGranted(acquire(one, 1), host, 3);
        assertGranted(acquire(one, 9), host, 10);
        clock.advance(Duration.ofSeconds(30));
        assertGranted(acquire(one, 10), host, 11);
    }

    @Test
    void onlyTheHolderWithItsFenceGivesTheLeaseBack() {
        acquire(one, 0);
        for (String query : List.of("fence=0", "fence=2")) {
            assertThat(client.delete(path + "?" + query, one).status()).isEqualTo(204);
        }
        assertThat(client.delete(path + "?fence=1", two).status()).isEqualTo(204);
        assertThat(shown().toString()).isEqualTo(json(host, 1, 30));

        assertThat(client.delete(path + "?fence=1", one).status()).isEqualTo(204);
        assertThat(client.delete(path + "?fence=1", one).status()).isEqualTo(204);

        assertThat(shown().toString()).isEqualTo(json(host, 1, 0));
        assertGranted(acquire(two, 0), deputy, 2);
        assertThat(client.delete(path + "?fence=1", one).status()).isEqualTo(204);
        assertThat(shown().toString()).isEqualTo(json(deputy, 2, 30));
    }

    @Test
    void onlyTheHostAndItsDeputiesTakeTheLease() {
        String stranger = client.join(room, "cleo", HostKey.randomId());
        Answer refused = acquire(stranger, 0);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.code()).isEqualTo("forbidden");
        assertThat(acquire(account, 0).code()).as("not a room token").isEqualTo("unauthorized");
        String elsewhere = client.join(client.room("alice", new HostKey().body()), "alice", deputy.peerId());
        assertThat(acquire(elsewhere, 0).code()).isEqualTo("forbidden");
        client.post("/v1/rooms/" + room + "/leave", two);
        assertThat(acquire(two, 0).code()).isEqualTo("peer_expired");
        assertThat(shown().isMissingNode()).isTrue();
    }

    @Test
    void nobodyElseTakesTheLeaseInTheNameOfADeputyThatIsAway() {
        String join = "/v1/rooms/" + room + "/join";
        publish(2, deputy);
        client.post("/v1/rooms/" + room + "/leave", two);
        publish(3, deputy);

        Answer stranger = client.post(join, client.token("mallory"), Client.peer(deputy.peerId()));

        assertThat(stranger.status()).isEqualTo(409);
        assertThat(stranger.code()).isEqualTo("peer_taken");
        two = client.join(room, "bob", deputy.peerId());
        assertGranted(acquire(two, 0), deputy, 1);
        client.post("/v1/rooms/" + room + "/leave", two);
        publish(4);
        assertThat(client.post(join, client.token("mallory"), Client.peer(deputy.peerId()))
                        .status())
                .as("not named any more")
                .isEqualTo(200);
    }

    @Test
    void aDeputyThatWasNotThereWhenItWasNamedIsWhoComesUnderItsIdFirst() {
        String join = "/v1/rooms/" + room + "/join";
        HostKey away = new HostKey();
        publish(2, deputy, away);
        String three = client.join(room, "cleo", away.peerId());
        client.post("/v1/rooms/" + room + "/leave", three);
        clock.advance(Duration.ofSeconds(89));
        publish(3, deputy, away);

        Answer stranger = client.post(join, client.token("mallory"), Client.peer(away.peerId()));

        assertThat(stranger.status()).isEqualTo(409);
        assertThat(stranger.code()).isEqualTo("peer_taken");
        assertGranted(acquire(client.join(room, "cleo", away.peerId()), 0), away, 1);
    }

    @Test
    void aHolderThatIsNotNamedAnyMoreHoldsNothing() {
        assertGranted(acquire(two, 0), deputy, 1);
        publish(2, new HostKey());

        assertThat(shown().toString()).isEqualTo(json(deputy, 1, 0));
        assertThat(acquire(two, 1).code()).isEqualTo("forbidden");
        assertGranted(acquire(one, 0), host, 2);

        publish(3, deputy);
        assertHeld(acquire(two, 1), host, 2, 30);
    }

    @Test
    void aLeaseIsGoneWithItsRoom() {
        acquire(one, 0);
        client.delete("/v1/rooms/" + room, account);
        client.room("alice", host.body());
        assertThat(shown().isMissingNode()).isTrue();
        one = client.join(room, "alice", host.peerId());
        assertGranted(acquire(one, 1), host, 2);
    }

    @Test
    void aFenceStaysWithinItsBounds() {
        for (String body : List.of(
                "{}",
                "{\"fence\":-1}",
                "{\"fence\":\"1\"}",
                "{\"fence\":1.5}",
                "{\"fence\":1000000}",
                "{\"fence\":9007199254740990}",
                "{\"fence\":9007199254740991}",
                "{\"fence\":9223372036854775808}")) {
            assertThat(client.post(path, one, body).code()).as(body).isEqualTo("invalid_request");
        }
        assertThat(shown().isMissingNode()).isTrue();
        assertGranted(acquire(one, 999_999), host, 1_000_000);
        assertThat(acquire(one, 2_000_000).code()).isEqualTo("invalid_request");
        assertHeld(acquire(two, 2_000_000), host, 1_000_000, 30);
        assertGranted(acquire(one, 1_999_999), host, 2_000_000);
        for (String query : List.of("", "?fence=-1", "?fence=x", "?fence=9007199254740992")) {
            assertThat(client.delete(path + query, one).code()).as(query).isEqualTo("invalid_request");
        }
    }

    @Test
    void ofTwoThatAskAtTheSameTimeExactlyOneGetsTheLease() {
        for (int round = 1; round <= 25; round++) {
            List<CompletableFuture<Answer>> answers = List.of(askAtOnce(one), askAtOnce(two));
            List<Answer> granted = answers.stream()
                    .map(CompletableFuture::join)
                    .filter(answer -> answer.status() == 200)
                    .toList();

            assertThat(granted).hasSize(1);
            String holder = granted.get(0).body().get("holder").asText();
            Answer held = answers.stream()
                    .map(CompletableFuture::join)
                    .filter(answer -> answer.status() != 200)
                    .findFirst()
                    .orElseThrow();
            assertHeld(held, holder.equals(host.peerId()) ? host : deputy, round, 30);
            clock.advance(Duration.ofSeconds(30));
            assertThat(client.post("/v1/rooms/" + room + "/heartbeat", one).status())
                    .isEqualTo(204);
            assertThat(client.post("/v1/rooms/" + room + "/heartbeat", two).status())
                    .isEqualTo(204);
        }
    }

    private CompletableFuture<Answer> askAtOnce(String token) {
        return client.sendAsync(client.request(path, token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"fence\":0}"))
                .build());
    }
}
