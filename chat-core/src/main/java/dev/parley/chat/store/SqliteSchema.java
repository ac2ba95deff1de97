package dev.parley.chat.store;

import java.util.List;

/**
 * How the tables of {@link SqliteChatStore} and {@link SqlitePeerBook} came to be what they are. A step, once released,
 * is never changed: the next change is a new step at the end.
 *
 * @param steps step {@code i} leads from version {@code i} to {@code i + 1}, where version 0 is an empty file; each
 *     holds its statements in order
 */
record SqliteSchema(List<List<String>> steps) {

    /** {@code PRAGMA application_id} of a Parley store: "Prly". */
    static final int APPLICATION_ID = 0x50726c79;

    /**
     * The tables of this release.
     *
     * <ul>
     *   <li>Ids of people and rooms are text, not bytes: the timeline is ordered by the text of {@code PeerId}, and
     *       base32 does not sort as its bytes do ({@code 2…7} stand before {@code a…z}).
     *   <li>{@code room} has a row for each room with events, marks or a record; {@code name} is null for those without
     *       a record. Deleting the row deletes the rest.
     *   <li>{@code event.id} is an explicit rowid, so that it stays when the file is vacuumed and the index of words
     *       can refer to it.
     *   <li>{@code peer} and {@code peer_name} are those of {@link SqlitePeerBook}. {@code peer.last_seen} is that of
     *       its last name; times are milliseconds since 1970.
     *   <li>{@code peer.blocked_at} is null for who is not blocked.
     *   <li>{@code seal} has one row if the file is sealed and none if it is plain; see {@link FileSeal}. In a sealed
     *       file {@code event.hash} is empty, and {@code event.bytes}, {@code room.name}, {@code peer_name.name} and
     *       {@code name_key} are what {@link SealedRows} says. All else is in clear in both.
     *   <li>{@code gone} has a row for each event that was deleted. Its {@code id} is that of the event, sealed in a
     *       sealed file.
     *   <li>{@code words}, {@code words_state} and {@code event.id} are those of {@link WordIndex}.
     *       {@code event.id_key} finds an event by its id: part of it, or of a keyed hash of it in a sealed file. Both
     *       are filled when a file of an older version is opened.
     *   <li>{@code event_type} finds the acts of a room among its many messages.
     *   <li>{@code image} has the images of a room's emoji. {@code image_key} finds one by its hash: the hash, or a
     *       keyed hash of it in a sealed file, where {@code hash} and {@code bytes} are sealed. {@code size} is the
     *       length of the image, so that the others need not be read to be listed.
     *   <li>{@code event.expires} and {@code room.max_age} are in milliseconds, the first since 1970.
     * </ul>
     */
    static final SqliteSchema CURRENT = new SqliteSchema(List.of(
            List.of("""
            CREATE TABLE room (
                id INTEGER PRIMARY KEY,
                room TEXT NOT NULL UNIQUE,
                name TEXT,
                hosted INTEGER NOT NULL DEFAULT 0,
                entered_seconds INTEGER NOT NULL DEFAULT 0,
                entered_nanos INTEGER NOT NULL DEFAULT 0
            ) STRICT
            """, """
            CREATE TABLE event (
                id INTEGER PRIMARY KEY,
                room INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
                sender TEXT NOT NULL,
                seq INTEGER NOT NULL,
                clock INTEGER NOT NULL,
                hash BLOB NOT NULL,
                type TEXT NOT NULL,
                bytes BLOB NOT NULL,
                UNIQUE (room, sender, seq)
            ) STRICT
            """, "CREATE INDEX event_timeline ON event (room, clock, sender, seq)", """
            CREATE TABLE acknowledged (
                room INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
                self TEXT NOT NULL,
                seq INTEGER NOT NULL,
                PRIMARY KEY (room, self)
            ) STRICT, WITHOUT ROWID
            """),
            List.of("""
            CREATE TABLE peer (
                peer TEXT PRIMARY KEY,
                card BLOB,
                last_seen INTEGER NOT NULL DEFAULT 0,
                verified_at INTEGER,
                verified_by TEXT
            ) STRICT, WITHOUT ROWID
            """, """
            CREATE TABLE peer_name (
                peer TEXT NOT NULL REFERENCES peer (peer) ON DELETE CASCADE,
                name TEXT NOT NULL,
                name_key TEXT NOT NULL,
                first_seen INTEGER NOT NULL,
                last_seen INTEGER NOT NULL,
                PRIMARY KEY (peer, name)
            ) STRICT, WITHOUT ROWID
            """, "CREATE INDEX peer_name_key ON peer_name (name_key)"),
            List.of("""
            CREATE TABLE seal (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                salt BLOB NOT NULL,
                proof BLOB NOT NULL,
                cleaned INTEGER NOT NULL
            ) STRICT
            """),
            List.of(
                    "ALTER TABLE room ADD COLUMN max_age INTEGER",
                    "ALTER TABLE room ADD COLUMN max_events INTEGER",
                    "ALTER TABLE event ADD COLUMN id_key INTEGER NOT NULL DEFAULT 0",
                    "ALTER TABLE event ADD COLUMN expires INTEGER",
                    "CREATE INDEX event_id_key ON event (id_key)",
                    "CREATE INDEX event_expires ON event (expires) WHERE expires IS NOT NULL",
                    """
            CREATE TABLE gone (
                room INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
                sender TEXT NOT NULL,
                seq INTEGER NOT NULL,
                id BLOB NOT NULL,
                PRIMARY KEY (room, sender, seq)
            ) STRICT, WITHOUT ROWID
            """,
                    """
            CREATE VIRTUAL TABLE words USING fts5 (
                word, content = '', detail = none, columnsize = 0, tokenize = 'ascii')
            """,
                    "INSERT INTO words (words, rank) VALUES ('secure-delete', 1)",
                    """
            CREATE TABLE words_state (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                version INTEGER NOT NULL,
                displaced INTEGER NOT NULL
            ) STRICT
            """,
                    "INSERT INTO words_state (id, version, displaced) VALUES (1, 0, 0)"),
            List.of("ALTER TABLE peer ADD COLUMN blocked_at INTEGER"),
            List.of("CREATE INDEX event_type ON event (room, type, clock, sender, seq)"),
            List.of("""
            CREATE TABLE member_time (
                room INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
                member TEXT NOT NULL,
                fence INTEGER NOT NULL,
                epoch INTEGER NOT NULL,
                PRIMARY KEY (room, member)
            ) STRICT, WITHOUT ROWID
            """),
            List.of("""
            CREATE TABLE image (
                id INTEGER PRIMARY KEY,
                room INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
                image_key TEXT NOT NULL,
                hash BLOB NOT NULL,
                size INTEGER NOT NULL,
                bytes BLOB NOT NULL,
                UNIQUE (room, image_key)
            ) STRICT
            """)));

    /** The version that the last step leads to. */
    int version() {
        return steps.size();
    }
}
