package dev.parley.chat.cli;

import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

    @Option(
            names = "--store",
            paramLabel = "STORE",
            description = "Where to keep rooms instead: memory, until the worker stops, or redis://[user@]host[:port]"
                    + "[/database] (rediss: for TLS), which several workers may share. The password comes from"
                    + " PARLEY_REDIS_PASSWORD or --store-password-file.")
    private @Nullable String store;

    @Option(
            names = "--store-password-file",
            paramLabel = "FILE",
            description = "A file with the password of Redis in its first line.")
    private @Nullable Path storePasswordFile;

    @Option(names = "--issuer", paramLabel = "URL", description = "Whose access tokens to take.")
    private @Nullable URI issuer;

    @Option(names = "--audience", paramLabel = "A", description = "For whom a token must be; goes with --issuer.")
    private @Nullable String audience;

    @Option(
            names = "--jwks",
            paramLabel = "URL",
            description = "Where the issuer's keys are. Default: found by itself.")
    private @Nullable URI jwks;

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
            if (issuer == null) {
                console.notice("DEVELOPMENT ISSUER: this worker gives an access token to anybody on this machine, and"
                        + " listens on loopback only; for others use --issuer and --audience");
            }
            context().stop().requested().join();
        }
        return ExitCode.DONE;
    }

    private WorkerConfig config(Settings settings) {
        WorkerConfig.Builder config = WorkerConfig.builder().host(host).port(port);
        chooseStore(config, settings);
        if ((issuer == null) != (audience == null)) {
            throw new IllegalArgumentException("--issuer and --audience go together");
        }
        if (issuer != null && audience != null) {
            config.issuer(issuer, audience);
        }
        if (jwks != null) {
            config.jwksUri(jwks);
        }
        if (publicUrl != null) {
            config.publicUrl(publicUrl);
        }
        iceServers.forEach(config::iceServer);
        String turnSecret = context().environment().getOrDefault("PARLEY_TURN_SECRET", "");
        if (!turnSecret.isEmpty()) {
            config.turnSecret(turnSecret);
        }
        return config.build();
    }

    private void chooseStore(WorkerConfig.Builder config, Settings settings) {
        if (store != null && data != null) {
            throw new IllegalArgumentException("--store and --data do not go together");
        }
        boolean isRedis = store != null && !store.equals("memory");
        if (storePasswordFile != null && !isRedis) {
            throw new IllegalArgumentException("--store-password-file goes with --store redis://…");
        }
        if (store == null) {
            config.dataDirectory(data == null ? Home.workerData(settings.home()) : data);
            if (data == null) {
                Home.makeFolder(settings.home());
            }
        } else if (isRedis) {
            config.redis(URI.create(store));
            String password = redisPassword();
            if (!password.isEmpty()) {
                config.redisPassword(password);
            }
        }
    }

    private String redisPassword() {
        if (storePasswordFile == null) {
            return context().environment().getOrDefault("PARLEY_REDIS_PASSWORD", "");
        }
        try (BufferedReader reader = Files.newBufferedReader(storePasswordFile)) {
            String password = reader.readLine();
            if (password == null || password.isEmpty()) {
                throw new IllegalArgumentException(
                        "the file of --store-password-file has no password in its first line");
            }
            return password;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the file of --store-password-file cannot be read; check its name and permissions", e);
        }
    }
}
