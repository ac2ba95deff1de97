package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.worker.Client.Answer;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A full room, and peers in it that are not there. */
class AbandonedPeersTest {
    private static final Duration AWAY = Duration.ofSeconds(10);
    private static final Duration SILENT = Duration.ofSeconds(35);

    private final ManualClock clock = new ManualClock();
    private final HostKey host = new HostKey();
    private final String bobId = HostKey.randomId();
    private final String carolId = HostKey.randomId();

    @SuppressWarnings("NullAway.Init") // by aRoomForTwo()
    private SignalingWorker worker;

    private Client client;
    private String room;
    private String alice;
    private String carol;

    @BeforeEach
    void aRoomForTwo() {
        worker = SignalingWorker.start(
                WorkerConfig.builder().clock(clock).requestRate(1000, 10_000).build());
        client = new Client(worker.url());
        room = client.room("alice", host.body(fields -> fields.put("capacity", 2)));
        alice = client.join(room, "alice", host.peerId());
        carol = client.token("carol");
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    private Answer carolWantsIn() {
        return client.post("/v1/rooms/" + room + "/join", carol, Client.peer(carolId));
    }

    private Answer heartbeat(String roomToken) {
        return client.post("/v1/rooms/" + room + "/heartbeat", roomToken);
    }

    private int peers() {
        return client.get("/v1/rooms/" + room, carol).body().get("peers").asInt();
    }

    private void isFullUntil(Duration wait) {
        clock.advance(wait.minusMillis(1));
        assertThat(carolWantsIn().code()).isEqualTo("room_full");
        clock.advance(Duration.ofMillis(1));
        assertThat(carolWantsIn().status()).isEqualTo(200);
        assertThat(peers()).isEqualTo(2);
    }

    @Test
    void whoJoinedAndNeverConnectedGivesItsPlaceUpWithinSeconds() {
        client.join(room, "bob", bobId);
        isFullUntil(AWAY);
    }

    @Test
    void joiningAgainAndAgainIsNoConnection() {
        client.join(room, "bob", bobId);
        clock.advance(Duration.ofSeconds(9));
        client.join(room, "bob", bobId);
        isFullUntil(Duration.ofSeconds(1));
    }

    @Test
    void whoseWebSocketBrokeOffGivesItsPlaceUpWithinSeconds() {
        Client.Socket socket = client.socket(room, client.join(room, "bob", bobId), 0);
        socket.send("ping");
        assertThat(socket.next()).isEqualTo("pong");
        clock.advance(SILENT.minusMillis(1));
        assertThat(carolWantsIn().code()).isEqualTo("room_full");
        socket.send("ping");
        assertThat(socket.next()).isEqualTo("pong");
        socket.opened.join().abort();
        RawConnection.awaitUntil(() -> worker.openSockets() == 0);
        isFullUntil(AWAY);
    }

    @Test
    void whoIsConnectedKeepsItsPlace() {
        Client.Socket socket = client.socket(room, client.join(room, "bob", bobId), 0);
        for (int i = 0; i < 4; i++) {
            socket.send("ping");
            assertThat(socket.next()).isEqualTo("pong");
            assertThat(heartbeat(alice).status()).isEqualTo(204);
            clock.advance(Duration.ofSeconds(25));
            assertThat(carolWantsIn().code()).isEqualTo("room_full");
        }
    }

    @Test
    void whoPollsAndBeatsKeepsItsPlace() {
        String bob = client.join(room, "bob", bobId);
        client.get("/v1/rooms/" + room + "/messages", bob);
        for (int i = 0; i < 4; i++) {
            clock.advance(Duration.ofSeconds(30));
            assertThat(carolWantsIn().code()).isEqualTo("room_full");
            assertThat(heartbeat(bob).status()).isEqualTo(204);
            assertThat(heartbeat(alice).status()).isEqualTo(204);
        }
    }

    @Test
    void whoFallsSilentGivesItsPlaceUp() {
        String bob = client.join(room, "bob", bobId);
        assertThat(heartbeat(bob).status()).isEqualTo(204);
        isFullUntil(SILENT);
    }

    @Test
    void aPeerThatComesBackInTimeKeepsItsPlace() {
        String bob = client.join(room, "bob", bobId);
        clock.advance(Duration.ofSeconds(50));
        assertThat(heartbeat(bob).status()).isEqualTo(204);
        clock.advance(Duration.ofSeconds(30));
        assertThat(carolWantsIn().code()).isEqualTo("room_full");
    }

    @Test
    void whoGaveItsPlaceUpKeepsItsMailboxAndHasAPlaceAgainWhenThereIsOne() {
        String bob = client.join(room, "bob", bobId);
        clock.advance(AWAY);
        assertThat(carolWantsIn().status()).isEqualTo(200);
        assertThat(client.post("/v1/rooms/" + room + "/messages", alice, Client.message(bobId, "AAAA", "m1"))
                        .status())
                .as("its mailbox is still there")
                .isEqualTo(202);

        assertThat(heartbeat(bob).code()).isEqualTo("peer_expired");
        Answer full = client.post("/v1/rooms/" + room + "/join", client.token("bob"), Client.peer(bobId));
        assertThat(full.code()).as("capacity holds").isEqualTo("room_full");
        Answer thief = client.post("/v1/rooms/" + room + "/join", client.token("mallory"), Client.peer(bobId));
        assertThat(thief.code()).as("its id is its own").isEqualTo("peer_taken");

        clock.advance(AWAY);
        Answer again = client.post("/v1/rooms/" + room + "/join", client.token("bob"), Client.peer(bobId));
        assertThat(again.status()).as("carol did not connect either").isEqualTo(200);
        assertThat(client.get("/v1/rooms/" + room + "/messages", bob).body().get("messages"))
                .hasSize(1);
        assertThat(peers()).isEqualTo(2);
    }

    @Test
    void aFreePlaceIsTakenByTheNextSignOfLife() {
        String bob = client.join(room, "bob", bobId);
        clock.advance(AWAY);
        String carolToken = carolWantsIn().body().get("roomToken").asText();
        assertThat(client.post("/v1/rooms/" + room + "/leave", carolToken).status())
                .isEqualTo(204);
        assertThat(peers()).isEqualTo(1);
        assertThat(heartbeat(bob).status()).isEqualTo(204);
        assertThat(peers()).isEqualTo(2);
    }

    @Test
    void theHostKeepsItsPlaceHoweverLongItIsAway() {
        client.socket(room, client.join(room, "bob", bobId), 0);
        clock.advance(AWAY);
        assertThat(carolWantsIn().code()).isEqualTo("room_full");
    }

    @Test
    void ofTwoThatAreAwayTheOneThatIsLongerGoes() {
        HostKey larger = new HostKey();
        String three = client.room("alice", larger.body(fields -> fields.put("capacity", 2)));
        client.join(three, "bob", bobId);
        clock.advance(Duration.ofSeconds(1));
        client.join(three, "dora", HostKey.randomId());
        clock.advance(AWAY);
        assertThat(client.post("/v1/rooms/" + three + "/join", carol, Client.peer(carolId))
                        .status())
                .isEqualTo(200);
        assertThat(client.post("/v1/rooms/" + three + "/join", client.token("dora"), Client.peer(HostKey.randomId()))
                        .status())
                .as("the other is long enough away as well")
                .isEqualTo(200);
        Answer bob = client.post("/v1/rooms/" + three + "/join", client.token("bob"), Client.peer(bobId));
        assertThat(bob.code()).isEqualTo("room_full");
    }

    @Test
    void inARaceForTheLastPlacesThereAreAsManyWinnersAsPlaces() {
        int capacity = 5;
        String contested = client.room("alice", new HostKey().body(fields -> fields.put("capacity", capacity)));
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            answers.add(
                    client.sendAsync(client.request("/v1/rooms/" + contested + "/join", client.token("account-" + i))
                            .header("Content-Type", "application/json")
                            .POST(java.net.http.HttpRequest.BodyPublishers.ofString(
                                    Client.peer(HostKey.randomId()).toString()))
                            .build()));
        }
        List<Integer> statuses =
                answers.stream().map(answer -> answer.join().status()).toList();
        assertThat(statuses.stream().filter(status -> status == 200)).hasSize(capacity);
        assertThat(statuses.stream().filter(status -> status == 409)).hasSize(40 - capacity);
        assertThat(client.get("/v1/rooms/" + contested, carol)
                        .body()
                        .get("peers")
                        .asInt())
                .isEqualTo(capacity);
    }

    @Test
    void aWebSocketThatIsReplacedDoesNotMakeItsPeerAbsent() {
        String bob = client.join(room, "bob", bobId);
        Client.Socket first = client.socket(room, bob, 0);
        first.send("ping");
        assertThat(first.next()).isEqualTo("pong");
        Client.Socket second = client.socket(room, bob, 0);
        assertThat(first.closeCode()).isEqualTo(4409);
        first.opened
                .join()
                .sendClose(WebSocket.NORMAL_CLOSURE, "")
                .handle((done, failure) -> "over")
                .join();
        clock.advance(AWAY);
        assertThat(carolWantsIn().code()).isEqualTo("room_full");
        second.send("ping");
        assertThat(second.next()).isEqualTo("pong");
    }
}
