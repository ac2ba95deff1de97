package dev.parley.chat.cli;

import dev.parley.chat.IdentityException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.IdentityProtection;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.SqliteChatStore;
import dev.parley.chat.store.SqlitePeerBook;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The identity of a home: opens it, and makes it the first time, as the settings say or a person at the terminal
 * answers. Without either there is none; one in plain is never made unasked.
 */
final class Keyring {

    /** How a choice is made where nobody can be asked. */
    static final String HOW_TO_CHOOSE =
            "run \"parley identity create\" in a terminal, or set PARLEY_PASSPHRASE_FILE, or"
                    + " set identity_protection to \"file-permissions\"";

    private static final int MAX_TRIES = 3;

    private final Settings settings;
    private final Console console;
    private final Passphrases passphrases;
    private final Path file;

    Keyring(Settings settings, Console console, Optional<PassphrasePrompt> prompt) {
        this.settings = settings;
        this.console = console;
        this.passphrases = new Passphrases(settings, console, prompt);
        this.file = Home.identityFile(settings.home());
    }

    Path file() {
        return file;
    }

    Passphrases passphrases() {
        return passphrases;
    }

    Optional<IdentityProtection.Kind> kept() {
        return Identity.protectionOf(file);
    }

    /** Whether {@link #openOrCreate} would ask the person at the terminal. */
    boolean asks() {
        Optional<IdentityProtection.Kind> kind = kept().or(settings::identityProtection);
        boolean needsNothing = kind.equals(Optional.of(IdentityProtection.Kind.FILE_PERMISSIONS_ONLY));
        if (needsNothing || !passphrases.canAsk()) {
            return false;
        }
        Optional<IdentityProtection> configured = passphrases.configured();
        configured.ifPresent(IdentityProtection::close);
        return configured.isEmpty();
    }

    /**
     * Opens the identity, or makes it.
     *
     * @return empty if there is none and nobody has chosen how it is to be protected
     */
    Optional<Identity> openOrCreate() {
        Optional<IdentityProtection.Kind> kind = kept();
        if (kind.isPresent()) {
            return Optional.of(open(kind.get()));
        }
        Home.makeFolder(settings.home());
        return forNew().map(protection -> {
            try (protection) {
                return Identity.loadOrCreate(file, protection);
            }
        });
    }

    /** Opens the identity, or makes it, or says how it can be made. */
    Identity require() {
        return openOrCreate()
                .orElseThrow(() -> new CliException(
                        new Failure(
                                ExitCode.FAILED,
                                "identity_not_found",
                                "there is no identity yet, and nobody has chosen how to protect one",
                                HOW_TO_CHOOSE),
                        null));
    }

    /** What opens the identity that is kept, and that it does. */
    record Opened(Identity identity, IdentityProtection protection) implements AutoCloseable {
        @Override
        public void close() {
            protection.close();
        }
    }

    private Identity open(IdentityProtection.Kind kind) {
        try (Opened opened = openWith(kind)) {
            return opened.identity();
        }
    }

    Opened openWith(IdentityProtection.Kind kind) {
        if (kind == IdentityProtection.Kind.FILE_PERMISSIONS_ONLY) {
            if (settings.identityProtection().equals(Optional.of(IdentityProtection.Kind.PASSPHRASE))) {
                throw new CliException(
                        ExitCode.USAGE,
                        "the identity is not sealed under a passphrase, as identity_protection asks",
                        "run \"parley identity passphrase\", or set identity_protection to \"file-permissions\"");
            }
            IdentityProtection plain = IdentityProtection.insecureFilePermissionsOnly();
            return new Opened(Identity.load(file, plain), plain);
        }
        return opened("Passphrase of your identity: ", protection -> Identity.load(file, protection));
    }

    /** Opens something that is sealed. */
    @FunctionalInterface
    interface Opening {
        Identity open(IdentityProtection protection);
    }

    /** Opens by the passphrase of the settings or, where there is none, by what is typed. */
    Opened opened(String question, Opening opening) {
        Optional<IdentityProtection> configured = passphrases.configured();
        if (configured.isPresent()) {
            return opened(configured.get(), opening);
        }
        if (!passphrases.canAsk()) {
            throw new CliException(
                    new Failure(
                            ExitCode.FAILED,
                            "identity_passphrase_needed",
                            "the identity is sealed under a passphrase",
                            "set PARLEY_PASSPHRASE_FILE to a file with the passphrase, or run this in a terminal"),
                    null);
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return opened(passphrases.ask(question), opening);
            } catch (IdentityException e) {
                if (e.problem() != IdentityException.Problem.WRONG_PASSPHRASE || attempt == MAX_TRIES) {
                    throw e;
                }
                console.notice("that is not the passphrase; try again");
            }
        }
    }

    private static Opened opened(IdentityProtection protection, Opening opening) {
        try {
            return new Opened(opening.open(protection), protection);
        } catch (RuntimeException e) {
            protection.close();
            throw e;
        }
    }

    /** How a new identity is to be protected; empty if nobody has chosen. */
    Optional<IdentityProtection> forNew() {
        Optional<IdentityProtection.Kind> chosen = settings.identityProtection();
        if (chosen.equals(Optional.of(IdentityProtection.Kind.FILE_PERMISSIONS_ONLY))) {
            return Optional.of(IdentityProtection.insecureFilePermissionsOnly());
        }
        Optional<IdentityProtection> configured = passphrases.configured();
        if (configured.isPresent()) {
            return configured;
        }
        if (passphrases.canAsk()) {
            return Optional.of(passphrases.askNew(
                    "for your identity",
                    chosen.isPresent() ? Passphrases.Empty.REFUSED : Passphrases.Empty.FILE_PERMISSIONS_ONLY));
        }
        if (chosen.isPresent()) {
            throw new CliException(
                    new Failure(
                            ExitCode.FAILED,
                            "identity_passphrase_needed",
                            "identity_protection asks for a passphrase, and there is none",
                            "set PARLEY_PASSPHRASE_FILE to a file with one, or run this in a terminal"),
                    null);
        }
        return Optional.empty();
    }

    /** Opens the book of peers, which is kept as the history is. */
    PeerBook openBook(Identity identity) {
        Path history = Home.historyFile(settings.home());
        if (settings.history() == Settings.HistoryForm.PLAIN) {
            SqliteChatStore.unseal(history, identity);
            return SqlitePeerBook.open(history);
        }
        return SqlitePeerBook.openSealed(history, identity);
    }
}
