package dev.parley.chat.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What the model of the commands says to whoever writes about them: without what is hidden, and in plain text. */
final class CommandText {

    private CommandText() {}

    /** The commands below one, in their order. */
    static List<CommandSpec> commands(CommandSpec command) {
        return command.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(each -> !each.usageMessage().hidden())
                .toList();
    }

    static List<OptionSpec> options(CommandSpec command) {
        return command.options().stream().filter(option -> !option.hidden()).toList();
    }

    static List<PositionalParamSpec> parameters(CommandSpec command) {
        return command.positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .toList();
    }

    /** The command behind the name of the program: {@code history show}; empty for the program itself. */
    static String path(CommandSpec command) {
        CommandSpec parent = command.parent();
        if (parent == null) {
            return "";
        }
        String above = path(parent);
        return above.isEmpty() ? command.name() : above + " " + command.name();
    }

    static String description(CommandSpec command) {
        return String.join(" ", command.usageMessage().description());
    }

    /** What an option or a parameter is for. */
    static String description(ArgSpec argument) {
        String text = String.join(" ", argument.description())
                .replace("${DEFAULT-VALUE}", Objects.requireNonNullElse(argument.defaultValue(), ""));
        return argument.completionCandidates() == null
                ? text
                : text.replace("${COMPLETION-CANDIDATES}", String.join(", ", candidates(argument)));
    }

    /** The values that there are; none where any will do. */
    static List<String> candidates(ArgSpec argument) {
        Iterable<String> candidates = argument.completionCandidates();
        return candidates == null
                ? List.of()
                : StreamSupport.stream(candidates.spliterator(), false).toList();
    }

    /** Whether the value is the path of a file or a folder. */
    static boolean isPath(ArgSpec argument) {
        return argument.type() == Path.class || List.of("FILE", "DIR", "PLACE").contains(argument.paramLabel());
    }
}
