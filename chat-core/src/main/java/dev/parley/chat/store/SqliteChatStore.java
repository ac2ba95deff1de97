package dev.parley.chat.store;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.StoreException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.SealException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/**
 * Keeps events and rooms in one SQLite file, with {@code -wal} and {@code -shm} files beside it while it is open.
 *
 * <p><b>Durability.</b> The file uses a write-ahead log with {@code synchronous=FULL}: each call that writes is one
 * transaction, and is forced to the disk before it returns. What was returned from survives the end of the process in
 * any form, {@code kill -9} included, and a crash of the system or loss of power, as far as the disk keeps its word.
 * The level below, {@code NORMAL}, would survive the first but not the second: a count that was used and then lost
 * would be used again after the restart, which to the other peers is a forked chain. The price is one flush per call;
 * append in batches where there is more than one event.
 *
 * <p><b>Secrecy.</b> A file that {@link #open} made is not encrypted. One that {@link #openSealed} made or opened is
 * sealed for an identity: messages and all other events, names of rooms and, in the {@link SqlitePeerBook} of the same
 * file, names of peers, with AES-256-GCM. What indexes need stays in clear: ids of rooms and authors, who wrote how
 * many events of which type and length when, when a room was entered and whether it was one's own, which peers were met
 * when and which are verified. A row that was changed, or moved to another place, is refused when it is read; a row
 * that was deleted, and a whole file of earlier, are not noticed. There is no full-text index: who searches reads every
 * event.
 *
 * <p>Where the file system has POSIX permissions, the file is created with 0600 and missing directories above it with
 * 0700; those of existing ones are not changed. What {@link #forget} deletes is overwritten in the file.
 *
 * <p><b>Sharing.</b> Several stores, also of several processes, may use one file. A writer waits up to
 * {@link #BUSY_TIMEOUT} for the others, then the call fails. The file has to be on a local disk. While a store is open,
 * this process must not open the file in another way: on POSIX systems closing any descriptor of a file drops all locks
 * that the process has on it (see "How To Corrupt An SQLite Database File", section 2.2).
 *
 * <p>Threads take turns. A call that fails has changed nothing.
 */
public final class SqliteChatStore implements ChatStore {

    /** How long a call waits while another process writes. */
    public static final Duration BUSY_TIMEOUT = Duration.ofSeconds(10);

    /**
     * The smallest page (https://sqlite.org/fileformat.html, section 1.3.2). SQLite takes a shorter file for an empty
     * one, whatever is in it, and overwrites it.
     */
    private static final int MIN_FILE_BYTES = 512;

    private static final int MAX_SWITCHES = 100;

    private static final Logger log = LoggerFactory.getLogger(SqliteChatStore.class);

    private static final String COLUMNS = "event.sender, event.seq, event.hash, event.clock, event.type, event.bytes";
    private static final String ROOM_KEY = "(SELECT id FROM room WHERE room = ?1)";

    static final String TIMELINE = "SELECT " + COLUMNS + " FROM event WHERE room = " + ROOM_KEY
            + " AND (clock, sender, seq) < (?2, ?3, ?4) ORDER BY clock DESC, sender DESC, seq DESC LIMIT ?5";

    // Not a plain GROUP BY: that would visit every event of the room. This jumps from author to author in the index.
    static final String HEADS = """
            WITH RECURSIVE
                place (id) AS (SELECT id FROM room WHERE room = ?1),
                author (sender) AS (
                    SELECT min(sender) FROM event WHERE room = (SELECT id FROM place)
                    UNION ALL
                    SELECT (SELECT min(event.sender) FROM event
                            WHERE event.room = (SELECT id FROM place) AND event.sender > author.sender)
                    FROM author WHERE author.sender IS NOT NULL)
            SELECT event.sender, event.seq, event.hash, event.clock, event.type, event.bytes
            FROM author JOIN event ON event.room = (SELECT id FROM place) AND event.sender = author.sender
                AND event.seq = (SELECT max(last.seq) FROM event AS last
                    WHERE last.room = (SELECT id FROM place) AND last.sender = author.sender)
            """;

    private final Path file;
    private final Connection connection;
    private final RowForm form;
    private final byte @Nullable [] salt;
    private final PreparedStatement saltNow;
    private final List<PreparedStatement> statements = new ArrayList<>();
    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement rollback;
    private final PreparedStatement addRoom;
    private final PreparedStatement addEvent;
    private final PreparedStatement eventAt;
    private final PreparedStatement heads;
    private final PreparedStatement chain;
    private final PreparedStatement timelineEnd;
    private final PreparedStatement timeline;
    private final PreparedStatement acknowledge;
    private final PreparedStatement outbox;
    private final PreparedStatement remember;
    private final PreparedStatement find;
    private final PreparedStatement rooms;
    private final PreparedStatement forget;
    private boolean closed;

    /**
     * Opens a store, and makes it if it is not there: the file, and the directories above it. An empty file counts as
     * one that is not there.
     *
     * @param file where the store is, or will be
     * @return the store, to be closed by the caller
     * @throws StoreException if the file cannot be read and written, is no store of Parley (it is left as it was), was
     *     written by a newer Parley, or is damaged
     */
    public static SqliteChatStore open(Path file) {
        return open(file, SqliteSchema.CURRENT);
    }

    /**
     * Opens a store that is sealed for an identity, and makes it if it is not there. A plain one is sealed first: in
     * one transaction, so that a crash leaves all of it plain or all of it sealed; then the file is rewritten and its
     * log emptied, so that what was in clear is in neither. Copies that were made before, and blocks that the file
     * system has given free, are out of reach.
     *
     * @param file where the store is, or will be
     * @param identity whose the history is; its key is needed for as long as the store is open
     * @return the store, to be closed by the caller
     * @throws StoreException as {@link #open(Path)}, and if the file is sealed for another identity; it is left as it
     *     was
     */
    public static SqliteChatStore openSealed(Path file, Identity identity) {
        return open(file, SqliteSchema.CURRENT, identity, step -> {});
    }

    /**
     * Makes a sealed store plain, in one transaction. A plain one, and one that is not there, becomes or stays plain.
     *
     * @param file where the store is
     * @param identity for which it is sealed
     * @throws StoreException as {@link #openSealed}; the file is left as it was
     */
    public static void unseal(Path file, Identity identity) {
        Path absolute = file.toAbsolutePath().normalize();
        try (Connection connection = openFile(absolute, SqliteSchema.CURRENT)) {
            FileSeal.remove(connection, absolute, identity);
        } catch (SQLException e) {
            throw failure("unseal", absolute, e);
        }
    }

    static SqliteChatStore open(Path file, SqliteSchema schema) {
        return open(file, schema, null, step -> {});
    }

    static SqliteChatStore open(
            Path file, SqliteSchema schema, @Nullable Identity identity, Consumer<FileSeal.Step> steps) {
        Path absolute = file.toAbsolutePath().normalize();
        Connection connection = openFile(absolute, schema);
        try {
            return new SqliteChatStore(absolute, connection, FileSeal.open(connection, absolute, identity, steps));
        } catch (SQLException e) {
            closeQuietly(connection, e);
            throw failure("open", absolute, e);
        } catch (RuntimeException e) {
            closeQuietly(connection, e);
            throw e;
        }
    }

    /** Opens a file of this schema, and makes it if it is not there. */
    static Connection openFile(Path absolute, SqliteSchema schema) {
        // One at a time: the descriptor that creates the file must be closed before SQLite locks it.
        synchronized (SqliteChatStore.class) {
            create(absolute);
            requireNoFragment(absolute);
            Connection connection = null;
            try {
                connection = connect(absolute);
                prepare(connection, absolute, schema);
                return connection;
            } catch (SQLException e) {
                closeQuietly(connection, e);
                throw failure("open", absolute, e);
            } catch (StoreException e) {
                closeQuietly(connection, e);
                throw e;
            }
        }
    }

    private static void create(Path file) {
        try {
            Path directory = file.getParent();
            if (directory != null) {
                Files.createDirectories(directory, permissions(directory, "rwx------"));
            }
            Files.newByteChannel(
                            file,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            permissions(file, "rw-------"))
                    .close();
        } catch (FileAlreadyExistsException e) {
            if (!file.toString().equals(e.getFile())) {
                throw new StoreException(
                        "cannot make the directory of the store " + file
                                + ": a file is in its place; choose another path",
                        e);
            }
        } catch (IOException | SecurityException e) {
            throw new StoreException(
                    "cannot create the store " + file + "; check that its directory can be written to", e);
        }
    }

    private static void requireNoFragment(Path file) {
        long bytes;
        try {
            bytes = Files.size(file);
        } catch (IOException | SecurityException e) {
            throw new StoreException("cannot read the store " + file + "; check the permissions of the file", e);
        }
        if (bytes > 0 && bytes < MIN_FILE_BYTES) {
            throw new StoreException(file + " is not a database; it was not touched, choose another path");
        }
    }

    private static FileAttribute<?>[] permissions(Path path, String mode) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }

    private static Connection connect(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout((int) BUSY_TIMEOUT.toMillis());
        // SQLite would create a missing file with the permissions of the umask.
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        // As a URI, in which a '?' of the path is escaped: the driver takes a bare one for the start of its options.
        return config.createConnection("jdbc:sqlite:" + file.toUri());
    }

    private static void prepare(Connection connection, Path file, SqliteSchema schema) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // First without a write: a file that is not ours stays as it is.
            requireOurs(statement, file, schema);
            statement.execute("PRAGMA synchronous = FULL");
            // Apple's fsync does not reach the disk; without effect elsewhere.
            statement.execute("PRAGMA fullfsync = ON");
            statement.execute("PRAGMA secure_delete = ON");
            if (!useLog(statement).equals("wal")) {
                throw new StoreException("the file system of " + file
                        + " cannot share memory between processes; keep the store on a local disk");
            }
            migrate(statement, file, schema);
            // Last, so that a step may rebuild tables.
            statement.execute("PRAGMA foreign_keys = ON");
        }
    }

    /**
     * Switches to the write-ahead log. When two processes make one store at the same time, SQLite fails the switch at
     * once, without the busy timeout; a lock in between is waited for, and so for the other process.
     */
    private static String useLog(Statement statement) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                return textOf(statement, "PRAGMA journal_mode = WAL");
            } catch (SQLiteException e) {
                if ((e.getResultCode().code & 0xff) != SQLiteErrorCode.SQLITE_BUSY.code || attempt == MAX_SWITCHES) {
                    throw e;
                }
                statement.execute("BEGIN IMMEDIATE");
                statement.execute("ROLLBACK");
            }
        }
    }

    private static int requireOurs(Statement statement, Path file, SqliteSchema schema) throws SQLException {
        int version = numberOf(statement, "PRAGMA user_version");
        int application = numberOf(statement, "PRAGMA application_id");
        boolean empty = numberOf(statement, "SELECT count(*) FROM sqlite_schema") == 0;
        if (application != SqliteSchema.APPLICATION_ID && !(application == 0 && version == 0 && empty)) {
            throw new StoreException(
                    file + " is a database of another program; it was not touched, choose another path");
        }
        if (version > schema.version()) {
            throw new StoreException("the store " + file + " has version " + version
                    + ", this Parley knows versions up to " + schema.version() + "; use a newer Parley");
        }
        return version;
    }

    private static void migrate(Statement statement, Path file, SqliteSchema schema) throws SQLException {
        while (numberOf(statement, "PRAGMA user_version") < schema.version()) {
            statement.execute("BEGIN IMMEDIATE");
            try {
                // Again under the lock: another process may have been faster.
                int version = requireOurs(statement, file, schema);
                if (version < schema.version()) {
                    for (String sql : schema.steps().get(version)) {
                        statement.execute(sql);
                    }
                    statement.execute("PRAGMA application_id = " + SqliteSchema.APPLICATION_ID);
                    statement.execute("PRAGMA user_version = " + (version + 1));
                }
                statement.execute("COMMIT");
            } catch (SQLException | RuntimeException e) {
                try {
                    statement.execute("ROLLBACK");
                } catch (SQLException again) {
                    e.addSuppressed(again);
                }
                throw e;
            }
        }
    }

    private SqliteChatStore(Path file, Connection connection, RowForm form) throws SQLException {
        this.file = file;
        this.connection = connection;
        this.form = form;
        this.salt = FileSeal.salt(connection);
        saltNow = statement(FileSeal.SALT);
        // IMMEDIATE: a transaction that begins with a read cannot wait for a writer later, it would fail at once.
        begin = statement("BEGIN IMMEDIATE");
        commit = statement("COMMIT");
        rollback = statement("ROLLBACK");
        addRoom = statement("INSERT INTO room (room) VALUES (?1) ON CONFLICT DO NOTHING");
        addEvent = statement("INSERT INTO event (room, sender, seq, clock, hash, type, bytes) VALUES (" + ROOM_KEY
                + ", ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (room, sender, seq) DO NOTHING");
        eventAt = statement(
                "SELECT " + COLUMNS + " FROM event WHERE room = " + ROOM_KEY + " AND sender = ?2 AND seq = ?3");
        heads = statement(HEADS);
        chain = statement("SELECT " + COLUMNS + " FROM event WHERE room = " + ROOM_KEY
                + " AND sender = ?2 AND seq >= ?3 ORDER BY seq LIMIT ?4");
        timelineEnd = statement("SELECT " + COLUMNS + " FROM event WHERE room = " + ROOM_KEY
                + " ORDER BY clock DESC, sender DESC, seq DESC LIMIT ?2");
        timeline = statement(TIMELINE);
        acknowledge = statement("INSERT INTO acknowledged (room, self, seq) VALUES (" + ROOM_KEY
                + ", ?2, ?3) ON CONFLICT (room, self) DO UPDATE SET seq = max(seq, excluded.seq)");
        outbox = statement("SELECT " + COLUMNS + " FROM event WHERE room = " + ROOM_KEY
                + " AND sender = ?2 AND seq > coalesce((SELECT seq FROM acknowledged WHERE room = " + ROOM_KEY
                + " AND self = ?2), 0) ORDER BY seq LIMIT ?3");
        remember = statement("INSERT INTO room (room, name, hosted, entered_seconds, entered_nanos)"
                + " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (room) DO UPDATE SET name = excluded.name,"
                + " hosted = excluded.hosted, entered_seconds = excluded.entered_seconds,"
                + " entered_nanos = excluded.entered_nanos");
        find = statement("SELECT room, name, hosted, entered_seconds, entered_nanos FROM room"
                + " WHERE room = ?1 AND name IS NOT NULL");
        rooms = statement("SELECT room, name, hosted, entered_seconds, entered_nanos FROM room"
                + " WHERE name IS NOT NULL ORDER BY entered_seconds DESC, entered_nanos DESC, room");
        forget = statement("DELETE FROM room WHERE room = ?1");
    }

    private PreparedStatement statement(String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statements.add(statement);
        return statement;
    }

    @Override
    public int append(List<StoredEvent> events) {
        List<StoredEvent> added = List.copyOf(events);
        return write(
                "append to",
                added.isEmpty()
                        ? () -> 0
                        : () -> {
                            int fresh = 0;
                            RoomId known = null;
                            for (StoredEvent event : added) {
                                if (!event.room().equals(known)) {
                                    known = event.room();
                                    addRoom(known);
                                }
                                if (addEvent(event)) {
                                    fresh++;
                                } else if (!keptBeside(event).id().equals(event.id())) {
                                    throw StoreRules.fork(event);
                                }
                            }
                            return fresh;
                        });
    }

    private void addRoom(RoomId room) throws SQLException {
        addRoom.setString(1, room.value());
        addRoom.executeUpdate();
    }

    private boolean addEvent(StoredEvent event) throws SQLException {
        addEvent.setString(1, event.room().value());
        addEvent.setString(2, event.sender().value());
        addEvent.setLong(3, event.seq());
        addEvent.setLong(4, event.clock());
        addEvent.setBytes(5, form.hash(event));
        addEvent.setString(6, event.type());
        addEvent.setBytes(7, form.bytes(event));
        return addEvent.executeUpdate() == 1;
    }

    /** The event that stands where this one would. */
    private StoredEvent keptBeside(StoredEvent event) throws SQLException, SealException {
        eventAt.setString(1, event.room().value());
        eventAt.setString(2, event.sender().value());
        eventAt.setLong(3, event.seq());
        List<StoredEvent> kept = events(event.room(), eventAt);
        if (kept.isEmpty()) {
            throw new SQLException("an event that stood in the way is not there");
        }
        return kept.get(0);
    }

    @Override
    public Map<PeerId, EventHead> heads(RoomId room) {
        return read(() -> {
            heads.setString(1, room.value());
            Map<PeerId, EventHead> found = new HashMap<>();
            for (StoredEvent event : events(room, heads)) {
                found.put(event.sender(), new EventHead(event.seq(), event.id()));
            }
            return Map.copyOf(found);
        });
    }

    @Override
    public List<StoredEvent> chain(RoomId room, PeerId sender, long fromSeq, int limit) {
        return read(() -> {
            StoreRules.requirePage(limit);
            chain.setString(1, room.value());
            chain.setString(2, sender.value());
            chain.setLong(3, fromSeq);
            chain.setInt(4, limit);
            return List.copyOf(events(room, chain));
        });
    }

    @Override
    public List<StoredEvent> timeline(RoomId room, @Nullable TimelinePosition before, int limit) {
        return read(() -> {
            StoreRules.requirePage(limit);
            PreparedStatement page = before == null ? timelineEnd : timeline;
            page.setString(1, room.value());
            if (before == null) {
                page.setInt(2, limit);
            } else {
                page.setLong(2, before.clock());
                page.setString(3, before.sender().value());
                page.setLong(4, before.seq());
                page.setInt(5, limit);
            }
            List<StoredEvent> events = events(room, page);
            Collections.reverse(events);
            return List.copyOf(events);
        });
    }

    @Override
    public void acknowledge(RoomId room, PeerId self, long upToSeq) {
        write("write to", () -> {
            addRoom(room);
            acknowledge.setString(1, room.value());
            acknowledge.setString(2, self.value());
            acknowledge.setLong(3, upToSeq);
            return acknowledge.executeUpdate();
        });
    }

    @Override
    public List<StoredEvent> outbox(RoomId room, PeerId self, int limit) {
        return read(() -> {
            StoreRules.requirePage(limit);
            outbox.setString(1, room.value());
            outbox.setString(2, self.value());
            outbox.setInt(3, limit);
            return List.copyOf(events(room, outbox));
        });
    }

    @Override
    public void remember(RoomRecord room) {
        Instant entered = room.lastEntered();
        write("write to", () -> {
            remember.setString(1, room.room().value());
            remember.setString(2, form.roomName(room.room(), room.name()));
            remember.setBoolean(3, room.hosted());
            remember.setLong(4, entered.getEpochSecond());
            remember.setInt(5, entered.getNano());
            return remember.executeUpdate();
        });
    }

    @Override
    public Optional<RoomRecord> find(RoomId room) {
        return read(() -> {
            find.setString(1, room.value());
            try (ResultSet row = find.executeQuery()) {
                return row.next() ? Optional.of(record(row)) : Optional.empty();
            }
        });
    }

    @Override
    public List<RoomRecord> rooms() {
        return read(() -> {
            List<RoomRecord> found = new ArrayList<>();
            try (ResultSet rows = rooms.executeQuery()) {
                while (rows.next()) {
                    found.add(record(rows));
                }
            }
            return List.copyOf(found);
        });
    }

    @Override
    public void forget(RoomId room) {
        int forgotten = write("delete from", () -> {
            forget.setString(1, room.value());
            return forget.executeUpdate();
        });
        if (forgotten > 0) {
            emptyLog();
        }
    }

    /** Moves the log into the file, so that what was deleted is not left in the log. Busy readers put it off. */
    private synchronized void emptyLog() {
        if (closed) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException e) {
            log.warn("deleted content stays in the log of {} until it is closed: {}", file, e.getMessage());
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (connection;
                form) {
            for (PreparedStatement statement : statements) {
                statement.close();
            }
        } catch (SQLException e) {
            throw failure("close", file, e);
        }
    }

    @Override
    public String toString() {
        return "SqliteChatStore[" + file + "]";
    }

    private synchronized <T> T read(FileSeal.Work<T> work) {
        if (closed) {
            throw StoreRules.closed();
        }
        try {
            return FileSeal.reading(saltNow, salt, file, work);
        } catch (SealException e) {
            throw StoreRules.damaged(file, e);
        } catch (SQLException e) {
            throw failure("read", file, e);
        }
    }

    private synchronized <T> T write(String what, FileSeal.Work<T> work) {
        if (closed) {
            throw StoreRules.closed();
        }
        try {
            begin.execute();
            try {
                FileSeal.requireSame(saltNow, salt, file);
                T result = work.run();
                commit.execute();
                return result;
            } catch (SQLException | SealException | RuntimeException e) {
                try {
                    rollback.execute();
                } catch (SQLException again) {
                    // After some failures SQLite has rolled back by itself.
                    e.addSuppressed(again);
                }
                throw e;
            }
        } catch (SealException e) {
            throw StoreRules.damaged(file, e);
        } catch (SQLException e) {
            throw failure(what, file, e);
        }
    }

    private List<StoredEvent> events(RoomId room, PreparedStatement query) throws SQLException, SealException {
        List<StoredEvent> found = new ArrayList<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                found.add(form.event(
                        room,
                        new PeerId(rows.getString(1)),
                        rows.getLong(2),
                        rows.getLong(4),
                        rows.getString(5),
                        rows.getBytes(3),
                        rows.getBytes(6)));
            }
        }
        return found;
    }

    private RoomRecord record(ResultSet row) throws SQLException, SealException {
        RoomId room = new RoomId(row.getString(1));
        return new RoomRecord(
                room,
                form.readRoomName(room, row.getString(2)),
                row.getBoolean(3),
                Instant.ofEpochSecond(row.getLong(4), row.getInt(5)));
    }

    private static int numberOf(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    private static String textOf(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    static void closeQuietly(@Nullable Connection connection, Exception cause) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                cause.addSuppressed(e);
            }
        }
    }

    static StoreException failure(String what, Path file, SQLException cause) {
        return new StoreException("cannot " + what + " the store " + file + ": " + advice(cause), cause);
    }

    private static String advice(SQLException cause) {
        SQLiteErrorCode code =
                cause instanceof SQLiteException sqlite ? sqlite.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
        // The low byte is the primary code (https://sqlite.org/rescode.html); the driver names the extended ones apart.
        SQLiteErrorCode primary = Arrays.stream(SQLiteErrorCode.values())
                .filter(value -> value.code == (code.code & 0xff))
                .findFirst()
                .orElse(code);
        return switch (primary) {
            case SQLITE_BUSY, SQLITE_LOCKED ->
                "another process kept it locked for " + BUSY_TIMEOUT.toSeconds()
                        + " seconds; end that process, or try again";
            case SQLITE_FULL -> "the disk is full; free some space and try again";
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_AUTH ->
                "it cannot be opened for writing;" + " check the permissions of the file and of its directory";
            case SQLITE_NOTADB -> "it is not a database; the file was not touched, choose another path";
            case SQLITE_CORRUPT -> "it is damaged; move it away to begin a new one, or put back a copy";
            case SQLITE_IOERR -> "the disk failed to read or write (" + code + "); check the disk and try again";
            default -> "SQLite failed with " + code + "; see the cause";
        };
    }
}
