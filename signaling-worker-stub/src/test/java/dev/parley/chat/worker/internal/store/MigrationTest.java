package dev.parley.chat.worker.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.worker.HostKeys;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import dev.parley.chat.worker.WorkerStartException;
import dev.parley.chat.worker.internal.rooms.Encoding;
import dev.parley.chat.worker.internal.rooms.SignedDescriptor;
import dev.parley.chat.worker.internal.store.RoomStore.Accepted;
import dev.parley.chat.worker.internal.store.RoomStore.Announcement;
import dev.parley.chat.worker.internal.store.RoomStore.Lease;
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import dev.parley.chat.worker.internal.store.RoomStore.Posted;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Databases of earlier workers, and of later ones. */
class MigrationTest {
    private static final Duration TTL = Duration.ofSeconds(90);
    private static final String GUEST = "b".repeat(32);
    private static final byte[] SECRET = {1, 2, 3};

    private final SignedDescriptor descriptor = descriptor();
    private final String text = Encoding.base64Url(descriptor.descriptor());
    private final String host = SignedDescriptor.hostPeerId(text);
    private final Member alice = new Member(new Slot(descriptor.roomId(), host), "alice");
    private final Member bob = new Member(new Slot(descriptor.roomId(), GUEST), "bob");

    @TempDir
    Path folder = Path.of("");

    private static SignedDescriptor descriptor() {
        var body = HostKeys.signedDescriptor();
        return SignedDescriptor.verify(
                body.get("descriptor").asText(), body.get("signature").asText());
    }

    private static Connection connect(Path directory) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("signaling.db"));
        Schema.nameAccountsOfBefore(connection, UnaryOperator.identity());
        return connection;
    }

    private static int version(Path directory) throws SQLException {
        try (Connection connection = connect(directory);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA user_version")) {
            return row.getInt(1);
        }
    }

    /** Leaves a database as a worker of that version did: a room, two peers, a message, a secret. */
    private void makeOld(Path directory, int version) throws SQLException {
        try (Connection connection = connect(directory)) {
            connection.setAutoCommit(false);
            Schema.migrate(connection, version);
            insert(
                    connection,
                    "INSERT INTO rooms (room_id, owner, descriptor, signature, listed, capacity, last_active)"
                            + " VALUES (?, 'alice', ?, ?, 1, 2, 0)",
                    descriptor.roomId(),
                    text,
                    Encoding.base64Url(descriptor.signature()));
            insert(
                    connection,
                    "INSERT INTO peers (room, peer_id, account, last_active) VALUES (1, ?, 'alice', 0)",
                    host);
            insert(
                    connection,
                    "INSERT INTO peers (room, peer_id, account, last_seq, last_active) VALUES (1, ?, 'bob', 1, 0)",
                    GUEST);
            insert(
                    connection,
                    "INSERT INTO messages (slot, seq, sender, type, payload, accepted_at)"
                            + " VALUES (2, 1, ?, 'envelope', 'AAAA', 0)",
                    host);
            insert(
                    connection,
                    "INSERT INTO accepted (slot, sender_slot, msg_id, seq, accepted_at) VALUES (2, 1, 'm1', 1, 0)");
            insert(connection, "INSERT INTO secrets (name, value) VALUES ('key', x'010203')");
            if (version >= 2) {
                insert(connection, "UPDATE rooms SET lease_holder = ?, lease_fence = 7, lease_until = 30000", host);
                insert(
                        connection,
                        "INSERT INTO nameplates (number, account, room, expires_at, free_at)"
                                + " VALUES (5, 'alice', 1, 600000, 660000)");
            }
            connection.commit();
        }
    }

    private static void insert(Connection connection, String sql, String... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setString(i + 1, arguments[i]);
            }
            statement.executeUpdate();
        }
    }

    private void holdsWhatItHeld(Path directory, int was) throws Exception {
        try (RoomStore store = SqliteRoomStore.inDirectory(directory, TTL)) {
            RoomStore.Room room = store.room(descriptor.roomId(), 1).orElseThrow();
            assertThat(room.entry().descriptor()).isEqualTo(text);
            assertThat(room.entry().peers()).isEqualTo(2);
            assertThat(room.succession()).isNull();
            assertThat(store.waiting(bob, 0, 1000, 1))
                    .extracting(RoomStore.Waiting::payload)
                    .containsExactly("AAAA");
            assertThat(store.post(alice, new Posted(GUEST, "envelope", "AAAA", "m1"), 1))
                    .isEqualTo(new Accepted(1, false));
            assertThat(store.secret("key", () -> new byte[0])).isEqualTo(SECRET);
            if (was >= 2) {
                assertThat(room.lease()).isEqualTo(new Lease(host, 7, 29_999));
                assertThat(store.findNameplate(5, 1)).isEqualTo(descriptor.roomId());
            } else {
                assertThat(room.lease()).isNull();
            }
            // And what came later works on it.
            assertThat(store.announce(descriptor, "alice", 1)).isEqualTo(Announcement.RENEWED);
            assertThat(store.acquireLease(alice, was >= 2 ? 7 : 0, 1).leftMillis())
                    .isEqualTo(30_000);
            store.away(bob, 1, 1);
            Member carol = new Member(new Slot(descriptor.roomId(), "c".repeat(32)), "carol");
            assertThat(store.join(carol, 1 + RoomStore.AWAY_MILLIS)).isZero();
        }
        assertThat(version(directory)).isEqualTo(Schema.VERSION);
    }

    static IntStream earlierVersions() {
        return IntStream.range(1, Schema.VERSION);
    }

    @ParameterizedTest
    @MethodSource("earlierVersions")
    void aDatabaseOfEachEarlierVersionIsBroughtUpToDateWithWhatIsInIt(int version) throws Exception {
        makeOld(folder, version);
        assertThat(version(folder)).isEqualTo(version);
        holdsWhatItHeld(folder, version);
    }

    static Stream<Arguments> interruptions() {
        return earlierVersions()
                .boxed()
                .flatMap(version -> IntStream.rangeClosed(
                                0, Schema.MIGRATIONS.get(version).size() - 1)
                        .mapToObj(done -> Arguments.of(version, done)));
    }

    /** A connection of a process that dies at a statement. */
    private static Connection dying(Connection connection, int survived) {
        AtomicInteger executed = new AtomicInteger();
        return around(
                Connection.class,
                connection,
                (method, result) -> result instanceof Statement statement
                        ? around(Statement.class, statement, (inner, answer) -> {
                            if (inner.equals("execute") && executed.incrementAndGet() > survived) {
                                throw new SQLException("killed");
                            }
                            return answer;
                        })
                        : result);
    }

    private interface Intercept {
        Object answer(String method, Object result) throws SQLException;
    }

    private static <T> T around(Class<T> type, T inner, Intercept intercept) {
        return type.cast(Proxy.newProxyInstance(
                MigrationTest.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> intercept.answer(method.getName(), method.invoke(inner, arguments))));
    }

    @ParameterizedTest
    @MethodSource("interruptions")
    void aStepThatWasKilledAfterAnyOfItsStatementsIsDoneAgain(int version, int done, @TempDir Path survivor)
            throws Exception {
        makeOld(folder, version);
        try (Connection connection = connect(folder);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            // So that what is not committed is on the disk before its time.
            statement.execute("PRAGMA cache_size = 1");
            connection.setAutoCommit(false);
            Connection dying = dying(connection, done);
            assertThatThrownBy(() -> Schema.migrate(dying, version + 1)).hasMessage("killed");
            copy(folder, survivor);
            connection.rollback();
        }
        assertThat(version(survivor)).isEqualTo(version);
        holdsWhatItHeld(survivor, version);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void aDatabaseOfALaterWorkerIsRefusedWithWhatToDoAndLeftAlone() throws Exception {
        SqliteRoomStore.inDirectory(folder, TTL).close();
        try (Connection connection = connect(folder);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = " + (Schema.VERSION + 1));
        }
        WorkerConfig config = WorkerConfig.builder().dataDirectory(folder).build();
        assertThatThrownBy(() -> SignalingWorker.start(config).close())
                .isInstanceOfSatisfying(
                        WorkerStartException.class,
                        e -> assertThat(e.reason()).isEqualTo(WorkerStartException.Reason.STORE_UNAVAILABLE))
                .hasMessageContaining("schema version " + (Schema.VERSION + 1))
                .hasMessageContaining("use a newer worker or another data directory");
        assertThat(version(folder)).isEqualTo(Schema.VERSION + 1);
    }

    @Test
    void anEmptyFileIsANewDatabase() throws Exception {
        Files.createFile(folder.resolve("signaling.db"));
        SqliteRoomStore.inDirectory(folder, TTL).close();
        assertThat(version(folder)).isEqualTo(Schema.VERSION);
    }
}
