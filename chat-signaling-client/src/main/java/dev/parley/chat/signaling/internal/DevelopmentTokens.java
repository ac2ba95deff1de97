package dev.parley.chat.signaling.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.AccessToken;
import dev.parley.chat.signaling.AccessTokenProvider;
import dev.parley.chat.signaling.internal.WorkerHttp.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.FormBody;
import okhttp3.HttpUrl;
import okhttp3.Request;

/**
 * Tokens of a worker that is its own issuer, found as docs/signaling.md says: the worker's 401 names the resource's
 * metadata (RFC 9728), that names the issuer, and the issuer's metadata (RFC 8414) its token endpoint, which takes
 * client credentials without a secret. For loopback workers only, and nothing is ever sent to another origin than the
 * worker's.
 */
public final class DevelopmentTokens implements AccessTokenProvider {

    private static final String RESOURCE_METADATA = "/.well-known/oauth-protected-resource";
    private static final String ISSUER_METADATA = "/.well-known/oauth-authorization-server";

    /** Any path that needs a token will do; this one changes nothing. */
    private static final String CHALLENGED_PATH = "/v1/ice-servers";

    private static final Pattern METADATA_PARAMETER =
            Pattern.compile("(?i)^Bearer\\b.*?\\bresource_metadata\\s*=\\s*\"([^\"]{1,2048})\"");

    private static final int MAX_LIFE_SECONDS = 24 * 3600;

    private final WorkerHttp http;
    private final HttpUrl base;
    private final String clientId;
    private final Duration timeout;

    /**
     * Makes a source without a cache.
     *
     * @param http sends the requests
     * @param base the worker
     * @param clientId the account's name, 1…128 characters
     * @param timeout for each request
     */
    public DevelopmentTokens(WorkerHttp http, HttpUrl base, String clientId, Duration timeout) {
        this.http = http;
        this.base = base;
        this.clientId = clientId;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<AccessToken> token(Freshness freshness) {
        if (!Origins.isLoopback(base)) {
            return CompletableFuture.failedFuture(new SignalingException(
                    Problem.UNAUTHORIZED, "this worker is not on loopback: configure an access-token provider"));
        }
        return get(base.resolve(CHALLENGED_PATH))
                .thenCompose(challenge -> get(metadataUrl(challenge)))
                .thenCompose(resource -> get(issuerMetadataUrl(success(resource))))
                .thenCompose(issuer -> fetch(success(issuer)))
                .thenApply(this::accessToken);
    }

    private CompletableFuture<Answer> get(HttpUrl url) {
        return http.exchange(new Request.Builder().url(url).build(), timeout, WorkerHttp.MAX_ANSWER_BYTES);
    }

    private HttpUrl metadataUrl(Answer challenge) {
        if (challenge.status() != 401) {
            throw challenge.isSuccess()
                    ? Wire.malformed("it asks for no token")
                    : Wire.refusal(challenge, nowMillis()).toException();
        }
        for (String header : challenge.headers().values("WWW-Authenticate")) {
            Matcher parameter = METADATA_PARAMETER.matcher(header);
            if (parameter.find()) {
                return sameOrigin(parameter.group(1), "the resource metadata");
            }
        }
        return base.resolve(RESOURCE_METADATA);
    }

    private HttpUrl issuerMetadataUrl(JsonNode resource) {
        JsonNode servers = resource.path("authorization_servers");
        if (!servers.isArray() || !servers.path(0).isTextual()) {
            throw Wire.malformed("it names no authorization server");
        }
        HttpUrl issuer = sameOrigin(servers.path(0).textValue(), "the issuer");
        String path = issuer.encodedPath();
        return base.resolve(ISSUER_METADATA + (path.equals("/") ? "" : path));
    }

    private CompletionStage<Answer> fetch(JsonNode issuer) {
        HttpUrl endpoint = sameOrigin(Wire.text(issuer, "token_endpoint"), "the token endpoint");
        return http.exchange(
                new Request.Builder()
                        .url(endpoint)
                        .post(new FormBody.Builder()
                                .add("grant_type", "client_credentials")
                                .add("client_id", clientId)
                                .build())
                        .build(),
                timeout,
                WorkerHttp.MAX_ANSWER_BYTES);
    }

    private AccessToken accessToken(Answer answer) {
        JsonNode node = success(answer);
        long seconds = Wire.number(node, "expires_in", 1, MAX_LIFE_SECONDS);
        try {
            return new AccessToken(
                    Wire.text(node, "access_token"),
                    Instant.ofEpochMilli(nowMillis()).plusSeconds(seconds));
        } catch (IllegalArgumentException e) {
            throw Wire.malformed("the access token cannot be sent in a header");
        }
    }

    private JsonNode success(Answer answer) {
        if (!answer.isSuccess()) {
            SignalingException refused = Wire.refusal(answer, nowMillis()).toException();
            throw refused.isRetryable()
                    ? refused
                    : new SignalingException(
                            Problem.UNAUTHORIZED,
                            "the worker is not its own issuer (HTTP " + answer.status()
                                    + "): configure an access-token provider");
        }
        return Wire.object(answer);
    }

    private HttpUrl sameOrigin(String text, String what) {
        HttpUrl url = HttpUrl.parse(text);
        if (url == null || !Origins.same(url, base)) {
            throw new SignalingException(
                    Problem.UNAUTHORIZED,
                    what + " is not at the worker's own address: configure an access-token provider, or use the"
                            + " address that the worker names itself by");
        }
        return url;
    }

    private long nowMillis() {
        return http.environment().epochMillis();
    }
}
