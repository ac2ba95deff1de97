package dev.parley.chat.signaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.SignalingException;
import dev.parley.chat.signaling.AccessTokenProvider.Freshness;
import dev.parley.chat.signaling.OAuthLogin.Flow;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.TrustedIssuer;
import dev.parley.chat.worker.WorkerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A worker and a login with an issuer of another project. */
class MockOAuth2ServerTest {
    private final MockOAuth2Server issuers = new MockOAuth2Server(OAuth2Config.Companion.fromJson("""
            {"httpServer": "NettyWrapper", "rotateRefreshToken": true, "tokenCallbacks": [
              {"issuerId": "tea", "tokenExpiry": 300, "requestMappings": [
                {"requestParam": "grant_type", "match": "*", "claims": {"sub": "ada", "aud": ["parley"]}}]}]}
            """));

    private SignalingWorker worker = startNothing();

    private static SignalingWorker startNothing() {
        return SignalingWorker.start(WorkerConfig.builder().build());
    }

    @BeforeEach
    void start() throws Exception {
        worker.close();
        issuers.start(InetAddress.getLoopbackAddress(), 0);
        worker = SignalingWorker.start(WorkerConfig.builder()
                .issuer(TrustedIssuer.of(issuer("tea"), "parley"))
                .issuer(TrustedIssuer.of(issuer("coffee"), "parley").withRequiredScopes("chat"))
                .build());
    }

    @AfterEach
    void stop() {
        worker.close();
        issuers.shutdown();
    }

    private URI issuer(String name) {
        return issuers.issuerUrl(name).uri();
    }

    private OkHttpSignaling client(AccessTokenProvider tokens) {
        return OkHttpSignaling.builder(worker.url()).accessTokens(tokens).build();
    }

    private static void assertAccepted(OkHttpSignaling client) {
        assertThat(client.publicRooms(null, 1).toCompletableFuture().join().rooms())
                .isEmpty();
    }

    private static final class Person implements LoginPrompt {
        final CompletableFuture<URI> link = new CompletableFuture<>();

        @Override
        public void openLink(URI given) {
            link.complete(given);
        }

        @Override
        public void enterCode(URI given, String code, @Nullable URI withCode, Instant expires) {
            link.completeExceptionally(new AssertionError("no code was to be typed"));
        }
    }

    private static void browse(URI link) throws IOException, InterruptedException {
        HttpClient browser = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        assertThat(browser.send(HttpRequest.newBuilder(link).build(), BodyHandlers.ofString())
                        .body())
                .contains("You are logged in");
    }

    @Test
    void theWorkerTakesTokensOfBothIssuersAndOfNoThird() {
        for (String name : new String[] {"tea", "coffee"}) {
            String token = issuers.issueToken(name, "someone", "parley", Map.of("scope", "chat"))
                    .serialize();
            try (OkHttpSignaling client = client(AccessTokenProvider.fixed(AccessToken.of(token)))) {
                assertAccepted(client);
            }
        }
        String third = issuers.issueToken("water", "someone", "parley").serialize();
        try (OkHttpSignaling client = client(AccessTokenProvider.fixed(AccessToken.of(third)))) {
            assertThatThrownBy(() -> assertAccepted(client))
                    .cause()
                    .isInstanceOfSatisfying(
                            SignalingException.class,
                            e -> assertThat(e.problem()).isEqualTo(SignalingException.Problem.UNAUTHORIZED));
        }
    }

    @Test
    void aPersonLogsInByBrowserAndTheLoginIsRenewed() throws Exception {
        try (OAuthLogin login = OAuthLogin.builder(worker.url())
                .issuer(issuer("tea"))
                .scopes("openid", "offline_access")
                .build()) {
            assertThat(login.flows().toCompletableFuture().join()).containsExactly(Flow.BROWSER);
            Person person = new Person();
            CompletableFuture<LoginTokens> done =
                    login.login(Flow.BROWSER, person).toCompletableFuture();
            browse(person.link.orTimeout(20, TimeUnit.SECONDS).join());
            LoginTokens tokens = done.orTimeout(20, TimeUnit.SECONDS).join();
            MemoryLogin store = new MemoryLogin(tokens);
            AccessTokenProvider provider = login.accessTokens(store);
            assertThat(provider.token(Freshness.CACHED).toCompletableFuture().join())
                    .isEqualTo(tokens.accessToken());
            String renewed =
                    provider.token(Freshness.FRESH).toCompletableFuture().join().value();
            assertThat(renewed).isNotEqualTo(tokens.accessToken().value());
            assertThat(store.load().orElseThrow().accessToken().value()).isEqualTo(renewed);
            try (OkHttpSignaling client = client(provider)) {
                assertAccepted(client);
            }
        }
    }

    @Test
    void whereThereAreSeveralIssuersOneHasToBeChosen() {
        try (OAuthLogin login = OAuthLogin.builder(worker.url()).build()) {
            assertThatThrownBy(() -> login.flows().toCompletableFuture().join())
                    .hasMessageContaining("several issuers, choose one")
                    .hasMessageContaining(issuer("tea").toString());
        }
    }

    @Test
    void aProgramLogsInWithItsOwnCredentials() {
        try (OAuthLogin login = OAuthLogin.builder(worker.url())
                        .issuer(issuer("tea"))
                        .clientId("robot")
                        .clientSecret("secret of the robot")
                        .build();
                OkHttpSignaling client = client(login.clientCredentials())) {
            assertAccepted(client);
        }
    }
}
