package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.Client.Answer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tokens that the worker made itself, used where they do not belong. */
class RoomTokenReplayTest {
    private final ManualClock clock = new ManualClock();
    private final SignalingWorker worker = SignalingWorker.start(
            WorkerConfig.builder().clock(clock).anonymousGuests(true).build());
    private final Client client = new Client(worker.url());
    private final HostKey hostKey = new HostKey();
    private final ObjectNode descriptor = hostKey.body();
    private final Answer announced = client.post("/v1/rooms", client.token("host"), descriptor);
    private final String room = announced.body().path("roomId").asText();
    private final String ownerToken = announced.body().path("ownerToken").asText();
    private final String otherRoom = client.room("host", new HostKey().body());
    private final String alice = HostKey.randomId();
    private final String bob = HostKey.randomId();
    private final String alicesToken = client.join(room, "alice", alice);
    private final String bobsToken = client.join(room, "bob", bob);

    @AfterEach
    void stop() {
        worker.close();
    }

    private String path(String rest) {
        return "/v1/rooms/" + room + rest;
    }

    private static void assertRefused(int status, String code, Answer answer) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void aRoomTokenIsForOneRoom() {
        client.join(otherRoom, "alice", alice);
        for (String rest : List.of("/heartbeat", "/leave")) {
            assertRefused(403, "forbidden", client.post("/v1/rooms/" + otherRoom + rest, alicesToken));
        }
        String messages = "/v1/rooms/" + otherRoom + "/messages";
        assertRefused(403, "forbidden", client.post(messages, alicesToken, Client.message(alice, "aGk", "m")));
        assertRefused(403, "forbidden", client.get(messages, alicesToken));
        assertRefused(403, "forbidden", client.get("/v1/rooms/" + otherRoom + "/ws", alicesToken));
        assertRefused(403, "forbidden", client.post("/v1/rooms/" + otherRoom + "/lease", alicesToken, "{\"fence\":0}"));
        assertRefused(403, "forbidden", client.delete("/v1/rooms/" + otherRoom + "/lease?fence=0", alicesToken));
    }

    @Test
    void aRoomTokenIsForOnePeer() {
        client.post(path("/messages"), alicesToken, Client.message(bob, "aGk", "m"));
        assertThat(client.get(path("/messages"), alicesToken).body().path("messages"))
                .as("the mailbox is that of the token")
                .isEmpty();
        var heard = client.get(path("/messages"), bobsToken).body().path("messages");
        assertThat(heard).hasSize(1);
        assertThat(heard.path(0).path("from").asText())
                .as("the sender is that of the token")
                .isEqualTo(alice);
        ObjectNode pretended = Client.message(bob, "aGk", "m2").put("from", bob);
        client.post(path("/messages"), alicesToken, pretended);
        assertThat(client.get(path("/messages?after=1"), bobsToken)
                        .body()
                        .path("messages")
                        .path(0)
                        .path("from")
                        .asText())
                .isEqualTo(alice);
    }

    @Test
    void aRoomTokenEndsWithItsTime() {
        clock.advance(Duration.ofHours(1).plusSeconds(1));
        assertRefused(401, "unauthorized", client.post(path("/heartbeat"), alicesToken));
    }

    @Test
    void aRoomTokenEndsWhenItsPeerLeaves() {
        assertThat(client.post(path("/leave"), alicesToken).status()).isEqualTo(204);
        assertRefused(410, "peer_expired", client.post(path("/heartbeat"), alicesToken));
        assertRefused(410, "peer_expired", client.get(path("/messages"), alicesToken));
        assertRefused(
                410, "peer_expired", client.post(path("/messages"), alicesToken, Client.message(bob, "aGk", "m")));
    }

    @Test
    void aRoomTokenDoesNotComeBackToLifeWhenAnotherAccountTakesItsPeerId() {
        client.post(path("/leave"), alicesToken);
        client.join(room, "mallory", alice);
        assertRefused(410, "peer_expired", client.get(path("/messages"), alicesToken));
    }

    @Test
    void aRoomTokenEndsWithItsRoom() {
        assertThat(client.delete(path(""), ownerToken).status()).isEqualTo(204);
        assertRefused(404, "room_not_found", client.post(path("/heartbeat"), alicesToken));
    }

    @Test
    void aRoomTokenIsNoAccessToken() {
        assertRefused(401, "unauthorized", client.get("/v1/rooms", alicesToken));
        assertRefused(401, "unauthorized", client.post(path("/join"), alicesToken, Client.peer(alice)));
        assertRefused(401, "unauthorized", client.post("/v1/rooms", alicesToken, new HostKey().body()));
    }

    @Test
    void anAccessTokenIsNoRoomToken() {
        assertRefused(401, "unauthorized", client.get(path("/messages"), client.token("alice")));
        assertRefused(401, "unauthorized", client.post(path("/leave"), client.token("alice")));
    }

    @Test
    void aRoomTokenIsNoOwnerTokenEvenThatOfTheHost() {
        String hostsToken = client.join(room, "host", hostKey.peerId());
        assertRefused(401, "unauthorized", client.delete(path(""), hostsToken));
        assertRefused(401, "unauthorized", client.post("/v1/nameplates", hostsToken, "{\"roomId\":\"" + room + "\"}"));
    }

    @Test
    void anOwnerTokenDoesNotSendReadJoinOrList() {
        assertRefused(401, "unauthorized", client.get(path("/messages"), ownerToken));
        assertRefused(401, "unauthorized", client.post(path("/messages"), ownerToken, Client.message(bob, "aGk", "m")));
        assertRefused(401, "unauthorized", client.post(path("/lease"), ownerToken, "{\"fence\":0}"));
        assertRefused(401, "unauthorized", client.post(path("/join"), ownerToken, Client.peer(hostKey.peerId())));
        assertRefused(401, "unauthorized", client.get("/v1/rooms", ownerToken));
        assertRefused(401, "unauthorized", client.post("/v1/rooms", ownerToken, descriptor));
    }

    @Test
    void anOwnerTokenIsForOneRoom() {
        assertRefused(403, "forbidden", client.delete("/v1/rooms/" + otherRoom, ownerToken));
        assertRefused(
                403, "forbidden", client.post("/v1/nameplates", ownerToken, "{\"roomId\":\"" + otherRoom + "\"}"));
        assertRefused(403, "forbidden", client.put("/v1/rooms/" + otherRoom + "/succession", ownerToken, "{}"));
        assertThat(client.get("/v1/rooms/" + otherRoom, client.token("host")).status())
                .isEqualTo(200);
    }

    @Test
    void anOwnerTokenOpensNumbersAndDeletesItsRoom() {
        assertThat(client.post("/v1/nameplates", ownerToken, "{\"roomId\":\"" + room + "\"}")
                        .status())
                .isEqualTo(201);
        assertThat(client.delete(path(""), ownerToken).status()).isEqualTo(204);
        assertRefused(404, "room_not_found", client.delete(path(""), ownerToken));
    }

    @Test
    void anOwnerTokenEndsWithItsTimeAndTheAccessTokenOfTheAccountStillOwns() {
        Duration step = Duration.ofSeconds(80);
        for (Duration passed = Duration.ZERO; passed.compareTo(Duration.ofHours(1)) <= 0; passed = passed.plus(step)) {
            clock.advance(step);
            client.post("/v1/rooms", client.token("host"), descriptor);
        }
        assertRefused(401, "unauthorized", client.delete(path(""), ownerToken));
        assertThat(client.delete(path(""), client.token("host")).status()).isEqualTo(204);
    }

    @Test
    void anOwnerTokenDoesNotOutliveTheOwnershipOfItsAccount() {
        clock.advance(Duration.ofSeconds(91));
        assertThat(client.post("/v1/rooms", client.token("mallory"), descriptor).status())
                .as("the descriptor is public, so anybody may announce what has expired")
                .isEqualTo(201);
        assertRefused(404, "room_not_found", client.delete(path(""), ownerToken));
    }

    @Test
    void announcingAgainGivesAnotherOwnerToken() {
        Answer again = client.post("/v1/rooms", client.token("host"), descriptor);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body().path("ownerExpiresIn").asInt()).isEqualTo(3600);
        assertThat(client.delete(path(""), again.body().path("ownerToken").asText())
                        .status())
                .isEqualTo(204);
    }

    @Test
    void tokensOfAnotherWorkerAreRefused() {
        try (SignalingWorker other = SignalingWorker.start(
                WorkerConfig.builder().clock(clock).anonymousGuests(true).build())) {
            Client there = new Client(other.url());
            String foreignOwner = there.post("/v1/rooms", there.token("host"), descriptor)
                    .body()
                    .path("ownerToken")
                    .asText();
            String foreignRoomToken = there.join(room, "alice", alice);
            assertRefused(401, "unauthorized", client.post(path("/heartbeat"), foreignRoomToken));
            assertRefused(401, "unauthorized", client.delete(path(""), foreignOwner));
            assertRefused(401, "unauthorized", client.get("/v1/rooms", there.token("alice")));
            assertRefused(401, "unauthorized", client.get("/v1/rooms", GuestsTest.guestToken(there, 'g')));
        }
    }
}
