package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.chat.worker.Client.Answer;
import dev.parley.chat.worker.RequestLog.Entry;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What an operator sees of a worker, and how it stops. */
class OperationsTest {
    private static final String TOKEN = "a token of the operator";
    private static final Pattern SAMPLE =
            Pattern.compile("[a-z_]+(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? [0-9.eE+-]+");

    private static String text(URI uri, String token) {
        Client client = new Client(uri);
        return Client.HTTP
                .sendAsync(client.request(uri.getPath(), token).build(), BodyHandlers.ofString())
                .join()
                .body();
    }

    private static double sample(String metrics, String series) {
        return metrics.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(series + " is not in\n" + metrics));
    }

    @Test
    void whatHappensIsCountedAndNamesNobody() {
        ManualClock clock = new ManualClock();
        try (SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().clock(clock).metricsToken(TOKEN).build())) {
            Client client = new Client(worker.url());
            HostKey host = new HostKey();
            String roomId = client.room("alice", host.body());
            String alice = client.join(roomId, "alice", host.peerId());
            String bobId = HostKey.randomId();
            String bob = client.join(roomId, "bob", bobId);
            Client.Socket socket = client.socket(roomId, bob, 0);
            String messages = "/v1/rooms/" + roomId + "/messages";
            client.post(messages, alice, Client.message(bobId, "AAAA", "m1"));
            client.post(messages, alice, Client.message(bobId, "AAAA", "m1"));
            socket.next();
            client.post(messages, bob, Client.message(host.peerId(), "AAAA", "m2"));
            client.get(messages, alice);
            client.get("/v1/rooms/" + HostKey.randomId(), client.token("alice"));
            client.get("/" + bobId, alice);
            client.send(client.request("/v1/rooms", alice)
                    .method("BREW", BodyPublishers.noBody())
                    .build());

            String metrics = text(worker.url().resolve("/metrics"), TOKEN);
            assertThat(sample(metrics, "parley_rooms")).isEqualTo(1);
            assertThat(sample(metrics, "parley_peers")).isEqualTo(2);
            assertThat(sample(metrics, "parley_sockets")).isEqualTo(1);
            assertThat(sample(metrics, "parley_messages_accepted_total")).isEqualTo(2);
            assertThat(sample(metrics, "parley_messages_delivered_total{by=\"push\"}"))
                    .isEqualTo(1);
            assertThat(sample(metrics, "parley_messages_delivered_total{by=\"poll\"}"))
                    .isEqualTo(1);
            assertThat(sample(metrics, "parley_messages_expired_total")).isZero();
            assertThat(sample(metrics, "parley_refusals_total{code=\"room_not_found\"}"))
                    .isEqualTo(1);
            assertThat(
                            sample(
                                    metrics,
                                    "parley_requests_total{method=\"POST\",route=\"/v1/rooms/{roomId}/messages\",status=\"202\"}"))
                    .isEqualTo(3);
            assertThat(sample(
                            metrics,
                            "parley_requests_total{method=\"GET\",route=\"/v1/rooms/{roomId}/ws\",status=\"101\"}"))
                    .isEqualTo(1);
            assertThat(sample(metrics, "parley_requests_total{method=\"other\",route=\"other\",status=\"404\"}"))
                    .isEqualTo(1);
            assertThat(sample(metrics, "parley_requests_total{method=\"other\",route=\"/v1/rooms\",status=\"405\"}"))
                    .isEqualTo(1);
            assertThat(sample(
                            metrics,
                            "parley_request_seconds_count{method=\"POST\",route=\"/v1/rooms/{roomId}/messages\"}"))
                    .isEqualTo(3);
            assertThat(sample(metrics, "parley_store_seconds_count{operation=\"post\"}"))
                    .isEqualTo(3);
            assertThat(sample(metrics, "jvm_memory_heap_used_bytes")).isPositive();
            assertThat(sample(metrics, "jvm_threads")).isPositive();
            assertThat(metrics)
                    .as("nobody is named")
                    .doesNotContain(roomId, bobId, host.peerId(), "alice", "127.0.0.1", bob, TOKEN);
            metrics.lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> assertThat(line).matches(SAMPLE));

            client.post(messages, bob, Client.message(host.peerId(), "AAAA", "m3"));
            clock.advance(Duration.ofSeconds(60));
            RawConnection.awaitUntil(
                    () -> text(worker.url().resolve("/metrics"), TOKEN).contains("parley_messages_expired_total 3\n"));
        }
    }

    @Test
    void histogramsAreCumulative() {
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().metricsToken(TOKEN).build())) {
            new Client(worker.url()).get("/healthz", "");
            String metrics = text(worker.url().resolve("/metrics"), TOKEN);
            List<Double> buckets = metrics.lines()
                    .filter(line ->
                            line.startsWith("parley_request_seconds_bucket{method=\"GET\",route=\"/healthz\",le="))
                    .map(line -> Double.valueOf(line.substring(line.lastIndexOf(' '))))
                    .toList();
            assertThat(buckets).isSorted().hasSizeGreaterThan(10).last().isEqualTo(1.0);
        }
    }

    @Test
    void theMetricsAreClosedUnlessTheyAreOpened() {
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().build())) {
            Client client = new Client(worker.url());
            assertThat(client.get("/metrics", "").code()).isEqualTo("not_found");
            assertThat(client.get("/metrics", client.token("alice")).code()).isEqualTo("not_found");
            assertThat(worker.metricsUrl()).isEmpty();
        }
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().metricsToken(TOKEN).build())) {
            Client client = new Client(worker.url());
            for (String token : List.of("", "another token of somebody", client.token("alice"), TOKEN + "x")) {
                Answer refused = client.get("/metrics", token);
                assertThat(refused.status()).isEqualTo(404);
                assertThat(refused.code()).isEqualTo("not_found");
            }
            assertThat(client.get("/metrics", TOKEN).header("Content-Type"))
                    .isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerConfig.builder().metricsToken("x".repeat(15)));
    }

    @Test
    void onAPortOfTheirOwnThereAreTheMetricsAndNothingElse() {
        try (SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().metricsAddress("127.0.0.1", 0).build())) {
            URI metrics = worker.metricsUrl().orElseThrow();
            assertThat(metrics.getPort()).isNotEqualTo(worker.url().getPort());
            assertThat(text(metrics, "")).contains("parley_rooms 0");
            Client there = new Client(metrics);
            for (String path : List.of("/v1/rooms", "/openapi.yaml", "/dev/jwks.json", "/")) {
                assertThat(there.get(path, "").status()).as(path).isEqualTo(404);
            }
            // Not by the client: the port is none of the API, whose paths say which methods they take.
            assertThat(Client.HTTP
                            .sendAsync(
                                    there.request("/metrics", "")
                                            .POST(BodyPublishers.noBody())
                                            .build(),
                                    BodyHandlers.discarding())
                            .join()
                            .statusCode())
                    .isEqualTo(404);
            assertThat(new Client(worker.url()).get("/metrics", "").status()).isEqualTo(404);
        }
    }

    @Test
    void eachRequestIsToldWithoutNamingAnybody() {
        List<Entry> entries = new CopyOnWriteArrayList<>();
        String roomId;
        Set<String> secrets = new HashSet<>();
        try (SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().requestLog(entries::add).build())) {
            Client client = new Client(worker.url());
            HostKey host = new HostKey();
            roomId = client.room("alice", host.body());
            String token = client.join(roomId, "alice", host.peerId());
            secrets.addAll(List.of(roomId, host.peerId(), token, "alice", "127.0.0.1"));
            client.get("/v1/rooms/" + roomId + "/messages?after=0", token);
            client.get("/v1/rooms/" + roomId + "/messages", "nonsense");
            client.socket(roomId, token, 0);
            client.get("/secret-path", "");
            RawHttp.exchange(worker.url(), "GET / HTTP/1.1\r\n\r\n");
            RawConnection.awaitUntil(() -> entries.size() >= 8);
        }
        assertThat(entries)
                .extracting(entry -> entry.method() + " " + entry.route() + " " + entry.status() + " "
                        + entry.code().orElse("-"))
                .contains(
                        "POST /v1/rooms 201 -",
                        "POST /v1/rooms/{roomId}/join 200 -",
                        "GET /v1/rooms/{roomId}/messages 200 -",
                        "GET /v1/rooms/{roomId}/messages 401 unauthorized",
                        "GET /v1/rooms/{roomId}/ws 101 -",
                        "other other 404 not_found",
                        "other other 400 invalid_request");
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.toString()).doesNotContain(secrets.toArray(new String[0]));
            assertThat(entry.toString()).doesNotContain("after", "secret-path");
            assertThat(entry.duration()).isPositive();
            assertThat(entry.address()).matches("[0-9a-f]{16}");
        });
        assertThat(entries.stream().map(Entry::address).distinct())
                .as("the same address has the same name")
                .hasSize(1);
        assertThat(entries.stream()
                        .map(Entry::account)
                        .flatMap(Optional::stream)
                        .distinct())
                .hasSize(1)
                .allSatisfy(name -> assertThat(name).matches("[0-9a-f]{16}"));
    }

    @Test
    void theNamesInTheLogChangeWithTheSalt() {
        Set<String> names = new TreeSet<>();
        for (String salt : List.of("0123456789abcdef", "0123456789abcdef", "another salt than that")) {
            List<Entry> entries = new CopyOnWriteArrayList<>();
            try (SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                    .requestLog(entries::add)
                    .logSalt(salt)
                    .build())) {
                new Client(worker.url()).get("/healthz", "");
                RawConnection.awaitUntil(() -> !entries.isEmpty());
            }
            names.add(entries.get(0).address());
        }
        assertThat(names).hasSize(2);
    }

    @Test
    void aWorkerThatDrainsTakesNobodyInAndServesThoseWhoAreStillThere() {
        SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().drainTime(Duration.ofMinutes(10)).build());
        Client client = new Client(worker.url());
        HostKey host = new HostKey();
        String roomId = client.room("alice", host.body());
        String account = client.token("alice");
        String alice = client.join(roomId, "alice", host.peerId());
        List<Client.Socket> sockets = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            ids.add(HostKey.randomId());
            sockets.add(client.socket(roomId, client.join(roomId, "guest-" + i, ids.get(i)), 0));
        }
        Thread closing = new Thread(worker::close);
        closing.start();
        CompletableFuture.anyOf(sockets.stream().map(socket -> socket.closed).toArray(CompletableFuture[]::new))
                .join();

        Answer notReady = client.get("/readyz", "");
        assertThat(notReady.status()).isEqualTo(503);
        assertThat(notReady.code()).isEqualTo("unavailable");
        assertThat(client.get("/healthz", "").status()).isEqualTo(200);
        Answer refused = client.post("/v1/rooms/" + roomId + "/join", account, Client.peer(HostKey.randomId()));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isEqualTo("2");
        assertThat(client.get("/v1/rooms/" + roomId + "/messages?wait=25", alice)
                        .status())
                .as("a long poll")
                .isEqualTo(503);
        int last = -1;
        for (int i = 0; i < sockets.size(); i++) {
            if (!sockets.get(i).closed.isDone()) {
                last = i;
            }
        }
        assertThat(last).as("not all at once").isNotNegative();
        assertThat(client.post("/v1/rooms/" + roomId + "/messages", alice, Client.message(ids.get(last), "AAAA", "m"))
                        .status())
                .isEqualTo(202);
        // Whoever has no time left: the rest goes at once.
        closing.interrupt();
        assertThat(sockets).allSatisfy(socket -> assertThat(socket.closeCode()).isEqualTo(1001));
        RawConnection.awaitUntil(() -> !closing.isAlive());
    }
}
