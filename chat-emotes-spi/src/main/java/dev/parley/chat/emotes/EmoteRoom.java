package dev.parley.chat.emotes;

import dev.parley.chat.emotes.internal.Plugins;
import dev.parley.chat.emotes.internal.Sources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The emotes that hold in one room: those of its {@link EmoteRegistry}, the sets of the channels that the room names,
 * the personal sets that were asked for, and emotes that the program supplies itself, such as those that the members
 * gave to the room. Made by {@link EmoteRegistry#openRoom()}.
 *
 * <p>All methods may be called from any thread, and none blocks.
 */
public final class EmoteRoom implements AutoCloseable {
    /** The most sources of one room. */
    public static final int MAX_SOURCES = 64;

    private final EmoteRegistry registry;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();

    /** By provider, scope and name, in the order they were asked for; guarded by the lock. */
    private final Map<String, Sources.Slot> slots = new LinkedHashMap<>();

    /** Guarded by the lock. */
    private EmoteSet own = EmoteSet.empty();

    /** One merge at a time, so that the last one has seen every set. */
    private final Object merging = new Object();

    private volatile EmoteCatalog catalog = EmoteCatalog.empty();
    private volatile boolean closed;

    EmoteRoom(EmoteRegistry registry) {
        this.registry = registry;
    }

    /**
     * Gives the current snapshot. It never changes; a later call may give another one.
     *
     * @return the merged emotes that hold in this room
     */
    public EmoteCatalog catalog() {
        return catalog;
    }

    /**
     * Adds the set of a channel, which then takes precedence over what holds everywhere, and loads it.
     *
     * @param providerId a provider with {@link ChannelSets}
     * @param channel the channel, as the provider names channels; it may come from a stranger
     * @return completes with how the source stands when it was loaded or has failed; exceptionally only with an
     *     {@link EmoteLoadException} if the provider crashed instead of giving a source, and if the registry is closed
     *     before
     * @throws IllegalArgumentException if there is no such provider, it knows no such channel, or the room has
     *     {@value #MAX_SOURCES} sources
     * @throws IllegalStateException if the room or the registry is closed
     */
    public CompletableFuture<EmoteSourceStatus> addChannel(String providerId, String channel) {
        ChannelSets provider = registry.provider(providerId, ChannelSets.class);
        return add(providerId, () -> provider.channel(channel), EmoteScope.ROOM);
    }

    /**
     * Adds the personal set of somebody and loads it; it takes precedence over all others.
     *
     * @param providerId a provider with {@link PersonalSets}
     * @param user the person, as the provider names people
     * @return as {@link #addChannel}
     * @throws IllegalArgumentException if there is no such provider, it knows no such person, or the room has
     *     {@value #MAX_SOURCES} sources
     * @throws IllegalStateException if the room or the registry is closed
     */
    public CompletableFuture<EmoteSourceStatus> addPersonal(String providerId, String user) {
        PersonalSets provider = registry.provider(providerId, PersonalSets.class);
        return add(providerId, () -> provider.personal(user), EmoteScope.PERSONAL);
    }

    private CompletableFuture<EmoteSourceStatus> add(
            String providerId, Supplier<EmoteSource> provider, EmoteScope scope) {
        Plugins.CheckedSource source;
        try {
            source = Plugins.check(Objects.requireNonNull(provider.get(), "the source"));
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            return CompletableFuture.failedFuture(
                    new EmoteLoadException(EmoteLoadException.Reason.CRASHED, "threw " + Plugins.describe(e), e));
        }
        if (source.scope() != scope) {
            throw new IllegalArgumentException("provider " + providerId + " gives a source of another scope");
        }
        Sources.Slot slot;
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the room is closed");
            }
            String key = providerId + '/' + scope + '/' + source.name();
            Sources.Slot present = slots.get(key);
            if (present == null && slots.size() == MAX_SOURCES) {
                throw new IllegalArgumentException("a room has at most " + MAX_SOURCES + " sources");
            }
            slot = present != null ? present : registry.addSource(providerId, source, this::merge);
            slots.put(key, slot);
        }
        return slot.load().thenApply(none -> slot.status());
    }

    /** Takes all sources of channels and people out, to name others. */
    public void clearSources() {
        Set<String> providerIds;
        synchronized (lock) {
            providerIds = slots.values().stream().map(Sources.Slot::providerId).collect(Collectors.toSet());
            slots.values().forEach(Sources.Slot::giveUp);
            slots.clear();
        }
        merge();
        registry.topicsChanged(providerIds);
    }

    /**
     * Supplies emotes that come from the program and not from a provider; they take precedence over those of channels.
     *
     * @param emotes the emotes, in place of those supplied before
     */
    public void supply(EmoteSet emotes) {
        Objects.requireNonNull(emotes, "emotes");
        synchronized (lock) {
            own = emotes;
        }
        merge();
    }

    /**
     * Looks for emotes, those of this room first; see {@link EmoteRegistry#search}.
     *
     * @param query what to look for
     * @param limit the most results, 1 to {@value EmoteSearch#MAX_RESULTS}
     * @return as {@link EmoteRegistry#search}
     * @throws IllegalArgumentException if the limit is out of range
     * @throws IllegalStateException if the registry is closed
     */
    public CompletableFuture<EmoteSearchResult> search(String query, int limit) {
        return registry.search(query, limit, catalog);
    }

    /**
     * Tells how each source of this room stands.
     *
     * @return an immutable list, without the registry's own sources
     */
    public List<EmoteSourceStatus> status() {
        return slots().stream().map(Sources.Slot::status).toList();
    }

    /**
     * Asks to be called whenever {@link #catalog()} may have changed.
     *
     * @param listener called on the thread that made the change, one at a time or several at once; it must not block
     */
    public void onChange(Runnable listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    List<Sources.Slot> slots() {
        synchronized (lock) {
            return List.copyOf(slots.values());
        }
    }

    void merge() {
        synchronized (merging) {
            List<EmoteCatalog.Layer> layers = new ArrayList<>();
            synchronized (lock) {
                layers.add(new EmoteCatalog.Layer(EmoteScope.ROOM, own));
            }
            slots().forEach(slot -> layers.add(slot.layer()));
            catalog = registry.merged(layers);
        }
        listeners.forEach(EmoteRegistry::call);
    }

    /** Gives up what is loading. The last catalog stays readable. Closing again does nothing. */
    @Override
    public void close() {
        Set<String> providerIds;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            providerIds = slots.values().stream().map(Sources.Slot::providerId).collect(Collectors.toSet());
            slots.values().forEach(Sources.Slot::giveUp);
        }
        registry.closed(this, providerIds);
    }
}
