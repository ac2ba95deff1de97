package dev.parley.chat.signaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.AccessTokenProvider.Freshness;
import dev.parley.chat.signaling.OAuthLogin.Flow;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Logins at a real server that behaves as the RFCs say, with a clock that only moves when a test says so. */
class OAuthLoginTest {
    private static final HttpClient BROWSER =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

    private final TestEnvironment environment = new TestEnvironment();
    private final LoginServer server = new LoginServer(environment);
    private final OAuthLogin login = OAuthLogin.builder(server.url())
            .environment(environment)
            // Unlike any wait of a login, so that a test fires the timer that it means.
            .requestTimeout(Duration.ofSeconds(11))
            .build();
    private final Person person = new Person();

    @AfterEach
    void close() {
        login.close();
        server.close();
        environment.close();
    }

    private static final class Person implements LoginPrompt {
        final CompletableFuture<URI> link = new CompletableFuture<>();
        final CompletableFuture<String> code = new CompletableFuture<>();
        final CompletableFuture<Instant> expires = new CompletableFuture<>();

        @Override
        public void openLink(URI given) {
            link.complete(given);
        }

        @Override
        public void enterCode(URI given, String userCode, @Nullable URI linkWithCode, Instant end) {
            link.complete(given);
            code.complete(userCode);
            expires.complete(end);
        }
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private CompletableFuture<LoginTokens> begin(Flow flow) {
        return login.login(flow, person).toCompletableFuture();
    }

    private static HttpResponse<String> browse(String link) {
        try {
            return BROWSER.send(HttpRequest.newBuilder(URI.create(link)).build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertFails(CompletableFuture<?> future, Problem problem, String message) {
        assertThatThrownBy(() -> get(future))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        SignalingException.class, e -> assertThat(e.problem()).isEqualTo(problem))
                .hasMessageContaining(message);
    }

    private static final Duration FIVE = Duration.ofSeconds(5);

    @Test
    void aLoginByCodeWaitsUntilItIsApproved() {
        CompletableFuture<LoginTokens> done = begin(Flow.DEVICE);
        assertThat(get(person.code)).isEqualTo(LoginServer.USER_CODE);
        assertThat(get(person.link)).isEqualTo(server.url().resolve("/activate"));
        environment.fire(FIVE);
        environment.fire(FIVE);
        environment.awaitTimer(FIVE);
        assertThat(done).isNotDone();
        server.answer = LoginServer.Answer.APPROVED;
        environment.fire(FIVE);
        LoginTokens tokens = get(done);
        assertThat(tokens.accessToken().value()).isEqualTo("access-1");
        assertThat(tokens.refreshToken()).isEqualTo("refresh-1");
        assertThat(tokens.issuer()).isEqualTo(server.url().resolve("/realm"));
        assertThat(tokens.worker()).isEqualTo(server.url());
        assertThat(tokens.toString()).doesNotContain("access-1").doesNotContain("refresh-1");
    }

    @Test
    void aLoginByCodeSlowsDownWhenItIsAskedTo() {
        CompletableFuture<LoginTokens> done = begin(Flow.DEVICE);
        server.askToSlowDown();
        environment.fire(FIVE);
        server.answer = LoginServer.Answer.APPROVED;
        environment.fire(Duration.ofSeconds(10));
        assertThat(get(done).accessToken().value()).isEqualTo("access-1");
    }

    @Test
    void aLoginByCodeEndsWithTheCode() {
        CompletableFuture<LoginTokens> done = begin(Flow.DEVICE);
        assertThat(get(person.expires))
                .isEqualTo(Instant.ofEpochMilli(environment.epochMillis()).plusSeconds(60));
        environment.awaitTimer(FIVE);
        environment.advance(Duration.ofSeconds(61));
        environment.fire(FIVE);
        assertFails(done, Problem.UNAUTHORIZED, "the code has expired");
        assertThat(server.tokenForms).as("the server said so").hasSize(1);
    }

    @Test
    void aLoginByCodeEndsByItsOwnClockWhereTheServerIsSilent() {
        CompletableFuture<LoginTokens> done = begin(Flow.DEVICE);
        for (int i = 0; i < 11; i++) {
            environment.fire(FIVE);
        }
        // 55 of 60 s are over: the last wait is until the end.
        environment.fire(FIVE);
        assertFails(done, Problem.UNAUTHORIZED, "the code has expired");
        assertThat(server.tokenForms).hasSize(11);
    }

    @Test
    void aLoginByCodeEndsWhenItIsDenied() {
        CompletableFuture<LoginTokens> done = begin(Flow.DEVICE);
        server.answer = LoginServer.Answer.DENIED;
        environment.fire(FIVE);
        assertFails(done, Problem.UNAUTHORIZED, "refused in the browser");
    }

    @Test
    void aLoginByCodeOutlivesAServerThatFailsForAWhile() {
        CompletableFuture<LoginTokens> done = begin(Flow.DEVICE);
        server.failuresToCome = 2;
        server.answer = LoginServer.Answer.APPROVED;
        environment.fire(FIVE);
        environment.fire(Duration.ofSeconds(10));
        environment.fire(Duration.ofSeconds(20));
        assertThat(get(done).accessToken().value()).isEqualTo("access-1");
    }

    @Test
    void aClientThatTheIssuerDoesNotKnowIsTold() {
        try (OAuthLogin other = OAuthLogin.builder(server.url())
                .environment(environment)
                .clientId("stranger")
                .build()) {
            assertFails(
                    other.login(Flow.DEVICE, person).toCompletableFuture(),
                    Problem.UNAUTHORIZED,
                    "does not know this client");
        }
    }

    @Test
    void aLoginByBrowserComesBackToLoopbackAndProvesItself() {
        CompletableFuture<LoginTokens> done = begin(Flow.BROWSER);
        String link = get(person.link).toString();
        assertThat(link)
                .contains("response_type=code", "code_challenge_method=S256", "client_id=parley", "scope=chat")
                .contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A");
        assertThat(browse(link).body()).contains("You are logged in");
        assertThat(get(done).accessToken().value()).isEqualTo("access-1");
        String verifier = server.tokenForms.get(0).get("code_verifier");
        assertThat(verifier).hasSize(43);
        assertThat(server.tokenForms.get(0))
                .containsEntry("resource", server.url().toString())
                .containsEntry("client_id", "parley");
        assertThatThrownBy(() -> browse(callback(link, "")))
                .as("the port is closed")
                .isInstanceOf(AssertionError.class);
    }

    private static String parameter(String link, String name) {
        return java.util.Objects.requireNonNull(okhttp3.HttpUrl.get(link).queryParameter(name));
    }

    private static String callback(String link, String query) {
        return parameter(link, "redirect_uri") + "?" + query;
    }

    @Test
    void aCallWithoutTheStateOfTheLoginChangesNothing() {
        CompletableFuture<LoginTokens> done = begin(Flow.BROWSER);
        String link = get(person.link).toString();
        String state = parameter(link, "state");
        String iss = "&iss=" + server.url() + "/realm";
        for (String query : new String[] {
            "code=evil" + iss,
            "code=evil&state=" + iss,
            "code=evil&state=wrong" + iss,
            "code=evil&state=" + state + "&state=" + state + iss,
            "error=access_denied&state=wrong"
        }) {
            assertThat(browse(callback(link, query)).statusCode()).as(query).isEqualTo(400);
        }
        assertThat(browse(parameter(link, "redirect_uri").replace("/callback", "/") + "?code=evil&state=" + state)
                        .statusCode())
                .isEqualTo(400);
        assertThat(done).isNotDone();
        assertThat(server.tokenForms).isEmpty();
        browse(link);
        assertThat(get(done).accessToken().value()).isEqualTo("access-1");
    }

    @Test
    void theAnswerOfAnotherIssuerEndsTheLogin() {
        for (String iss : new String[] {"&iss=https://issuer.example.org", ""}) {
            Person someone = new Person();
            CompletableFuture<LoginTokens> done =
                    login.login(Flow.BROWSER, someone).toCompletableFuture();
            String link = get(someone.link).toString();
            browse(callback(link, "code=evil&state=" + parameter(link, "state") + iss));
            assertFails(done, Problem.UNAUTHORIZED, "another issuer");
        }
        assertThat(server.tokenForms).isEmpty();
    }

    @Test
    void aRefusalInTheBrowserEndsTheLogin() {
        CompletableFuture<LoginTokens> done = begin(Flow.BROWSER);
        String link = get(person.link).toString();
        browse(callback(
                link, "error=access_denied&state=" + parameter(link, "state") + "&iss=" + server.url() + "/realm"));
        assertFails(done, Problem.UNAUTHORIZED, "refused in the browser");
    }

    @Test
    void aBrowserThatDoesNotComeBackIsNotAwaitedForEver() {
        CompletableFuture<LoginTokens> done = begin(Flow.BROWSER);
        get(person.link);
        environment.fire(Duration.ofMinutes(5));
        assertFails(done, Problem.UNAUTHORIZED, "did not come back within 300 s");
    }

    @Test
    void theWaysThatTheIssuerOffersAreTold() {
        assertThat(get(login.flows().toCompletableFuture())).isEqualTo(Set.of(Flow.BROWSER, Flow.DEVICE));
        server.offersDevice = false;
        assertThat(get(login.flows().toCompletableFuture())).isEqualTo(Set.of(Flow.BROWSER));
        assertFails(begin(Flow.DEVICE), Problem.UNAUTHORIZED, "offers no login by a code");
    }

    @Test
    void aWorkerOfAnotherNameAndAnIssuerOfAnotherNameAreNotBelieved() {
        server.resourceName = "https://parley.example.org";
        assertFails(login.flows().toCompletableFuture(), Problem.UNAUTHORIZED, "goes by another address");
        server.resourceName = "";
        server.issuerName = "https://issuer.example.org";
        assertFails(login.flows().toCompletableFuture(), Problem.PROTOCOL, "another issuer");
    }

    @Test
    void anIssuerThatTheWorkerDoesNotNameIsNotUsed() {
        try (OAuthLogin pinned = OAuthLogin.builder(server.url())
                .environment(environment)
                .issuer(URI.create("https://issuer.example.org"))
                .build()) {
            assertFails(
                    pinned.flows().toCompletableFuture(), Problem.UNAUTHORIZED, "does not take tokens of the issuer");
        }
    }

    private LoginTokens stored(Duration life) {
        return new LoginTokens(
                server.url(),
                server.url().resolve("/realm"),
                "parley",
                new AccessToken(
                        "access-0",
                        Instant.ofEpochMilli(environment.epochMillis()).plus(life)),
                server.refreshToken());
    }

    private static String token(AccessTokenProvider provider, Freshness freshness) {
        return get(provider.token(freshness).toCompletableFuture()).value();
    }

    @Test
    void aTokenIsUsedUntilShortlyBeforeItsEndAndThenRenewed() {
        MemoryLogin store = new MemoryLogin(stored(Duration.ofSeconds(100)));
        AccessTokenProvider provider = login.accessTokens(store);
        assertThat(token(provider, Freshness.CACHED)).isEqualTo("access-0");
        environment.advance(Duration.ofSeconds(69));
        assertThat(token(provider, Freshness.CACHED)).isEqualTo("access-0");
        environment.advance(Duration.ofSeconds(1));
        assertThat(token(provider, Freshness.CACHED)).isEqualTo("access-2");
        assertThat(store.load().orElseThrow().refreshToken()).isEqualTo("refresh-2");
        assertThat(store.isLocked()).isFalse();
        assertThat(token(provider, Freshness.CACHED)).isEqualTo("access-2");
    }

    @Test
    void aTokenThatTheWorkerRefusesIsRenewedBeforeItsEnd() {
        AccessTokenProvider provider = login.accessTokens(new MemoryLogin(stored(Duration.ofSeconds(1000))));
        assertThat(token(provider, Freshness.CACHED)).isEqualTo("access-0");
        assertThat(token(provider, Freshness.FRESH)).isEqualTo("access-2");
    }

    @Test
    void twoThatFindTheTokenOldRenewItOnce() {
        MemoryLogin store = new MemoryLogin(stored(Duration.ofSeconds(1)));
        AccessTokenProvider one = login.accessTokens(store);
        try (OAuthLogin another =
                OAuthLogin.builder(server.url()).environment(environment).build()) {
            AccessTokenProvider two = another.accessTokens(store);
            LoginTokenStore.Lock held = store.tryLock().orElseThrow();
            CompletableFuture<AccessToken> first = one.token(Freshness.CACHED).toCompletableFuture();
            CompletableFuture<AccessToken> second = two.token(Freshness.CACHED).toCompletableFuture();
            Duration wait = Duration.ofMillis(50);
            environment.awaitTimer(wait);
            environment.fire(wait);
            environment.awaitTimer(wait);
            held.close();
            environment.fire(wait);
            // One has the lock now; the other looks again when that one is done.
            get(CompletableFuture.anyOf(first, second));
            environment.fire(wait);
            assertThat(get(first).value()).isEqualTo("access-2");
            assertThat(get(second).value()).isEqualTo("access-2");
            assertThat(server.tokensForGrant("refresh_token")).isEqualTo("1");
        }
    }

    @Test
    void aLoginThatTheIssuerHasEndedIsOver() {
        LoginTokens before = stored(Duration.ofSeconds(1));
        server.refreshToken();
        environment.advance(Duration.ofSeconds(2));
        assertFails(
                login.accessTokens(new MemoryLogin(before))
                        .token(Freshness.CACHED)
                        .toCompletableFuture(),
                Problem.UNAUTHORIZED,
                "the login is over");
    }

    @Test
    void aTokenNearItsEndIsUsedWhileTheIssuerIsDown() {
        AccessTokenProvider provider = login.accessTokens(new MemoryLogin(stored(Duration.ofSeconds(20))));
        server.failuresToCome = 2;
        assertThat(token(provider, Freshness.CACHED)).isEqualTo("access-0");
        environment.advance(Duration.ofSeconds(20));
        assertFails(provider.token(Freshness.CACHED).toCompletableFuture(), Problem.UNAVAILABLE, "cannot serve now");
        assertThat(token(provider, Freshness.CACHED)).isEqualTo("access-2");
    }

    @Test
    void nobodyLoggedInIsSaid() {
        assertFails(
                login.accessTokens(new MemoryLogin(null))
                        .token(Freshness.CACHED)
                        .toCompletableFuture(),
                Problem.UNAUTHORIZED,
                "nobody is logged in");
    }

    @Test
    void aLogoutRevokesTheRefreshTokenWhereThatIsOffered() {
        LoginTokens tokens = stored(Duration.ofSeconds(100));
        assertThat(get(login.revoke(tokens).toCompletableFuture())).isTrue();
        assertThat(server.revoked).isEqualTo(tokens.refreshToken());
        server.offersRevocation = false;
        assertThat(get(login.revoke(tokens).toCompletableFuture())).isFalse();
    }
}
