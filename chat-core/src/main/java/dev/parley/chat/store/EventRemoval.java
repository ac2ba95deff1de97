package dev.parley.chat.store;

import dev.parley.chat.internal.crypto.SealException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes events out of a file, with their words. Calls are made within a transaction of the caller, by one thread at a
 * time.
 */
final class EventRemoval implements AutoCloseable {

    /** What stays of an event. */
    enum Trace {
        /** That it was there, so that it is not taken again. */
        KEPT,
        NONE
    }

    /** From so many on, rewriting the index of words costs less than wiping each word out of it. */
    private static final int MANY = 1_000;

    private final RowForm form;
    private final WordIndex words;
    private final List<PreparedStatement> statements = new ArrayList<>();
    private final Connection connection;
    private final PreparedStatement read;
    private final PreparedStatement note;
    private final PreparedStatement delete;
    private final PreparedStatement count;

    EventRemoval(Connection connection, RowForm form, WordIndex words) throws SQLException {
        this.connection = connection;
        this.form = form;
        this.words = words;
        read = statement("SELECT event.room, room.room, sender, seq, clock, type, hash, bytes FROM event"
                + " JOIN room ON room.id = event.room WHERE event.id = ?1");
        note = statement("INSERT INTO gone (room, sender, seq, id) VALUES (?1, ?2, ?3, ?4)");
        delete = statement("DELETE FROM event WHERE id = ?1");
        count = statement("SELECT count(*) FROM event");
    }

    private PreparedStatement statement(String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statements.add(statement);
        return statement;
    }

    /** Deletes events by their numbers. */
    void remove(long[] ids, Trace trace) throws SQLException, SealException {
        if (ids.length < MANY) {
            removeEach(ids, trace, true);
        } else if (ids.length > eventCount() / 2) {
            // Most of the file: what stays is the smaller work.
            removeEach(ids, trace, false);
            words.rebuild();
        } else {
            words.wipeAtOnce(false);
            removeEach(ids, trace, true);
            words.settle();
            words.wipeAtOnce(true);
        }
    }

    private long eventCount() throws SQLException {
        try (ResultSet row = count.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private void removeEach(long[] ids, Trace trace, boolean withWords) throws SQLException, SealException {
        for (long id : ids) {
            if (withWords || trace == Trace.KEPT) {
                read.setLong(1, id);
                try (ResultSet row = read.executeQuery()) {
                    if (!row.next()) {
                        continue;
                    }
                    long roomKey = row.getLong(1);
                    StoredEvent event = form.event(row, 2);
                    if (withWords) {
                        words.remove(id, roomKey, event);
                    }
                    if (trace == Trace.KEPT) {
                        note.setLong(1, roomKey);
                        note.setString(2, event.sender().value());
                        note.setLong(3, event.seq());
                        note.setBytes(4, form.goneId(event.room(), event.sender(), event.seq(), event.id()));
                        note.executeUpdate();
                    }
                }
            }
            delete.setLong(1, id);
            delete.executeUpdate();
        }
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : statements) {
            statement.close();
        }
    }
}
