package dev.parley.chat.emotes.internal;

import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls into plugins, each on a thread of its own and for a limited time. When the time is over, the call's HTTP is
 * broken off, its thread interrupted, and its outcome told without waiting for the plugin, which may never return.
 */
public final class PluginCalls implements AutoCloseable {
    /** How long {@link #close()} waits for a plugin that does not react to interruption. */
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(PluginCalls.class);

    private final HttpFetcher fetcher;

    /** Unbounded in itself: what calls limits itself, a source for example is not called twice at once. */
    private final ExecutorService workers = Executors.newCachedThreadPool(new Threads("parley-emotes-load-"));

    private final ScheduledThreadPoolExecutor timer = Threads.timer("parley-emotes-timer-");
    private final Set<Call<?>> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** @param fetcher what the plugins ask with; not closed with this */
    public PluginCalls(HttpFetcher fetcher) {
        this.fetcher = fetcher;
    }

    /**
     * What a plugin is to do.
     *
     * @param <T> what it gives
     */
    @FunctionalInterface
    public interface Task<T> {
        /**
         * Calls the plugin.
         *
         * @param session what it may ask with
         * @return what it gave
         * @throws EmoteLoadException if it failed as it should
         * @throws InterruptedException if it was interrupted
         */
        T call(HttpFetcher.Session session) throws EmoteLoadException, InterruptedException;
    }

    /**
     * Starts a call.
     *
     * @param <T> what it gives
     * @param task what to do
     * @param timeout for how long
     * @return the call
     */
    public <T> Call<T> start(Task<T> task, Duration timeout) {
        Call<T> call = new Call<>(fetcher.open());
        running.add(call);
        if (closed) {
            call.giveUp(new CancellationException("the registry was closed"));
            return call;
        }
        workers.execute(() -> run(call, task));
        call.timeout = timer.schedule(
                () -> call.giveUp(
                        new EmoteLoadException(Reason.TIMED_OUT, "took longer than " + timeout.toMillis() + " ms")),
                timeout.toMillis(),
                TimeUnit.MILLISECONDS);
        return call;
    }

    /**
     * The timer of all calls, for those who make them.
     *
     * @return the timer; it must not be blocked
     */
    public ScheduledThreadPoolExecutor timer() {
        return timer;
    }

    /**
     * Gives the threads of all calls, for work on the disk and the network that is not a plugin's.
     *
     * @return the threads
     */
    public Executor executor() {
        return workers;
    }

    private <T> void run(Call<T> call, Task<T> task) {
        if (!call.enter()) {
            return;
        }
        try {
            T result = task.call(call.session);
            call.leave();
            call.outcome.complete(result);
        } catch (EmoteLoadException e) {
            call.leave();
            call.outcome.completeExceptionally(e);
        } catch (InterruptedException e) {
            call.leave();
            // What the registry gave up has its outcome already.
            call.outcome.completeExceptionally(
                    new EmoteLoadException(Reason.CRASHED, "was interrupted, but not by the registry", e));
        } catch (Throwable e) {
            call.leave();
            call.outcome.completeExceptionally(
                    new EmoteLoadException(Reason.CRASHED, "threw " + Plugins.describe(e), e));
            Plugins.rethrowIfFatal(e);
        }
    }

    /**
     * Breaks off all calls and stops all threads; waits up to 2 seconds for them, without regard to plugins that do not
     * react to interruption longer than that.
     */
    @Override
    public void close() {
        closed = true;
        running.forEach(call -> call.giveUp(new CancellationException("the registry was closed")));
        timer.shutdownNow();
        workers.shutdownNow();
        try {
            if (!workers.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("A plugin does not react to interruption; its daemon thread is left behind");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * One call.
     *
     * @param <T> what it gives
     */
    public final class Call<T> {
        private final HttpFetcher.Session session;
        private final CompletableFuture<T> outcome = new CompletableFuture<>();
        private volatile @Nullable Future<?> timeout;

        /** The thread that is in the plugin, to interrupt; guarded by this. */
        private @Nullable Thread thread;

        private volatile boolean inPlugin;

        private Call(HttpFetcher.Session session) {
            this.session = session;
            CompletableFuture<?> unused = outcome.whenComplete((result, error) -> {
                running.remove(this);
                Future<?> waiting = timeout;
                if (waiting != null) {
                    waiting.cancel(false);
                }
            });
        }

        /**
         * What came of it.
         *
         * @return completes with what the plugin gave; exceptionally with an {@link EmoteLoadException}, or with a
         *     {@link CancellationException} if the registry was closed
         */
        public CompletableFuture<T> outcome() {
            return outcome;
        }

        /** Whether a thread is in the plugin still, be it given up or not. */
        boolean isInPlugin() {
            return inPlugin;
        }

        /** Breaks it off, if it is not over. */
        void giveUp(Exception why) {
            if (outcome.completeExceptionally(why)) {
                session.cancel();
                synchronized (this) {
                    if (thread != null) {
                        thread.interrupt();
                    }
                }
            }
        }

        private synchronized boolean enter() {
            if (outcome.isDone()) {
                return false;
            }
            thread = Thread.currentThread();
            inPlugin = true;
            return true;
        }

        private void leave() {
            synchronized (this) {
                thread = null;
                inPlugin = false;
            }
            // An interruption that came late is not meant for what this thread does next.
            Thread.interrupted();
        }
    }
}
