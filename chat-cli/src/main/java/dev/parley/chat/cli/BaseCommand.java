package dev.parley.chat.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What all commands have in common: output, settings, and how a failure is told. */
abstract class BaseCommand implements Callable<Integer> {

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

    BaseCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public final Integer call() {
        Logging.configure(context.err(), verbose);
        Console console = context.console(json ? Console.Form.JSON : Console.Form.PLAIN);
        try {
            return run(console).status();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail(console, e);
        } catch (Exception | LinkageError e) {
            return fail(console, e);
        }
    }

    private int fail(Console console, Throwable thrown) {
        Failure failure = Failure.of(thrown);
        console.emit(Event.Problem.of(failure));
        if (verbose) {
            context.err().println(Logging.trace(thrown));
        }
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

    /** The settings of which this command has no flags of its own, and those that it has. */
    Settings settings(Map<SettingKey, String> flags) {
        return Settings.load(home, flags, context.environment());
    }
}
