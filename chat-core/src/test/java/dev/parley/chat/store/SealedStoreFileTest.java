package dev.parley.chat.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.StoreException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.crypto.Sha256;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What stands in the files of a sealed history, and who can read it. The contract suite of chat-testkit has the rest.
 */
@Timeout(120)
final class SealedStoreFileTest {

    private static final String ROOM_NAME = "the name of the room";
    private static final String PEER_NAME = "Ada of the Teapots";
    private static final PeerId PEER =
            PeerId.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    private static final RoomRecord ROOM =
            new RoomRecord(StoreWriter.ROOM, ROOM_NAME, true, Instant.ofEpochSecond(5, 6));
    private static final Identity SELF = StoreSealer.identity();

    /** More than are changed at once. */
    private static final int EVENTS = 1_100;

    private final Path directory;
    private final Path file;

    SealedStoreFileTest(@TempDir Path directory) {
        this.directory = directory;
        this.file = directory.resolve("chat.db");
    }

    private static List<StoredEvent> events(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(StoreWriter::event).toList();
    }

    private static void fill(ChatStore store, PeerBook book) {
        store.append(events(EVENTS));
        store.remember(ROOM);
        store.acknowledge(StoreWriter.ROOM, StoreWriter.SELF, 2);
        book.met(PEER, PEER_NAME, Instant.ofEpochSecond(7));
        for (int i = 0; i < 3; i++) {
            store.keepImage(StoreWriter.ROOM, hash(i), image(i));
        }
    }

    private static byte[] image(int number) {
        return ("picture of teapot " + number + ".").repeat(200).getBytes(UTF_8);
    }

    private static String hash(int number) {
        return HexFormat.of().formatHex(Sha256.of(image(number)));
    }

    private void fillPlain() {
        try (ChatStore store = SqliteChatStore.open(file);
                PeerBook book = SqlitePeerBook.open(file)) {
            fill(store, book);
        }
    }

    private static void assertFilled(ChatStore store, PeerBook book) {
        assertThat(store.timeline(StoreWriter.ROOM, null, 1_000))
                .isEqualTo(events(EVENTS).subList(EVENTS - 1_000, EVENTS));
        assertThat(store.chain(StoreWriter.ROOM, StoreWriter.SELF, 1, 1_000))
                .isEqualTo(events(EVENTS).subList(0, 1_000));
        assertThat(store.heads(StoreWriter.ROOM))
                .containsExactly(Map.entry(
                        StoreWriter.SELF,
                        new EventHead(EVENTS, StoreWriter.event(EVENTS).id())));
        assertThat(store.outbox(StoreWriter.ROOM, StoreWriter.SELF, 1)).containsExactly(StoreWriter.event(3));
        assertThat(store.rooms()).containsExactly(ROOM);
        assertThat(store.images(StoreWriter.ROOM)).containsOnlyKeys(hash(0), hash(1), hash(2));
        for (int i = 0; i < 3; i++) {
            assertThat(store.image(StoreWriter.ROOM, hash(i))).hasValue(image(i));
        }
        assertThat(book.namesakes("ADA OF THE TEAPOTS"))
                .singleElement()
                .satisfies(peer -> assertThat(peer.lastName()).contains(PEER_NAME));
    }

    private void assertFilledAndSealed() throws IOException {
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF);
                PeerBook book = SqlitePeerBook.openSealed(file, SELF)) {
            assertFilled(store, book);
            assertThat(inClear()).isEmpty();
        }
        assertThat(inClear()).isEmpty();
    }

    /** What of the content can be read in the files of the store as they are on the disk. */
    private List<String> inClear() throws IOException {
        List<String> found = new ArrayList<>();
        for (String text : List.of(
                "body of event 1.",
                "body of event 1100.",
                ROOM_NAME,
                PEER_NAME,
                KnownPeer.nameKey(PEER_NAME),
                "picture of teapot 1.",
                hash(1))) {
            for (String name : List.of("chat.db", "chat.db-wal", "chat.db-shm", "chat.db-journal")) {
                Path path = directory.resolve(name);
                // By another process, not read here: closing a descriptor would drop the store's locks.
                if (Files.exists(path) && grep(text, path)) {
                    found.add(text);
                    break;
                }
            }
        }
        return found;
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
    void nothingThatWasSaidOrNamedStandsInClearInASealedStore() throws Exception {
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF);
                PeerBook book = SqlitePeerBook.openSealed(file, SELF)) {
            fill(store, book);
            assertThat(inClear()).isEmpty();
        }
        assertFilledAndSealed();
        assertThat(sql("SELECT max(length(hash)) FROM event")).isEqualTo("0");
    }

    @Test
    void theWordsOfASealedStoreStandNowhereInClear() throws Exception {
        List<StoredEvent> said =
                List.of(StoreWriter.message(1, "rosebud and sledge"), StoreWriter.message(2, "the sledge again"));
        try (ChatStore store = SqliteChatStore.open(file)) {
            store.append(said);
        }
        assertThat(anyInClear("rosebud", "sledge")).isTrue();
        assertThat(words()).contains("1xrosebud", "1xsledge");
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF)) {
            assertThat(anyInClear("rosebud", "sledge")).isFalse();
            assertSearchable(store, said);
            store.append(List.of(StoreWriter.message(3, "rosebud")));
            assertThat(store.delete(StoreWriter.ROOM, StoreWriter.message(3, "").id()))
                    .isTrue();
            assertSearchable(store, said);
        }
        assertThat(anyInClear("rosebud", "sledge")).isFalse();
        assertThat(words()).hasSize(5).allMatch(word -> word.matches("1x[a-z2-7]{16}"));
        assertThat(sql("SELECT count(*) FROM gone WHERE length(id) = 60")).isEqualTo("1");
        SqliteChatStore.unseal(file, SELF);
        try (ChatStore store = SqliteChatStore.open(file)) {
            assertSearchable(store, said);
            assertThat(store.append(List.of(StoreWriter.message(3, "rosebud")))).isZero();
            assertThat(store.heads(StoreWriter.ROOM))
                    .containsOnly(Map.entry(
                            StoreWriter.SELF,
                            new EventHead(3, StoreWriter.message(3, "").id())));
        }
        assertThat(words()).contains("1xrosebud", "1xsledge");
    }

    private static void assertSearchable(ChatStore store, List<StoredEvent> said) {
        assertThat(store.search(StoreWriter.ROOM, "sledge", null, 10)).containsExactly(said.get(1), said.get(0));
        assertThat(store.search(null, "Rosebud", null, 10)).containsExactly(said.get(0));
        assertThat(store.event(StoreWriter.ROOM, said.get(1).id())).contains(said.get(1));
    }

    private boolean anyInClear(String... texts) throws IOException {
        for (String text : texts) {
            for (String name : List.of("chat.db", "chat.db-wal", "chat.db-shm")) {
                Path path = directory.resolve(name);
                if (Files.exists(path) && grep(text, path)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What the index holds, read as FTS5 itself does. */
    private List<String> words() throws SQLException {
        List<String> words = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab ('main', 'words', 'row')");
            try (ResultSet rows = statement.executeQuery("SELECT term FROM temp.terms")) {
                while (rows.next()) {
                    words.add(rows.getString(1));
                }
            }
        }
        return words;
    }

    @Test
    void theSameWordHasAnotherHashInAnotherRoomAndInAnotherFile() {
        RoomId here = StoreWriter.ROOM;
        RoomId there = new RoomId("b" + "a".repeat(31));
        byte[] otherSalt = new byte[SealedRows.SALT_BYTES];
        otherSalt[0] = 1;
        try (SealedRows rows = new SealedRows(SELF, new byte[SealedRows.SALT_BYTES]);
                SealedRows otherFile = new SealedRows(SELF, otherSalt)) {
            assertThat(rows.word(here, "word")).isEqualTo(rows.word(here, "word"));
            assertThat(List.of(
                            rows.word(here, "word"),
                            rows.word(here, "words"),
                            rows.word(there, "word"),
                            otherFile.word(here, "word")))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void anIndexThatWasTamperedWithFindsNoMessageThatLacksTheWord() throws Exception {
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF)) {
            store.append(List.of(StoreWriter.message(1, "rosebud"), StoreWriter.message(2, "sledge")));
        }
        String hash = sealedWord("rosebud");
        sql("INSERT INTO words (rowid, word) VALUES (2, '1x" + hash + "')");
        assertThat(sql("SELECT count(*) FROM words WHERE words MATCH '\"1x" + hash + "\"'"))
                .isEqualTo("2");
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF)) {
            assertThat(store.search(StoreWriter.ROOM, "rosebud", null, 10))
                    .containsExactly(StoreWriter.message(1, "rosebud"));
        }
    }

    private String sealedWord(String word) throws SQLException {
        try (SealedRows rows = new SealedRows(SELF, HexFormat.of().parseHex(sql("SELECT hex(salt) FROM seal")))) {
            return rows.word(StoreWriter.ROOM, word);
        }
    }

    @Test
    void inAPlainStoreAllOfItIsFound() throws Exception {
        fillPlain();
        assertThat(inClear()).hasSize(7);
    }

    @Test
    void aPlainStoreIsSealedAndMadePlainAgainWithoutLoss() throws Exception {
        fillPlain();
        assertFilledAndSealed();
        SqliteChatStore.unseal(file, SELF);
        SqliteChatStore.unseal(file, SELF);
        try (ChatStore store = SqliteChatStore.open(file);
                PeerBook book = SqlitePeerBook.open(file)) {
            assertFilled(store, book);
        }
        assertThat(inClear()).hasSize(7);
        assertFilledAndSealed();
    }

    @Test
    void whatWasOnceDeletedInClearIsNotLeftEither() throws Exception {
        fillPlain();
        try (ChatStore store = SqliteChatStore.open(file)) {
            store.forget(StoreWriter.ROOM);
        }
        try (PeerBook book = SqlitePeerBook.openSealed(file, SELF)) {
            assertThat(book.peers()).hasSize(1);
            assertThat(inClear()).isEmpty();
        }
    }

    @Test
    void whatAnOlderParleyWroteIsSealedAsWell() throws Exception {
        SqliteSchema older = new SqliteSchema(SqliteSchema.CURRENT.steps().subList(0, 2));
        try (Connection connection = SqliteChatStore.openFile(file, older);
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO room (room, name) VALUES ('" + StoreWriter.ROOM + "', '" + ROOM_NAME + "')");
            statement.execute("INSERT INTO event (room, sender, seq, clock, hash, type, bytes) VALUES (1, '"
                    + StoreWriter.SELF + "', 1, 1, zeroblob(32), 'message', CAST('body of event 1.' AS BLOB))");
        }
        assertThat(inClear()).containsExactly("body of event 1.", ROOM_NAME);
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF)) {
            assertThat(store.timeline(StoreWriter.ROOM, null, 1).get(0).bytes())
                    .isEqualTo("body of event 1.".getBytes(UTF_8));
            assertThat(inClear()).isEmpty();
        }
    }

    @Test
    void anotherIdentityAndNoneAreRefusedAndNothingIsLost() throws Exception {
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF);
                PeerBook book = SqlitePeerBook.openSealed(file, SELF)) {
            fill(store, book);
        }
        byte[] before = Files.readAllBytes(file);
        Identity other = Identity.generate();
        assertThatThrownBy(() -> SqliteChatStore.openSealed(file, other))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("sealed for another identity; use that identity");
        assertThatThrownBy(() -> SqlitePeerBook.openSealed(file, other)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> SqliteChatStore.unseal(file, other)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> SqliteChatStore.open(file))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is sealed; open it for the identity");
        assertThatThrownBy(() -> SqlitePeerBook.open(file)).isInstanceOf(StoreException.class);
        assertThat(file).hasBinaryContent(before);
        assertFilledAndSealed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE event SET bytes = (SELECT bytes FROM event WHERE seq = 2) WHERE seq = 1",
                "UPDATE event SET seq = 2001 WHERE seq = 1",
                "UPDATE event SET clock = 0 WHERE seq = 1",
                "UPDATE event SET type = 'profile' WHERE seq = 1",
                "UPDATE event SET sender = 'baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' WHERE seq = 1",
                "UPDATE room SET room = 'baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
                "UPDATE event SET bytes = x'' WHERE seq = 1",
                "UPDATE event SET bytes = zeroblob(27) WHERE seq = 1",
                "UPDATE event SET bytes = substr(bytes, 1, length(bytes) - 1) WHERE seq = 1",
                "UPDATE event SET hash = zeroblob(32), bytes = CAST('in clear' AS BLOB) WHERE seq = 1",
                "UPDATE event SET hash = zeroblob(32) WHERE seq = 1",
            })
    void aBodyThatWasMovedOrChangedIsRefused(String change) throws Exception {
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF)) {
            store.append(events(2));
        }
        sql(change);
        RoomId room = RoomId.of(new byte[RoomId.BYTES]);
        RoomId moved = new RoomId("b" + "a".repeat(31));
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF)) {
            assertThatThrownBy(() -> {
                        store.timeline(room, null, 10);
                        store.timeline(moved, null, 10);
                    })
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("does not open: it was damaged, changed or moved")
                    .hasMessageNotContaining("body");
        }
    }

    @Test
    void eachByteOfASealedBodyCounts() throws Exception {
        StoredEvent event = StoreWriter.event(1);
        try (SealedRows rows = new SealedRows(SELF, new byte[SealedRows.SALT_BYTES])) {
            byte[] sealed = rows.bytes(event);
            assertThat(open(rows, sealed)).isEqualTo(event);
            assertThat(rows.bytes(event)).isNotEqualTo(sealed);
            for (int i = 0; i < sealed.length; i++) {
                byte[] bent = sealed.clone();
                bent[i] ^= 1;
                assertThatThrownBy(() -> open(rows, bent)).isInstanceOf(SealException.class);
            }
        }
    }

    private static StoredEvent open(SealedRows rows, byte[] sealed) throws SealException {
        return rows.event(StoreWriter.ROOM, StoreWriter.SELF, 1, 1, "message", new byte[0], sealed);
    }

    @Test
    void anImageThatWasMovedOrChangedIsRefused() throws Exception {
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF);
                PeerBook book = SqlitePeerBook.openSealed(file, SELF)) {
            fill(store, book);
        }
        sql("UPDATE image SET bytes = (SELECT bytes FROM image WHERE id = 2) WHERE id = 1");
        sql("UPDATE image SET hash = zeroblob(60) WHERE id = 3");
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF)) {
            assertThatThrownBy(() -> store.image(StoreWriter.ROOM, hash(0))).isInstanceOf(StoreException.class);
            assertThat(store.image(StoreWriter.ROOM, hash(1))).hasValue(image(1));
            assertThatThrownBy(() -> store.images(StoreWriter.ROOM)).isInstanceOf(StoreException.class);
        }
    }

    @Test
    void namesThatWereMovedAreRefused() throws Exception {
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF);
                PeerBook book = SqlitePeerBook.openSealed(file, SELF)) {
            fill(store, book);
            book.met(StoreWriter.SELF, "another", Instant.ofEpochSecond(8));
        }
        sql("UPDATE room SET name = (SELECT name FROM peer_name LIMIT 1)");
        sql("UPDATE peer_name SET peer = '" + PEER + "'");
        try (ChatStore store = SqliteChatStore.openSealed(file, SELF);
                PeerBook book = SqlitePeerBook.openSealed(file, SELF)) {
            assertThatThrownBy(store::rooms).hasMessageContaining("does not open");
            assertThatThrownBy(() -> store.find(StoreWriter.ROOM)).hasMessageContaining("does not open");
            assertThatThrownBy(() -> book.find(PEER)).hasMessageContaining("does not open");
        }
    }

    @Test
    void whoHasTheStoreOpenInClearIsStoppedWhenItIsSealed() {
        fillPlain();
        try (ChatStore plain = SqliteChatStore.open(file);
                PeerBook plainBook = SqlitePeerBook.open(file)) {
            SqliteChatStore.openSealed(file, SELF).close();
            assertStopped(plain, plainBook, "was sealed by another process");
        }
        try (ChatStore sealed = SqliteChatStore.openSealed(file, SELF);
                PeerBook sealedBook = SqlitePeerBook.openSealed(file, SELF)) {
            SqliteChatStore.unseal(file, SELF);
            assertStopped(sealed, sealedBook, "was made plain by another process");
        }
        try (ChatStore store = SqliteChatStore.open(file);
                PeerBook book = SqlitePeerBook.open(file)) {
            assertFilled(store, book);
        }
    }

    private static void assertStopped(ChatStore store, PeerBook book, String why) {
        List<Runnable> calls = List.of(
                () -> store.append(List.of(StoreWriter.event(EVENTS + 1))),
                () -> store.timeline(StoreWriter.ROOM, null, 10),
                store::rooms,
                () -> store.heads(StoreWriter.ROOM),
                () -> store.remember(ROOM),
                () -> book.met(PEER, "another", Instant.EPOCH),
                book::peers);
        for (Runnable call : calls) {
            assertThatThrownBy(call::run).isInstanceOf(StoreException.class).hasMessageContaining(why);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProcessThatIsKilledWhileItSealsLosesNothing(FileSeal.Step step) throws Exception {
        fillPlain();
        Process sealer = StoreSealer.start(file, step);
        try (BufferedReader lines = sealer.inputReader(UTF_8)) {
            assertThat(lines.readLine()).isEqualTo(step.name());
            sealer.toHandle().destroyForcibly();
            assertThat(sealer.waitFor()).isNotZero();
        }
        // There is something to be lost, and to be left behind.
        assertThat(inClear()).isNotEmpty();
        assertThat(sql("PRAGMA integrity_check")).isEqualTo("ok");
        boolean sealed = step == FileSeal.Step.COMMITTED || step == FileSeal.Step.REWRITTEN;
        assertThat(sql("SELECT count(*) FROM seal")).isEqualTo(sealed ? "1" : "0");
        if (!sealed) {
            try (ChatStore store = SqliteChatStore.open(file);
                    PeerBook book = SqlitePeerBook.open(file)) {
                assertFilled(store, book);
            }
        }
        assertFilledAndSealed();
    }

    @Test
    void eachFileHasKeysOfItsOwn() throws Exception {
        byte[] salt = new byte[SealedRows.SALT_BYTES];
        try (SealedRows rows = new SealedRows(SELF, salt);
                SealedRows same = new SealedRows(SELF, salt);
                SealedRows others = new SealedRows(Identity.generate(), salt)) {
            salt[0] = 1;
            try (SealedRows another = new SealedRows(SELF, salt)) {
                byte[] sealed = rows.bytes(StoreWriter.event(1));
                assertThat(open(same, sealed)).isEqualTo(StoreWriter.event(1));
                for (SealedRows wrong : List.of(others, another)) {
                    assertThatThrownBy(() -> open(wrong, sealed)).isInstanceOf(SealException.class);
                    assertThat(wrong.isProvedBy(rows.proof())).isFalse();
                    assertThat(wrong.nameKey("ada")).isNotEqualTo(rows.nameKey("ada"));
                }
                assertThat(same.isProvedBy(rows.proof())).isTrue();
            }
        }
    }

    /** Sealed by another program, from the Javadoc of SealedRows. */
    @Test
    void theRowsOfTheGoldenVectorsAreRead() throws Exception {
        Map<String, String> golden = golden();
        Identity identity = Identity.fromInsecureSeeds(bytes(golden, "ed25519Seed"), new byte[32]);
        RoomId room = RoomId.of(bytes(golden, "room"));
        PeerId peer = PeerId.of(bytes(golden, "peer"));
        byte[] id = new byte[MessageId.BYTES];
        Arrays.fill(id, (byte) 9);
        StoredEvent event =
                new StoredEvent(room, peer, 7, MessageId.of(id), 123_456_789L << 16, "message", "body".getBytes(UTF_8));
        try (SealedRows rows = new SealedRows(identity, bytes(golden, "salt"))) {
            assertThat(rows.isProvedBy(bytes(golden, "proof"))).isTrue();
            assertThat(rows.event(room, peer, 7, event.clock(), "message", new byte[0], bytes(golden, "event")))
                    .isEqualTo(event);
            assertThat(rows.readRoomName(room, Objects.requireNonNull(golden.get("roomName"))))
                    .isEqualTo("T\u00e9a");
            assertThat(rows.readPeerName(peer, Objects.requireNonNull(golden.get("peerName"))))
                    .isEqualTo("Ada");
            assertThat(rows.nameKey("ADA")).isEqualTo(golden.get("nameKey"));
        }
    }

    private static byte[] bytes(Map<String, String> golden, String name) {
        return HexFormat.of().parseHex(Objects.requireNonNull(golden.get(name)));
    }

    private static Map<String, String> golden() throws IOException {
        Map<String, String> vectors = new HashMap<>();
        try (InputStream golden = SealedStoreFileTest.class.getResourceAsStream("/golden/history-rows.txt")) {
            for (String line : new String(Objects.requireNonNull(golden).readAllBytes(), UTF_8)
                    .lines()
                    .toList()) {
                vectors.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1));
            }
        }
        return vectors;
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
