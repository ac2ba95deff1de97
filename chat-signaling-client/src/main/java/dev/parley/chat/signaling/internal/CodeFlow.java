package dev.parley.chat.signaling.internal;

import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.LoginPrompt;
import dev.parley.chat.signaling.LoginTokens;
import dev.parley.chat.transport.Environment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import okhttp3.HttpUrl;

/** A login by a browser of this machine: authorization code with PKCE (RFC 7636), back to loopback (RFC 8252). */
public final class CodeFlow {

    private static final int RANDOM_BYTES = 32;

    private final OAuthHttp http;
    private final AuthorizationServer server;
    private final HttpUrl worker;
    private final Set<String> scopes;
    private final Duration timeout;

    /**
     * Makes one login.
     *
     * @param http sends
     * @param server at which, with an authorization endpoint
     * @param worker for which
     * @param scopes to ask for
     * @param timeout until the browser has to lead back
     */
    public CodeFlow(OAuthHttp http, AuthorizationServer server, HttpUrl worker, Set<String> scopes, Duration timeout) {
        this.http = http;
        this.server = server;
        this.worker = worker;
        this.scopes = scopes;
        this.timeout = timeout;
    }

    /**
     * Runs the login, once.
     *
     * @param prompt tells the person what to do
     * @return completes with the tokens, or fails with a {@link SignalingException}
     */
    public CompletableFuture<LoginTokens> run(LoginPrompt prompt) {
        String state = random();
        String verifier = random();
        LoopbackRedirect redirect;
        try {
            redirect = LoopbackRedirect.open(http.environment(), state, server);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(new SignalingException(
                    Problem.UNREACHABLE, "no port can be opened on loopback for the browser to come back to"));
        }
        CompletableFuture<String> code = redirect.code();
        Environment.Cancellable timer = http.environment()
                .schedule(
                        timeout,
                        () -> code.completeExceptionally(new SignalingException(
                                Problem.UNAUTHORIZED,
                                "the browser did not come back within " + timeout.toSeconds() + " s: log in again")));
        OAuthHttp.whenDone(code, () -> {
            timer.cancel();
            redirect.close();
        });
        CompletableFuture<LoginTokens> result = new CompletableFuture<>();
        OAuthHttp.whenDone(result, () -> code.cancel(false));
        OAuthHttp.pass(
                code.thenCompose(given -> http.tokens(
                        server,
                        form -> form.add("grant_type", "authorization_code")
                                .add("code", given)
                                .add("redirect_uri", redirect.uri())
                                .add("code_verifier", verifier),
                        worker,
                        Set.of(),
                        null)),
                result);
        prompt.openLink(link(redirect.uri(), state, verifier).uri());
        return result;
    }

    private HttpUrl link(String redirectUri, String state, String verifier) {
        HttpUrl.Builder link = Objects.requireNonNull(server.authorizationEndpoint())
                .newBuilder()
                .addQueryParameter("response_type", "code")
                .addQueryParameter("client_id", http.clientId())
                .addQueryParameter("redirect_uri", redirectUri)
                .addQueryParameter("state", state)
                .addQueryParameter("code_challenge", challenge(verifier))
                .addQueryParameter("code_challenge_method", "S256")
                .addQueryParameter("resource", OAuthHttp.resource(worker));
        if (!scopes.isEmpty()) {
            link.addQueryParameter("scope", String.join(" ", scopes));
        }
        return link.build();
    }

    private String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        http.environment().fillRandom(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** RFC 7636 section 4.2. */
    static String challenge(String verifier) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
