package dev.parley.chat.store;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomId;
import dev.parley.chat.StoreException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.timeline.ActTypes;
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
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
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
 * sealed for an identity: messages and all other events, images of emoji, names of rooms and, in the
 * {@link SqlitePeerBook} of the same file, names of peers, with AES-256-GCM. What indexes need stays in clear: ids of
 * rooms and authors, who wrote how many events of which type and length when, how many images of which length a room
 * has, when a room was entered and whether it was one's own, which peers were met when and which are verified or
 * blocked. A row that was changed, or moved to another place, is refused when it is read; a row that was deleted, and a
 * whole file of earlier, are not noticed. The index of words of a sealed file holds keyed hashes: it shows which
 * messages of a room have a word in common, not which word.
 *
 * <p>Where the file system has POSIX permissions, the file is created with 0600 and missing directories above it with
 * 0700; those of existing ones are not changed. What is deleted is overwritten in the file, its words in the index
 * included. Of an event that was deleted its id stays, and its author, count and room; in a plain file who guesses all
 * of a short message can see by the id that the guess is right.
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

    /** Memory for pages, outside Java's heap: events come in at the end of their table but all over its indexes. */
    private static final int CACHE_KIB = 8 * 1024;

    /** The key of a room that is not there. */
    private static final long NO_KEY = -1;

    private static final Logger log = LoggerFactory.getLogger(SqliteChatStore.class);

    private static final String COLUMNS =
            "event.sender, event.seq, event.hash, event.clock, event.type, event.bytes, event.expires";
    private static final String ROOM_KEY = "(SELECT id FROM room WHERE room = ?1)";
    private static final String FROM_ROOM = "SELECT " + COLUMNS + " FROM event WHERE room = " + ROOM_KEY;
    private static final String IDS_OF_ROOM = "SELECT id FROM event WHERE room = " + ROOM_KEY;
    private static final String NEWEST_FIRST = " ORDER BY clock DESC, sender DESC, seq DESC";

    // Each has the time as its ?2.
    private static final String UNEXPIRED = " AND (expires IS NULL OR expires > ?2)";

    private static final String NOT_WAITING =
            " AND NOT EXISTS (SELECT 1 FROM acknowledged AS mark WHERE mark.room = event.room"
                    + " AND mark.self = event.sender AND mark.seq < event.seq)";

    static final String TIMELINE_END = FROM_ROOM + UNEXPIRED + NEWEST_FIRST + " LIMIT ?3";
    static final String TIMELINE =
            FROM_ROOM + UNEXPIRED + " AND (clock, sender, seq) < (?4, ?5, ?6)" + NEWEST_FIRST + " LIMIT ?3";
    static final String TIMELINE_START = FROM_ROOM + UNEXPIRED + " ORDER BY clock, sender, seq LIMIT ?3";
    static final String TIMELINE_AFTER =
            FROM_ROOM + UNEXPIRED + " AND (clock, sender, seq) > (?4, ?5, ?6) ORDER BY clock, sender, seq LIMIT ?3";
    static final String TYPE_END = FROM_ROOM + UNEXPIRED + " AND type = ?7" + NEWEST_FIRST + " LIMIT ?3";
    static final String TYPE = FROM_ROOM + UNEXPIRED + " AND type = ?7 AND (clock, sender, seq) < (?4, ?5, ?6)"
            + NEWEST_FIRST + " LIMIT ?3";
    static final String TYPE_START = FROM_ROOM + UNEXPIRED + " AND type = ?7 ORDER BY clock, sender, seq LIMIT ?3";
    static final String TYPE_AFTER = FROM_ROOM + UNEXPIRED
            + " AND type = ?7 AND (clock, sender, seq) > (?4, ?5, ?6) ORDER BY clock, sender, seq LIMIT ?3";
    static final String CHAIN = FROM_ROOM + UNEXPIRED + " AND sender = ?4 AND seq >= ?5 ORDER BY seq LIMIT ?3";
    static final String BY_ID =
            "SELECT " + COLUMNS + ", event.id FROM event WHERE id_key = ?3 AND room = " + ROOM_KEY + UNEXPIRED;
    // What the room is, not what was said in it. The sign keeps the index of types out of it: the timeline's is wanted.
    private static final String NO_ACT =
            ActTypes.ALL.stream().sorted().collect(Collectors.joining("', '", " AND +type NOT IN ('", "')"));

    static final String SAID_BEFORE = IDS_OF_ROOM + " AND clock < ?2" + NO_ACT + NOT_WAITING;
    static final String BEYOND_NEWEST = IDS_OF_ROOM
            + " AND (clock, sender, seq) <= (SELECT clock, sender, seq FROM event WHERE room = " + ROOM_KEY + NO_ACT
            + NEWEST_FIRST + " LIMIT 1 OFFSET ?2)" + NO_ACT + NOT_WAITING;
    static final String EXPIRED = "SELECT id FROM event WHERE expires <= ?1" + NOT_WAITING;
    static final String NEXT_EXPIRY =
            "SELECT expires FROM event WHERE expires IS NOT NULL" + NOT_WAITING + " ORDER BY expires LIMIT 1";

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
            SELECT event.sender, event.seq, event.hash, event.clock, event.type, event.bytes, event.expires
            FROM author JOIN event ON event.room = (SELECT id FROM place) AND event.sender = author.sender
                AND event.seq = (SELECT max(last.seq) FROM event AS last
                    WHERE last.room = (SELECT id FROM place) AND last.sender = author.sender)
            """;

    // As above, of the events that are no more.
    static final String GONE_HEADS = """
            WITH RECURSIVE
                place (id) AS (SELECT id FROM room WHERE room = ?1),
                author (sender) AS (
                    SELECT min(sender) FROM gone WHERE room = (SELECT id FROM place)
                    UNION ALL
                    SELECT (SELECT min(gone.sender) FROM gone
                            WHERE gone.room = (SELECT id FROM place) AND gone.sender > author.sender)
                    FROM author WHERE author.sender IS NOT NULL)
            SELECT gone.sender, gone.seq, gone.id
            FROM author JOIN gone ON gone.room = (SELECT id FROM place) AND gone.sender = author.sender
                AND gone.seq = (SELECT max(last.seq) FROM gone AS last
                    WHERE last.room = (SELECT id FROM place) AND last.sender = author.sender)
            """;

    private final Path file;
    private final InstantSource clock;
    private final Connection connection;
    private final RowForm form;
    private final byte @Nullable [] salt;
    private final PreparedStatement saltNow;
    private final Statements statements;
    private final PreparedStatement begin;
    private final PreparedStatement beginRead;
    private final PreparedStatement commit;
    private final PreparedStatement rollback;
    private final PreparedStatement addRoom;
    private final PreparedStatement roomKey;
    private final PreparedStatement roomKeys;
    private final PreparedStatement addEvent;
    private final PreparedStatement eventAt;
    private final PreparedStatement goneAt;
    private final PreparedStatement heads;
    private final PreparedStatement goneHeads;
    private final PreparedStatement chain;
    private final PreparedStatement timelineEnd;
    private final PreparedStatement timeline;
    private final PreparedStatement timelineStart;
    private final PreparedStatement timelineAfter;
    private final PreparedStatement typeEnd;
    private final PreparedStatement ofType;
    private final PreparedStatement typeStart;
    private final PreparedStatement ofTypeAfter;
    private final PreparedStatement byId;
    private final PreparedStatement byNumber;
    private final PreparedStatement isWaiting;
    private final PreparedStatement idsOfRoom;
    private final PreparedStatement saidBefore;
    private final PreparedStatement beyondNewest;
    private final PreparedStatement expired;
    private final PreparedStatement nextExpiry;
    private final PreparedStatement retain;
    private final PreparedStatement retention;
    private final PreparedStatement retained;
    private final PreparedStatement acknowledge;
    private final PreparedStatement outbox;
    private final PreparedStatement beginTime;
    private final PreparedStatement endTime;
    private final PreparedStatement times;
    private final PreparedStatement keepImage;
    private final PreparedStatement image;
    private final PreparedStatement images;
    private final PreparedStatement deleteImage;
    private final PreparedStatement remember;
    private final PreparedStatement find;
    private final PreparedStatement rooms;
    private final PreparedStatement forget;
    private final WordIndex words;
    private final EventRemoval removal;
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
        return open(file, InstantSource.system());
    }

    /**
     * Opens a store as {@link #open(Path)} does, with another clock.
     *
     * @param file where the store is, or will be
     * @param clock says what has disappeared
     * @return the store, to be closed by the caller
     * @throws StoreException as {@link #open(Path)}
     */
    public static SqliteChatStore open(Path file, InstantSource clock) {
        return open(file, SqliteSchema.CURRENT, null, step -> {}, clock);
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
        return openSealed(file, identity, InstantSource.system());
    }

    /**
     * Opens a sealed store as {@link #openSealed(Path, Identity)} does, with another clock.
     *
     * @param file where the store is, or will be
     * @param identity whose the history is
     * @param clock says what has disappeared
     * @return the store, to be closed by the caller
     * @throws StoreException as {@link #openSealed(Path, Identity)}
     */
    public static SqliteChatStore openSealed(Path file, Identity identity, InstantSource clock) {
        return open(file, SqliteSchema.CURRENT, identity, step -> {}, clock);
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
        return open(file, schema, null, step -> {}, InstantSource.system());
    }

    static SqliteChatStore open(
            Path file,
            SqliteSchema schema,
            @Nullable Identity identity,
            Consumer<FileSeal.Step> steps,
            InstantSource clock) {
        Path absolute = file.toAbsolutePath().normalize();
        Connection connection = openFile(absolute, schema);
        try {
            RowForm form = FileSeal.open(connection, absolute, identity, steps);
            SqliteChatStore store = new SqliteChatStore(absolute, connection, form, clock);
            store.bringWordsUpToDate();
            return store;
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
            statement.execute("PRAGMA cache_size = -" + CACHE_KIB);
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

    private SqliteChatStore(Path file, Connection connection, RowForm form, InstantSource clock) throws SQLException {
        this.file = file;
        this.clock = clock;
        this.connection = connection;
        this.form = form;
        this.salt = FileSeal.salt(connection);
        statements = new Statements(connection);
        saltNow = statements.prepare(FileSeal.SALT);
        // IMMEDIATE: one that writes, but begins with a read, cannot wait for a writer later, it would fail at once.
        begin = statements.prepare("BEGIN IMMEDIATE");
        beginRead = statements.prepare("BEGIN");
        commit = statements.prepare("COMMIT");
        rollback = statements.prepare("ROLLBACK");
        addRoom = statements.prepare("INSERT INTO room (room) VALUES (?1) ON CONFLICT DO NOTHING");
        roomKey = statements.prepare("SELECT id FROM room WHERE room = ?1");
        roomKeys = statements.prepare("SELECT id, room FROM room"
                + " WHERE EXISTS (SELECT 1 FROM event WHERE event.room = room.id) ORDER BY room");
        addEvent = statements.prepare(
                "INSERT INTO event (id, room, sender, seq, clock, hash, type, bytes, id_key, expires)"
                        + " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
        eventAt = statements.prepare(FROM_ROOM + " AND sender = ?2 AND seq = ?3");
        goneAt = statements.prepare("SELECT id FROM gone WHERE room = " + ROOM_KEY + " AND sender = ?2 AND seq = ?3");
        heads = statements.prepare(HEADS);
        goneHeads = statements.prepare(GONE_HEADS);
        chain = statements.prepare(CHAIN);
        timelineEnd = statements.prepare(TIMELINE_END);
        timeline = statements.prepare(TIMELINE);
        timelineStart = statements.prepare(TIMELINE_START);
        timelineAfter = statements.prepare(TIMELINE_AFTER);
        typeEnd = statements.prepare(TYPE_END);
        ofType = statements.prepare(TYPE);
        typeStart = statements.prepare(TYPE_START);
        ofTypeAfter = statements.prepare(TYPE_AFTER);
        byId = statements.prepare(BY_ID);
        byNumber = statements.prepare("SELECT " + COLUMNS + " FROM event WHERE id = ?1");
        isWaiting = statements.prepare(
                "SELECT 1 FROM acknowledged WHERE room = " + ROOM_KEY + " AND self = ?2 AND seq < ?3");
        idsOfRoom = statements.prepare(IDS_OF_ROOM);
        saidBefore = statements.prepare(SAID_BEFORE);
        beyondNewest = statements.prepare(BEYOND_NEWEST);
        expired = statements.prepare(EXPIRED);
        nextExpiry = statements.prepare(NEXT_EXPIRY);
        retain = statements.prepare("UPDATE room SET max_age = ?2, max_events = ?3 WHERE room = ?1");
        retention = statements.prepare("SELECT max_age, max_events FROM room WHERE room = ?1");
        retained = statements.prepare("SELECT room, max_age, max_events FROM room"
                + " WHERE max_age IS NOT NULL OR max_events IS NOT NULL ORDER BY id");
        beginTime = statements.prepare("INSERT OR REPLACE INTO member_time (room, member, fence, epoch) VALUES ("
                + ROOM_KEY + ", ?2, ?3, ?4)");
        endTime = statements.prepare("DELETE FROM member_time WHERE room = " + ROOM_KEY + " AND member = ?2");
        times = statements.prepare(
                "SELECT member, fence, epoch FROM member_time WHERE room = " + ROOM_KEY + " ORDER BY member");
        acknowledge = statements.prepare("INSERT INTO acknowledged (room, self, seq) VALUES (" + ROOM_KEY
                + ", ?2, ?3) ON CONFLICT (room, self) DO UPDATE SET seq = max(seq, excluded.seq)");
        outbox = statements.prepare("SELECT " + COLUMNS + " FROM event WHERE room = " + ROOM_KEY
                + " AND sender = ?2 AND seq > coalesce((SELECT seq FROM acknowledged WHERE room = " + ROOM_KEY
                + " AND self = ?2), 0) ORDER BY seq LIMIT ?3");
        keepImage = statements.prepare("INSERT OR REPLACE INTO image (room, image_key, hash, size, bytes) VALUES ("
                + ROOM_KEY + ", ?2, ?3, ?4, ?5)");
        image = statements.prepare("SELECT bytes FROM image WHERE room = " + ROOM_KEY + " AND image_key = ?2");
        images = statements.prepare("SELECT hash, size, id FROM image WHERE room = " + ROOM_KEY);
        deleteImage = statements.prepare("DELETE FROM image WHERE id = ?1");
        remember = statements.prepare("INSERT INTO room (room, name, hosted, entered_seconds, entered_nanos)"
                + " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (room) DO UPDATE SET name = excluded.name,"
                + " hosted = excluded.hosted, entered_seconds = excluded.entered_seconds,"
                + " entered_nanos = excluded.entered_nanos");
        find = statements.prepare("SELECT room, name, hosted, entered_seconds, entered_nanos FROM room"
                + " WHERE room = ?1 AND name IS NOT NULL");
        rooms = statements.prepare("SELECT room, name, hosted, entered_seconds, entered_nanos FROM room"
                + " WHERE name IS NOT NULL ORDER BY entered_seconds DESC, entered_nanos DESC, room");
        forget = statements.prepare("DELETE FROM room WHERE room = ?1");
        words = new WordIndex(connection, form);
        removal = new EventRemoval(connection, form, words);
    }

    private void bringWordsUpToDate() throws SQLException {
        if (words.isStale()) {
            write("index", () -> {
                // Again under the lock: another process may have been faster.
                if (words.isStale()) {
                    words.rebuild();
                }
                return true;
            });
        }
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
                            long key = 0;
                            for (StoredEvent event : added) {
                                if (!event.room().equals(known)) {
                                    known = event.room();
                                    addRoom(known);
                                    key = keyOf(known);
                                }
                                MessageId kept = idAt(event);
                                if (kept == null) {
                                    addEvent(key, event);
                                    fresh++;
                                } else if (!kept.equals(event.id())) {
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

    private long keyOf(RoomId room) throws SQLException {
        roomKey.setString(1, room.value());
        try (ResultSet row = roomKey.executeQuery()) {
            return row.next() ? row.getLong(1) : NO_KEY;
        }
    }

    private void addEvent(long key, StoredEvent event) throws SQLException {
        long number = words.place(event.clock(), event.id());
        addEvent.setLong(1, number);
        addEvent.setLong(2, key);
        addEvent.setString(3, event.sender().value());
        addEvent.setLong(4, event.seq());
        addEvent.setLong(5, event.clock());
        addEvent.setBytes(6, form.hash(event));
        addEvent.setString(7, event.type());
        addEvent.setBytes(8, form.bytes(event));
        addEvent.setLong(9, form.idKey(event.id()));
        setNumber(addEvent, 10, event.expiresAt().map(Instant::toEpochMilli));
        addEvent.executeUpdate();
        words.add(number, key, event);
    }

    private static void setNumber(PreparedStatement statement, int place, Optional<Long> number) throws SQLException {
        if (number.isPresent()) {
            statement.setLong(place, number.get());
        } else {
            statement.setNull(place, Types.INTEGER);
        }
    }

    /** The id of the event that stands, or stood, where this one would. */
    private @Nullable MessageId idAt(StoredEvent event) throws SQLException, SealException {
        for (PreparedStatement at : List.of(eventAt, goneAt)) {
            at.setString(1, event.room().value());
            at.setString(2, event.sender().value());
            at.setLong(3, event.seq());
        }
        List<StoredEvent> kept = events(event.room(), eventAt);
        if (!kept.isEmpty()) {
            return kept.get(0).id();
        }
        try (ResultSet row = goneAt.executeQuery()) {
            return row.next() ? form.readGoneId(event.room(), event.sender(), event.seq(), row.getBytes(1)) : null;
        }
    }

    @Override
    public Map<PeerId, EventHead> heads(RoomId room) {
        return read(() -> {
            heads.setString(1, room.value());
            Map<PeerId, EventHead> found = new HashMap<>();
            for (StoredEvent event : events(room, heads)) {
                found.put(event.sender(), new EventHead(event.seq(), event.id()));
            }
            goneHeads.setString(1, room.value());
            try (ResultSet rows = goneHeads.executeQuery()) {
                while (rows.next()) {
                    PeerId sender = new PeerId(rows.getString(1));
                    long seq = rows.getLong(2);
                    EventHead gone = new EventHead(seq, form.readGoneId(room, sender, seq, rows.getBytes(3)));
                    found.merge(sender, gone, StoreRules::later);
                }
            }
            return Map.copyOf(found);
        });
    }

    @Override
    public List<StoredEvent> chain(RoomId room, PeerId sender, long fromSeq, int limit) {
        return read(() -> {
            StoreRules.requirePage(limit);
            chain.setString(1, room.value());
            chain.setLong(2, clock.millis());
            chain.setInt(3, limit);
            chain.setString(4, sender.value());
            chain.setLong(5, fromSeq);
            return List.copyOf(events(room, chain));
        });
    }

    @Override
    public List<StoredEvent> timeline(RoomId room, @Nullable TimelinePosition before, int limit) {
        List<StoredEvent> events = page(room, before == null ? timelineEnd : timeline, null, before, limit);
        Collections.reverse(events);
        return List.copyOf(events);
    }

    @Override
    public List<StoredEvent> ofType(RoomId room, String type, @Nullable TimelinePosition before, int limit) {
        List<StoredEvent> events = page(room, before == null ? typeEnd : ofType, type, before, limit);
        Collections.reverse(events);
        return List.copyOf(events);
    }

    @Override
    public List<StoredEvent> ofTypeAfter(RoomId room, String type, @Nullable TimelinePosition after, int limit) {
        return List.copyOf(page(room, after == null ? typeStart : ofTypeAfter, type, after, limit));
    }

    @Override
    public List<StoredEvent> timelineAfter(RoomId room, @Nullable TimelinePosition after, int limit) {
        return List.copyOf(page(room, after == null ? timelineStart : timelineAfter, null, after, limit));
    }

    private List<StoredEvent> page(
            RoomId room, PreparedStatement page, @Nullable String type, @Nullable TimelinePosition place, int limit) {
        return read(() -> {
            StoreRules.requirePage(limit);
            page.setString(1, room.value());
            page.setLong(2, clock.millis());
            page.setInt(3, limit);
            if (place != null) {
                page.setLong(4, place.clock());
                page.setString(5, place.sender().value());
                page.setLong(6, place.seq());
            }
            if (type != null) {
                page.setString(7, type);
            }
            return events(room, page);
        });
    }

    @Override
    public Optional<StoredEvent> event(RoomId room, MessageId id) {
        return read(() -> Optional.ofNullable(kept(room, id, clock.millis())).map(Kept::event));
    }

    private record Kept(long number, StoredEvent event) {}

    private @Nullable Kept kept(RoomId room, MessageId id, long nowMillis) throws SQLException, SealException {
        byId.setString(1, room.value());
        byId.setLong(2, nowMillis);
        byId.setLong(3, form.idKey(id));
        try (ResultSet rows = byId.executeQuery()) {
            while (rows.next()) {
                StoredEvent event = event(room, rows);
                if (event.id().equals(id)) {
                    return new Kept(rows.getLong(8), event);
                }
            }
        }
        return null;
    }

    @Override
    public List<StoredEvent> search(@Nullable RoomId room, String query, @Nullable SearchPosition before, int limit) {
        return read(() -> {
            StoreRules.requirePage(limit);
            StoreRules.requireQuery(query);
            Set<String> asked = SearchWords.asked(query);
            if (asked.isEmpty()) {
                return List.of();
            }
            long now = clock.millis();
            List<WordIndex.Found> found = new ArrayList<>();
            if (room != null) {
                found.addAll(words.find(keyOf(room), room, asked, before, now, limit));
            } else {
                for (Map.Entry<RoomId, Long> one : roomKeys().entrySet()) {
                    found.addAll(words.find(one.getValue(), one.getKey(), asked, before, now, limit));
                }
                found.sort(Comparator.comparing(WordIndex.Found::position).reversed());
            }
            List<StoredEvent> hits = new ArrayList<>();
            for (WordIndex.Found one : found.subList(0, Math.min(limit, found.size()))) {
                byNumber.setLong(1, one.id());
                for (StoredEvent event : events(one.position().room(), byNumber)) {
                    // The index is not sealed: who can write the file could let a message be found by any word.
                    if (event.text().map(SearchWords::of).orElse(Set.of()).containsAll(asked)) {
                        hits.add(event);
                    }
                }
            }
            return List.copyOf(hits);
        });
    }

    private Map<RoomId, Long> roomKeys() throws SQLException {
        Map<RoomId, Long> found = new LinkedHashMap<>();
        try (ResultSet rows = roomKeys.executeQuery()) {
            while (rows.next()) {
                found.put(new RoomId(rows.getString(2)), rows.getLong(1));
            }
        }
        return found;
    }

    @Override
    public boolean delete(RoomId room, MessageId id) {
        return remove(() -> {
                    Kept kept = kept(room, id, Long.MIN_VALUE);
                    if (kept == null) {
                        return new long[0];
                    }
                    isWaiting.setString(1, room.value());
                    isWaiting.setString(2, kept.event().sender().value());
                    isWaiting.setLong(3, kept.event().seq());
                    try (ResultSet row = isWaiting.executeQuery()) {
                        if (row.next()) {
                            throw StoreRules.notSent(id);
                        }
                    }
                    return new long[] {kept.number()};
                })
                == 1;
    }

    @Override
    public int deleteBefore(RoomId room, Instant time) {
        return remove(() -> idsBefore(room, time));
    }

    private long[] idsBefore(RoomId room, Instant time) throws SQLException {
        saidBefore.setString(1, room.value());
        saidBefore.setLong(2, StoreRules.clockAt(time));
        return Statements.numbers(saidBefore);
    }

    @Override
    public int deleteExpired(Instant now) {
        return remove(() -> {
            expired.setLong(1, StoreRules.millis(now));
            return Statements.numbers(expired);
        });
    }

    @Override
    public Optional<Instant> nextExpiry() {
        return read(() -> {
            long[] first = Statements.numbers(nextExpiry);
            return first.length == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(first[0]));
        });
    }

    @Override
    public void retain(RoomId room, Retention bounds) {
        write("write to", () -> {
            addRoom(room);
            retain.setString(1, room.value());
            setNumber(retain, 2, bounds.maxAge().map(Duration::toMillis));
            setNumber(
                    retain,
                    3,
                    bounds.maxEvents().isPresent()
                            ? Optional.of(bounds.maxEvents().getAsLong())
                            : Optional.empty());
            return retain.executeUpdate();
        });
    }

    @Override
    public Retention retention(RoomId room) {
        return read(() -> {
            retention.setString(1, room.value());
            try (ResultSet row = retention.executeQuery()) {
                return row.next() ? bounds(row, 1) : Retention.FOREVER;
            }
        });
    }

    private static Retention bounds(ResultSet row, int column) throws SQLException {
        long age = row.getLong(column);
        Optional<Duration> maxAge = row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(age));
        long events = row.getLong(column + 1);
        return new Retention(maxAge, row.wasNull() ? OptionalLong.empty() : OptionalLong.of(events));
    }

    @Override
    public int applyRetention(Instant now) {
        return remove(() -> {
            Map<RoomId, Retention> bounded = new LinkedHashMap<>();
            try (ResultSet rows = retained.executeQuery()) {
                while (rows.next()) {
                    bounded.put(new RoomId(rows.getString(1)), bounds(rows, 2));
                }
            }
            LongStream beyond = LongStream.empty();
            for (Map.Entry<RoomId, Retention> room : bounded.entrySet()) {
                Retention bounds = room.getValue();
                if (bounds.maxAge().isPresent()) {
                    long[] old =
                            idsBefore(room.getKey(), now.minus(bounds.maxAge().get()));
                    beyond = LongStream.concat(beyond, LongStream.of(old));
                }
                if (bounds.maxEvents().isPresent()) {
                    beyondNewest.setString(1, room.getKey().value());
                    beyondNewest.setLong(2, bounds.maxEvents().getAsLong());
                    beyond = LongStream.concat(beyond, LongStream.of(Statements.numbers(beyondNewest)));
                }
            }
            return beyond.distinct().toArray();
        });
    }

    private int remove(FileSeal.Work<long[]> doomed) {
        int removed = write("delete from", () -> {
            long[] numbers = doomed.run();
            removal.remove(numbers, EventRemoval.Trace.KEPT);
            return numbers.length;
        });
        if (removed > 0) {
            emptyLog();
        }
        return removed;
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
    public void beginTime(RoomId room, MemberTime time) {
        write("write to", () -> {
            addRoom(room);
            beginTime.setString(1, room.value());
            beginTime.setString(2, time.member().value());
            beginTime.setLong(3, time.fence());
            beginTime.setLong(4, time.epoch());
            return beginTime.executeUpdate();
        });
    }

    @Override
    public void endTime(RoomId room, PeerId member) {
        write("write to", () -> {
            endTime.setString(1, room.value());
            endTime.setString(2, member.value());
            return endTime.executeUpdate();
        });
    }

    @Override
    public List<MemberTime> times(RoomId room) {
        return read(() -> {
            times.setString(1, room.value());
            List<MemberTime> all = new ArrayList<>();
            try (ResultSet rows = times.executeQuery()) {
                while (rows.next()) {
                    all.add(new MemberTime(new PeerId(rows.getString(1)), rows.getLong(2), rows.getLong(3)));
                }
            }
            return List.copyOf(all);
        });
    }

    @Override
    public void keepImage(RoomId room, String sha256, byte[] kept) {
        RoomEmoji.requireSize(kept.length);
        byte[] hash = HexFormat.of().parseHex(sha256);
        write("write to", () -> {
            addRoom(room);
            keepImage.setString(1, room.value());
            keepImage.setString(2, form.imageKey(room, hash));
            keepImage.setBytes(3, form.imageHash(room, hash));
            keepImage.setInt(4, kept.length);
            keepImage.setBytes(5, form.image(room, hash, kept));
            return keepImage.executeUpdate();
        });
    }

    @Override
    public Optional<byte[]> image(RoomId room, String sha256) {
        byte[] hash = HexFormat.of().parseHex(sha256);
        return read(() -> {
            image.setString(1, room.value());
            image.setString(2, form.imageKey(room, hash));
            try (ResultSet row = image.executeQuery()) {
                return row.next() ? Optional.of(form.readImage(room, hash, row.getBytes(1))) : Optional.empty();
            }
        });
    }

    @Override
    public Map<String, Integer> images(RoomId room) {
        return read(() -> {
            Map<String, Integer> found = new HashMap<>();
            images.setString(1, room.value());
            try (ResultSet rows = images.executeQuery()) {
                while (rows.next()) {
                    found.put(hashOf(room, rows), rows.getInt(2));
                }
            }
            return Map.copyOf(found);
        });
    }

    private String hashOf(RoomId room, ResultSet row) throws SQLException, SealException {
        return HexFormat.of().formatHex(form.readImageHash(room, row.getBytes(1)));
    }

    @Override
    public int keepOnlyImages(RoomId room, Set<String> sha256) {
        int deleted = write("delete from", () -> {
            List<Long> doomed = new ArrayList<>();
            images.setString(1, room.value());
            try (ResultSet rows = images.executeQuery()) {
                while (rows.next()) {
                    if (!sha256.contains(hashOf(room, rows))) {
                        doomed.add(rows.getLong(3));
                    }
                }
            }
            for (long id : doomed) {
                deleteImage.setLong(1, id);
                deleteImage.executeUpdate();
            }
            return doomed.size();
        });
        if (deleted > 0) {
            emptyLog();
        }
        return deleted;
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
    public List<RoomId> roomsWithEvents() {
        return read(() -> List.copyOf(roomKeys().keySet()));
    }

    @Override
    public void forget(RoomId room) {
        int forgotten = write("delete from", () -> {
            idsOfRoom.setString(1, room.value());
            removal.remove(Statements.numbers(idsOfRoom), EventRemoval.Trace.NONE);
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
                form;
                words;
                removal) {
            statements.close();
        } catch (SQLException e) {
            throw failure("close", file, e);
        }
    }

    @Override
    public String toString() {
        return "SqliteChatStore[" + file + "]";
    }

    /** In one view for all statements: another process may delete, and give the numbers of events anew. */
    private <T> T read(FileSeal.Work<T> work) {
        return inTransaction(beginRead, "read", () -> FileSeal.reading(saltNow, salt, file, work));
    }

    private <T> T write(String what, FileSeal.Work<T> work) {
        return inTransaction(begin, what, () -> {
            FileSeal.requireSame(saltNow, salt, file);
            return work.run();
        });
    }

    private synchronized <T> T inTransaction(PreparedStatement start, String what, FileSeal.Work<T> work) {
        if (closed) {
            throw StoreRules.closed();
        }
        try {
            start.execute();
            try {
                T result = work.run();
                commit.execute();
                return result;
            } catch (SQLException | SealException | RuntimeException e) {
                undo(e);
                throw e;
            }
        } catch (SealException e) {
            throw StoreRules.damaged(file, e);
        } catch (SQLException e) {
            throw failure(what, file, e);
        }
    }

    private void undo(Exception cause) {
        try {
            rollback.execute();
        } catch (SQLException e) {
            // After some failures SQLite has rolled back by itself.
            cause.addSuppressed(e);
        }
    }

    private List<StoredEvent> events(RoomId room, PreparedStatement query) throws SQLException, SealException {
        List<StoredEvent> found = new ArrayList<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                found.add(event(room, rows));
            }
        }
        return found;
    }

    private StoredEvent event(RoomId room, ResultSet row) throws SQLException, SealException {
        StoredEvent event = form.event(
                room,
                new PeerId(row.getString(1)),
                row.getLong(2),
                row.getLong(4),
                row.getString(5),
                row.getBytes(3),
                row.getBytes(6));
        long expires = row.getLong(7);
        return row.wasNull() ? event : event.expiringAt(Instant.ofEpochMilli(expires));
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
