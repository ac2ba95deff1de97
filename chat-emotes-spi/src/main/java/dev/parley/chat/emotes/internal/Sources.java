package dev.parley.chat.emotes.internal;

import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSourceStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sets of all sources: loads them, keeps the last good one of each in memory and on the disk, and changes them as a
 * live update says. All methods may be called from any thread.
 *
 * <pre>
 *   (nothing) -- restore: from the disk --> (old set) -- load --> (set) --+
 *                                              ^                    ^     | change, load again
 *                    a load that fails leaves the set               +-----+
 * </pre>
 */
public final class Sources {
    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

    private static final Duration MAX_DELAY = Duration.ofMinutes(5);

    /** The most changes that are kept while a source loads; it is loaded again for those beyond. */
    private static final int MAX_HELD_CHANGES = 1_000;

    private final PluginCalls calls;
    private final @Nullable DiskCache disk;
    private final Duration loadTimeout;
    private final Duration firstDelay;

    /**
     * @param calls calls the sources
     * @param disk keeps sets, or null
     * @param loadTimeout for one source
     * @param firstDelay before a load that a live update asked for is tried again
     */
    public Sources(PluginCalls calls, @Nullable DiskCache disk, Duration loadTimeout, Duration firstDelay) {
        this.calls = calls;
        this.disk = disk;
        this.loadTimeout = loadTimeout;
        this.firstDelay = firstDelay;
    }

    /**
     * Takes a source in; nothing is loaded yet.
     *
     * @param providerId whose it is
     * @param source the source
     * @param setup what the provider was set up with: a set of another setup is not taken from the disk
     * @param onChange called after its set has changed, without a lock and on the thread that changed it
     * @param onFailure called after it has failed, likewise
     * @return what holds its set
     */
    public Slot add(
            String providerId, Plugins.CheckedSource source, String setup, Runnable onChange, Runnable onFailure) {
        return new Slot(providerId, source, setup, onChange, onFailure);
    }

    /** A change that came while its source was being loaded. */
    private record HeldChange(String topic, UnaryOperator<EmoteSet> change) {}

    /** A source, its set and what is known of it. */
    public final class Slot {
        private final String providerId;
        private final Plugins.CheckedSource source;
        private final String setup;
        private final Runnable onChange;
        private final Runnable onFailure;

        /** Also guards what follows. */
        private final Object lock = new Object();

        private EmoteSet set = EmoteSet.empty();

        /** Whether the set is one that was loaded, now or before this process. */
        private boolean filled;

        private Optional<EmoteProviderFailure> failure = Optional.empty();
        private PluginCalls.@Nullable Call<EmoteSet> call;
        private CompletableFuture<Void> settled = CompletableFuture.completedFuture(null);

        /** What changed while the source loads. */
        private final List<HeldChange> heldChanges = new ArrayList<>();

        /** How many of them came before another load was wanted, whose answer has them. */
        private int outdatedChanges;

        /** From the start of a load until its outcome was taken over. */
        private boolean loading;

        private boolean loadAgain;

        /** Whether a live update has said that there is something newer, and it could not be loaded yet. */
        private boolean outdated;

        private int retries;
        private @Nullable Future<?> retry;

        private Slot(
                String providerId, Plugins.CheckedSource source, String setup, Runnable onChange, Runnable onFailure) {
            this.providerId = providerId;
            this.source = source;
            this.setup = setup;
            this.onChange = onChange;
            this.onFailure = onFailure;
        }

        /**
         * Names whose it is.
         *
         * @return the provider
         */
        public String providerId() {
            return providerId;
        }

        /**
         * Gives its set for a catalog.
         *
         * @return the last good set
         */
        public EmoteCatalog.Layer layer() {
            synchronized (lock) {
                return new EmoteCatalog.Layer(source.scope(), set);
            }
        }

        /**
         * Tells how it stands.
         *
         * @return the status
         */
        public EmoteSourceStatus status() {
            synchronized (lock) {
                return new EmoteSourceStatus(
                        providerId,
                        source.name(),
                        source.scope(),
                        set.emotes().size(),
                        set.skippedCount(),
                        set.skippedNotes(),
                        failure);
            }
        }

        /** What a live server calls this set and what it depends on. */
        List<String> topics() {
            synchronized (lock) {
                return set.topics();
            }
        }

        /** Takes the set from the disk, if nothing was loaded yet. Blocks for as long as the disk does. */
        public void restore() {
            synchronized (lock) {
                if (disk == null || filled) {
                    return;
                }
            }
            Optional<EmoteSet> kept = disk.set(diskName()).flatMap(bytes -> SetFile.read(providerId, bytes));
            synchronized (lock) {
                if (kept.isEmpty() || filled) {
                    return;
                }
                set = kept.get();
                filled = true;
            }
            onChange.run();
        }

        /**
         * Loads it, unless that goes on already; from the disk first, if there is nothing yet.
         *
         * @return completes when the set has followed or the load has failed; exceptionally only if the registry is
         *     closed
         */
        public CompletableFuture<Void> load() {
            CompletableFuture<Void> promise = new CompletableFuture<>();
            synchronized (lock) {
                if (loading) {
                    return settled;
                }
                if (call != null && call.isInPlugin()) {
                    failure = Optional.of(failure(Reason.TIMED_OUT, "is still busy with a load that was given up"));
                    return CompletableFuture.completedFuture(null);
                }
                loading = true;
                settled = promise;
            }
            begin(promise);
            return promise;
        }

        /** Starts a load. Without the lock: it may be over at once, and what follows calls out. */
        private void begin(CompletableFuture<Void> promise) {
            PluginCalls.Call<EmoteSet> started = calls.start(this::load, loadTimeout);
            synchronized (lock) {
                call = started;
            }
            CompletableFuture<?> unused =
                    started.outcome().whenComplete((result, error) -> settle(result, 0, error, promise));
        }

        /**
         * Loads it anew: what is being loaded already may be older than the reason to do so. If that fails, it is tried
         * again until it succeeds, each time later.
         */
        void reload() {
            synchronized (lock) {
                outdated = true;
            }
            // How it ends is told by the status.
            CompletableFuture<Void> unused = loadAnew();
        }

        /**
         * Loads it, and once more if it is being loaded already: that may be older than the reason to load it.
         *
         * @return as {@link #load()}
         */
        public CompletableFuture<Void> loadAnew() {
            synchronized (lock) {
                if (loading) {
                    wantAgain();
                    return settled;
                }
            }
            return load();
        }

        private EmoteSet load(HttpFetcher.Session session) throws EmoteLoadException, InterruptedException {
            restore();
            EmoteSet result = source.source().load(session);
            check(result);
            session.commit();
            if (disk != null) {
                disk.putSet(diskName(), SetFile.write(result));
            }
            return result;
        }

        /** Takes over what a load brought, once all that has changed meanwhile was applied to it. */
        private void settle(
                @Nullable EmoteSet result,
                int changesApplied,
                @Nullable Throwable error,
                CompletableFuture<Void> promise) {
            if (error instanceof CancellationException) {
                synchronized (lock) {
                    loading = false;
                }
                promise.completeExceptionally(error);
                return;
            }
            boolean again = false;
            List<HeldChange> left = List.of();
            @Nullable EmoteProviderFailure told = result == null ? failure(error) : null;
            synchronized (lock) {
                if (told != null) {
                    failure = Optional.of(told);
                    again = ended();
                    if (outdated && !again && told.reason().retryMayHelp()) {
                        retryLater();
                    }
                } else if (result != null) {
                    left = List.copyOf(heldChanges.subList(changesApplied, heldChanges.size()));
                    if (left.isEmpty()) {
                        set = result;
                        filled = true;
                        outdated = false;
                        retries = 0;
                        failure = Optional.empty();
                        again = ended();
                    }
                }
            }
            if (!left.isEmpty()) {
                applyLater(Objects.requireNonNull(result), left, changesApplied, promise);
                return;
            }
            if (told != null) {
                onFailure.run();
                LOG.info("Emotes of {} ({}): {}", told.provider(), told.what(), told.message());
            } else {
                onChange.run();
            }
            if (result != null && result.skippedCount() > 0) {
                LOG.info(
                        "Emotes of {} ({}): {} entries left out; the first: {}",
                        providerId,
                        source.name(),
                        result.skippedCount(),
                        result.skippedNotes().get(0));
            }
            if (again) {
                begin(promise);
            } else {
                promise.complete(null);
            }
        }

        /** Changes are the plugin's code, and may never end: no lock is held, and their time is limited. */
        private void applyLater(
                EmoteSet result, List<HeldChange> changes, int before, CompletableFuture<Void> promise) {
            PluginCalls.Call<EmoteSet> applying = calls.start(
                    session -> {
                        EmoteSet now = result;
                        for (HeldChange held : changes) {
                            // It may be another set by now, of which the change does not tell.
                            now = now.topics().contains(held.topic()) ? applied(held.change(), now) : now;
                        }
                        return now;
                    },
                    loadTimeout);
            synchronized (lock) {
                call = applying;
            }
            CompletableFuture<?> unused = applying.outcome()
                    .whenComplete((now, error) -> settle(now, before + changes.size(), error, promise));
        }

        private EmoteProviderFailure failure(@Nullable Throwable error) {
            return error instanceof EmoteLoadException e
                    ? failure(e.reason(), Objects.requireNonNullElse(e.getMessage(), "no message"))
                    : failure(Reason.CRASHED, "failed: " + error);
        }

        /** Under the lock. */
        private void retryLater() {
            Duration delay = Threads.doubled(firstDelay, retries++, MAX_DELAY);
            try {
                retry = calls.timer().schedule(this::reload, delay.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.trace("The registry is closed: {} is not loaded again", source.name());
            }
        }

        /**
         * Ends a load, under the lock, unless there is to be another; the changes that came since that was wanted are
         * applied to what that one brings.
         */
        private boolean ended() {
            boolean again = loadAgain;
            loadAgain = false;
            if (again) {
                heldChanges.subList(0, outdatedChanges).clear();
            } else {
                heldChanges.clear();
                loading = false;
            }
            outdatedChanges = 0;
            return again;
        }

        private void wantAgain() {
            loadAgain = true;
            outdatedChanges = heldChanges.size();
        }

        /**
         * Changes the set if it has this topic, and so what is being loaded. A change that throws or gives another
         * provider's emotes is reported and changes nothing.
         */
        void change(String topic, UnaryOperator<EmoteSet> change) {
            boolean held = false;
            EmoteSet before;
            EmoteSet after;
            do {
                synchronized (lock) {
                    held = held || hold(topic, change);
                    before = set;
                }
                // Without the lock: it is the plugin's, and may never end.
                after = before.topics().contains(topic) ? applied(change, before) : before;
            } while (!swap(before, after, held ? null : new HeldChange(topic, change)));
            if (after.equals(before)) {
                return;
            }
            onChange.run();
            if (disk != null) {
                disk.putSet(diskName(), SetFile.write(after));
            }
        }

        /** Keeps a change for what is being loaded, under the lock; whether something is. */
        private boolean hold(String topic, UnaryOperator<EmoteSet> change) {
            if (loading) {
                if (heldChanges.size() < MAX_HELD_CHANGES) {
                    heldChanges.add(new HeldChange(topic, change));
                } else {
                    wantAgain();
                }
            }
            return loading;
        }

        /**
         * Takes a changed set over, unless another one came meanwhile; the change is kept if a load began meanwhile.
         */
        @SuppressWarnings("ReferenceEquality") // As it says.
        private boolean swap(EmoteSet before, EmoteSet after, @Nullable HeldChange change) {
            synchronized (lock) {
                // The very same object: an equal one may be of a later load.
                if (set != before) {
                    return false;
                }
                set = after;
                if (change != null) {
                    boolean unused = hold(change.topic(), change.change());
                }
                return true;
            }
        }

        private EmoteSet applied(UnaryOperator<EmoteSet> change, EmoteSet before) {
            try {
                EmoteSet after = change.apply(before);
                check(after);
                return after;
            } catch (Throwable e) {
                Plugins.rethrowIfFatal(e);
                synchronized (lock) {
                    failure =
                            Optional.of(failure(Reason.CRASHED, "a change could not be made: " + Plugins.describe(e)));
                }
                onFailure.run();
                return before;
            }
        }

        /** Ends what goes on, because nobody wants it any more. */
        public void giveUp() {
            synchronized (lock) {
                outdated = false;
                if (retry != null) {
                    retry.cancel(false);
                }
                if (call != null) {
                    call.giveUp(new CancellationException("the source is no longer wanted"));
                }
            }
        }

        private EmoteProviderFailure failure(Reason reason, String message) {
            return new EmoteProviderFailure(providerId, source.name(), reason, message);
        }

        private String diskName() {
            return providerId + '/' + source.name() + '/' + source.scope() + '/' + setup;
        }

        private void check(@Nullable EmoteSet result) throws EmoteLoadException {
            Plugins.requireOwn(
                    providerId, Objects.requireNonNull(result, "the set").emotes());
        }
    }
}
