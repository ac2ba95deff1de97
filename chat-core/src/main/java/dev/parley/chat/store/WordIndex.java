package dev.parley.chat.store;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.internal.crypto.SealException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The index of words of a file: an FTS5 table without content, which holds for each word of a room the rowids of the
 * messages that have it. A word stands there as {@link RowForm#word} gives it, behind the room's key and an {@code x};
 * so a search of one room never touches what others said.
 *
 * <p>FTS5 reads the rowids of a word in their order only, and they are those of {@code event}: therefore
 * {@code event.id} is made of the event's clock. A number that is taken gives way to a higher one; how far at most says
 * {@code words_state.displaced}. Who reads by falling id sees events by falling clock, but for that distance, and has
 * to put in order only what lies so close. So the newest hits of the most frequent word are found without looking at
 * the rest.
 *
 * <p>Calls are made within a transaction of the caller, by one thread at a time.
 */
final class WordIndex implements AutoCloseable {

    static final String SEARCH = "SELECT event.id, event.clock, event.sender, event.seq, event.expires"
            + " FROM words CROSS JOIN event ON event.id = words.rowid"
            + " WHERE words MATCH ?1 AND words.rowid <= ?2 ORDER BY words.rowid DESC";

    /** Clocks from here on share one number, so that there are higher ones for those that give way. */
    private static final long GREATEST_BASE = Long.MAX_VALUE - (1L << 40);

    private final RowForm form;
    private final Connection connection;
    private final Statements statements;
    private final PreparedStatement version;
    private final PreparedStatement displaced;
    private final PreparedStatement displace;
    private final PreparedStatement taken;
    private final PreparedStatement add;
    private final PreparedStatement remove;
    private final PreparedStatement search;
    private final PreparedStatement everyId;
    private final PreparedStatement read;
    private final PreparedStatement move;
    private final PreparedStatement setVersion;

    WordIndex(Connection connection, RowForm form) throws SQLException {
        this.connection = connection;
        this.form = form;
        statements = new Statements(connection);
        version = statements.prepare("SELECT version FROM words_state");
        setVersion = statements.prepare("UPDATE words_state SET version = ?1");
        displaced = statements.prepare("SELECT displaced FROM words_state");
        displace = statements.prepare("UPDATE words_state SET displaced = ?1 WHERE displaced < ?1");
        taken = statements.prepare("SELECT 1 FROM event WHERE id = ?1");
        add = statements.prepare("INSERT INTO words (rowid, word) VALUES (?1, ?2)");
        remove = statements.prepare("INSERT INTO words (words, rowid, word) VALUES ('delete', ?1, ?2)");
        search = statements.prepare(SEARCH);
        everyId = statements.prepare("SELECT id FROM event ORDER BY id");
        read = statements.prepare("SELECT event.room, room.room, sender, seq, clock, type, hash, bytes FROM event"
                + " JOIN room ON room.id = event.room WHERE event.id = ?1");
        move = statements.prepare("UPDATE event SET id = ?2, id_key = ?3 WHERE id = ?1");
    }

    /** Whether the index was made by other rules than those of now, or never. */
    boolean isStale() throws SQLException {
        return Statements.number(version) != SearchWords.VERSION;
    }

    /** Whether the index was ever made. */
    boolean isMade() throws SQLException {
        return Statements.number(version) != 0;
    }

    /** Finds a number for a new event of a clock. */
    long place(long clock, MessageId id) throws SQLException {
        long base = base(clock);
        long place = base;
        // Not the next one that is free: of many events of one clock each would go past all before it.
        long random = RowForm.PLAIN.idKey(id);
        for (long window = 1; isTaken(place); window = Math.min(window * 2, 1L << 40)) {
            random = random * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            place = base + 1 + Long.remainderUnsigned(random >>> 16, window);
        }
        if (place != base) {
            displace.setLong(1, place - base);
            displace.executeUpdate();
        }
        return place;
    }

    private boolean isTaken(long place) throws SQLException {
        taken.setLong(1, place);
        try (ResultSet row = taken.executeQuery()) {
            return row.next();
        }
    }

    private static long base(long clock) {
        return Math.min(clock, GREATEST_BASE);
    }

    /** Takes in what an event says, if it says anything. */
    void add(long id, long roomKey, StoredEvent event) throws SQLException {
        change(add, id, roomKey, event);
    }

    /** Takes out what an event said; it has to be the one that was taken in. */
    void remove(long id, long roomKey, StoredEvent event) throws SQLException {
        change(remove, id, roomKey, event);
    }

    private void change(PreparedStatement change, long id, long roomKey, StoredEvent event) throws SQLException {
        Set<String> words = event.text().map(SearchWords::of).orElse(Set.of());
        if (!words.isEmpty()) {
            change.setLong(1, id);
            change.setString(
                    2,
                    words.stream()
                            .map(word -> token(roomKey, event.room(), word))
                            .collect(Collectors.joining(" ")));
            change.executeUpdate();
        }
    }

    private String token(long roomKey, RoomId room, String word) {
        return roomKey + "x" + form.word(room, word);
    }

    /** Where an event stands, and its number. */
    record Found(long id, SearchPosition position) {}

    /**
     * Finds the newest events of a room that have all the words.
     *
     * @param before only what stands before; null for the end
     */
    List<Found> find(
            long roomKey, RoomId room, Set<String> words, @Nullable SearchPosition before, long nowMillis, int limit)
            throws SQLException {
        search.setString(
                1,
                words.stream()
                        .map(word -> '"' + token(roomKey, room, word) + '"')
                        .collect(Collectors.joining(" AND ")));
        long last = before == null ? Long.MAX_VALUE : base(before.place().clock());
        search.setLong(2, before == null ? last : last + Statements.number(displaced));
        List<Found> found = new ArrayList<>();
        PriorityQueue<Found> waiting =
                new PriorityQueue<>(Comparator.comparing(Found::position).reversed());
        try (ResultSet rows = search.executeQuery()) {
            while (found.size() < limit && rows.next()) {
                long id = rows.getLong(1);
                // Nothing that follows has a base above this id.
                while (found.size() < limit
                        && !waiting.isEmpty()
                        && base(waiting.element().position().place().clock()) > id) {
                    found.add(waiting.remove());
                }
                long expires = rows.getLong(5);
                boolean there = rows.wasNull() || expires > nowMillis;
                SearchPosition position = new SearchPosition(
                        new TimelinePosition(rows.getLong(2), new PeerId(rows.getString(3)), rows.getLong(4)), room);
                if (there && (before == null || position.compareTo(before) < 0)) {
                    waiting.add(new Found(id, position));
                }
            }
        }
        while (found.size() < limit && !waiting.isEmpty()) {
            found.add(waiting.remove());
        }
        return found;
    }

    /** Makes the index anew from the events, and gives numbers to events that have none made of their clock. */
    void rebuild() throws SQLException, SealException {
        clear();
        long reach = Statements.number(displaced);
        for (long id : Statements.numbers(everyId)) {
            Kept kept = read(id);
            if (kept == null) {
                throw new SQLException("an event is not there any more");
            }
            StoredEvent event = kept.event();
            long base = base(event.clock());
            long place = id >= base && id - base <= reach ? id : place(event.clock(), event.id());
            move.setLong(1, id);
            move.setLong(2, place);
            move.setLong(3, form.idKey(event.id()));
            move.executeUpdate();
            add(place, kept.roomKey(), event);
        }
        setVersion.setInt(1, SearchWords.VERSION);
        setVersion.executeUpdate();
    }

    /** An event that is in the file, and the key of its room. */
    record Kept(long roomKey, StoredEvent event) {}

    /** Reads an event by its number; null if there is none. */
    @Nullable
    Kept read(long id) throws SQLException, SealException {
        read.setLong(1, id);
        try (ResultSet row = read.executeQuery()) {
            return row.next() ? new Kept(row.getLong(1), form.event(row, 2)) : null;
        }
    }

    /** Takes out all words. */
    void clear() throws SQLException {
        command("INSERT INTO words (words) VALUES ('delete-all')");
        // This has put the settings back.
        wipeAtOnce(true);
    }

    /**
     * Says whether {@link #remove} takes a word out of the file at once, or only notes that it is not valid any more,
     * until {@link #settle}.
     */
    void wipeAtOnce(boolean atOnce) throws SQLException {
        command("INSERT INTO words (words, rank) VALUES ('secure-delete', " + (atOnce ? 1 : 0) + ")");
    }

    /** Rewrites the index, without what is not valid any more. */
    void settle() throws SQLException {
        command("INSERT INTO words (words) VALUES ('optimize')");
    }

    private void command(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.executeUpdate();
        }
    }

    @Override
    public void close() throws SQLException {
        statements.close();
    }
}
