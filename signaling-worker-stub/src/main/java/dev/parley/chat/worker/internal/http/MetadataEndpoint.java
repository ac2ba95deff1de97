package dev.parley.chat.worker.internal.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.auth.DevIssuer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.UrlEncoded;

/** Where tokens come from, and the development issuer if it is one. */
public final class MetadataEndpoint {
    private static final int MAX_CLIENT_ID_CHARACTERS = 128;

    private MetadataEndpoint() {}

    /** For any issuer. */
    public static List<Route> routes(String audience, String issuer) {
        ObjectNode metadata = Json.object().put("resource", audience);
        metadata.putArray("authorization_servers").add(issuer);
        metadata.putArray("bearer_methods_supported").add("header");
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
