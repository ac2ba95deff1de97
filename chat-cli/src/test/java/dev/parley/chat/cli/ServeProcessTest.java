package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A worker in a process of its own: how it stops, and what it writes down. */
class ServeProcessTest extends ProcessTest {

    private static final int GUESTS = 6;
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /** A WebSocket, of which only its end counts. */
    private static final class Guest implements WebSocket.Listener {
        final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }
    }

    private static HttpResponse<String> send(String url, String token, @Nullable JsonNode body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body != null) {
            request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body.toString()));
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static String account(String url, String name) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/dev/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("grant_type=client_credentials&client_id=" + name))
                .build();
        return JSON.readTree(HTTP.send(request, BodyHandlers.ofString()).body())
                .path("access_token")
                .asText();
    }

    private static String base32(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < bytes.length * Byte.SIZE; bit += 5) {
            int index = bit / Byte.SIZE;
            int pair = (bytes[index] & 0xff) << Byte.SIZE | (index + 1 < bytes.length ? bytes[index + 1] & 0xff : 0);
            text.append("abcdefghijklmnopqrstuvwxyz234567".charAt(pair >> (11 - bit % Byte.SIZE) & 31));
        }
        return text.toString();
    }

    /** A signed descriptor as docs/signaling.md says. */
    private static ObjectNode descriptor() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] encoded = keys.getPublic().getEncoded();
        byte[] host = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        byte[] nonce = new byte[16];
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update("parley-room-v1".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        digest.update(host);
        String room = base32(Arrays.copyOf(digest.digest(nonce), 20));
        byte[] bytes = JSON.writeValueAsBytes(JSON.createObjectNode()
                .put("v", 1)
                .put("room", room)
                .put("visibility", "public")
                .put("name", "Tea")
                .put("capacity", 100)
                .put("created", System.currentTimeMillis())
                .put("hostKey", BASE64.encodeToString(host))
                .put("nonce", BASE64.encodeToString(nonce)));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(keys.getPrivate());
        signature.update(ByteBuffer.wrap("parley-descriptor-v1".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        signature.update(bytes);
        return JSON.createObjectNode()
                .put("descriptor", BASE64.encodeToString(bytes))
                .put("signature", BASE64.encodeToString(signature.sign()));
    }

    private static String peer(int number) {
        return "abcdefghijklmnopqrstuvwxyz234567".charAt(number) + "a".repeat(31);
    }

    private static String join(String url, String room, String account, int number) throws Exception {
        HttpResponse<String> joined = send(
                url + "/v1/rooms/" + room + "/join",
                account,
                JSON.createObjectNode().put("peerId", peer(number)));
        assertThat(joined.statusCode()).as(joined.body()).isEqualTo(200);
        return JSON.readTree(joined.body()).path("roomToken").asText();
    }

    @Test
    void atSigtermClientsAreSentAwayOneAfterTheOtherAndTheProcessEndsWithZero() throws Exception {
        ChildProcess worker = start(
                "worker",
                "serve",
                "--port",
                "0",
                "--drain-time",
                "60s",
                "--log-format",
                "json",
                "--access-log",
                "true");
        String url = url(worker);
        String account = account(url, "alice");
        String room = JSON.readTree(
                        send(url + "/v1/rooms", account, descriptor()).body())
                .path("roomId")
                .asText();
        List<Guest> guests = new ArrayList<>();
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < GUESTS; i++) {
            tokens.add(join(url, room, account, i));
            guests.add(new Guest());
            HTTP.newWebSocketBuilder()
                    .header("Authorization", "Bearer " + tokens.get(i))
                    .buildAsync(URI.create(url.replaceFirst("http", "ws") + "/v1/rooms/" + room + "/ws"), guests.get(i))
                    .join();
        }

        assertThat(worker.terminate()).isTrue();
        CompletableFuture.anyOf(guests.stream().map(guest -> guest.closed).toArray(CompletableFuture[]::new))
                .get(TIME.toSeconds(), TimeUnit.SECONDS);

        assertThat(send(url + "/readyz", "", null).statusCode()).isEqualTo(503);
        HttpResponse<String> refused = send(
                url + "/v1/rooms/" + room + "/join",
                account,
                JSON.createObjectNode().put("peerId", peer(9)));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("2");
        int there = IntStream.range(0, GUESTS)
                .filter(i -> !guests.get(i).closed.isDone())
                .findFirst()
                .orElseThrow(() -> new AssertionError("all were sent away at once"));
        assertThat(send(
                                url + "/v1/rooms/" + room + "/messages",
                                tokens.get(there),
                                JSON.createObjectNode()
                                        .put("to", peer(there))
                                        .put("type", "envelope")
                                        .put("payload", "AAAA")
                                        .put("msgId", "m"))
                        .statusCode())
                .as("those who are there are served")
                .isEqualTo(202);
        for (Guest guest : guests) {
            assertThat(guest.closed.get(TIME.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1001);
        }
        assertThat(worker.awaitExit(TIME)).isZero();

        assertThat(worker.diagnostics().lines())
                .allSatisfy(line -> assertThat(JSON.readTree(line).path("time").asText())
                        .as(line)
                        .startsWith("20"));
        assertThat(worker.diagnostics())
                .contains(
                        "\"method\":\"POST\",\"route\":\"/v1/rooms/{roomId}/join\",\"status\":503,\"code\":\"unavailable\"")
                .contains("\"route\":\"/v1/rooms/{roomId}/ws\",\"status\":101")
                .doesNotContain(room, account, "alice", "127.0.0.1", peer(0), peer(9), "AAAA")
                .doesNotContain(tokens);
    }

    @Test
    void theMetricsHaveAPortOfTheirOwnIfOneWants() throws Exception {
        ChildProcess worker = start("worker", "serve", "--port", "0", "--metrics", "127.0.0.1:0");
        String notice = worker.await("metrics", TIME, notice("metrics at "))
                .path("text")
                .asText();
        assertThat(send(notice.substring(notice.indexOf("http")), "", null).body())
                .contains("parley_rooms 0");
    }

    @Test
    void aRedisThatDoesNotAnswerIsNamedByTheClientThatIsThere() throws Exception {
        // Nobody listens at this port; without the client of Redis the worker would say that it is missing.
        ChildProcess worker = start("worker", "serve", "--port", "0", "--redis", "redis://127.0.0.1:1");
        assertThat(worker.await("error", TIME, is("error")).toString()).contains("Redis does not answer");
        assertThat(worker.awaitExit(TIME)).isNotZero();
    }
}
