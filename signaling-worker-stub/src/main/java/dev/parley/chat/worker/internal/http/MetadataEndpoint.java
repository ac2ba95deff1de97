package dev.parley.chat.worker.internal.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.auth.DevIssuer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.UrlEncoded;

/** Where tokens come from, and the development issuer if it is one. */
public final class MetadataEndpoint {
    private static final int MAX_CLIENT_ID_CHARACTERS = 128;

    private MetadataEndpoint() {}

    /**
     * What clients have to know before they ask for a token (RFC 9728 section 2).
     *
     * @param resource the URL of the worker
     * @param scopes those that a token must have; the union, where there are several issuers
     */
    public static List<Route> routes(
            String resource, List<String> issuers, Set<String> scopes, boolean anonymousGuests) {
        ObjectNode metadata = Json.object().put("resource", resource);
        ArrayNode servers = metadata.putArray("authorization_servers");
        issuers.forEach(servers::add);
        metadata.putArray("bearer_methods_supported").add("header");
        if (!scopes.isEmpty()) {
            ArrayNode supported = metadata.putArray("scopes_supported");
            scopes.forEach(supported::add);
        }
        if (anonymousGuests) {
            metadata.put("parley_guests", true);
        }
        return List.of(
                new Route("GET", "/.well-known/oauth-protected-resource", exchange -> exchange.answer(200, metadata)));
    }

    /** For the development issuer in addition. */
    public static List<Route> devRoutes(DevIssuer issuer) {
        ObjectNode metadata = Json.object()
                .put("issuer", issuer.issuer())
                .put("token_endpoint", issuer.issuer() + "/token")
                .put("jwks_uri", issuer.issuer() + "/jwks.json");
        metadata.putArray("grant_types_supported").add("client_credentials");
        byte[] keys = issuer.publicKeys().toString(true).getBytes(StandardCharsets.UTF_8);
        return List.of(
                new Route(
                        "GET",
                        "/.well-known/oauth-authorization-server/dev",
                        exchange -> exchange.answer(200, metadata)),
                new Route("GET", "/dev/jwks.json", exchange -> exchange.answer(200, Exchange.JSON, keys)),
                new Route("POST", "/dev/token", exchange -> issueToken(exchange, issuer)));
    }

    private static void issueToken(Exchange exchange, DevIssuer issuer) {
        exchange.readBody(Exchange.FORM, body -> {
            Fields form = new Fields();
            try {
                UrlEncoded.decodeTo(Exchange.utf8(body), form::add, StandardCharsets.UTF_8);
            } catch (RuntimeException e) {
                throw Problem.invalid("the form is malformed");
            }
            if (!"client_credentials".equals(form.getValue("grant_type"))) {
                throw Problem.invalid("grant_type must be client_credentials");
            }
            String clientId = form.getValue("client_id");
            if (clientId == null || clientId.isEmpty() || clientId.length() > MAX_CLIENT_ID_CHARACTERS) {
                throw Problem.invalid("client_id must have 1 to " + MAX_CLIENT_ID_CHARACTERS + " characters");
            }
            exchange.answer(
                    200,
                    Json.object()
                            .put("access_token", issuer.issue(clientId))
                            .put("token_type", "Bearer")
                            .put("expires_in", DevIssuer.TOKEN_LIFETIME.toSeconds()));
        });
    }
}
