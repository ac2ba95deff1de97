package dev.parley.chat.signaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.AccessTokenProvider.Freshness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mockwebserver3.MockResponse;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AccessTokenTest {

    private static final String DELETE = "DELETE {room}";

    private final TestEnvironment environment = new TestEnvironment();
    private Worker worker;

    @BeforeEach
    void start() throws IOException {
        worker = new Worker();
    }

    @AfterEach
    void stop() {
        worker.close();
        environment.close();
    }

    private OkHttpSignaling.Builder builder() {
        return OkHttpSignaling.builder(worker.url()).environment(environment);
    }

    private static AccessToken join(CompletionStage<AccessToken> stage) {
        return stage.toCompletableFuture().join();
    }

    @Test
    void aTokenDoesNotShowItself() {
        assertThat(AccessToken.of("secret-value").toString()).doesNotContain("secret-value");
    }

    @Test
    void aTokenThatFitsNoHeaderIsRefusedWithoutBeingRepeated() {
        assertThatThrownBy(() -> AccessToken.of("secret\nvalue"))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("secret");
        assertThat(AccessToken.of("a".repeat(AccessToken.MAX_CHARACTERS)).value())
                .hasSize(AccessToken.MAX_CHARACTERS);
        assertThatThrownBy(() -> AccessToken.of("a".repeat(AccessToken.MAX_CHARACTERS + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFileIsReadAnewEachTime(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("token");
        AccessTokenProvider provider = AccessTokenProvider.fromFile(file);
        assertThat(RequestTest.failure(provider.token(Freshness.CACHED)).problem())
                .isEqualTo(Problem.UNAUTHORIZED);

        Files.writeString(file, " one\n");
        assertThat(join(provider.token(Freshness.CACHED)).value()).isEqualTo("one");
        Files.writeString(file, "two");
        assertThat(join(provider.token(Freshness.CACHED)).value()).isEqualTo("two");
        Files.writeString(file, "two words");
        assertThat(RequestTest.failure(provider.token(Freshness.CACHED)).problem())
                .isEqualTo(Problem.UNAUTHORIZED);
    }

    @Test
    void anUnsetEnvironmentVariableIsUnauthorized() {
        assertThat(RequestTest.failure(AccessTokenProvider.fromEnvironmentVariable("PARLEY_SURELY_UNSET")
                                .token(Freshness.CACHED))
                        .problem())
                .isEqualTo(Problem.UNAUTHORIZED);
    }

    @Test
    void aRefusedTokenIsRenewedOnce() throws Exception {
        List<Freshness> asked = new ArrayList<>();
        worker.answer(DELETE, Worker.problem(401, "unauthorized"), Worker.empty(204));
        try (OkHttpSignaling signaling = builder()
                .accessTokens(freshness -> {
                    asked.add(freshness);
                    return CompletableFuture.completedFuture(AccessToken.of("token-" + asked.size()));
                })
                .build()) {
            signaling.withdraw(Worker.ROOM).toCompletableFuture().join();
        }

        assertThat(asked).containsExactly(Freshness.CACHED, Freshness.FRESH);
        assertThat(worker.take(DELETE).getHeaders().get("Authorization")).isEqualTo("Bearer token-1");
        assertThat(worker.take(DELETE).getHeaders().get("Authorization")).isEqualTo("Bearer token-2");
    }

    @Test
    void aTokenThatIsRefusedTwiceIsUnauthorized() {
        worker.answer(DELETE, Worker.problem(401, "unauthorized"));
        try (OkHttpSignaling signaling = builder()
                .accessTokens(AccessTokenProvider.fixed(AccessToken.of("t")))
                .build()) {
            assertThat(RequestTest.failure(signaling.withdraw(Worker.ROOM)).problem())
                    .isEqualTo(Problem.UNAUTHORIZED);
        }
        assertThat(worker.requestCount()).isEqualTo(2);
    }

    @Test
    void aProviderThatThrowsOrStallsIsUnauthorized() {
        try (OkHttpSignaling signaling = builder()
                .accessTokens(freshness -> {
                    throw new IllegalStateException("no");
                })
                .build()) {
            assertThat(RequestTest.failure(signaling.withdraw(Worker.ROOM)).problem())
                    .isEqualTo(Problem.UNAUTHORIZED);
        }
        try (OkHttpSignaling signaling = builder()
                .accessTokens(freshness -> new CompletableFuture<>())
                .tokenTimeout(Duration.ofSeconds(70))
                .build()) {
            CompletionStage<Void> stage = signaling.withdraw(Worker.ROOM);
            environment.fire(Duration.ofSeconds(70));
            assertThat(RequestTest.failure(stage).problem()).isEqualTo(Problem.UNAUTHORIZED);
        }
        assertThat(worker.requestCount()).isZero();
    }

    @Test
    void concurrentRequestsShareOneFetchAndItsTokenIsKeptUntilShortlyBeforeItExpires() {
        List<CompletableFuture<AccessToken>> fetches = new ArrayList<>();
        AccessTokenProvider cache = AccessTokenProvider.cached(
                freshness -> {
                    fetches.add(new CompletableFuture<>());
                    return fetches.get(fetches.size() - 1);
                },
                environment);
        CompletionStage<AccessToken> first = cache.token(Freshness.CACHED);
        CompletionStage<AccessToken> second = cache.token(Freshness.FRESH);
        assertThat(fetches).hasSize(1);

        AccessToken token = new AccessToken(
                "one", Instant.ofEpochMilli(environment.epochMillis()).plusSeconds(3600));
        fetches.get(0).complete(token);
        assertThat(join(first)).isEqualTo(token);
        assertThat(join(second)).isEqualTo(token);

        environment.advance(Duration.ofSeconds(3539));
        assertThat(join(cache.token(Freshness.CACHED))).isEqualTo(token);
        environment.advance(Duration.ofSeconds(1));
        assertThat(cache.token(Freshness.CACHED).toCompletableFuture()).isNotDone();
        assertThat(fetches).hasSize(2);
    }

    @Test
    void aFailedFetchIsNotKept() {
        List<Freshness> asked = new ArrayList<>();
        AccessTokenProvider cache = AccessTokenProvider.cached(
                freshness -> {
                    asked.add(freshness);
                    return asked.size() == 1
                            ? CompletableFuture.failedFuture(new IllegalStateException("no"))
                            : CompletableFuture.completedFuture(AccessToken.of("t"));
                },
                environment);
        assertThat(cache.token(Freshness.CACHED).toCompletableFuture()).isCompletedExceptionally();
        assertThat(join(cache.token(Freshness.CACHED)).value()).isEqualTo("t");
    }

    private void layOutDevelopmentIssuer(String base, String issuer) {
        worker.answer(
                "GET ice-servers",
                Worker.problemBuilder(401, "unauthorized")
                        .setHeader(
                                "WWW-Authenticate",
                                "Bearer resource_metadata=\"" + base + "/.well-known/oauth-protected-resource\"")
                        .build());
        worker.answer(
                "GET oauth-protected-resource",
                Worker.json(200, "{\"resource\":\"a\",\"authorization_servers\":[\"" + issuer + "/dev\"]}"));
        worker.answer(
                "GET dev",
                Worker.json(
                        200, "{\"issuer\":\"" + issuer + "/dev\",\"token_endpoint\":\"" + issuer + "/dev/token\"}"));
        worker.answer(
                "POST token",
                Worker.json(200, "{\"access_token\":\"dev-token\",\"token_type\":\"Bearer\",\"expires_in\":3600}"));
        worker.answer(DELETE, Worker.empty(204));
    }

    @Test
    void aWorkerThatIsItsOwnIssuerGivesATokenAway() throws Exception {
        layOutDevelopmentIssuer(worker.url().toString(), worker.url().toString());
        try (OkHttpSignaling signaling =
                builder().developmentAccount("alice & co").build()) {
            signaling.withdraw(Worker.ROOM).toCompletableFuture().join();
            signaling.withdraw(Worker.ROOM).toCompletableFuture().join();
        }

        assertThat(worker.take(DELETE).getHeaders().get("Authorization")).isEqualTo("Bearer dev-token");
        assertThat(worker.take("GET dev").getUrl().encodedPath())
                .isEqualTo("/.well-known/oauth-authorization-server/dev");
        ByteString form = worker.take("POST token").getBody();
        assertThat(form).isNotNull();
        assertThat(form.utf8()).isEqualTo("grant_type=client_credentials&client_id=alice+%26+co");
        assertThat(worker.waiting("POST token")).isZero();
    }

    @Test
    void anIssuerAtAnotherOriginIsSentNothing() throws Exception {
        try (Worker elsewhere = new Worker()) {
            layOutDevelopmentIssuer(worker.url().toString(), elsewhere.url().toString());
            try (OkHttpSignaling signaling = builder().build()) {
                assertThat(RequestTest.failure(signaling.withdraw(Worker.ROOM)).problem())
                        .isEqualTo(Problem.UNAUTHORIZED);
            }
            assertThat(elsewhere.requestCount()).isZero();
        }
    }

    @Test
    void metadataAtAnotherOriginIsNotAskedFor() throws Exception {
        try (Worker elsewhere = new Worker()) {
            layOutDevelopmentIssuer(elsewhere.url().toString(), worker.url().toString());
            try (OkHttpSignaling signaling = builder().build()) {
                assertThat(RequestTest.failure(signaling.withdraw(Worker.ROOM)).problem())
                        .isEqualTo(Problem.UNAUTHORIZED);
            }
            assertThat(elsewhere.requestCount()).isZero();
        }
    }

    @Test
    void aWorkerElsewhereNeedsAProvider() {
        try (OkHttpSignaling signaling = OkHttpSignaling.connect("https://worker.invalid")) {
            assertThat(RequestTest.failure(signaling.withdraw(Worker.ROOM)))
                    .hasMessageContaining("configure an access-token provider")
                    .extracting(problem -> problem.problem())
                    .isEqualTo(Problem.UNAUTHORIZED);
        }
    }

    @Test
    void aWorkerWithAnotherIssuerSaysSo() {
        worker.answer("GET ice-servers", Worker.problem(401, "unauthorized"));
        MockResponse missing = Worker.problem(404, "not_found");
        worker.answer("GET oauth-protected-resource", missing);
        try (OkHttpSignaling signaling = builder().build()) {
            assertThat(RequestTest.failure(signaling.withdraw(Worker.ROOM)).problem())
                    .isEqualTo(Problem.UNAUTHORIZED);
        }
    }
}
