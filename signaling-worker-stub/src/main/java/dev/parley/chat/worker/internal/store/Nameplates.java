package dev.parley.chat.worker.internal.store;

import dev.parley.chat.worker.internal.store.RoomStore.Nameplate;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The short numbers of rooms. A number with a room is open until it expires; afterwards, and when it is given back, it
 * rests until {@code free_at}. Runs within the transactions of the store.
 */
final class Nameplates {

    private final Sql sql;
    private final SecureRandom random = new SecureRandom();

    Nameplates(Sql sql) {
        this.sql = sql;
    }

    Nameplate open(long room, String account, long nowMillis) throws SQLException {
        long taken =
                sql.number("SELECT count(*) FROM nameplates WHERE account = ? AND free_at > ?", account, nowMillis);
        if (taken >= RoomStore.MAX_NAMEPLATES_PER_ACCOUNT) {
            long freeAt = sql.number(
                    "SELECT min(free_at) FROM nameplates WHERE account = ? AND free_at > ?", account, nowMillis);
            throw Refusals.tooManyNameplates(freeAt - nowMillis);
        }
        int number = draw(nowMillis);
        long expiresAt = nowMillis + RoomStore.NAMEPLATE_LIFETIME_MILLIS;
        sql.execute(
                "INSERT OR REPLACE INTO nameplates (number, account, room, expires_at, free_at) VALUES (?, ?, ?, ?, ?)",
                number,
                account,
                room,
                expiresAt,
                expiresAt + RoomStore.NAMEPLATE_REST_MILLIS);
        return new Nameplate(number, RoomStore.NAMEPLATE_LIFETIME_MILLIS);
    }

    /** One of the numbers with the fewest digits of which less than half are taken; so two draws do on average. */
    private int draw(long nowMillis) throws SQLException {
        int first = 1;
        for (int digits = 1; digits <= RoomStore.MAX_NAMEPLATE_DIGITS; digits++) {
            int end = first * 10;
            long taken = sql.number(
                    "SELECT count(*) FROM nameplates WHERE number >= ? AND number < ? AND free_at > ?",
                    first,
                    end,
                    nowMillis);
            if (2 * taken < end - first) {
                while (true) {
                    int number = first + random.nextInt(end - first);
                    if (sql.number(
                                    "SELECT count(*) FROM nameplates WHERE number = ? AND free_at > ?",
                                    number,
                                    nowMillis)
                            == 0) {
                        return number;
                    }
                }
            }
            first = end;
        }
        throw Refusals.noNumberFree();
    }

    /**
     * The id of the room that has the number, and one look-up less of it.
     *
     * @param horizonMillis a room that was last active then, or before, has expired
     */
    String find(int number, long horizonMillis, long nowMillis) throws SQLException {
        String roomId;
        int lookups;
        try (ResultSet row = sql.query(
                "SELECT rooms.room_id, nameplates.lookups FROM nameplates JOIN rooms ON rooms.ordinal = nameplates.room"
                        + " WHERE nameplates.number = ? AND nameplates.expires_at > ? AND rooms.last_active > ?",
                number,
                nowMillis,
                horizonMillis)) {
            if (!row.next()) {
                throw Refusals.nameplateNotFound();
            }
            roomId = row.getString(1);
            lookups = row.getInt(2) + 1;
        }
        sql.execute("UPDATE nameplates SET lookups = ? WHERE number = ?", lookups, number);
        if (lookups >= RoomStore.MAX_NAMEPLATE_LOOKUPS) {
            rest("number = ?2", number, nowMillis);
        }
        return roomId;
    }

    void close(int number, String account, long nowMillis) throws SQLException {
        // The same answer whether the number is another's or nobody's: else this would be a look-up that nobody counts.
        if (sql.number(
                        "SELECT count(*) FROM nameplates"
                                + " WHERE number = ? AND account = ? AND room IS NOT NULL AND expires_at > ?",
                        number,
                        account,
                        nowMillis)
                == 0) {
            throw Refusals.nameplateNotFound();
        }
        rest("number = ?2", number, nowMillis);
    }

    /** The numbers of a room that is about to be deleted. */
    void restOf(long room, long nowMillis) throws SQLException {
        rest("room = ?2", room, nowMillis);
    }

    /** The numbers of rooms of an id that have expired and are about to be deleted. */
    void restOfNamesakes(String roomId, long nowMillis) throws SQLException {
        rest("room IN (SELECT ordinal FROM rooms WHERE room_id = ?2)", roomId, nowMillis);
    }

    /** The numbers of rooms that have expired. */
    void restOfExpired(long horizonMillis, long nowMillis) throws SQLException {
        rest("room IN (SELECT ordinal FROM rooms WHERE last_active <= ?2)", horizonMillis, nowMillis);
    }

    int sweep(int most, long nowMillis) throws SQLException {
        return sql.execute(
                "DELETE FROM nameplates WHERE number IN (SELECT number FROM nameplates WHERE free_at <= ? LIMIT ?)",
                nowMillis,
                most);
    }

    private void rest(String which, Object argument, long nowMillis) throws SQLException {
        sql.execute(
                "UPDATE nameplates SET room = NULL, free_at = min(free_at, ?1) WHERE " + which,
                nowMillis + RoomStore.NAMEPLATE_REST_MILLIS,
                argument);
    }
}
