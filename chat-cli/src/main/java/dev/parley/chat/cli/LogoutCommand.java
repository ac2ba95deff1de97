package dev.parley.chat.cli;

import dev.parley.chat.signaling.LoginTokens;
import dev.parley.chat.signaling.OAuthLogin;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ends the login at a worker. */
@Command(
        name = "logout",
        mixinStandardHelpOptions = true,
        description = "Forget the login at a worker, and tell its issuer that it has ended.")
final class LogoutCommand extends BaseCommand {

    @Option(names = "--signaling", paramLabel = "URL", description = "The signaling worker.")
    private @Nullable String signaling;

    LogoutCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) {
        Settings settings = settings(Login.flags(signaling, null));
        try (OAuthLogin login = Login.at(Login.worker(settings), settings).build()) {
            LoginFile file = LoginFile.of(settings.home(), login.worker());
            // So that no other process renews and keeps it meanwhile.
            file.locked(() -> {
                Optional<LoginTokens> tokens = load(file);
                file.delete();
                console.notice(
                        tokens.isEmpty()
                                ? "nobody was logged in at " + login.worker()
                                : revoke(tokens.get(), settings));
            });
            return ExitCode.DONE;
        }
    }

    /** A login that cannot be read is forgotten all the same. */
    private static Optional<LoginTokens> load(LoginFile file) {
        try {
            return file.load();
        } catch (CliException e) {
            return Optional.empty();
        }
    }

    private static String revoke(LoginTokens tokens, Settings settings) {
        try (OAuthLogin login =
                Login.at(tokens.worker(), settings).clientId(tokens.clientId()).build()) {
            return login.revoke(tokens).toCompletableFuture().join()
                    ? "logged out, and the issuer has revoked the login"
                    : "logged out here; the issuer offers no revocation, so the token ends by its time";
        } catch (CompletionException e) {
            return "logged out here; the issuer could not be told, so the token ends by its time";
        }
    }
}
