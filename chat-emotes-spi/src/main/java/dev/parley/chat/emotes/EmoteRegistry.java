package dev.parley.chat.emotes;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.chat.emotes.internal.DiskCache;
import dev.parley.chat.emotes.internal.HttpFetcher;
import dev.parley.chat.emotes.internal.ImageFetcher;
import dev.parley.chat.emotes.internal.LiveLink;
import dev.parley.chat.emotes.internal.PluginCalls;
import dev.parley.chat.emotes.internal.Plugins;
import dev.parley.chat.emotes.internal.Searches;
import dev.parley.chat.emotes.internal.Sources;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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
 *         .cache(Path.of("emote-cache"))
 *         .build()) {
 *     registry.refresh().join();
 *     List<MessageToken> tokens = EmoteTokenizer.tokenize("Kappa :blobcat:", registry.catalog());
 * }
 * }</pre>
 *
 * <p>Providers come from {@link ServiceLoader}, on the class path as on the module path, and from
 * {@link Builder#factory}. A plugin that is broken is reported in {@link #failures()} and touches no other. Sets are
 * loaded at {@link #refresh()}, all sources at the same time, from the disk first if there is a {@link Builder#cache};
 * each good answer replaces that source's set at once, a failed one leaves the last good set in use. After
 * {@link #followLiveUpdates()} they also change when a provider's server says so.
 *
 * <p>All methods may be called from any thread and none blocks, except {@link Builder#build()} and {@link #close()}.
 * Work runs on daemon threads named {@code parley-emotes-…}, which {@code close()} stops.
 */
public final class EmoteRegistry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmoteRegistry.class);

    private final List<EmoteProviderInfo> providers;
    private final List<EmoteProviderFailure> setupFailures;
    private final List<Closeable> pluginJars;
    private final Map<String, EmoteProvider> byId = new LinkedHashMap<>();
    private final List<Sources.Slot> slots;
    private final boolean unlistedShown;
    private final Duration loadTimeout;
    private final Duration setupTimeout;
    private final HttpFetcher fetcher;
    private final PluginCalls calls;
    private final Sources sources;
    private final ImageFetcher imageFetcher;
    private final Map<String, String> setups = new LinkedHashMap<>();
    private final Map<String, Searches> searches = new LinkedHashMap<>();
    private final Map<String, LiveLink> liveLinks = new LinkedHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final List<EmoteRoom> rooms = new CopyOnWriteArrayList<>();

    /** One merge at a time, so that the last one has seen every set. */
    private final Object merging = new Object();

    private volatile EmoteCatalog catalog = EmoteCatalog.empty();
    private volatile boolean following;
    private volatile boolean closed;

    private EmoteRegistry(Builder builder) {
        Plugins plugins = new Plugins(builder.setupTimeout);
        builder.factories.forEach(plugins::add);
        ServiceLoader<EmoteProviderFactory> services = builder.services();
        if (services != null) {
            plugins.discover(services);
        }
        if (builder.pluginFolder != null) {
            plugins.discover(builder.pluginFolder);
        }
        List<Plugins.Plugin> working = plugins.setUp(builder.settings, builder.providerOrder, builder.only);
        pluginJars = plugins.jars();
        unlistedShown = builder.unlistedShown;
        loadTimeout = builder.loadTimeout;
        setupTimeout = builder.setupTimeout;
        @Nullable
        DiskCache disk = builder.cache == null
                ? null
                : new DiskCache(builder.cache, builder.maxCacheBytes, InstantSource.system());
        List<String> named = new ArrayList<>(builder.settings.values());
        named.addAll(builder.allowed);
        fetcher = new HttpFetcher(named, builder.fetchTimeout, builder.maxAnswerBytes, disk);
        calls = new PluginCalls(fetcher);
        sources = new Sources(calls, disk, loadTimeout, builder.reconnectDelay);
        imageFetcher = new ImageFetcher(fetcher, disk, builder.imageProxy, InstantSource.system());
        List<EmoteProviderInfo> infos = new ArrayList<>();
        List<Sources.Slot> allSlots = new ArrayList<>();
        for (Plugins.Plugin plugin : working) {
            String id = plugin.info().id();
            infos.add(plugin.info());
            setups.put(id, setupOf(plugin.info(), builder.settings));
            plugin.sources()
                    .forEach(source -> allSlots.add(sources.add(id, source, setup(id), () -> changed(id), this::tell)));
            if (plugin.provider() == null) {
                continue;
            }
            byId.put(id, plugin.provider());
            if (plugin.provider() instanceof EmoteSearch search) {
                searches.put(
                        id, new Searches(id, search, calls, builder.searchDelay, loadTimeout, Ticker.systemTicker()));
            }
            if (plugin.provider() instanceof LiveEmotes live) {
                liveLinks.put(
                        id,
                        new LiveLink(
                                id,
                                live,
                                fetcher,
                                () -> slotsOf(id),
                                builder.reconnectDelay,
                                calls.timer(),
                                builder.setupTimeout,
                                this::tell));
            }
        }
        providers = List.copyOf(infos);
        slots = List.copyOf(allSlots);
        setupFailures = plugins.failures();
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
     * @return the merged emotes of all sources, without those of {@linkplain #openRoom() rooms}
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
     * Finds the providers with a capability.
     *
     * @param capability {@link EmoteSearch}, {@link EmoteUpload}, {@link LiveEmotes}, {@link ChannelSets} or
     *     {@link PersonalSets}
     * @return the ids of those that have it, in the order of precedence
     */
    public List<String> providersWith(Class<?> capability) {
        return byId.entrySet().stream()
                .filter(entry -> capability.isInstance(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Lists what does not work at present: plugins and settings, sources whose last load failed, and live updates that
     * are wanted and not to be had.
     *
     * @return an immutable list, empty if all is well
     */
    public List<EmoteProviderFailure> failures() {
        List<EmoteProviderFailure> failures = new ArrayList<>(setupFailures);
        status().forEach(status -> status.failure().ifPresent(failures::add));
        liveLinks.values().forEach(link -> link.failure().ifPresent(failures::add));
        return List.copyOf(failures);
    }

    /**
     * Tells how each source stands.
     *
     * @return an immutable list, in the order of precedence within a scope
     */
    public List<EmoteSourceStatus> status() {
        return slots.stream().map(Sources.Slot::status).toList();
    }

    /**
     * Loads all sources. The catalog follows source by source, with the set from the disk first where nothing was
     * loaded yet; a source that is being loaded already is not loaded twice.
     *
     * @return completes with the {@link #status()} when every source succeeded, failed or ran into its time limit;
     *     failing sources do not fail it. Completes exceptionally, caused by a {@link CancellationException}, if the
     *     registry is closed before. Dependents run on a thread of the registry and must not block it.
     * @throws IllegalStateException if the registry is closed
     */
    public CompletableFuture<List<EmoteSourceStatus>> refresh() {
        requireOpen();
        return CompletableFuture.allOf(slots.stream().map(Sources.Slot::load).toArray(CompletableFuture<?>[]::new))
                .thenApply(none -> status());
    }

    /**
     * Takes all sets from the disk, as they were loaded last, and asks nobody. Without a {@link Builder#cache} there is
     * nothing to take.
     *
     * @return completes with the {@link #status()}; exceptionally only if the registry is closed before
     * @throws IllegalStateException if the registry is closed
     */
    public CompletableFuture<List<EmoteSourceStatus>> restore() {
        requireOpen();
        return CompletableFuture.runAsync(() -> slots.forEach(Sources.Slot::restore), calls.executor())
                .thenApply(none -> status());
    }

    /**
     * Begins to follow what the servers of providers tell of changes, until the registry is closed. Calling it again
     * does nothing.
     *
     * @throws IllegalStateException if the registry is closed
     */
    public void followLiveUpdates() {
        requireOpen();
        following = true;
        liveLinks.values().forEach(LiveLink::topicsChanged);
    }

    /**
     * Looks for emotes: among those that can be typed, and at the providers that can search. Servers are asked once
     * nothing newer was looked for during the {@link Builder#searchDelay}, so it may be called with each key stroke.
     *
     * @param query what to look for; white space at its ends is left out, and it is cut at
     *     {@value EmoteSearch#MAX_QUERY_CHARS} characters
     * @param limit the most results, 1 to {@value EmoteSearch#MAX_RESULTS}
     * @return completes with what was found, whether or not every server answered; exceptionally, caused by a
     *     {@link CancellationException}, only if the registry is closed before
     * @throws IllegalArgumentException if the limit is out of range
     * @throws IllegalStateException if the registry is closed
     */
    public CompletableFuture<EmoteSearchResult> search(String query, int limit) {
        return search(query, limit, catalog);
    }

    CompletableFuture<EmoteSearchResult> search(String query, int limit, EmoteCatalog known) {
        requireOpen();
        if (limit < 1 || limit > EmoteSearch.MAX_RESULTS) {
            throw new IllegalArgumentException("a search has 1 to " + EmoteSearch.MAX_RESULTS + " results");
        }
        String stripped = query.strip();
        int end = stripped.offsetByCodePoints(
                0, Math.min(stripped.codePointCount(0, stripped.length()), EmoteSearch.MAX_QUERY_CHARS));
        String asked = stripped.substring(0, Math.min(end, EmoteSearch.MAX_QUERY_CHARS));
        Map<EmoteId, Emote> found = new LinkedHashMap<>();
        EmoteCompletion.matches(asked, known, limit).forEach(emote -> found.put(emote.id(), emote));
        if (asked.isEmpty()) {
            return CompletableFuture.completedFuture(
                    new EmoteSearchResult(asked, List.copyOf(found.values()), List.of(), false));
        }
        List<EmoteProviderFailure> failures = new ArrayList<>();
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        Set<String> superseded = new HashSet<>();
        Map<String, List<Emote>> remote = new LinkedHashMap<>();
        for (Searches each : searches.values()) {
            remote.put(each.providerId(), List.of());
            answers.add(each.ask(asked, limit).handle((emotes, error) -> {
                // Answers of several providers may come at the same time.
                synchronized (remote) {
                    if (emotes != null) {
                        remote.put(each.providerId(), emotes);
                    } else if (error instanceof EmoteLoadException e) {
                        failures.add(new EmoteProviderFailure(
                                each.providerId(), "search", e.reason(), String.valueOf(e.getMessage())));
                    } else if (closed) {
                        throw new CancellationException("the registry was closed");
                    } else {
                        superseded.add(each.providerId());
                    }
                }
                return null;
            }));
        }
        return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenApply(none -> {
                    synchronized (remote) {
                        remote.values()
                                .forEach(emotes -> emotes.stream()
                                        .filter(this::isShown)
                                        .forEach(emote -> found.putIfAbsent(emote.id(), emote)));
                        List<Emote> first = found.values().stream().limit(limit).toList();
                        return new EmoteSearchResult(asked, first, failures, !superseded.isEmpty());
                    }
                });
    }

    private boolean isShown(Emote emote) {
        return unlistedShown || emote.visibility() != EmoteVisibility.UNLISTED;
    }

    /**
     * Puts an emote onto a provider's server, and loads that provider's sets again.
     *
     * @param providerId a provider with {@link EmoteUpload}
     * @param emote the emote
     * @return completes with the emote as it is there now; exceptionally with an {@link EmoteLoadException}, or, caused
     *     by a {@link CancellationException}, if the registry is closed before
     * @throws IllegalArgumentException if there is no such provider
     * @throws IllegalStateException if the registry is closed
     */
    public CompletableFuture<Emote> upload(String providerId, NewEmote emote) {
        EmoteUpload upload = uploader(providerId);
        Objects.requireNonNull(emote, "emote");
        return change(
                providerId,
                session -> requireOwn(
                                providerId, List.of(Objects.requireNonNull(upload.upload(emote, session), "the emote")))
                        .get(0));
    }

    /**
     * Takes one of the user's emotes off a provider's server, and loads that provider's sets again.
     *
     * @param providerId a provider with {@link EmoteUpload}
     * @param shortcode its shortcode, without colons, in any case
     * @return completes when it is gone; exceptionally as {@link #upload}
     * @throws IllegalArgumentException if there is no such provider
     * @throws IllegalStateException if the registry is closed
     */
    public CompletableFuture<Void> remove(String providerId, String shortcode) {
        EmoteUpload upload = uploader(providerId);
        return this.<Boolean>change(providerId, session -> {
                    upload.remove(shortcode, session);
                    return true;
                })
                .thenAccept(done -> {});
    }

    /**
     * Lists the emotes that the user has put onto a provider's server.
     *
     * @param providerId a provider with {@link EmoteUpload}
     * @return completes with the emotes; exceptionally as {@link #upload}
     * @throws IllegalArgumentException if there is no such provider
     * @throws IllegalStateException if the registry is closed
     */
    public CompletableFuture<List<Emote>> uploaded(String providerId) {
        EmoteUpload upload = uploader(providerId);
        return calls.start(session -> requireOwn(providerId, List.copyOf(upload.uploaded(session))), loadTimeout)
                .outcome();
    }

    private static List<Emote> requireOwn(String providerId, List<Emote> emotes) throws EmoteLoadException {
        Plugins.requireOwn(providerId, emotes);
        return emotes;
    }

    private EmoteUpload uploader(String providerId) {
        requireOpen();
        if (byId.get(providerId) instanceof EmoteUpload upload) {
            return upload;
        }
        throw new IllegalArgumentException("no provider " + providerId + " that takes uploads");
    }

    private <T> CompletableFuture<T> change(String providerId, PluginCalls.Task<T> task) {
        return calls.start(task, loadTimeout).outcome().thenCompose(result -> {
            List<CompletableFuture<Void>> loads =
                    slotsOf(providerId).stream().map(Sources.Slot::loadAnew).toList();
            // Whether they load is told by the status; the change is made.
            return CompletableFuture.allOf(loads.toArray(new CompletableFuture<?>[0]))
                    .handle((none, error) -> result);
        });
    }

    /**
     * Opens a place with emotes of its own besides those of this registry, such as a chat room.
     *
     * @return the room, with the registry's emotes only until it is given more
     * @throws IllegalStateException if the registry is closed
     */
    public EmoteRoom openRoom() {
        requireOpen();
        EmoteRoom room = new EmoteRoom(this);
        rooms.add(room);
        room.merge();
        return room;
    }

    /**
     * Gives what fetches the images of emotes.
     *
     * @return always the same; it ends with this registry
     */
    public EmoteImages images() {
        return new EmoteImages(imageFetcher);
    }

    /**
     * Asks to be called whenever {@link #catalog()} or {@link #failures()} may have changed.
     *
     * @param listener called on the thread that made the change, one at a time or several at once; it must not block
     */
    public void onChange(Runnable listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /** Finds a provider with a capability. */
    <T> T provider(String providerId, Class<T> capability) {
        EmoteProvider provider = byId.get(providerId);
        if (!capability.isInstance(provider)) {
            throw new IllegalArgumentException("no provider " + providerId + " with " + capability.getSimpleName());
        }
        return capability.cast(provider);
    }

    /**
     * Finds a source of a provider, on a thread that can be left behind.
     *
     * @throws IllegalArgumentException as the provider does
     * @throws EmoteLoadException if the provider gives none
     */
    Plugins.CheckedSource source(Supplier<EmoteSource> provider) throws EmoteLoadException {
        requireOpen();
        try {
            return calls.start(
                            session -> {
                                try {
                                    return new Found(
                                            Plugins.check(Objects.requireNonNull(provider.get(), "the source")), null);
                                } catch (IllegalArgumentException e) {
                                    return new Found(null, e);
                                }
                            },
                            setupTimeout)
                    .outcome()
                    .join()
                    .orThrow();
        } catch (CompletionException e) {
            if (e.getCause() instanceof EmoteLoadException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** A source, or why there is none. */
    private record Found(
            Plugins.@Nullable CheckedSource source,
            @Nullable IllegalArgumentException refusal) {
        Plugins.CheckedSource orThrow() {
            if (refusal != null) {
                throw refusal;
            }
            return Objects.requireNonNull(source);
        }
    }

    private String setup(String providerId) {
        return setups.getOrDefault(providerId, "");
    }

    /** What a provider was set up with, without its secrets. */
    private static String setupOf(EmoteProviderInfo info, Map<String, String> settings) {
        Set<String> secrets = info.settings().stream()
                .filter(setting -> setting.secrecy() == EmoteSetting.Secrecy.SECRET)
                .map(EmoteSetting::key)
                .collect(Collectors.toSet());
        return new TreeMap<>(settings)
                .entrySet().stream()
                        .filter(entry ->
                                entry.getKey().startsWith(info.id() + ".") && !secrets.contains(entry.getKey()))
                        .map(Object::toString)
                        .collect(Collectors.joining("\n"));
    }

    /** Takes in a source that only one room has. */
    Sources.Slot addSource(String providerId, Plugins.CheckedSource source, Runnable onChange, Runnable onFailure) {
        requireOpen();
        return sources.add(
                providerId,
                source,
                setup(providerId),
                () -> {
                    onChange.run();
                    followIfWanted(providerId);
                },
                onFailure);
    }

    EmoteCatalog merged(Collection<EmoteCatalog.Layer> more) {
        List<EmoteCatalog.Layer> layers = new ArrayList<>(more);
        slots.forEach(slot -> layers.add(slot.layer()));
        return unlistedShown ? EmoteCatalog.ofAllIncludingUnlisted(layers) : EmoteCatalog.of(layers);
    }

    void closed(EmoteRoom room, Set<String> providerIds) {
        rooms.remove(room);
        topicsChanged(providerIds);
    }

    void topicsChanged(Set<String> providerIds) {
        providerIds.forEach(this::followIfWanted);
    }

    private List<Sources.Slot> slotsOf(String providerId) {
        List<Sources.Slot> all = new ArrayList<>(slots);
        rooms.forEach(room -> all.addAll(room.slots()));
        return all.stream().filter(slot -> slot.providerId().equals(providerId)).toList();
    }

    private void changed(String providerId) {
        synchronized (merging) {
            catalog = merged(List.of());
        }
        rooms.forEach(EmoteRoom::merge);
        tell();
        followIfWanted(providerId);
    }

    private void tell() {
        listeners.forEach(EmoteRegistry::call);
    }

    private void followIfWanted(String providerId) {
        LiveLink link = liveLinks.get(providerId);
        if (following && link != null) {
            link.topicsChanged();
        }
    }

    static void call(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.warn("A listener of emotes threw", e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the registry is closed");
        }
    }

    /**
     * Breaks off all loads and stops all threads; waits up to 2 seconds for them, without regard to plugins that do not
     * react to interruption longer than that. The last catalog stays readable. Closing again does nothing.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        liveLinks.values().forEach(LiveLink::close);
        searches.values().forEach(Searches::close);
        imageFetcher.close();
        calls.close();
        fetcher.close();
        for (Closeable jar : pluginJars) {
            try {
                jar.close();
            } catch (IOException e) {
                LOG.debug("A jar of a plugin could not be closed", e);
            }
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

        /** How long a plugin may take to be set up by default. */
        public static final Duration DEFAULT_SETUP_TIMEOUT = Duration.ofSeconds(5);

        /** How long nothing newer must be looked for before servers are asked, by default. */
        public static final Duration DEFAULT_SEARCH_DELAY = Duration.ofMillis(300);

        /** How long to wait before live updates are connected again, by default. */
        public static final Duration DEFAULT_RECONNECT_DELAY = Duration.ofSeconds(1);

        /** How much the cache on disk holds by default: 256 MiB. */
        public static final long DEFAULT_MAX_CACHE_BYTES = 256L * 1024 * 1024;

        private final Map<String, String> settings = new LinkedHashMap<>();
        private final List<EmoteProviderFactory> factories = new ArrayList<>();
        private List<String> providerOrder = List.of();
        private boolean discovery = true;
        private @Nullable Path pluginFolder;
        private @Nullable Set<String> only;
        private @Nullable ClassLoader classLoader;
        private @Nullable ModuleLayer moduleLayer;
        private boolean unlistedShown;
        private int maxAnswerBytes = DEFAULT_MAX_ANSWER_BYTES;
        private Duration fetchTimeout = DEFAULT_FETCH_TIMEOUT;
        private Duration loadTimeout = DEFAULT_LOAD_TIMEOUT;
        private Duration setupTimeout = DEFAULT_SETUP_TIMEOUT;
        private Duration searchDelay = DEFAULT_SEARCH_DELAY;
        private Duration reconnectDelay = DEFAULT_RECONNECT_DELAY;
        private @Nullable Path cache;
        private ImageFetcher.@Nullable Proxy imageProxy;
        private final List<String> allowed = new ArrayList<>();
        private long maxCacheBytes = DEFAULT_MAX_CACHE_BYTES;

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
         * Uses only the providers that were added and those of the {@link #pluginFolder}, and looks up no others.
         *
         * @return this builder
         */
        public Builder withoutDiscovery() {
            discovery = false;
            return this;
        }

        /**
         * Also takes the providers of the jars in a folder, found by their service files; by default of none. Each jar
         * has a class loader of its own, so that a provider that needs libraries holds them itself. What is in such a
         * jar runs with all rights of the program.
         *
         * @param folder the folder; if there is none, it counts as empty
         * @return this builder
         */
        public Builder pluginFolder(Path folder) {
            pluginFolder = Objects.requireNonNull(folder, "folder");
            return this;
        }

        /**
         * Sets up these providers alone, and reports those that are missing; by default all that there are. A provider
         * that is not named is made, to ask for its id, and left alone then.
         *
         * @param providerIds ids of providers
         * @return this builder
         */
        public Builder only(Collection<String> providerIds) {
            only = Set.copyOf(providerIds);
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

        /**
         * Limits the time that a plugin may take to be made and to list its sources, and for each step that does no
         * I/O, such as one of a live conversation; 5 seconds by default. One that takes longer is left alone and
         * reported.
         *
         * @param timeout the limit, at least 1 ms
         * @return this builder
         * @throws IllegalArgumentException if the limit is shorter
         */
        public Builder setupTimeout(Duration timeout) {
            setupTimeout = requireAMillisecond(timeout);
            return this;
        }

        /**
         * Says how long nothing newer must be looked for before servers are asked, 300 ms by default.
         *
         * @param delay the time, at least 1 ms
         * @return this builder
         * @throws IllegalArgumentException if the time is shorter
         */
        public Builder searchDelay(Duration delay) {
            searchDelay = requireAMillisecond(delay);
            return this;
        }

        /**
         * Says how long to wait before live updates are connected again, 1 second by default. Each further attempt
         * waits twice as long, up to a minute, and by chance up to half as long again. As long as the first time, and
         * then twice as long up to 5 minutes, waits a set that has changed at its server and could not be loaded.
         *
         * @param delay the time, at least 1 ms
         * @return this builder
         * @throws IllegalArgumentException if the time is shorter
         */
        public Builder reconnectDelay(Duration delay) {
            reconnectDelay = requireAMillisecond(delay);
            return this;
        }

        /**
         * Keeps sets, answers and images in a directory, to start from them and to ask for what changed only. None is
         * kept on disk by default. Several processes may use one directory; whatever is in it may be deleted at any
         * time.
         *
         * @param directory the directory; made when something is first kept
         * @return this builder
         */
        public Builder cache(Path directory) {
            cache = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * Fetches images by way of a signaling worker, so that the hosts that have them see its address and not the
         * user's; the worker then sees which images are fetched. Straight from their hosts by default. What a loopback
         * host has is always fetched from it.
         *
         * @param endpoint the worker's image proxy, {@code https://…/v1/images}; see docs/signaling.md
         * @param token gives an access token for the worker, if there is one; called on a thread that it may block
         * @return this builder
         */
        public Builder imageProxy(URI endpoint, Supplier<Optional<String>> token) {
            imageProxy = new ImageFetcher.Proxy(endpoint, Objects.requireNonNull(token, "token"));
            // A worker on this machine is as good as one that a setting names.
            allowed.add(endpoint.toString());
            return this;
        }

        /**
         * Limits the cache on disk, 256 MiB by default. What was not used for longest goes first.
         *
         * @param maxCacheBytes the most, in bytes; at least 1
         * @return this builder
         * @throws IllegalArgumentException if the limit is below 1
         */
        public Builder maxCacheBytes(long maxCacheBytes) {
            if (maxCacheBytes < 1) {
                throw new IllegalArgumentException("the limit must be at least 1 byte, but is " + maxCacheBytes);
            }
            this.maxCacheBytes = maxCacheBytes;
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
         * Looks up the providers and sets them up; loads nothing yet. Blocks while plugins are set up, each no longer
         * than the {@link #setupTimeout}.
         *
         * @return the registry
         */
        public EmoteRegistry build() {
            return new EmoteRegistry(this);
        }
    }
}
