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

    private final SecureRandom random = new SecureRandom();
    private final ExecutorService pool = Executors.newCachedThreadPool(daemons("parley-"));
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, daemons("parley-timer-"));

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
        return new SerialExecutor(name, pool);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        try {
            Future<?> future = timer.schedule(
                    () -> {
                        try {
                            task.run();
                        } catch (Throwable e) {
                            log.error("a timer task failed", e);
                        }
                    },
                    Math.max(0, delay.toNanos()),
                    TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            log.debug("a timer was started after the environment was closed");
            return () -> {};
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        pool.shutdown();
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
    private static final class SerialExecutor implements Executor, Runnable {

        private final String name;
        private final Executor pool;
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private boolean running;

        SerialExecutor(String name, Executor pool) {
            this.name = name;
            this.pool = pool;
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
                Runnable task = tasks.poll();
                running = task != null;
                return task;
            }
        }
    }
}
