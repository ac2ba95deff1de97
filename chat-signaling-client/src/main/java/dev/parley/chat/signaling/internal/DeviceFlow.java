package dev.parley.chat.signaling.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.LoginPrompt;
import dev.parley.chat.signaling.LoginTokens;
import dev.parley.chat.transport.Environment;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import okhttp3.FormBody;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** A login by a code that is typed into a browser elsewhere (RFC 8628). */
public final class DeviceFlow {

    static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(5);
    static final Duration SLOW_DOWN = Duration.ofSeconds(5);
    static final Duration MAX_INTERVAL = Duration.ofSeconds(60);
    static final Duration MAX_LIFE = Duration.ofMinutes(30);

    private static final int MAX_CODE_CHARACTERS = 64;

    private final OAuthHttp http;
    private final AuthorizationServer server;
    private final HttpUrl worker;
    private final Set<String> scopes;
    private final CompletableFuture<LoginTokens> result = new CompletableFuture<>();

    /**
     * Makes one login.
     *
     * @param http sends
     * @param server at which, with a device endpoint
     * @param worker for which
     * @param scopes to ask for
     */
    public DeviceFlow(OAuthHttp http, AuthorizationServer server, HttpUrl worker, Set<String> scopes) {
        this.http = http;
        this.server = server;
        this.worker = worker;
        this.scopes = scopes;
    }

    private record Code(
            String deviceCode,
            String userCode,
            URI link,
            @Nullable URI linkWithCode,
            Instant expires,
            Duration interval) {}

    /**
     * Runs the login, once.
     *
     * @param prompt tells the person what to do
     * @return completes with the tokens, or fails with a {@link SignalingException}
     */
    public CompletableFuture<LoginTokens> run(LoginPrompt prompt) {
        FormBody.Builder form = new FormBody.Builder().add("resource", OAuthHttp.resource(worker));
        if (!scopes.isEmpty()) {
            form.add("scope", String.join(" ", scopes));
        }
        Stages.whenDone(
                http.post(Objects.requireNonNull(server.deviceEndpoint()), form).thenApply(answer -> {
                    if (!answer.isSuccess()) {
                        throw OAuthHttp.refused(answer, false);
                    }
                    Code code = read(OAuthHttp.object(answer));
                    prompt.enterCode(code.link, code.userCode, code.linkWithCode, code.expires);
                    return code;
                }),
                (code, failure) -> {
                    if (failure == null) {
                        pollLater(code, code.interval);
                    } else {
                        result.completeExceptionally(Failures.of(failure));
                    }
                });
        return result;
    }

    private Code read(JsonNode node) {
        String userCode = node.path("user_code").asText();
        boolean legal = !userCode.isEmpty()
                && userCode.length() <= MAX_CODE_CHARACTERS
                && userCode.chars().allMatch(c -> c > ' ' && c < 0x7f);
        String deviceCode = node.path("device_code").asText();
        URI link = link(node.path("verification_uri").asText());
        long seconds = node.path("expires_in").asLong(0);
        if (!legal || deviceCode.isEmpty() || link == null || seconds <= 0) {
            throw new SignalingException(Problem.PROTOCOL, "the issuer gave no usable code");
        }
        Duration life = Duration.ofSeconds(Math.min(seconds, MAX_LIFE.toSeconds()));
        long interval = node.path("interval").asLong(DEFAULT_INTERVAL.toSeconds());
        return new Code(
                deviceCode,
                userCode,
                link,
                link(node.path("verification_uri_complete").asText()),
                Instant.ofEpochMilli(http.nowMillis()).plus(life),
                Duration.ofSeconds(Math.max(1, Math.min(interval, MAX_INTERVAL.toSeconds()))));
    }

    private static @Nullable URI link(String text) {
        HttpUrl url = HttpUrl.parse(text);
        return url == null ? null : url.uri();
    }

    private void pollLater(Code code, Duration interval) {
        if (!Instant.ofEpochMilli(http.nowMillis()).plus(interval).isBefore(code.expires)) {
            // Waits out the rest, so that the person is told when it is true.
            Duration rest = Duration.between(Instant.ofEpochMilli(http.nowMillis()), code.expires);
            schedule(rest.isNegative() ? Duration.ZERO : rest, () -> result.completeExceptionally(expired()));
            return;
        }
        schedule(interval, () -> poll(code, interval));
    }

    private void schedule(Duration delay, Runnable task) {
        Environment.Cancellable timer = http.environment().schedule(delay, task);
        OAuthHttp.whenDone(result, timer::cancel);
    }

    private void poll(Code code, Duration interval) {
        FormBody.Builder form = new FormBody.Builder()
                .add("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
                .add("device_code", code.deviceCode);
        Stages.whenDone(http.post(server.tokenEndpoint(), form), (answer, failure) -> {
            if (failure != null) {
                SignalingException problem = Failures.of(failure);
                if (problem.isRetryable()) {
                    // RFC 8628 section 3.5 asks for an exponential backoff.
                    pollLater(code, longer(interval.multipliedBy(2)));
                } else {
                    result.completeExceptionally(problem);
                }
                return;
            }
            if (answer.isSuccess()) {
                try {
                    result.complete(http.read(answer, server, worker, null));
                } catch (SignalingException e) {
                    result.completeExceptionally(e);
                }
                return;
            }
            switch (OAuthHttp.error(answer)) {
                case "authorization_pending" -> pollLater(code, interval);
                case "slow_down" -> pollLater(code, longer(interval.plus(SLOW_DOWN)));
                case "expired_token" -> result.completeExceptionally(expired());
                case "access_denied" ->
                    result.completeExceptionally(
                            new SignalingException(Problem.UNAUTHORIZED, "the login was refused in the browser"));
                default -> {
                    SignalingException problem = OAuthHttp.refused(answer, false);
                    if (problem.isRetryable()) {
                        pollLater(code, longer(interval.multipliedBy(2)));
                    } else {
                        result.completeExceptionally(problem);
                    }
                }
            }
        });
    }

    private static Duration longer(Duration interval) {
        return interval.compareTo(MAX_INTERVAL) > 0 ? MAX_INTERVAL : interval;
    }

    private static SignalingException expired() {
        return new SignalingException(Problem.UNAUTHORIZED, "the code has expired before it was typed: log in again");
    }
}
