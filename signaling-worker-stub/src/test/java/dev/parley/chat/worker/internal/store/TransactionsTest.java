package dev.parley.chat.worker.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.parley.chat.worker.internal.Problem;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sqlite.SQLiteCommitListener;
import org.sqlite.SQLiteConnection;

/** One thread holds the first transaction until all others wait; these come in the order in which they began. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransactionsTest {
    private final AtomicInteger commits = new AtomicInteger();
    private final CountDownLatch mayGo = new CountDownLatch(1);
    private final List<FutureTask<Long>> tasks = new ArrayList<>();
    private final Sql sql = new Sql(connect());
    private final Transactions transactions = new Transactions(sql);

    @BeforeEach
    void create() throws SQLException {
        transactions.run(() -> sql.execute("CREATE TABLE t (x INTEGER PRIMARY KEY) STRICT"));
        commits.set(0);
    }

    @AfterEach
    void close() throws SQLException {
        transactions.close();
    }

    private Connection connect() {
        try {
            Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
            connection.setAutoCommit(false);
            ((SQLiteConnection) connection).addCommitListener(new SQLiteCommitListener() {
                @Override
                public void onCommit() {
                    commits.incrementAndGet();
                }

                @Override
                public void onRollback() {}
            });
            return connection;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private long insert(int x) throws SQLException {
        sql.execute("INSERT INTO t VALUES (?)", x);
        return rows();
    }

    private long rows() throws SQLException {
        return sql.number("SELECT count(*) FROM t");
    }

    /** Starts a thread, and returns when it waits. */
    private void start(Callable<Long> work) {
        FutureTask<Long> task = new FutureTask<>(work);
        tasks.add(task);
        Thread thread = new Thread(task);
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
    }

    private void hold() {
        start(() -> transactions.run(() -> {
            try {
                mayGo.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return insert(0);
        }));
    }

    private void go() {
        mayGo.countDown();
    }

    private long result(int task) throws Exception {
        return tasks.get(task).get();
    }

    private void expectOnlyTheSecondToFailWith(Class<? extends Exception> cause) throws Exception {
        assertThat(result(1)).isEqualTo(2);
        assertThatThrownBy(() -> result(2))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(cause);
        assertThat(result(3)).isEqualTo(3);
    }

    @Test
    void whatWaitsSharesOneCommitAndSeesWhatCameBefore() throws Exception {
        hold();
        for (int i = 1; i <= 5; i++) {
            int x = i;
            start(() -> transactions.run(() -> insert(x)));
        }
        go();
        for (int i = 0; i <= 5; i++) {
            assertThat(result(i)).isEqualTo(i + 1);
        }
        assertThat(commits).hasValue(2);
    }

    @Test
    void whatFailsIsUndoneAlone() throws Exception {
        hold();
        start(() -> transactions.run(() -> insert(1)));
        start(() -> transactions.run(() -> {
            insert(2);
            throw new IllegalArgumentException("two");
        }));
        start(() -> transactions.run(() -> insert(3)));
        go();
        expectOnlyTheSecondToFailWith(IllegalArgumentException.class);
        assertThat(transactions.<Long>run(() -> sql.number("SELECT sum(x) FROM t")))
                .isEqualTo(4);
        assertThat(commits.get()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aFailureOfTheDatabaseMeetsWhoCausedIt() throws Exception {
        hold();
        start(() -> transactions.run(() -> insert(1)));
        start(() -> transactions.run(() -> insert(0)));
        start(() -> transactions.run(() -> insert(3)));
        go();
        expectOnlyTheSecondToFailWith(SQLException.class);
        assertThat(transactions.<Long>run(this::rows)).isEqualTo(3);
    }

    @Test
    void anErrorOfTheMachineCommitsNothing() throws Exception {
        assertThatThrownBy(() -> transactions.run(() -> {
                    insert(1);
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(transactions.<Long>run(this::rows)).isZero();
    }

    @Test
    void whoComesBeforeTheEndIsServedAndWhoComesLaterIsRefused() throws Exception {
        hold();
        start(() -> transactions.run(() -> insert(1)));
        start(() -> {
            transactions.close();
            return 0L;
        });
        go();
        assertThat(result(1)).isEqualTo(2);
        assertThat(result(2)).isZero();
        assertThatThrownBy(() -> transactions.run(this::rows)).isInstanceOf(Problem.class);
        transactions.close();
    }

    @Test
    void anInterruptWaitsForTheEndOfTheTransaction() throws Exception {
        hold();
        AtomicInteger interrupted = new AtomicInteger();
        FutureTask<Long> task = new FutureTask<>(() -> {
            long rows = transactions.run(() -> insert(1));
            interrupted.set(Thread.currentThread().isInterrupted() ? 1 : -1);
            return rows;
        });
        Thread thread = new Thread(task);
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
        thread.interrupt();
        go();
        assertThat(task.get()).isEqualTo(2);
        assertThat(interrupted).hasValue(1);
    }
}
