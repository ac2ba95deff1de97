package dev.parley.chat.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The configuration file: a small part of TOML, {@code key = "value"}, {@code key = true} or {@code key = ["one",
 * "two"]} on one line each, with {@code #} comments. A key that is not known is an error, so that a typing mistake is
 * not a setting that silently does nothing.
 */
final class ConfigFile {

    /** Its name in PARLEY_HOME. */
    static final String NAME = "config.toml";

    private static final int MAX_BYTES = 64 * 1024;

    private ConfigFile() {}

    /**
     * A value of the file.
     *
     * @param value entries of a list are separated by blanks
     * @param number of the line, from 1
     */
    record Line(String value, int number) {
        @Override
        public String toString() {
            return "Line " + number;
        }
    }

    /** Finds a key by its name; what it throws as IllegalArgumentException is why there is none. */
    private interface Keys<K> {
        K of(String name);
    }

    /**
     * Reads the file of the user's settings.
     *
     * @return the settings in it; none if there is no such file
     * @throws CliException if it cannot be read or understood; says which line and key
     */
    static Map<SettingKey, String> read(Path file) {
        return Files.exists(file) ? parse(lines(file), file) : Map.of();
    }

    /**
     * Reads the file of a worker's settings.
     *
     * @return the settings in it
     * @throws CliException if it cannot be read or understood; says which line and key
     */
    static Map<WorkerKey, Line> readWorker(Path file) {
        return parse(lines(file), file, ConfigFile::workerKey);
    }

    /**
     * Writes one setting to the file of the user's settings, in place of the line that has it. All other lines stay as
     * they are.
     *
     * @param value nothing takes the setting away
     * @throws CliException if the file is there and is not understood, or cannot be written; it is as before then
     */
    static void keep(Path file, SettingKey key, String value) {
        List<String> lines = Files.exists(file) ? new ArrayList<>(lines(file)) : new ArrayList<>();
        Map<SettingKey, Line> before = parse(lines, file, ConfigFile::settingKey);
        boolean isBare = value.equals("true") || value.equals("false");
        String line = key.key() + " = "
                + (isBare ? value : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
        Line old = before.get(key);
        if (value.isEmpty()) {
            if (old != null) {
                lines.remove(old.number() - 1);
            }
        } else if (old == null) {
            lines.add(line);
        } else {
            lines.set(old.number() - 1, line);
        }
        parse(lines, file);
        try {
            write(file, lines);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "the configuration file " + file + " cannot be written",
                    "check its permissions and the free space",
                    e);
        }
    }

    /** Puts a new file in place of the old one, where a link points to if it is one. */
    private static void write(Path file, List<String> lines) throws IOException {
        boolean isThere = Files.exists(file);
        Path target = isThere ? file.toRealPath() : file.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null) {
            throw new IOException("it has no folder");
        }
        Home.makeFolder(folder);
        Path fresh = Files.createTempFile(folder, NAME, ".new");
        try {
            Files.write(fresh, lines);
            if (isThere && Files.getFileStore(target).supportsFileAttributeView(PosixFileAttributeView.class)) {
                Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(target));
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw bad(file, "it has more than " + MAX_BYTES + " bytes");
            }
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    "the configuration file " + file + " cannot be read",
                    "check its permissions and that it is UTF-8",
                    e);
        }
    }

    static Map<SettingKey, String> parse(List<String> lines, Path file) {
        Map<SettingKey, String> settings = new EnumMap<>(SettingKey.class);
        parse(lines, file, ConfigFile::settingKey).forEach((key, line) -> settings.put(key, line.value()));
        return settings;
    }

    private static SettingKey settingKey(String name) {
        SettingKey key = SettingKey.ofKey(name)
                .orElseThrow(() -> new IllegalArgumentException("not known; known are "
                        + Stream.of(SettingKey.values())
                                .filter(known -> known != SettingKey.PASSPHRASE)
                                .map(SettingKey::key)
                                .collect(Collectors.joining(", "))));
        if (key == SettingKey.PASSPHRASE) {
            throw new IllegalArgumentException("it does not belong into this file; set passphrase_file to another");
        }
        return key;
    }

    private static WorkerKey workerKey(String name) {
        WorkerKey key = WorkerKey.ofKey(name)
                .orElseThrow(() -> new IllegalArgumentException("not known; did you mean " + nearest(name) + "?"));
        if (key.isSecret()) {
            throw new IllegalArgumentException(
                    "it does not belong into this file; set " + key.key() + "_file to another");
        }
        return key;
    }

    private static String nearest(String name) {
        return Stream.of(WorkerKey.values())
                .filter(key -> !key.isSecret())
                .map(WorkerKey::key)
                .min(Comparator.comparingInt(key -> distance(key, name)))
                .orElseThrow();
    }

    /** How many letters one has to add, drop or change (Levenshtein). */
    private static int distance(String one, String other) {
        int[] above = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int change = above[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[other.length()];
    }

    private static <K> Map<K, Line> parse(List<String> lines, Path file, Keys<K> keys) {
        Map<K, Line> settings = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String where = "line " + (i + 1);
            if (line.startsWith("[")) {
                throw bad(file, where + ": sections are not used here");
            }
            int equals = line.indexOf('=');
            if (equals < 0) {
                throw bad(file, where + ": expected key = \"value\"");
            }
            String name = line.substring(0, equals).strip();
            String bare = name.length() >= 2 && name.startsWith("\"") && name.endsWith("\"")
                    ? name.substring(1, name.length() - 1)
                    : name;
            K key;
            try {
                key = keys.of(bare);
            } catch (IllegalArgumentException e) {
                throw bad(file, where + ", key " + bare + ": " + e.getMessage());
            }
            String value = new Value(line.substring(equals + 1), file, where + ", key " + bare).read();
            if (settings.put(key, new Line(value, i + 1)) != null) {
                throw bad(file, where + ", key " + bare + ": set twice");
            }
        }
        return settings;
    }

    private static CliException bad(Path file, String what) {
        return new CliException(
                ExitCode.USAGE, "the configuration file " + file + ": " + what, "mend or remove that line");
    }

    /** Reads what stands behind the equals sign. */
    private static final class Value {
        private final String text;
        private final Path file;
        private final String where;
        private int at;

        Value(String text, Path file, String where) {
            this.text = text;
            this.file = file;
            this.where = where;
        }

        String read() {
            skipSpace();
            String value;
            if (peek() == '"') {
                value = string();
            } else if (peek() == '[') {
                value = list();
            } else if (text.startsWith("true", at)) {
                value = "true";
                at += 4;
            } else if (text.startsWith("false", at)) {
                value = "false";
                at += 5;
            } else if (Character.isDigit(peek())) {
                int start = at;
                while (at < text.length() && Character.isDigit(text.charAt(at))) {
                    at++;
                }
                value = text.substring(start, at);
            } else {
                throw bad(file, where + ": expected a \"string\", a whole number, true, false or a list of strings");
            }
            skipSpace();
            if (at < text.length() && peek() != '#') {
                throw bad(file, where + ": something follows the value");
            }
            return value;
        }

        private String list() {
            at++;
            StringBuilder all = new StringBuilder();
            skipSpace();
            while (peek() != ']') {
                if (peek() != '"') {
                    throw bad(file, where + ": a list holds strings");
                }
                all.append(all.isEmpty() ? "" : " ").append(string());
                skipSpace();
                if (peek() == ',') {
                    at++;
                    skipSpace();
                } else if (peek() != ']') {
                    throw bad(file, where + ": expected , or ] in the list");
                }
            }
            at++;
            return all.toString();
        }

        private String string() {
            StringBuilder value = new StringBuilder();
            at++;
            while (peek() != '"') {
                char c = text.charAt(at++);
                if (c == '\\') {
                    char escaped = peek();
                    at++;
                    value.append(
                            switch (escaped) {
                                case '"', '\\' -> escaped;
                                case 't' -> '\t';
                                default -> throw bad(file, where + ": only \\\", \\\\ and \\t are known escapes");
                            });
                } else {
                    value.append(c);
                }
            }
            at++;
            return value.toString();
        }

        private char peek() {
            if (at >= text.length()) {
                throw bad(file, where + ": the value is missing or not finished");
            }
            return text.charAt(at);
        }

        private void skipSpace() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }
    }
}
