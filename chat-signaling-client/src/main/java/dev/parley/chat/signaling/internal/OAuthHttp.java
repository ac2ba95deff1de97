package dev.parley.chat.signaling.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.AccessToken;
import dev.parley.chat.signaling.LoginTokens;
import dev.parley.chat.signaling.internal.WorkerHttp.Answer;
import dev.parley.chat.transport.Environment;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import okhttp3.Credentials;
import okhttp3.FormBody;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Form posts to an authorization server, as one client. */
public final class OAuthHttp {

    private static final int MAX_METADATA_BYTES = 256 * 1024;
    private static final int MAX_REFRESH_TOKEN_CHARACTERS = 16 * 1024;
    private static final Pattern ERROR_CODE = Pattern.compile("[a-z_]{1,40}");

    private final WorkerHttp http;
    private final Duration timeout;
    private final String clientId;
    private final @Nullable String clientSecret;

    /**
     * Makes the front of a client.
     *
     * @param client follows no redirects
     * @param environment runs the time limits
     * @param timeout for one exchange
     * @param clientId who asks
     * @param clientSecret of a confidential client; null for a public one
     */
    public OAuthHttp(
            OkHttpClient client,
            Environment environment,
            Duration timeout,
            String clientId,
            @Nullable String clientSecret) {
        this.http = new WorkerHttp(client, environment, "the server of the login");
        this.timeout = timeout;
        this.clientId = clientId;
        this.clientSecret = clientSecret;
    }

    String clientId() {
        return clientId;
    }

    Environment environment() {
        return http.environment();
    }

    long nowMillis() {
        return http.environment().epochMillis();
    }

    CompletableFuture<Answer> get(Request request) {
        return http.exchange(
                request.newBuilder().header("Accept", "application/json").build(), timeout, MAX_METADATA_BYTES);
    }

    /** Sends a form as this client; RFC 6749 section 2.3.1 says how its secret goes along. */
    CompletableFuture<Answer> post(HttpUrl endpoint, FormBody.Builder form) {
        Request.Builder request = new Request.Builder().url(endpoint).header("Accept", "application/json");
        if (clientSecret == null) {
            form.add("client_id", clientId);
        } else {
            request.header("Authorization", Credentials.basic(encode(clientId), encode(clientSecret)));
        }
        return http.exchange(request.post(form.build()).build(), timeout, WorkerHttp.MAX_ANSWER_BYTES);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /**
     * Asks for tokens.
     *
     * @param server from which
     * @param grant adds what they are given for
     * @param worker for which they are
     * @param scopes to ask for
     * @param before what is renewed; null if nothing is
     * @return completes with the tokens, or fails with a {@link SignalingException}
     */
    public CompletableFuture<LoginTokens> tokens(
            AuthorizationServer server,
            Consumer<FormBody.Builder> grant,
            HttpUrl worker,
            Set<String> scopes,
            @Nullable LoginTokens before) {
        FormBody.Builder form = new FormBody.Builder();
        grant.accept(form);
        form.add("resource", resource(worker));
        if (!scopes.isEmpty()) {
            form.add("scope", String.join(" ", scopes));
        }
        return post(server.tokenEndpoint(), form).thenApply(answer -> {
            if (!answer.isSuccess()) {
                throw refused(answer, before != null);
            }
            return read(answer, server, worker, before);
        });
    }

    /**
     * The worker as an issuer is told of it (RFC 8707 section 2).
     *
     * @param worker the worker
     * @return its URL without a slash at the end
     */
    public static String resource(HttpUrl worker) {
        String text = worker.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    LoginTokens read(Answer answer, AuthorizationServer server, HttpUrl worker, @Nullable LoginTokens before) {
        JsonNode node = object(answer);
        if (!"bearer".equalsIgnoreCase(node.path("token_type").asText())) {
            throw new SignalingException(Problem.PROTOCOL, "the issuer gave no Bearer token");
        }
        long seconds = node.path("expires_in").asLong(0);
        Instant expires = seconds <= 0
                ? null
                : Instant.ofEpochMilli(nowMillis()).plusSeconds(Math.min(seconds, Wire.MAX_TOKEN_SECONDS));
        AccessToken access;
        try {
            access = new AccessToken(node.path("access_token").asText(), expires);
        } catch (IllegalArgumentException e) {
            throw new SignalingException(Problem.PROTOCOL, "the issuer gave no usable access token");
        }
        String refresh = node.path("refresh_token").isTextual()
                ? node.path("refresh_token").textValue()
                : before == null ? null : before.refreshToken();
        if (refresh != null && refresh.length() > MAX_REFRESH_TOKEN_CHARACTERS) {
            throw new SignalingException(Problem.PROTOCOL, "the refresh token of the issuer is too long");
        }
        return new LoginTokens(
                before == null ? URI.create(resource(worker)) : before.worker(),
                server.issuer(),
                clientId,
                access,
                refresh);
    }

    /** The error code of RFC 6749 section 5.2; empty if the answer has none. */
    static String error(Answer answer) {
        if (!answer.hasContentType("application/json")) {
            return "";
        }
        try {
            String code = Wire.object(answer).path("error").asText();
            return ERROR_CODE.matcher(code).matches() ? code : "";
        } catch (SignalingException e) {
            return "";
        }
    }

    static SignalingException refused(Answer answer, boolean renewal) {
        String code = error(answer);
        if (answer.status() >= 500 || answer.status() == 429) {
            return new SignalingException(
                    Problem.UNAVAILABLE, "the issuer cannot serve now (HTTP " + answer.status() + ")");
        }
        if (renewal && code.equals("invalid_grant")) {
            return RefreshingTokens.over();
        }
        String why = switch (code) {
            case "invalid_client", "unauthorized_client" -> "it does not know this client, or not for this way";
            case "invalid_scope" -> "it does not give the scopes that are asked for";
            case "invalid_target" -> "it gives no token for this worker";
            case "invalid_grant" -> "the code is not good any more";
            case "" -> "HTTP " + answer.status();
            default -> code;
        };
        return new SignalingException(Problem.UNAUTHORIZED, "the issuer refuses the login: " + why);
    }

    /**
     * Ends tokens.
     *
     * @param server that gave them
     * @param tokens the tokens
     * @return completes with whether the server offers that
     */
    public CompletableFuture<Boolean> revoke(AuthorizationServer server, LoginTokens tokens) {
        HttpUrl endpoint = server.revocationEndpoint();
        if (endpoint == null) {
            return CompletableFuture.completedFuture(false);
        }
        String refresh = tokens.refreshToken();
        FormBody.Builder form = new FormBody.Builder()
                .add(
                        "token",
                        Objects.requireNonNullElse(refresh, tokens.accessToken().value()))
                .add("token_type_hint", refresh == null ? "access_token" : "refresh_token");
        return post(endpoint, form).thenApply(answer -> {
            if (!answer.isSuccess()) {
                throw refused(answer, false);
            }
            return true;
        });
    }

    static JsonNode object(Answer answer) {
        try {
            return Wire.object(answer);
        } catch (SignalingException e) {
            throw new SignalingException(Problem.PROTOCOL, "the answer of the issuer is not understood");
        }
    }

    /**
     * Lets a future end as a stage does.
     *
     * @param from the stage
     * @param to the future
     * @param <T> the value
     */
    public static <T> void pass(CompletionStage<T> from, CompletableFuture<T> to) {
        Stages.whenDone(from, (value, failure) -> {
            if (failure == null) {
                to.complete(value);
            } else {
                to.completeExceptionally(Failures.of(failure));
            }
        });
    }

    /**
     * Runs a task when a future has ended in any way.
     *
     * @param future the future
     * @param task must not block
     */
    public static void whenDone(CompletableFuture<?> future, Runnable task) {
        Stages.whenDone(future, (value, failure) -> task.run());
    }
}
