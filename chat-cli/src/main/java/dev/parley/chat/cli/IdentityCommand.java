package dev.parley.chat.cli;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.IdentityProtection;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.PeerBook;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Groups what there is to do with identities. */
@Command(
        name = "identity",
        mixinStandardHelpOptions = true,
        description = "Show who you are to others, and verify who they are.")
final class IdentityCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "name what to do with the identity: show, create, passphrase, export, import, verify or peers");
        }
    }

    /** What the commands that open the identity share. */
    abstract static class KeyringCommand extends BaseCommand {

        KeyringCommand(CliContext context) {
            super(context);
        }

        @Override
        final ExitCode run(Console console) throws Exception {
            Settings settings = settings(Map.of());
            run(console, settings, new Keyring(settings, console, context().prompt()));
            return ExitCode.DONE;
        }

        abstract void run(Console console, Settings settings, Keyring keyring) throws Exception;

        static void show(Console console, Keyring keyring, Identity identity) {
            console.emit(new Event.Self(
                    identity.peerId(),
                    identity.fingerprint().toString(),
                    keyring.file().toString(),
                    keyring.kept().orElseThrow()));
        }

        static CliException occupied(Path file, String hint) {
            return new CliException(
                    new Failure(ExitCode.FAILED, "identity_occupied", "there is an identity in " + file, hint), null);
        }

        /** Opens the identity that is kept; does not make one. */
        static Keyring.Opened existing(Keyring keyring) {
            return keyring.openWith(keyring.kept()
                    .orElseThrow(() -> new CliException(
                            new Failure(
                                    ExitCode.FAILED,
                                    "identity_not_found",
                                    "there is no identity file " + keyring.file(),
                                    "create one with \"parley identity create\", or import an export"),
                            null)));
        }

        /** A new passphrase: from a file, or typed twice. */
        static Optional<IdentityProtection> chosen(
                Keyring keyring, @Nullable Path file, String whatFor, Passphrases.Empty empty) {
            if (file != null) {
                return Optional.of(Passphrases.inFile(file));
            }
            return keyring.passphrases().canAsk()
                    ? Optional.of(keyring.passphrases().askNew(whatFor, empty))
                    : Optional.empty();
        }
    }

    /** Shows the identity of PARLEY_HOME, made when there is none. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show the peer id, the fingerprint, and how the identity is protected.")
    static final class Show extends KeyringCommand {

        Show(CliContext context) {
            super(context);
        }

        @Override
        void run(Console console, Settings settings, Keyring keyring) {
            show(console, keyring, keyring.require());
        }
    }

    /** Makes an identity. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Make an identity, under a passphrase or, if you choose so, by file permissions only.")
    static final class Create extends KeyringCommand {

        Create(CliContext context) {
            super(context);
        }

        @Override
        void run(Console console, Settings settings, Keyring keyring) {
            if (keyring.kept().isPresent()) {
                throw occupied(
                        keyring.file(), "see it with \"parley identity show\", or name another folder with --home");
            }
            show(console, keyring, keyring.require());
        }
    }

    /** Changes how the identity is protected. */
    @Command(
            name = "passphrase",
            mixinStandardHelpOptions = true,
            description = "Seal the identity under a new passphrase.")
    static final class Passphrase extends KeyringCommand {

        @ArgGroup
        private @Nullable Next next;

        static final class Next {

            @Option(
                    names = "--new-passphrase-file",
                    paramLabel = "FILE",
                    description = "A file with the new passphrase. Default: it is asked for.")
            private @Nullable Path file;

            @Option(
                    names = "--file-permissions-only",
                    description = "Take the passphrase away: whoever copies the file can then be you.")
            private boolean filePermissionsOnly;
        }

        Passphrase(CliContext context) {
            super(context);
        }

        @Override
        void run(Console console, Settings settings, Keyring keyring) {
            try (Keyring.Opened current = anyExisting(keyring);
                    IdentityProtection protection = next != null && next.filePermissionsOnly
                            ? IdentityProtection.insecureFilePermissionsOnly()
                            : chosen(
                                            keyring,
                                            next == null ? null : next.file,
                                            "for your identity",
                                            Passphrases.Empty.REFUSED)
                                    .orElseThrow(
                                            () -> new CliException(
                                                    ExitCode.USAGE,
                                                    "there is no new passphrase",
                                                    "name a file with it by --new-passphrase-file, or run this in a terminal"))) {
                Identity identity = Identity.changeProtection(keyring.file(), current.protection(), protection);
                show(console, keyring, identity);
            }
        }

        /** A setting that asks for a passphrase must not keep anybody from giving one. */
        private static Keyring.Opened anyExisting(Keyring keyring) {
            if (keyring.kept().equals(Optional.of(IdentityProtection.Kind.FILE_PERMISSIONS_ONLY))) {
                IdentityProtection plain = IdentityProtection.insecureFilePermissionsOnly();
                return new Keyring.Opened(Identity.load(keyring.file(), plain), plain);
            }
            return existing(keyring);
        }
    }

    /** Writes the identity to a file that may leave this machine. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Write the identity to a file, always sealed under a passphrase.")
    static final class Export extends KeyringCommand {

        @Parameters(paramLabel = "FILE", description = "Where to write; must not be there yet.")
        private Path target = Path.of("");

        @Option(
                names = "--new-passphrase-file",
                paramLabel = "FILE",
                description =
                        "A file with the passphrase of the export. Default: it is asked for; without a terminal it"
                                + " is that of the settings.")
        private @Nullable Path file;

        Export(CliContext context) {
            super(context);
        }

        @Override
        void run(Console console, Settings settings, Keyring keyring) {
            try (Keyring.Opened current = existing(keyring)) {
                Optional<IdentityProtection> found = chosen(keyring, file, "for the export", Passphrases.Empty.REFUSED);
                if (found.isEmpty()) {
                    found = keyring.passphrases().configured();
                }
                try (IdentityProtection protection = found.orElseThrow(() -> new CliException(
                        ExitCode.USAGE,
                        "there is no passphrase for the export",
                        "name a file with one by --new-passphrase-file, or run this in a terminal"))) {
                    write(current.identity().exportSealed(protection));
                }
                console.notice("the identity " + current.identity().peerId() + " is in " + target
                        + ", sealed; keep the passphrase elsewhere");
            }
        }

        private void write(String export) {
            ExportFile.write(target, "of no use", file -> {
                ByteBuffer bytes = ByteBuffer.wrap(export.getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
                return true;
            });
        }
    }

    /** Takes an identity from a file. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = "Take over an identity that was exported; it is kept under the same passphrase.")
    static final class Import extends KeyringCommand {

        private static final int MAX_BYTES = 64 * 1024;

        @Parameters(paramLabel = "FILE", description = "What parley identity export wrote.")
        private Path source = Path.of("");

        @Option(
                names = "--replace",
                description = "Replace the identity that is here. It and its history are moved to backups.")
        private boolean replace;

        Import(CliContext context) {
            super(context);
        }

        @Override
        void run(Console console, Settings settings, Keyring keyring) {
            String text = read();
            try (Home home = Home.tryLock(settings.home())
                            .orElseThrow(() -> new CliException(
                                    ExitCode.FAILED,
                                    "another parley uses the identity of " + settings.home(),
                                    "end it first, or name another folder with --home"));
                    Keyring.Opened opened = keyring.opened(
                            "Passphrase of the export: ", protection -> Identity.importSealed(text, protection))) {
                if (keyring.kept().isEmpty()) {
                    opened.identity().save(keyring.file(), kept(settings, opened));
                } else if (replace) {
                    replace(console, home, keyring, opened.identity(), kept(settings, opened));
                } else {
                    throw occupied(
                            keyring.file(),
                            "give --replace to move it to a backup, or name another folder with --home");
                }
                show(console, keyring, opened.identity());
            }
        }

        private String read() {
            try (InputStream in = Files.newInputStream(source)) {
                // Longer than any; what is too long is refused as no export.
                return new String(in.readNBytes(MAX_BYTES), StandardCharsets.US_ASCII);
            } catch (IOException e) {
                throw new CliException(
                        ExitCode.FAILED, "the file " + source + " cannot be read", "check its name and permissions", e);
            }
        }

        private static IdentityProtection kept(Settings settings, Keyring.Opened opened) {
            return settings.identityProtection().equals(Optional.of(IdentityProtection.Kind.FILE_PERMISSIONS_ONLY))
                    ? IdentityProtection.insecureFilePermissionsOnly()
                    : opened.protection();
        }

        private static void replace(
                Console console, Home home, Keyring keyring, Identity identity, IdentityProtection protection) {
            Path backup = identity.replace(keyring.file(), protection).orElseThrow();
            String name = backup.getFileName().toString();
            String suffix =
                    name.substring(keyring.file().getFileName().toString().length());
            Optional<Path> history = home.moveHistoryAway(suffix);
            console.notice("the identity of before is in " + backup
                    + history.map(path -> ", its history in " + path).orElse(""));
        }
    }

    /** Shows the safety number with a peer, and keeps that it was compared. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Show the safety number that you share with a peer; compare it and remember that.")
    static final class Verify extends BaseCommand {

        @Parameters(paramLabel = "PEER-ID", description = "Whom; see /who --json or parley identity peers.")
        private String peer = "";

        @ArgGroup
        private @Nullable Action action;

        static final class Action {

            @Option(
                    names = {"--number", "--words", "--qr"},
                    paramLabel = "THEIRS",
                    description = "What the other side sees: digits, words, or the text of its QR code. If it is the"
                            + " same, the peer is verified.")
            private @Nullable String theirs;

            @Option(names = "--confirm", description = "You have compared it yourself: the peer is verified.")
            private boolean confirm;

            @Option(names = "--forget", description = "Take a verification back.")
            private boolean forget;
        }

        Verify(CliContext context) {
            super(context);
        }

        @Override
        ExitCode run(Console console) {
            PeerId id = Verifier.peerId(peer)
                    .orElseThrow(() -> new CliException(
                            ExitCode.USAGE,
                            "that is not a peer id",
                            "a peer id has 32 letters and digits; parley identity peers lists those you met"));
            Keyring keyring = new Keyring(settings(Map.of()), console, context().prompt());
            Identity identity = keyring.require();
            PeerId self = identity.peerId();
            try (PeerBook book = keyring.openBook(identity)) {
                Verifier verifier = new Verifier(console, book);
                if (action != null && action.forget) {
                    verifier.unverify(id, null);
                } else {
                    verifier.verify(
                            self, id, action == null ? null : action.theirs, action != null && action.confirm, null);
                }
            }
            return ExitCode.DONE;
        }
    }

    /** Lists the peers that were met. */
    @Command(name = "peers", mixinStandardHelpOptions = true, description = "List the peers that you met or verified.")
    static final class Peers extends BaseCommand {

        Peers(CliContext context) {
            super(context);
        }

        @Override
        ExitCode run(Console console) {
            Keyring keyring = new Keyring(settings(Map.of()), console, context().prompt());
            try (PeerBook book = keyring.openBook(keyring.require())) {
                for (KnownPeer peer : book.peers()) {
                    console.emit(new Event.Peer(null, peer));
                }
            }
            return ExitCode.DONE;
        }
    }
}
