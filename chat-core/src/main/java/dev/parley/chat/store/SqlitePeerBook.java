package dev.parley.chat.store;

import dev.parley.chat.PeerId;
import dev.parley.chat.StoreException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.SealException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Remembers peers in an SQLite file of Parley, the one of a {@link SqliteChatStore} or one of its own. What is said
 * there of durability, secrecy, permissions and sharing holds here too.
 *
 * <p>Threads take turns. A call that fails has changed nothing.
 */
public final class SqlitePeerBook implements PeerBook {

    private static final String COLUMNS = "SELECT peer, card, verified_at, verified_by, blocked_at FROM peer ";
    private static final String ORDER = " ORDER BY verified_at IS NULL, last_seen DESC, peer";

    private final Path file;
    private final Connection connection;
    private final RowForm form;
    private final byte @Nullable [] salt;
    private final PreparedStatement saltNow;
    private boolean closed;

    private SqlitePeerBook(Path file, Connection connection, RowForm form) throws SQLException {
        this.file = file;
        this.connection = connection;
        this.form = form;
        this.salt = FileSeal.salt(connection);
        this.saltNow = connection.prepareStatement(FileSeal.SALT);
    }

    /**
     * Opens a book, and makes the file if it is not there.
     *
     * @param file where it is, or will be; may be that of a {@link SqliteChatStore} that is open
     * @return the book, to be closed by the caller
     * @throws StoreException as {@link SqliteChatStore#open}
     */
    public static SqlitePeerBook open(Path file) {
        return openFor(file, null);
    }

    /**
     * Opens a book in a file that is sealed for an identity, and makes or seals that file first as
     * {@link SqliteChatStore#openSealed} does.
     *
     * @param file where it is, or will be; may be that of a {@link SqliteChatStore} that is open
     * @param identity whose the book is
     * @return the book, to be closed by the caller
     * @throws StoreException as {@link SqliteChatStore#openSealed}
     */
    public static SqlitePeerBook openSealed(Path file, Identity identity) {
        return openFor(file, identity);
    }

    private static SqlitePeerBook openFor(Path file, @Nullable Identity identity) {
        Path absolute = file.toAbsolutePath().normalize();
        Connection connection = SqliteChatStore.openFile(absolute, SqliteSchema.CURRENT);
        try {
            return new SqlitePeerBook(absolute, connection, FileSeal.open(connection, absolute, identity, step -> {}));
        } catch (SQLException e) {
            SqliteChatStore.closeQuietly(connection, e);
            throw SqliteChatStore.failure("open", absolute, e);
        } catch (RuntimeException e) {
            SqliteChatStore.closeQuietly(connection, e);
            throw e;
        }
    }

    /** A name as its row has it, and as it is. */
    private record NameRow(String column, KnownPeer.UsedName used) {}

    @Override
    public void met(PeerId peer, String name, Instant at) {
        long millis = at.toEpochMilli();
        write(() -> {
            add(peer);
            run("UPDATE peer SET last_seen = ?2 WHERE peer = ?1", peer.value(), millis);
            // Two sealed names cannot be compared by the database.
            Optional<NameRow> before = names(peer).stream()
                    .filter(row -> row.used().name().equals(name))
                    .findFirst();
            if (before.isPresent()) {
                run(
                        "UPDATE peer_name SET last_seen = ?3 WHERE peer = ?1 AND name = ?2",
                        peer.value(),
                        before.get().column(),
                        millis);
            } else {
                run(
                        "INSERT INTO peer_name (peer, name, name_key, first_seen, last_seen)"
                                + " VALUES (?1, ?2, ?3, ?4, ?4)",
                        peer.value(),
                        form.peerName(peer, name),
                        form.nameKey(name),
                        millis);
            }
            for (NameRow old : names(peer).stream().skip(MAX_NAMES).toList()) {
                run("DELETE FROM peer_name WHERE peer = ?1 AND name = ?2", peer.value(), old.column());
            }
            return peer;
        });
    }

    /** The names of a peer, the last one first. */
    private List<NameRow> names(PeerId peer) throws SQLException, SealException {
        List<NameRow> rows = query(
                "SELECT name, first_seen, last_seen FROM peer_name WHERE peer = ?1",
                row -> new NameRow(
                        row.getString(1),
                        new KnownPeer.UsedName(
                                form.readPeerName(peer, row.getString(1)),
                                Instant.ofEpochMilli(row.getLong(2)),
                                Instant.ofEpochMilli(row.getLong(3)))),
                peer.value());
        return rows.stream()
                .sorted(Comparator.comparing((NameRow row) -> row.used().lastSeen())
                        .reversed()
                        .thenComparing(row -> row.used().name()))
                .toList();
    }

    @Override
    public Optional<PeerCard> replaceCard(PeerCard card) {
        byte[] encoded = card.encode();
        return write(() -> {
            add(card.peerId());
            byte[] before = query(
                            "SELECT card FROM peer WHERE peer = ?1 AND card IS NOT NULL",
                            rows -> rows.getBytes(1),
                            card.peerId().value())
                    .stream()
                    .findFirst()
                    .orElse(encoded);
            run("UPDATE peer SET card = ?2 WHERE peer = ?1", card.peerId().value(), encoded);
            return Arrays.equals(before, encoded) ? Optional.empty() : Optional.of(decode(before));
        });
    }

    @Override
    public Optional<KnownPeer> find(PeerId peer) {
        return locked(() -> query(COLUMNS + "WHERE peer = ?1", this::peer, peer.value()).stream()
                .findFirst());
    }

    @Override
    public List<KnownPeer> namesakes(String name) {
        return locked(() -> query(
                COLUMNS + "WHERE peer IN (SELECT peer FROM peer_name WHERE name_key = ?1)" + ORDER + " LIMIT ?2",
                this::peer,
                form.nameKey(name),
                StoreRules.MAX_NAMESAKES));
    }

    @Override
    public List<KnownPeer> peers() {
        return locked(() -> query(COLUMNS + ORDER, this::peer));
    }

    @Override
    public void verify(PeerId peer, KnownPeer.Verification verification) {
        write(() -> {
            add(peer);
            return run(
                    "UPDATE peer SET verified_at = ?2, verified_by = ?3 WHERE peer = ?1",
                    peer.value(),
                    verification.at().toEpochMilli(),
                    verification.means().name());
        });
    }

    @Override
    public boolean unverify(PeerId peer) {
        return write(() -> run(
                        "UPDATE peer SET verified_at = NULL, verified_by = NULL"
                                + " WHERE peer = ?1 AND verified_at IS NOT NULL",
                        peer.value())
                == 1);
    }

    @Override
    public boolean block(PeerId peer, Instant at) {
        return write(() -> {
            boolean isFull = !query(
                            "SELECT 1 FROM peer WHERE blocked_at IS NOT NULL AND peer <> ?1 LIMIT 1 OFFSET ?2",
                            row -> row.getInt(1),
                            peer.value(),
                            MAX_BLOCKED - 1)
                    .isEmpty();
            if (isFull) {
                return false;
            }
            add(peer);
            run(
                    "UPDATE peer SET blocked_at = ?2 WHERE peer = ?1 AND blocked_at IS NULL",
                    peer.value(),
                    at.toEpochMilli());
            return true;
        });
    }

    @Override
    public boolean unblock(PeerId peer) {
        return write(() ->
                run("UPDATE peer SET blocked_at = NULL WHERE peer = ?1 AND blocked_at IS NOT NULL", peer.value()) == 1);
    }

    @Override
    public List<KnownPeer> blocked() {
        return locked(() -> query(COLUMNS + "WHERE blocked_at IS NOT NULL ORDER BY blocked_at DESC, peer", this::peer));
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (connection;
                form) {
            saltNow.close();
        } catch (SQLException e) {
            throw SqliteChatStore.failure("close", file, e);
        }
    }

    @Override
    public String toString() {
        return "SqlitePeerBook[" + file + "]";
    }

    /** Adds a peer that is not there; if that is one too many, the one that was not seen for longest goes. */
    private void add(PeerId peer) throws SQLException {
        if (run("INSERT INTO peer (peer) VALUES (?1) ON CONFLICT DO NOTHING", peer.value()) == 1) {
            run(
                    "DELETE FROM peer WHERE peer = (SELECT peer FROM peer WHERE verified_at IS NULL"
                            + " AND blocked_at IS NULL AND peer <> ?1 ORDER BY last_seen, peer DESC LIMIT 1)"
                            + " AND (SELECT count(*) FROM peer WHERE verified_at IS NULL AND blocked_at IS NULL) > ?2",
                    peer.value(),
                    MAX_UNVERIFIED);
        }
    }

    private KnownPeer peer(ResultSet row) throws SQLException, SealException {
        PeerId id = new PeerId(row.getString(1));
        byte[] card = row.getBytes(2);
        long verifiedAt = row.getLong(3);
        Optional<KnownPeer.Verification> verification = row.wasNull()
                ? Optional.empty()
                : Optional.of(new KnownPeer.Verification(
                        Instant.ofEpochMilli(verifiedAt), KnownPeer.Means.valueOf(row.getString(4))));
        List<KnownPeer.UsedName> names = names(id).stream().map(NameRow::used).toList();
        long blockedAt = row.getLong(5);
        Optional<Instant> blockedSince =
                row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(blockedAt));
        return new KnownPeer(
                id, card == null ? Optional.empty() : Optional.of(decode(card)), names, verification, blockedSince);
    }

    private PeerCard decode(byte[] card) {
        try {
            return PeerCard.decode(card);
        } catch (IllegalArgumentException e) {
            throw new StoreException("a card in " + file + " is damaged; move the file away, or put back a copy", e);
        }
    }

    @FunctionalInterface
    private interface Reader<T> {
        T read(ResultSet row) throws SQLException, SealException;
    }

    private int run(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = bind(sql, values)) {
            return statement.executeUpdate();
        }
    }

    private <T> List<T> query(String sql, Reader<T> reader, Object... values) throws SQLException, SealException {
        List<T> found = new ArrayList<>();
        try (PreparedStatement statement = bind(sql, values);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(reader.read(rows));
            }
        }
        return List.copyOf(found);
    }

    private PreparedStatement bind(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    private synchronized <T> T locked(FileSeal.Work<T> work) {
        if (closed) {
            throw StoreRules.closed();
        }
        try {
            return FileSeal.reading(saltNow, salt, file, work);
        } catch (SealException e) {
            throw StoreRules.damaged(file, e);
        } catch (SQLException e) {
            throw SqliteChatStore.failure("use", file, e);
        }
    }

    private <T> T write(FileSeal.Work<T> work) {
        return locked(() -> {
            try (Statement statement = connection.createStatement()) {
                // Not a deferred one: a transaction that begins with a read cannot wait for a writer later.
                statement.execute("BEGIN IMMEDIATE");
                try {
                    FileSeal.requireSame(saltNow, salt, file);
                    T result = work.run();
                    statement.execute("COMMIT");
                    return result;
                } catch (SQLException | SealException | RuntimeException e) {
                    try {
                        statement.execute("ROLLBACK");
                    } catch (SQLException again) {
                        // After some failures SQLite has rolled back by itself.
                        e.addSuppressed(again);
                    }
                    throw e;
                }
            }
        });
    }
}
