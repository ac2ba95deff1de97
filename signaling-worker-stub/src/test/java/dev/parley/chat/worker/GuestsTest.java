package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.worker.Client.Answer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** People without an account. */
class GuestsTest {
    private final ManualClock clock = new ManualClock();

    private static Answer enter(Client client, char who) {
        return client.post(
                "/v1/guests", "", "{\"secret\":\"" + String.valueOf(who).repeat(42) + "A\"}");
    }

    static String guestToken(Client client, char who) {
        return enter(client, who).body().path("guestToken").asText();
    }

    private SignalingWorker open() {
        return SignalingWorker.start(
                WorkerConfig.builder().clock(clock).anonymousGuests(true).build());
    }

    private static void assertRefused(int status, String code, Answer answer) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void withoutTheSettingThereAreNone() {
        String token;
        try (SignalingWorker open = open()) {
            token = guestToken(new Client(open.url()), 'g');
        }
        try (SignalingWorker closed =
                SignalingWorker.start(WorkerConfig.builder().clock(clock).build())) {
            Client client = new Client(closed.url());
            assertRefused(404, "not_found", enter(client, 'g'));
            assertRefused(401, "unauthorized", client.get("/v1/rooms", token));
            assertThat(client.get("/.well-known/oauth-protected-resource", "")
                            .body()
                            .has("parley_guests"))
                    .isFalse();
        }
    }

    @Test
    void aGuestListsJoinsAndTalksButOwnsNothing() {
        try (SignalingWorker worker = open()) {
            Client client = new Client(worker.url());
            assertThat(client.get("/.well-known/oauth-protected-resource", "")
                            .body()
                            .path("parley_guests")
                            .asBoolean())
                    .isTrue();
            String room = client.room("host", new HostKey().body());
            String host = HostKey.randomId();
            client.join(room, "other", host);

            Answer entered = enter(client, 'g');
            assertThat(entered.body().path("expiresIn").asInt()).isEqualTo(900);
            String token = entered.body().path("guestToken").asText();
            assertThat(client.get("/v1/rooms", token).body().path("rooms")).hasSize(1);
            assertThat(client.get("/v1/rooms/" + room, token).status()).isEqualTo(200);
            assertThat(client.get("/v1/ice-servers", token).status()).isEqualTo(200);
            String path = "/v1/rooms/" + room;
            Answer joined = client.post(path + "/join", token, Client.peer(HostKey.randomId()));
            assertThat(joined.status()).isEqualTo(200);
            String roomToken = joined.body().path("roomToken").asText();
            assertThat(client.post(path + "/messages", roomToken, Client.message(host, "aGk", "m"))
                            .status())
                    .isEqualTo(202);

            assertRefused(403, "forbidden", client.post("/v1/rooms", token, new HostKey().body()));
            assertRefused(403, "forbidden", client.delete(path, token));
            assertRefused(403, "forbidden", client.put(path + "/succession", token, "{}"));
            assertRefused(403, "forbidden", client.post("/v1/nameplates", token, "{\"roomId\":\"" + room + "\"}"));
            assertRefused(403, "forbidden", client.get("/v1/nameplates/7", token));
            assertRefused(401, "unauthorized", client.get(path + "/messages", token));
        }
    }

    @Test
    void aGuestKeepsItsPlaceWithItsSecretAndNobodyElseGetsIt() {
        try (SignalingWorker worker = open()) {
            Client client = new Client(worker.url());
            String join = "/v1/rooms/" + client.room("host", new HostKey().body()) + "/join";
            String peer = HostKey.randomId();
            String first = guestToken(client, 'g');
            assertThat(client.post(join, first, Client.peer(peer)).status()).isEqualTo(200);
            assertThat(client.post(join, guestToken(client, 'g'), Client.peer(peer))
                            .status())
                    .isEqualTo(200);
            assertRefused(409, "peer_taken", client.post(join, guestToken(client, 'h'), Client.peer(peer)));
        }
    }

    @Test
    void aGuestTokenEndsAfterAQuarterOfAnHour() {
        try (SignalingWorker worker = open()) {
            Client client = new Client(worker.url());
            String token = guestToken(client, 'g');
            clock.advance(Duration.ofMinutes(15).minusSeconds(1));
            assertThat(client.get("/v1/rooms", token).status()).isEqualTo(200);
            clock.advance(Duration.ofSeconds(2));
            assertRefused(401, "unauthorized", client.get("/v1/rooms", token));
        }
    }

    @Test
    void anAddressGetsTwentyTokensAMinute() {
        try (SignalingWorker worker = open()) {
            Client client = new Client(worker.url());
            for (int i = 0; i < 20; i++) {
                assertThat(enter(client, (char) ('a' + i)).status()).isEqualTo(200);
            }
            Answer refused = enter(client, 'z');
            assertRefused(429, "rate_limited", refused);
            assertThat(refused.header("Retry-After")).isEqualTo("60");
            clock.advance(Duration.ofSeconds(60));
            assertThat(enter(client, 'z').status()).isEqualTo(200);
        }
    }

    @Test
    void aSecretThatIsTooShortIsRefused() {
        try (SignalingWorker worker = open()) {
            Client client = new Client(worker.url());
            assertRefused(400, "invalid_request", client.post("/v1/guests", "", "{\"secret\":\"c2hvcnQ\"}"));
            assertRefused(400, "invalid_request", client.post("/v1/guests", "", "{}"));
        }
    }
}
