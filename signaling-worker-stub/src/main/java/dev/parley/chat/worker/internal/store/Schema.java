package dev.parley.chat.worker.internal.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.UnaryOperator;
import org.sqlite.Function;

/** The tables, and the steps from each version of them ({@code PRAGMA user_version}) to the next. */
final class Schema {
    private static final List<String> FIRST = List.of(
            """
            CREATE TABLE rooms (
              ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
              room_id TEXT NOT NULL UNIQUE,
              owner TEXT NOT NULL,
              descriptor TEXT NOT NULL,
              signature TEXT NOT NULL,
              listed INTEGER NOT NULL,
              capacity INTEGER NOT NULL,
              last_active INTEGER NOT NULL) STRICT""",
            "CREATE INDEX rooms_owner ON rooms (owner)",
            "CREATE INDEX rooms_last_active ON rooms (last_active)",
            """
            CREATE TABLE peers (
              slot INTEGER PRIMARY KEY AUTOINCREMENT,
              room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
              peer_id TEXT NOT NULL,
              account TEXT NOT NULL,
              last_seq INTEGER NOT NULL DEFAULT 0,
              acked_seq INTEGER NOT NULL DEFAULT 0,
              last_active INTEGER NOT NULL,
              UNIQUE (room, peer_id)) STRICT""",
            "CREATE INDEX peers_last_active ON peers (last_active)",
            """
            CREATE TABLE messages (
              slot INTEGER NOT NULL REFERENCES peers ON DELETE CASCADE,
              seq INTEGER NOT NULL,
              sender TEXT NOT NULL,
              type TEXT NOT NULL,
              payload TEXT NOT NULL,
              accepted_at INTEGER NOT NULL,
              PRIMARY KEY (slot, seq)) STRICT""",
            "CREATE INDEX messages_accepted_at ON messages (accepted_at)",
            // sender_slot, not the id of the sender: an id can change hands, a slot number never does.
            """
            CREATE TABLE accepted (
              slot INTEGER NOT NULL REFERENCES peers ON DELETE CASCADE,
              sender_slot INTEGER NOT NULL,
              msg_id TEXT NOT NULL,
              seq INTEGER NOT NULL,
              accepted_at INTEGER NOT NULL,
              PRIMARY KEY (slot, sender_slot, msg_id)) STRICT, WITHOUT ROWID""",
            "CREATE INDEX accepted_accepted_at ON accepted (accepted_at)",
            "CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT");

    /** Successions, leases and short numbers. */
    private static final List<String> SECOND = List.of(
            "ALTER TABLE rooms ADD COLUMN succession TEXT",
            "ALTER TABLE rooms ADD COLUMN succession_signature TEXT",
            "ALTER TABLE rooms ADD COLUMN succession_version INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE rooms ADD COLUMN lease_holder TEXT",
            "ALTER TABLE rooms ADD COLUMN lease_fence INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE rooms ADD COLUMN lease_until INTEGER NOT NULL DEFAULT 0",
            // The account is that of whoever was in the room under this id when it was named, or came first since.
            """
            CREATE TABLE deputies (
              room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
              peer_id TEXT NOT NULL,
              account TEXT,
              PRIMARY KEY (room, peer_id)) STRICT, WITHOUT ROWID""",
            // A number without a room, or that has expired, rests until free_at.
            """
            CREATE TABLE nameplates (
              number INTEGER PRIMARY KEY,
              account TEXT NOT NULL,
              room INTEGER REFERENCES rooms ON DELETE SET NULL,
              lookups INTEGER NOT NULL DEFAULT 0,
              expires_at INTEGER NOT NULL,
              free_at INTEGER NOT NULL) STRICT""",
            "CREATE INDEX nameplates_account ON nameplates (account)",
            "CREATE INDEX nameplates_room ON nameplates (room)",
            "CREATE INDEX nameplates_free_at ON nameplates (free_at)");

    /** An account was a {@code sub}; now it is one of one issuer. The rooms and their peers go on. */
    private static final List<String> THIRD = List.of(
            "UPDATE rooms SET owner = account_of_before(owner)",
            "UPDATE peers SET account = account_of_before(account)",
            "UPDATE deputies SET account = account_of_before(account) WHERE account IS NOT NULL",
            "UPDATE nameplates SET account = account_of_before(account)");

    /** Peers that are away, and those that had to give up their place meanwhile. */
    private static final List<String> FOURTH = List.of(
            // 0 while the peer is connected.
            "ALTER TABLE peers ADD COLUMN away_since INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE peers ADD COLUMN placed INTEGER NOT NULL DEFAULT 1");

    /** Custom emoji. A folded shortcode is one in lower case; an image has the name by which it is asked for. */
    private static final List<String> FIFTH = List.of(
            "CREATE TABLE emoji_images (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
            """
            CREATE TABLE emoji (
              id TEXT PRIMARY KEY,
              shortcode TEXT NOT NULL,
              folded TEXT NOT NULL UNIQUE,
              category TEXT NOT NULL,
              account TEXT NOT NULL,
              image TEXT NOT NULL REFERENCES emoji_images,
              static_image TEXT NOT NULL REFERENCES emoji_images,
              media_type TEXT NOT NULL,
              bytes INTEGER NOT NULL,
              created_at INTEGER NOT NULL) STRICT""",
            "CREATE INDEX emoji_account ON emoji (account)",
            "CREATE INDEX emoji_image ON emoji (image)",
            "CREATE INDEX emoji_static_image ON emoji (static_image)");

    /**
     * Step {@code i} leads from version {@code i} to {@code i + 1}. A released step is never changed, only followed.
     */
    static final List<List<String>> MIGRATIONS = List.of(FIRST, SECOND, THIRD, FOURTH, FIFTH);

    static final int VERSION = MIGRATIONS.size();

    /** Adds the function that a step calls: from the name of an account until then to that of now. */
    static void nameAccountsOfBefore(Connection connection, UnaryOperator<String> accountsOfBefore)
            throws SQLException {
        Function.create(connection, "account_of_before", new Function() {
            @Override
            protected void xFunc() throws SQLException {
                result(accountsOfBefore.apply(value_text(0)));
            }
        });
    }

    private Schema() {}

    /**
     * Brings the tables to a version, if they are older; each step is one transaction, so a kill leaves a whole
     * version.
     */
    static void migrate(Connection connection, int target) throws SQLException {
        int version = version(connection);
        if (version > VERSION) {
            throw new SQLException("the database has schema version " + version + ", this worker knows up to " + VERSION
                    + ": use a newer worker or another data directory");
        }
        for (int step = version; step < target; step++) {
            try (Statement statement = connection.createStatement()) {
                for (String sql : MIGRATIONS.get(step)) {
                    statement.execute(sql);
                }
                statement.execute("PRAGMA user_version = " + (step + 1));
            }
            connection.commit();
        }
    }

    private static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA user_version")) {
            return row.getInt(1);
        }
    }
}
