package dev.parley.chat.emotes.internal;

import dev.parley.chat.emotes.Emote;
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

    /** The most changes that are kept while a source loads; it is loaded again for those beyond. */
    private static final int MAX_HELD_CHANGES = 1_000;

    private final PluginCalls calls;
    private final @Nullable DiskCache disk;
    private final Duration loadTimeout;

    /**
     * @param calls calls the sources
     * @param disk keeps sets, or null
     * @param loadTimeout for one source
     */
    public Sources(PluginCalls calls, @Nullable DiskCache disk, Duration loadTimeout) {
        this.calls = calls;
        this.disk = disk;
        this.loadTimeout = loadTimeout;
    }

    /**
     * Takes a source in; nothing is loaded yet.
     *
     * @param providerId whose it is
     * @param source the source
     * @param onChange called after its set has changed, without a lock and on the thread that changed it
     * @return what holds its set
     */
    public Slot add(String providerId, Plugins.CheckedSource source, Runnable onChange) {
        return new Slot(providerId, source, onChange);
    }

    /** A change that came while its source was being loaded. */
    private record HeldChange(String topic, UnaryOperator<EmoteSet> change) {}

    /** A source, its set and what is known of it. */
    public final class Slot {
        private final String providerId;
        private final Plugins.CheckedSource source;
        private final Runnable onChange;

        /** Also guards what follows. */
        private final Object lock = new Object();

        private EmoteSet set = EmoteSet.empty();
        private boolean loaded;
        private boolean restored;
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

        private Slot(String providerId, Plugins.CheckedSource source, Runnable onChange) {
            this.providerId = providerId;
            this.source = source;
            this.onChange = onChange;
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

        /**
         * Takes the set from the disk, if nothing was loaded yet. Blocks for as long as the disk does.
         *
         * @return whether there is a set now
         */
        public boolean restore() {
            synchronized (lock) {
                if (disk == null || loaded || restored) {
                    return loaded || restored;
                }
            }
            Optional<EmoteSet> kept = disk.set(diskName()).flatMap(bytes -> SetFile.read(providerId, bytes));
            synchronized (lock) {
                if (kept.isEmpty() || loaded || restored) {
                    return loaded || restored;
                }
                set = kept.get();
                restored = true;
            }
            onChange.run();
            return true;
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
                    started.outcome().whenComplete((result, error) -> settle(result, error, promise));
        }

        /** Loads it anew: what is being loaded already may be older than the reason to do so. */
        void reload() {
            synchronized (lock) {
                if (loading) {
                    wantAgain();
                    return;
                }
            }
            // How it ends is told by the status.
            CompletableFuture<Void> unused = load();
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

        /** Takes over what a load brought. */
        private void settle(@Nullable EmoteSet result, @Nullable Throwable error, CompletableFuture<Void> promise) {
            if (error instanceof CancellationException) {
                synchronized (lock) {
                    loading = false;
                }
                promise.completeExceptionally(error);
                return;
            }
            boolean again;
            if (result != null) {
                synchronized (lock) {
                    EmoteSet now = result;
                    for (HeldChange held : heldChanges) {
                        // It may be another set by now, of which the change does not tell.
                        now = now.topics().contains(held.topic()) ? applied(held.change(), now) : now;
                    }
                    set = now;
                    loaded = true;
                    failure = Optional.empty();
                    again = ended();
                }
                onChange.run();
                if (result.skippedCount() > 0) {
                    LOG.info(
                            "Emotes of {} ({}): {} entries left out; the first: {}",
                            providerId,
                            source.name(),
                            result.skippedCount(),
                            result.skippedNotes().get(0));
                }
            } else {
                EmoteProviderFailure told = error instanceof EmoteLoadException e
                        ? failure(e.reason(), Objects.requireNonNullElse(e.getMessage(), "no message"))
                        : failure(Reason.CRASHED, "was interrupted, but not by the registry");
                LOG.warn("Emotes of {} ({}): {}", told.provider(), told.what(), told.message());
                synchronized (lock) {
                    failure = Optional.of(told);
                    again = ended();
                }
            }
            if (again) {
                begin(promise);
            } else {
                promise.complete(null);
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
         * Changes the set, and what is being loaded as well if that has the topic. A change that throws or gives
         * another provider's emotes is reported and changes nothing.
         */
        void change(String topic, UnaryOperator<EmoteSet> change) {
            EmoteSet before;
            synchronized (lock) {
                before = set;
                set = applied(change, set);
                if (loading) {
                    if (heldChanges.size() < MAX_HELD_CHANGES) {
                        heldChanges.add(new HeldChange(topic, change));
                    } else {
                        wantAgain();
                    }
                }
                if (set.equals(before)) {
                    return;
                }
            }
            onChange.run();
            EmoteSet now = layer().set();
            if (disk != null) {
                disk.putSet(diskName(), SetFile.write(now));
            }
        }

        private EmoteSet applied(UnaryOperator<EmoteSet> change, EmoteSet before) {
            try {
                EmoteSet after = change.apply(before);
                check(after);
                return after;
            } catch (EmoteLoadException | RuntimeException | StackOverflowError e) {
                failure = Optional.of(failure(Reason.CRASHED, "a change could not be made: " + Plugins.describe(e)));
                return before;
            }
        }

        /** Ends what goes on, because nobody wants it any more. */
        public void giveUp() {
            synchronized (lock) {
                if (call != null) {
                    call.giveUp(new CancellationException("the source is no longer wanted"));
                }
            }
        }

        private EmoteProviderFailure failure(Reason reason, String message) {
            return new EmoteProviderFailure(providerId, source.name(), reason, message);
        }

        private String diskName() {
            return providerId + '/' + source.name() + '/' + source.scope();
        }

        /** Only a provider's own emotes may come from it, or it could pass off its images as another's. */
        private void check(@Nullable EmoteSet result) throws EmoteLoadException {
            Objects.requireNonNull(result, "the set");
            for (Emote emote : result.emotes()) {
                if (!emote.id().providerId().equals(providerId)) {
                    throw new EmoteLoadException(Reason.CRASHED, "gives emotes of another provider");
                }
            }
        }
    }
}
