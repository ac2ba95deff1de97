package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.worker.Client.Answer;
import dev.parley.chat.worker.WorkerStartException.Reason;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server around the API: its manners in HTTP, its start and its end. */
class ServerTest {
    @Test
    void unknownPathsMethodsAndMediaTypesAreRefused() {
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().build())) {
            Client client = new Client(worker.url());
            String token = client.token("alice");
            for (String path : List.of("/", "/v1", "/v1/rooms/", "/v1/rooms/x/y", "/metrics", "/dev")) {
                Answer unknown = client.get(path, token);
                assertThat(unknown.status()).as(path).isEqualTo(404);
                assertThat(unknown.code()).as(path).isEqualTo("not_found");
            }
            Answer wrongMethod = client.delete("/v1/rooms", token);
            assertThat(wrongMethod.status()).isEqualTo(405);
            assertThat(wrongMethod.code()).isEqualTo("method_not_allowed");
            assertThat(wrongMethod.header("Allow")).isEqualTo("GET, POST");
            for (String type : List.of("text/plain", "application/json; charset=utf-16", "application/jsonx")) {
                Answer wrongType = client.send(client.request("/v1/rooms", token)
                        .header("Content-Type", type)
                        .POST(BodyPublishers.ofString("{}"))
                        .build());
                assertThat(wrongType.status()).as(type).isEqualTo(415);
                assertThat(wrongType.code()).as(type).isEqualTo("unsupported_media_type");
            }
        }
    }

    @Test
    void bodiesAndHeadersAreReadToTheirLimitAndNoFurther() {
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().build())) {
            Client client = new Client(worker.url());
            String token = client.token("alice");
            HostKey host = new HostKey();
            int shell = host.body().put("x", "").toString().length();
            String largest = host.body().put("x", "y".repeat(72 * 1024 - shell)).toString();
            assertThat(client.post("/v1/rooms", token, largest).status()).isEqualTo(201);
            Answer tooLarge = client.post("/v1/rooms", token, largest + " ");
            assertThat(tooLarge.status()).isEqualTo(413);
            assertThat(tooLarge.code()).isEqualTo("too_large");
            Answer chunked = client.send(client.request("/v1/rooms", token)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofInputStream(
                            () -> new java.io.ByteArrayInputStream((largest + " ").getBytes(StandardCharsets.UTF_8))))
                    .build());
            assertThat(chunked.code()).isEqualTo("too_large");

            String request = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ";
            assertThat(RawHttp.exchange(worker.url(), request + "y".repeat(15 * 1024) + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
            assertThat(RawHttp.exchange(worker.url(), request + "y".repeat(17 * 1024) + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 431")
                    .contains("application/problem+json")
                    .contains("\"code\":\"too_large\"");
        }
    }

    @Test
    void healthReadinessAndTheApiDescriptionNeedNoToken() {
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().build())) {
            Client client = new Client(worker.url());
            assertThat(client.get("/healthz", "").body().toString()).isEqualTo("{\"status\":\"ok\"}");
            assertThat(client.get("/readyz", "").status()).isEqualTo(200);
            Answer openApi = client.get("/openapi.yaml", "");
            assertThat(openApi.status()).isEqualTo(200);
            assertThat(openApi.header("Content-Type")).isEqualTo("application/yaml");
        }
    }

    @Test
    void tooManyRequestsOfAnAccountAreRefusedUntilTimePasses() {
        ManualClock clock = new ManualClock();
        try (SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().clock(clock).requestRate(2, 3).build())) {
            Client client = new Client(worker.url());
            String token = client.token("alice");
            for (int i = 0; i < 3; i++) {
                assertThat(client.get("/v1/rooms", token).status()).isEqualTo(200);
            }
            Answer limited = client.get("/v1/rooms", token);
            assertThat(limited.status()).isEqualTo(429);
            assertThat(limited.code()).isEqualTo("rate_limited");
            assertThat(limited.header("Retry-After")).isEqualTo("1");
            assertThat(client.get("/v1/rooms", client.token("bob")).status()).isEqualTo(200);
            clock.advance(Duration.ofMillis(500));
            assertThat(client.get("/v1/rooms", token).status()).isEqualTo(200);
            assertThat(client.get("/v1/rooms", token).status()).isEqualTo(429);
        }
    }

    @Test
    void halfSentHeadersAreNotHeldForever() {
        try (SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().idleTimeout(Duration.ofMillis(200)).build())) {
            // Returns only because the worker ends the connection.
            RawHttp.exchange(worker.url(), "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Half");
            assertThat(new Client(worker.url()).get("/healthz", "").status()).isEqualTo(200);
        }
    }

    @Test
    void randomBytesLeaveTheWorkerServing() {
        try (SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().idleTimeout(Duration.ofMillis(200)).build())) {
            Random random = new Random(42);
            for (int i = 0; i < 50; i++) {
                byte[] noise = new byte[1 + random.nextInt(500)];
                random.nextBytes(noise);
                assertThat(RawHttp.exchange(worker.url(), noise)).doesNotContain("HTTP/1.1 500");
            }
            assertThat(new Client(worker.url()).get("/readyz", "").status()).isEqualTo(200);
        }
    }

    @Test
    void closingEndsSocketsAndPollsAndLeavesNoThread() throws InterruptedException {
        Set<Thread> before = threads();
        SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder().build());
        Client client = new Client(worker.url());
        String room = client.room("alice", new HostKey().body());
        String alice = client.join(room, "alice", HostKey.randomId());
        String bob = client.join(room, "bob", HostKey.randomId());
        Client.Socket socket = client.socket(room, alice, 0);
        socket.send("ping");
        assertThat(socket.next()).isEqualTo("pong");
        CompletableFuture<Answer> poll = client.sendAsync(client.request("/v1/rooms/" + room + "/messages?wait=25", bob)
                .GET()
                .build());
        assertThat(threads()).hasSizeGreaterThan(before.size());

        worker.close();
        worker.close();
        assertThat(socket.closeCode()).isEqualTo(1001);
        // Either it was waiting (503), or the door was shut before it came in.
        assertThat(poll.handle((answer, failure) -> failure != null || answer.status() == 503)
                        .orTimeout(20, TimeUnit.SECONDS)
                        .join())
                .isTrue();
        for (Thread thread : threads()) {
            if (!before.contains(thread)) {
                // An executor has terminated a moment before its last thread has.
                thread.join(TimeUnit.SECONDS.toMillis(20));
            }
        }
        assertThat(threads()).isSubsetOf(before);
    }

    /** Live threads, but for those of the client. */
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().startsWith("HttpClient"))
                .filter(thread -> !thread.getName().startsWith("ForkJoinPool.commonPool"))
                .collect(Collectors.toSet());
    }

    @Test
    void whatWasAcceptedOutlivesTheWorker(@TempDir Path directory) {
        WorkerConfig.Builder config = WorkerConfig.builder().dataDirectory(directory);
        String alicePeer = HostKey.randomId();
        String bobPeer = HostKey.randomId();
        String account;
        String room;
        String bob;
        int port;
        try (SignalingWorker worker = SignalingWorker.start(config.build())) {
            port = worker.url().getPort();
            Client client = new Client(worker.url());
            account = client.token("alice");
            room = client.room("alice", new HostKey().body());
            String alice = client.join(room, "alice", alicePeer);
            bob = client.join(room, "bob", bobPeer);
            client.post("/v1/rooms/" + room + "/messages", alice, Client.message(bobPeer, "AAAA", "m1"));
            assertThatThrownBy(() -> SignalingWorker.start(config.build()))
                    .as("one worker a directory")
                    .isInstanceOfSatisfying(
                            WorkerStartException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.STORE_UNAVAILABLE));
        }
        try (SignalingWorker worker = SignalingWorker.start(config.port(port).build())) {
            Client client = new Client(worker.url());
            assertThat(client.get("/v1/rooms/" + room, account).status()).isEqualTo(200);
            assertThat(client.get("/v1/rooms/" + room + "/messages", bob).body().get("messages"))
                    .hasSize(1);
        }
    }

    @Test
    void withoutAnIssuerTheWorkerStaysOnLoopback() {
        assertThatThrownBy(() -> SignalingWorker.start(
                        WorkerConfig.builder().host("0.0.0.0").build()))
                .isInstanceOfSatisfying(
                        WorkerStartException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNPROTECTED_ADDRESS))
                .hasMessageContaining("configure an issuer");
        try (SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                .host("0.0.0.0")
                .issuer(URI.create("https://issuer.example.org"), "parley")
                .build())) {
            Client client = new Client(worker.url());
            assertThat(client.get("/dev/jwks.json", "").code()).isEqualTo("not_found");
            assertThat(client.get("/.well-known/oauth-authorization-server/dev", "")
                            .status())
                    .isEqualTo(404);
            assertThat(client.get("/.well-known/oauth-protected-resource", "")
                            .body()
                            .toString())
                    .isEqualTo("{\"resource\":\"" + worker.url() + "\",\"authorization_servers\":"
                            + "[\"https://issuer.example.org\"],\"bearer_methods_supported\":[\"header\"]}");
        }
    }

    @Test
    void aPortInUseIsNamed() {
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().build())) {
            int port = worker.url().getPort();
            assertThatThrownBy(() -> SignalingWorker.start(
                            WorkerConfig.builder().port(port).build()))
                    .isInstanceOfSatisfying(
                            WorkerStartException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.ADDRESS_UNAVAILABLE));
        }
    }

    @Test
    void withoutTheClientOfRedisAWorkerSaysWhatIsMissing() throws Exception {
        assertThat(WorkerProcess.saidWithoutTheClientOfRedis())
                .contains("WorkerStartException: the client of Redis is missing: put redis.clients:jedis");
    }

    @Test
    void wrongSettingsAreRefused() {
        WorkerConfig.Builder builder = WorkerConfig.builder();
        assertThatIllegalArgumentException().isThrownBy(() -> builder.port(65_536));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.port(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.timeToLive(Duration.ofMillis(999)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.iceServer("http://stun.example.org"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.issuer(URI.create("http://issuer.example.org"), "parley"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.requestRate(0, 1));
    }

    @Test
    void theModuleExportsItsApiAndNothingElse() {
        ModuleDescriptor descriptor =
                Objects.requireNonNull(SignalingWorker.class.getModule().getDescriptor());
        assertThat(descriptor.exports())
                .extracting(ModuleDescriptor.Exports::toString)
                .containsExactly("dev.parley.chat.worker");
    }
}
