package dev.parley.chat.bench.history;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.Retention;
import dev.parley.chat.store.SearchPosition;
import dev.parley.chat.store.SqliteChatStore;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.store.TimelinePosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Fills a plain and a sealed history and measures what people and peers wait for. Times are those of a clock on the
 * wall, and everything is read through the store as a program would. What is measured is checked each time.
 *
 * <p>System properties: {@code parley.history.messages} (1,000,000), {@code parley.history.table} (a file to which the
 * table is written as well), {@code parley.history.folder} (where the files are made; a temporary one).
 */
public final class HistoryBench {

    private static final int BATCH = 1_000;
    private static final int PAGE = 50;
    private static final int RUNS = 200;
    private static final int FEW_RUNS = 20;

    /** Events that a member lacks. */
    private static final int LACKING = 10_000;

    private static final int DELETED_ONE_BY_ONE = 50;
    private static final int DELETED_AT_ONCE = 10_000;

    private final int messages;
    private final Map<String, String[]> rows = new LinkedHashMap<>();

    private HistoryBench(int messages) {
        this.messages = messages;
    }

    /**
     * Measures.
     *
     * @param arguments none
     * @throws Exception if the store does not do what is measured
     */
    public static void main(String[] arguments) throws Exception {
        String folder = System.getProperty("parley.history.folder", "");
        Path files = folder.isEmpty() ? Files.createTempDirectory("parley-history") : Path.of(folder);
        String table = measure(Integer.getInteger("parley.history.messages", 1_000_000), files);
        System.out.print(table);
        String file = System.getProperty("parley.history.table", "");
        if (!file.isEmpty()) {
            Files.writeString(Path.of(file), table);
        }
    }

    /**
     * Measures histories of a number of messages.
     *
     * @param folder where the files are made; they are deleted again
     * @return a table in Markdown
     */
    static String measure(int messages, Path folder) throws Exception {
        HistoryBench bench = new HistoryBench(messages);
        Identity identity = Identity.generate();
        bench.measure(0, folder.resolve("plain.db"), SqliteChatStore::open, folder.resolve("plain-guest.db"));
        bench.measure(
                1,
                folder.resolve("sealed.db"),
                file -> SqliteChatStore.openSealed(file, identity),
                folder.resolve("sealed-guest.db"));
        return bench.table();
    }

    private interface Opening {
        ChatStore open(Path file);
    }

    private void measure(int column, Path file, Opening opening, Path guestFile) throws Exception {
        try {
            Conversation conversation = new Conversation();
            System.err.println("filling " + file.getFileName());
            fill(column, file, opening, conversation);
            put("size of the file, MB", column, String.format(Locale.ROOT, "%,d", Files.size(file) / 1_000_000));
            System.err.println("measuring");
            open(column, file, opening, conversation);
            try (ChatStore store = opening.open(file)) {
                page(column, store, conversation);
                search(column, store, conversation);
                sync(column, store, opening, guestFile, conversation);
            }
            scan(column, file, opening, conversation);
            try (ChatStore store = opening.open(file)) {
                delete(column, store, conversation);
            }
        } finally {
            for (Path made : List.of(file, guestFile)) {
                for (String suffix : List.of("", "-wal", "-shm")) {
                    Files.deleteIfExists(made.resolveSibling(made.getFileName() + suffix));
                }
            }
        }
    }

    private void fill(int column, Path file, Opening opening, Conversation conversation) {
        long start = System.nanoTime();
        try (ChatStore store = opening.open(file)) {
            for (int said = 0; said < messages; said += BATCH) {
                store.append(conversation.next(Math.min(BATCH, messages - said)));
            }
            put("fill, " + BATCH + " at once, s", column, seconds(System.nanoTime() - start));
            List<StoredEvent> single = conversation.next(RUNS);
            int[] next = {0};
            time("append one message", column, RUNS, () -> store.append(List.of(single.get(next[0]++))) == 1);
        }
    }

    private void open(int column, Path file, Opening opening, Conversation conversation) throws Exception {
        time("open the file and read the last page of " + PAGE, column, FEW_RUNS, () -> {
            try (ChatStore store = opening.open(file)) {
                return store.timeline(conversation.room(), null, PAGE).size() == PAGE;
            }
        });
    }

    private void page(int column, ChatStore store, Conversation conversation) throws Exception {
        StoredEvent middle = store.chain(
                        conversation.room(), conversation.authors().get(0), messages / Conversation.AUTHORS / 2, 1)
                .get(0);
        TimelinePosition place = TimelinePosition.of(middle);
        time(
                "last page",
                column,
                RUNS,
                () -> store.timeline(conversation.room(), null, PAGE).size() == PAGE);
        time(
                "page backwards from the middle",
                column,
                RUNS,
                () -> store.timeline(conversation.room(), place, PAGE).size() == PAGE);
        time(
                "page forwards from the middle",
                column,
                RUNS,
                () -> store.timelineAfter(conversation.room(), place, PAGE).size() == PAGE);
        time(
                "page around a message, by its id",
                column,
                RUNS,
                () -> store.timelineAround(conversation.room(), middle.id(), PAGE)
                                .size()
                        == PAGE);
    }

    private void search(int column, ChatStore store, Conversation conversation) throws Exception {
        SearchPosition middle = SearchPosition.of(
                store.chain(conversation.room(), conversation.authors().get(0), messages / Conversation.AUTHORS / 2, 1)
                        .get(0));
        String always = Conversation.ALWAYS;
        String rare = Conversation.RARE;
        time(
                "search: rare word",
                column,
                RUNS,
                () -> !store.search(conversation.room(), rare, null, PAGE).isEmpty());
        time(
                "search: word of every message",
                column,
                RUNS,
                () -> store.search(conversation.room(), always, null, PAGE).size() == PAGE);
        time(
                "search: that, from the middle on",
                column,
                RUNS,
                () -> store.search(conversation.room(), always, middle, PAGE).size() == PAGE);
        time(
                "search: two frequent words",
                column,
                RUNS,
                () -> store.search(conversation.room(), always + " " + Conversation.EVEN, null, PAGE)
                                .size()
                        == PAGE);
        time(
                "search: a frequent and a rare word",
                column,
                RUNS,
                () -> !store.search(conversation.room(), always + " " + rare, null, PAGE)
                        .isEmpty());
        time(
                "search: two words of half the messages each, never together",
                column,
                FEW_RUNS,
                () -> store.search(conversation.room(), Conversation.EVEN + " " + Conversation.ODD, null, PAGE)
                        .isEmpty());
        time(
                "search: word of every message, all rooms",
                column,
                RUNS,
                () -> store.search(null, always, null, PAGE).size() == PAGE);
        time(
                "search: word that nobody said",
                column,
                RUNS,
                () -> store.search(null, "xylophone", null, PAGE).isEmpty());
    }

    /** What a member lacks is read by chains, each from where the member stands, and kept by the member. */
    private void sync(int column, ChatStore store, Opening opening, Path guestFile, Conversation conversation)
            throws Exception {
        Map<PeerId, EventHead> heads = store.heads(conversation.room());
        int lacking = Math.min(LACKING, messages / 2);
        List<StoredEvent> read = new ArrayList<>();
        time(
                "heads of a room with " + Conversation.AUTHORS + " authors",
                column,
                RUNS,
                () -> store.heads(conversation.room()).size() == Conversation.AUTHORS);
        time("read " + String.format(Locale.ROOT, "%,d", LACKING) + " lacking events by chains", column, 5, () -> {
            read.clear();
            for (PeerId author : conversation.authors()) {
                long from = heads.get(author).seq() - lacking / Conversation.AUTHORS + 1;
                while (from <= heads.get(author).seq()) {
                    List<StoredEvent> part = store.chain(conversation.room(), author, from, 500);
                    read.addAll(part);
                    from = part.get(part.size() - 1).seq() + 1;
                }
            }
            return read.size() == lacking / Conversation.AUTHORS * Conversation.AUTHORS;
        });
        try (ChatStore guest = opening.open(guestFile)) {
            time("keep them, 100 at once", column, 1, () -> {
                for (int from = 0; from < read.size(); from += 100) {
                    guest.append(read.subList(from, Math.min(read.size(), from + 100)));
                }
                return guest.heads(conversation.room()).equals(heads);
            });
        }
    }

    /** What a search would be without an index: LIKE over all rows or, where they are sealed, opening each. */
    private void scan(int column, Path file, Opening opening, Conversation conversation) throws Exception {
        String name = "baseline: rare word without an index";
        if (column == 0) {
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                    PreparedStatement like = connection.prepareStatement("SELECT bytes FROM event WHERE room ="
                            + " (SELECT id FROM room WHERE room = ?1) AND CAST(substr(bytes, 130) AS TEXT) LIKE ?2"
                            + " ORDER BY clock DESC, sender DESC, seq DESC LIMIT " + PAGE)) {
                like.setString(1, conversation.room().value());
                like.setString(2, "%" + Conversation.RARE + "%");
                time(name, column, 1, () -> {
                    try (ResultSet rows = like.executeQuery()) {
                        int found = 0;
                        while (rows.next()) {
                            found++;
                        }
                        return found > 0;
                    }
                });
            }
            return;
        }
        try (ChatStore store = opening.open(file)) {
            time(name, column, 1, () -> {
                int found = 0;
                List<StoredEvent> page = store.timeline(conversation.room(), null, ChatStore.MAX_PAGE);
                while (!page.isEmpty() && found < PAGE) {
                    for (StoredEvent event : page) {
                        found += event.text().orElse("").contains(Conversation.RARE) ? 1 : 0;
                    }
                    page = store.timeline(conversation.room(), TimelinePosition.of(page.get(0)), ChatStore.MAX_PAGE);
                }
                return found > 0;
            });
        }
    }

    private void delete(int column, ChatStore store, Conversation conversation) throws Exception {
        List<StoredEvent> doomed = store.timeline(conversation.room(), null, DELETED_ONE_BY_ONE);
        int[] next = {0};
        time(
                "delete one message",
                column,
                DELETED_ONE_BY_ONE,
                () -> store.delete(conversation.room(), doomed.get(next[0]++).id()));
        int deleted = Math.min(DELETED_AT_ONCE, messages / 10);
        int kept = messages / 10 * 9;
        store.retain(conversation.room(), Retention.ofEvents(Math.max(1, kept - deleted)));
        time(
                "retention that deletes about " + String.format(Locale.ROOT, "%,d", DELETED_AT_ONCE),
                column,
                1,
                () -> store.applyRetention(Instant.now()) > 0);
        time(
                "last page after that",
                column,
                RUNS,
                () -> store.timeline(conversation.room(), null, PAGE).size() == PAGE);
    }

    private interface Step {
        boolean run() throws IOException, java.sql.SQLException;
    }

    private void time(String name, int column, int runs, Step step) {
        long[] nanos = new long[runs];
        for (int run = 0; run < runs; run++) {
            long start = System.nanoTime();
            boolean right;
            try {
                right = step.run();
            } catch (IOException | java.sql.SQLException e) {
                throw new IllegalStateException("a benchmark failed: " + name, e);
            }
            nanos[run] = System.nanoTime() - start;
            if (!right) {
                throw new IllegalStateException("a benchmark does not do what it measures: " + name);
            }
        }
        Arrays.sort(nanos);
        put(name + (runs == 1 ? ", ms" : ", ms: median, p99 of " + runs), column, figures(nanos));
        System.err.println("  " + name + ": " + figures(nanos) + " ms");
    }

    private static String figures(long[] sorted) {
        String median = millis(sorted[(sorted.length - 1) / 2]);
        // By nearest rank: of less than a hundred it is the greatest.
        int rank = (int) Math.ceil(0.99 * sorted.length) - 1;
        return sorted.length == 1 ? median : median + ", " + millis(sorted[rank]);
    }

    private static String millis(long nanos) {
        double millis = nanos / 1e6;
        return String.format(Locale.ROOT, millis < 10 ? "%.2f" : "%,.0f", millis);
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.0f", nanos / 1e9);
    }

    private void put(String name, int column, String figure) {
        rows.computeIfAbsent(name, key -> new String[] {"–", "–"})[column] = figure;
    }

    private String table() {
        StringBuilder table = new StringBuilder(
                String.format(Locale.ROOT, "| %,d messages | plain | sealed |%n|---|---:|---:|%n", messages));
        rows.forEach((name, figures) -> table.append("| ")
                .append(String.join(
                        " | ",
                        Stream.concat(Stream.of(name), Arrays.stream(figures)).toList()))
                .append(" |\n"));
        return table.toString();
    }
}
