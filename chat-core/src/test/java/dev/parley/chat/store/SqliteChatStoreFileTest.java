package dev.parley.chat.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.parley.chat.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the contract suite of chat-testkit cannot see: the file, and the end of a process. */
@Timeout(120)
final class SqliteChatStoreFileTest {

    private final Path directory;
    private final Path file;

    SqliteChatStoreFileTest(@TempDir Path directory) {
        this.directory = directory;
        this.file = directory.resolve("chat.db");
    }

    @Test
    void whatWasStoredIsThereAfterReopening() {
        RoomRecord record = new RoomRecord(StoreWriter.ROOM, "room", true, Instant.ofEpochSecond(5, 6));
        try (ChatStore store = SqliteChatStore.open(file)) {
            store.append(List.of(StoreWriter.event(1), StoreWriter.event(2)));
            store.acknowledge(StoreWriter.ROOM, StoreWriter.SELF, 1);
            store.remember(record);
        }
        try (ChatStore store = SqliteChatStore.open(file)) {
            assertThat(store.timeline(StoreWriter.ROOM, null, 10))
                    .containsExactly(StoreWriter.event(1), StoreWriter.event(2));
            assertThat(store.outbox(StoreWriter.ROOM, StoreWriter.SELF, 10)).containsExactly(StoreWriter.event(2));
            assertThat(store.rooms()).containsExactly(record);
        }
    }

    @Test
    void anEmptyFileCountsAsNone() throws Exception {
        Files.createFile(file);
        try (ChatStore store = SqliteChatStore.open(file)) {
            assertThat(store.append(List.of(StoreWriter.event(1)))).isEqualTo(1);
        }
    }

    @Test
    void namesWithSpecialCharactersAreTakenAsTheyAre() {
        Path odd = directory.resolve("a b?mode=memory#%20'.db");
        try (ChatStore store = SqliteChatStore.open(odd)) {
            store.append(List.of(StoreWriter.event(1)));
            assertThat(odd).isRegularFile().isNotEmptyFile();
        }
    }

    @Test
    void fileAndDirectoriesAreForTheirOwnerOnly() throws Exception {
        assumeThat(file.getFileSystem().supportedFileAttributeViews()).contains("posix");
        Path nested = directory.resolve("data/parley/chat.db");
        try (ChatStore store = SqliteChatStore.open(nested)) {
            store.append(List.of(StoreWriter.event(1)));
            for (String name : List.of("chat.db", "chat.db-wal", "chat.db-shm")) {
                assertThat(permissions(nested.resolveSibling(name))).isEqualTo("rw-------");
            }
            assertThat(permissions(directory.resolve("data"))).isEqualTo("rwx------");
            assertThat(permissions(directory.resolve("data/parley"))).isEqualTo("rwx------");
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedAndLeftAsItWas() throws Exception {
        for (String content :
                List.of("x", "notes of a user", "s".repeat(511), "s".repeat(512), "line\n".repeat(5_000))) {
            Files.writeString(file, content);
            assertThatThrownBy(() -> SqliteChatStore.open(file))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("not a database");
            assertThat(file).hasContent(content);
            assertThat(directory.toFile().list()).containsExactly("chat.db");
        }
    }

    @Test
    void aDatabaseOfAnotherProgramIsRefusedAndLeftAsItWas() throws Exception {
        sql("CREATE TABLE note (text TEXT)");
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> SqliteChatStore.open(file))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("another program");
        assertThat(file).hasBinaryContent(before);
        assertThat(directory.toFile().list()).containsExactly("chat.db");
    }

    @Test
    void aStoreOfANewerVersionIsRefusedAndLeftAsItWas() throws Exception {
        SqliteChatStore.open(file).close();
        sql("PRAGMA user_version = " + (SqliteSchema.CURRENT.version() + 1));
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> SqliteChatStore.open(file))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("use a newer Parley");
        assertThat(file).hasBinaryContent(before);
    }

    @Test
    void aDamagedStoreIsReported() throws Exception {
        try (ChatStore store = SqliteChatStore.open(file)) {
            for (int seq = 1; seq <= 200; seq++) {
                store.append(List.of(StoreWriter.event(seq)));
            }
        }
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 4096, bytes.length, (byte) 0x5a);
        Files.write(file, bytes);
        assertThatThrownBy(() -> {
                    try (ChatStore store = SqliteChatStore.open(file)) {
                        store.timeline(StoreWriter.ROOM, null, 1_000);
                    }
                })
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void aPathThatCannotBeAFileIsRefused() throws Exception {
        assertThatThrownBy(() -> SqliteChatStore.open(directory)).isInstanceOf(StoreException.class);
        Files.writeString(file, "in the way");
        assertThatThrownBy(() -> SqliteChatStore.open(file.resolve("chat.db"))).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> SqliteChatStore.open(file.resolve("deeper/chat.db")))
                .isInstanceOf(StoreException.class);
        assertThat(file).hasContent("in the way");
    }

    @Test
    void aDirectoryThatCannotBeWrittenToIsReported() throws Exception {
        assumeThat(file.getFileSystem().supportedFileAttributeViews()).contains("posix");
        Path readOnly = Files.createDirectory(directory.resolve("read-only"));
        Files.setPosixFilePermissions(readOnly, PosixFilePermissions.fromString("r-x------"));
        try {
            // The superuser may write everywhere.
            assumeThat(Files.isWritable(readOnly)).isFalse();
            assertThatThrownBy(() -> SqliteChatStore.open(readOnly.resolve("chat.db")))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("can be written to");
        } finally {
            Files.setPosixFilePermissions(readOnly, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void anOlderStoreIsBroughtUpStepByStep() throws Exception {
        try (ChatStore store = SqliteChatStore.open(file)) {
            store.append(List.of(StoreWriter.event(1)));
        }
        List<List<String>> steps = new ArrayList<>(SqliteSchema.CURRENT.steps());
        steps.add(List.of("ALTER TABLE event ADD COLUMN two TEXT", "UPDATE event SET two = 'second'"));
        steps.add(List.of("ALTER TABLE event ADD COLUMN three TEXT", "UPDATE event SET three = two || ' third'"));
        try (ChatStore store = SqliteChatStore.open(file, new SqliteSchema(steps))) {
            assertThat(store.timeline(StoreWriter.ROOM, null, 10)).containsExactly(StoreWriter.event(1));
        }
        assertThat(sql("SELECT three FROM event")).isEqualTo("second third");
        assertThat(sql("PRAGMA user_version")).isEqualTo(Integer.toString(steps.size()));
    }

    @Test
    void aStepThatFailsLeavesTheVersionBeforeIt() throws Exception {
        try (ChatStore store = SqliteChatStore.open(file)) {
            store.append(List.of(StoreWriter.event(1)));
        }
        List<List<String>> steps = new ArrayList<>(SqliteSchema.CURRENT.steps());
        steps.add(List.of("DROP TABLE event", "INSERT INTO no_such_table VALUES (1)"));
        assertThatThrownBy(() -> SqliteChatStore.open(file, new SqliteSchema(steps)))
                .isInstanceOf(StoreException.class);
        try (ChatStore store = SqliteChatStore.open(file)) {
            assertThat(store.timeline(StoreWriter.ROOM, null, 10)).containsExactly(StoreWriter.event(1));
        }
    }

    @Test
    void whatIsForgottenIsNotLeftInTheFiles() throws Exception {
        try (ChatStore store = SqliteChatStore.open(file)) {
            store.append(List.of(StoreWriter.event(1)));
            assertThat(isInFiles("body of event 1.")).isTrue();
            store.forget(StoreWriter.ROOM);
        }
        assertThat(isInFiles("body of event 1.")).isFalse();
    }

    @Test
    void whatIsDeletedIsLeftInTheFilesNeitherAsItWasNorAsWords() throws Exception {
        List<StoredEvent> said = new ArrayList<>();
        for (int seq = 1; seq <= 40; seq++) {
            said.add(StoreWriter.message(seq, seq == 7 ? "we saw a quokka" : "everyday words, the " + seq + "th time"));
        }
        try (ChatStore store = SqliteChatStore.open(file)) {
            for (StoredEvent event : said) {
                store.append(List.of(event));
            }
            assertThat(store.search(null, "quokka", null, 10)).hasSize(1);
            assertThat(isInFiles("quokka")).isTrue();
            assertThat(store.delete(StoreWriter.ROOM, said.get(6).id())).isTrue();
            assertThat(isInFiles("quokka")).isFalse();
            assertThat(isInFiles("everyday")).isTrue();
        }
        assertThat(isInFiles("quokka")).isFalse();
        assertThat(sql("INSERT INTO words (words) VALUES ('integrity-check')")).isEmpty();
    }

    @Test
    void anOlderStoreCanBeSearched() throws Exception {
        SqliteSchema older = new SqliteSchema(SqliteSchema.CURRENT.steps().subList(0, 3));
        List<StoredEvent> said = new ArrayList<>();
        SqliteChatStore.openFile(file, older).close();
        sql("INSERT INTO room (room) VALUES ('" + StoreWriter.ROOM + "')");
        for (int seq = 1; seq <= 20; seq++) {
            // Rowids that are the clocks of others, and events in another order than they were said.
            StoredEvent event = StoreWriter.message(seq, seq * 7 % 20, "a word");
            said.add(event);
            sql("INSERT INTO event (room, sender, seq, clock, hash, type, bytes) VALUES (1, '" + StoreWriter.SELF
                    + "', " + seq + ", " + event.clock() + ", x'"
                    + HexFormat.of().formatHex(event.id().toBytes())
                    + "', 'message', x'" + HexFormat.of().formatHex(event.bytes()) + "')");
        }
        said.sort(Comparator.comparing(TimelinePosition::of).reversed());
        for (int opened = 0; opened < 2; opened++) {
            try (ChatStore store = SqliteChatStore.open(file)) {
                assertThat(store.search(StoreWriter.ROOM, "word", null, 100)).isEqualTo(said);
                assertThat(store.event(StoreWriter.ROOM, said.get(3).id())).contains(said.get(3));
            }
            // By other rules than those of now: made anew.
            sql("INSERT INTO words (words) VALUES ('delete-all')");
            sql("UPDATE words_state SET version = -1");
        }
    }

    private boolean isInFiles(String text) throws IOException {
        for (String name : List.of("chat.db", "chat.db-wal")) {
            Path path = directory.resolve(name);
            // By another process, not read here: closing a descriptor would drop the store's locks.
            if (Files.exists(path) && grep(text, path)) {
                return true;
            }
        }
        return false;
    }

    private static boolean grep(String text, Path path) throws IOException {
        Process process = new ProcessBuilder("grep", "-aqF", text, path.toString()).start();
        try {
            return process.waitFor() == 0;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void pagesAndHeadsAreReadByIndex() throws Exception {
        SqliteChatStore.open(file).close();
        assertThat(plan(SqliteChatStore.TIMELINE))
                .contains("USING INDEX event_timeline")
                .doesNotContain("SCAN", "TEMP B-TREE");
        assertThat(plan(SqliteChatStore.HEADS)).doesNotContain("SCAN event", "SCAN last", "TEMP B-TREE");
    }

    @Test
    void everyOtherHotQueryUsesItsIndex() throws Exception {
        SqliteChatStore.open(file).close();
        assertThat(plan(SqliteChatStore.TIMELINE_END))
                .contains("event_timeline (room=?)")
                .doesNotContain("SCAN", "TEMP B-TREE");
        assertThat(plan(SqliteChatStore.TIMELINE_START))
                .contains("event_timeline (room=?)")
                .doesNotContain("SCAN", "TEMP B-TREE");
        assertThat(plan(SqliteChatStore.TIMELINE)).contains("event_timeline (room=? AND (clock,sender,seq)<(?,?,?))");
        assertThat(plan(SqliteChatStore.TIMELINE_AFTER))
                .contains("event_timeline (room=? AND (clock,sender,seq)>(?,?,?))")
                .doesNotContain("SCAN", "TEMP B-TREE");
        assertThat(plan(SqliteChatStore.TYPE_END))
                .contains("event_type (room=? AND type=?)")
                .doesNotContain("SCAN", "TEMP B-TREE");
        assertThat(plan(SqliteChatStore.TYPE))
                .contains("event_type (room=? AND type=? AND (clock,sender,seq)<(?,?,?))")
                .doesNotContain("SCAN", "TEMP B-TREE");
        assertThat(plan(SqliteChatStore.TYPE_START))
                .contains("event_type (room=? AND type=?)")
                .doesNotContain("SCAN", "TEMP B-TREE");
        assertThat(plan(SqliteChatStore.TYPE_AFTER))
                .contains("event_type (room=? AND type=? AND (clock,sender,seq)>(?,?,?))")
                .doesNotContain("SCAN", "TEMP B-TREE");
        assertThat(plan(SqliteChatStore.CHAIN))
                .contains("sqlite_autoindex_event_1 (room=? AND sender=? AND seq>?)")
                .doesNotContain("SCAN", "TEMP B-TREE");
        assertThat(plan(SqliteChatStore.BY_ID))
                .contains("event_id_key (id_key=?)")
                .doesNotContain("SCAN");
        assertThat(plan(SqliteChatStore.SAID_BEFORE))
                .contains("event_timeline (room=? AND clock<?)")
                .doesNotContain("SCAN");
        assertThat(plan(SqliteChatStore.EXPIRED))
                .contains("event_expires (expires<?)")
                .doesNotContain("SCAN");
        assertThat(plan(SqliteChatStore.BEYOND_NEWEST))
                .contains("event_timeline (room=?")
                .doesNotContain("SCAN");
        // Of these two "SCAN" is the index itself, read in its order as far as is needed.
        assertThat(plan(SqliteChatStore.NEXT_EXPIRY))
                .contains("INDEX event_expires")
                .doesNotContain("TEMP B-TREE");
        assertThat(plan(SqliteChatStore.GONE_HEADS)).doesNotContain("SCAN gone", "SCAN last", "TEMP B-TREE");
        // M: by word, <: up to a rowid; no sort behind it, and the events by rowid.
        assertThat(plan(WordIndex.SEARCH))
                .containsPattern("SCAN words VIRTUAL TABLE INDEX \\d+:M\\d+<")
                .contains("SEARCH event USING INTEGER PRIMARY KEY (rowid=?)")
                .doesNotContain("TEMP B-TREE");
    }

    private String plan(String query) throws SQLException {
        StringBuilder plan = new StringBuilder();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("EXPLAIN QUERY PLAN " + query)) {
            while (rows.next()) {
                plan.append(rows.getString("detail")).append('\n');
            }
        }
        return plan.toString();
    }

    @Test
    void aSecondProcessSeesWhatIsStoredAndAddsToIt() throws Exception {
        try (ChatStore store = SqliteChatStore.open(file)) {
            store.append(List.of(StoreWriter.event(1)));
            Process other = StoreWriter.start(file, 3);
            assertThat(other.waitFor()).isZero();
            assertThat(store.timeline(StoreWriter.ROOM, null, 10))
                    .containsExactly(StoreWriter.event(1), StoreWriter.event(2), StoreWriter.event(3));
        }
    }

    @Test
    void processesMayMakeAndFillOneStoreAtTheSameTime() throws Exception {
        List<Process> others = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            others.add(StoreWriter.start(file, 40));
        }
        for (Process other : others) {
            assertThat(other.waitFor()).isZero();
        }
        try (ChatStore store = SqliteChatStore.open(file)) {
            assertThat(store.timeline(StoreWriter.ROOM, null, 1_000)).hasSize(40);
        }
    }

    @Test
    void aKilledProcessLosesNothingThatItReported() throws Exception {
        long reported = 0;
        for (int round = 1; round <= 4; round++) {
            Process writer = StoreWriter.start(file, Integer.MAX_VALUE);
            long killAt = reported + 30L * round;
            try (BufferedReader lines = writer.inputReader(UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    // The last line may be cut off.
                    reported = Math.max(reported, Long.parseLong(line));
                    if (reported >= killAt) {
                        // By its handle: Process.destroyForcibly would throw away what is still in the pipe.
                        writer.toHandle().destroyForcibly();
                    }
                }
            }
            assertThat(writer.waitFor()).isNotZero();
            assertThat(reported).isGreaterThanOrEqualTo(killAt);

            assertThat(sql("PRAGMA integrity_check")).isEqualTo("ok");
            try (ChatStore store = SqliteChatStore.open(file)) {
                long seq = 1;
                for (List<StoredEvent> page = store.chain(StoreWriter.ROOM, StoreWriter.SELF, 1, 1_000);
                        !page.isEmpty();
                        page = store.chain(StoreWriter.ROOM, StoreWriter.SELF, seq, 1_000)) {
                    for (StoredEvent event : page) {
                        assertThat(event).isEqualTo(StoreWriter.event(seq));
                        seq++;
                    }
                }
                assertThat(seq - 1).isGreaterThanOrEqualTo(reported);
            }
        }
    }

    private String sql(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            try (ResultSet row = statement.getResultSet()) {
                return row.next() ? row.getString(1) : "";
            }
        }
    }
}
