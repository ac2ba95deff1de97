package dev.parley.chat.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;

/** Where the process starts. */
public final class ParleyMain {

    /** How long Ctrl-C and SIGTERM wait for an orderly leave. */
    private static final Duration STOP_TIME = Duration.ofSeconds(3);

    /** Set by the launcher when its standard input is a terminal: Java 17 cannot ask for that input alone. */
    private static final String TERMINAL_PROPERTY = "parley.terminal";

    private ParleyMain() {}

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param arguments what the user typed
     */
    public static void main(String[] arguments) {
        ProcessOutput output = ProcessOutput.claim();
        Stop stop = new Stop();
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger status = new AtomicInteger(ExitCode.FAILED.status());
        // Runs at SIGINT, SIGTERM and SIGHUP. The orderly end halts, so it never comes here by itself.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stop.request();
                            boolean orderly = awaitQuietly(over, stop.allowed(STOP_TIME));
                            output.finish();
                            Runtime.getRuntime().halt(orderly ? status.get() : ExitCode.FAILED.status());
                        },
                        "parley-stop"));
        CliContext context = new CliContext(
                Map.copyOf(System.getenv()),
                System.in,
                output.out(),
                output.err(),
                ZoneId.systemDefault(),
                Boolean.getBoolean(TERMINAL_PROPERTY),
                PassphrasePrompt.ofTerminal(Boolean.getBoolean(TERMINAL_PROPERTY)),
                stop);
        try {
            status.set(run(context, arguments));
        } finally {
            over.countDown();
            output.finish();
            // Threads of the native library would keep the process alive, and unloading it prints and may crash.
            Runtime.getRuntime().halt(status.get());
        }
    }

    private static boolean awaitQuietly(CountDownLatch latch, Duration time) {
        try {
            return latch.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    /**
     * Runs a command.
     *
     * @return the exit code
     */
    static int run(CliContext context, String... arguments) {
        CommandLine commands = commands(context);
        boolean json = Arrays.asList(arguments).contains("--json");
        PrintWriter out = new PrintWriter(context.out(), false, StandardCharsets.UTF_8);
        commands.setOut(out);
        commands.setErr(new PrintWriter(context.err(), true, StandardCharsets.UTF_8));
        commands.setExpandAtFiles(false);
        commands.setParameterExceptionHandler((e, args) -> {
            Failure failure = new Failure(
                    ExitCode.USAGE,
                    ExitCode.USAGE.code(),
                    TerminalText.clean(String.valueOf(e.getMessage())),
                    "see " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
            context.console(json ? Console.Form.JSON : Console.Form.PLAIN).emit(Event.Problem.of(failure));
            return ExitCode.USAGE.status();
        });
        commands.setExecutionExceptionHandler((e, command, result) -> {
            context.console(json ? Console.Form.JSON : Console.Form.PLAIN).emit(Event.Problem.of(Failure.of(e)));
            return Failure.of(e).exit().status();
        });
        int status = commands.execute(arguments);
        out.flush();
        return status;
    }

    static CommandLine commands(CliContext context) {
        return new CommandLine(new ParleyCommand())
                .addSubcommand(new DemoCommand(context))
                .addSubcommand(ServeCommand.of(context))
                .addSubcommand(new CreateCommand(context))
                .addSubcommand(new JoinCommand(context))
                .addSubcommand(new TailCommand(context))
                .addSubcommand(new RoomsCommand(context))
                .addSubcommand(new SendCommand(context))
                .addSubcommand(new CommandLine(new HistoryCommand())
                        .addSubcommand(new HistoryCommand.ListRooms(context))
                        .addSubcommand(new HistoryCommand.Show(context))
                        .addSubcommand(new HistoryCommand.Search(context))
                        .addSubcommand(new HistoryCommand.Export(context))
                        .addSubcommand(new HistoryCommand.Import(context))
                        .addSubcommand(new HistoryCommand.Delete(context))
                        .addSubcommand(new RetainCommand(context)))
                .addSubcommand(new CommandLine(new IdentityCommand())
                        .addSubcommand(new IdentityCommand.Show(context))
                        .addSubcommand(new IdentityCommand.Create(context))
                        .addSubcommand(new IdentityCommand.Passphrase(context))
                        .addSubcommand(new IdentityCommand.Export(context))
                        .addSubcommand(new IdentityCommand.Import(context))
                        .addSubcommand(new IdentityCommand.Verify(context))
                        .addSubcommand(new IdentityCommand.Peers(context)))
                .addSubcommand(new CommandLine(new EmotesCommand())
                        .addSubcommand(new EmotesCommand.ListThem(context))
                        .addSubcommand(new EmotesCommand.Search(context))
                        .addSubcommand(new EmotesCommand.Show(context))
                        .addSubcommand(new EmotesCommand.Upload(context))
                        .addSubcommand(new EmotesCommand.Remove(context))
                        .addSubcommand(new EmotesCommand.Add(context)))
                .addSubcommand(new LoginCommand(context))
                .addSubcommand(new WhoamiCommand(context))
                .addSubcommand(new LogoutCommand(context))
                .addSubcommand(new ConfigCommand(context))
                .addSubcommand(new DoctorCommand(context))
                .addSubcommand(new CompletionCommand(context))
                .addSubcommand(new ManCommand(context))
                .addSubcommand(new ConformanceCommand(context));
    }
}
