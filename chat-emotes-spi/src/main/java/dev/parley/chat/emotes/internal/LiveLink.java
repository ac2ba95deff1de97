package dev.parley.chat.emotes.internal;

import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.LiveEmotes;
import dev.parley.chat.emotes.LiveEmotes.Retry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The WebSocket of one provider with live updates: connects while there are topics, hands what comes to the provider's
 * conversation, and connects again by the rules of {@link LiveEmotes}. Everything happens on its own thread, so that a
 * provider that blocks holds up its own updates only; the public methods may be called from any thread.
 */
public final class LiveLink implements AutoCloseable {
    /** The longest message, in UTF-16 code units; a server that sends a longer one is left. */
    static final int MAX_TEXT_CHARS = 1024 * 1024;

    /** The most messages that wait for the provider; a connection that brings more is left. */
    static final int MAX_WAITING = 256;

    static final Duration MAX_DELAY = Duration.ofMinutes(1);
    static final Duration LATER = Duration.ofMinutes(5);

    /** What stands for a connection that broke (RFC 6455 section 7.4.1). */
    private static final int NO_CLOSE_FRAME = 1006;

    private static final int NORMAL_CLOSE = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(LiveLink.class);

    private final String providerId;
    private final LiveEmotes live;
    private final HttpFetcher fetcher;
    private final Supplier<List<Sources.Slot>> slots;
    private final Duration firstDelay;
    private final ScheduledThreadPoolExecutor thread;
    private final ScheduledExecutorService watchdog;
    private final Duration stepTimeout;
    private final Runnable onChange;
    private volatile Optional<EmoteProviderFailure> failure = Optional.empty();

    // What follows is touched on the thread only.
    private @Nullable Connection connection;
    private @Nullable Future<?> retrying;
    private int attempts;
    private boolean ended;

    /**
     * @param providerId whose it is
     * @param live the provider
     * @param fetcher opens connections
     * @param slots gives the provider's sources
     * @param firstDelay how long to wait before the first new connection
     * @param watchdog notices when the provider does not return; it must not be blocked
     * @param stepTimeout how long the provider may take for each step
     * @param onChange called when {@link #failure()} is another one
     */
    public LiveLink(
            String providerId,
            LiveEmotes live,
            HttpFetcher fetcher,
            Supplier<List<Sources.Slot>> slots,
            Duration firstDelay,
            ScheduledExecutorService watchdog,
            Duration stepTimeout,
            Runnable onChange) {
        this.providerId = providerId;
        this.live = live;
        this.fetcher = fetcher;
        this.slots = slots;
        this.firstDelay = firstDelay;
        this.watchdog = watchdog;
        this.stepTimeout = stepTimeout;
        this.onChange = onChange;
        thread = Threads.timer("parley-emotes-live-" + providerId + "-");
    }

    /** Looks at the topics of the sets: connects, subscribes to new ones, or leaves if there is none. */
    public void topicsChanged() {
        run(this::followTopics);
    }

    /**
     * Tells what does not work.
     *
     * @return why there are no live updates at present; nothing if there are, or none are wanted
     */
    public Optional<EmoteProviderFailure> failure() {
        return failure;
    }

    @Override
    public void close() {
        run(() -> {
            ended = true;
            leave(Retry.NEVER);
            thread.shutdownNow();
        });
    }

    private void run(Runnable step) {
        try {
            thread.execute(() -> watched(step));
        } catch (RejectedExecutionException e) {
            // Closed meanwhile: nobody wants to hear of it.
            LOG.trace("The live updates of {} have ended", providerId);
        }
    }

    /** Takes a step; a plugin that does not come back from it is interrupted and reported. */
    private void watched(Runnable step) {
        Thread stepping = Thread.currentThread();
        AtomicBoolean over = new AtomicBoolean();
        Future<?> watch;
        try {
            watch = watchdog.schedule(
                    () -> {
                        synchronized (over) {
                            if (!over.get()) {
                                fail(Reason.TIMED_OUT, "took longer than " + stepTimeout.toMillis() + " ms");
                                stepping.interrupt();
                            }
                        }
                    },
                    stepTimeout.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The registry is closing: what is left to do is to leave.
            watch = CompletableFuture.completedFuture(null);
        }
        try {
            step.run();
        } finally {
            synchronized (over) {
                over.set(true);
            }
            watch.cancel(false);
            // Not meant for the next step.
            Thread.interrupted();
        }
    }

    private void followTopics() {
        Set<String> wanted = topics();
        if (ended) {
            return;
        }
        if (wanted.isEmpty()) {
            leave(Retry.NEVER);
            return;
        }
        Connection current = connection;
        if (current == null) {
            if (retrying == null) {
                connect();
            }
        } else if (current.open) {
            current.guarded(() -> current.follow(wanted));
        }
    }

    private Set<String> topics() {
        Set<String> topics = new LinkedHashSet<>();
        slots.get().forEach(slot -> topics.addAll(slot.topics()));
        return topics;
    }

    private void connect() {
        retrying = null;
        if (ended || topics().isEmpty()) {
            return;
        }
        try {
            Optional<URI> address = live.liveAddress();
            if (address.isEmpty()) {
                ended = true;
                return;
            }
            Connection next = new Connection(live.converse());
            connection = next;
            next.socket = fetcher.openSocket(address.get(), next.listener());
        } catch (EmoteLoadException e) {
            fail(e.reason(), String.valueOf(e.getMessage()));
            ended = true;
            connection = null;
        } catch (Throwable e) {
            Plugins.rethrowIfFatal(e);
            fail(Reason.CRASHED, "threw " + Plugins.describe(e));
            ended = true;
            connection = null;
        }
    }

    /** Ends the connection, if there is one, and does what comes after. */
    private void leave(Retry retry) {
        Connection current = connection;
        connection = null;
        if (current != null) {
            current.end();
        }
        if (retrying != null) {
            retrying.cancel(false);
            retrying = null;
        }
        if (ended || retry == Retry.NEVER) {
            return;
        }
        Duration delay = retry == Retry.LATER ? later() : soon();
        attempts++;
        retrying = thread.schedule(() -> watched(this::connect), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Twice as long each time, and by chance up to half as long again, so that not all clients come at once. */
    private Duration soon() {
        long millis = Threads.doubled(firstDelay, attempts, MAX_DELAY).toMillis();
        return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }

    private static Duration later() {
        return LATER.plusMillis(ThreadLocalRandom.current().nextLong(MAX_DELAY.toMillis()));
    }

    private void fail(Reason reason, String message) {
        failure = Optional.of(new EmoteProviderFailure(providerId, "live updates", reason, message));
        LOG.info("Live updates of {}: {}", providerId, message);
        onChange.run();
    }

    /** One connection, whose steps all happen on the link's thread. */
    private final class Connection implements LiveEmotes.Actions {
        final LiveEmotes.Conversation conversation;
        final Set<String> subscribed = new LinkedHashSet<>();

        @Nullable
        WebSocket socket;

        boolean open;

        /** Messages that were heard and not looked at yet. */
        private final AtomicInteger waiting = new AtomicInteger();

        /** Whether a message was heard and understood. */
        private boolean greeted;

        private @Nullable Future<?> patience;

        Connection(LiveEmotes.Conversation conversation) {
            this.conversation = conversation;
        }

        WebSocketListener listener() {
            return new WebSocketListener() {
                @Override
                public void onOpen(WebSocket webSocket, Response response) {
                    step(Connection.this::opened);
                }

                @Override
                public void onMessage(WebSocket webSocket, String text) {
                    if (waiting.incrementAndGet() > MAX_WAITING) {
                        webSocket.cancel();
                        return;
                    }
                    run(() -> {
                        waiting.decrementAndGet();
                        guarded(() -> heard(text));
                    });
                }

                @Override
                public void onClosing(WebSocket webSocket, int code, String reason) {
                    webSocket.close(NORMAL_CLOSE, null);
                    step(() -> closed(code));
                }

                @Override
                public void onFailure(WebSocket webSocket, Throwable e, @Nullable Response response) {
                    // The exception's message may hold an IP address, so only its kind is told.
                    String why = response == null ? e.getClass().getSimpleName() : "status " + response.code();
                    step(() -> {
                        fail(Reason.UNREACHABLE, "no connection (" + why + ")");
                        closed(NO_CLOSE_FRAME);
                    });
                }
            };
        }

        /** Runs on the link's thread, if this is the connection still. What the plugin throws ends the connection. */
        private void step(Runnable step) {
            run(() -> guarded(step));
        }

        /** On the link's thread. */
        private void guarded(Runnable step) {
            if (connection != this) {
                return;
            }
            try {
                step.run();
            } catch (Throwable e) {
                Plugins.rethrowIfFatal(e);
                fail(Reason.CRASHED, "threw " + Plugins.describe(e));
                leave(Retry.SOON);
            }
        }

        private void opened() {
            open = true;
            failure = Optional.empty();
            onChange.run();
            wait(conversation.patience());
            follow(topics());
            // What happened before is not known: load again what has topics.
            slots.get().stream().filter(slot -> !slot.topics().isEmpty()).forEach(Sources.Slot::reload);
        }

        void follow(Set<String> wanted) {
            List<String> fresh =
                    wanted.stream().filter(topic -> !subscribed.contains(topic)).toList();
            List<String> stale =
                    subscribed.stream().filter(topic -> !wanted.contains(topic)).toList();
            subscribed.addAll(fresh);
            stale.forEach(subscribed::remove);
            if (!fresh.isEmpty()) {
                conversation.subscribe(fresh, this);
            }
            if (!stale.isEmpty() && connection == this) {
                conversation.unsubscribe(stale, this);
            }
        }

        private void heard(String text) {
            if (text.length() > MAX_TEXT_CHARS) {
                fail(Reason.TOO_LARGE, "a message of more than " + MAX_TEXT_CHARS + " characters");
                leave(Retry.SOON);
                return;
            }
            conversation.onText(text, this);
            if (connection == this) {
                // Not at the first message: a server that greets and hangs up, and a provider that crashes at the
                // greeting, would be connected again without a pause.
                if (greeted) {
                    attempts = 0;
                }
                greeted = true;
                wait(conversation.patience());
            }
        }

        private void closed(int code) {
            Retry retry = conversation.onClosed(code);
            if (retry == Retry.NEVER) {
                fail(Reason.REQUEST_REFUSED, "the server wants no connection (close code " + code + ")");
                ended = true;
            }
            leave(retry);
        }

        private void wait(Duration time) {
            if (patience != null) {
                patience.cancel(false);
            }
            patience = thread.schedule(
                    () -> step(() -> {
                        fail(Reason.TIMED_OUT, "nothing was heard for " + time.toSeconds() + " s");
                        closed(NO_CLOSE_FRAME);
                    }),
                    time.toMillis(),
                    TimeUnit.MILLISECONDS);
        }

        void end() {
            if (patience != null) {
                patience.cancel(false);
            }
            WebSocket used = socket;
            if (used != null && !used.close(NORMAL_CLOSE, null)) {
                used.cancel();
            } else if (used != null && !open) {
                used.cancel();
            }
        }

        @Override
        public void send(String text) {
            WebSocket used = socket;
            if (used != null && connection == this) {
                used.send(text);
            }
        }

        @Override
        public void change(String topic, UnaryOperator<EmoteSet> change) {
            // All of them: one that is being loaded for the first time may turn out to have the topic.
            slots.get().forEach(slot -> slot.change(topic, change));
        }

        @Override
        public void reload(String topic) {
            reload(List.of(topic));
        }

        @Override
        public void reload(Collection<String> topics) {
            with(topics).forEach(Sources.Slot::reload);
        }

        @Override
        public void report(Reason reason, String message) {
            if (connection == this) {
                fail(reason, message);
            }
        }

        @Override
        public void close(Retry retry) {
            if (connection == this) {
                if (retry == Retry.NEVER) {
                    fail(Reason.REQUEST_REFUSED, "the server wants no connection");
                    ended = true;
                }
                leave(retry);
            }
        }

        private Collection<Sources.Slot> with(Collection<String> topics) {
            List<Sources.Slot> with = new ArrayList<>();
            for (Sources.Slot slot : slots.get()) {
                if (slot.topics().stream().anyMatch(topics::contains)) {
                    with.add(slot);
                }
            }
            return with;
        }
    }
}
