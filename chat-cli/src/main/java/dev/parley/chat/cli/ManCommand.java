package dev.parley.chat.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the manual pages, for whoever packages the program. */
@Command(
        name = "man",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "Write a manual page of each command to a folder.")
final class ManCommand extends BaseCommand {

    @Parameters(paramLabel = "DIR", description = "The folder; pages that are there are replaced.")
    private Path folder = Path.of("");

    @Spec
    private @Nullable CommandSpec spec;

    ManCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) {
        List<CommandSpec> commands =
                ManPage.withAllBelow(Objects.requireNonNull(spec).root()).toList();
        try {
            Files.createDirectories(folder);
            for (CommandSpec command : commands) {
                Files.writeString(folder.resolve(ManPage.fileName(command)), ManPage.of(command, Version.number()));
            }
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "the pages cannot be written to " + folder,
                    "check that it is a folder, its permissions and the free space",
                    e);
        }
        console.notice(commands.size() + " pages are in " + folder);
        return ExitCode.DONE;
    }
}
