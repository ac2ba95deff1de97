package dev.parley.chat.emotes.internal;

import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteProviderInfo;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSetting;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds plugins and sets them up, each shielded from the others: whatever one throws becomes a report about it. Used by
 * one thread, once.
 */
public final class Plugins {
    /** After so many broken services in a row the search ends: a broken iterator may never. */
    static final int MAX_BROKEN_IN_A_ROW = 64;

    /** The most jars of a folder of plugins. */
    static final int MAX_JARS = 256;

    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);

    private final Duration timeout;
    private final ThreadFactory threads = new Threads("parley-emotes-setup-");
    private final List<EmoteProviderFailure> failures = new ArrayList<>();
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<Candidate> discovered = new ArrayList<>();
    private final List<PluginJar> jars = new ArrayList<>();

    /** What came of setting a plugin up. */
    private record Outcome(Plugin plugin, List<EmoteProviderFailure> failures) {}

    /** A factory with the id that it gave. */
    private record Candidate(String id, EmoteProviderFactory factory) {}

    /**
     * A plugin that works so far.
     *
     * @param info what it says of itself
     * @param provider the provider, or null if its settings are not understood
     * @param sources what it loads, checked
     */
    public record Plugin(EmoteProviderInfo info, @Nullable EmoteProvider provider, List<CheckedSource> sources) {}

    /**
     * A source with what it said of itself, so that it need not be asked again.
     *
     * @param name its name
     * @param scope its scope
     * @param source itself
     */
    public record CheckedSource(String name, EmoteScope scope, EmoteSource source) {}

    /**
     * Makes an empty collection.
     *
     * @param timeout for each step of a plugin
     */
    public Plugins(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * Adds what a service loader finds. Its order differs between class path and module path, so what is found anywhere
     * is sorted by id.
     *
     * @param loader the loader
     */
    public void discover(ServiceLoader<EmoteProviderFactory> loader) {
        discover(loader, "unknown plugin", type -> true);
    }

    /**
     * Adds what is in the jars of a folder. What a jar names that others named before comes after them.
     *
     * @param folder the folder; it need not be there
     */
    public void discover(Path folder) {
        List<Path> paths = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.jar")) {
            entries.forEach(paths::add);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException | DirectoryIteratorException e) {
            report(folder.toString(), "plugin folder", Reason.BROKEN_PLUGIN, "cannot be read: " + describe(e), e);
            return;
        }
        Collections.sort(paths);
        for (Path path : paths.subList(0, Math.min(paths.size(), MAX_JARS))) {
            String name = String.valueOf(path.getFileName());
            try {
                PluginJar jar = PluginJar.open(path);
                jars.add(jar);
                discover(ServiceLoader.load(EmoteProviderFactory.class, jar), name, jar::holds);
            } catch (IOException e) {
                report(name, "plugin", Reason.BROKEN_PLUGIN, messageOf(e), e);
            }
        }
        if (paths.size() > MAX_JARS) {
            String message = "more than " + MAX_JARS + " jars; the others are left out";
            failures.add(new EmoteProviderFailure(folder.toString(), "plugin folder", Reason.BROKEN_PLUGIN, message));
        }
    }

    private void discover(ServiceLoader<EmoteProviderFactory> loader, String name, Predicate<Class<?>> isWanted) {
        Iterator<ServiceLoader.Provider<EmoteProviderFactory>> iterator =
                loader.stream().iterator();
        int brokenInARow = 0;
        while (brokenInARow < MAX_BROKEN_IN_A_ROW) {
            try {
                if (!iterator.hasNext()) {
                    break;
                }
                ServiceLoader.Provider<EmoteProviderFactory> service = iterator.next();
                brokenInARow = 0;
                if (isWanted.test(service.type())) {
                    // Made on another thread: its constructor may never return.
                    guarded(name, () -> identified(service.get())).ifPresent(discovered::add);
                }
            } catch (Throwable e) {
                rethrowIfFatal(e);
                brokenInARow++;
                // The loader's own errors name the class that is broken.
                report(name, "plugin", Reason.BROKEN_PLUGIN, describe(e), e);
            }
        }
    }

    /**
     * Adds a plugin; it comes after those added before.
     *
     * @param factory the plugin
     */
    public void add(EmoteProviderFactory factory) {
        guarded(factory.getClass().getName(), () -> identified(factory)).ifPresent(candidates::add);
    }

    private static Candidate identified(EmoteProviderFactory factory) {
        return new Candidate(EmoteId.requireProviderId(factory.id()), factory);
    }

    /**
     * Sets up all plugins.
     *
     * @param settings all settings, by key
     * @param order ids of providers that come first, in this order; the others keep theirs
     * @param only the providers to set up, or null for all
     * @return the plugins that work, in order
     */
    public List<Plugin> setUp(Map<String, String> settings, List<String> order, @Nullable Set<String> only) {
        discovered.sort(Comparator.comparing(Candidate::id));
        candidates.addAll(discovered);
        if (only != null) {
            Set<String> missing = new TreeSet<>(only);
            candidates.forEach(candidate -> missing.remove(candidate.id()));
            missing.forEach(id -> failures.add(
                    new EmoteProviderFailure(id, "plugin", Reason.NOT_FOUND, "there is no emote provider " + id)));
            candidates.removeIf(candidate -> !only.contains(candidate.id()));
        }
        candidates.sort(Comparator.comparingInt(candidate -> {
            int index = order.indexOf(candidate.id());
            return index < 0 ? Integer.MAX_VALUE : index;
        }));
        List<Plugin> plugins = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Candidate candidate : candidates) {
            String className = candidate.factory().getClass().getName();
            if (!ids.add(candidate.id())) {
                String message = className + " uses the id of another plugin";
                failures.add(new EmoteProviderFailure(candidate.id(), "plugin", Reason.BROKEN_PLUGIN, message));
                continue;
            }
            guarded(candidate.id(), () -> setUp(candidate, settings)).ifPresent(outcome -> {
                plugins.add(outcome.plugin());
                failures.addAll(outcome.failures());
            });
        }
        reportUnknownSettings(settings, plugins, only);
        return List.copyOf(plugins);
    }

    private static Outcome setUp(Candidate candidate, Map<String, String> settings) {
        EmoteProviderFactory factory = candidate.factory();
        List<EmoteProviderFailure> told = new ArrayList<>();
        EmoteProviderInfo info = new EmoteProviderInfo(
                candidate.id(), Objects.requireNonNull(factory.displayName()), factory.settings());
        EmoteProvider provider;
        try {
            provider = factory.create(EmoteSettings.of(settings, candidate.id()));
        } catch (IllegalArgumentException e) {
            told.add(new EmoteProviderFailure(candidate.id(), "setting", Reason.BAD_SETTING, messageOf(e)));
            return new Outcome(new Plugin(info, null, List.of()), told);
        }
        List<CheckedSource> sources = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (EmoteSource source : provider.sources()) {
            if (sources.size() == EmoteProvider.MAX_SOURCES) {
                String message = "more than " + EmoteProvider.MAX_SOURCES + " sources; the others are left out";
                told.add(new EmoteProviderFailure(candidate.id(), "plugin", Reason.BROKEN_PLUGIN, message));
                break;
            }
            CheckedSource checked = check(source);
            if (!names.add(checked.name())) {
                String message = "a second source of this name is left out";
                told.add(new EmoteProviderFailure(candidate.id(), checked.name(), Reason.BROKEN_PLUGIN, message));
                continue;
            }
            sources.add(checked);
        }
        return new Outcome(new Plugin(info, provider, List.copyOf(sources)), told);
    }

    /**
     * Asks a source what it is.
     *
     * @param source the source
     * @return the source with its name and scope
     */
    public static CheckedSource check(EmoteSource source) {
        return new CheckedSource(
                Objects.requireNonNull(source.name(), "the source's name"),
                Objects.requireNonNull(source.scope(), "the source's scope"),
                source);
    }

    /**
     * Only a provider's own emotes may come from it, or it could pass off its images as another's.
     *
     * @param providerId the provider
     * @param emotes what it gave
     * @throws EmoteLoadException if one is of another provider
     */
    public static void requireOwn(String providerId, Collection<Emote> emotes) throws EmoteLoadException {
        for (Emote emote : emotes) {
            if (!emote.id().providerId().equals(providerId)) {
                throw new EmoteLoadException(Reason.CRASHED, "gives emotes of another provider");
            }
        }
    }

    private void reportUnknownSettings(Map<String, String> settings, List<Plugin> plugins, @Nullable Set<String> only) {
        Set<String> known = new HashSet<>();
        for (Plugin plugin : plugins) {
            plugin.info().settings().stream().map(EmoteSetting::key).forEach(known::add);
        }
        for (String key : new TreeMap<>(settings).keySet()) {
            String provider = key.substring(0, Math.max(0, key.indexOf('.')));
            // Those of a provider that is not wanted now are no mistake.
            if (!known.contains(key) && (only == null || only.contains(provider))) {
                failures.add(new EmoteProviderFailure(
                        provider, "setting " + key, Reason.BAD_SETTING, "no working provider knows this setting"));
            }
        }
    }

    /**
     * Gives what holds the jars of plugins open.
     *
     * @return to be closed when no plugin is used any more
     */
    public List<Closeable> jars() {
        return List.copyOf(jars);
    }

    /**
     * Lists what does not work.
     *
     * @return a copy
     */
    public List<EmoteProviderFailure> failures() {
        return List.copyOf(failures);
    }

    /** Takes a step into a plugin, on a thread that can be left behind if the plugin never returns. */
    private <T> Optional<T> guarded(String provider, Callable<T> step) {
        FutureTask<T> task = new FutureTask<>(() -> Objects.requireNonNull(step.call()));
        Thread thread = threads.newThread(task);
        thread.start();
        try {
            return Optional.of(task.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            task.cancel(true);
            report(provider, "plugin", Reason.BROKEN_PLUGIN, "took longer than " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            Throwable thrown = e.getCause() == null ? e : e.getCause();
            rethrowIfFatal(thrown);
            report(provider, "plugin", Reason.BROKEN_PLUGIN, describe(thrown), thrown);
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            report(provider, "plugin", Reason.BROKEN_PLUGIN, "was given up: the thread was interrupted", e);
        }
        return Optional.empty();
    }

    private void report(String provider, String what, Reason reason, String message, Throwable cause) {
        LOG.warn("Emote plugin {} ({}): {}", provider, what, message);
        LOG.debug("Emote plugin {}", provider, cause);
        failures.add(new EmoteProviderFailure(provider, what, reason, message));
    }

    /**
     * Throws on what no plugin can be blamed for and no program should survive unseen.
     *
     * @param e what was caught
     */
    public static void rethrowIfFatal(Throwable e) {
        if (e instanceof VirtualMachineError fatal && !(e instanceof StackOverflowError)) {
            throw fatal;
        }
    }

    /**
     * Describes what a plugin threw, with the innermost cause, which is what its author needs.
     *
     * @param e what was thrown
     * @return one line
     */
    public static String describe(Throwable e) {
        Throwable root = rootOf(e);
        String line = e.getClass().getSimpleName() + ": " + messageOf(e);
        return root == e ? line : line + " (" + root.getClass().getSimpleName() + ": " + messageOf(root) + ")";
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        try {
            // Bounded, because a chain of causes may be a circle.
            for (int depth = 0; depth < 16; depth++) {
                Throwable cause = root.getCause();
                if (cause == null) {
                    return root;
                }
                root = cause;
            }
            return root;
        } catch (RuntimeException | StackOverflowError thrownByThePlugin) {
            return root;
        }
    }

    private static String messageOf(Throwable e) {
        String message;
        try {
            message = Objects.requireNonNullElse(e.getMessage(), "no message");
        } catch (RuntimeException | StackOverflowError thrownByThePlugin) {
            message = "no message: " + thrownByThePlugin.getClass().getSimpleName();
        }
        return message.length() <= 300 ? message : message.substring(0, 300) + "...";
    }
}
