package dev.parley.chat.worker.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.HostKeys;
import dev.parley.chat.worker.internal.rooms.Encoding;
import dev.parley.chat.worker.internal.rooms.SignedDescriptor;
import dev.parley.chat.worker.internal.store.RoomStore.Accepted;
import dev.parley.chat.worker.internal.store.RoomStore.Announcement;
import dev.parley.chat.worker.internal.store.RoomStore.Lease;
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import dev.parley.chat.worker.internal.store.RoomStore.Posted;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteRoomStoreTest {
    private static final Duration TTL = Duration.ofSeconds(90);
    private static final String ALICE = "a".repeat(32);
    private static final String BOB = "b".repeat(32);

    private static SignedDescriptor descriptor() {
        ObjectNode body = HostKeys.signedDescriptor();
        return SignedDescriptor.verify(
                body.get("descriptor").asText(), body.get("signature").asText());
    }

    /** Puts a room, two peers and a message in at time 0, and answers the receiver. */
    private static Member fill(RoomStore store) {
        SignedDescriptor descriptor = descriptor();
        store.announce(descriptor, "alice", 0);
        Member alice = new Member(new Slot(descriptor.roomId(), ALICE), "alice");
        Member bob = new Member(new Slot(descriptor.roomId(), BOB), "bob");
        store.join(alice, 0);
        store.join(bob, 0);
        store.post(alice, new Posted(BOB, "envelope", "AAAA", "m1"), 0);
        return bob;
    }

    @Test
    void whatWasAcceptedIsThereAfterAKill(@TempDir Path directory, @TempDir Path survivor) throws Exception {
        try (RoomStore store = SqliteRoomStore.inDirectory(directory, TTL)) {
            Member bob = fill(store);
            byte[] secret = store.secret("key", () -> new byte[] {1, 2, 3});
            // The files as a killed process leaves them: nothing was closed, nothing checkpointed.
            copy(directory, survivor);
            try (RoomStore reopened = SqliteRoomStore.inDirectory(survivor, TTL)) {
                assertThat(reopened.waiting(bob, 0, 1000, 1)).hasSize(1);
                assertThat(reopened.room(bob.slot().roomId(), 1)
                                .orElseThrow()
                                .entry()
                                .peers())
                        .isEqualTo(2);
                Member alice = new Member(new Slot(bob.slot().roomId(), ALICE), "alice");
                assertThat(reopened.post(alice, new Posted(BOB, "envelope", "AAAA", "m1"), 1))
                        .isEqualTo(new Accepted(1, false));
                assertThat(reopened.secret("key", () -> new byte[0])).isEqualTo(secret);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void theSweepRemovesWhatHasExpiredInChunksAndNothingElse(@TempDir Path directory) throws Exception {
        List<String> tables = List.of("rooms", "peers", "messages", "accepted");
        try (RoomStore store = SqliteRoomStore.inDirectory(directory, TTL)) {
            for (int i = 0; i < 5; i++) {
                fill(store);
            }
            assertThat(store.sweep(2, 59_999)).isFalse();
            assertThat(store.sweep(2, 60_000)).as("messages first").isTrue();
            int chunks = 1;
            while (store.sweep(2, 90_000)) {
                chunks++;
            }
            assertThat(chunks).isGreaterThanOrEqualTo(5);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("signaling.db"));
                Statement statement = connection.createStatement()) {
            for (String table : tables) {
                assertThat(statement
                                .executeQuery("SELECT count(*) FROM " + table)
                                .getInt(1))
                        .as(table)
                        .isZero();
            }
        }
    }

    @Test
    void aDatabaseOfAnOlderWorkerIsBroughtUpToDateInPlace(@TempDir Path directory) throws Exception {
        SignedDescriptor descriptor = descriptor();
        String text = Encoding.base64Url(descriptor.descriptor());
        String host = SignedDescriptor.hostPeerId(text);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("signaling.db"))) {
            connection.setAutoCommit(false);
            Schema.migrate(connection, 1);
            try (PreparedStatement room = connection.prepareStatement(
                            "INSERT INTO rooms (room_id, owner, descriptor, signature, listed, capacity, last_active)"
                                    + " VALUES (?, 'alice', ?, ?, 1, 10, 0)");
                    PreparedStatement peer = connection.prepareStatement(
                            "INSERT INTO peers (room, peer_id, account, last_active) VALUES (1, ?, 'alice', 0)")) {
                room.setString(1, descriptor.roomId());
                room.setString(2, text);
                room.setString(3, Encoding.base64Url(descriptor.signature()));
                room.executeUpdate();
                peer.setString(1, host);
                peer.executeUpdate();
            }
            connection.commit();
        }
        Member member = new Member(new Slot(descriptor.roomId(), host), "alice");
        int number;
        try (RoomStore store = SqliteRoomStore.inDirectory(directory, TTL)) {
            RoomStore.Room room = store.room(descriptor.roomId(), 1).orElseThrow();
            assertThat(room.entry().descriptor()).isEqualTo(text);
            assertThat(room.entry().peers()).isEqualTo(1);
            assertThat(room.succession()).isNull();
            assertThat(room.lease()).isNull();
            assertThat(store.announce(descriptor, "alice", 1)).isEqualTo(Announcement.RENEWED);
            assertThat(store.acquireLease(member, 0, 1)).isEqualTo(new Lease(host, 1, 30_000));
            number = store.openNameplate(descriptor.roomId(), "alice", 1).number();
        }
        try (RoomStore store = SqliteRoomStore.inDirectory(directory, TTL)) {
            assertThat(store.acquireLease(member, 1, 2)).isEqualTo(new Lease(host, 1, 30_000));
            assertThat(store.findNameplate(number, 2)).isEqualTo(descriptor.roomId());
        }
    }

    @Test
    void theSweepRemovesNumbersThatHaveRestedAndNoOthers(@TempDir Path directory) throws Exception {
        SignedDescriptor kept = descriptor();
        SignedDescriptor dead = descriptor();
        int open;
        try (RoomStore store = SqliteRoomStore.inDirectory(directory, TTL)) {
            store.announce(dead, "alice", 0);
            store.openNameplate(dead.roomId(), "alice", 0);
            store.announce(kept, "bob", 90_000);
            open = store.openNameplate(kept.roomId(), "bob", 90_000).number();
        }
        assertThat(numbersAfterSweep(directory, 90_000)).isEqualTo(2);
        assertThat(numbersAfterSweep(directory, 149_999)).isEqualTo(2);
        assertThat(numbersAfterSweep(directory, 150_000))
                .as("60 s after the end of its room")
                .isEqualTo(1);
        try (RoomStore store = SqliteRoomStore.inDirectory(directory, TTL)) {
            assertThat(store.findNameplate(open, 150_000)).isEqualTo(kept.roomId());
        }
    }

    private static int numbersAfterSweep(Path directory, long nowMillis) throws Exception {
        try (RoomStore store = SqliteRoomStore.inDirectory(directory, TTL)) {
            assertThat(store.sweep(100, nowMillis)).isFalse();
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("signaling.db"));
                Statement statement = connection.createStatement()) {
            return statement.executeQuery("SELECT count(*) FROM nameplates").getInt(1);
        }
    }

    @Test
    void aDatabaseOfANewerWorkerIsRefused(@TempDir Path directory) throws Exception {
        SqliteRoomStore.inDirectory(directory, TTL).close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("signaling.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = " + (Schema.VERSION + 1));
        }
        assertThatThrownBy(() -> SqliteRoomStore.inDirectory(directory, TTL))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("schema version");
    }
}
