package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.parley.chat.worker.Client.Answer;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom the worker trusts: several issuers, where their keys are, and which scopes their tokens must have. */
class IssuersTest {
    private final ManualClock clock = new ManualClock();
    private final RSAKey key = TestIssuer.rsa("k");

    private SignalingWorker worker(TrustedIssuer... issuers) {
        WorkerConfig.Builder config = WorkerConfig.builder().clock(clock);
        List.of(issuers).forEach(config::issuer);
        return SignalingWorker.start(config.build());
    }

    private String token(TestIssuer issuer, String subject) {
        return TestIssuer.sign(key, issuer.claims(subject, clock.instant()).build());
    }

    @Test
    void theSameSubjectOfTwoIssuersIsTwoAccounts() {
        try (TestIssuer one = TestIssuer.publishing(key.toPublicJWK());
                TestIssuer two = TestIssuer.publishing(key.toPublicJWK());
                SignalingWorker worker = worker(one.trusted(), two.trusted())) {
            Client client = new Client(worker.url());
            var body = new HostKey().body();
            String room = client.post("/v1/rooms", token(one, "alice"), body)
                    .body()
                    .path("roomId")
                    .asText();
            assertThat(client.post("/v1/rooms", token(two, "alice"), body).code())
                    .isEqualTo("room_exists");
            assertThat(client.delete("/v1/rooms/" + room, token(two, "alice")).code())
                    .isEqualTo("room_not_found");
            String peer = HostKey.randomId();
            String join = "/v1/rooms/" + room + "/join";
            assertThat(client.post(join, token(one, "bob"), Client.peer(peer)).status())
                    .isEqualTo(200);
            assertThat(client.post(join, token(two, "bob"), Client.peer(peer)).code())
                    .isEqualTo("peer_taken");
            assertThat(client.delete("/v1/rooms/" + room, token(one, "alice")).status())
                    .isEqualTo(204);
        }
    }

    @Test
    void theMetadataNamesAllIssuersAndScopes() {
        try (TestIssuer one = TestIssuer.publishing(key.toPublicJWK());
                TestIssuer two = TestIssuer.publishing(key.toPublicJWK());
                SignalingWorker worker = worker(
                        one.trusted().withRequiredScopes("chat"),
                        two.trusted().withRequiredScopes("parley:use", "chat"))) {
            assertThat(new Client(worker.url())
                            .get("/.well-known/oauth-protected-resource", "")
                            .body()
                            .toString())
                    .isEqualTo("{\"resource\":\"" + worker.url() + "\",\"authorization_servers\":[\"" + one.url()
                            + "\",\"" + two.url() + "\"],\"bearer_methods_supported\":[\"header\"],"
                            + "\"scopes_supported\":[\"chat\",\"parley:use\"]}");
        }
    }

    @Test
    void aTokenWithoutTheRequiredScopesIsRefusedAsSuch() {
        try (TestIssuer issuer = TestIssuer.publishing(key.toPublicJWK());
                SignalingWorker worker = worker(issuer.trusted().withRequiredScopes("chat", "rooms"))) {
            Client client = new Client(worker.url());
            JWTClaimsSet.Builder claims = issuer.claims("alice", clock.instant());
            Object[][] lacking = {
                {"scope", null}, {"scope", "chat"}, {"scope", "chatrooms"}, {"scp", List.of("chat rooms")}, {"scope", 7}
            };
            for (Object[] claim : lacking) {
                String token = TestIssuer.sign(
                        key,
                        new JWTClaimsSet.Builder(claims.build())
                                .claim((String) claim[0], claim[1])
                                .build());
                Answer answer = client.get("/v1/rooms", token);
                assertThat(answer.status()).isEqualTo(403);
                assertThat(answer.code()).isEqualTo("forbidden");
                assertThat(answer.header("WWW-Authenticate"))
                        .isEqualTo("Bearer resource_metadata=\"" + worker.url()
                                + "/.well-known/oauth-protected-resource\", error=\"insufficient_scope\","
                                + " scope=\"chat rooms\"");
            }
            Object[][] enough = {
                {"scope", "openid rooms chat"},
                {"scope", List.of("rooms", "chat")},
                {"scp", List.of("chat", "rooms")},
                {"scp", "chat rooms"}
            };
            for (Object[] claim : enough) {
                String token = TestIssuer.sign(
                        key,
                        new JWTClaimsSet.Builder(claims.build())
                                .claim((String) claim[0], claim[1])
                                .build());
                assertThat(client.get("/v1/rooms", token).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void theKeysAreFoundThroughTheMetadataOfAnAuthorizationServerToo() {
        try (TestIssuer issuer = new TestIssuer();
                SignalingWorker worker = worker(TrustedIssuer.of(URI.create(issuer.url() + "/realms/tea"), "parley"))) {
            issuer.publish(key.toPublicJWK());
            issuer.serve(
                    TestIssuer.OAUTH + "/realms/tea",
                    "{\"issuer\":\"" + issuer.url() + "/realms/tea\",\"jwks_uri\":\"" + issuer.url() + "/keys\"}");
            String token = TestIssuer.sign(
                    key,
                    issuer.claims("alice", clock.instant())
                            .issuer(issuer.url() + "/realms/tea")
                            .build());
            assertThat(new Client(worker.url()).get("/v1/rooms", token).status())
                    .isEqualTo(200);
            assertThat(issuer.asked("/realms/tea" + TestIssuer.OPENID)).isEqualTo(1);
        }
    }

    @Test
    void aNewKeyIsFetchedWhenATokenNamesIt() {
        try (TestIssuer issuer = TestIssuer.publishing(key.toPublicJWK());
                SignalingWorker worker = worker(issuer.trusted())) {
            Client client = new Client(worker.url());
            assertThat(client.get("/v1/rooms", token(issuer, "alice")).status()).isEqualTo(200);
            assertThat(client.get("/v1/rooms", token(issuer, "alice")).status()).isEqualTo(200);
            assertThat(issuer.asked(TestIssuer.KEYS)).isEqualTo(1);

            RSAKey next = TestIssuer.rsa("next");
            issuer.publish(next.toPublicJWK());
            String signedByNext = TestIssuer.sign(
                    next, issuer.claims("alice", clock.instant()).build());
            assertThat(client.get("/v1/rooms", signedByNext).status()).isEqualTo(200);
            assertThat(client.get("/v1/rooms", token(issuer, "alice")).status())
                    .as("the key that is no longer published")
                    .isEqualTo(401);
        }
    }

    @Test
    void anOutageOfOneIssuerTouchesNeitherItsKnownKeysNorTheOtherIssuer() {
        try (TestIssuer one = TestIssuer.publishing(key.toPublicJWK());
                TestIssuer two = TestIssuer.publishing(key.toPublicJWK());
                SignalingWorker worker = worker(one.trusted(), two.trusted())) {
            Client client = new Client(worker.url());
            assertThat(client.get("/v1/rooms", token(one, "alice")).status()).isEqualTo(200);
            one.stop();
            assertThat(client.get("/v1/rooms", token(one, "alice")).status()).isEqualTo(200);
            assertThat(client.get("/v1/rooms", token(two, "alice")).status()).isEqualTo(200);
        }
    }

    @Test
    void anIssuerThatIsDownAtTheStartIsAskedAgain() {
        try (TestIssuer issuer = new TestIssuer();
                SignalingWorker worker = worker(issuer.trusted())) {
            Client client = new Client(worker.url());
            Answer answer = client.get("/v1/rooms", token(issuer, "alice"));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.code()).isEqualTo("unavailable");
            issuer.serve(TestIssuer.OPENID, issuer.metadata(issuer.url() + TestIssuer.KEYS));
            issuer.publish(key.toPublicJWK());
            assertThat(client.get("/v1/rooms", token(issuer, "alice")).status()).isEqualTo(200);
        }
    }

    @Test
    void redirectsOfAnIssuerAreNotFollowed() {
        try (TestIssuer issuer = new TestIssuer();
                TestIssuer elsewhere = TestIssuer.publishing(key.toPublicJWK());
                SignalingWorker worker = worker(issuer.trusted())) {
            issuer.redirect(TestIssuer.OPENID, elsewhere.url() + TestIssuer.OPENID);
            issuer.redirect(TestIssuer.OAUTH, elsewhere.url() + TestIssuer.OPENID);
            Client client = new Client(worker.url());
            assertThat(client.get("/v1/rooms", token(issuer, "alice")).status()).isEqualTo(503);
            assertThat(elsewhere.asked()).isZero();
        }
        try (TestIssuer issuer = new TestIssuer();
                TestIssuer elsewhere = TestIssuer.publishing(key.toPublicJWK());
                SignalingWorker worker = worker(issuer.trusted())) {
            issuer.serve(TestIssuer.OPENID, issuer.metadata(issuer.url() + TestIssuer.KEYS));
            issuer.redirect(TestIssuer.KEYS, elsewhere.url() + TestIssuer.KEYS);
            Client client = new Client(worker.url());
            assertThat(client.get("/v1/rooms", token(issuer, "alice")).status()).isEqualTo(503);
            assertThat(elsewhere.asked()).isZero();
        }
    }

    @Test
    void anIssuerDoesNotMakeTheWorkerCallItsOwnNetwork() {
        try (TestIssuer issuer = new TestIssuer();
                TestIssuer inside = TestIssuer.publishing(key.toPublicJWK());
                SignalingWorker worker = worker(issuer.trusted())) {
            issuer.serve(TestIssuer.OPENID, issuer.metadata(inside.url() + TestIssuer.KEYS));
            assertThat(new Client(worker.url())
                            .get("/v1/rooms", token(issuer, "alice"))
                            .status())
                    .isEqualTo(503);
            assertThat(inside.asked()).isZero();
        }
    }

    @Test
    void thePlaceOfTheKeysMayBeElsewhereWhereTheOperatorSaysSo() {
        try (TestIssuer issuer = new TestIssuer();
                TestIssuer inside = TestIssuer.publishing(key.toPublicJWK());
                SignalingWorker worker =
                        worker(issuer.trusted().withJwksUri(URI.create(inside.url() + TestIssuer.KEYS)))) {
            assertThat(new Client(worker.url())
                            .get("/v1/rooms", token(issuer, "alice"))
                            .status())
                    .isEqualTo(200);
            assertThat(issuer.asked()).isZero();
        }
    }

    @Test
    void metadataOfAnotherIssuerIsNotTaken() {
        try (TestIssuer issuer = new TestIssuer();
                SignalingWorker worker = worker(issuer.trusted())) {
            issuer.publish(key.toPublicJWK());
            issuer.serve(
                    TestIssuer.OPENID,
                    "{\"issuer\":\"https://issuer.example.org\",\"jwks_uri\":\"" + issuer.url() + "/keys\"}");
            assertThat(new Client(worker.url())
                            .get("/v1/rooms", token(issuer, "alice"))
                            .status())
                    .isEqualTo(503);
            assertThat(issuer.asked(TestIssuer.KEYS)).isZero();
        }
    }

    @Test
    void anIssuerIsHttpsOrOnLoopbackAndNamedOnce() {
        for (String bad : List.of(
                "http://issuer.example.org",
                "http://127.0.0.1.example.org",
                "ftp://127.0.0.1",
                "https://user@issuer.example.org",
                "https://issuer.example.org?tenant=1",
                "https://issuer.example.org#x",
                "issuer.example.org")) {
            assertThatIllegalArgumentException().as(bad).isThrownBy(() -> TrustedIssuer.of(URI.create(bad), "parley"));
        }
        TrustedIssuer issuer = TrustedIssuer.of(URI.create("https://issuer.example.org/"), "parley");
        assertThatIllegalArgumentException().isThrownBy(() -> TrustedIssuer.of(issuer.issuer(), ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> issuer.withJwksUri(URI.create("http://keys.example.org")));
        assertThatIllegalArgumentException().isThrownBy(() -> issuer.withRequiredScopes("two words"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerConfig.builder().issuer(issuer).issuer(issuer.issuer(), "other"));
    }

    @Test
    void roomsOfAWorkerOfBeforeKeepTheirOwner(@TempDir Path directory) throws Exception {
        var body = new HostKey().body();
        String room;
        try (SignalingWorker before = SignalingWorker.start(
                WorkerConfig.builder().dataDirectory(directory).build())) {
            Client client = new Client(before.url());
            room = client.room("alice", body);
            client.join(room, "bob", HostKey.randomId());
        }
        // As a worker of before left it: version 2, with the bare sub as the account.
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("signaling.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE rooms SET owner = 'alice'");
            statement.execute("UPDATE peers SET account = 'bob'");
            statement.execute("ALTER TABLE peers DROP COLUMN away_since");
            statement.execute("ALTER TABLE peers DROP COLUMN placed");
            statement.execute("DROP TABLE emoji");
            statement.execute("DROP TABLE emoji_images");
            statement.execute("PRAGMA user_version = 2");
        }
        Instant now = Clock.systemUTC().instant();
        try (TestIssuer issuer = TestIssuer.publishing(key.toPublicJWK());
                SignalingWorker after = SignalingWorker.start(WorkerConfig.builder()
                        .dataDirectory(directory)
                        .issuer(issuer.trusted())
                        .build())) {
            Client client = new Client(after.url());
            String bob = TestIssuer.sign(key, issuer.claims("bob", now).build());
            String alice = TestIssuer.sign(key, issuer.claims("alice", now).build());
            assertThat(client.post("/v1/rooms", bob, body).code()).isEqualTo("room_exists");
            assertThat(client.post("/v1/rooms", alice, body).status()).isEqualTo(200);
            assertThat(client.delete("/v1/rooms/" + room, alice).status()).isEqualTo(204);
        }
    }
}
