package dev.parley.chat.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
     * Reads a file.
     *
     * @return the settings in it; none if there is no such file
     * @throws CliException if it cannot be read or understood; says which line and key
     */
    static Map<SettingKey, String> read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw bad(file, "it has more than " + MAX_BYTES + " bytes");
            }
            return parse(Files.readAllLines(file), file);
        } catch (NoSuchFileException e) {
            return Map.of();
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
            SettingKey key = SettingKey.ofKey(bare)
                    .orElseThrow(() -> bad(
                            file,
                            where + ", key " + bare + ": not known; known are "
                                    + Stream.of(SettingKey.values())
                                            .filter(known -> known != SettingKey.PASSPHRASE)
                                            .map(SettingKey::key)
                                            .collect(Collectors.joining(", "))));
            if (key == SettingKey.PASSPHRASE) {
                throw bad(
                        file,
                        where + ", key passphrase: it does not belong into this file; set passphrase_file to another");
            }
            String value = new Value(line.substring(equals + 1), file, where + ", key " + bare).read();
            if (settings.put(key, value) != null) {
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
            } else {
                throw bad(file, where + ": expected a \"string\", true, false or a list of strings");
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
