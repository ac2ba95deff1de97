package dev.parley.chat.store;

import dev.parley.chat.internal.crypto.SealException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

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
    private final Statements statements;
    private final PreparedStatement note;
    private final PreparedStatement delete;
    private final PreparedStatement count;

    EventRemoval(Connection connection, RowForm form, WordIndex words) throws SQLException {
        this.form = form;
        this.words = words;
        statements = new Statements(connection);
        note = statements.prepare("INSERT INTO gone (room, sender, seq, id) VALUES (?1, ?2, ?3, ?4)");
        delete = statements.prepare("DELETE FROM event WHERE id = ?1");
        count = statements.prepare("SELECT count(*) FROM event");
    }

    /** Deletes events by their numbers. */
    void remove(long[] ids, Trace trace) throws SQLException, SealException {
        if (ids.length < MANY) {
            removeEach(ids, trace, true);
        } else if (ids.length > Statements.number(count) / 2) {
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

    private void removeEach(long[] ids, Trace trace, boolean withWords) throws SQLException, SealException {
        for (long id : ids) {
            if (withWords || trace == Trace.KEPT) {
                WordIndex.Kept kept = words.read(id);
                if (kept == null) {
                    continue;
                }
                StoredEvent event = kept.event();
                if (withWords) {
                    words.remove(id, kept.roomKey(), event);
                }
                if (trace == Trace.KEPT) {
                    note.setLong(1, kept.roomKey());
                    note.setString(2, event.sender().value());
                    note.setLong(3, event.seq());
                    note.setBytes(4, form.goneId(event.room(), event.sender(), event.seq(), event.id()));
                    note.executeUpdate();
                }
            }
            delete.setLong(1, id);
            delete.executeUpdate();
        }
    }

    @Override
    public void close() throws SQLException {
        statements.close();
    }
}
