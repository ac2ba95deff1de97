package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.parley.chat.worker.Client.Answer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TokensTest {
    private final ManualClock clock = new ManualClock();

    private static void assertUnauthorized(String as, Client client, String path, String token, URI base) {
        Answer answer = client.get(path, token);
        assertThat(answer.status()).as(as).isEqualTo(401);
        assertThat(answer.code()).as(as).isEqualTo("unauthorized");
        assertThat(answer.header("WWW-Authenticate"))
                .isEqualTo("Bearer resource_metadata=\"" + base + "/.well-known/oauth-protected-resource\"");
        assertThat(answer.body().toString()).as(as).doesNotContain("eyJ");
    }

    @Test
    void theDevelopmentIssuerDescribesItselfAndGivesTokens() {
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().build())) {
            Client client = new Client(worker.url());
            String base = worker.url().toString();
            assertThat(client.get("/.well-known/oauth-protected-resource", "")
                            .body()
                            .toString())
                    .isEqualTo("{\"resource\":\"" + base + "\",\"authorization_servers\":[\"" + base
                            + "/dev\"],\"bearer_methods_supported\":[\"header\"]}");
            assertThat(client.get("/.well-known/oauth-authorization-server/dev", "")
                            .body()
                            .toString())
                    .isEqualTo("{\"issuer\":\"" + base + "/dev\",\"token_endpoint\":\"" + base
                            + "/dev/token\",\"jwks_uri\":\"" + base
                            + "/dev/jwks.json\",\"grant_types_supported\":[\"client_credentials\"]}");
            assertThat(client.get("/dev/jwks.json", "")
                            .body()
                            .get("keys")
                            .get(0)
                            .has("d"))
                    .as("the private key stays in")
                    .isFalse();
            assertThat(client.get("/v1/rooms", client.token("x".repeat(128))).status())
                    .isEqualTo(200);
            for (String form : new String[] {
                "grant_type=client_credentials",
                "grant_type=client_credentials&client_id=",
                "grant_type=client_credentials&client_id=" + "x".repeat(129),
                "grant_type=password&client_id=a",
                "%zz"
            }) {
                Answer answer = client.send(client.request("/dev/token", "")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofString(form))
                        .build());
                assertThat(answer.code()).as(form).isEqualTo("invalid_request");
            }
        }
    }

    @Test
    void neitherKindOfTokenIsTakenForTheOtherAndBothExpire() {
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().clock(clock).build())) {
            Client client = new Client(worker.url());
            String access = client.token("alice");
            String room = client.room("alice", new HostKey().body());
            String roomToken = client.join(room, "alice", HostKey.randomId());
            String messages = "/v1/rooms/" + room + "/messages";
            assertUnauthorized("room token", client, "/v1/rooms", roomToken, worker.url());
            assertUnauthorized("access token", client, messages, access, worker.url());
            assertUnauthorized("none", client, "/v1/rooms", "", worker.url());
            assertUnauthorized("nonsense", client, "/v1/rooms", "a.b.c", worker.url());
            assertUnauthorized("tampered", client, messages, tamper(roomToken), worker.url());
            clock.advance(Duration.ofSeconds(3600 + 29));
            assertThat(client.get("/v1/rooms", access).status())
                    .as("within the skew")
                    .isEqualTo(200);
            assertUnauthorized("expired", client, messages, roomToken, worker.url());
            clock.advance(Duration.ofSeconds(2));
            assertUnauthorized("expired", client, "/v1/rooms", access, worker.url());
        }
    }

    private static String tamper(String token) {
        String[] parts = token.split("\\.", -1);
        char flipped = parts[1].charAt(5) == 'A' ? 'B' : 'A';
        return parts[0] + "." + parts[1].substring(0, 5) + flipped + parts[1].substring(6) + "." + parts[2];
    }

    @Test
    void tokensOfAConfiguredIssuerAreTakenAndForgeriesAreNot() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).keyID("r").generate();
        ECKey ec = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
        RSAKey stranger = new RSAKeyGenerator(2048).keyID("r").generate();
        HttpServer issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String issuerUrl = "http://127.0.0.1:" + issuer.getAddress().getPort();
        serve(
                issuer,
                "/.well-known/openid-configuration",
                "{\"issuer\":\"" + issuerUrl + "\",\"jwks_uri\":\"" + issuerUrl + "/keys\"}");
        serve(issuer, "/keys", new JWKSet(java.util.List.of(rsa, ec)).toString(true));
        issuer.start();
        try (SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                .clock(clock)
                .issuer(URI.create(issuerUrl), "parley")
                .build())) {
            Client client = new Client(worker.url());
            JWSHeader rs256 =
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("r").build();
            JWTClaimsSet good = new JWTClaimsSet.Builder()
                    .issuer(issuerUrl)
                    .audience("parley")
                    .subject("alice")
                    .expirationTime(Date.from(clock.instant().plusSeconds(60)))
                    .build();
            assertThat(client.get("/v1/rooms", sign(rs256, good, new RSASSASigner(rsa)))
                            .status())
                    .isEqualTo(200);
            JWSHeader es256 = new JWSHeader.Builder(JWSAlgorithm.ES256)
                    .keyID("e")
                    .type(new JOSEObjectType("at+jwt"))
                    .build();
            assertThat(client.get("/v1/rooms", sign(es256, good, new ECDSASigner(ec)))
                            .status())
                    .isEqualTo(200);

            Map<String, String> bad = new LinkedHashMap<>();
            Map<String, UnaryOperator<JWTClaimsSet.Builder>> claims = Map.of(
                    "wrong aud", b -> b.audience("other"),
                    "no aud", b -> b.audience((String) null),
                    "wrong iss", b -> b.issuer(issuerUrl + "/"),
                    "no sub", b -> b.subject(null),
                    "empty sub", b -> b.subject(""),
                    "no exp", b -> b.expirationTime(null),
                    "expired", b -> b.expirationTime(Date.from(clock.instant().minusSeconds(31))),
                    "not yet", b -> b.notBeforeTime(Date.from(clock.instant().plusSeconds(31))));
            for (var change : claims.entrySet()) {
                JWTClaimsSet set =
                        change.getValue().apply(new JWTClaimsSet.Builder(good)).build();
                bad.put(change.getKey(), sign(rs256, set, new RSASSASigner(rsa)));
            }
            bad.put("alg none", new PlainJWT(good).serialize());
            bad.put("foreign key", sign(rs256, good, new RSASSASigner(stranger)));
            bad.put(
                    "RS512",
                    sign(new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("r").build(), good, new RSASSASigner(rsa)));
            bad.put(
                    "HS256 with the public key as secret",
                    sign(
                            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("r").build(),
                            good,
                            new MACSigner(rsa.toRSAPublicKey().getEncoded())));
            bad.put(
                    "embedded jwk",
                    sign(
                            new JWSHeader.Builder(JWSAlgorithm.RS256)
                                    .jwk(stranger.toPublicJWK())
                                    .build(),
                            good,
                            new RSASSASigner(stranger)));
            bad.put(
                    "foreign type",
                    sign(
                            new JWSHeader.Builder(JWSAlgorithm.RS256)
                                    .keyID("r")
                                    .type(new JOSEObjectType("parley-room+jwt"))
                                    .build(),
                            good,
                            new RSASSASigner(rsa)));
            bad.put("tampered", tamper(sign(rs256, good, new RSASSASigner(rsa))));
            bad.put(
                    "unknown kid",
                    sign(
                            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("z").build(),
                            good,
                            new RSASSASigner(stranger)));
            bad.forEach((name, token) -> assertUnauthorized(name, client, "/v1/rooms", token, worker.url()));
        } finally {
            issuer.stop(0);
        }
    }

    @Test
    void anUnreachableIssuerIsNotTheFaultOfTheToken() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).keyID("r").generate();
        HttpServer issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String issuerUrl = "http://127.0.0.1:" + issuer.getAddress().getPort();
        issuer.start();
        try (SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                .clock(clock)
                .issuer(TrustedIssuer.of(URI.create(issuerUrl), "parley").withJwksUri(URI.create(issuerUrl + "/keys")))
                .build())) {
            Client client = new Client(worker.url());
            String token = sign(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("r").build(),
                    new JWTClaimsSet.Builder()
                            .issuer(issuerUrl)
                            .audience("parley")
                            .subject("alice")
                            .expirationTime(Date.from(clock.instant().plusSeconds(60)))
                            .build(),
                    new RSASSASigner(rsa));
            for (int i = 0; i < 4; i++) {
                Answer answer = client.get("/v1/rooms", token);
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.code()).isEqualTo("unavailable");
                assertThat(answer.header("Retry-After")).isEqualTo("1");
            }
        } finally {
            issuer.stop(0);
        }
    }

    private static String sign(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) throws Exception {
        SignedJWT token = new SignedJWT(header, claims);
        token.sign(signer);
        return token.serialize();
    }

    private static void serve(HttpServer server, String path, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        server.createContext(path, exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }
}
