package dev.parley.chat.signaling.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Finds the issuer of a worker, and what it offers. */
public final class Discovery {

    private static final int MAX_ISSUERS = 16;
    private static final int MAX_SCOPES = 32;

    private final OAuthHttp http;
    private final HttpUrl worker;

    /**
     * Makes the finder.
     *
     * @param http sends
     * @param worker whose issuer is looked for
     */
    public Discovery(OAuthHttp http, HttpUrl worker) {
        this.http = http;
        this.worker = worker;
    }

    /**
     * Finds an issuer of the worker (RFC 9728 section 3).
     *
     * @param pinned which one; null for the only one
     * @return completes with it, or fails with a {@link SignalingException}
     */
    public CompletableFuture<AuthorizationServer> find(@Nullable URI pinned) {
        HttpUrl place = worker.newBuilder()
                .addPathSegments(".well-known/oauth-protected-resource")
                .build();
        return http.get(new Request.Builder().url(place).build()).thenCompose(answer -> {
            if (!answer.isSuccess()) {
                throw Wire.refusal(answer, http.nowMillis()).toException();
            }
            JsonNode resource = Wire.object(answer);
            HttpUrl named = HttpUrl.parse(Wire.text(resource, "resource"));
            // Else a stranger's page could pass for the metadata of the worker (RFC 9728 section 3.3).
            if (named == null
                    || !Origins.same(named, worker)
                    || !named.encodedPath().equals("/")) {
                throw new SignalingException(
                        Problem.UNAUTHORIZED,
                        "the worker goes by another address than this one: use the one that it names itself by");
            }
            Set<String> scopes = new LinkedHashSet<>();
            for (JsonNode scope : resource.path("scopes_supported")) {
                if (scope.isTextual() && scopes.size() < MAX_SCOPES) {
                    scopes.add(scope.textValue());
                }
            }
            return metadata(choose(resource.path("authorization_servers"), pinned), scopes);
        });
    }

    private URI choose(JsonNode list, @Nullable URI pinned) {
        List<URI> issuers = new ArrayList<>();
        for (JsonNode issuer : list) {
            if (issuer.isTextual() && issuers.size() < MAX_ISSUERS) {
                try {
                    issuers.add(URI.create(issuer.textValue()));
                } catch (IllegalArgumentException e) {
                    throw Wire.malformed("an authorization server is not a URL");
                }
            }
        }
        if (pinned != null) {
            if (!issuers.contains(pinned)) {
                throw new SignalingException(
                        Problem.UNAUTHORIZED, "the worker does not take tokens of the issuer " + pinned);
            }
            return pinned;
        }
        if (issuers.size() != 1) {
            throw new SignalingException(
                    Problem.UNAUTHORIZED,
                    issuers.isEmpty()
                            ? "the worker names no issuer"
                            : "the worker takes tokens of several issuers, choose one: " + issuers);
        }
        HttpUrl only = HttpUrl.get(issuers.get(0));
        if (only != null && Origins.same(only, worker) && only.encodedPath().equals("/dev")) {
            throw new SignalingException(
                    Problem.UNAUTHORIZED, "the worker is its own development issuer, which needs no login");
        }
        return issuers.get(0);
    }

    /**
     * Reads the metadata of an issuer.
     *
     * @param issuer exactly as it names itself
     * @param scopes those that the worker requires
     * @return completes with what it offers, or fails with a {@link SignalingException}
     */
    public CompletableFuture<AuthorizationServer> metadata(URI issuer, Set<String> scopes) {
        HttpUrl url = HttpUrl.get(issuer);
        if (url == null || url.encodedQuery() != null || url.encodedFragment() != null || !isSafe(url, url)) {
            return CompletableFuture.failedFuture(new SignalingException(
                    Problem.UNAUTHORIZED, "the issuer of the worker is not at an https URL: no login is sent there"));
        }
        String path = url.encodedPath().endsWith("/")
                ? url.encodedPath().substring(0, url.encodedPath().length() - 1)
                : url.encodedPath();
        HttpUrl openId = url.newBuilder()
                .encodedPath(path + "/.well-known/openid-configuration")
                .build();
        HttpUrl oauth = url.newBuilder()
                .encodedPath("/.well-known/oauth-authorization-server" + path)
                .build();
        return http.get(new Request.Builder().url(openId).build())
                .thenCompose(answer -> answer.isSuccess()
                        ? CompletableFuture.completedFuture(answer)
                        : http.get(new Request.Builder().url(oauth).build()))
                .thenApply(answer -> {
                    if (!answer.isSuccess()) {
                        throw new SignalingException(
                                answer.status() >= 500 ? Problem.UNAVAILABLE : Problem.PROTOCOL,
                                "the issuer does not say where to log in (HTTP " + answer.status() + ")");
                    }
                    return read(OAuthHttp.object(answer), issuer, url, scopes);
                });
    }

    private static AuthorizationServer read(JsonNode metadata, URI issuer, HttpUrl url, Set<String> scopes) {
        // RFC 8414 section 3.3.
        if (!issuer.toString().equals(metadata.path("issuer").asText())) {
            throw new SignalingException(Problem.PROTOCOL, "the metadata is that of another issuer");
        }
        HttpUrl token = endpoint(metadata, "token_endpoint", url);
        if (token == null) {
            throw new SignalingException(Problem.PROTOCOL, "the issuer names no token endpoint");
        }
        JsonNode methods = metadata.path("code_challenge_methods_supported");
        boolean pkce = !methods.isArray() || contains(methods, "S256");
        return new AuthorizationServer(
                issuer,
                token,
                pkce ? endpoint(metadata, "authorization_endpoint", url) : null,
                endpoint(metadata, "device_authorization_endpoint", url),
                endpoint(metadata, "revocation_endpoint", url),
                metadata.path("authorization_response_iss_parameter_supported").asBoolean(false),
                Set.copyOf(scopes));
    }

    private static boolean contains(JsonNode list, String text) {
        for (JsonNode item : list) {
            if (item.asText().equals(text)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable HttpUrl endpoint(JsonNode metadata, String field, HttpUrl issuer) {
        JsonNode node = metadata.path(field);
        if (!node.isTextual()) {
            return null;
        }
        HttpUrl url = HttpUrl.parse(node.textValue());
        if (url == null || !isSafe(url, issuer)) {
            throw new SignalingException(
                    Problem.PROTOCOL, "the " + field + " of the issuer is not at an https URL: nothing is sent there");
        }
        return url;
    }

    /** Https, or http on loopback for an issuer that is there as well. */
    private static boolean isSafe(HttpUrl url, HttpUrl issuer) {
        return url.username().isEmpty() && (url.isHttps() || (Origins.isLoopback(url) && Origins.isLoopback(issuer)));
    }
}
