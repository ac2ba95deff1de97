package dev.parley.chat.cli;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.signaling.LoginTokens;
import dev.parley.chat.signaling.OAuthLogin;
import dev.parley.chat.transport.Signaling;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says as whom one is logged in at a worker, and asks it whether it agrees. */
@Command(
        name = "whoami",
        mixinStandardHelpOptions = true,
        description = "Show the account at a worker, and ask the worker whether it accepts it.")
final class WhoamiCommand extends BaseCommand {

    @Option(names = "--signaling", paramLabel = "URL", description = "The signaling worker.")
    private @Nullable String signaling;

    WhoamiCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) {
        Settings settings = settings(Login.flags(signaling, null));
        URI worker = Login.worker(settings);
        if (settings.find(SettingKey.TOKEN).isPresent()
                || settings.find(SettingKey.TOKEN_FILE).isPresent()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "the settings hold a token, which goes before any login",
                    "\"parley config\" says where it comes from");
        }
        try (OAuthLogin login = Login.at(worker, settings).build()) {
            LoginFile file = LoginFile.of(settings.home(), login.worker());
            if (file.load().isEmpty()) {
                throw new CliException(
                        ExitCode.UNAUTHORIZED,
                        "nobody is logged in at " + login.worker(),
                        "run \"parley login --signaling " + login.worker() + "\"");
            }
            // Renews the login if need be.
            try (Signaling client = Session.signaling(settings, worker, Identity.generate())) {
                client.publicRooms(null, 1).toCompletableFuture().join();
            }
            LoginTokens tokens = file.load().orElseThrow();
            console.emit(Event.Account.of(tokens));
            return ExitCode.DONE;
        }
    }
}
