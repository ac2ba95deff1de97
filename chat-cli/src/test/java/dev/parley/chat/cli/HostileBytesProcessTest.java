package dev.parley.chat.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Bytes that no client sends, at the worker's port and at the host behind it, while a room is in use. */
class HostileBytesProcessTest extends ProcessTest {

    private static final long SEED = 20_240_611;
    private static final int READ_TIMEOUT_MILLIS = 30_000;
    private static final int MAX_BODY_BYTES = 72 * 1024;
    private static final String ACCOUNT = "mallory";
    private static final String PEER = "m".repeat(32);

    private final Random random = new Random(SEED);

    @Test
    void rubbishIsTheSendersProblemAlone() throws Exception {
        ChildProcess worker = start("worker", "serve", "--port", "0");
        URI base = URI.create(url(worker));
        ChildProcess host = create(base.toString());
        String invite = invite(host);
        ChildProcess guest = join("Grace", invite);
        String room = invite.substring(invite.indexOf("/r/") + 3, invite.indexOf('#'));
        String token = accessToken(base);

        throwBytesAtThePort(base);
        throwRequestsAtThePort(base, token);
        String roomToken = joinMailbox(base, room, token);
        throwBytesAtTheWebSocket(base, room, token, roomToken);
        throwEnvelopesAtTheHost(base, room, roomToken, hostPeerId(host));

        assertThat(connect(base, "/readyz").getResponseCode()).isEqualTo(200);
        talk(host, guest, "still here");
        talk(guest, host, "so am I");
        ChildProcess newcomer = join("Alan", invite);
        talk(newcomer, host, "what was that noise?");
        assertThat(host.events()).noneMatch(is("error")).noneMatch(state("RECONNECTING"));
        assertThat(worker.events()).noneMatch(is("error"));
        assertThat(worker.process().isAlive()).isTrue();
    }

    private void throwBytesAtThePort(URI base) throws IOException {
        for (int i = 0; i < 40; i++) {
            assertRefused(exchange(base, randomBytes(1 + random.nextInt(20_000))));
        }
        String head = "POST /v1/rooms HTTP/1.1\r\nHost: " + base.getAuthority() + "\r\n";
        for (String request : List.of(
                head + "Content-Length: 1000\r\nContent-Type: application/json\r\n\r\n{\"descr",
                head + "Content-Length: -1\r\n\r\n",
                head + "Content-Length: 99999999999999999999\r\n\r\n",
                head + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
                head + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\nabc",
                head + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
                head + "X: " + "x".repeat(64 * 1024) + "\r\n\r\n",
                "GET /" + "x".repeat(64 * 1024) + " HTTP/1.1\r\n\r\n",
                "GET /v1/rooms/../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) {
            assertRefused(exchange(base, request.getBytes(ISO_8859_1)));
        }
    }

    private void throwRequestsAtThePort(URI base, String token) throws Exception {
        List<byte[]> bodies = List.of(
                new byte[0],
                randomBytes(2_000),
                "{".repeat(20_000).getBytes(UTF_8),
                "{\"descriptor\":1,\"signature\":[]}".getBytes(UTF_8),
                ("{\"descriptor\":\"" + "A".repeat(60_000) + "\",\"signature\":\"\"}").getBytes(UTF_8),
                new byte[MAX_BODY_BYTES + 1],
                new byte[4 * 1024 * 1024]);
        for (String path : List.of("/v1/rooms", "/v1/rooms/" + "a".repeat(32) + "/join", "/v1/rooms/%00/messages")) {
            for (byte[] body : bodies) {
                assertThat(post(base, path, token, body))
                        .as("status for %s", path)
                        .isBetween(400, 499);
            }
        }
        for (String forged : List.of("x", token + "x", token.substring(0, token.length() - 8), "a.b.c")) {
            assertThat(post(base, "/v1/rooms", forged, "{}".getBytes(UTF_8))).isEqualTo(401);
        }
    }

    private void throwBytesAtTheWebSocket(URI base, String room, String token, String roomToken) throws IOException {
        assertThat(statusOf(exchange(base, upgrade(base, room, null)))).isEqualTo(401);
        assertThat(statusOf(exchange(base, upgrade(base, room, token)))).isBetween(400, 499);
        byte[] handshake = upgrade(base, room, roomToken);
        List<byte[]> frames = List.of(
                randomBytes(5_000),
                frame(1, "nonsense".getBytes(UTF_8)),
                frame(1, "{\"ack\":-1}".getBytes(UTF_8)),
                frame(1, "{\"ack\":\"x\"}".getBytes(UTF_8)),
                frame(1, randomBytes(100)),
                frame(2, randomBytes(100)),
                frame(1, new byte[MAX_BODY_BYTES + 1]),
                frame(15, new byte[3]),
                new byte[] {(byte) 0x81, (byte) 0xff, 0x7f, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 1});
        for (byte[] rubbish : frames) {
            byte[] both = concat(handshake, rubbish);
            String answer = exchange(base, both);
            // Upgraded, and then closed by the worker: the exchange would run into its timeout otherwise.
            assertThat(statusOf(answer)).isEqualTo(101);
        }
    }

    private void throwEnvelopesAtTheHost(URI base, String room, String roomToken, String host) throws Exception {
        for (int i = 0; i < 30; i++) {
            byte[] payload = randomBytes(i == 0 ? 48 * 1024 : 1 + random.nextInt(2_000));
            payload[0] = (byte) (i % 3);
            String body = JSON.createObjectNode()
                    .put("to", host)
                    .put("type", i % 5 == 0 ? "refusal" : "envelope")
                    .put("payload", Base64.getUrlEncoder().withoutPadding().encodeToString(payload))
                    .put("msgId", "m" + i)
                    .toString();
            assertThat(post(base, "/v1/rooms/" + room + "/messages", roomToken, body.getBytes(UTF_8)))
                    .isEqualTo(202);
        }
    }

    private static String hostPeerId(ChildProcess host) throws InterruptedException {
        return host.await("itself", TIME, presence("Ada", "ONLINE"))
                .path("peerId")
                .asText();
    }

    private static String accessToken(URI base) throws IOException {
        HttpURLConnection connection = connect(base, "/dev/token");
        connection.setRequestProperty("Content-Type", "application/x-www-form-urlencoded");
        write(connection, ("grant_type=client_credentials&client_id=" + ACCOUNT).getBytes(UTF_8));
        return json(connection).path("access_token").asText();
    }

    private static String joinMailbox(URI base, String room, String token) throws IOException {
        HttpURLConnection connection = connect(base, "/v1/rooms/" + room + "/join");
        authorize(connection, token);
        write(connection, ("{\"peerId\":\"" + PEER + "\"}").getBytes(UTF_8));
        return json(connection).path("roomToken").asText();
    }

    private static JsonNode json(HttpURLConnection connection) throws IOException {
        assertThat(connection.getResponseCode()).isEqualTo(200);
        return JSON.readTree(connection.getInputStream());
    }

    private static int post(URI base, String path, String token, byte[] body) throws IOException {
        HttpURLConnection connection = connect(base, path);
        authorize(connection, token);
        try {
            write(connection, body);
            return connection.getResponseCode();
        } catch (IOException e) {
            // Too large: the worker may close before it has read all, and the answer may be lost with the connection.
            assertThat(body.length).isGreaterThan(MAX_BODY_BYTES);
            return 413;
        } finally {
            connection.disconnect();
        }
    }

    private static HttpURLConnection connect(URI base, String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(base + path).toURL().openConnection();
        connection.setReadTimeout(READ_TIMEOUT_MILLIS);
        return connection;
    }

    private static void authorize(HttpURLConnection connection, String token) {
        connection.setRequestProperty("Authorization", "Bearer " + token);
        connection.setRequestProperty("Content-Type", "application/json");
    }

    private static void write(HttpURLConnection connection, byte[] body) throws IOException {
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(body.length);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body);
        }
    }

    private static byte[] upgrade(URI base, String room, @Nullable String token) {
        return ("GET /v1/rooms/" + room + "/ws?after=0 HTTP/1.1\r\nHost: " + base.getAuthority()
                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + (token == null ? "" : "Authorization: Bearer " + token + "\r\n") + "\r\n")
                .getBytes(ISO_8859_1);
    }

    /** A masked frame (RFC 6455 section 5.2) whose mask is zero. */
    private static byte[] frame(int opcode, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x80 | opcode);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >>> shift));
            }
        }
        frame.writeBytes(new byte[4]);
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    /** Sends bytes, says that there are no more, and returns everything that comes until the worker closes. */
    private static String exchange(URI base, byte[] bytes) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            byte[] buffer = new byte[8192];
            for (int count = socket.getInputStream().read(buffer);
                    count >= 0;
                    count = socket.getInputStream().read(buffer)) {
                answer.write(buffer, 0, count);
            }
        } catch (SocketException reset) {
            // Closed on us, which is an answer too.
        }
        return answer.toString(ISO_8859_1);
    }

    private static void assertRefused(String answer) {
        if (!answer.isEmpty()) {
            assertThat(statusOf(answer)).isIn(400, 401, 404, 405, 411, 413, 414, 415, 426, 431, 505);
        }
    }

    private static int statusOf(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 ");
        return Integer.parseInt(answer.substring(9, 12));
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
