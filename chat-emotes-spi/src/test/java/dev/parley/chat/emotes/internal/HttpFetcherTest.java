package dev.parley.chat.emotes.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteRequest;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpFetcherTest {
    private static final int MAX_BYTES = 1_000;
    private static final Duration LONG = Duration.ofSeconds(30);

    private final AtomicLong nanos = new AtomicLong();
    private final MockWebServer server = new MockWebServer();
    private HttpFetcher fetcher;

    @BeforeEach
    void start() throws Exception {
        server.start();
        fetcher = fetcher(LONG);
    }

    @AfterEach
    void stop() {
        fetcher.close();
        server.close();
    }

    private HttpFetcher fetcher(Duration timeout) {
        return new HttpFetcher(
                List.of("local, http://127.0.0.1:" + server.getPort() + "/v3"),
                timeout,
                MAX_BYTES,
                null,
                nanos::get,
                InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z")),
                host -> List.of(InetAddress.getByName(host.equals("inside.example") ? "10.1.2.3" : "127.0.0.1")));
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getPort() + path);
    }

    private void assertFails(Reason reason) {
        assertFails(reason, address("/x"));
    }

    private void assertFails(Reason reason, URI address) {
        assertThatThrownBy(() -> fetcher.open().fetch(address))
                .isInstanceOf(EmoteLoadException.class)
                .hasMessageNotContaining("10.1.2.3")
                .extracting(e -> ((EmoteLoadException) e).reason())
                .isEqualTo(reason);
    }

    private static MockResponse.Builder response(int code) {
        return new MockResponse.Builder().code(code);
    }

    @Test
    void theWholeBodyIsGiven() throws Exception {
        server.enqueue(response(200).body("hello").build());

        assertThat(fetcher.open().fetch(address("/x?y=1")))
                .hasValueSatisfying(body -> assertThat(body).asString().isEqualTo("hello"));
        assertThat(server.takeRequest().getTarget()).isEqualTo("/x?y=1");
    }

    @Test
    void whatWasSentIsNotSentAgainWhenTheAnswerIsLost() {
        server.enqueue(
                response(200).onResponseStart(new SocketEffect.CloseSocket()).build());
        server.enqueue(response(200).build());

        assertThatThrownBy(() -> fetcher.open().send(EmoteRequest.postJson(address("/x"), "{}")))
                .isInstanceOf(EmoteLoadException.class)
                .extracting(e -> ((EmoteLoadException) e).reason())
                .isEqualTo(Reason.UNREACHABLE);
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 410})
    void aMissingResourceIsRememberedForTenMinutes(int code) throws Exception {
        server.enqueue(response(code).build());
        server.enqueue(response(200).body("now").build());

        assertThat(fetcher.open().fetch(address("/x"))).isEmpty();
        nanos.addAndGet(HttpFetcher.MISSING_IS_FRESH.toNanos() - 1);
        assertThat(fetcher.open().fetch(address("/x"))).isEmpty();
        assertThat(server.getRequestCount()).isEqualTo(1);
        nanos.addAndGet(1);
        assertThat(fetcher.open().fetch(address("/x"))).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "500, SERVER_ERROR",
        "503, SERVER_ERROR",
        "400, REQUEST_REFUSED",
        "401, REQUEST_REFUSED",
        "204, REQUEST_REFUSED",
        "304, REQUEST_REFUSED"
    })
    void anErrorStatusFails(int code, Reason reason) {
        server.enqueue(response(code).build());
        assertFails(reason);
    }

    @ParameterizedTest
    @CsvSource({"7, 7", ", 60", "soon, 60", "999999999, 3600", "'Thu, 01 Jan 2026 00:00:30 GMT', 30"})
    void aServerThatAsksForAPauseGetsIt(String retryAfter, long seconds) throws Exception {
        MockResponse.Builder refused = response(429);
        if (retryAfter != null) {
            refused.addHeader("Retry-After", retryAfter);
        }
        server.enqueue(refused.build());
        server.enqueue(response(200).body("again").build());

        assertFails(Reason.RATE_LIMITED);
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos() - 1);
        assertFails(Reason.RATE_LIMITED, address("/other"));
        assertThat(server.getRequestCount()).isEqualTo(1);
        nanos.addAndGet(1);
        assertThat(fetcher.open().fetch(address("/x"))).isPresent();
    }

    @Test
    void anUnchangedAnswerIsConfirmedNotSentAgain() throws Exception {
        server.enqueue(response(200).addHeader("ETag", "\"v1\"").body("hello").build());
        server.enqueue(response(304).build());
        server.enqueue(response(200).addHeader("ETag", "\"v2\"").body("changed").build());

        HttpFetcher.Session load = fetcher.open();
        byte[] first = load.require(address("/x"));
        first[0] = 'j';
        load.commit();
        assertThat(fetcher.open().require(address("/x"))).asString().isEqualTo("hello");
        assertThat(fetcher.open().require(address("/x"))).asString().isEqualTo("changed");
        assertThat(server.takeRequest().getHeaders().get("If-None-Match")).isNull();
        assertThat(server.takeRequest().getHeaders().get("If-None-Match")).isEqualTo("\"v1\"");
    }

    @Test
    void whatALoadCouldNotUseIsNotRemembered() throws Exception {
        server.enqueue(response(200).addHeader("ETag", "\"v1\"").body("garbage").build());
        server.enqueue(response(200).body("good").build());

        fetcher.open().require(address("/x"));
        fetcher.open().require(address("/x"));
        assertThat(server.takeRequest().getHeaders().get("If-None-Match")).isNull();
        assertThat(server.takeRequest().getHeaders().get("If-None-Match")).isNull();
    }

    @Test
    void aBodyMayHaveTheLimitAndNoByteMore() throws Exception {
        server.enqueue(response(200).body("x".repeat(MAX_BYTES)).build());
        assertThat(fetcher.open().require(address("/x"))).hasSize(MAX_BYTES);

        server.enqueue(response(200).body("x".repeat(MAX_BYTES + 1)).build());
        assertFails(Reason.TOO_LARGE);
        server.enqueue(response(200).chunkedBody("x".repeat(MAX_BYTES + 1), 100).build());
        assertFails(Reason.TOO_LARGE);
    }

    @Test
    void aBodyOfAHundredMegabytesIsRefusedByItsLength() {
        server.enqueue(response(200)
                .body("x")
                .setHeader("Content-Length", 100L * 1024 * 1024)
                .build());
        assertFails(Reason.TOO_LARGE);
    }

    @Test
    void aBodyIsCountedAfterDecompression() throws Exception {
        Buffer zipped = new Buffer();
        try (java.util.zip.GZIPOutputStream out = new java.util.zip.GZIPOutputStream(zipped.outputStream())) {
            out.write(new byte[100_000]);
        }
        assertThat(zipped.size()).isLessThan(MAX_BYTES);
        server.enqueue(
                response(200).addHeader("Content-Encoding", "gzip").body(zipped).build());
        assertFails(Reason.TOO_LARGE);
    }

    @Test
    void aCutAnswerFails() {
        server.enqueue(response(200)
                .body("x".repeat(500))
                .onResponseBody(new SocketEffect.CloseSocket())
                .build());
        assertFails(Reason.UNREACHABLE);
    }

    @Test
    void aServerThatIsNotThereFails() {
        server.close();
        assertFails(Reason.UNREACHABLE);
    }

    @Test
    void aSlowAnswerFailsInTime() {
        fetcher.close();
        fetcher = fetcher(Duration.ofMillis(200));
        server.enqueue(
                response(200).onResponseStart(SocketEffect.Stall.INSTANCE).build());
        assertFails(Reason.TIMED_OUT);
        server.enqueue(
                response(200).body("xxx").throttleBody(1, 1, TimeUnit.HOURS).build());
        assertFails(Reason.TIMED_OUT);
    }

    @Test
    void aCancelledSessionEndsAsInterrupted() throws Exception {
        server.enqueue(
                response(200).onResponseStart(SocketEffect.Stall.INSTANCE).build());
        HttpFetcher.Session session = fetcher.open();
        Thread canceller = new Thread(() -> {
            try {
                server.takeRequest();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            session.cancel();
        });
        canceller.start();
        assertThatThrownBy(() -> session.fetch(address("/x"))).isInstanceOf(InterruptedException.class);
        canceller.join();
        assertThatThrownBy(() -> session.fetch(address("/x"))).isInstanceOf(InterruptedException.class);
    }

    @Test
    void redirectsAreFollowedFiveTimes() throws Exception {
        for (int i = 0; i < HttpFetcher.MAX_REDIRECTS; i++) {
            server.enqueue(response(302).addHeader("Location", "/r" + i).build());
        }
        server.enqueue(response(200).body("there").build());
        assertThat(fetcher.open().require(address("/x"))).asString().isEqualTo("there");

        for (int i = 0; i <= HttpFetcher.MAX_REDIRECTS; i++) {
            server.enqueue(response(302).addHeader("Location", "/s" + i).build());
        }
        assertFails(Reason.ADDRESS_REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://plain.example/",
                "http://127.0.0.1:1/",
                "http://localhost:1/",
                "https://10.0.0.1/",
                "https://[fd00::1]/",
                "https://inside.example/",
                "file:///etc/hosts",
                "https://user:word@public.example/"
            })
    void aRedirectToAForbiddenAddressIsNotFollowed(String target) {
        server.enqueue(response(302).addHeader("Location", target).build());
        assertFails(Reason.ADDRESS_REFUSED);
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://public.example/",
                "http://127.0.0.1:1/",
                "https://127.0.0.1/",
                "https://localhost/",
                "https://192.168.1.1/",
                "https://169.254.169.254/latest",
                "https://[::1]/",
                "https://[::ffff:10.0.0.1]/",
                "https://[fe80::1]/",
                "https://[64:ff9b::a00:1]/",
                "https://0x7f.1/",
                "https://inside.example/",
                "https://rebinding.example/",
                "ftp://public.example/",
                "relative"
            })
    void aForbiddenAddressIsNotFetched(String address) {
        assertFails(Reason.ADDRESS_REFUSED, URI.create(address));
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void aSettingForAWebSocketAllowsItsLoopbackAddress() {
        Origins origins = Origins.fromSettings(List.of("ws://127.0.0.1:8080/v3", "WSS://localhost:8081"));

        assertThat(origins.allow(URI.create("http://127.0.0.1:8080/v3"))).isNotNull();
        assertThat(origins.allow(URI.create("https://localhost:8081/"))).isNotNull();
        assertThat(origins.allow(URI.create("http://127.0.0.1:8081/"))).isNull();
        assertThat(origins.allow(URI.create("http://localhost:8081/"))).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "1.1.1.1, true",
        "93.184.216.34, true",
        "0.0.0.0, false",
        "10.0.0.1, false",
        "100.64.0.1, false",
        "100.127.255.255, false",
        "100.128.0.1, true",
        "127.0.0.1, false",
        "169.254.1.1, false",
        "172.16.0.1, false",
        "172.31.255.255, false",
        "172.32.0.1, true",
        "192.0.0.1, false",
        "192.0.2.1, false",
        "192.168.0.1, false",
        "198.18.0.1, false",
        "198.19.255.255, false",
        "198.20.0.1, true",
        "198.51.100.1, false",
        "203.0.113.1, false",
        "224.0.0.1, false",
        "240.0.0.1, false",
        "255.255.255.255, false",
        "2606:4700::1111, true",
        "::, false",
        "::1, false",
        "fc00::1, false",
        "fd12::1, false",
        "fe80::1, false",
        "fec0::1, false",
        "ff02::1, false",
        "2001:db8::1, false",
        "2001::1, false",
        "2002:a00:1::1, false",
        "2002:101:101::1, true",
        "64:ff9b::a00:1, false",
        "64:ff9b::101:101, true",
        "64:ff9b:1::101:101, false",
        "::ffff:10.0.0.1, false",
        "100::1, false",
    })
    void onlyAddressesOfThePublicInternetArePublic(String address, boolean isPublic) throws Exception {
        assertThat(PublicAddresses.isPublic(InetAddress.getByName(address))).isEqualTo(isPublic);
    }
}
