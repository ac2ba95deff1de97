package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.chat.worker.Client.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The worker fetches images for those who do not want to be seen by the hosts of these. */
@Timeout(120)
class ImageProxyTest {
    private static final byte[] GIF = Pictures.gif(2, 7);

    private final ManualClock clock = new ManualClock();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Map<String, List<String>>> asked = new CopyOnWriteArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private HttpServer host;
    private @Nullable SignalingWorker worker;

    /** What the host answers with. */
    private interface Reply {
        void to(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void openHost() throws IOException {
        host = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        host.setExecutor(threads);
        host.start();
    }

    @AfterEach
    void stop() {
        ended.countDown();
        if (worker != null) {
            worker.close();
        }
        host.stop(0);
        threads.shutdownNow();
    }

    private void serve(String path, Reply reply) {
        host.createContext(path, exchange -> {
            Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            headers.putAll(exchange.getRequestHeaders());
            asked.add(headers);
            try (exchange) {
                reply.to(exchange);
            }
        });
    }

    private static Reply reply(int status, String contentType, byte[] body) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", contentType);
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        };
    }

    private String named() {
        return "127.0.0.1:" + host.getAddress().getPort();
    }

    private String at(String path) {
        return "http://" + named() + path;
    }

    private static String path(String url) {
        return "/v1/images?url=" + URLEncoder.encode(url, StandardCharsets.UTF_8);
    }

    private Client start(WorkerConfig.Builder config) {
        worker = SignalingWorker.start(
                config.clock(clock).imageHosts(List.of("cdn.7tv.app", named())).build());
        return new Client(worker.url());
    }

    private Client start() {
        return start(WorkerConfig.builder());
    }

    private static void refused(int status, String code, Answer answer) {
        assertThat(answer.status() + " " + answer.code()).isEqualTo(status + " " + code);
    }

    @Test
    void theHostOfAnImageSeesTheWorkerAndNothingOfTheClient() throws Exception {
        serve("/cat.gif", reply(200, "text/html", GIF));
        Client client = start();
        HttpResponse<byte[]> answer = Client.HTTP.send(
                client.request(path(at("/cat.gif")), client.token("ada"))
                        .header("Cookie", "secret=1")
                        .header("X-Forwarded-For", "203.0.113.7")
                        .header("User-Agent", "the client's own")
                        .header("Accept-Language", "de")
                        .header("Referer", "https://rooms.example/secret")
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(answer.body()).isEqualTo(GIF);
        assertThat(answer.headers().map())
                .containsEntry("content-type", List.of("image/gif"))
                .containsEntry("cache-control", List.of("private, max-age=31536000, immutable"))
                .containsEntry("x-content-type-options", List.of("nosniff"))
                .containsEntry("content-security-policy", List.of("default-src 'none'; sandbox"));
        assertThat(asked).hasSize(1);
        assertThat(asked.get(0)).containsEntry("User-Agent", List.of("parley-worker"));
        assertThat(asked.get(0).keySet())
                .doesNotContain(
                        "Authorization", "Cookie", "X-Forwarded-For", "Accept-Language", "Referer", "Forwarded");
    }

    @Test
    void guestsAndPeersGetImagesAndWhoHasNoTokenDoesNot() {
        serve("/cat.gif", reply(200, "image/gif", GIF));
        Client client = start(WorkerConfig.builder().anonymousGuests(true));
        String guest = client.post(
                        "/v1/guests", "", Client.JSON.createObjectNode().put("secret", HostKey.base64Url(new byte[32])))
                .body()
                .get("guestToken")
                .asText();
        String peer = client.join(client.room("ada", new HostKey().body()), "ada", HostKey.randomId());
        for (String token : List.of(guest, peer, client.token("ada"))) {
            assertThat(client.get(path(at("/cat.gif")), token).status()).isEqualTo(200);
        }
        refused(401, "unauthorized", client.get(path(at("/cat.gif")), ""));
        refused(401, "unauthorized", client.get(path(at("/cat.gif")), peer + "x"));
        assertThat(asked).as("kept, and never fetched for a stranger").hasSize(1);
    }

    @Test
    void anImageThatManyWantAtOnceIsFetchedOnce() {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        serve("/cat.gif", exchange -> {
            arrived.countDown();
            await(released);
            reply(200, "image/gif", GIF).to(exchange);
        });
        Client client = start();
        String ada = client.token("ada");
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add(
                    client.sendAsync(client.request(path(at("/cat.gif")), ada).build()));
        }
        await(arrived);
        released.countDown();
        answers.forEach(answer -> assertThat(answer.join().status()).isEqualTo(200));
        assertThat(asked).hasSize(1);
    }

    @Test
    void soManyImagesAreFetchedAtATimeAndNoMore() {
        CountDownLatch arrived = new CountDownLatch(32);
        CountDownLatch released = new CountDownLatch(1);
        serve("/slow/", exchange -> {
            arrived.countDown();
            await(released);
            reply(200, "image/gif", GIF).to(exchange);
        });
        Client client = start();
        String ada = client.token("ada");
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            answers.add(
                    client.sendAsync(client.request(path(at("/slow/" + i)), ada).build()));
        }
        await(arrived);
        refused(503, "unavailable", client.get(path(at("/slow/32")), ada));
        released.countDown();
        answers.forEach(answer -> assertThat(answer.join().status()).isEqualTo(200));
        assertThat(client.get(path(at("/slow/32")), ada).status()).isEqualTo(200);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatCouldNotBeFetchedIsTriedAgain() {
        List<Integer> statuses = new CopyOnWriteArrayList<>(List.of(500, 429, 302, 200));
        serve(
                "/cat.gif",
                exchange -> reply(statuses.remove(0), "image/gif", GIF).to(exchange));
        Client client = start();
        String ada = client.token("ada");
        for (int i = 0; i < 3; i++) {
            refused(502, "image_unavailable", client.get(path(at("/cat.gif")), ada));
        }
        assertThat(client.get(path(at("/cat.gif")), ada).status()).isEqualTo(200);
    }

    @Test
    void whatIsMissingOrRefusedIsAskedForAgainAfterAMinute() {
        List<Reply> missing = new CopyOnWriteArrayList<>(
                List.of(reply(404, "text/plain", new byte[0]), reply(410, "text/plain", new byte[0])));
        List<Reply> wrong = new CopyOnWriteArrayList<>(
                List.of(reply(200, "image/gif", Pictures.svg()), reply(200, "image/gif", GIF)));
        serve("/missing.gif", exchange -> missing.remove(0).to(exchange));
        serve("/wrong.gif", exchange -> wrong.remove(0).to(exchange));
        Client client = start();
        for (int minute = 0; minute < 2; minute++) {
            for (String account : List.of("ada", "ben")) {
                String token = client.token(account);
                refused(404, "image_not_found", client.get(path(at("/missing.gif")), token));
                Answer answer = client.get(path(at("/wrong.gif")), token);
                assertThat(answer.status()).isEqualTo(minute == 0 ? 422 : 200);
                clock.advance(Duration.ofSeconds(29));
            }
            assertThat(asked).as("in minute " + minute).hasSize(2 * (minute + 1));
            clock.advance(Duration.ofSeconds(2));
        }
    }

    @Test
    void anImageIsKeptForAnHour() {
        serve("/cat.gif", reply(200, "image/gif", GIF));
        Client client = start();
        assertThat(client.get(path(at("/cat.gif")), client.token("ada")).status())
                .isEqualTo(200);
        clock.advance(Duration.ofMinutes(59));
        assertThat(client.get(path(at("/cat.gif")), client.token("ada")).status())
                .isEqualTo(200);
        assertThat(asked).hasSize(1);
        clock.advance(Duration.ofMinutes(1));
        assertThat(client.get(path(at("/cat.gif")), client.token("ada")).status())
                .isEqualTo(200);
        assertThat(asked).hasSize(2);
    }

    @Test
    void noRedirectIsFollowed() {
        serve("/elsewhere.gif", reply(200, "image/gif", GIF));
        serve("/cat.gif", exchange -> {
            exchange.getResponseHeaders().set("Location", at("/elsewhere.gif"));
            exchange.sendResponseHeaders(302, -1);
        });
        Client client = start();
        refused(502, "image_unavailable", client.get(path(at("/cat.gif")), client.token("ada")));
        assertThat(asked).hasSize(1);
    }

    @Test
    void whatIsNoImageIsRefusedWhateverItsHostCallsIt() {
        serve("/page.gif", reply(200, "image/gif", "<html><script>alert(1)</script>".getBytes(StandardCharsets.UTF_8)));
        serve("/svg.gif", reply(200, "image/svg+xml", Pictures.svg()));
        serve("/empty.gif", reply(200, "image/gif", new byte[0]));
        serve("/both.png", reply(200, "image/png", Pictures.joined(Pictures.png(8, 1), Pictures.svg())));
        serve("/bomb.png", reply(200, "image/png", Pictures.pngOf(60_000, 60_000, new byte[100])));
        serve("/frames.gif", reply(200, "image/gif", Pictures.gif(10_000, 1)));
        Client client = start();
        String ada = client.token("ada");
        for (String file : List.of("/page.gif", "/svg.gif", "/empty.gif", "/both.png", "/bomb.png", "/frames.gif")) {
            refused(422, "image_refused", client.get(path(at(file)), ada));
        }
    }

    @Test
    void anAnswerWithoutEndIsReadUpToTheLimit() {
        serve("/endless.gif", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            endless(exchange.getResponseBody());
        });
        serve("/missing.gif", exchange -> {
            exchange.sendResponseHeaders(404, 0);
            endless(exchange.getResponseBody());
        });
        Client client = start(WorkerConfig.builder()
                .limits(WorkerLimits.builder()
                        .imageTimeout(Duration.ofMinutes(10))
                        .build()));
        String ada = client.token("ada");
        refused(422, "image_refused", client.get(path(at("/endless.gif")), ada));
        refused(404, "image_not_found", client.get(path(at("/missing.gif")), ada));
    }

    /** Until the other side hangs up. */
    private static void endless(OutputStream body) throws IOException {
        byte[] part = new byte[64 * 1024];
        while (true) {
            body.write(part);
        }
    }

    @Test
    void aHostThatIsSilentOrBreaksOffIsNotWaitedFor() {
        serve("/silent.gif", exchange -> await(ended));
        serve("/stalling.gif", exchange -> {
            exchange.sendResponseHeaders(200, GIF.length);
            exchange.getResponseBody().write(GIF, 0, 10);
            exchange.getResponseBody().flush();
            await(ended);
        });
        serve("/broken.gif", exchange -> {
            exchange.sendResponseHeaders(200, GIF.length);
            exchange.getResponseBody().write(GIF, 0, 10);
        });
        Client client = start(WorkerConfig.builder()
                .limits(WorkerLimits.builder()
                        .imageTimeout(Duration.ofMillis(300))
                        .build()));
        String ada = client.token("ada");
        for (String file : List.of("/silent.gif", "/stalling.gif", "/broken.gif")) {
            refused(502, "image_unavailable", client.get(path(at(file)), ada));
        }
        host.stop(0);
        refused(502, "image_unavailable", client.get(path(at("/gone.gif")), ada));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org/a.gif",
                "https://cdn.7tv.app.example.org/a.gif",
                "https://cdn.7tv.app./a.gif",
                "https://cdn.7tv.app:8443/a.gif",
                "http://cdn.7tv.app/a.gif",
                "http://localhost/a.gif",
                "http://127.0.0.1/a.gif",
                "https://169.254.169.254/latest/meta-data"
            })
    void hostsThatAreNotNamedAreNotAsked(String url) {
        Client client = start();
        refused(403, "host_not_allowed", client.get(path(url), client.token("ada")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a.gif",
                "//cdn.7tv.app/a.gif",
                "file:///etc/passwd",
                "ftp://cdn.7tv.app/a.gif",
                "https:a.gif",
                "https://cdn.7tv.app@example.org/a.gif",
                "https://user:secret@cdn.7tv.app/a.gif",
                "https://cdn.7tv.app/a.gif#fragment",
                "https://cdn.7tv.app/a b.gif",
                "https://cdn.7tv.app\\@example.org/"
            })
    void whatIsNoUrlOfAnImageIsRefused(String url) {
        Client client = start();
        refused(400, "invalid_request", client.get(path(url), client.token("ada")));
    }

    @Test
    void theUrlIsGivenOnceAndNotTooLong() {
        Client client = start();
        String ada = client.token("ada");
        refused(400, "invalid_request", client.get("/v1/images", ada));
        refused(400, "invalid_request", client.get(path("https://cdn.7tv.app/") + "&url=x", ada));
        refused(400, "invalid_request", client.get(path("https://cdn.7tv.app/" + "a".repeat(2048)), ada));
    }

    @Test
    void anAccountGetsTwelveHundredImagesAMinute() {
        serve("/cat.gif", reply(200, "image/gif", GIF));
        Client client = start(WorkerConfig.builder().requestRate(10_000, 10_000));
        String ada = client.token("ada");
        for (int i = 0; i < 1_200; i++) {
            assertThat(client.get(path(at("/cat.gif")), ada).status()).isEqualTo(200);
        }
        refused(429, "rate_limited", client.get(path(at("/cat.gif")), ada));
        assertThat(client.get(path(at("/cat.gif")), client.token("ben")).status())
                .isEqualTo(200);
        clock.advance(Duration.ofSeconds(60));
        assertThat(client.get(path(at("/cat.gif")), ada).status()).isEqualTo(200);
    }

    @Test
    void guestsOfOneAddressGetTwelveHundredImagesAMinuteTogetherInRoomsAndOutside() {
        serve("/cat.gif", reply(200, "image/gif", GIF));
        Client client = start(WorkerConfig.builder()
                .anonymousGuests(true)
                .trustedProxy("127.0.0.0/8")
                .requestRate(10_000, 10_000));
        String first = GuestsTest.guestToken(client, 'f');
        String second = GuestsTest.guestToken(client, 's');
        String join = "/v1/rooms/" + client.room("ada", new HostKey().body()) + "/join";
        String inRoom = client.post(join, second, Client.peer(HostKey.randomId()))
                .body()
                .get("roomToken")
                .asText();
        List<String> guests = List.of(first, second, inRoom);
        for (int i = 0; i < 1_200; i++) {
            assertThat(client.get(path(at("/cat.gif")), guests.get(i % 3)).status())
                    .isEqualTo(200);
        }
        for (String guest : guests) {
            refused(429, "rate_limited", client.get(path(at("/cat.gif")), guest));
        }
        refused(429, "rate_limited", client.get(path(at("/cat.gif")), GuestsTest.guestToken(client, 't')));
        assertThat(client.get(path(at("/cat.gif")), client.token("ada")).status())
                .as("an account at the same address")
                .isEqualTo(200);
        assertThat(client.send(client.request(path(at("/cat.gif")), first)
                                .header("X-Forwarded-For", "203.0.113.7")
                                .build())
                        .status())
                .as("a guest at another address")
                .isEqualTo(200);
    }

    @Test
    void whereNoHostIsNamedThereIsNothing() {
        worker = SignalingWorker.start(
                WorkerConfig.builder().imageHosts(List.of()).build());
        Client client = new Client(worker.url());
        refused(404, "not_found", client.get(path("https://cdn.7tv.app/a.gif"), client.token("ada")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://cdn.7tv.app", "cdn.7tv.app/x", "a b", "", "cdn.7tv.app:0", "cdn.7tv.app:65536", "*"})
    void whatIsNoHostIsNotTakenForOne(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerConfig.builder().imageHosts(List.of(text)));
    }

    @Test
    void noAddressGetsIntoTheLogOrARefusal() {
        List<String> logged = new CopyOnWriteArrayList<>();
        Handler listener = new Handler() {
            @Override
            public void publish(LogRecord line) {
                StringBuilder text = new StringBuilder(line.getMessage());
                for (Throwable t = line.getThrown(); t != null; t = t.getCause()) {
                    text.append(t);
                }
                logged.add(text.toString());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        root.addHandler(listener);
        try {
            serve("/status.gif", reply(500, "text/plain", new byte[0]));
            serve("/page.gif", reply(200, "image/gif", Pictures.svg()));
            Client client = start();
            String ada = client.token("ada");
            int port = URI.create(at("/")).getPort();
            List<String> said = new ArrayList<>();
            for (String url : List.of(at("/status.gif"), at("/page.gif"), "https://secret.example/a.gif", "no url")) {
                said.add(client.get(path(url), ada).body().toString());
            }
            host.stop(0);
            said.add(client.get(path(at("/gone.gif")), ada).body().toString());
            said.addAll(logged);
            assertThat(String.join("\n", said)).doesNotContain(Integer.toString(port), "secret.example", ".gif");
        } finally {
            root.removeHandler(listener);
        }
    }
}
