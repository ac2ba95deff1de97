package dev.parley.chat.cli;

import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a signaling worker. Its flags are those of {@link WorkerKey}, and the few here. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Run a signaling worker until it is stopped. Without --issuer it is for this machine only.",
        footer = {
            "",
            "Each flag has a variable as well, PARLEY_WORKER_PORT for --port, and a key in the file, port.",
            "The secret that is shared with TURN servers may come from PARLEY_TURN_SECRET."
        })
final class ServeCommand extends BaseCommand {

    /** What requests under way have to finish, beside the time to send clients away. */
    private static final Duration STOP_TIME = Duration.ofSeconds(8);

    @Option(names = "--config", paramLabel = "FILE", description = "Where settings stand, see docs/operations.md.")
    private @Nullable Path file;

    @Option(
            names = "--check-config",
            description = "Show each setting and where it came from, say what is wrong, and start nothing.")
    private boolean check;

    @Spec
    private @Nullable CommandSpec spec;

    private ServeCommand(CliContext context) {
        super(context);
    }

    /** The command with all its flags. */
    static CommandLine of(CliContext context) {
        CommandLine command = new CommandLine(new ServeCommand(context));
        for (WorkerKey key : WorkerKey.values()) {
            key.flag().ifPresent(flag -> command.getCommandSpec().addOption(option(key, flag)));
        }
        return command;
    }

    private static OptionSpec option(WorkerKey key, String flag) {
        String fallback =
                key.fallback().map(value -> " Default: " + value + ".").orElse("");
        OptionSpec.Builder option = OptionSpec.builder(flag)
                .paramLabel(key.label())
                .arity(key.isSwitch() ? "0..1" : "1")
                .description(key.help() + fallback);
        if (key.isSwitch()) {
            option.fallbackValue("true");
        }
        return key.isList()
                ? option.type(List.class).auxiliaryTypes(String.class).build()
                : option.type(String.class).build();
    }

    @Override
    ExitCode run(Console console) {
        Settings home = settings(Map.of());
        WorkerSettings settings = WorkerSettings.load(
                flags(), context().environment(), configFile().orElse(null), Home.workerData(home.home()));
        List<String> problems = settings.apply();
        if (check) {
            settings.show(console);
        }
        for (String problem : problems) {
            console.emit(new Event.Problem(
                    ExitCode.USAGE.code(), problem, "mend it where it is set; parley serve --help says how", null));
        }
        if (!problems.isEmpty()) {
            return ExitCode.USAGE;
        }
        if (check) {
            return ExitCode.DONE;
        }
        if (settings.find(WorkerKey.DATA).isPresent() && settings.isDefault(WorkerKey.DATA)) {
            Home.makeFolder(home.home());
        }
        serve(settings, console);
        return ExitCode.DONE;
    }

    private void serve(WorkerSettings settings, Console console) {
        if (settings.logging().isJson()) {
            Logging.configureJson(context().err(), isVerbose(), log());
        }
        if (settings.logging().wantsRequests()) {
            settings.config()
                    .requestLog(
                            new AccessLog(context().err(), settings.logging().isJson()));
        }
        WorkerConfig config = settings.config().build();
        context().stop().allow(config.drainTime().plus(STOP_TIME));
        try (SignalingWorker worker = SignalingWorker.start(config)) {
            console.emit(new Event.Listening(worker.url().toString()));
            worker.metricsUrl().ifPresent(url -> console.notice("metrics at " + url));
            if (config.issuers().isEmpty()) {
                console.notice("DEVELOPMENT ISSUER: this worker gives an access token to anybody on this machine, and"
                        + " listens on loopback only; for others use --issuer and --audience");
            }
            context().stop().requested().join();
        }
    }

    private Optional<Path> configFile() {
        if (file != null) {
            return Optional.of(file);
        }
        String variable = context().environment().getOrDefault("PARLEY_WORKER_CONFIG", "");
        return variable.isBlank() ? Optional.empty() : Optional.of(Path.of(variable.strip()));
    }

    private Map<WorkerKey, String> flags() {
        Map<WorkerKey, String> flags = new EnumMap<>(WorkerKey.class);
        if (spec == null) {
            return flags;
        }
        CommandLine.ParseResult given = spec.commandLine().getParseResult();
        for (WorkerKey key : WorkerKey.values()) {
            Object value = key.flag()
                    .filter(given::hasMatchedOption)
                    .map(flag -> given.matchedOption(flag).getValue())
                    .orElse(null);
            if (value instanceof List<?> list) {
                flags.put(
                        key, String.join(" ", list.stream().map(String::valueOf).toList()));
            } else if (value != null) {
                flags.put(key, String.valueOf(value));
            }
        }
        return flags;
    }
}
