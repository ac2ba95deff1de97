package dev.parley.chat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.IdentityProtection;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.RoomRecord;
import dev.parley.chat.store.SqliteChatStore;
import dev.parley.chat.store.SqlitePeerBook;
import dev.parley.chat.store.StoredEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on a history that was filled beforehand; no worker and no room is needed. */
final class HistoryCommandTest {

    private static final RoomId TEA =
            RoomId.of(ByteBuffer.allocate(RoomId.BYTES).put((byte) 1).array());
    private static final RoomId COFFEE =
            RoomId.of(ByteBuffer.allocate(RoomId.BYTES).put((byte) 2).array());
    private static final PeerId ADA = Examples.PEER;
    private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    Path home = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private byte[] in = new byte[0];

    @BeforeEach
    void fill() {
        Identity identity =
                Identity.loadOrCreate(home.resolve("identity"), IdentityProtection.insecureFilePermissionsOnly());
        try (ChatStore store = SqliteChatStore.openSealed(home.resolve("history.db"), identity);
                PeerBook book = SqlitePeerBook.openSealed(home.resolve("history.db"), identity)) {
            for (int day = 0; day < 3; day++) {
                store.append(List.of(
                        said(TEA, ADA, day + 1, day, "tea on day " + day),
                        said(COFFEE, ADA, day + 1, day, "coffee on day " + day)));
            }
            store.append(List.of(said(TEA, identity.peerId(), 1, 5, "my own \u001b[2Jtea")));
            store.remember(new RoomRecord(TEA, "Tea room", true, START));
            book.met(ADA, "Ada \u001b[2J", START);
        }
    }

    private static MessageId id(RoomId room, PeerId author, long seq) {
        byte[] id = ByteBuffer.allocate(MessageId.BYTES)
                .putInt(room.hashCode())
                .putInt(author.hashCode())
                .putLong(seq)
                .array();
        return MessageId.of(id);
    }

    private static StoredEvent said(RoomId room, PeerId author, long seq, int day, String text) {
        long clock = START.plusSeconds(day * 86_400L).toEpochMilli() << 16;
        return new StoredEvent(
                room,
                author,
                seq,
                id(room, author, seq),
                clock,
                "message",
                Examples.kept(text).bytes());
    }

    private int run(String... arguments) {
        return run(Map.of("PARLEY_HOME", home.toString()), arguments);
    }

    private int run(Map<String, String> environment, String... arguments) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of("history"));
        all.addAll(List.of(arguments));
        return ParleyMain.run(
                new CliContext(
                        environment,
                        new ByteArrayInputStream(in),
                        out,
                        new PrintStream(err, true, UTF_8),
                        ZoneOffset.UTC,
                        false,
                        Optional.empty(),
                        new Stop()),
                all.toArray(String[]::new));
    }

    private List<String> lines() {
        return out.toString(UTF_8).lines().toList();
    }

    private String error() {
        return err.toString(UTF_8);
    }

    @Test
    void howMuchIsKeptIsSetAndShownAndHoldsAtOnce() {
        assertThat(run("retain", "Tea room")).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("-- everything is kept\n");
        assertThat(run("retain", "Tea room", "--messages", "2")).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("-- kept are the newest 2 events\n-- 2 events are deleted\n");
        assertThat(run("retain", TEA.value(), "--json")).isZero();
        assertThat(out.toString(UTF_8))
                .isEqualTo("{\"event\":\"retention\",\"roomId\":\"" + TEA + "\",\"events\":2}\n");
        assertThat(run("show", "Tea room")).isZero();
        assertThat(out.toString(UTF_8)).contains("tea on day 2", "my own").doesNotContain("day 0", "day 1");
        assertThat(run("show", COFFEE.value())).isZero();
        assertThat(out.toString(UTF_8)).contains("day 0", "day 1", "day 2");

        assertThat(run("retain", "Tea room", "--days", "365000")).isZero();
        assertThat(run("retain", "Tea room")).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("-- kept are those of the last 365000 days\n");
        assertThat(run("retain", "Tea room", "--forever")).isZero();
        assertThat(run("retain", "Tea room")).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("-- everything is kept\n");
    }

    @Test
    void whatIsOlderThanSoManyDaysIsDeleted() throws Exception {
        Identity identity = Identity.load(home.resolve("identity"), IdentityProtection.insecureFilePermissionsOnly());
        try (ChatStore store = SqliteChatStore.openSealed(home.resolve("history.db"), identity)) {
            int today = (int) Duration.between(START, Instant.now()).toDays();
            store.append(List.of(
                    said(COFFEE, ADA, 4, today - 10, "stale coffee"), said(COFFEE, ADA, 5, today, "fresh coffee")));
        }
        assertThat(run("retain", COFFEE.value(), "--days", "2")).isZero();
        assertThat(run("show", COFFEE.value())).isZero();
        assertThat(out.toString(UTF_8)).contains("fresh coffee").doesNotContain("stale coffee");
    }

    @Test
    void nothingIsKeptDifferentlyAfterAMistake() {
        assertThat(run("retain")).isEqualTo(ExitCode.USAGE.status());
        assertThat(run("retain", "Tea room", "--messages", "0")).isEqualTo(ExitCode.USAGE.status());
        assertThat(run("retain", "Tea room", "--days", "0")).isEqualTo(ExitCode.USAGE.status());
        assertThat(run("retain", "Tea room", "--days", "365001")).isEqualTo(ExitCode.USAGE.status());
        assertThat(run("retain", "Tea room", "--days", "soon")).isEqualTo(ExitCode.USAGE.status());
        assertThat(run("retain", "Tea room", "--days", "1", "--forever")).isEqualTo(ExitCode.USAGE.status());
        assertThat(run("retain", "Milk room", "--days", "1")).isEqualTo(ExitCode.ROOM_NOT_FOUND.status());
        Home other = Home.tryLock(home).orElseThrow();
        try {
            assertThat(run("retain", "Tea room", "--messages", "1")).isEqualTo(ExitCode.FAILED.status());
            assertThat(run("retain", "Tea room")).isZero();
        } finally {
            other.close();
        }
        assertThat(out.toString(UTF_8)).isEqualTo("-- everything is kept\n");
    }

    @Test
    void whatIsSaidByThoseWhoAreBlockedIsLeftOutButExported() throws Exception {
        Identity identity = Identity.load(home.resolve("identity"), IdentityProtection.insecureFilePermissionsOnly());
        try (PeerBook book = SqlitePeerBook.openSealed(home.resolve("history.db"), identity)) {
            book.block(ADA, START);
        }
        assertThat(run("show", "Tea room")).isZero();
        assertThat(out.toString(UTF_8))
                .contains("my own", "3 events of those that you have blocked are left out")
                .doesNotContain("on day");
        assertThat(run("search", "coffee", "--json")).isZero();
        assertThat(out.toString(UTF_8)).contains("\"notice\"").doesNotContain("coffee on");
        assertThat(run("export", "-")).isZero();
        assertThat(out.toString(UTF_8)).contains("coffee on day 1");
    }

    @Test
    void theLastPageIsShownOldestFirstAndCleaned() {
        assertThat(run("show", "Tea room")).isZero();
        assertThat(lines()).hasSize(4).allMatch(line -> line.indexOf('\u001b') < 0);
        assertThat(lines().get(0)).isEqualTo("[2026-11-23 12:00] Ada \uFFFD[2J: tea on day 0");
        assertThat(lines().get(3)).startsWith("[2026-11-28 12:00] you: my own \uFFFD[2Jtea");
        assertThat(run("show", TEA.value(), "--limit", "1")).isZero();
        assertThat(lines()).hasSize(1);
        assertThat(error()).isEmpty();
    }

    @Test
    void pagesGoBothWaysFromAMessageOrATime() {
        String second = id(TEA, ADA, 2).value();
        assertThat(run("show", "Tea room", "--before", second)).isZero();
        assertThat(lines()).singleElement().asString().contains("day 0");
        assertThat(run("show", "Tea room", "--after", second, "--limit", "1")).isZero();
        assertThat(lines()).singleElement().asString().contains("day 2");
        assertThat(run("show", "Tea room", "--before", "2026-11-24")).isZero();
        assertThat(lines()).singleElement().asString().contains("day 0");
        assertThat(run("show", "Tea room", "--after", "2026-11-25T12:00:00Z")).isZero();
        assertThat(lines()).hasSize(2);
    }

    @Test
    void aSearchIsOfOneRoomOrOfAllAndNewestFirst() {
        assertThat(run("search", "DAY on")).isZero();
        assertThat(lines()).hasSize(6).first().asString().contains("day 2");
        assertThat(run("search", "day", "--room", "Tea room")).isZero();
        assertThat(lines()).hasSize(3).allMatch(line -> line.contains("tea"));
        assertThat(run("search", "day", "--before", id(TEA, ADA, 2).value(), "--limit", "2"))
                .isZero();
        assertThat(lines()).hasSize(2).noneMatch(line -> line.contains("day 2"));
        assertThat(run("search", "on", "day", "2", "--room", "Tea room")).isZero();
        assertThat(lines()).singleElement().asString().contains("tea on day 2");
        assertThat(run("search", "\"; DROP * ^")).isZero();
        assertThat(lines()).containsExactly("-- nothing is found");
    }

    @Test
    void inJsonEachEventIsAnObjectWithItsId() throws Exception {
        assertThat(run("show", "Tea room", "--json", "--limit", "2")).isZero();
        JsonNode first = new ObjectMapper().readTree(lines().get(0));
        assertThat(first.path("event").asText()).isEqualTo("kept");
        assertThat(first.path("id").asText()).isEqualTo(id(TEA, ADA, 3).value());
        assertThat(first.path("roomId").asText()).isEqualTo(TEA.value());
        assertThat(first.path("from").asText()).isEqualTo(ADA.value());
        assertThat(first.path("text").asText()).isEqualTo("tea on day 2");
        assertThat(first.path("time").asLong())
                .isEqualTo(START.plusSeconds(2 * 86_400L).toEpochMilli());
        assertThat(run("search", "nothing", "--room", "Tea room", "--json")).isZero();
        assertThat(lines()).isEmpty();
    }

    /** An event of Ada's about one of her messages. */
    private StoredEvent about(MessageId target, PeerId author, long seq, Duration later, String type, String text) {
        byte[] bytes = Examples.signed(type, "{\"target\":\"" + target + "\",\"text\":\"" + text + "\"}");
        long clock = START.plus(later).toEpochMilli() << 16;
        return new StoredEvent(TEA, author, seq, id(TEA, author, seq), clock, type, bytes);
    }

    private void append(StoredEvent... events) {
        Identity identity =
                Identity.loadOrCreate(home.resolve("identity"), IdentityProtection.insecureFilePermissionsOnly());
        try (ChatStore store = SqliteChatStore.openSealed(home.resolve("history.db"), identity)) {
            store.append(List.of(events));
        }
    }

    @Test
    void whatItsAuthorHasEditedIsShownAsItIsWordedNow() throws Exception {
        MessageId first = id(TEA, ADA, 1);
        MessageId second = id(TEA, ADA, 2);
        PeerId other = PeerId.of(new byte[PeerId.BYTES]);
        append(
                about(first, ADA, 10, Duration.ofHours(1), "edit", "once more"),
                about(first, ADA, 11, Duration.ofHours(2), "edit", "mint tea"),
                about(first, other, 1, Duration.ofHours(3), "edit", "poison"),
                about(first, ADA, 12, Duration.ofHours(49), "edit", "too late"),
                about(second, ADA, 13, Duration.ofHours(1), "edit", "before it was said"));
        assertThat(run("show", "Tea room")).isZero();
        assertThat(out.toString(UTF_8))
                .contains("mint tea (edited)", "tea on day 1\n")
                .doesNotContain("tea on day 0", "once more", "poison", "too late", "before it was said");
        assertThat(run("show", "Tea room", "--json")).isZero();
        assertThat(out.toString(UTF_8)).contains("\"text\":\"tea on day 0\",\"edited\":\"mint tea\"");
        assertThat(run("search", "day 0")).isZero();
        assertThat(out.toString(UTF_8)).contains("mint tea (edited)");
    }

    @Test
    void whatItsAuthorHasDeletedIsLeftOut() {
        PeerId other = PeerId.of(new byte[PeerId.BYTES]);
        append(
                about(id(TEA, ADA, 1), ADA, 10, Duration.ofDays(100), "delete", ""),
                about(id(TEA, ADA, 2), other, 1, Duration.ofDays(100), "delete", ""));
        assertThat(run("show", "Tea room")).isZero();
        assertThat(out.toString(UTF_8)).doesNotContain("tea on day 0").contains("tea on day 1", "tea on day 2");
    }

    @Test
    void roomsAreListedWithAndWithoutARecord() {
        assertThat(run("list")).isZero();
        assertThat(lines()).containsExactly(TEA + "  Tea room  2026-11-23 12:00", COFFEE.value());
        assertThat(run("list", "--json")).isZero();
        assertThat(lines()).hasSize(2).first().asString().startsWith("{\"event\":\"kept_room\",\"roomId\":\"" + TEA);
    }

    @Test
    void oneMessageIsDeletedAndStaysDeleted() {
        String second = id(TEA, ADA, 2).value();
        assertThat(run("delete", "Tea room", second)).isZero();
        assertThat(lines()).containsExactly("-- 1 event is deleted");
        assertThat(run("search", "1", "--room", "Tea room")).isZero();
        assertThat(lines()).containsExactly("-- nothing is found");
        assertThat(run("delete", "Tea room", second)).isEqualTo(ExitCode.FAILED.status());
        assertThat(error()).startsWith("parley: there is no such message").hasLineCount(1);
        assertThat(run("delete", "Tea room", "nonsense")).isEqualTo(ExitCode.USAGE.status());
    }

    @Test
    void whatWasSaidBeforeADayIsDeleted() {
        assertThat(run("delete", "Tea room", "--before", "2026-11-25")).isZero();
        assertThat(lines()).containsExactly("-- 2 events are deleted");
        assertThat(run("show", "Tea room")).isZero();
        assertThat(lines()).hasSize(2);
        assertThat(run("delete", "Tea room", "--before", "yesterday")).isEqualTo(ExitCode.USAGE.status());
        assertThat(error()).contains("give a day like").hasLineCount(1);
    }

    @Test
    void onesOwnMessageThatWasNotSentYetIsNotDeleted() {
        Identity self = Identity.load(home.resolve("identity"), IdentityProtection.insecureFilePermissionsOnly());
        String own = id(TEA, self.peerId(), 1).value();
        assertThat(run("delete", "Tea room", own)).isEqualTo(ExitCode.FAILED.status());
        assertThat(error()).contains("was not sent yet").hasLineCount(1);
    }

    @Test
    void anExportIsForItsOwnerOnlyAndNeverReplacesAFile() throws Exception {
        Path file = home.resolve("export.jsonl");
        assertThat(run("export", file.toString())).isZero();
        assertThat(lines()).containsExactly("-- 7 events are exported");
        assertThat(Files.readAllLines(file))
                .hasSize(8)
                .first()
                .isEqualTo("{\"format\":\"parley-history\",\"version\":1}");
        assertThat(run("export", file.toString())).isEqualTo(ExitCode.FAILED.status());
        assertThat(error()).contains("there is a file").hasLineCount(1);
        assertThat(run("export", "-", "--room", "Tea room", "--json")).isZero();
        assertThat(lines()).hasSize(5).allMatch(line -> line.startsWith("{\""));
        assertThat(error()).isEqualTo("parley: 4 events are exported\n");
        assumeThat(file.getFileSystem().supportedFileAttributeViews()).contains("posix");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void anImportNamesEachLineThatItRefuses() {
        // These events are not signed: a real import is tried by HistoryFileTest.
        assertThat(run("export", "-")).isZero();
        in = out.toByteArray();
        assertThat(run("import", "-")).isEqualTo(ExitCode.FAILED.status());
        assertThat(lines()).hasSize(8).first().asString().startsWith("-- line 2 is refused: an event");
        assertThat(lines()).last().isEqualTo("-- 0 events are new, 0 known already, 7 refused");
        assertThat(run("import", "-", "--json")).isEqualTo(ExitCode.FAILED.status());
        assertThat(lines())
                .last()
                .asString()
                .isEqualTo("{\"event\":\"history\",\"act\":\"IMPORTED\",\"events\":0,\"known\":0,\"refused\":7}");
        in = "nonsense".getBytes(UTF_8);
        assertThat(run("import", "-")).isEqualTo(ExitCode.FAILED.status());
        assertThat(error())
                .startsWith("parley: that is not an exported history")
                .hasLineCount(1);
        assertThat(run("import", home.resolve("no such file").toString())).isEqualTo(ExitCode.FAILED.status());
        assertThat(error()).contains("cannot be read").hasLineCount(1);
    }

    @Test
    void ofALongImportPeopleAreToldEachTenthAndScriptsNothing() throws Exception {
        Path file = home.resolve("long.jsonl");
        String line = "{\"x\":\"" + "y".repeat(100_000) + "\"}\n";
        int lines = (int) (HistoryCommand.Import.LONG_IMPORT_BYTES / line.length()) + 1;
        Files.writeString(file, "{\"format\":\"parley-history\",\"version\":1}\n" + line.repeat(lines));
        assertThat(run("import", file.toString())).isEqualTo(ExitCode.FAILED.status());
        assertThat(error().lines())
                .hasSize(10)
                .startsWith("parley: 10 % of the file are read")
                .endsWith("parley: 100 % of the file are read");
        assertThat(out.toString(UTF_8)).doesNotContain("%");
        assertThat(run("import", file.toString(), "--json")).isEqualTo(ExitCode.FAILED.status());
        assertThat(error()).isEmpty();
    }

    @Test
    void anUnknownRoomIsAnEndOfItsOwn() {
        for (String room : List.of("a".repeat(32), "No such room")) {
            assertThat(run("show", room)).isEqualTo(ExitCode.ROOM_NOT_FOUND.status());
            assertThat(error())
                    .startsWith("parley: there is no such room in the history; ")
                    .hasLineCount(1);
        }
    }

    @Test
    void withoutAnIdentityOrAHistoryThereIsNothingToShow() {
        Map<String, String> elsewhere =
                Map.of("PARLEY_HOME", home.resolve("other").toString());
        assertThat(run(elsewhere, "show", "Tea room")).isEqualTo(ExitCode.FAILED.status());
        assertThat(error()).contains("there is no identity").hasLineCount(1);
        assertThat(home.resolve("other")).doesNotExist();
        assertThat(run(Map.of("PARLEY_HOME", home.toString(), "PARLEY_HISTORY", "memory"), "show", "Tea room"))
                .isEqualTo(ExitCode.USAGE.status());
    }

    @Test
    void nothingIsChangedWhileAnotherParleyUsesTheIdentity() {
        Home held = Home.tryLock(home).orElseThrow();
        try {
            assertThat(run("delete", "Tea room", "--before", "2026-11-25")).isEqualTo(ExitCode.FAILED.status());
            assertThat(error()).contains("another parley").hasLineCount(1);
            assertThat(run("show", "Tea room")).isZero();
            assertThat(lines()).hasSize(4);
        } finally {
            held.close();
        }
    }
}
