package dev.parley.chat.worker.internal.store;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs the work of all threads on the one connection, in the order in which it comes. What waits while a transaction is
 * on its way shares the next one (group commit): to write a page once for several is what makes a busy store fast. Each
 * work stands for itself all the same: it sees what those before it did, fails alone, and returns after its commit.
 * There is no thread for this: whoever comes first leads, and leaves the lead to the first who waits. Safe for threads.
 */
final class Transactions {
    private static final int MAX_WORKS = 64;

    private final Sql sql;

    /** In the order of arrival; guarded by itself, as is the next. */
    private final Queue<Task<?>> waiting = new ArrayDeque<>();

    private boolean isLed;

    /** Of whoever leads. */
    private boolean isClosed;

    private final AtomicBoolean isClosing = new AtomicBoolean();

    Transactions(Sql sql) {
        this.sql = sql;
    }

    /** What is done in a transaction. If a transaction fails, it is done again in another. */
    interface Work<T> {
        T run() throws SQLException;
    }

    /**
     * Runs work in a transaction, which is committed when this returns, and undone if it throws. Not interrupted: the
     * thread finds its interrupt afterwards.
     *
     * @throws RuntimeException what the work throws
     * @throws SQLException if the database fails
     * @throws dev.parley.chat.worker.internal.Problem {@code unavailable}, also if it is closed
     */
    <T> T run(Work<T> work) throws SQLException {
        Task<T> task = new Task<>(work);
        boolean leads;
        synchronized (waiting) {
            waiting.add(task);
            leads = !isLed;
            isLed = true;
        }
        if (leads || task.awaitDoneOrLead()) {
            lead();
        }
        return task.result();
    }

    /** Closes the connection after what came before; whatever comes later is refused. Idempotent. */
    void close() throws SQLException {
        if (!isClosing.compareAndSet(false, true)) {
            return;
        }
        run(() -> {
            isClosed = true;
            return true;
        });
        // Nobody uses the connection any more: whoever leads from now on sees that it is closed.
        sql.close();
    }

    private void lead() {
        List<Task<?>> batch = new ArrayList<>();
        synchronized (waiting) {
            for (Task<?> next = waiting.poll(); next != null; next = batch.size() < MAX_WORKS ? waiting.poll() : null) {
                batch.add(next);
            }
        }
        boolean isThrough = false;
        try {
            if (isClosed) {
                batch.forEach(task -> task.fails(Refusals.stopping()));
            } else if (batch.size() == 1 || !runTogether(batch)) {
                batch.forEach(this::runAlone);
            }
            isThrough = true;
        } finally {
            if (!isThrough) {
                breakOff(batch);
            }
            Task<?> next;
            synchronized (waiting) {
                next = waiting.peek();
                isLed = next != null;
            }
            if (next != null) {
                next.becomes(State.LEADS);
            }
            batch.forEach(task -> task.becomes(State.DONE));
        }
    }

    /** Returns false if the database fails: whose fault it was is seen when each has a transaction of its own. */
    private boolean runTogether(List<Task<?>> batch) {
        try {
            for (Task<?> task : batch) {
                sql.execute("SAVEPOINT work");
                if (!task.run()) {
                    sql.execute("ROLLBACK TO work");
                }
                sql.execute("RELEASE work");
            }
            sql.commit();
            return true;
        } catch (SQLException e) {
            undo(e);
            return false;
        }
    }

    private void runAlone(Task<?> task) {
        try {
            if (task.run()) {
                sql.commit();
            } else {
                sql.rollback();
            }
        } catch (SQLException e) {
            undo(e);
            task.fails(e);
        }
    }

    /** After an error of the machine: what was done so far is not committed with the next batch. */
    private void breakOff(List<Task<?>> batch) {
        SQLException failure = new SQLException("the transaction was broken off");
        undo(failure);
        batch.forEach(task -> task.fails(failure));
    }

    private void undo(SQLException cause) {
        try {
            sql.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private enum State {
        WAITS,
        LEADS,
        DONE
    }

    private static final class Task<T> {
        private final Work<T> work;
        private final Thread thread = Thread.currentThread();
        private volatile State state = State.WAITS;
        private @Nullable T value;
        private @Nullable Exception failure;

        Task(Work<T> work) {
            this.work = work;
        }

        /** Whether it has something to commit. */
        boolean run() throws SQLException {
            value = null;
            failure = null;
            try {
                value = work.run();
                return true;
            } catch (RuntimeException e) {
                failure = e;
                return false;
            }
        }

        void fails(Exception e) {
            failure = e;
        }

        void becomes(State next) {
            state = next;
            if (thread != Thread.currentThread()) {
                LockSupport.unpark(thread);
            }
        }

        /** Waits; returns whether this one leads now. */
        boolean awaitDoneOrLead() {
            boolean wasInterrupted = false;
            while (state == State.WAITS) {
                LockSupport.park(this);
                wasInterrupted |= Thread.interrupted();
            }
            if (wasInterrupted) {
                thread.interrupt();
            }
            return state == State.LEADS;
        }

        T result() throws SQLException {
            if (failure instanceof SQLException e) {
                throw e;
            }
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (value == null) {
                throw new IllegalStateException("work returns something, or throws");
            }
            return value;
        }
    }
}
