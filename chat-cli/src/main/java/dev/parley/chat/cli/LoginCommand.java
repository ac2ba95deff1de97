package dev.parley.chat.cli;

import dev.parley.chat.signaling.LoginPrompt;
import dev.parley.chat.signaling.LoginTokens;
import dev.parley.chat.signaling.OAuthLogin;
import dev.parley.chat.signaling.OAuthLogin.Flow;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Logs in at a worker, through the issuer that it names. */
@Command(
        name = "login",
        mixinStandardHelpOptions = true,
        description = "Log in at a worker, with the account of an issuer that it trusts.")
final class LoginCommand extends BaseCommand {

    @Option(names = "--signaling", paramLabel = "URL", description = "The signaling worker.")
    private @Nullable String signaling;

    @Option(
            names = "--issuer",
            paramLabel = "URL",
            description = "Which issuer, where the worker takes the tokens of several.")
    private @Nullable URI issuer;

    @Option(
            names = "--client-id",
            paramLabel = "ID",
            description = "As which client the issuer knows this program. Default: parley.")
    private @Nullable String clientId;

    @Option(
            names = "--scope",
            paramLabel = "S",
            description = "A scope to ask for besides those that the worker requires, such as offline_access; may be"
                    + " repeated.")
    private List<String> scopes = new ArrayList<>();

    @Option(
            names = "--device",
            description = "Show a code to be typed into a browser on any machine, rather than open one here.")
    private boolean device;

    LoginCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) {
        Settings settings = settings(Login.flags(signaling, clientId));
        OAuthLogin.Builder builder = Login.at(Login.worker(settings), settings).scopes(scopes.toArray(String[]::new));
        if (issuer != null) {
            builder.issuer(issuer);
        }
        try (OAuthLogin login = builder.build()) {
            Browser browser = new Browser(context().environment());
            Flow flow = choose(login.flows().toCompletableFuture().join(), browser);
            CompletableFuture<LoginTokens> done =
                    login.login(flow, new Prompt(console, browser)).toCompletableFuture();
            CompletableFuture.anyOf(done, context().stop().requested()).join();
            if (!done.isDone()) {
                return ExitCode.DONE;
            }
            LoginTokens tokens = done.join();
            LoginFile file = LoginFile.of(settings.home(), login.worker());
            file.locked(() -> file.save(tokens));
            console.emit(Event.Account.of(tokens));
            return ExitCode.DONE;
        }
    }

    private Flow choose(Set<Flow> offered, Browser browser) {
        if (device) {
            return Flow.DEVICE;
        }
        if (offered.contains(Flow.BROWSER) && (browser.canOpen() || !offered.contains(Flow.DEVICE))) {
            return Flow.BROWSER;
        }
        if (offered.contains(Flow.DEVICE)) {
            return Flow.DEVICE;
        }
        throw new CliException(
                ExitCode.UNAUTHORIZED,
                "the issuer of the worker offers no login that people can use here",
                "set PARLEY_TOKEN or PARLEY_TOKEN_FILE to a token that the worker accepts");
    }

    private record Prompt(Console console, Browser browser) implements LoginPrompt {
        @Override
        public void openLink(URI link) {
            console.emit(new Event.LoginPrompted(Flow.BROWSER, link, null, null, null));
            browser.open(link);
        }

        @Override
        public void enterCode(URI link, String code, @Nullable URI linkWithCode, Instant expires) {
            console.emit(new Event.LoginPrompted(Flow.DEVICE, link, code, linkWithCode, expires));
        }
    }
}
