package dev.parley.chat.cli;

import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Writes the commands as completions of the shell fish, which picocli does not. */
final class FishCompletion {

    private static final String CONDITIONS = """
            # Completions of parley for fish. Made by: parley completion fish

            # Whether what is typed begins with this command.
            function __parley_is
                set -l words (commandline -opc)[2..-1]
                test (count $words) -ge (count $argv); or return 1
                for i in (seq (count $argv))
                    test "$words[$i]" = "$argv[$i]"; or return 1
                end
            end

            # Whether this command is all that is typed.
            function __parley_ends
                set -l words (commandline -opc)[2..-1]
                test "$words" = "$argv"
            end

            complete -c parley -f
            """;

    private final StringBuilder script = new StringBuilder(CONDITIONS);

    private FishCompletion() {}

    /** Writes the script for the whole program. */
    static String of(CommandSpec root) {
        FishCompletion completion = new FishCompletion();
        completion.write(root);
        return completion.script.toString();
    }

    private void write(CommandSpec command) {
        String path = CommandText.path(command);
        // Above others stands what is typed before a command is chosen.
        String condition = (CommandText.commands(command).isEmpty() ? "__parley_is " : "__parley_ends ") + path;
        for (CommandSpec each : CommandText.commands(command)) {
            line(condition, "-a " + quoted(each.name()) + about(CommandText.description(each)));
        }
        for (OptionSpec option : CommandText.options(command)) {
            StringBuilder names = new StringBuilder();
            for (String name : option.names()) {
                names.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
            }
            line(condition, names.substring(1) + value(option) + about(CommandText.description(option)));
        }
        for (PositionalParamSpec parameter : CommandText.parameters(command)) {
            if (CommandText.isPath(parameter)) {
                line(condition, "-F");
            } else if (!CommandText.candidates(parameter).isEmpty()) {
                line(condition, "-a " + quoted(String.join(" ", CommandText.candidates(parameter))));
            }
        }
        CommandText.commands(command).forEach(this::write);
    }

    private static String value(ArgSpec option) {
        if (option.arity().max() == 0) {
            return "";
        }
        if (CommandText.isPath(option)) {
            return " -r -F";
        }
        String candidates = String.join(" ", CommandText.candidates(option));
        return candidates.isEmpty() ? " -x" : " -x -a " + quoted(candidates);
    }

    private void line(String condition, String rest) {
        script.append("complete -c parley -n ")
                .append(quoted(condition.strip()))
                .append(' ')
                .append(rest)
                .append('\n');
    }

    private static String about(String description) {
        return " -d " + quoted(description);
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
