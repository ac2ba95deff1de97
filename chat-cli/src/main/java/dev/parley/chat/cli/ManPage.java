package dev.parley.chat.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Writes the manual page of a command in roff, by the macros of man(7). Has no date, so that builds are alike. */
final class ManPage {

    private static final String SECTION = "1";

    private final CommandSpec command;
    private final StringBuilder page = new StringBuilder();

    private ManPage(CommandSpec command) {
        this.command = command;
    }

    /** The name of the page, and of its file with the section behind: {@code parley-history-show}. */
    static String name(CommandSpec command) {
        String path = CommandText.path(command);
        return command.root().name() + (path.isEmpty() ? "" : "-" + path.replace(' ', '-'));
    }

    static String fileName(CommandSpec command) {
        return name(command) + "." + SECTION;
    }

    /** A command and all below it. */
    static Stream<CommandSpec> withAllBelow(CommandSpec command) {
        return Stream.concat(
                Stream.of(command), CommandText.commands(command).stream().flatMap(ManPage::withAllBelow));
    }

    /**
     * Writes a page.
     *
     * @param version of the program, for the foot of the page
     */
    static String of(CommandSpec command, String version) {
        ManPage page = new ManPage(command);
        page.write(version);
        return page.page.toString();
    }

    private void write(String version) {
        line(".TH \"" + text(name(command).toUpperCase(Locale.ROOT)) + "\" \"" + SECTION + "\" \"\" \""
                + text("Parley " + version) + "\" \"Parley Manual\"");
        section("NAME");
        line(text(name(command)) + " \\- " + text(CommandText.description(command)));
        section("SYNOPSIS");
        line(synopsis());
        List<CommandSpec> below = CommandText.commands(command);
        if (!below.isEmpty()) {
            section("COMMANDS");
            below.forEach(each -> {
                line(".TP");
                line(bold(each.name()));
                line(prose(CommandText.description(each)) + " See " + reference(each) + ".");
            });
        }
        if (!CommandText.parameters(command).isEmpty()) {
            section("ARGUMENTS");
            for (PositionalParamSpec parameter : CommandText.parameters(command)) {
                line(".TP");
                line(italic(parameter.paramLabel()));
                line(prose(CommandText.description(parameter)));
            }
        }
        section("OPTIONS");
        for (OptionSpec option : CommandText.options(command)) {
            line(".TP");
            line(Stream.of(option.names()).map(ManPage::bold).collect(Collectors.joining(", ")) + value(option));
            line(prose(CommandText.description(option)));
        }
        if (command.parent() == null) {
            section("EXIT STATUS");
            for (ExitCode exit : ExitCode.values()) {
                line(".TP");
                line(bold(Integer.toString(exit.status())));
                line(text(exit.code().replace('_', ' ')));
            }
        }
        section("SEE ALSO");
        CommandSpec parent = command.parent();
        List<CommandSpec> others = parent == null ? below : List.of(parent);
        line(others.stream().map(ManPage::reference).collect(Collectors.joining(", ")));
    }

    private String synopsis() {
        StringBuilder line = new StringBuilder(bold(command.qualifiedName()));
        if (!CommandText.commands(command).isEmpty()) {
            return line.append(' ').append(italic("COMMAND")).append(" ...").toString();
        }
        line.append(" [").append(italic("OPTION")).append("]...");
        for (PositionalParamSpec parameter : CommandText.parameters(command)) {
            boolean isOptional = parameter.arity().min() == 0;
            boolean isRepeated =
                    parameter.arity().max() > 1 || parameter.arity().isVariable();
            line.append(' ')
                    .append(isOptional ? "[" : "")
                    .append(italic(parameter.paramLabel()))
                    .append(isRepeated ? "..." : "")
                    .append(isOptional ? "]" : "");
        }
        return line.toString();
    }

    private static String value(OptionSpec option) {
        if (option.arity().max() == 0) {
            return "";
        }
        String value = "=" + italic(option.paramLabel());
        return option.arity().min() == 0 ? "[" + value + "]" : value;
    }

    private static String reference(CommandSpec command) {
        return bold(name(command)) + "(" + SECTION + ")";
    }

    private void section(String title) {
        line(".SH " + title);
    }

    private void line(String line) {
        page.append(line).append('\n');
    }

    private static String bold(String text) {
        return "\\fB" + text(text) + "\\fR";
    }

    private static String italic(String text) {
        return "\\fI" + text(text) + "\\fR";
    }

    /** Text at the beginning of a line, where a dot or a quote would be a request. */
    private static String prose(String text) {
        return text.startsWith(".") || text.startsWith("'") ? "\\&" + text(text) : text(text);
    }

    private static String text(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> escaped.append("\\e");
                case '-' -> escaped.append("\\-");
                case '\'' -> escaped.append("\\(aq");
                case '"' -> escaped.append("\\(dq");
                case '~' -> escaped.append("\\(ti");
                case '^' -> escaped.append("\\(ha");
                case '`' -> escaped.append("\\(ga");
                default -> {
                    if (c < 0x7f) {
                        escaped.append((char) c);
                    } else {
                        escaped.append(String.format(Locale.ROOT, "\\[u%04X]", c));
                    }
                }
            }
        });
        return escaped.toString();
    }
}
