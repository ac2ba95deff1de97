package dev.parley.chat.signaling;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.chat.transport.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An issuer with the device authorization grant of RFC 8628, codes with PKCE, and refresh tokens for one use; the
 * metadata of a worker that trusts it as well. A real HTTP server on loopback, with the clock of a test.
 */
final class LoginServer implements AutoCloseable {
    static final String USER_CODE = "WDJB-MJHT";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long CODE_SECONDS = 60;

    /** What the person does with the code. */
    enum Answer {
        NONE,
        APPROVED,
        DENIED
    }

    private final HttpServer server;
    private final Environment environment;
    final List<Map<String, String>> tokenForms = new ArrayList<>();
    private final Map<String, String> challenges = new HashMap<>();
    private int lastToken;
    private String goodRefresh = "";
    private long codeGivenMillis;
    private long lastPollMillis = Long.MIN_VALUE / 2;
    private long intervalSeconds = 5;

    Answer answer = Answer.NONE;
    int failuresToCome;
    long tokenSeconds = 300;
    boolean offersDevice = true;
    boolean offersRevocation = true;
    String issuerName = "";
    String resourceName = "";
    String revoked = "";

    LoginServer(Environment environment) {
        this.environment = environment;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }

    synchronized String tokensForGrant(String grant) {
        return Long.toString(tokenForms.stream()
                .filter(form -> grant.equals(form.get("grant_type")))
                .count());
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        Map<String, String> form = parse(
                exchange.getRequestMethod().equals("POST")
                        ? new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                        : Objects.requireNonNullElse(exchange.getRequestURI().getRawQuery(), ""));
        String base = url().toString();
        switch (exchange.getRequestURI().getPath()) {
            case "/.well-known/oauth-protected-resource" ->
                reply(
                        exchange,
                        200,
                        "{\"resource\":\"" + (resourceName.isEmpty() ? base : resourceName)
                                + "\",\"authorization_servers\":[\"" + base
                                + "/realm\"],\"scopes_supported\":[\"chat\"]}");
            case "/realm/.well-known/openid-configuration" -> {
                ObjectNode json = JSON.createObjectNode()
                        .put("issuer", issuerName.isEmpty() ? base + "/realm" : issuerName)
                        .put("token_endpoint", base + "/token")
                        .put("authorization_endpoint", base + "/authorize")
                        .put("authorization_response_iss_parameter_supported", true);
                json.putArray("code_challenge_methods_supported").add("S256");
                if (offersDevice) {
                    json.put("device_authorization_endpoint", base + "/device");
                }
                if (offersRevocation) {
                    json.put("revocation_endpoint", base + "/revoke");
                }
                reply(exchange, 200, json.toString());
            }
            case "/device" -> {
                codeGivenMillis = environment.epochMillis();
                reply(
                        exchange,
                        "parley".equals(form.get("client_id")) ? 200 : 401,
                        "parley".equals(form.get("client_id"))
                                ? "{\"device_code\":\"device-1\",\"user_code\":\"" + USER_CODE
                                        + "\",\"verification_uri\":\"" + base
                                        + "/activate\",\"verification_uri_complete\":\"" + base + "/activate?code="
                                        + USER_CODE + "\",\"expires_in\":" + CODE_SECONDS + ",\"interval\":5}"
                                : "{\"error\":\"invalid_client\"}");
            }
            case "/authorize" -> {
                challenges.put("code-1", form.getOrDefault("code_challenge", ""));
                exchange.getResponseHeaders()
                        .set(
                                "Location",
                                form.get("redirect_uri") + "?code=code-1&state=" + form.get("state") + "&iss=" + base
                                        + "/realm");
                reply(exchange, 302, "");
            }
            case "/token" -> token(exchange, form);
            case "/revoke" -> {
                revoked = form.getOrDefault("token", "");
                goodRefresh = "";
                reply(exchange, 200, "");
            }
            default -> reply(exchange, 404, "");
        }
    }

    private void token(HttpExchange exchange, Map<String, String> form) throws IOException {
        tokenForms.add(form);
        if (failuresToCome > 0) {
            failuresToCome--;
            reply(exchange, 503, "");
            return;
        }
        switch (form.getOrDefault("grant_type", "")) {
            case "urn:ietf:params:oauth:grant-type:device_code" -> {
                long now = environment.epochMillis();
                boolean tooFast = now - lastPollMillis < intervalSeconds * 1000;
                lastPollMillis = now;
                String error = "";
                if (!"device-1".equals(form.get("device_code")) || !"parley".equals(form.get("client_id"))) {
                    error = "invalid_grant";
                } else if (now - codeGivenMillis >= CODE_SECONDS * 1000) {
                    error = "expired_token";
                } else if (tooFast) {
                    intervalSeconds += 5;
                    error = "slow_down";
                } else if (answer == Answer.DENIED) {
                    error = "access_denied";
                } else if (answer == Answer.NONE) {
                    error = "authorization_pending";
                }
                give(exchange, error);
            }
            case "authorization_code" ->
                give(
                        exchange,
                        challenge(form.getOrDefault("code_verifier", "")).equals(challenges.remove(form.get("code")))
                                ? ""
                                : "invalid_grant");
            case "refresh_token" ->
                give(
                        exchange,
                        !goodRefresh.isEmpty() && goodRefresh.equals(form.get("refresh_token")) ? "" : "invalid_grant");
            default -> give(exchange, "unsupported_grant_type");
        }
    }

    /** The next poll is answered with slow_down. */
    synchronized void askToSlowDown() {
        lastPollMillis = Long.MAX_VALUE / 2;
    }

    /** A refresh token as if it had been given. */
    synchronized String refreshToken() {
        goodRefresh = "refresh-" + ++lastToken;
        return goodRefresh;
    }

    private void give(HttpExchange exchange, String error) throws IOException {
        if (!error.isEmpty()) {
            reply(exchange, 400, "{\"error\":\"" + error + "\"}");
            return;
        }
        String refresh = refreshToken();
        reply(
                exchange,
                200,
                "{\"access_token\":\"access-" + lastToken + "\",\"token_type\":\"Bearer\",\"expires_in\":"
                        + tokenSeconds + ",\"refresh_token\":\"" + refresh + "\"}");
    }

    static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, String> parse(String form) {
        Map<String, String> fields = new HashMap<>();
        for (String field : form.split("&", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(
                        field.substring(0, equals),
                        URLDecoder.decode(field.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return fields;
    }

    private static void reply(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
