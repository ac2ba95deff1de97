package dev.parley.chat.cli;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** What all commands have in common: output, settings, and how a failure is told. */
abstract class BaseCommand implements Callable<Integer> {

    private static final Logger logger = LoggerFactory.getLogger(BaseCommand.class);

    private final CliContext context;

    @Option(names = "--json", description = "Write one JSON object per line to the standard output.")
    private boolean json;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Folder of identity, history and configuration. Default: PARLEY_HOME, or by the XDG rules.")
    private @Nullable Path home;

    @Option(
            names = {"-v", "--verbose"},
            description = "Write what happens to the standard error, with stack traces.")
    private boolean verbose;

    @Option(
            names = "--log-file",
            paramLabel = "FILE",
            description =
                    "Add what --verbose shows to a file that only its owner can read. Default: PARLEY_LOG_FILE, or"
                            + " log_file of the configuration.")
    private @Nullable String logFile;

    private Optional<LogFile> log = Optional.empty();

    BaseCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public final Integer call() {
        Console console = context.console(json ? Console.Form.JSON : Console.Form.PLAIN);
        Logging.configure(context.err(), verbose, log);
        try {
            log = settings(Map.of()).get(SettingKey.LOG_FILE).map(file -> LogFile.open(file, context.err()));
            Logging.configure(context.err(), verbose, log);
            return run(console).status();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail(console, e);
        } catch (Exception | LinkageError e) {
            return fail(console, e);
        } finally {
            log.ifPresent(LogFile::close);
        }
    }

    private static int fail(Console console, Throwable thrown) {
        Failure failure = Failure.of(thrown);
        console.emit(Event.Problem.of(failure));
        logger.debug("the command has failed", thrown);
        return failure.exit().status();
    }

    /**
     * Does what the command is for.
     *
     * @return how the process ends
     * @throws Exception what {@link Failure#of(Throwable)} translates
     */
    abstract ExitCode run(Console console) throws Exception;

    CliContext context() {
        return context;
    }

    boolean isVerbose() {
        return verbose;
    }

    /** The file that logs go to as well, if one is named. */
    Optional<LogFile> log() {
        return log;
    }

    /** The settings of which this command has no flags of its own, and those that it has. */
    Settings settings(Map<SettingKey, String> flags) {
        Map<SettingKey, String> all = new EnumMap<>(SettingKey.class);
        all.putAll(flags);
        if (logFile != null) {
            all.put(SettingKey.LOG_FILE, logFile);
        }
        return Settings.load(home, all, context.environment());
    }
}
