package dev.parley.chat.emotes.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ImageFetcherTest {
    /** One pixel. */
    private static final byte[] PNG = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private final AtomicLong nowMillis = new AtomicLong(1_800_000_000_000L);
    private final MockWebServer server = new MockWebServer();

    @TempDir
    Path directory;

    private HttpFetcher fetcher;
    private ImageFetcher images;

    @BeforeEach
    void start() throws Exception {
        server.start();
        open(null);
    }

    @AfterEach
    void stop() {
        images.close();
        fetcher.close();
        server.close();
    }

    private void open(ImageFetcher.@Nullable Proxy proxy) {
        InstantSource clock = () -> Instant.ofEpochMilli(nowMillis.get());
        DiskCache disk = new DiskCache(directory, 1_000_000, clock);
        fetcher = new HttpFetcher(List.of(address("/").toString()), Duration.ofSeconds(30), 1_000, disk);
        images = new ImageFetcher(fetcher, disk, proxy, clock);
    }

    private void restart() {
        images.close();
        fetcher.close();
        open(null);
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getPort() + path);
    }

    private static MockResponse image(byte[] body) {
        return new MockResponse.Builder().body(new Buffer().write(body)).build();
    }

    private void assertFails(Reason reason) {
        assertThatThrownBy(() -> images.fetch(address("/a.png")).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        EmoteLoadException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void anImageIsFetchedOnceAndThenTakenFromTheDisk() {
        server.enqueue(image(PNG));

        assertThat(images.fetch(address("/a.png")).join()).isEqualTo(PNG);
        restart();
        assertThat(images.fetch(address("/a.png")).join()).isEqualTo(PNG);
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void whoAsksForAnImageThatIsBeingFetchedGetsTheSame() {
        server.enqueue(new MockResponse.Builder()
                .headersDelay(200, TimeUnit.MILLISECONDS)
                .body(new Buffer().write(PNG))
                .build());

        CompletableFuture<byte[]> first = images.fetch(address("/a.png"));
        CompletableFuture<byte[]> second = images.fetch(address("/a.png"));
        assertThat(CompletableFuture.allOf(first, second)).succeedsWithin(Duration.ofSeconds(20));
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void anOldImageIsFetchedAgainAndUsedAsLongAsThereIsNoNewOne() {
        server.enqueue(image(PNG));
        images.fetch(address("/a.png")).join();
        nowMillis.addAndGet(ImageFetcher.FRESH.toMillis());
        server.enqueue(new MockResponse.Builder().code(503).build());
        assertThat(images.fetch(address("/a.png")).join()).isEqualTo(PNG);
        server.enqueue(new MockResponse.Builder().code(404).build());
        assertFails(Reason.NOT_FOUND);
        assertThat(server.getRequestCount()).isEqualTo(3);
    }

    @Test
    void whatIsNoImageIsRefusedAndNotKept() {
        server.enqueue(image("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".getBytes(StandardCharsets.UTF_8)));
        assertFails(Reason.MALFORMED);
        server.enqueue(image(Arrays.copyOf(PNG, PNG.length - 1)));
        assertFails(Reason.MALFORMED);
        server.enqueue(image(Arrays.copyOf(PNG, PNG.length + 1)));
        assertFails(Reason.MALFORMED);
        server.enqueue(image(PNG));
        assertThat(images.fetch(address("/a.png")).join()).isEqualTo(PNG);
    }

    @Test
    void aCutAnswerAndAMissingOneFail() {
        server.enqueue(new MockResponse.Builder()
                .body(new Buffer().write(PNG))
                .onResponseBody(new SocketEffect.CloseSocket())
                .build());
        assertFails(Reason.UNREACHABLE);
        server.enqueue(new MockResponse.Builder().code(404).build());
        assertFails(Reason.NOT_FOUND);
        assertFails(Reason.NOT_FOUND);
        assertThat(server.getRequestCount())
                .as("what is missing is not asked for again")
                .isEqualTo(2);
    }

    @Test
    void aProxyFetchesInOnesStead() throws Exception {
        closeBoth();
        open(new ImageFetcher.Proxy(address("/v1/images"), () -> Optional.of("secret")));
        server.enqueue(image(PNG));
        URI elsewhere = URI.create("https://cdn.example/emote/1/2x.webp?v=1");

        assertThat(images.fetch(elsewhere).join()).isEqualTo(PNG);
        var request = server.takeRequest();
        assertThat(request.getTarget())
                .isEqualTo("/v1/images?url=https%3A%2F%2Fcdn.example%2Femote%2F1%2F2x.webp%3Fv%3D1");
        assertThat(request.getHeaders().get("Authorization")).isEqualTo("Bearer secret");
        assertThat(images.fetch(elsewhere).join()).isEqualTo(PNG);
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void aProxyIsNotToldOfWhatIsOnThisMachineNorTheTokenOfWhereItRedirects() throws Exception {
        closeBoth();
        open(new ImageFetcher.Proxy(address("/v1/images"), () -> Optional.of("secret")));
        server.enqueue(image(PNG));
        images.fetch(address("/here.png")).join();
        assertThat(server.takeRequest().getHeaders().get("Authorization")).isNull();

        server.enqueue(new MockResponse.Builder()
                .code(302)
                .addHeader("Location", address("/other").toString())
                .build());
        server.enqueue(image(PNG));
        images.fetch(URI.create("https://cdn.example/x.png")).join();
        assertThat(server.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer secret");
        assertThat(server.takeRequest().getHeaders().get("Authorization")).isNull();
    }

    private void closeBoth() {
        images.close();
        fetcher.close();
    }

    @Test
    void closingEndsWhatIsFetchedAndWhatWaits() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build());
        CompletableFuture<byte[]> fetching = images.fetch(address("/a.png"));
        server.takeRequest();
        images.close();

        assertThatThrownBy(fetching::join).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> images.fetch(address("/b.png")).join()).isInstanceOf(CancellationException.class);
    }
}
