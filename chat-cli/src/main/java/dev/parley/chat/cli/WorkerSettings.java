package dev.parley.chat.cli;

import dev.parley.chat.worker.WorkerConfig;
import dev.parley.chat.worker.WorkerLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How {@code parley serve} runs: each {@link WorkerKey} by flag, else by variable, else by file, else by default; and
 * everything that is wrong with any of them, at once.
 */
final class WorkerSettings {
    private static final Pattern LIST = Pattern.compile("[,\\s]+");
    private static final Pattern PASSWORD = Pattern.compile("://[^/\\s]*:[^/\\s]*@");
    private static final int MAX_SECRET_BYTES = 4096;

    /** A variable of before, which still counts. */
    private static final String OLD_TURN_SECRET = "PARLEY_TURN_SECRET";

    private final Map<WorkerKey, Settings.Value> values;
    private final WorkerConfig.Builder config = WorkerConfig.builder();
    private final WorkerLimits.Builder limits = WorkerLimits.builder();
    private final LogChoice logging = new LogChoice();

    private WorkerSettings(Map<WorkerKey, Settings.Value> values) {
        this.values = values;
    }

    /** How the log is written. */
    static final class LogChoice {
        private boolean json;
        private boolean requests;

        void format(String format) {
            if (!format.equals("json") && !format.equals("text")) {
                throw new IllegalArgumentException("it must be text or json");
            }
            json = format.equals("json");
        }

        void requests(boolean wanted) {
            requests = wanted;
        }

        boolean isJson() {
            return json;
        }

        boolean wantsRequests() {
            return requests;
        }
    }

    /**
     * Collects the settings.
     *
     * @param file the configuration file, or null for none
     * @throws CliException if the file is not understood
     */
    static WorkerSettings load(
            Map<WorkerKey, String> flags, Map<String, String> environment, @Nullable Path file, Path defaultData) {
        Map<WorkerKey, Settings.Value> values = new EnumMap<>(WorkerKey.class);
        Map<WorkerKey, ConfigFile.Line> inFile = file == null ? Map.of() : ConfigFile.readWorker(file);
        for (WorkerKey key : WorkerKey.values()) {
            key.fallback().ifPresent(value -> values.put(key, new Settings.Value(value, "default")));
            ConfigFile.Line line = inFile.get(key);
            if (line != null) {
                put(values, key, line.value(), "file " + file + ", line " + line.number());
            }
            if (key == WorkerKey.TURN_SECRET) {
                put(values, key, environment.get(OLD_TURN_SECRET), "environment " + OLD_TURN_SECRET);
            }
            put(values, key, environment.get(key.variable()), "environment " + key.variable());
            put(values, key, flags.get(key), "flag " + key.flag().orElse(""));
        }
        if (!values.containsKey(WorkerKey.REDIS)) {
            values.putIfAbsent(WorkerKey.DATA, new Settings.Value(defaultData.toString(), "default"));
        }
        return new WorkerSettings(values);
    }

    private static void put(
            Map<WorkerKey, Settings.Value> values, WorkerKey key, @Nullable String value, String source) {
        if (value != null && !value.isBlank()) {
            values.put(key, new Settings.Value(value.strip(), source));
        }
    }

    Optional<Settings.Value> find(WorkerKey key) {
        return Optional.ofNullable(values.get(key));
    }

    boolean isDefault(WorkerKey key) {
        return find(key).map(value -> value.source().equals("default")).orElse(true);
    }

    WorkerConfig.Builder config() {
        return config;
    }

    WorkerLimits.Builder limits() {
        return limits;
    }

    LogChoice logging() {
        return logging;
    }

    /** A setting that another one needs. */
    String required(WorkerKey key) {
        Settings.Value value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("it goes with " + key.key() + ", which is not set");
        }
        return value.value();
    }

    void each(String list, Consumer<String> step) {
        list(list).forEach(step);
    }

    List<String> list(String list) {
        return LIST.splitAsStream(list).filter(part -> !part.isEmpty()).toList();
    }

    /** A setting that is a list; empty where it is not set. */
    List<String> list(WorkerKey key) {
        return find(key).map(value -> list(value.value())).orElse(List.of());
    }

    /** A folder that can be written to, or made. */
    Path folder(String text) {
        Path folder;
        try {
            folder = Path.of(text).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("it is no path", e);
        }
        Path present = folder;
        while (present.getParent() != null && Files.notExists(present)) {
            present = present.getParent();
        }
        if (!Files.isDirectory(present) || !Files.isWritable(present)) {
            throw new IllegalArgumentException("the folder is not writable, or cannot be made");
        }
        return folder;
    }

    /** The first line of a file. */
    String secretIn(String file) {
        try {
            Path path = Path.of(file);
            if (Files.size(path) > MAX_SECRET_BYTES) {
                throw new IllegalArgumentException("the file has more than " + MAX_SECRET_BYTES + " bytes");
            }
            return Files.readAllLines(path).stream()
                    .map(String::strip)
                    .findFirst()
                    .filter(line -> !line.isEmpty())
                    .orElseThrow(() -> new IllegalArgumentException("the first line of the file is empty"));
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException("the file cannot be read", e);
        }
    }

    /** Shows each setting and where it came from; secrets are not shown. */
    void show(Console console) {
        for (WorkerKey key : WorkerKey.values()) {
            Optional<Settings.Value> value = find(key);
            String shown = value.map(Settings.Value::value).orElse(null);
            console.emit(new Event.Setting(
                    key.key(),
                    shown != null && (key.isSecret() || hasPassword(shown)) ? "(set, not shown)" : shown,
                    value.map(Settings.Value::source).orElse("default")));
        }
    }

    /** Of a URL in which somebody has put one, though it is refused there. */
    private static boolean hasPassword(String value) {
        return PASSWORD.matcher(value).find();
    }

    /** Everything that is wrong, a line each; empty if a worker can be configured by it. */
    List<String> apply() {
        List<String> problems = new ArrayList<>();
        values.forEach((key, value) -> {
            try {
                key.apply(this, value.value());
            } catch (IllegalArgumentException e) {
                // The value is not repeated: it may hold a password.
                problems.add(
                        key.key() + " (" + value.source() + "): " + TerminalText.clean(String.valueOf(e.getMessage())));
            }
        });
        if (problems.isEmpty()) {
            config.limits(limits.build());
            try {
                WorkerConfig unused = config.build();
            } catch (IllegalStateException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
            if (find(WorkerKey.ISSUER).isEmpty() && !isLoopback(required(WorkerKey.HOST))) {
                problems.add("host ("
                        + find(WorkerKey.HOST).map(Settings.Value::source).orElse("default")
                        + "): without an issuer it must be loopback, for the worker gives a token to anybody;"
                        + " set issuer and audience");
            }
        }
        return problems;
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            // The worker says so when it starts.
            return true;
        }
    }
}
