package dev.parley.chat.cli;

import dev.parley.chat.crypto.Identity;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what there is to do with identities. */
@Command(name = "identity", mixinStandardHelpOptions = true, description = "Show who you are to others.")
final class IdentityCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "name what to do with the identity: show");
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
            Identity identity = Identity.loadOrCreate(file);
            console.emit(
                    new Event.Self(identity.peerId(), identity.fingerprint().toString(), file.toString()));
            return ExitCode.DONE;
        }
    }
}
