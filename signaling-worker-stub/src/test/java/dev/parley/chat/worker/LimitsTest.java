package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.worker.Client.Answer;
import dev.parley.chat.worker.WorkerLimits.Rate;
import java.net.http.HttpRequest;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How often an account, an address and a room may be heard of, and how many connections there are. */
class LimitsTest {
    private final ManualClock clock = new ManualClock();

    @SuppressWarnings("NullAway.Init") // by start(…), with which each test begins
    private SignalingWorker worker;

    @SuppressWarnings("NullAway.Init")
    private Client client;

    private void start(WorkerConfig.Builder config) {
        worker = SignalingWorker.start(config.clock(clock).build());
        client = new Client(worker.url());
    }

    private void start(WorkerLimits.Builder limits) {
        start(WorkerConfig.builder().limits(limits.build()));
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void anAddressThatAsksTooOftenIsRefusedBeforeItsTokenIsLookedAt() {
        start(WorkerLimits.builder().requestsPerAddress(new Rate(1, 3)));
        for (int i = 0; i < 3; i++) {
            assertThat(client.get("/v1/rooms", "no token").status()).isEqualTo(401);
        }
        Answer refused = client.get("/v1/rooms", "no token");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        assertThat(client.get("/no-such-path", "").status())
                .as("whatever it asks for")
                .isEqualTo(429);
        assertThat(client.get("/healthz", "").status()).isEqualTo(200);
        assertThat(client.get("/readyz", "").status()).isEqualTo(200);
        clock.advance(Duration.ofSeconds(1));
        assertThat(client.get("/v1/rooms", "no token").status()).isEqualTo(401);
        assertThat(client.get("/v1/rooms", "no token").status()).isEqualTo(429);
    }

    @Test
    void whoFloodsARoomFromOutsideDoesNotSilenceThoseInside() {
        start(WorkerLimits.builder().requestsPerRoom(new Rate(1, 5)));
        HostKey host = new HostKey();
        String roomId = client.room("alice", host.body());
        String inside = client.join(roomId, "alice", host.peerId());
        String stranger = client.token("mallory");
        for (int i = 0; i < 4; i++) {
            assertThat(client.get("/v1/rooms/" + roomId, stranger).status()).isEqualTo(200);
        }
        Answer refused = client.get("/v1/rooms/" + roomId, client.token("another"));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        for (int i = 0; i < 5; i++) {
            assertThat(client.post("/v1/rooms/" + roomId + "/heartbeat", inside).status())
                    .isEqualTo(204);
        }
        assertThat(client.post("/v1/rooms/" + roomId + "/heartbeat", inside).status())
                .isEqualTo(429);
        assertThat(client.get("/v1/rooms/" + new HostKey().roomId(), stranger).status())
                .as("another room")
                .isEqualTo(404);
    }

    @Test
    void whatAnAddressAndARoomMayDoFollowsWhatAnAccountMayDo() {
        start(WorkerConfig.builder().requestRate(1, 1));
        String[] tokens = new String[4];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = client.token("account-" + i);
        }
        assertThat(client.get("/v1/rooms", tokens[0]).status()).isEqualTo(200);
        assertThat(client.get("/v1/rooms", tokens[1]).status())
                .as("the sixth request of this address")
                .isEqualTo(429);
    }

    private int statusFor(String header, String value) {
        HttpRequest request = client.request("/v1/rooms", "no token")
                .header(header, value)
                .GET()
                .build();
        return client.send(request).status();
    }

    @Test
    void whatAClientWritesIntoTheHeaderOfProxiesIsIgnored() {
        start(WorkerLimits.builder().requestsPerAddress(new Rate(1, 2)));
        assertThat(statusFor("X-Forwarded-For", "192.0.2.1")).isEqualTo(401);
        assertThat(statusFor("X-Forwarded-For", "192.0.2.2")).isEqualTo(401);
        assertThat(statusFor("X-Forwarded-For", "192.0.2.3")).isEqualTo(429);
        assertThat(statusFor("Forwarded", "for=192.0.2.3")).isEqualTo(429);
    }

    @Test
    void atATrustedProxyTheAddressIsThatOfItsClient() {
        start(WorkerConfig.builder()
                .trustedProxy("127.0.0.0/8")
                .trustedProxy("10.0.0.0/8")
                .limits(WorkerLimits.builder()
                        .requestsPerAddress(new Rate(1, 1))
                        .build()));
        assertThat(statusFor("X-Forwarded-For", "192.0.2.1")).isEqualTo(401);
        assertThat(statusFor("X-Forwarded-For", "192.0.2.1, 10.1.2.3"))
                .as("through another proxy of ours")
                .isEqualTo(429);
        assertThat(statusFor("X-Forwarded-For", "198.51.100.7, 192.0.2.1"))
                .as("what the client itself claims is to the left")
                .isEqualTo(429);
        assertThat(statusFor("X-Forwarded-For", "192.0.2.2")).isEqualTo(401);
        assertThat(statusFor("X-Forwarded-For", "2001:db8:1:2::1")).isEqualTo(401);
        assertThat(statusFor("X-Forwarded-For", "2001:db8:1:2:ffff::9"))
                .as("the same /64")
                .isEqualTo(429);
        assertThat(statusFor("X-Forwarded-For", "2001:db8:1:3::1")).isEqualTo(401);
        assertThat(statusFor("X-Forwarded-For", "localhost"))
                .as("a name is never looked up: it is the proxy itself")
                .isEqualTo(401);
        assertThat(statusFor("X-Forwarded-For", "unknown")).isEqualTo(429);
        assertThat(statusFor("Forwarded", "for=192.0.2.77"))
                .as("not the header of this proxy")
                .isEqualTo(429);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for=192.0.2.60;proto=http;by=203.0.113.43 | for=192.0.2.60",
                "For=\"[2001:db8:cafe::17]:4711\" | for=\"[2001:db8:cafe:0:1::]\"",
                "for=192.0.2.43:8080 | for=198.51.100.17, for=192.0.2.43",
            })
    void theStandardHeaderOfProxiesIsReadAsWell(String first, String sameAddress) {
        start(WorkerConfig.builder()
                .trustedProxy("127.0.0.1")
                .forwardingHeader("Forwarded")
                .limits(WorkerLimits.builder()
                        .requestsPerAddress(new Rate(1, 1))
                        .build()));
        assertThat(statusFor("Forwarded", first)).isEqualTo(401);
        assertThat(statusFor("Forwarded", sameAddress)).isEqualTo(429);
        assertThat(statusFor("Forwarded", "for=203.0.113.9")).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "10.0.0.0/33", "10.0.0.0/x", "::/129", "1.2.3", "", "300.1.1.1"})
    void aBlockOfAddressesThatIsNoneIsRefusedAtOnce(String text) {
        start(WorkerConfig.builder());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerConfig.builder().trustedProxy(text));
    }

    @Test
    void anAddressHasItsNumberOfConnectionsAndTheNextIsClosedAtOnce() {
        start(WorkerLimits.builder().connectionsPerAddress(3));
        try (RawConnection first = RawConnection.to(worker.url());
                RawConnection second = RawConnection.to(worker.url())) {
            first.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").awaitText("\"ok\"");
            second.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").awaitText("\"ok\"");
            try (RawConnection third = RawConnection.to(worker.url())) {
                third.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").awaitText("\"ok\"");
                try (RawConnection tooMany = RawConnection.to(worker.url())) {
                    tooMany.awaitClose();
                }
                third.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .awaitClose();
            }
            RawConnection.awaitUntil(() -> {
                try (RawConnection next = RawConnection.to(worker.url())) {
                    return next.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .awaitClose()
                            .contains("\"ok\"");
                }
            });
        }
    }

    @Test
    void anAccountHasItsNumberOfWebSocketsAndMayReplaceEach() {
        start(WorkerLimits.builder().socketsPerAccount(2));
        HostKey host = new HostKey();
        String roomId = client.room("alice", host.body());
        String first = client.join(roomId, "bob", HostKey.randomId());
        String second = client.join(roomId, "bob", HostKey.randomId());
        String third = client.join(roomId, "bob", HostKey.randomId());
        Client.Socket one = client.socket(roomId, first, 0);
        one.send("ping");
        assertThat(one.next()).isEqualTo("pong");
        Client.Socket two = client.socket(roomId, second, 0);
        two.send("ping");
        assertThat(two.next()).isEqualTo("pong");
        assertThatThrownBy(() -> client.socket(roomId, third, 0))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(WebSocketHandshakeException.class, refused -> {
                    assertThat(refused.getResponse().statusCode()).isEqualTo(429);
                    assertThat(refused.getResponse().headers().firstValue("Retry-After"))
                            .isPresent();
                });
        Client.Socket again = client.socket(roomId, first, 0);
        assertThat(one.closeCode()).isEqualTo(4409);
        assertThat(client.join(roomId, "carol", HostKey.randomId())).isNotEmpty();
        client.post("/v1/rooms/" + roomId + "/leave", first);
        assertThat(again.closeCode()).isEqualTo(4410);
        Client.Socket free = client.socket(roomId, third, 0);
        free.send("ping");
        assertThat(free.next()).isEqualTo("pong");
    }

    @Test
    void pagesOfForeignOriginsAreRefusedAndThoseOnTheListAreNot() {
        start(WorkerConfig.builder().allowedOrigin("https://chat.example.org"));
        Answer program = client.get("/healthz", "");
        assertThat(program.status()).isEqualTo(200);
        assertThat(program.header("Access-Control-Allow-Origin")).isEmpty();

        Answer page = client.send(client.request("/healthz", "")
                .header("Origin", "https://chat.example.org")
                .build());
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Access-Control-Allow-Origin")).isEqualTo("https://chat.example.org");
        assertThat(page.header("Access-Control-Allow-Credentials")).isNotEqualTo("true");

        Answer preflight = client.send(client.request("/v1/rooms", "")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Origin", "https://chat.example.org")
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization,content-type")
                .build());
        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.header("Access-Control-Allow-Methods")).contains("POST", "DELETE", "PUT");
        assertThat(preflight.header("Access-Control-Allow-Headers")).contains("Authorization");

        Set<String> foreign = new HashSet<>(Set.of(
                "https://evil.example", "http://chat.example.org", "https://chat.example.org.evil.example", "null"));
        for (String origin : foreign) {
            Answer refused = client.send(
                    client.request("/healthz", "").header("Origin", origin).build());
            assertThat(refused.status()).as(origin).isEqualTo(403);
            assertThat(refused.code()).as(origin).isEqualTo("forbidden");
            assertThat(refused.header("Access-Control-Allow-Origin")).as(origin).isEmpty();
        }
    }

    @Test
    void withoutAListEveryOriginIsForeign() {
        start(WorkerConfig.builder());
        assertThat(client.send(client.request("/healthz", "")
                                .header("Origin", worker.url().toString())
                                .build())
                        .status())
                .isEqualTo(403);
    }

    @Test
    void aWebSocketOfAForeignPageIsRefusedAndThatOfAProgramIsNot() {
        start(WorkerConfig.builder().allowedOrigin("https://chat.example.org"));
        HostKey host = new HostKey();
        String roomId = client.room("alice", host.body());
        String token = client.join(roomId, "alice", host.peerId());
        String handshake = "GET /v1/rooms/" + roomId + "/ws HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
        for (String accepted : Set.of("", "Origin: https://chat.example.org\r\n")) {
            try (RawConnection connection = RawConnection.to(worker.url())) {
                connection.send(handshake + accepted + "\r\n").awaitText("101 Switching Protocols");
            }
        }
        try (RawConnection connection = RawConnection.to(worker.url())) {
            connection.send(handshake + "Origin: https://evil.example\r\n\r\n").awaitText("403 Forbidden");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://chat.example.org/", "chat.example.org", "*", "https://Chat.example.org"})
    void whatIsNoOriginIsRefusedAtOnce(String text) {
        start(WorkerConfig.builder());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerConfig.builder().allowedOrigin(text));
    }
}
