package dev.parley.chat.transport;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real environment; see {@link Environment#system()}. */
final class SystemEnvironment implements Environment {

    private static final Logger log = LoggerFactory.getLogger(SystemEnvironment.class);

    /** Longer delays do not fit into nanoseconds; nothing runs that long. */
    private static final Duration LONGEST_DELAY = Duration.ofDays(36_500);

    private final SecureRandom random = new SecureRandom();
    private final ExecutorService pool = Executors.newCachedThreadPool(daemons("parley-"));
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, daemons("parley-timer-"));

    /** Set before the threads are stopped: what waits behind a running task is not begun any more. */
    private volatile boolean closed;

    SystemEnvironment() {
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long epochMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public void fillRandom(byte[] bytes) {
        random.nextBytes(bytes);
    }

    @Override
    public Executor newSerialExecutor(String name) {
        return new SerialExecutor(name);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        try {
            Future<?> future = timer.schedule(
                    () -> {
                        if (closed) {
                            return;
                        }
                        try {
                            task.run();
                        } catch (Throwable e) {
                            log.error("a timer task failed", e);
                        }
                    },
                    nanosOf(delay),
                    TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            log.debug("a timer was started after the environment was closed");
            return () -> {};
        }
    }

    @Override
    public void close() {
        closed = true;
        // Not shutdownNow: a task that is running ends undisturbed.
        timer.shutdown();
        pool.shutdown();
    }

    private static long nanosOf(Duration delay) {
        if (delay.isNegative()) {
            return 0;
        }
        return delay.compareTo(LONGEST_DELAY) < 0 ? delay.toNanos() : LONGEST_DELAY.toNanos();
    }

    private static ThreadFactory daemons(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Runs tasks in order on threads of a pool, holding one only while there is something to do. */
    private final class SerialExecutor implements Executor, Runnable {

        private final String name;
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private boolean running;

        SerialExecutor(String name) {
            this.name = name;
        }

        @Override
        public void execute(Runnable task) {
            synchronized (tasks) {
                tasks.add(task);
                if (running) {
                    return;
                }
                running = true;
            }
            try {
                pool.execute(this);
            } catch (RejectedExecutionException e) {
                synchronized (tasks) {
                    tasks.clear();
                    running = false;
                }
                log.debug("{}: a task came after the environment was closed", name);
            }
        }

        @Override
        public void run() {
            Thread thread = Thread.currentThread();
            String idleName = thread.getName();
            thread.setName("parley-" + name);
            try {
                runTasks();
            } finally {
                thread.setName(idleName);
            }
        }

        private void runTasks() {
            for (Runnable task = next(); task != null; task = next()) {
                try {
                    task.run();
                } catch (Throwable e) {
                    log.error("{}: a task failed", name, e);
                }
            }
        }

        private @org.jspecify.annotations.Nullable Runnable next() {
            synchronized (tasks) {
                if (closed) {
                    tasks.clear();
                }
                Runnable task = tasks.poll();
                running = task != null;
                return task;
            }
        }
    }
}
