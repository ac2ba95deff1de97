package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.Client.Answer;
import dev.parley.chat.worker.Client.Socket;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Peers, mailboxes, long poll and WebSocket. */
class MessagesTest {
    private final ManualClock clock = new ManualClock();
    private final String alicePeer = HostKey.randomId();
    private final String bobPeer = HostKey.randomId();
    private SignalingWorker worker;
    private Client client;
    private String room;
    private String alice;
    private String bob;

    @BeforeEach
    void start() {
        worker = SignalingWorker.start(WorkerConfig.builder()
                .clock(clock)
                .iceServer("stun:stun.example.org")
                .iceServer("turn:turn.example.org")
                .turnSecret("north")
                .requestRate(1000, 10_000)
                .build());
        client = new Client(worker.url());
        room = client.room("alice", new HostKey().body(fields -> fields.put("capacity", 3)));
        alice = client.join(room, "alice", alicePeer);
        bob = client.join(room, "bob", bobPeer);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    private Answer send(String msgId) {
        return client.post(path("messages"), alice, Client.message(bobPeer, "AAAA", msgId));
    }

    private String path(String rest) {
        return "/v1/rooms/" + room + "/" + rest;
    }

    private JsonNode read(String token, long after) {
        Answer answer = client.get(path("messages?after=" + after), token);
        assertThat(answer.status()).isEqualTo(200);
        return answer.body().get("messages");
    }

    @Test
    void joiningTellsWhatAPeerNeeds() {
        JsonNode joined = client.post(path("join"), client.token("bob"), Client.peer(bobPeer))
                .body();
        assertThat(joined.get("expiresIn").asInt()).isEqualTo(3600);
        assertThat(joined.get("heartbeatSeconds").asInt()).isEqualTo(30);
        assertThat(joined.get("after").asInt()).isZero();
        JsonNode stun = joined.get("iceServers").get(0);
        assertThat(stun.toString()).isEqualTo("{\"urls\":[\"stun:stun.example.org\"]}");
        JsonNode turn = joined.get("iceServers").get(1);
        // Longer than the room token, so that it does not end under a link that is being made.
        long expiry = clock.instant().plusSeconds(7200).getEpochSecond();
        assertThat(turn.get("username").asText()).isEqualTo(expiry + ":" + bobPeer);
        assertThat(turn.get("credential").asText()).hasSize(28).doesNotContain("north");

        JsonNode servers =
                client.get("/v1/ice-servers", client.token("bob")).body().get("iceServers");
        assertThat(servers).hasSize(2);
        assertThat(servers.get(1).get("username").asText()).doesNotContain("bob");
    }

    @Test
    void theHostsPeerIdBelongsToTheOwnerOfTheRoomFromTheBeginning() {
        HostKey host = new HostKey();
        String hosted = client.room("alice", host.body());
        String join = "/v1/rooms/" + hosted + "/join";
        Answer taken = client.post(join, client.token("eve"), Client.peer(host.peerId()));
        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.code()).isEqualTo("peer_taken");
        assertThat(client.post(join, client.token("alice"), Client.peer(host.peerId()))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aPeerIdBelongsToItsAccount() {
        Answer taken = client.post(path("join"), client.token("eve"), Client.peer(bobPeer));
        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.code()).isEqualTo("peer_taken");
        assertThat(client.post(path("leave"), bob).status()).isEqualTo(204);
        assertThat(client.post(path("join"), client.token("eve"), Client.peer(bobPeer))
                        .status())
                .isEqualTo(200);
        assertThat(client.post(path("heartbeat"), bob).code())
                .as("the token of the one who left is not one of the newcomer")
                .isEqualTo("peer_expired");
    }

    @Test
    void aRoomTakesItsCapacityAndNoMore() {
        client.join(room, "carol", HostKey.randomId());
        Answer full = client.post(path("join"), client.token("dave"), Client.peer(HostKey.randomId()));
        assertThat(full.status()).isEqualTo(409);
        assertThat(full.code()).isEqualTo("room_full");
        assertThat(client.post(path("join"), client.token("bob"), Client.peer(bobPeer))
                        .status())
                .as("joining again takes no place")
                .isEqualTo(200);
        assertThat(client.get("/v1/rooms/" + room, client.token("x"))
                        .body()
                        .get("peers")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void aPeerWithoutHeartbeatExpiresAndItsPlaceIsFree() {
        clock.advance(Duration.ofSeconds(60));
        assertThat(client.post(path("heartbeat"), alice).status()).isEqualTo(204);
        clock.advance(Duration.ofMillis(29_999));
        assertThat(read(bob, 0)).isEmpty();
        clock.advance(Duration.ofMillis(1));
        Answer expired = client.get(path("messages"), bob);
        assertThat(expired.status()).isEqualTo(410);
        assertThat(expired.code()).isEqualTo("peer_expired");
        Answer unknown = send("m1");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.code()).isEqualTo("peer_not_found");
        assertThat(client.post(path("join"), client.token("eve"), Client.peer(bobPeer))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void messagesAreNumberedReadAndAcknowledged() {
        for (int i = 1; i <= 3; i++) {
            Answer accepted = send("m" + i);
            assertThat(accepted.status()).isEqualTo(202);
            assertThat(accepted.body().get("seq").asInt()).isEqualTo(i);
        }
        JsonNode messages = read(bob, 0);
        assertThat(messages).hasSize(3);
        assertThat(messages.get(0).toString())
                .isEqualTo("{\"seq\":1,\"from\":\"" + alicePeer + "\",\"type\":\"envelope\",\"payload\":\"AAAA\"}");
        assertThat(read(bob, 0)).as("not acknowledged yet").hasSize(3);
        assertThat(read(bob, 2)).hasSize(1);
        assertThat(read(bob, 0)).as("the others are dropped").hasSize(1);
        assertThat(client.post(path("join"), client.token("bob"), Client.peer(bobPeer))
                        .body()
                        .get("after")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void aMessageIsAcceptedOnceForEachIdAndAgainAfterTheTimeToLive() {
        assertThat(send("m1").body().get("seq").asInt()).isEqualTo(1);
        assertThat(read(bob, 1)).isEmpty();
        assertThat(send("m1").body().get("seq").asInt()).isEqualTo(1);
        assertThat(read(bob, 0)).as("not delivered again").isEmpty();
        clock.advance(Duration.ofSeconds(50));
        client.post(path("heartbeat"), alice);
        client.post(path("heartbeat"), bob);
        clock.advance(Duration.ofSeconds(40));
        assertThat(send("m1").body().get("seq").asInt()).isEqualTo(2);
    }

    @Test
    void aMailboxHolds64MessagesFor60Seconds() {
        for (int i = 1; i <= 64; i++) {
            assertThat(send("m" + i).status()).isEqualTo(202);
        }
        Answer full = send("m65");
        assertThat(full.status()).isEqualTo(429);
        assertThat(full.code()).isEqualTo("mailbox_full");
        assertThat(full.header("Retry-After")).isEqualTo("1");
        assertThat(send("m64").status()).as("known already").isEqualTo(202);
        clock.advance(Duration.ofMillis(59_999));
        assertThat(read(bob, 0)).hasSize(64);
        clock.advance(Duration.ofMillis(1));
        assertThat(read(bob, 0)).isEmpty();
        assertThat(send("m65").body().get("seq").asInt()).isEqualTo(65);
    }

    @Test
    void aPayloadOf48KiBPassesAndOneByteMoreDoesNot() {
        String largest = HostKey.base64Url(new byte[48 * 1024]);
        assertThat(client.post(path("messages"), alice, Client.message(bobPeer, largest, "m1"))
                        .status())
                .isEqualTo(202);
        assertThat(client.post(path("messages"), alice, Client.message(bobPeer, largest, "m2"))
                        .status())
                .isEqualTo(202);
        Answer tooLarge = client.post(
                path("messages"), alice, Client.message(bobPeer, HostKey.base64Url(new byte[48 * 1024 + 1]), "m3"));
        assertThat(tooLarge.status()).isEqualTo(413);
        assertThat(tooLarge.code()).isEqualTo("too_large");
        assertThat(read(bob, 0)).as("as many as fit an answer").hasSize(1);
        assertThat(read(bob, 1)).hasSize(1);

        // Connected before the message is sent: the JDK's WebSocket at times never reads on if a frame that is larger
        // than its buffer comes together with the answer to the handshake.
        Socket socket = client.socket(room, bob, 2);
        socket.send("ping");
        assertThat(socket.next()).isEqualTo("pong");
        assertThat(client.post(path("messages"), alice, Client.message(bobPeer, largest, "m4"))
                        .status())
                .isEqualTo(202);
        assertThat(socket.nextMessage().get("payload").asText()).isEqualTo(largest);
    }

    @Test
    void wrongMessagesAreRefused() {
        List<Consumer<ObjectNode>> changes = List.of(
                message -> message.remove("to"),
                message -> message.put("to", "bob"),
                message -> message.put("type", "offer"),
                message -> message.put("payload", "A"),
                message -> message.put("payload", "AA=="),
                message -> message.put("payload", "AB"),
                message -> message.put("msgId", ""),
                message -> message.put("msgId", "x".repeat(65)),
                message -> message.put("msgId", "a b"));
        for (Consumer<ObjectNode> change : changes) {
            ObjectNode message = Client.message(bobPeer, "AAAA", "m1");
            change.accept(message);
            Answer answer = client.post(path("messages"), alice, message);
            assertThat(answer.status()).as("%s", message).isEqualTo(400);
            assertThat(answer.code()).as("%s", message).isEqualTo("invalid_request");
        }
        ObjectNode longest = Client.message(bobPeer, "", "x".repeat(64)).put("type", "refusal");
        assertThat(client.post(path("messages"), alice, longest).status()).isEqualTo(202);
        for (String query : List.of("after=-1", "wait=26", "wait=-1", "after=x")) {
            assertThat(client.get(path("messages?" + query), bob).code())
                    .as(query)
                    .isEqualTo("invalid_request");
        }
    }

    @Test
    void aRoomTokenIsForItsRoomOnly() {
        String other = client.room("alice", new HostKey().body());
        Answer forbidden = client.post("/v1/rooms/" + other + "/heartbeat", alice);
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(forbidden.code()).isEqualTo("forbidden");
        assertThat(client.post("/v1/rooms/nonsense/heartbeat", alice).code()).isEqualTo("invalid_request");
    }

    private CompletableFuture<Answer> poll(String token, long after, int wait) {
        return client.sendAsync(client.request(path("messages?after=" + after + "&wait=" + wait), token)
                .GET()
                .build());
    }

    @Test
    void aLongPollEndsWithTheMessageThatComes() {
        CompletableFuture<Answer> poll = poll(bob, 0, 25);
        send("m1");
        assertThat(poll.orTimeout(20, TimeUnit.SECONDS).join().body().get("messages"))
                .hasSize(1);
    }

    @Test
    void aLongPollEndsEmptyAfterItsWait() {
        Answer answer = poll(bob, 0, 1).join();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().get("messages")).isEmpty();
    }

    @Test
    void aNewerLongPollEndsTheOlder() {
        CompletableFuture<Answer> first = poll(bob, 0, 25);
        CompletableFuture<Answer> second = poll(bob, 0, 25);
        // Which of the two came first is the network's choice; one of them ends the other.
        Answer ended = (Answer) CompletableFuture.anyOf(first, second)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
        assertThat(ended.body().get("messages")).isEmpty();
        send("m1");
        CompletableFuture.allOf(first, second).orTimeout(20, TimeUnit.SECONDS).join();
        assertThat(first.join().body().get("messages").size()
                        + second.join().body().get("messages").size())
                .isEqualTo(1);
    }

    @Test
    void moreLongPollsThanThreadsWaitAtOnce() {
        List<CompletableFuture<Answer>> polls = new java.util.ArrayList<>();
        String big = client.room("alice", new HostKey().body(fields -> fields.put("capacity", 1000)));
        String sender = client.join(big, "alice", HostKey.randomId());
        List<String> peers = new java.util.ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String peer = HostKey.randomId();
            String token = client.join(big, "bob", peer);
            peers.add(peer);
            polls.add(client.sendAsync(client.request("/v1/rooms/" + big + "/messages?wait=25", token)
                    .GET()
                    .build()));
        }
        for (String peer : peers) {
            assertThat(client.post("/v1/rooms/" + big + "/messages", sender, Client.message(peer, "AAAA", "to-" + peer))
                            .status())
                    .isEqualTo(202);
        }
        for (CompletableFuture<Answer> poll : polls) {
            assertThat(poll.orTimeout(20, TimeUnit.SECONDS).join().body().get("messages"))
                    .hasSize(1);
        }
    }

    @Test
    void aWebSocketGetsWhatWaitsAndWhatComes() {
        send("m1");
        Socket socket = client.socket(room, bob, 0);
        assertThat(socket.nextMessage().get("seq").asInt()).isEqualTo(1);
        send("m2");
        assertThat(socket.nextMessage().get("seq").asInt()).isEqualTo(2);
        socket.send("{\"ack\":1}");
        socket.send("ping");
        assertThat(socket.next()).isEqualTo("pong");
        JsonNode left = read(bob, 0);
        assertThat(left).hasSize(1);
        assertThat(left.get(0).get("seq").asInt()).isEqualTo(2);
    }

    @Test
    void aNewerWebSocketResumesAndClosesTheOlder() {
        send("m1");
        send("m2");
        Socket older = client.socket(room, bob, 0);
        assertThat(older.nextMessage().get("seq").asInt()).isEqualTo(1);
        Socket newer = client.socket(room, bob, 1);
        assertThat(newer.nextMessage().get("seq").asInt()).isEqualTo(2);
        assertThat(older.closeCode()).isEqualTo(4409);
        send("m3");
        assertThat(newer.nextMessage().get("seq").asInt()).isEqualTo(3);
    }

    @Test
    void aHundredMessagesComeInOrderOverAWebSocket() {
        Socket socket = client.socket(room, bob, 0);
        for (int i = 1; i <= 100; i++) {
            assertThat(send("m" + i).status()).isEqualTo(202);
            assertThat(socket.nextMessage().get("seq").asInt()).isEqualTo(i);
            socket.send("{\"ack\":" + i + "}");
            socket.send("ping");
            assertThat(socket.next()).isEqualTo("pong");
        }
    }

    @Test
    void foreignFramesCloseTheWebSocket() {
        for (String frame : List.of("hello", "PING", "{}", "{\"ack\":-1}", "{\"ack\":\"1\"}", "[1]", "")) {
            Socket socket = client.socket(room, bob, 0);
            socket.send(frame);
            assertThat(socket.closeCode()).as(frame).isEqualTo(1008);
        }
        Socket binary = client.socket(room, bob, 0);
        binary.opened.join().sendBinary(ByteBuffer.allocate(3), true).join();
        assertThat(binary.closeCode()).isEqualTo(1008);
    }

    @Test
    void aMessageInSeveralFramesIsOneMessageAndHasTheSameLimit() {
        Socket socket = client.socket(room, bob, 0);
        WebSocket frames = socket.opened.join();
        frames.sendText("pi", false).join();
        frames.sendPing(ByteBuffer.allocate(3)).join();
        frames.sendText("ng", true).join();
        assertThat(socket.next()).isEqualTo("pong");
        String part = "y".repeat(30 * 1024);
        for (int i = 0; i < 3; i++) {
            frames.sendText(part, false).join();
        }
        assertThat(socket.closeCode()).isEqualTo(1009);
    }

    @Test
    void aFrameAtTheLimitIsReadAndOnePastItIsNot() {
        String shell = "{\"ack\":0,\"x\":\"\"}";
        Socket socket = client.socket(room, bob, 0);
        socket.send(shell.replace("\"\"", "\"" + "y".repeat(72 * 1024 - shell.length()) + "\""));
        socket.send("ping");
        assertThat(socket.next()).isEqualTo("pong");
        socket.send(shell.replace("\"\"", "\"" + "y".repeat(72 * 1024 + 1 - shell.length()) + "\""));
        assertThat(socket.closeCode()).isEqualTo(1009);
    }

    @Test
    void aWebSocketEndsWithItsRoomItsPeerItsTokenAndItsSilence() {
        Socket silent = client.socket(room, bob, 0);
        clock.advance(Duration.ofSeconds(60));
        assertThat(silent.closeCode()).isEqualTo(1001);

        Socket leaving = client.socket(room, bob, 0);
        client.post(path("leave"), bob);
        assertThat(leaving.closeCode()).isEqualTo(4410);

        String aliceAgain = client.join(room, "alice", alicePeer);
        Socket expiring = client.socket(room, aliceAgain, 0);
        clock.advance(Duration.ofSeconds(90));
        assertThat(expiring.closeCode()).isEqualTo(4404);

        String other = client.room("alice", new HostKey().body());
        Socket deleted = client.socket(other, client.join(other, "alice", alicePeer), 0);
        client.delete("/v1/rooms/" + other, client.token("alice"));
        assertThat(deleted.closeCode()).isEqualTo(4404);

        String last = client.room("alice", new HostKey().body());
        Socket outdated = client.socket(last, client.join(last, "alice", alicePeer), 0);
        // Kept alive all the time, so that nothing but the token ends: 71 times 50 s, and 51 s make an hour and a
        // second.
        for (int i = 0; i < 71; i++) {
            clock.advance(Duration.ofSeconds(50));
            outdated.send("ping");
            assertThat(outdated.next()).isEqualTo("pong");
        }
        clock.advance(Duration.ofSeconds(51));
        assertThat(outdated.closeCode()).isEqualTo(4401);
    }

    @Test
    void pingsKeepAPeerAndItsRoomAlive() {
        Socket socket = client.socket(room, bob, 0);
        for (int i = 0; i < 8; i++) {
            clock.advance(Duration.ofSeconds(25));
            socket.send("ping");
            assertThat(socket.next()).isEqualTo("pong");
        }
        assertThat(client.get("/v1/rooms/" + room, client.token("x"))
                        .body()
                        .get("peers")
                        .asInt())
                .as("bob lives, alice does not")
                .isEqualTo(1);
    }

    @Test
    void aWebSocketPathWithoutHandshakeIsABadRequest() {
        Answer answer = client.get(path("ws"), bob);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_request");
    }

    @Test
    void randomBytesAfterTheHandshakeLeaveTheWorkerServing() {
        Random random = new Random(7);
        for (int i = 0; i < 20; i++) {
            byte[] noise = new byte[200];
            random.nextBytes(noise);
            byte[] handshake = ("GET " + path("ws") + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer " + bob
                            + "\r\n\r\n")
                    .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            // An unmasked frame first: a protocol error at once (RFC 6455 section 5.1).
            noise[0] = (byte) 0x81;
            noise[1] = (byte) (noise[1] & 0x7f);
            byte[] all = java.util.Arrays.copyOf(handshake, handshake.length + noise.length);
            System.arraycopy(noise, 0, all, handshake.length, noise.length);
            assertThat(RawHttp.exchange(worker.url(), all))
                    .satisfiesAnyOf(
                            text -> assertThat(text).startsWith("HTTP/1.1 101"),
                            text -> assertThat(text).isEmpty());
        }
        assertThat(client.get("/healthz", "").status()).isEqualTo(200);
        Socket socket = client.socket(room, bob, 0);
        socket.send("ping");
        assertThat(socket.next()).isEqualTo("pong");
    }
}
