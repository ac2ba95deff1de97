package dev.parley.chat.cli;

import dev.parley.chat.crypto.IdentityProtection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Where passphrases come from: the environment, a file, or a person at the terminal; never a flag. */
final class Passphrases {

    /** Shortest new passphrase, in characters. Those that exist already are taken as they are. */
    static final int MIN_CHARS = 8;

    private static final int MAX_FILE_BYTES = 4096;
    private static final int MAX_TRIES = 3;

    private final Settings settings;
    private final Console console;
    private final Optional<PassphrasePrompt> prompt;

    Passphrases(Settings settings, Console console, Optional<PassphrasePrompt> prompt) {
        this.settings = settings;
        this.console = console;
        // Who reads JSON is a program, also where its input happens to be a terminal.
        this.prompt = console.isJson() ? Optional.empty() : prompt;
    }

    boolean canAsk() {
        return prompt.isPresent();
    }

    /** The passphrase that the settings give, if they give one. */
    Optional<IdentityProtection> configured() {
        Optional<String> inEnvironment = settings.get(SettingKey.PASSPHRASE);
        if (inEnvironment.isPresent()) {
            return Optional.of(protection(inEnvironment.get().toCharArray(), SettingKey.PASSPHRASE.variable()));
        }
        return settings.get(SettingKey.PASSPHRASE_FILE).map(file -> inFile(Path.of(file)));
    }

    /** The passphrase in a file: all of it but one line break at the end. */
    static IdentityProtection inFile(Path file) {
        byte[] bytes = new byte[0];
        CharBuffer chars = CharBuffer.allocate(0);
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw unusable(file, "has more than " + MAX_FILE_BYTES + " bytes", null);
            }
            int length = bytes.length;
            if (length > 0 && bytes[length - 1] == '\n') {
                length--;
            }
            if (length > 0 && bytes[length - 1] == '\r') {
                length--;
            }
            chars = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
            return protection(Arrays.copyOfRange(chars.array(), 0, chars.remaining()), "the passphrase file " + file);
        } catch (CharacterCodingException e) {
            throw unusable(file, "is not UTF-8", e);
        } catch (IOException e) {
            throw unusable(file, "cannot be read", e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
            Arrays.fill(chars.array(), '\0');
        }
    }

    private static CliException unusable(Path file, String why, @org.jspecify.annotations.Nullable IOException cause) {
        return new CliException(
                ExitCode.USAGE,
                "the passphrase file " + file + " " + why,
                "put the passphrase alone into it, or name another file",
                cause);
    }

    /** Takes the characters over and wipes them. */
    private static IdentityProtection protection(char[] chars, String source) {
        try {
            return IdentityProtection.passphrase(chars);
        } catch (IllegalArgumentException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    "the passphrase (" + source + ") cannot be used",
                    "give at least " + MIN_CHARS + " characters, and at most " + IdentityProtection.MAX_PASSPHRASE_BYTES
                            + " bytes",
                    e);
        } finally {
            Arrays.fill(chars, '\0');
        }
    }

    /**
     * Asks for the passphrase of something that exists. To be called only where {@link #canAsk}.
     *
     * @throws CliException if nothing is typed
     */
    IdentityProtection ask(String question) {
        return protection(typed(question), "as typed");
    }

    /** What becomes of an empty line where a new passphrase is asked for. */
    enum Empty {
        REFUSED,
        FILE_PERMISSIONS_ONLY
    }

    /**
     * Asks for a new passphrase, twice. To be called only where {@link #canAsk}.
     *
     * @throws CliException if none comes about
     */
    IdentityProtection askNew(String whatFor, Empty empty) {
        console.notice("choose a passphrase " + whatFor + "; there is no way back from a forgotten one");
        if (empty == Empty.FILE_PERMISSIONS_ONLY) {
            console.notice("an empty one means: protected by file permissions only; whoever copies the file, or a"
                    + " backup of it, can then be you");
        }
        for (int attempt = 1; attempt <= MAX_TRIES; attempt++) {
            char[] first = typed("New passphrase: ");
            if (first.length == 0 && empty == Empty.FILE_PERMISSIONS_ONLY) {
                console.notice("no passphrase: protected by file permissions only");
                return IdentityProtection.insecureFilePermissionsOnly();
            }
            if (first.length < MIN_CHARS) {
                Arrays.fill(first, '\0');
                console.notice("a passphrase has at least " + MIN_CHARS + " characters");
                continue;
            }
            char[] second = typed("The same again: ");
            boolean same = Arrays.equals(first, second);
            Arrays.fill(second, '\0');
            if (same) {
                return protection(first, "as typed");
            }
            Arrays.fill(first, '\0');
            console.notice("the two are not the same");
        }
        throw new CliException(ExitCode.FAILED, "no new passphrase came about", "run the command again");
    }

    private char[] typed(String question) {
        char[] typed = prompt.orElseThrow().ask(question);
        if (typed == null) {
            throw new CliException(ExitCode.FAILED, "no passphrase was typed", "run the command again");
        }
        return typed;
    }
}
