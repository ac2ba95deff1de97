package dev.parley.chat.signaling.internal;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.transport.Environment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Where a browser comes back to after a login (RFC 8252 section 7.3): a port of loopback that is open for this login
 * alone. Any program of this machine can call it, so a call without the state of this login changes nothing.
 */
final class LoopbackRedirect implements AutoCloseable {

    private static final String PATH = "/callback";

    private final HttpServer server;
    private final String state;
    private final AuthorizationServer issuer;
    private final CompletableFuture<String> code = new CompletableFuture<>();

    private LoopbackRedirect(HttpServer server, String state, AuthorizationServer issuer) {
        this.server = server;
        this.state = state;
        this.issuer = issuer;
    }

    static LoopbackRedirect open(Environment environment, String state, AuthorizationServer issuer) throws IOException {
        // By number: a name could lead elsewhere.
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
        LoopbackRedirect redirect = new LoopbackRedirect(server, state, issuer);
        server.setExecutor(environment.newSerialExecutor("login-redirect"));
        server.createContext("/", redirect::handle);
        server.start();
        return redirect;
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + PATH;
    }

    /** Completes with the code, or fails with a {@link SignalingException}. */
    CompletableFuture<String> code() {
        return code;
    }

    private void handle(HttpExchange exchange) throws IOException {
        HttpUrl url = HttpUrl.parse("http://127.0.0.1" + exchange.getRequestURI());
        if (url == null
                || !url.encodedPath().equals(PATH)
                || !exchange.getRequestMethod().equals("GET")
                || !isOurs(single(url, "state"))) {
            answer(exchange, 400, "This is not the way back of a login that is under way.");
            return;
        }
        String error = single(url, "error");
        String given = single(url, "code");
        String from = single(url, "iss");
        boolean fromIssuer = from == null
                ? !issuer.issuesIssuer()
                : from.equals(issuer.issuer().toString());
        if (!fromIssuer) {
            // RFC 9207: the answer of another issuer, mixed up with that of ours.
            answer(exchange, 400, "The login failed. You can close this window.");
            code.completeExceptionally(
                    new SignalingException(Problem.UNAUTHORIZED, "another issuer than the one asked has answered"));
        } else if (error != null || given == null) {
            answer(exchange, 200, "There was no login. You can close this window.");
            code.completeExceptionally(new SignalingException(
                    Problem.UNAUTHORIZED,
                    "access_denied".equals(error)
                            ? "the login was refused in the browser"
                            : "the issuer did not complete the login"));
        } else {
            answer(exchange, 200, "You are logged in. You can close this window.");
            code.complete(given);
        }
    }

    private boolean isOurs(@Nullable String given) {
        return given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8), state.getBytes(StandardCharsets.UTF_8));
    }

    /** A parameter that is there once; null otherwise. */
    private static @Nullable String single(HttpUrl url, String name) {
        List<@Nullable String> values = url.queryParameterValues(name);
        return values.size() == 1 ? values.get(0) : null;
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = ("<!doctype html><meta charset=\"utf-8\"><title>Parley</title><p>" + text + "</p>\n")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
        exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'none'");
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Closes the port; the answer that was just written has been sent. */
    @Override
    public void close() {
        server.stop(0);
    }
}
