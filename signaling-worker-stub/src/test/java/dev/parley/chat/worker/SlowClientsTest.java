package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that hold on to a connection and do not use it; each is cut by its own limit, all others are far away. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlowClientsTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration FAR = Duration.ofMinutes(10);

    @SuppressWarnings("NullAway.Init") // by start(…), with which each test begins
    private SignalingWorker worker;

    private void start(WorkerLimits.Builder limits, Duration idleTimeout) {
        worker = SignalingWorker.start(WorkerConfig.builder()
                .limits(limits.build())
                .idleTimeout(idleTimeout)
                .build());
    }

    private static WorkerLimits.Builder patient() {
        return WorkerLimits.builder().headerTimeout(FAR).bodyTimeout(FAR).answerTimeout(FAR);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void headersThatTrickleInAreCut() {
        start(patient().headerTimeout(SHORT), FAR);
        try (RawConnection connection = RawConnection.to(worker.url())) {
            connection.trickleUntilClosed("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: " + "y".repeat(10_000));
        }
        try (RawConnection connection = RawConnection.to(worker.url())) {
            connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").awaitText("\"ok\"");
            connection.trickleUntilClosed("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: " + "y".repeat(10_000));
        }
    }

    @Test
    void aBodyThatTricklesInIsCut() {
        start(patient().bodyTimeout(SHORT), FAR);
        try (RawConnection connection = RawConnection.to(worker.url())) {
            String type = "application/x-www-form-urlencoded";
            connection.send("POST /dev/token HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\nContent-Type: " + type
                    + "\r\n\r\n");
            connection.trickleUntilClosed("{".repeat(10_000));
        }
    }

    private static final String REFUSED =
            "POST /v1/rooms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.c\r\nContent-Type: application/json\r\n";

    @Test
    void aRefusalDoesNotOvertakeTheBody() {
        start(patient().bodyTimeout(SHORT), FAR);
        try (RawConnection connection = RawConnection.to(worker.url())) {
            assertThat(connection.send(REFUSED + "Content-Length: 2\r\n\r\n{").awaitClose())
                    .as("closed for the body that does not come, and nothing before")
                    .isEmpty();
        }
    }

    @Test
    void aConnectionGoesOnAfterARefusalWhereverTheBodyWasCutUp() {
        start(patient(), FAR);
        try (RawConnection connection = RawConnection.to(worker.url())) {
            connection.send(REFUSED + "Content-Length: 2\r\n\r\n").send("{").send("}");
            assertThat(connection.awaitText("\"unauthorized\"")).doesNotContainIgnoringCase("connection: close");
            connection
                    .send("GET /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .send("2\r\n{}\r\n0\r\n\r\n");
            connection.awaitText("\"not_found\"");
            connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").awaitText("\"ok\"");
        }
    }

    @Test
    void aRefusalThatDoesNotWaitForTheBodySaysThatTheConnectionEnds() {
        start(patient(), FAR);
        for (String unwanted : List.of("Content-Length: 2\r\nExpect: 100-continue", "Content-Length: 2000000")) {
            try (RawConnection connection = RawConnection.to(worker.url())) {
                assertThat(connection.send(REFUSED + unwanted + "\r\n\r\n").awaitClose())
                        .contains("401 Unauthorized")
                        .containsIgnoringCase("connection: close")
                        .doesNotContain("100 Continue");
            }
        }
    }

    @Test
    void whoDoesNotReadItsAnswersIsCut() {
        start(patient().answerTimeout(SHORT), FAR);
        try (RawConnection connection = RawConnection.to(worker.url())) {
            connection.sendUntilClosed(
                    "GET /openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void aSilentConnectionIsClosed() {
        start(patient(), SHORT);
        try (RawConnection connection = RawConnection.to(worker.url())) {
            connection.awaitClose();
        }
        try (RawConnection connection = RawConnection.to(worker.url())) {
            assertThat(connection
                            .send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                            .awaitClose())
                    .contains("\"ok\"");
        }
    }

    @Test
    void aWebSocketThatDoesNotTakeItsFramesIsCutAndItsMessagesWait(@TempDir Path directory) {
        // The well-behaved client meets a patient worker only, for it may be slow on a busy machine.
        startIn(directory, patient());
        Client client = new Client(worker.url());
        HostKey host = new HostKey();
        String roomId = client.room("alice", host.body());
        String sender = client.join(roomId, "alice", host.peerId());
        String receiverId = HostKey.randomId();
        String receiver = client.join(roomId, "bob", receiverId);
        String payload = "A".repeat(64 * 1024);
        for (int i = 0; i < 64; i++) {
            assertThat(client.post(
                                    "/v1/rooms/" + roomId + "/messages",
                                    sender,
                                    Client.message(receiverId, payload, "m" + i))
                            .status())
                    .isEqualTo(202);
        }
        worker.close();
        startIn(directory, patient().answerTimeout(SHORT));
        try (RawConnection connection = RawConnection.to(worker.url())) {
            connection
                    .send("GET /v1/rooms/" + roomId + "/ws HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + receiver
                            + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
                    .awaitText("101 Switching Protocols");
            // "ping", masked with zeros (RFC 6455 section 5.2).
            connection.sendUntilClosed(new byte[] {(byte) 0x81, (byte) 0x84, 0, 0, 0, 0, 'p', 'i', 'n', 'g'});
        }
        worker.close();
        startIn(directory, patient());
        Client.Socket again = new Client(worker.url()).socket(roomId, receiver, 0);
        for (int seq = 1; seq <= 64; seq++) {
            assertThat(again.nextMessage().get("seq").asInt()).isEqualTo(seq);
        }
    }

    private void startIn(Path directory, WorkerLimits.Builder limits) {
        worker = SignalingWorker.start(WorkerConfig.builder()
                .dataDirectory(directory)
                .limits(limits.build())
                .build());
    }

    @Test
    void whoWaitsIsNoSlowClient() {
        Duration limit = Duration.ofSeconds(2);
        start(WorkerLimits.builder().headerTimeout(limit).bodyTimeout(limit).answerTimeout(limit), FAR);
        Client client = new Client(worker.url());
        HostKey host = new HostKey();
        String roomId = client.room("alice", host.body());
        Client.Socket socket = client.socket(roomId, client.join(roomId, "alice", host.peerId()), 0);
        // Longer than every limit, with nothing to read on either connection.
        assertThat(client.get(
                                "/v1/rooms/" + roomId + "/messages?wait=4",
                                client.join(roomId, "bob", HostKey.randomId()))
                        .status())
                .isEqualTo(200);
        socket.send("ping");
        assertThat(socket.next()).isEqualTo("pong");
        assertThat(socket.closed.isDone()).isFalse();
    }

    @Test
    void aWebSocketByWayOfATrustedProxyIsNoSlowClient() {
        worker = SignalingWorker.start(WorkerConfig.builder()
                .trustedProxy("127.0.0.0/8")
                .limits(patient().headerTimeout(SHORT).build())
                .build());
        Client client = new Client(worker.url());
        HostKey host = new HostKey();
        String roomId = client.room("alice", host.body());
        Client.Socket socket = client.socket(roomId, client.join(roomId, "alice", host.peerId()), 0);
        for (int i = 0; i < 2; i++) {
            socket.send("ping");
            assertThat(socket.next()).isEqualTo("pong");
            // When this one is cut, the WebSocket has been looked at after as long a time.
            try (RawConnection slow = RawConnection.to(worker.url())) {
                slow.trickleUntilClosed("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: " + "y".repeat(10_000));
            }
        }
        socket.send("ping");
        assertThat(socket.next()).isEqualTo("pong");
    }
}
