package dev.parley.chat.store;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.StoreException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.SealException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a file is sealed, and how it becomes so and plain again. A file is sealed as a whole: while it has a row in
 * {@code seal}, all its rows are of {@link SealedRows}; that row and the others change in one transaction.
 *
 * <p>After a plain file was sealed, its content in clear is still in the log and may be in free pages. It is then
 * rewritten and the log emptied. {@code seal.cleaned} says whether that has been done; whoever opens the file next does
 * it if a crash came between.
 */
final class FileSeal {

    /** What has happened when a test is told. */
    enum Step {
        SOME_ROWS_CHANGED,
        ALL_ROWS_CHANGED,
        COMMITTED,
        REWRITTEN
    }

    private static final int ROWS_AT_ONCE = 500;

    private static final Logger log = LoggerFactory.getLogger(FileSeal.class);

    private final Connection connection;
    private final Path file;
    private final Consumer<Step> steps;

    private FileSeal(Connection connection, Path file, Consumer<Step> steps) {
        this.connection = connection;
        this.file = file;
        this.steps = steps;
    }

    /** How a file is sealed, or that it is not. */
    private static final class Row {
        private final byte[] salt;
        private final byte[] proof;
        private final boolean cleaned;

        Row(byte[] salt, byte[] proof, boolean cleaned) {
            this.salt = salt;
            this.proof = proof;
            this.cleaned = cleaned;
        }
    }

    /**
     * Finds the form of a file's rows; a plain file is sealed first if an identity is given.
     *
     * @param steps is told of each step of that
     * @throws StoreException if the file is sealed, and not for that identity; nothing was changed
     */
    static RowForm open(Connection connection, Path file, @Nullable Identity identity, Consumer<Step> steps)
            throws SQLException {
        FileSeal seal = new FileSeal(connection, file, steps);
        if (identity == null) {
            if (seal.row() != null) {
                throw new StoreException("the store " + file + " is sealed; open it for the identity that sealed it");
            }
            return RowForm.PLAIN;
        }
        SealedRows form = seal.openFor(identity);
        seal.cleanUp();
        return form;
    }

    /** Makes a file plain; one that is so already is left alone. */
    static void remove(Connection connection, Path file, Identity identity) throws SQLException {
        FileSeal seal = new FileSeal(connection, file, step -> {});
        seal.inTransaction(() -> {
            Row row = seal.row();
            if (row != null) {
                try (SealedRows form = seal.proved(identity, row)) {
                    seal.convert(form, RowForm.PLAIN);
                    seal.run("DELETE FROM seal");
                }
            }
        });
    }

    /**
     * Says whether the file is still as it was when it was opened. Another process may have sealed it or made it plain
     * since; the form of this one then neither reads nor, more important, writes any more.
     *
     * @param salt a statement of {@link #SALT}
     */
    static void requireSame(PreparedStatement salt, byte @Nullable [] expected, Path file) throws SQLException {
        byte[] now;
        try (ResultSet row = salt.executeQuery()) {
            now = row.next() ? row.getBytes(1) : null;
        }
        if (!Arrays.equals(now, expected)) {
            throw new StoreException("the store " + file + " was " + (now == null ? "made plain" : "sealed")
                    + " by another process; close it and open it again");
        }
    }

    /** Work on the rows of a file. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException, SealException;
    }

    /**
     * Reads rows, and then says as {@link #requireSame} does whether the file was still as it was: that explains best
     * why they do not open, too.
     */
    static <T> T reading(PreparedStatement salt, byte @Nullable [] expected, Path file, Work<T> work)
            throws SQLException, SealException {
        T result;
        try {
            result = work.run();
        } catch (SealException | RuntimeException e) {
            requireSame(salt, expected, file);
            throw e;
        }
        requireSame(salt, expected, file);
        return result;
    }

    /** The query of {@link #requireSame}. */
    static final String SALT = "SELECT salt FROM seal";

    static byte @Nullable [] salt(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SALT)) {
            return row.next() ? row.getBytes(1) : null;
        }
    }

    private @Nullable Row row() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT salt, proof, cleaned FROM seal")) {
            return row.next() ? new Row(row.getBytes(1), row.getBytes(2), row.getBoolean(3)) : null;
        }
    }

    private SealedRows proved(Identity identity, Row row) {
        SealedRows form = new SealedRows(identity, row.salt);
        if (form.isProvedBy(row.proof)) {
            return form;
        }
        form.close();
        throw new StoreException("the store " + file + " is sealed for another identity; use that identity,"
                + " or move the file away to begin a new history");
    }

    private SealedRows openFor(Identity identity) throws SQLException {
        Row row = row();
        if (row != null) {
            return proved(identity, row);
        }
        byte[] salt = new byte[SealedRows.SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        SealedRows fresh = new SealedRows(identity, salt);
        Row[] faster = new Row[1];
        inTransaction(() -> {
            // Again under the lock: another process may have been faster.
            faster[0] = row();
            if (faster[0] == null) {
                convert(RowForm.PLAIN, fresh);
                try (PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO seal (id, salt, proof, cleaned) VALUES (1, ?1, ?2, 0)")) {
                    insert.setBytes(1, salt);
                    insert.setBytes(2, fresh.proof());
                    insert.executeUpdate();
                }
                steps.accept(Step.ALL_ROWS_CHANGED);
            }
        });
        if (faster[0] != null) {
            fresh.close();
            return proved(identity, faster[0]);
        }
        steps.accept(Step.COMMITTED);
        return fresh;
    }

    /** Takes what was in clear out of the file and the log, if that is still to be done. */
    private void cleanUp() throws SQLException {
        Row row = row();
        if (row == null || row.cleaned) {
            return;
        }
        run("VACUUM");
        steps.accept(Step.REWRITTEN);
        if (!emptyLog()) {
            log.warn("another process reads {}: what was in clear stays in its log until it is opened again", file);
            return;
        }
        run("UPDATE seal SET cleaned = 1");
    }

    private boolean emptyLog() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
            return row.next() && row.getInt(1) == 0;
        }
    }

    @FunctionalInterface
    private interface Change {
        void run() throws SQLException;
    }

    private void inTransaction(Change change) throws SQLException {
        // Rows of before must not go into a temporary file for a statement that may be rolled back.
        run("PRAGMA temp_store = MEMORY");
        run("BEGIN IMMEDIATE");
        try {
            change.run();
            run("COMMIT");
        } catch (SQLException | RuntimeException e) {
            try {
                run("ROLLBACK");
            } catch (SQLException again) {
                // After some failures SQLite has rolled back by itself.
                e.addSuppressed(again);
            }
            throw e;
        }
        run("PRAGMA temp_store = DEFAULT");
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void convert(RowForm from, RowForm to) throws SQLException {
        try {
            convertEvents(from, to);
            convertGone(from, to);
            convertRooms(from, to);
            convertPeerNames(from, to);
            convertImages(from, to);
        } catch (SealException e) {
            throw StoreRules.damaged(file, e);
        }
    }

    private record Kept(long id, long roomKey, StoredEvent event) {}

    private void convertEvents(RowForm from, RowForm to) throws SQLException, SealException {
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT event.id, room.room, sender, seq, clock, type, hash, bytes, event.room FROM event"
                                + " JOIN room ON room.id = event.room WHERE event.id >= ?1 ORDER BY event.id LIMIT ?2");
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE event SET hash = ?2, bytes = ?3, id_key = ?4 WHERE id = ?1");
                WordIndex words = new WordIndex(connection, to)) {
            // A file of an older version has no index yet; it gets one when it is read.
            boolean indexed = words.isMade();
            if (indexed) {
                words.clear();
            }
            long next = Long.MIN_VALUE;
            while (true) {
                List<Kept> kept = new ArrayList<>();
                select.setLong(1, next);
                select.setInt(2, ROWS_AT_ONCE);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        kept.add(new Kept(row.getLong(1), row.getLong(9), from.event(row, 2)));
                    }
                }
                if (kept.isEmpty()) {
                    return;
                }
                for (Kept one : kept) {
                    update.setLong(1, one.id());
                    update.setBytes(2, to.hash(one.event()));
                    update.setBytes(3, to.bytes(one.event()));
                    update.setLong(4, to.idKey(one.event().id()));
                    update.executeUpdate();
                    if (indexed) {
                        words.add(one.id(), one.roomKey(), one.event());
                    }
                }
                next = kept.get(kept.size() - 1).id() + 1;
                steps.accept(Step.SOME_ROWS_CHANGED);
            }
        }
    }

    private record Gone(long roomKey, RoomId room, PeerId sender, long seq, MessageId id) {}

    private void convertGone(RowForm from, RowForm to) throws SQLException, SealException {
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT gone.room, room.room, sender, seq, gone.id FROM gone JOIN room ON room.id = gone.room"
                                + " WHERE (gone.room, sender, seq) > (?1, ?2, ?3)"
                                + " ORDER BY gone.room, sender, seq LIMIT ?4");
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE gone SET id = ?4 WHERE room = ?1 AND sender = ?2 AND seq = ?3")) {
            select.setLong(1, Long.MIN_VALUE);
            select.setString(2, "");
            select.setLong(3, 0);
            select.setInt(4, ROWS_AT_ONCE);
            while (true) {
                List<Gone> gone = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        RoomId room = new RoomId(row.getString(2));
                        PeerId sender = new PeerId(row.getString(3));
                        long seq = row.getLong(4);
                        MessageId id = from.readGoneId(room, sender, seq, row.getBytes(5));
                        gone.add(new Gone(row.getLong(1), room, sender, seq, id));
                    }
                }
                if (gone.isEmpty()) {
                    return;
                }
                for (Gone one : gone) {
                    update.setLong(1, one.roomKey());
                    update.setString(2, one.sender().value());
                    update.setLong(3, one.seq());
                    update.setBytes(4, to.goneId(one.room(), one.sender(), one.seq(), one.id()));
                    update.executeUpdate();
                }
                Gone last = gone.get(gone.size() - 1);
                select.setLong(1, last.roomKey());
                select.setString(2, last.sender().value());
                select.setLong(3, last.seq());
            }
        }
    }

    /** One at a time: each may be long. */
    private void convertImages(RowForm from, RowForm to) throws SQLException, SealException {
        try (PreparedStatement select = connection.prepareStatement("SELECT image.id, room.room, hash, bytes FROM image"
                        + " JOIN room ON room.id = image.room WHERE image.id > ?1 ORDER BY image.id LIMIT 1");
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE image SET image_key = ?2, hash = ?3, bytes = ?4 WHERE id = ?1")) {
            select.setLong(1, Long.MIN_VALUE);
            while (true) {
                long id;
                RoomId room;
                byte[] hash;
                byte[] image;
                try (ResultSet row = select.executeQuery()) {
                    if (!row.next()) {
                        return;
                    }
                    id = row.getLong(1);
                    room = new RoomId(row.getString(2));
                    hash = from.readImageHash(room, row.getBytes(3));
                    image = from.readImage(room, hash, row.getBytes(4));
                }
                update.setLong(1, id);
                update.setString(2, to.imageKey(room, hash));
                update.setBytes(3, to.imageHash(room, hash));
                update.setBytes(4, to.image(room, hash, image));
                update.executeUpdate();
                select.setLong(1, id);
            }
        }
    }

    private void convertRooms(RowForm from, RowForm to) throws SQLException, SealException {
        try (Statement select = connection.createStatement();
                PreparedStatement update = connection.prepareStatement("UPDATE room SET name = ?2 WHERE room = ?1")) {
            List<String[]> names = new ArrayList<>();
            try (ResultSet row = select.executeQuery("SELECT room, name FROM room WHERE name IS NOT NULL")) {
                while (row.next()) {
                    RoomId room = new RoomId(row.getString(1));
                    names.add(new String[] {room.value(), to.roomName(room, from.readRoomName(room, row.getString(2)))
                    });
                }
            }
            for (String[] name : names) {
                update.setString(1, name[0]);
                update.setString(2, name[1]);
                update.executeUpdate();
            }
        }
    }

    private void convertPeerNames(RowForm from, RowForm to) throws SQLException, SealException {
        try (Statement select = connection.createStatement();
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE peer_name SET name = ?3, name_key = ?4 WHERE peer = ?1 AND name = ?2")) {
            List<String[]> names = new ArrayList<>();
            try (ResultSet row = select.executeQuery("SELECT peer, name FROM peer_name")) {
                while (row.next()) {
                    PeerId peer = new PeerId(row.getString(1));
                    String name = from.readPeerName(peer, row.getString(2));
                    names.add(new String[] {peer.value(), row.getString(2), to.peerName(peer, name), to.nameKey(name)});
                }
            }
            for (String[] name : names) {
                for (int i = 0; i < name.length; i++) {
                    update.setString(i + 1, name[i]);
                }
                update.executeUpdate();
            }
        }
    }
}
