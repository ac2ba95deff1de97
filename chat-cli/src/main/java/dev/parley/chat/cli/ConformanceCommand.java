package dev.parley.chat.cli;

import dev.parley.chat.signaling.conformance.CaseResult.Outcome;
import dev.parley.chat.signaling.conformance.ConformanceCase;
import dev.parley.chat.signaling.conformance.ConformanceSuite;
import dev.parley.chat.signaling.conformance.Report;
import dev.parley.chat.signaling.conformance.Target;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tries a signaling worker against docs/signaling.md. */
@Command(
        name = "conformance",
        mixinStandardHelpOptions = true,
        description = "Try a running signaling worker against docs/signaling.md, case by case.")
final class ConformanceCommand extends BaseCommand {

    @Parameters(arity = "0..1", paramLabel = "URL", description = "The base URL of the worker. Not needed with --list.")
    private @Nullable String url;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "An access token; two or three of different accounts. Other users of this machine can see it:"
                    + " better --token-file. Default: those that the worker's development issuer gives.")
    private List<String> tokens = new ArrayList<>();

    @Option(names = "--token-file", paramLabel = "FILE", description = "A file with an access token; like --token.")
    private List<Path> tokenFiles = new ArrayList<>();

    @Option(
            names = "--only",
            paramLabel = "NAME",
            description = "Only the case of this name, or those whose names have it in them; may be repeated.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--slow", description = "The cases too that wait for something to expire, for up to ten minutes.")
    private boolean slow;

    @Option(names = "--list", description = "Only say which cases there are.")
    private boolean list;

    ConformanceCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) throws InterruptedException {
        if (list) {
            for (ConformanceCase listed : ConformanceSuite.cases()) {
                console.emit(new Event.ListedCase(listed));
            }
            return ExitCode.DONE;
        }
        if (url == null) {
            throw usage("no worker is named", "give its base URL");
        }
        // Ctrl-C ends the case at hand, which deletes its rooms.
        Thread runner = Thread.currentThread();
        var unused = context().stop().requested().thenRun(runner::interrupt);
        try {
            Target target = target(url);
            Optional<String> missing = ConformanceSuite.missing(target);
            if (missing.isPresent()) {
                throw usage(missing.get(), "give them with --token-file, one for each account");
            }
            Report report = ConformanceSuite.run(target, result -> console.emit(new Event.CaseOver(result)));
            console.emit(new Event.Conformance(
                    report.count(Outcome.PASSED), report.count(Outcome.FAILED), report.count(Outcome.SKIPPED)));
            return report.isConformant() ? ExitCode.DONE : ExitCode.FAILED;
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()), "see parley conformance --help and --list");
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.WORKER_UNREACHABLE,
                    "nothing answers as a worker at that URL",
                    "check the URL and whether the worker runs",
                    e);
        }
    }

    private Target target(String base) {
        URI worker;
        try {
            worker = URI.create(base);
        } catch (IllegalArgumentException e) {
            throw usage("the base URL of the worker is no URL", "write it like https://parley.example.org");
        }
        Target.Builder target = Target.builder(worker).slow(slow);
        tokens.forEach(target::token);
        for (Path file : tokenFiles) {
            try {
                target.token(Files.readString(file));
            } catch (IOException e) {
                throw usage("the token file " + file + " cannot be read", "check its path and permissions");
            }
        }
        only.forEach(target::only);
        return target.build();
    }

    private static CliException usage(String message, String hint) {
        return new CliException(ExitCode.USAGE, message, hint);
    }
}
