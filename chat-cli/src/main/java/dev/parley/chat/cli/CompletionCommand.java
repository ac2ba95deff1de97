package dev.parley.chat.cli;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes what a shell needs to complete commands and options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Print a script by which a shell completes commands and options.")
final class CompletionCommand extends BaseCommand {

    /** The shells that there is a script for. */
    static final class Shells implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("bash", "zsh", "fish").iterator();
        }
    }

    @Parameters(
            paramLabel = "SHELL",
            completionCandidates = Shells.class,
            description = "The shell: ${COMPLETION-CANDIDATES}.")
    private String shell = "";

    @Spec
    private @Nullable CommandSpec spec;

    CompletionCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) {
        CommandLine parley = Objects.requireNonNull(spec).root().commandLine();
        String script = switch (shell.toLowerCase(Locale.ROOT)) {
            case "bash", "zsh" -> AutoComplete.bash(parley.getCommandName(), parley);
            case "fish" -> FishCompletion.of(parley.getCommandSpec());
            default ->
                throw new CliException(
                        ExitCode.USAGE, "there is no completion for that shell", "name bash, zsh or fish");
        };
        console.emit(new Event.Completion(shell, script.stripTrailing()));
        return ExitCode.DONE;
    }
}
