package dev.parley.chat.cli;

import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.TrustedIssuer;
import dev.parley.chat.worker.WorkerConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a signaling worker. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Run a signaling worker until it is stopped. Without --issuer it is for this machine only.")
final class ServeCommand extends BaseCommand {

    /** The port unless one is given. */
    static final int DEFAULT_PORT = 8787;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Where to listen; 0 picks a free port. Default: ${DEFAULT-VALUE}.")
    private int port = DEFAULT_PORT;

    @Option(
            names = "--host",
            paramLabel = "H",
            description = "Where to listen. Default: ${DEFAULT-VALUE}. Any other than loopback needs --issuer.")
    private String host = "127.0.0.1";

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            description = "Under which URL clients reach the worker, if it is not the one that it listens at.")
    private @Nullable URI publicUrl;

    @Option(names = "--data", paramLabel = "DIR", description = "Where to keep rooms. Default: PARLEY_HOME/worker.")
    private @Nullable Path data;

    @ArgGroup(exclusive = false, multiplicity = "0..*", heading = "%nEach issuer whose access tokens to take:%n")
    private List<IssuerFlags> issuers = new ArrayList<>();

    @Option(
            names = "--anonymous-guests",
            description = "Let people without an account list and join rooms. Default: no.")
    private boolean anonymousGuests;

    @Option(
            names = "--ice-server",
            paramLabel = "URL",
            description = "A STUN or TURN server to tell to peers; may be repeated. The secret that is shared with TURN"
                    + " servers comes from PARLEY_TURN_SECRET.")
    private List<String> iceServers = new ArrayList<>();

    ServeCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) {
        WorkerConfig config;
        try {
            config = config(settings(Map.of()));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), "see parley serve --help", e);
        }
        try (SignalingWorker worker = SignalingWorker.start(config)) {
            console.emit(new Event.Listening(worker.url().toString()));
            if (issuers.isEmpty()) {
                console.notice("DEVELOPMENT ISSUER: this worker gives an access token to anybody on this machine, and"
                        + " listens on loopback only; for others use --issuer and --audience");
            }
            context().stop().requested().join();
        }
        return ExitCode.DONE;
    }

    private WorkerConfig config(Settings settings) {
        WorkerConfig.Builder config = WorkerConfig.builder()
                .host(host)
                .port(port)
                .dataDirectory(data == null ? Home.workerData(settings.home()) : data);
        issuers.forEach(issuer -> config.issuer(issuer.trusted()));
        config.anonymousGuests(anonymousGuests);
        if (publicUrl != null) {
            config.publicUrl(publicUrl);
        }
        iceServers.forEach(config::iceServer);
        String turnSecret = context().environment().getOrDefault("PARLEY_TURN_SECRET", "");
        if (!turnSecret.isEmpty()) {
            config.turnSecret(turnSecret);
        }
        if (data == null) {
            Home.makeFolder(settings.home());
        }
        return config.build();
    }

    /** The flags of one issuer; each {@code --issuer} begins another. */
    static final class IssuerFlags {

        @Option(names = "--issuer", paramLabel = "URL", required = true, description = "Exactly as in its tokens.")
        private URI issuer = URI.create("");

        @Option(
                names = "--audience",
                paramLabel = "A",
                required = true,
                description = "For whom its tokens must be; goes with --issuer.")
        private String audience = "";

        @Option(names = "--jwks", paramLabel = "URL", description = "Where its keys are. Default: found by itself.")
        private @Nullable URI jwks;

        @Option(
                names = "--scope",
                paramLabel = "S",
                description = "A scope that its tokens must have; may be repeated.")
        private List<String> scopes = new ArrayList<>();

        TrustedIssuer trusted() {
            TrustedIssuer trusted =
                    TrustedIssuer.of(issuer, audience).withRequiredScopes(scopes.toArray(String[]::new));
            return jwks == null ? trusted : trusted.withJwksUri(jwks);
        }
    }
}
