package dev.parley.chat.worker;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An issuer on loopback: publishes what a test tells it to, and signs what a test wants signed. */
final class TestIssuer implements AutoCloseable {
    static final String OPENID = "/.well-known/openid-configuration";
    static final String OAUTH = "/.well-known/oauth-authorization-server";
    static final String KEYS = "/keys";

    private final HttpServer server;
    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();

    private record Reply(int status, String location, String body) {}

    /** An issuer that publishes nothing yet. */
    TestIssuer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    /** An issuer that publishes these keys, as OpenID Connect Discovery says. */
    static TestIssuer publishing(JWK... keys) {
        TestIssuer issuer = new TestIssuer();
        issuer.serve(OPENID, issuer.metadata(issuer.url() + KEYS));
        issuer.publish(keys);
        return issuer;
    }

    static RSAKey rsa(String keyId) {
        try {
            return new RSAKeyGenerator(2048).keyID(keyId).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    TrustedIssuer trusted() {
        return TrustedIssuer.of(URI.create(url()), "parley");
    }

    String metadata(String jwksUri) {
        return "{\"issuer\":\"" + url() + "\",\"jwks_uri\":\"" + jwksUri + "\"}";
    }

    void publish(JWK... keys) {
        serve(KEYS, new JWKSet(List.of(keys)).toString(true));
    }

    void serve(String path, String json) {
        replies.put(path, new Reply(200, "", json));
    }

    void redirect(String path, String location) {
        replies.put(path, new Reply(302, location, ""));
    }

    void fail(String path) {
        replies.put(path, new Reply(500, "", ""));
    }

    int asked(String path) {
        return asked.getOrDefault(path, new AtomicInteger()).get();
    }

    int asked() {
        return asked.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.computeIfAbsent(path, any -> new AtomicInteger()).incrementAndGet();
        Reply reply = replies.getOrDefault(path, new Reply(404, "", ""));
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if (!reply.location().isEmpty()) {
            exchange.getResponseHeaders().set("Location", reply.location());
        }
        exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Claims that the worker takes, to be changed by a test. */
    JWTClaimsSet.Builder claims(String subject, Instant now) {
        return new JWTClaimsSet.Builder()
                .issuer(url())
                .audience("parley")
                .subject(subject)
                .expirationTime(Date.from(now.plusSeconds(60)));
    }

    static String sign(RSAKey key, JWTClaimsSet claims) {
        try {
            return sign(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .build(),
                    claims,
                    new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    static String sign(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) {
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
        return token.serialize();
    }

    /** From now on nothing answers. */
    void stop() {
        server.stop(0);
    }

    @Override
    public void close() {
        stop();
    }
}
