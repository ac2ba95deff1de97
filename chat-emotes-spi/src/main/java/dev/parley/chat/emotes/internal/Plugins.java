package dev.parley.chat.emotes.internal;

import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteProviderInfo;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSetting;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds plugins and sets them up, each shielded from the others: whatever one throws becomes a report about it. Used by
 * one thread, once.
 */
public final class Plugins {
    /** After so many broken services in a row the search ends: a broken iterator may never. */
    static final int MAX_BROKEN_IN_A_ROW = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);

    private final List<EmoteProviderFailure> failures = new ArrayList<>();
    private final List<Candidate> candidates = new ArrayList<>();

    /** A factory with the id that it gave. */
    private record Candidate(String id, EmoteProviderFactory factory) {}

    /**
     * A plugin that works so far.
     *
     * @param info what it says of itself
     * @param sources what it loads, checked
     */
    public record Plugin(EmoteProviderInfo info, List<CheckedSource> sources) {}

    /**
     * A source with what it said of itself, so that it need not be asked again.
     *
     * @param name its name
     * @param scope its scope
     * @param source itself
     */
    public record CheckedSource(String name, EmoteScope scope, EmoteSource source) {}

    /** Makes an empty collection. */
    public Plugins() {}

    /**
     * Adds what a service loader finds. Its order differs between class path and module path, so they are sorted by id.
     *
     * @param loader the loader
     */
    public void discover(ServiceLoader<EmoteProviderFactory> loader) {
        List<Candidate> found = new ArrayList<>();
        Iterator<EmoteProviderFactory> iterator = loader.iterator();
        int brokenInARow = 0;
        while (brokenInARow < MAX_BROKEN_IN_A_ROW) {
            try {
                if (!iterator.hasNext()) {
                    break;
                }
                EmoteProviderFactory factory = iterator.next();
                brokenInARow = 0;
                identify(factory, found);
            } catch (Throwable e) {
                rethrowIfFatal(e);
                brokenInARow++;
                // The loader's own errors name the class that is broken.
                report("unknown plugin", "plugin", Reason.BROKEN_PLUGIN, describe(e), e);
            }
        }
        found.sort(Comparator.comparing(Candidate::id));
        candidates.addAll(found);
    }

    /**
     * Adds a plugin; it comes after those added before.
     *
     * @param factory the plugin
     */
    public void add(EmoteProviderFactory factory) {
        identify(factory, candidates);
    }

    private void identify(EmoteProviderFactory factory, List<Candidate> target) {
        String className = factory.getClass().getName();
        guarded(className, "plugin", () -> {
            target.add(new Candidate(EmoteId.requireProviderId(factory.id()), factory));
            return true;
        });
    }

    /**
     * Sets up all plugins.
     *
     * @param settings all settings, by key
     * @param order ids of providers that come first, in this order; the others keep theirs
     * @return the plugins that work, in order
     */
    public List<Plugin> setUp(Map<String, String> settings, List<String> order) {
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
            guarded(candidate.id(), "plugin", () -> plugins.add(setUp(candidate, settings)));
        }
        reportUnknownSettings(settings, plugins);
        return List.copyOf(plugins);
    }

    private Plugin setUp(Candidate candidate, Map<String, String> settings) {
        EmoteProviderFactory factory = candidate.factory();
        EmoteProviderInfo info = new EmoteProviderInfo(
                candidate.id(), Objects.requireNonNull(factory.displayName()), factory.settings());
        EmoteProvider provider;
        try {
            provider = factory.create(EmoteSettings.of(settings, candidate.id()));
        } catch (IllegalArgumentException e) {
            report(candidate.id(), "setting", Reason.BAD_SETTING, messageOf(e), e);
            return new Plugin(info, List.of());
        }
        List<CheckedSource> sources = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (EmoteSource source : provider.sources()) {
            if (sources.size() == EmoteProvider.MAX_SOURCES) {
                String message = "more than " + EmoteProvider.MAX_SOURCES + " sources; the others are left out";
                failures.add(new EmoteProviderFailure(candidate.id(), "plugin", Reason.BROKEN_PLUGIN, message));
                break;
            }
            CheckedSource checked = new CheckedSource(
                    Objects.requireNonNull(source.name()), Objects.requireNonNull(source.scope()), source);
            if (!names.add(checked.name())) {
                String message = "a second source of this name is left out";
                failures.add(new EmoteProviderFailure(candidate.id(), checked.name(), Reason.BROKEN_PLUGIN, message));
                continue;
            }
            sources.add(checked);
        }
        return new Plugin(info, List.copyOf(sources));
    }

    private void reportUnknownSettings(Map<String, String> settings, List<Plugin> plugins) {
        Set<String> known = new HashSet<>();
        for (Plugin plugin : plugins) {
            plugin.info().settings().stream().map(EmoteSetting::key).forEach(known::add);
        }
        for (String key : new TreeMap<>(settings).keySet()) {
            if (!known.contains(key)) {
                String provider = key.substring(0, Math.max(0, key.indexOf('.')));
                failures.add(new EmoteProviderFailure(
                        provider, "setting " + key, Reason.BAD_SETTING, "no working provider knows this setting"));
            }
        }
    }

    /**
     * Lists what does not work.
     *
     * @return a copy
     */
    public List<EmoteProviderFailure> failures() {
        return List.copyOf(failures);
    }

    private void guarded(String provider, String what, Callable<Boolean> step) {
        try {
            step.call();
        } catch (Throwable e) {
            rethrowIfFatal(e);
            report(provider, what, Reason.BROKEN_PLUGIN, describe(e), e);
        }
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
        Throwable root = e;
        // Bounded, because a chain of causes may be a circle.
        for (int depth = 0; depth < 16 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        String line = e.getClass().getSimpleName() + ": " + messageOf(e);
        return root == e ? line : line + " (" + root.getClass().getSimpleName() + ": " + messageOf(root) + ")";
    }

    private static String messageOf(Throwable e) {
        String message;
        try {
            message = Objects.requireNonNullElse(e.getMessage(), "no message");
        } catch (RuntimeException thrownByThePlugin) {
            message = "no message: " + thrownByThePlugin.getClass().getSimpleName();
        }
        return message.length() <= 300 ? message : message.substring(0, 300) + "...";
    }
}
