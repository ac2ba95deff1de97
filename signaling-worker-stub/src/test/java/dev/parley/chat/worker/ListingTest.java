package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.worker.Client.Answer;
import dev.parley.chat.worker.internal.rooms.SignedDescriptor;
import dev.parley.chat.worker.internal.store.SignedRooms;
import dev.parley.chat.worker.internal.store.SqliteRoomStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of a worker with very many rooms, over HTTP. */
class ListingTest {
    private static final long TTL_MILLIS = 90_000;
    private static final int ROOMS_PER_ACCOUNT = 50;

    private final Random random = new Random(1);
    private final ManualClock clock = new ManualClock();
    private final List<SignedDescriptor> descriptors = SignedRooms.many();

    /** When each room was active last; one that was deleted is not here. */
    private final Map<String, Long> activeAt = new HashMap<>();

    private final Set<String> listed = new HashSet<>();
    private int pages;
    private int deleted;
    private int expired;

    @Test
    void twentyThousandRoomsAreListedPageByPageOnceEachWhileRoomsComeAndGo(@TempDir Path directory) throws Exception {
        fill(directory);
        try (SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                .dataDirectory(directory)
                .clock(clock)
                .requestRate(100_000, 100_000)
                .build())) {
            Client client = new Client(worker.url());
            String reader = client.token("reader");
            String cursor = "";
            do {
                Answer answer = client.get("/v1/rooms?limit=100" + cursor, reader);
                assertThat(answer.status()).isEqualTo(200);
                for (JsonNode room : answer.body().get("rooms")) {
                    check(room.get("roomId").asText());
                }
                JsonNode next = answer.body().get("cursor");
                cursor = next.isNull() ? "" : "&cursor=" + next.asText();
                clock.advance(Duration.ofMillis(200));
                comeAndGo(client);
            } while (!cursor.isEmpty());
        }
        for (int i = 0; i < SignedRooms.MANY; i++) {
            String room = descriptors.get(i).roomId();
            if (lives(room)) {
                assertThat(listed).as("a room that lived throughout").contains(room);
            } else if (activeAt.containsKey(room)) {
                expired++;
            }
        }
        assertThat(deleted).as("rooms deleted").isGreaterThan(50);
        assertThat(expired).as("rooms expired").isGreaterThan(1_000);
    }

    /** Rooms that were made between 60 s and 30 s ago, of which half were renewed just now. */
    private void fill(Path directory) throws Exception {
        long now = clock.millis();
        try (SqliteRoomStore store =
                SqliteRoomStore.inDirectory(directory, Duration.ofMillis(TTL_MILLIS), UnaryOperator.identity())) {
            for (int i = 0; i < SignedRooms.MANY; i++) {
                announce(store, i, now - 60_000 + 30_000L * i / SignedRooms.MANY);
            }
            for (int i = 0; i < SignedRooms.MANY; i += 2) {
                announce(store, i, now);
            }
        }
    }

    private static String account(int i) {
        return "account-" + i / ROOMS_PER_ACCOUNT;
    }

    private void announce(SqliteRoomStore store, int i, long atMillis) {
        store.announce(descriptors.get(i), account(i), atMillis);
        activeAt.put(descriptors.get(i).roomId(), atMillis);
    }

    private boolean lives(String room) {
        Long active = activeAt.get(room);
        return active != null && active > clock.millis() - TTL_MILLIS;
    }

    private void check(String room) {
        assertThat(listed.add(room)).as("listed once").isTrue();
        assertThat(lives(room)).as("listed while it lives").isTrue();
    }

    private void comeAndGo(Client client) {
        if (pages++ % 4 == 0) {
            client.room("newcomer-" + pages, new HostKey().body());
        }
        for (int i = 0; i < 2; i++) {
            int any = random.nextInt(SignedRooms.MANY);
            String room = descriptors.get(any).roomId();
            if (!lives(room)) {
                continue;
            }
            if (random.nextBoolean()) {
                assertThat(client.delete("/v1/rooms/" + room, client.token(account(any)))
                                .status())
                        .isEqualTo(204);
                activeAt.remove(room);
                deleted++;
            } else {
                client.join(room, "guest", HostKey.randomId());
                activeAt.put(room, clock.millis());
            }
        }
    }
}
