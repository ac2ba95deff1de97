package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.Client.Answer;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RoomsTest {
    private final ManualClock clock = new ManualClock();
    private SignalingWorker worker;
    private Client client;
    private String alice;

    @BeforeEach
    void start() {
        worker = SignalingWorker.start(
                WorkerConfig.builder().clock(clock).requestRate(1000, 10_000).build());
        client = new Client(worker.url());
        alice = client.token("alice");
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void aRoomIsCreatedAndReturnedVerbatim() {
        HostKey host = new HostKey();
        ObjectNode body = host.body();
        Answer created = client.post("/v1/rooms", alice, body);
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.body().toString())
                .startsWith("{\"roomId\":\"" + host.roomId() + "\",\"ttl\":90,\"ownerToken\":\"")
                .endsWith("\",\"ownerExpiresIn\":3600}");

        Answer found = client.get("/v1/rooms/" + host.roomId(), client.token("bob"));
        assertThat(found.status()).isEqualTo(200);
        assertThat(found.body().get("descriptor")).isEqualTo(body.get("descriptor"));
        assertThat(found.body().get("signature")).isEqualTo(body.get("signature"));
        assertThat(found.body().get("peers").asInt()).isZero();
        assertThat(found.body().get("lastActive").asLong()).isEqualTo(clock.millis());
    }

    @Test
    void theSameDescriptorFromTheSameAccountRenewsTheRoom() {
        HostKey host = new HostKey();
        client.post("/v1/rooms", alice, host.body());
        clock.advance(Duration.ofSeconds(89));
        assertThat(client.post("/v1/rooms", alice, host.body()).status()).isEqualTo(200);
        clock.advance(Duration.ofSeconds(89));
        assertThat(client.get("/v1/rooms/" + host.roomId(), alice).status()).isEqualTo(200);
    }

    @Test
    void anotherDescriptorOrAccountUnderTheSameIdIsRefused() {
        HostKey host = new HostKey();
        client.post("/v1/rooms", alice, host.body());
        Answer other = client.post("/v1/rooms", alice, host.body(fields -> fields.put("capacity", 11)));
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.code()).isEqualTo("room_exists");
        Answer stranger = client.post("/v1/rooms", client.token("bob"), host.body());
        assertThat(stranger.code()).isEqualTo("room_exists");
    }

    @Test
    void aRoomVanishesFromEveryAnswerAtItsEnd() {
        HostKey host = new HostKey();
        String roomId = client.room("alice", host.body());
        clock.advance(Duration.ofMillis(89_999));
        assertThat(client.get("/v1/rooms/" + roomId, alice).status()).isEqualTo(200);
        clock.advance(Duration.ofMillis(1));
        Answer gone = client.get("/v1/rooms/" + roomId, alice);
        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.code()).isEqualTo("room_not_found");
        assertThat(client.get("/v1/rooms", alice).body().get("rooms")).isEmpty();
        assertThat(client.delete("/v1/rooms/" + roomId, alice).code()).isEqualTo("room_not_found");
        assertThat(client.post("/v1/rooms/" + roomId + "/join", alice, Client.peer(HostKey.randomId()))
                        .code())
                .isEqualTo("room_not_found");
        assertThat(client.post("/v1/rooms", client.token("bob"), host.body()).status())
                .as("its id is free again")
                .isEqualTo(201);
    }

    @Test
    void onlyPublicRoomsAreListedNewestFirstPageByPage() {
        List<String> newestFirst = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            newestFirst.add(0, client.room("alice", new HostKey().body()));
        }
        String hidden = client.room(
                "alice",
                new HostKey().body(fields -> fields.put("visibility", "private").remove("name")));
        assertThat(client.get("/v1/rooms/" + hidden, alice).status()).isEqualTo(200);

        List<String> listed = new ArrayList<>();
        String query = "?limit=2";
        int pages = 0;
        while (true) {
            Answer page = client.get("/v1/rooms" + query, alice);
            page.body()
                    .get("rooms")
                    .forEach(room -> listed.add(room.get("roomId").asText()));
            pages++;
            if (page.body().get("cursor").isNull()) {
                break;
            }
            query = "?limit=2&cursor=" + page.body().get("cursor").asText();
        }
        assertThat(listed).isEqualTo(newestFirst);
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void badQueriesOfTheListAreRefused() {
        for (String query : List.of(
                "limit=0", "limit=101", "limit=x", "limit=1&limit=2", "cursor=AAAA", "cursor=***", "limit=%zz")) {
            Answer answer = raw("GET /v1/rooms?" + query);
            assertThat(answer.status()).as(query).isEqualTo(400);
            assertThat(answer.code()).as(query).isEqualTo("invalid_request");
        }
        assertThat(client.get("/v1/rooms?limit=1", alice).status()).isEqualTo(200);
        assertThat(client.get("/v1/rooms?limit=100", alice).status()).isEqualTo(200);
    }

    private Answer raw(String requestLine) {
        String response = RawHttp.exchange(
                worker.url(),
                requestLine + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + alice
                        + "\r\n\r\n");
        int status = Integer.parseInt(response.substring(9, 12));
        try {
            return new Answer(
                    status,
                    Client.JSON.readTree(response.substring(response.indexOf("\r\n\r\n"))),
                    HttpHeaders.of(Map.of(), (name, value) -> true));
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void onlyTheOwnerDeletesARoom() {
        String roomId = client.room("alice", new HostKey().body());
        Answer stranger = client.delete("/v1/rooms/" + roomId, client.token("bob"));
        assertThat(stranger.status()).isEqualTo(404);
        assertThat(stranger.code()).isEqualTo("room_not_found");
        assertThat(stranger.body())
                .as("the same as for a room that is not there")
                .isEqualTo(client.delete("/v1/rooms/" + HostKey.randomId(), client.token("bob"))
                        .body());
        assertThat(client.get("/v1/rooms/" + roomId, alice).status()).isEqualTo(200);
        assertThat(client.delete("/v1/rooms/" + roomId, alice).status()).isEqualTo(204);
        assertThat(client.get("/v1/rooms/" + roomId, alice).code()).isEqualTo("room_not_found");
    }

    @Test
    void wrongDescriptorsAreRefused() {
        List<Consumer<ObjectNode>> changes = List.of(
                fields -> fields.put("v", 2),
                fields -> fields.put("v", "1"),
                fields -> fields.remove("room"),
                fields -> fields.put("room", HostKey.randomId()),
                fields -> fields.put("room", "ABC"),
                fields -> fields.put("visibility", "secret"),
                fields -> fields.put("capacity", 1),
                fields -> fields.put("capacity", 1001),
                fields -> fields.put("capacity", 2.5),
                fields -> fields.put("created", -1),
                fields -> fields.put("hostKey", HostKey.base64Url(new byte[31])),
                fields -> fields.put("hostKey", HostKey.base64Url(new byte[32])),
                fields -> fields.put("nonce", HostKey.base64Url(new byte[15])),
                fields -> fields.put("nonce", "AAAAAAAAAAAAAAAAAAAAAA=="),
                fields -> fields.remove("name"),
                fields -> fields.put("name", ""),
                fields -> fields.put("name", "x".repeat(81)));
        for (Consumer<ObjectNode> change : changes) {
            ObjectNode body = new HostKey().body(change);
            Answer answer = client.post("/v1/rooms", alice, body);
            assertThat(answer.code()).as("%s", body).isEqualTo("invalid_request");
        }
    }

    @Test
    void aForeignSignatureIsRefused() {
        HostKey host = new HostKey();
        ObjectNode body = host.body();
        body.set(
                "signature",
                new HostKey()
                        .sign(host.fields().toString().getBytes(StandardCharsets.UTF_8))
                        .get("signature"));
        assertThat(client.post("/v1/rooms", alice, body).code()).isEqualTo("invalid_request");
        body.put("signature", HostKey.base64Url(new byte[63]));
        assertThat(client.post("/v1/rooms", alice, body).code()).isEqualTo("invalid_request");
    }

    @Test
    void limitsOfADescriptorHoldAtTheLimitAndOnePastIt() {
        assertThat(client.post("/v1/rooms", alice, new HostKey().body(f -> f.put("name", "\uD83C\uDF75".repeat(80))))
                        .status())
                .isEqualTo(201);
        assertThat(client.post("/v1/rooms", alice, new HostKey().body(f -> f.put("capacity", 2)))
                        .status())
                .isEqualTo(201);
        assertThat(client.post("/v1/rooms", alice, new HostKey().body(f -> f.put("capacity", 1000)))
                        .status())
                .isEqualTo(201);

        HostKey host = new HostKey();
        int base = host.fields().put("x", "").toString().length();
        ObjectNode largest = host.body(f -> f.put("x", "y".repeat(8192 - base)));
        assertThat(client.post("/v1/rooms", alice, largest).status()).isEqualTo(201);
        Answer tooLarge = client.post("/v1/rooms", alice, host.body(f -> f.put("x", "y".repeat(8193 - base))));
        assertThat(tooLarge.status()).isEqualTo(413);
        assertThat(tooLarge.code()).isEqualTo("too_large");
    }

    @Test
    void anAccountHasAtMost64Rooms() {
        for (int i = 0; i < 64; i++) {
            client.room("alice", new HostKey().body());
        }
        Answer refused = client.post("/v1/rooms", alice, new HostKey().body());
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(refused.header("Retry-After")).isEqualTo("90");
        assertThat(client.post("/v1/rooms", client.token("bob"), new HostKey().body())
                        .status())
                .isEqualTo(201);
    }

    @Test
    void badBodiesAreRefused() {
        for (String body : List.of("", "{", "[]", "null", "{}", "{} {}", "{\"descriptor\":1,\"signature\":2}")) {
            Answer answer = client.post("/v1/rooms", alice, body);
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertThat(answer.code()).as(body).isEqualTo("invalid_request");
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.body().get("status").asInt()).isEqualTo(400);
            assertThat(answer.body().get("type").asText()).isEqualTo("about:blank");
        }
    }

    // Succession

    @Test
    void aSuccessionIsStoredAndReturnedVerbatimInTheEntryOfItsRoomAlone() {
        HostKey host = new HostKey();
        String roomId = client.room("alice", host.body());
        assertThat(client.get("/v1/rooms/" + roomId, alice).body().has("succession"))
                .isFalse();
        ObjectNode first = host.succession(1, new HostKey(), new HostKey());

        assertThat(publish(host, first).status()).isEqualTo(204);

        assertThat(client.get("/v1/rooms/" + roomId, client.token("bob")).body().get("succession"))
                .isEqualTo(first);
        assertThat(client.get("/v1/rooms", alice).body().get("rooms").get(0).has("succession"))
                .isFalse();
    }

    @Test
    void aSuccessionIsReplacedByALaterOneOnly() {
        HostKey host = new HostKey();
        String roomId = client.room("alice", host.body());
        ObjectNode third = host.succession(3, new HostKey());
        assertThat(publish(host, third).status()).isEqualTo(204);
        assertThat(publish(host, third).status()).as("the same again").isEqualTo(204);

        for (ObjectNode other : List.of(host.succession(3, new HostKey()), host.succession(2, new HostKey()))) {
            Answer refused = publish(host, other);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.code()).isEqualTo("succession_exists");
        }
        assertThat(client.get("/v1/rooms/" + roomId, alice).body().get("succession"))
                .isEqualTo(third);
        ObjectNode last = host.succession(Integer.MAX_VALUE);
        assertThat(publish(host, last).status()).isEqualTo(204);
        assertThat(client.get("/v1/rooms/" + roomId, alice).body().get("succession"))
                .isEqualTo(last);
    }

    @Test
    void onlyTheOwnerOfARoomPublishesItsSuccession() {
        HostKey host = new HostKey();
        ObjectNode malformed = host.succession(1).put("signature", "AAAA");
        Answer missing = publish(host, host.succession(1));
        assertThat(missing.code()).isEqualTo("room_not_found");
        assertThat(publish(host, malformed).body()).isEqualTo(missing.body());
        String roomId = client.room("bob", host.body());
        assertThat(publish(host, host.succession(1)).body())
                .as("the same as for a room that is not there")
                .isEqualTo(missing.body());
        assertThat(publish(host, malformed).body()).isEqualTo(missing.body());
        assertThat(client.get("/v1/rooms/" + roomId, alice).body().has("succession"))
                .isFalse();
    }

    @Test
    void wrongSuccessionsAreRefused() {
        HostKey host = new HostKey();
        HostKey deputy = new HostKey();
        String roomId = client.room("alice", host.body());
        HostKey[] eight = Stream.generate(HostKey::new).limit(8).toArray(HostKey[]::new);
        List<Consumer<ObjectNode>> changes = List.of(
                fields -> fields.put("v", 2),
                fields -> fields.put("room", HostKey.randomId()),
                fields -> fields.put("version", 0),
                fields -> fields.put("version", 1L << 31),
                fields -> fields.remove("version"),
                fields -> fields.remove("deputies"),
                fields -> fields.put("deputies", deputy.card()),
                fields -> fields.putArray("deputies").add(1),
                fields -> fields.putArray("deputies").add(host.card()),
                fields -> fields.putArray("deputies").add(deputy.card()).add(deputy.card()),
                fields -> fields.putArray("deputies").add(HostKey.base64Url(new byte[127])),
                fields -> fields.putArray("deputies").add(HostKey.base64Url(new byte[129])),
                fields -> ((ArrayNode) fields.get("deputies")).add(deputy.card()));
        for (Consumer<ObjectNode> change : changes) {
            ObjectNode body = host.succession(1, change, eight);
            assertThat(publish(host, body).code()).as("%s", body).isEqualTo("invalid_request");
        }
        ObjectNode foreign = host.succession(1);
        foreign.set("signature", host.succession(2).get("signature"));
        assertThat(publish(host, foreign).code()).isEqualTo("invalid_request");
        assertThat(client.get("/v1/rooms/" + roomId, alice).body().has("succession"))
                .isFalse();
        assertThat(publish(host, host.succession(1, eight)).status()).isEqualTo(204);
    }

    @Test
    void aSuccessionHasAtMostFourKibibytes() {
        HostKey host = new HostKey();
        client.room("alice", host.body());
        int base = "{\"v\":1,\"room\":\"\",\"version\":1,\"deputies\":[],\"x\":\"\"}".length() + 32;
        assertThat(publish(host, host.succession(1, fields -> fields.put("x", "y".repeat(4096 - base))))
                        .status())
                .isEqualTo(204);
        Answer tooLarge = publish(host, host.succession(1, fields -> fields.put("x", "y".repeat(4097 - base))));
        assertThat(tooLarge.status()).isEqualTo(413);
        assertThat(tooLarge.code()).isEqualTo("too_large");
    }

    private Answer publish(HostKey host, ObjectNode succession) {
        return client.put("/v1/rooms/" + host.roomId() + "/succession", alice, succession);
    }
}
