package dev.parley.chat.internal.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.HistoryFile;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.StoreException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.InMemoryChatStore;
import dev.parley.chat.store.StoredEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is exported can be imported, and nothing else. Here, because only this package can sign events. */
final class HistoryFileTest {

    private static final RoomId ROOM = RoomId.of(new byte[RoomId.BYTES]);
    private static final RoomId OTHER_ROOM = RoomId.of(Arrays.copyOf(new byte[] {1}, RoomId.BYTES));
    private static final Identity ADA = Identity.generate();
    private static final Identity GRACE = Identity.generate();

    private final List<HistoryFile.Refused> refused = new ArrayList<>();

    private static List<StoredEvent> said(Identity author, RoomId room, int count) {
        List<StoredEvent> events = new ArrayList<>();
        EventHead head = null;
        for (int i = 1; i <= count; i++) {
            OutgoingMessage message = OutgoingMessage.builder("Nachricht " + i + " \uD83D\uDE00\n\"quoted\"")
                    .build();
            Event event = Event.sign(
                    author, room, head, (i * 1_000L) << 16, Event.TYPE_MESSAGE, Bodies.message(message, i * 1_000L));
            head = event.head();
            events.add(event.toStored());
        }
        return events;
    }

    private static ChatStore filled() {
        ChatStore store = new InMemoryChatStore(() -> Instant.EPOCH);
        store.append(said(ADA, ROOM, 450));
        store.append(said(GRACE, ROOM, 30));
        store.append(List.of(said(ADA, OTHER_ROOM, 1).get(0).expiringAt(Instant.ofEpochMilli(5_000))));
        store.acknowledge(ROOM, ADA.peerId(), 448);
        store.acknowledge(OTHER_ROOM, ADA.peerId(), 1);
        return store;
    }

    private static byte[] exported(ChatStore store) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HistoryFile.write(store, ADA.peerId(), List.of(ROOM, OTHER_ROOM), out);
        return out.toByteArray();
    }

    private HistoryFile.Imported read(ChatStore store, byte[] file) throws IOException {
        refused.clear();
        return HistoryFile.read(store, ADA.peerId(), new ByteArrayInputStream(file), refused::add);
    }

    private HistoryFile.Imported read(ChatStore store, List<String> lines) throws IOException {
        return read(store, String.join("\n", lines).getBytes(UTF_8));
    }

    private static List<String> lines(byte[] file) {
        return new ArrayList<>(new String(file, UTF_8).lines().toList());
    }

    @Test
    void whatIsExportedIsImportedWithoutLossAndOnce() throws Exception {
        try (ChatStore store = filled();
                ChatStore other = new InMemoryChatStore(() -> Instant.EPOCH)) {
            byte[] file = exported(store);
            assertThat(lines(file)).hasSize(1 + 481).first().isEqualTo("{\"format\":\"parley-history\",\"version\":1}");

            assertThat(read(other, file)).isEqualTo(new HistoryFile.Imported(481, 0, 0));
            for (RoomId room : List.of(ROOM, OTHER_ROOM)) {
                assertThat(other.timelineAfter(room, null, 1_000)).isEqualTo(store.timelineAfter(room, null, 1_000));
                assertThat(other.heads(room)).isEqualTo(store.heads(room));
                assertThat(other.outbox(room, ADA.peerId(), 10)).isEqualTo(store.outbox(room, ADA.peerId(), 10));
            }
            assertThat(other.nextExpiry()).contains(Instant.ofEpochMilli(5_000));
            assertThat(read(other, file)).isEqualTo(new HistoryFile.Imported(0, 481, 0));
            assertThat(exported(other)).isEqualTo(file);
            assertThat(refused).isEmpty();
        }
    }

    @Test
    void aLineShowsWhatWasSaid() throws Exception {
        try (ChatStore store = filled()) {
            StoredEvent first = store.timelineAfter(ROOM, null, 1).get(0);
            assertThat(lines(exported(store)).get(1))
                    .startsWith("{\"room\":\"" + ROOM + "\",\"sender\":\"" + first.sender() + "\",\"seq\":1,\"id\":\""
                            + first.id() + "\",\"clock\":65536000,\"type\":\"message\",\"event\":\"")
                    .endsWith("\"text\":\"Nachricht 1 \\uD83D\\uDE00\\n\\\"quoted\\\"\"}");
        }
    }

    @Test
    void whatIsWrongIsRefusedByItsLineAndTheRestIsTaken() throws Exception {
        try (ChatStore store = filled();
                ChatStore other = new InMemoryChatStore(() -> Instant.EPOCH)) {
            List<String> lines = lines(exported(store));
            String good = lines.get(10);
            lines.set(2, "rubbish");
            lines.set(3, "{}");
            lines.set(4, "");
            lines.set(5, good.replaceAll("\"id\":\"....", "\"id\":\"aaaa"));
            lines.set(6, good.replace("\"room\":\"" + ROOM, "\"room\":\"" + OTHER_ROOM));
            lines.set(7, good.replaceAll("\"event\":\"[^\"]*\"", "\"event\":\"AAAA\""));
            lines.set(8, flipped(good));
            lines.set(9, "x".repeat(600 * 1024));
            lines.set(11, lines.get(11).replace("\"room\":\"", "\"room\":\"!"));
            lines.add("{\"room\":\"" + ROOM + "\",\"cut o");

            HistoryFile.Imported imported = read(other, lines);

            assertThat(refused.stream().map(HistoryFile.Refused::line))
                    .containsExactly(3L, 4L, 6L, 7L, 8L, 9L, 10L, 12L, 483L);
            assertThat(refused.stream().map(HistoryFile.Refused::reason))
                    .containsExactly(
                            "not JSON",
                            "'room' is missing or not a text",
                            "the event has another id than the line says",
                            "an event of another room",
                            "an event of an unknown version",
                            "an event with a wrong signature",
                            "the line is longer than 524288 bytes",
                            "'room' is not the id of a room",
                            "not JSON");
            assertThat(imported).isEqualTo(new HistoryFile.Imported(472, 0, 9));
        }
    }

    /** Changes a bit of what was said. */
    private static String flipped(String line) {
        int event = line.indexOf("\"event\":\"") + 9 + 200;
        return line.substring(0, event) + (line.charAt(event) == 'A' ? 'B' : 'A') + line.substring(event + 1);
    }

    @Test
    void aForkIsRefusedAndTheRestOfItsBatchIsTaken() throws Exception {
        try (ChatStore store = new InMemoryChatStore();
                ChatStore other = new InMemoryChatStore()) {
            store.append(said(GRACE, ROOM, 5));
            StoredEvent fork = Event.sign(GRACE, ROOM, null, 7, "profile", Bodies.profile("G", null))
                    .toStored();
            other.append(List.of(fork));
            assertThat(read(other, exported(store))).isEqualTo(new HistoryFile.Imported(4, 0, 1));
            assertThat(refused).singleElement().satisfies(line -> {
                assertThat(line.line()).isEqualTo(2);
                assertThat(line.reason()).contains("forked");
            });
        }
    }

    @Test
    void aFileThatIsNoExportOrANewerOneIsRefusedAsAWhole() throws Exception {
        PeerId self = ADA.peerId();
        for (String file : List.of("", "\n", "{}", "rubbish\n", "{\"format\":\"other\",\"version\":1}")) {
            try (ChatStore store = new InMemoryChatStore()) {
                assertThatThrownBy(() -> HistoryFile.read(
                                store, self, new ByteArrayInputStream(file.getBytes(UTF_8)), refused::add))
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("not an exported history");
            }
        }
        try (ChatStore store = new InMemoryChatStore()) {
            assertThatThrownBy(() -> read(store, List.of("{\"format\":\"parley-history\",\"version\":2}")))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("use a newer Parley");
        }
    }

    @Test
    void aLongFileIsReadLineByLine() throws Exception {
        byte[] header = "{\"format\":\"parley-history\",\"version\":1}\n".getBytes(UTF_8);
        long[] left = {400L * 1024 * 1024};
        InputStream endless = new InputStream() {
            private int at;

            @Override
            public int read() {
                return at < header.length ? header[at++] : --left[0] < 0 ? -1 : 'x';
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                int first = read();
                if (first < 0) {
                    return -1;
                }
                bytes[offset] = (byte) first;
                if (at < header.length) {
                    return 1;
                }
                int more = (int) Math.min(length - 1, left[0]);
                Arrays.fill(bytes, offset + 1, offset + 1 + more, (byte) 'x');
                left[0] -= more;
                return 1 + more;
            }
        };
        try (ChatStore store = new InMemoryChatStore()) {
            assertThat(HistoryFile.read(store, ADA.peerId(), endless, refused::add))
                    .isEqualTo(new HistoryFile.Imported(0, 0, 1));
            assertThat(refused)
                    .singleElement()
                    .satisfies(line -> assertThat(line.reason()).contains("longer than"));
        }
    }

    @Test
    void theTextOfAMessageIsReadAsTheProtocolWroteIt() {
        assertThat(said(ADA, ROOM, 1).get(0).text()).contains("Nachricht 1 \uD83D\uDE00\n\"quoted\"");
        assertThat(Event.sign(ADA, ROOM, null, 1, Event.TYPE_PROFILE, Bodies.profile("Ada", null))
                        .toStored()
                        .text())
                .isEmpty();
        assertThat(Event.sign(ADA, ROOM, null, 1, Event.TYPE_MESSAGE, "{}".getBytes(UTF_8))
                        .toStored()
                        .text())
                .isEmpty();
        assertThat(Event.sign(ADA, ROOM, null, 1, Event.TYPE_MESSAGE, "[".getBytes(UTF_8))
                        .toStored()
                        .text())
                .isEmpty();
    }
}
