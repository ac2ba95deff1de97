package dev.parley.chat.worker.internal.store;

import dev.parley.chat.worker.internal.rooms.Encoding;
import dev.parley.chat.worker.internal.rooms.SignedDescriptor;
import dev.parley.chat.worker.internal.rooms.SignedSuccession;
import dev.parley.chat.worker.internal.store.Transactions.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store in SQLite: one connection, one transaction at a time, for all who wait for one; see {@link Transactions}.
 *
 * <p>WAL with {@code synchronous=NORMAL}: a commit is in the hands of the operating system when a method returns, so it
 * survives the death of the process at any point. Only a loss of power can undo the last commits, and after one every
 * entry has expired by the time that the machine is back; waiting for the disk at each message (FULL, six times slower)
 * would buy nothing.
 */
public final class SqliteRoomStore implements RoomStore {
    private static final Logger log = LoggerFactory.getLogger(SqliteRoomStore.class);
    private static final String FILE_NAME = "signaling.db";

    /** A worker that was killed leaves its lock at once; this only bridges one that is just about to end. */
    private static final int BUSY_TIMEOUT_MILLIS = 2_000;

    /**
     * Of 4 KiB. Most of what is written is deleted a moment later, so the log is copied into the file seldom: eight
     * times less often than by default, and with it the waiting for the disk.
     */
    private static final int CHECKPOINT_PAGES = 8_000;

    private final Sql sql;
    private final Transactions transactions;
    private final Nameplates nameplates;
    private final EmojiStore emoji;
    private final long ttlMillis;
    private final LongAdder expiredMessages = new LongAdder();

    private SqliteRoomStore(Connection connection, Duration timeToLive) {
        this.sql = new Sql(connection);
        this.transactions = new Transactions(sql);
        this.nameplates = new Nameplates(sql);
        this.emoji = new SqliteEmojiStore(sql, transactions);
        this.ttlMillis = timeToLive.toMillis();
    }

    /**
     * The store in a directory, which is made if need be; only the owner of the process may read the file, for it holds
     * keys.
     *
     * @param accountsOfBefore from the name of an account in a database of before there were several issuers to the
     *     name that it has now
     * @throws SQLException if the file is no database, of a newer version, or open in another worker
     * @throws IOException if the directory or file cannot be made
     */
    public static SqliteRoomStore inDirectory(
            Path directory, Duration timeToLive, UnaryOperator<String> accountsOfBefore)
            throws SQLException, IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(FILE_NAME);
        if (Files.notExists(file)) {
            boolean posix = Files.getFileStore(directory).supportsFileAttributeView("posix");
            FileAttribute<?>[] ownerOnly = posix
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                    }
                    : new FileAttribute<?>[0];
            // SQLite takes an empty file for a new database, and gives the WAL file the permissions of this one.
            Files.createFile(file, ownerOnly);
        }
        return open("jdbc:sqlite:" + file.toAbsolutePath(), timeToLive, accountsOfBefore);
    }

    /** The same, where accounts never had other names. */
    static SqliteRoomStore inDirectory(Path directory, Duration timeToLive) throws SQLException, IOException {
        return inDirectory(directory, timeToLive, UnaryOperator.identity());
    }

    private static SqliteRoomStore open(String url, Duration timeToLive, UnaryOperator<String> accountsOfBefore)
            throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        try {
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA busy_timeout = " + BUSY_TIMEOUT_MILLIS);
                // Two workers on one file would not wake each other's readers: refuse the second.
                statement.execute("PRAGMA locking_mode = EXCLUSIVE");
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = NORMAL");
                statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
                statement.execute("PRAGMA foreign_keys = ON");
            }
            Schema.nameAccountsOfBefore(connection, accountsOfBefore);
            connection.setAutoCommit(false);
            Schema.migrate(connection, Schema.VERSION);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
        return new SqliteRoomStore(connection, timeToLive);
    }

    /** The emoji in the same database. */
    public EmojiStore emoji() {
        return emoji;
    }

    @Override
    public Announcement announce(SignedDescriptor descriptor, String account, long nowMillis) {
        String text = Encoding.base64Url(descriptor.descriptor());
        return transact(() -> {
            RoomRow room = findRoom(descriptor.roomId(), nowMillis);
            if (room != null) {
                if (!room.owner.equals(account) || !room.descriptor.equals(text)) {
                    throw Refusals.roomExists();
                }
                touchRoom(room.ordinal, nowMillis);
                return Announcement.RENEWED;
            }
            long rooms = sql.number(
                    "SELECT count(*) FROM rooms WHERE owner = ? AND last_active > ?", account, horizon(nowMillis));
            if (rooms >= MAX_ROOMS_PER_ACCOUNT) {
                throw Refusals.tooManyRooms(ttlMillis);
            }
            // An expired namesake that the sweep has not reached yet.
            nameplates.restOfNamesakes(descriptor.roomId(), nowMillis);
            sql.execute("DELETE FROM rooms WHERE room_id = ?", descriptor.roomId());
            sql.execute(
                    "INSERT INTO rooms (room_id, owner, descriptor, signature, listed, capacity, last_active)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    descriptor.roomId(),
                    account,
                    text,
                    Encoding.base64Url(descriptor.signature()),
                    descriptor.listed() ? 1 : 0,
                    descriptor.capacity(),
                    nowMillis);
            return Announcement.CREATED;
        });
    }

    @Override
    public Optional<Room> room(String roomId, long nowMillis) {
        return transact(() -> {
            List<RoomEntry> found =
                    entries("WHERE rooms.room_id = ?2 AND rooms.last_active > ?1", horizon(nowMillis), roomId);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            RoomEntry entry = found.get(0);
            Leadership leadership = leadership(entry.ordinal(), entry.descriptor());
            return Optional.of(new Room(entry, leadership.succession(), leadership.shown(nowMillis)));
        });
    }

    @Override
    public List<RoomEntry> publicRooms(long beforeOrdinal, int limit, long nowMillis) {
        return transact(() -> entries(
                "WHERE rooms.ordinal < ?2 AND rooms.listed AND rooms.last_active > ?1 ORDER BY rooms.ordinal DESC LIMIT ?3",
                horizon(nowMillis),
                beforeOrdinal,
                limit));
    }

    private List<RoomEntry> entries(String where, Object... arguments) throws SQLException {
        String select = "SELECT ordinal, room_id, descriptor, signature, last_active,"
                + " (SELECT count(*) FROM peers WHERE peers.room = rooms.ordinal AND peers.placed AND peers.last_active > ?1)"
                + " FROM rooms " + where;
        List<RoomEntry> entries = new ArrayList<>();
        try (ResultSet row = sql.query(select, arguments)) {
            while (row.next()) {
                entries.add(new RoomEntry(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getInt(6),
                        row.getLong(5)));
            }
        }
        return entries;
    }

    @Override
    public void requireOwner(String roomId, String account, long nowMillis) {
        transact(() -> requireOwned(roomId, account, nowMillis));
    }

    @Override
    public void delete(String roomId, String account, long nowMillis) {
        transact(() -> {
            RoomRow room = requireOwned(roomId, account, nowMillis);
            nameplates.restOf(room.ordinal, nowMillis);
            return sql.execute("DELETE FROM rooms WHERE ordinal = ?", room.ordinal);
        });
    }

    @Override
    public void publishSuccession(String roomId, SignedSuccession succession, String account, long nowMillis) {
        String text = Encoding.base64Url(succession.succession());
        transact(() -> {
            RoomRow room = requireOwned(roomId, account, nowMillis);
            Leadership before = leadership(room.ordinal, room.descriptor);
            Succession stored = before.succession();
            if (stored != null && stored.succession().equals(text)) {
                return 0;
            }
            if (succession.version() <= before.version()) {
                throw Refusals.successionExists();
            }
            nameDeputies(room, succession.deputies(), nowMillis);
            return sql.execute(
                    "UPDATE rooms SET succession = ?, succession_signature = ?, succession_version = ? WHERE ordinal = ?",
                    text,
                    Encoding.base64Url(succession.signature()),
                    succession.version(),
                    room.ordinal);
        });
    }

    /** A deputy that is away keeps the account that it was named with before. */
    private void nameDeputies(RoomRow room, List<String> deputies, long nowMillis) throws SQLException {
        Map<String, String> accounts = new HashMap<>();
        try (ResultSet row = sql.query(
                "SELECT peer_id, account FROM deputies WHERE room = ? AND account IS NOT NULL", room.ordinal)) {
            while (row.next()) {
                accounts.put(row.getString(1), row.getString(2));
            }
        }
        sql.execute("DELETE FROM deputies WHERE room = ?", room.ordinal);
        for (String deputy : deputies) {
            sql.execute("INSERT INTO deputies (room, peer_id) VALUES (?, ?)", room.ordinal, deputy);
            PeerRow present = findPeer(room, deputy, nowMillis);
            String account = present != null ? present.account : accounts.get(deputy);
            if (account != null) {
                sql.execute(
                        "UPDATE deputies SET account = ? WHERE room = ? AND peer_id = ?",
                        account,
                        room.ordinal,
                        deputy);
            }
        }
    }

    @Override
    public Lease acquireLease(Member member, long fence, long nowMillis) {
        return transact(() -> {
            RoomRow room = requireRoom(member.slot().roomId(), nowMillis);
            PeerRow peer = requirePeer(member, nowMillis);
            Leadership leadership = leadership(room.ordinal, room.descriptor);
            if (!leadership.mayLead(member.slot().peerId())) {
                throw Refusals.mayNotLead();
            }
            Holding next = leadership.next(member.slot().peerId(), fence, nowMillis);
            sql.execute(
                    "UPDATE rooms SET lease_holder = ?, lease_fence = ?, lease_until = ? WHERE ordinal = ?",
                    next.peer(),
                    next.fence(),
                    next.untilMillis(),
                    peer.room);
            return new Lease(next.peer(), next.fence(), next.untilMillis() - nowMillis);
        });
    }

    @Override
    public void releaseLease(Member member, long fence, long nowMillis) {
        transact(() -> sql.execute(
                "UPDATE rooms SET lease_until = 0 WHERE ordinal = ? AND lease_holder = ? AND lease_fence = ?",
                requirePeer(member, nowMillis).room,
                member.slot().peerId(),
                fence));
    }

    @Override
    public Nameplate openNameplate(String roomId, String account, long nowMillis) {
        return transact(() -> nameplates.open(requireOwned(roomId, account, nowMillis).ordinal, account, nowMillis));
    }

    @Override
    public String findNameplate(int number, long nowMillis) {
        return transact(() -> nameplates.find(number, horizon(nowMillis), nowMillis));
    }

    @Override
    public void closeNameplate(int number, String account, long nowMillis) {
        transact(() -> {
            nameplates.close(number, account, nowMillis);
            return number;
        });
    }

    @Override
    public long join(Member member, long nowMillis) {
        return transact(() -> {
            RoomRow room = requireRoom(member.slot().roomId(), nowMillis);
            if (!room.owner.equals(member.account())
                    && SignedDescriptor.hostPeerId(room.descriptor)
                            .equals(member.slot().peerId())) {
                // Else a stranger could take the host's place before it, or whenever it was away for a while.
                throw Refusals.idOfHost();
            }
            // A deputy that nobody had been in the room as when it was named is whoever comes under its id first.
            sql.execute(
                    "UPDATE deputies SET account = ? WHERE room = ? AND peer_id = ? AND account IS NULL",
                    member.account(),
                    room.ordinal,
                    member.slot().peerId());
            if (sql.number(
                            "SELECT count(*) FROM deputies WHERE room = ? AND peer_id = ? AND account <> ?",
                            room.ordinal,
                            member.slot().peerId(),
                            member.account())
                    > 0) {
                // Else a stranger could take the lease in the name of a deputy that is away for a while.
                throw Refusals.idOfDeputy();
            }
            PeerRow peer = findPeer(room, member.slot().peerId(), nowMillis);
            if (peer != null && !peer.account.equals(member.account())) {
                throw Refusals.idOfOther();
            }
            if (peer == null) {
                makePlace(room, nowMillis);
                // An expired holder of the id; its mailbox and the memory of its messages go with it.
                sql.execute(
                        "DELETE FROM peers WHERE room = ? AND peer_id = ?",
                        room.ordinal,
                        member.slot().peerId());
                sql.execute(
                        "INSERT INTO peers (room, peer_id, account, last_active, away_since) VALUES (?, ?, ?, ?, ?)",
                        room.ordinal,
                        member.slot().peerId(),
                        member.account(),
                        nowMillis,
                        nowMillis);
            } else {
                if (!peer.placed) {
                    makePlace(room, nowMillis);
                    place(peer);
                }
                sql.execute("UPDATE peers SET last_active = ? WHERE slot = ?", nowMillis, peer.slot);
            }
            touchRoom(room.ordinal, nowMillis);
            return peer == null ? 0 : peer.ackedSeq;
        });
    }

    /** Makes sure that one more peer fits into the room. */
    private void makePlace(RoomRow room, long nowMillis) throws SQLException {
        if (hasPlace(room, nowMillis)) {
            return;
        }
        // The host and its deputies keep their places: without them there is nobody to talk to.
        int yielded = sql.execute(
                "UPDATE peers SET placed = 0 WHERE slot = (SELECT slot FROM peers"
                        + " WHERE room = ?1 AND placed AND last_active > ?2 AND peer_id <> ?3"
                        + " AND peer_id NOT IN (SELECT peer_id FROM deputies WHERE room = ?1)"
                        + " AND ((away_since > 0 AND away_since <= ?4) OR last_active <= ?5)"
                        + " ORDER BY CASE WHEN away_since > 0 THEN away_since ELSE last_active END LIMIT 1)",
                room.ordinal,
                horizon(nowMillis),
                SignedDescriptor.hostPeerId(room.descriptor),
                nowMillis - AWAY_MILLIS,
                nowMillis - SILENT_MILLIS);
        if (yielded == 0) {
            throw Refusals.roomFull(room.capacity);
        }
    }

    private boolean hasPlace(RoomRow room, long nowMillis) throws SQLException {
        return sql.number(
                        "SELECT count(*) FROM peers WHERE room = ? AND placed AND last_active > ?",
                        room.ordinal,
                        horizon(nowMillis))
                < room.capacity;
    }

    private void place(PeerRow peer) throws SQLException {
        sql.execute("UPDATE peers SET placed = 1 WHERE slot = ?", peer.slot);
    }

    @Override
    public void away(Member member, long rank, long nowMillis) {
        transact(() -> {
            RoomRow room = findRoom(member.slot().roomId(), nowMillis);
            PeerRow peer = room == null ? null : findPeer(room, member.slot().peerId(), nowMillis);
            return peer == null || peer.away || !peer.account.equals(member.account())
                    ? 0
                    : sql.execute("UPDATE peers SET away_since = ? WHERE slot = ?", nowMillis, peer.slot);
        });
    }

    @Override
    public void renew(Member member, long nowMillis) {
        transact(() -> {
            PeerRow peer = requirePeer(member, nowMillis);
            sql.execute("UPDATE peers SET last_active = ?, away_since = 0 WHERE slot = ?", nowMillis, peer.slot);
            return touchRoom(peer.room, nowMillis);
        });
    }

    @Override
    public void leave(Member member, long nowMillis) {
        transact(() -> sql.execute("DELETE FROM peers WHERE slot = ?", requirePeer(member, nowMillis).slot));
    }

    @Override
    public Accepted post(Member sender, Posted message, long nowMillis) {
        return transact(() -> {
            RoomRow room = requireRoom(sender.slot().roomId(), nowMillis);
            PeerRow from = requirePeer(sender, nowMillis);
            PeerRow to = findPeer(room, message.to(), nowMillis);
            if (to == null) {
                throw Refusals.receiverNotFound();
            }
            try (ResultSet earlier = sql.query(
                    "SELECT seq FROM accepted WHERE slot = ? AND sender_slot = ? AND msg_id = ? AND accepted_at > ?",
                    to.slot,
                    from.slot,
                    message.msgId(),
                    horizon(nowMillis))) {
                if (earlier.next()) {
                    return new Accepted(earlier.getLong(1), false);
                }
            }
            long waiting = sql.number(
                    "SELECT count(*) FROM messages WHERE slot = ? AND accepted_at > ?",
                    to.slot,
                    nowMillis - MESSAGE_LIFETIME_MILLIS);
            if (waiting >= MAX_WAITING_MESSAGES) {
                throw Refusals.mailboxFull();
            }
            long seq = to.lastSeq + 1;
            sql.execute("UPDATE peers SET last_seq = ? WHERE slot = ?", seq, to.slot);
            sql.execute(
                    "INSERT INTO messages (slot, seq, sender, type, payload, accepted_at) VALUES (?, ?, ?, ?, ?, ?)",
                    to.slot,
                    seq,
                    sender.slot().peerId(),
                    message.type(),
                    message.payload(),
                    nowMillis);
            sql.execute(
                    "INSERT OR REPLACE INTO accepted (slot, sender_slot, msg_id, seq, accepted_at) VALUES (?, ?, ?, ?, ?)",
                    to.slot,
                    from.slot,
                    message.msgId(),
                    seq,
                    nowMillis);
            return new Accepted(seq, true);
        });
    }

    @Override
    public void acknowledge(Member receiver, long seq, long nowMillis) {
        transact(() -> {
            PeerRow peer = requirePeer(receiver, nowMillis);
            if (peer.away) {
                sql.execute("UPDATE peers SET away_since = 0 WHERE slot = ?", peer.slot);
            }
            // A number from the future acknowledges what there is, not what will come.
            long upTo = Math.min(seq, peer.lastSeq);
            if (upTo <= peer.ackedSeq) {
                return 0;
            }
            sql.execute("DELETE FROM messages WHERE slot = ? AND seq <= ?", peer.slot, upTo);
            return sql.execute("UPDATE peers SET acked_seq = ? WHERE slot = ?", upTo, peer.slot);
        });
    }

    @Override
    public long requirePresent(Member member, long nowMillis) {
        return transact(() -> requirePeer(member, nowMillis).lastActive);
    }

    @Override
    public List<Waiting> waiting(Member receiver, long after, int maxPayloadCharacters, long nowMillis) {
        return transact(() -> {
            PeerRow peer = requirePeer(receiver, nowMillis);
            List<Waiting> messages = new ArrayList<>();
            try (ResultSet row = sql.query(
                    "SELECT seq, sender, type, payload FROM messages"
                            + " WHERE slot = ? AND seq > ? AND accepted_at > ? ORDER BY seq",
                    peer.slot,
                    after,
                    nowMillis - MESSAGE_LIFETIME_MILLIS)) {
                int characters = 0;
                while (row.next()) {
                    String payload = row.getString(4);
                    characters += payload.length();
                    if (!messages.isEmpty() && characters > maxPayloadCharacters) {
                        break;
                    }
                    messages.add(new Waiting(row.getLong(1), row.getString(2), row.getString(3), payload));
                }
            }
            return messages;
        });
    }

    @Override
    public boolean sweep(int maxPerKind, long nowMillis) {
        long horizon = horizon(nowMillis);
        Swept swept = transact(() -> {
            int messages = sql.execute(
                    "DELETE FROM messages WHERE rowid IN (SELECT rowid FROM messages WHERE accepted_at <= ? LIMIT ?)",
                    nowMillis - MESSAGE_LIFETIME_MILLIS,
                    maxPerKind);
            int accepted = sql.execute(
                    "DELETE FROM accepted WHERE (slot, sender_slot, msg_id) IN"
                            + " (SELECT slot, sender_slot, msg_id FROM accepted WHERE accepted_at <= ? LIMIT ?)",
                    horizon,
                    maxPerKind);
            nameplates.restOfExpired(horizon, nowMillis);
            int numbers = nameplates.sweep(maxPerKind, nowMillis);
            int peers = sql.execute(
                    "DELETE FROM peers WHERE slot IN (SELECT slot FROM peers WHERE last_active <= ? LIMIT ?)",
                    horizon,
                    maxPerKind);
            // A room outlives its peers, which go first, in their own chunks; so no delete here fans out.
            int rooms = sql.execute(
                    "DELETE FROM rooms WHERE ordinal IN (SELECT ordinal FROM rooms WHERE last_active <= ?"
                            + " AND NOT EXISTS (SELECT 1 FROM peers WHERE peers.room = rooms.ordinal) LIMIT ?)",
                    horizon,
                    maxPerKind);
            return new Swept(
                    messages,
                    IntStream.of(messages, accepted, numbers, peers, rooms)
                                    .max()
                                    .getAsInt()
                            >= maxPerKind);
        });
        expiredMessages.add(swept.messages);
        return swept.isCutOff;
    }

    /** @param isCutOff whether there may be more */
    private record Swept(int messages, boolean isCutOff) {}

    @Override
    public byte[] secret(String name, Supplier<byte[]> generate) {
        return transact(() -> {
            try (ResultSet row = sql.query("SELECT value FROM secrets WHERE name = ?", name)) {
                if (row.next()) {
                    return row.getBytes(1);
                }
            }
            byte[] fresh = generate.get();
            sql.execute("INSERT INTO secrets (name, value) VALUES (?, ?)", name, fresh);
            return fresh;
        });
    }

    @Override
    public Census census(long nowMillis) {
        return transact(() -> new Census(
                sql.number("SELECT count(*) FROM rooms WHERE last_active > ?", horizon(nowMillis)),
                sql.number("SELECT count(*) FROM peers WHERE placed AND last_active > ?", horizon(nowMillis)),
                sql.number("SELECT count(*) FROM messages WHERE accepted_at > ?", nowMillis - MESSAGE_LIFETIME_MILLIS),
                expiredMessages.sum()));
    }

    @Override
    public void ping() {
        transact(() -> sql.number("SELECT 1"));
    }

    /** How many entries the storage holds, expired ones included. */
    long stored() {
        return transact(() -> {
            long rows = 0;
            for (String table : List.of("rooms", "peers", "messages", "accepted", "nameplates")) {
                rows += sql.number("SELECT count(*) FROM " + table);
            }
            return rows;
        });
    }

    long storedEmojiImages() {
        return transact(() -> sql.number("SELECT count(*) FROM emoji_images"));
    }

    @Override
    public void close() {
        try {
            transactions.close();
        } catch (SQLException e) {
            log.warn("The store did not close cleanly; it recovers at its next start", e);
        }
    }

    private record RoomRow(long ordinal, String owner, String descriptor, int capacity) {}

    private record PeerRow(
            long slot,
            long room,
            String account,
            long lastSeq,
            long ackedSeq,
            long lastActive,
            boolean away,
            boolean placed) {}

    private @Nullable RoomRow findRoom(String roomId, long nowMillis) throws SQLException {
        try (ResultSet row = sql.query(
                "SELECT ordinal, owner, descriptor, capacity FROM rooms" + " WHERE room_id = ? AND last_active > ?",
                roomId,
                horizon(nowMillis))) {
            return row.next() ? new RoomRow(row.getLong(1), row.getString(2), row.getString(3), row.getInt(4)) : null;
        }
    }

    private RoomRow requireRoom(String roomId, long nowMillis) throws SQLException {
        RoomRow room = findRoom(roomId, nowMillis);
        if (room == null) {
            throw Refusals.roomNotFound();
        }
        return room;
    }

    private RoomRow requireOwned(String roomId, String account, long nowMillis) throws SQLException {
        RoomRow room = requireRoom(roomId, nowMillis);
        if (!room.owner.equals(account)) {
            throw Refusals.notOwner();
        }
        return room;
    }

    private Leadership leadership(long ordinal, String descriptor) throws SQLException {
        Set<String> deputies = new HashSet<>();
        try (ResultSet row = sql.query("SELECT peer_id FROM deputies WHERE room = ?", ordinal)) {
            while (row.next()) {
                deputies.add(row.getString(1));
            }
        }
        try (ResultSet row = sql.query(
                "SELECT succession, succession_signature, succession_version, lease_holder, lease_fence,"
                        + " lease_until FROM rooms WHERE ordinal = ?",
                ordinal)) {
            String succession = row.getString(1);
            String holder = row.getString(4);
            return new Leadership(
                    SignedDescriptor.hostPeerId(descriptor),
                    succession == null ? null : new Succession(succession, row.getString(2)),
                    row.getInt(3),
                    deputies,
                    holder == null ? null : new Holding(holder, row.getLong(5), row.getLong(6)));
        }
    }

    private @Nullable PeerRow findPeer(RoomRow room, String peerId, long nowMillis) throws SQLException {
        try (ResultSet row = sql.query(
                "SELECT slot, room, account, last_seq, acked_seq, last_active, away_since > 0, placed FROM peers"
                        + " WHERE room = ? AND peer_id = ? AND last_active > ?",
                room.ordinal,
                peerId,
                horizon(nowMillis))) {
            return row.next()
                    ? new PeerRow(
                            row.getLong(1),
                            row.getLong(2),
                            row.getString(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getLong(6),
                            row.getBoolean(7),
                            row.getBoolean(8))
                    : null;
        }
    }

    private PeerRow requirePeer(Member member, long nowMillis) throws SQLException {
        RoomRow room = requireRoom(member.slot().roomId(), nowMillis);
        PeerRow peer = findPeer(room, member.slot().peerId(), nowMillis);
        if (peer == null || !peer.account.equals(member.account())) {
            throw Refusals.peerExpired();
        }
        if (!peer.placed) {
            if (!hasPlace(room, nowMillis)) {
                throw Refusals.placeGiven();
            }
            place(peer);
        }
        return peer;
    }

    private int touchRoom(long ordinal, long nowMillis) throws SQLException {
        return sql.execute("UPDATE rooms SET last_active = ? WHERE ordinal = ?", nowMillis, ordinal);
    }

    /** What was last active at this time, or before it, has expired. */
    private long horizon(long nowMillis) {
        return nowMillis - ttlMillis;
    }

    private <T> T transact(Work<T> work) {
        try {
            return transactions.run(work);
        } catch (SQLException e) {
            throw Refusals.unavailable(e);
        }
    }
}
