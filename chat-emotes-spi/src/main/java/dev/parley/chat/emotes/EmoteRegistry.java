package dev.parley.chat.emotes;

import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.internal.HttpFetcher;
import dev.parley.chat.emotes.internal.Plugins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds emote providers, loads their sets and keeps the merged {@link EmoteCatalog}.
 *
 * <pre>{@code
 * try (EmoteRegistry registry = EmoteRegistry.builder()
 *         .setting("7tv.channel", "twitch/12345")
 *         .setting("custom.domains", "example.social")
 *         .build()) {
 *     registry.refresh().join();
 *     List<MessageToken> tokens = EmoteTokenizer.tokenize("Kappa :blobcat:", registry.catalog());
 * }
 * }</pre>
 *
 * <p>Providers come from {@link ServiceLoader}, on the class path as on the module path, and from
 * {@link Builder#factory}. A plugin that is broken is reported in {@link #failures()} and touches no other. Sets are
 * loaded at {@link #refresh()} only, all sources at the same time; each good answer replaces that source's set at once,
 * a failed one leaves the last good set in use.
 *
 * <p>All methods may be called from any thread and none blocks, except {@link #close()}. Work runs on daemon threads
 * named {@code parley-emotes-…}, which {@code close()} stops.
 */
public final class EmoteRegistry implements AutoCloseable {
    /** How long {@link #close()} waits for a plugin that does not react to interruption. */
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);

    private static final Duration IDLE_THREAD_LIFE = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(EmoteRegistry.class);

    private final Object lock = new Object();
    private final List<EmoteProviderInfo> providers;
    private final List<EmoteProviderFailure> setupFailures;
    private final List<Slot> slots;
    private final boolean unlistedShown;
    private final Duration loadTimeout;
    private final HttpFetcher fetcher;
    private final ExecutorService workers;
    private final ScheduledThreadPoolExecutor timer;
    private volatile EmoteCatalog catalog = EmoteCatalog.empty();
    private boolean closed;

    private EmoteRegistry(Builder builder) {
        Plugins plugins = new Plugins();
        builder.factories.forEach(plugins::add);
        ServiceLoader<EmoteProviderFactory> services = builder.services();
        if (services != null) {
            plugins.discover(services);
        }
        List<EmoteProviderInfo> infos = new ArrayList<>();
        List<Slot> allSlots = new ArrayList<>();
        for (Plugins.Plugin plugin : plugins.setUp(builder.settings, builder.providerOrder)) {
            infos.add(plugin.info());
            plugin.sources()
                    .forEach(source -> allSlots.add(new Slot(plugin.info().id(), source)));
        }
        providers = List.copyOf(infos);
        slots = List.copyOf(allSlots);
        setupFailures = plugins.failures();
        unlistedShown = builder.unlistedShown;
        loadTimeout = builder.loadTimeout;
        fetcher = new HttpFetcher(builder.settings.values(), builder.fetchTimeout, builder.maxAnswerBytes);
        // Unbounded in itself: a source never runs twice at once, so there are no more threads than sources.
        workers = Executors.newCachedThreadPool(new NamedThreads("parley-emotes-load-"));
        timer = new ScheduledThreadPoolExecutor(1, new NamedThreads("parley-emotes-timer-"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(IDLE_THREAD_LIFE.toSeconds(), TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    /**
     * Begins a registry.
     *
     * @return a builder with the defaults that its methods state
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Gives the current snapshot. It never changes; a later call may give another one. Empty until a source was loaded.
     *
     * @return the merged emotes of all sources
     */
    public EmoteCatalog catalog() {
        return catalog;
    }

    /**
     * Lists the providers in use, in the order of their precedence.
     *
     * @return an immutable list
     */
    public List<EmoteProviderInfo> providers() {
        return providers;
    }

    /**
     * Lists what does not work at present: plugins and settings, and sources whose last load failed.
     *
     * @return an immutable list, empty if all is well
     */
    public List<EmoteProviderFailure> failures() {
        List<EmoteProviderFailure> failures = new ArrayList<>(setupFailures);
        status().forEach(status -> status.failure().ifPresent(failures::add));
        return List.copyOf(failures);
    }

    /**
     * Tells how each source stands.
     *
     * @return an immutable list, in the order of precedence within a scope
     */
    public List<EmoteSourceStatus> status() {
        synchronized (lock) {
            return slots.stream().map(Slot::status).toList();
        }
    }

    /**
     * Loads all sources. The catalog follows source by source; a source that is being loaded already is not loaded
     * twice.
     *
     * @return completes with the {@link #status()} when every source succeeded, failed or ran into its time limit;
     *     failing sources do not fail it. Completes exceptionally, caused by a {@link CancellationException}, if the
     *     registry is closed before. Dependents run on a thread of the registry and must not block it.
     * @throws IllegalStateException if the registry is closed
     */
    public CompletableFuture<List<EmoteSourceStatus>> refresh() {
        List<CompletableFuture<Void>> loads = new ArrayList<>();
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the registry is closed");
            }
            for (Slot slot : slots) {
                loads.add(load(slot));
            }
        }
        return CompletableFuture.allOf(loads.toArray(new CompletableFuture<?>[0]))
                .thenApply(none -> status());
    }

    /** Starts to load, under the lock. The result completes after the catalog has followed. */
    private CompletableFuture<Void> load(Slot slot) {
        if (slot.load != null) {
            if (!slot.load.outcome.isDone()) {
                return slot.load.settled;
            }
            slot.failure = Optional.of(slot.failure(Reason.TIMED_OUT, "is still busy with a load that was given up"));
            return CompletableFuture.completedFuture(null);
        }
        Load load = new Load(slot, fetcher.open());
        slot.load = load;
        workers.execute(() -> run(load));
        load.timeout = timer.schedule(
                () -> load.giveUp(
                        new EmoteLoadException(Reason.TIMED_OUT, "took longer than " + loadTimeout.toMillis() + " ms")),
                loadTimeout.toMillis(),
                TimeUnit.MILLISECONDS);
        return load.settled;
    }

    private void run(Load load) {
        if (!load.enter()) {
            return;
        }
        try {
            EmoteSet set = load.slot.source.source().load(load.session);
            load.slot.check(set);
            load.leave();
            load.outcome.complete(set);
        } catch (EmoteLoadException | InterruptedException e) {
            load.leave();
            load.outcome.completeExceptionally(e);
        } catch (Throwable e) {
            load.leave();
            load.outcome.completeExceptionally(
                    new EmoteLoadException(Reason.CRASHED, "threw " + Plugins.describe(e), e));
            Plugins.rethrowIfFatal(e);
        }
    }

    /** Takes over what a load brought. */
    private void settle(Load load, @Nullable EmoteSet set, @Nullable Throwable error) {
        Slot slot = load.slot;
        synchronized (lock) {
            if (!load.inPlugin && slot.load == load) {
                slot.load = null;
            }
            if (load.timeout != null) {
                load.timeout.cancel(false);
            }
            if (closed) {
                throw new CancellationException("the registry was closed");
            }
            if (set != null) {
                slot.lastGood = set;
                slot.failure = Optional.empty();
                List<EmoteCatalog.Layer> layers = slots.stream()
                        .map(each -> new EmoteCatalog.Layer(each.source.scope(), each.lastGood))
                        .toList();
                catalog = unlistedShown ? EmoteCatalog.ofAllIncludingUnlisted(layers) : EmoteCatalog.of(layers);
            } else {
                EmoteProviderFailure failure = error instanceof EmoteLoadException e
                        ? slot.failure(e.reason(), Objects.requireNonNullElse(e.getMessage(), "no message"))
                        : slot.failure(Reason.CRASHED, "was interrupted, but not by the registry");
                slot.failure = Optional.of(failure);
                LOG.warn("Emotes of {} ({}): {}", failure.provider(), failure.what(), failure.message());
            }
        }
        if (set != null && set.skippedCount() > 0) {
            LOG.info(
                    "Emotes of {} ({}): {} entries left out; the first: {}",
                    slot.providerId,
                    slot.source.name(),
                    set.skippedCount(),
                    set.skippedNotes().get(0));
        }
    }

    /**
     * Breaks off all loads and stops all threads; waits up to 2 seconds for them, without regard to plugins that do not
     * react to interruption longer than that. The last catalog stays readable. Closing again does nothing.
     */
    @Override
    public void close() {
        List<Load> loads = new ArrayList<>();
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            for (Slot slot : slots) {
                if (slot.load != null) {
                    loads.add(slot.load);
                }
            }
        }
        loads.forEach(load -> load.giveUp(new CancellationException("the registry was closed")));
        timer.shutdownNow();
        workers.shutdownNow();
        fetcher.close();
        try {
            if (!workers.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("A plugin does not react to interruption; its daemon thread is left behind");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A source and what is known of it. Its changing parts are guarded by the registry's lock. */
    private static final class Slot {
        final String providerId;
        final Plugins.CheckedSource source;
        EmoteSet lastGood = EmoteSet.empty();
        Optional<EmoteProviderFailure> failure = Optional.empty();

        /** The load whose thread is still in the plugin. */
        @Nullable
        Load load;

        Slot(String providerId, Plugins.CheckedSource source) {
            this.providerId = providerId;
            this.source = source;
        }

        EmoteProviderFailure failure(Reason reason, String message) {
            return new EmoteProviderFailure(providerId, source.name(), reason, message);
        }

        /** Only a provider's own emotes may come from it, or it could pass off its images as another's. */
        void check(EmoteSet set) throws EmoteLoadException {
            Objects.requireNonNull(set, "the set");
            for (Emote emote : set.emotes()) {
                if (!emote.id().providerId().equals(providerId)) {
                    throw new EmoteLoadException(Reason.CRASHED, "gives emotes of another provider");
                }
            }
        }

        EmoteSourceStatus status() {
            return new EmoteSourceStatus(
                    providerId,
                    source.name(),
                    source.scope(),
                    lastGood.emotes().size(),
                    lastGood.skippedCount(),
                    lastGood.skippedNotes(),
                    failure);
        }
    }

    /** One attempt to load a source. */
    private final class Load {
        final Slot slot;
        final HttpFetcher.Session session;
        final CompletableFuture<EmoteSet> outcome = new CompletableFuture<>();
        final CompletableFuture<Void> settled;

        /** Gives the load up in time; guarded by the registry's lock. */
        @Nullable
        Future<?> timeout;

        /** The thread that loads, to interrupt while it is in the plugin; guarded by the registry's lock. */
        private @Nullable Thread thread;

        /** Whether a thread is in the plugin; guarded by the registry's lock. */
        private boolean inPlugin;

        Load(Slot slot, HttpFetcher.Session session) {
            this.slot = slot;
            this.session = session;
            settled = outcome.handle((set, error) -> {
                settle(this, set, error);
                return null;
            });
        }

        /** Called by the thread that is to load; false if it was given up before. */
        boolean enter() {
            synchronized (lock) {
                if (outcome.isDone()) {
                    return false;
                }
                thread = Thread.currentThread();
                inPlugin = true;
                return true;
            }
        }

        /** Called by the thread that loads, once the plugin has let it go and before the outcome is told. */
        void leave() {
            synchronized (lock) {
                thread = null;
                inPlugin = false;
                if (outcome.isDone() && slot.load == this) {
                    slot.load = null;
                }
            }
            // An interruption that came late is not meant for what this thread does next.
            Thread.interrupted();
        }

        void giveUp(Exception why) {
            if (outcome.completeExceptionally(why)) {
                session.cancel();
                synchronized (lock) {
                    if (thread != null) {
                        thread.interrupt();
                    }
                }
            }
        }
    }

    /** Makes daemon threads with numbered names. */
    private static final class NamedThreads implements ThreadFactory {
        private final String prefix;
        private final AtomicInteger count = new AtomicInteger();

        NamedThreads(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public Thread newThread(Runnable task) {
            Thread thread = new Thread(task, prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        }
    }

    /** Builds an {@link EmoteRegistry}. Not for use by several threads at once. */
    public static final class Builder {
        /** The largest answer by default: 16 MiB. */
        public static final int DEFAULT_MAX_ANSWER_BYTES = 16 * 1024 * 1024;

        /** How long one HTTP exchange may take by default. */
        public static final Duration DEFAULT_FETCH_TIMEOUT = Duration.ofSeconds(10);

        /** How long one source may take by default. */
        public static final Duration DEFAULT_LOAD_TIMEOUT = Duration.ofSeconds(30);

        private final Map<String, String> settings = new LinkedHashMap<>();
        private final List<EmoteProviderFactory> factories = new ArrayList<>();
        private List<String> providerOrder = List.of();
        private boolean discovery = true;
        private @Nullable ClassLoader classLoader;
        private @Nullable ModuleLayer moduleLayer;
        private boolean unlistedShown;
        private int maxAnswerBytes = DEFAULT_MAX_ANSWER_BYTES;
        private Duration fetchTimeout = DEFAULT_FETCH_TIMEOUT;
        private Duration loadTimeout = DEFAULT_LOAD_TIMEOUT;

        private Builder() {}

        /**
         * Sets a setting of a provider. A loopback address (such as {@code http://127.0.0.1:8080}) in a value allows
         * providers to ask that host and port.
         *
         * @param key the key, such as {@code 7tv.channel}; see {@link EmoteProviderFactory#settings()}
         * @param value the value; a blank one counts as not set
         * @return this builder
         */
        public Builder setting(String key, String value) {
            settings.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Sets several settings.
         *
         * @param settings values by key; see {@link #setting}
         * @return this builder
         */
        public Builder settings(Map<String, String> settings) {
            settings.forEach(this::setting);
            return this;
        }

        /**
         * Adds a provider that is not looked up. Those added come before those found.
         *
         * @param factory the provider's factory
         * @return this builder
         */
        public Builder factory(EmoteProviderFactory factory) {
            factories.add(Objects.requireNonNull(factory, "factory"));
            return this;
        }

        /**
         * Uses only the providers that were added, and looks up none.
         *
         * @return this builder
         */
        public Builder withoutDiscovery() {
            discovery = false;
            return this;
        }

        /**
         * Looks providers up in this class loader; by default in the context class loader of the thread that builds.
         *
         * @param classLoader the class loader
         * @return this builder
         */
        public Builder classLoader(ClassLoader classLoader) {
            this.classLoader = Objects.requireNonNull(classLoader, "classLoader");
            return this;
        }

        /**
         * Looks providers up in this module layer and its parents, and not in a class loader.
         *
         * @param moduleLayer the layer
         * @return this builder
         */
        public Builder moduleLayer(ModuleLayer moduleLayer) {
            this.moduleLayer = Objects.requireNonNull(moduleLayer, "moduleLayer");
            return this;
        }

        /**
         * Says which providers take precedence within a scope. By default: those added, in that order, then those
         * found, by id.
         *
         * @param providerIds ids of the first providers; the others keep their order after them
         * @return this builder
         */
        public Builder providerOrder(List<String> providerIds) {
            providerOrder = List.copyOf(providerIds);
            return this;
        }

        /**
         * Puts {@link EmoteVisibility#UNLISTED} emotes into the catalog; by default they are left out.
         *
         * @return this builder
         */
        public Builder includeUnlisted() {
            unlistedShown = true;
            return this;
        }

        /**
         * Limits the size of one answer, 16 MiB by default.
         *
         * @param maxAnswerBytes the largest body, after decompression, in bytes; at least 1
         * @return this builder
         * @throws IllegalArgumentException if the limit is below 1
         */
        public Builder maxAnswerBytes(int maxAnswerBytes) {
            if (maxAnswerBytes < 1) {
                throw new IllegalArgumentException("the limit must be at least 1 byte, but is " + maxAnswerBytes);
            }
            this.maxAnswerBytes = maxAnswerBytes;
            return this;
        }

        /**
         * Limits the time of one HTTP exchange, 10 seconds by default.
         *
         * @param timeout the limit, at least 1 ms
         * @return this builder
         * @throws IllegalArgumentException if the limit is shorter
         */
        public Builder fetchTimeout(Duration timeout) {
            fetchTimeout = requireAMillisecond(timeout);
            return this;
        }

        /**
         * Limits the time that one source may take, 30 seconds by default.
         *
         * @param timeout the limit, at least 1 ms
         * @return this builder
         * @throws IllegalArgumentException if the limit is shorter
         */
        public Builder loadTimeout(Duration timeout) {
            loadTimeout = requireAMillisecond(timeout);
            return this;
        }

        private static Duration requireAMillisecond(Duration timeout) {
            if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
                throw new IllegalArgumentException("a timeout must be at least 1 ms");
            }
            return timeout;
        }

        private @Nullable ServiceLoader<EmoteProviderFactory> services() {
            if (!discovery) {
                return null;
            }
            if (moduleLayer != null) {
                return ServiceLoader.load(moduleLayer, EmoteProviderFactory.class);
            }
            return classLoader != null
                    ? ServiceLoader.load(EmoteProviderFactory.class, classLoader)
                    : ServiceLoader.load(EmoteProviderFactory.class);
        }

        /**
         * Looks up the providers and sets them up; loads nothing yet.
         *
         * @return the registry
         */
        public EmoteRegistry build() {
            return new EmoteRegistry(this);
        }
    }
}
