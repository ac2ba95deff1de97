package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.worker.Client.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NameplatesTest {
    private final ManualClock clock = new ManualClock();
    private final HostKey host = new HostKey();
    private SignalingWorker worker;
    private Client client;
    private String alice;
    private String bob;

    @BeforeEach
    void start() {
        worker = SignalingWorker.start(
                WorkerConfig.builder().clock(clock).requestRate(1000, 10_000).build());
        client = new Client(worker.url());
        alice = client.token("alice");
        bob = client.token("bob");
        client.room("alice", host.body());
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    private Answer open(String token, String roomId) {
        return client.post("/v1/nameplates", token, "{\"roomId\":\"" + roomId + "\"}");
    }

    private int opened() {
        Answer answer = open(alice, host.roomId());
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.body().get("expiresIn").asInt()).isEqualTo(600);
        return answer.body().get("number").asInt();
    }

    private Answer find(String token, Object number) {
        return client.get("/v1/nameplates/" + number, token);
    }

    /** Time passes for numbers, not for the room. */
    private void pass(Duration duration) {
        for (Duration left = duration; left.compareTo(Duration.ZERO) > 0; left = left.minusSeconds(60)) {
            clock.advance(left.compareTo(Duration.ofSeconds(60)) > 0 ? Duration.ofSeconds(60) : left);
            client.post("/v1/rooms", alice, host.body());
        }
    }

    @Test
    void aNumberLeadsToItsRoomForTenMinutes() {
        int number = opened();
        Answer found = find(bob, number);
        assertThat(found.status()).isEqualTo(200);
        assertThat(found.body().toString()).isEqualTo("{\"roomId\":\"" + host.roomId() + "\"}");

        pass(Duration.ofMillis(599_999));
        assertThat(find(bob, number).status()).isEqualTo(200);
        clock.advance(Duration.ofMillis(1));

        Answer gone = find(bob, number);
        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.code()).isEqualTo("nameplate_not_found");
        assertThat(client.delete("/v1/nameplates/" + number, alice).code()).isEqualTo("nameplate_not_found");
    }

    @Test
    void onlyTheOwnerOfARoomOpensANumberForIt() {
        Answer missing = open(alice, HostKey.randomId());
        assertThat(missing.code()).isEqualTo("room_not_found");
        assertThat(open(bob, host.roomId()).body())
                .as("the same as for a room that is not there")
                .isEqualTo(missing.body());
        assertThat(open(alice, "no").code()).isEqualTo("invalid_request");
    }

    @Test
    void onlyWhoOpenedANumberGivesItBackAndNobodyElseLearnsOfIt() {
        int number = opened();
        Answer others = client.delete("/v1/nameplates/" + number, bob);
        Answer nobodys = client.delete("/v1/nameplates/999999999", bob);
        assertThat(others.status()).isEqualTo(404);
        assertThat(others.body()).isEqualTo(nobodys.body());
        assertThat(find(bob, number).status()).isEqualTo(200);

        assertThat(client.delete("/v1/nameplates/" + number, alice).status()).isEqualTo(204);

        assertThat(find(bob, number).code()).isEqualTo("nameplate_not_found");
    }

    @Test
    void aNumberIsGoneWithItsRoom() {
        int deleted = opened();
        client.delete("/v1/rooms/" + host.roomId(), alice);
        assertThat(find(bob, deleted).code()).isEqualTo("nameplate_not_found");
        client.room("alice", host.body());
        assertThat(find(bob, deleted).code()).as("not back with it").isEqualTo("nameplate_not_found");

        int expired = opened();
        clock.advance(Duration.ofSeconds(90));
        assertThat(find(bob, expired).code()).isEqualTo("nameplate_not_found");
    }

    @Test
    void anAccountHasEightNumbersAndThoseThatRestCount() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            numbers.add(opened());
        }
        assertThat(new HashSet<>(numbers)).hasSize(8);
        Answer ninth = open(alice, host.roomId());
        assertThat(ninth.status()).isEqualTo(429);
        assertThat(ninth.code()).isEqualTo("rate_limited");
        assertThat(ninth.header("Retry-After")).isEqualTo("660");

        client.delete("/v1/nameplates/" + numbers.get(0), alice);
        assertThat(open(alice, host.roomId()).header("Retry-After")).isEqualTo("60");
        pass(Duration.ofMillis(59_999));
        assertThat(open(alice, host.roomId()).header("Retry-After")).isEqualTo("1");
        clock.advance(Duration.ofMillis(1));
        opened();
    }

    @Test
    void numbersStayShortAndRestAfterTheirUse() {
        Set<Integer> used = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            int number = opened();
            assertThat(number).isBetween(1, 9);
            assertThat(used.add(number)).as("%s rests", number).isTrue();
            client.delete("/v1/nameplates/" + number, alice);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(opened()).as("half of the digits are taken").isBetween(10, 99);
        }
        pass(Duration.ofSeconds(60));
        for (int i = 0; i < 5; i++) {
            assertThat(opened()).isBetween(1, 9);
        }
    }

    @Test
    void anAccountLooksUpTenNumbersInAnyMinute() {
        int number = opened();
        for (int i = 0; i < 5; i++) {
            assertThat(find(bob, number).status()).isEqualTo(200);
        }
        clock.advance(Duration.ofSeconds(30));
        for (int i = 0; i < 5; i++) {
            assertThat(find(bob, 999_999_999).code()).isEqualTo("nameplate_not_found");
        }
        Answer eleventh = find(bob, number);
        assertThat(eleventh.status()).isEqualTo(429);
        assertThat(eleventh.code()).isEqualTo("rate_limited");
        assertThat(eleventh.header("Retry-After")).isEqualTo("30");
        assertThat(find(alice, number).status()).isEqualTo(200);

        clock.advance(Duration.ofSeconds(30));
        for (int i = 0; i < 5; i++) {
            assertThat(find(bob, number).status()).isEqualTo(200);
        }
        assertThat(find(bob, number).status()).isEqualTo(429);
    }

    @Test
    void aNumberIsFoundTwentyTimes() {
        int number = opened();
        for (int i = 0; i < 20; i++) {
            assertThat(find(client.token("guest" + i), number).status()).isEqualTo(200);
        }
        assertThat(find(bob, number).code()).isEqualTo("nameplate_not_found");
    }

    @Test
    void whatIsNoNumberIsRefused() {
        for (String number : List.of("0", "01", "-1", "x", "1.0", "1000000000", "99999999999999999999")) {
            assertThat(find(bob, number).code()).as(number).isEqualTo("invalid_request");
            assertThat(client.delete("/v1/nameplates/" + number, bob).code())
                    .as(number)
                    .isEqualTo("invalid_request");
        }
    }
}
