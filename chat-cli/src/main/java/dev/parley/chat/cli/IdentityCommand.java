package dev.parley.chat.cli;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.IdentityProtection;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.SqlitePeerBook;
import java.nio.file.Path;
import java.util.Map;
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
                    spec.commandLine(), "name what to do with the identity: show, verify or peers");
        }
    }

    /** Shows the identity of PARLEY_HOME, made when there is none. */
    @Command(name = "show", mixinStandardHelpOptions = true, description = "Show the peer id and the fingerprint.")
    static final class Show extends BaseCommand {

        Show(CliContext context) {
            super(context);
        }

        @Override
        ExitCode run(Console console) {
            Path folder = settings(Map.of()).home();
            Home.makeFolder(folder);
            Path file = Home.identityFile(folder);
            Identity identity = Identity.loadOrCreate(file, IdentityProtection.insecureFilePermissionsOnly());
            console.emit(
                    new Event.Self(identity.peerId(), identity.fingerprint().toString(), file.toString()));
            return ExitCode.DONE;
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
            Path folder = settings(Map.of()).home();
            Home.makeFolder(folder);
            PeerId self = Identity.loadOrCreate(
                            Home.identityFile(folder), IdentityProtection.insecureFilePermissionsOnly())
                    .peerId();
            try (PeerBook book = SqlitePeerBook.open(Home.historyFile(folder))) {
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
            Path folder = settings(Map.of()).home();
            Home.makeFolder(folder);
            try (PeerBook book = SqlitePeerBook.open(Home.historyFile(folder))) {
                for (KnownPeer peer : book.peers()) {
                    console.emit(new Event.Peer(null, peer));
                }
            }
            return ExitCode.DONE;
        }
    }
}
