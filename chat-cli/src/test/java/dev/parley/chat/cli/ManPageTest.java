package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

class ManPageTest {

    @TempDir
    Path folder = Path.of("");

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CliContext context = new CliContext(
            Map.of(),
            InputStream.nullInputStream(),
            new ByteArrayOutputStream(),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            ZoneOffset.UTC,
            false,
            Optional.empty(),
            new Stop());

    private int write(Path pages) {
        return ParleyMain.run(
                context,
                "man",
                pages.toString(),
                "--home",
                folder.resolve("home").toString());
    }

    private List<CommandSpec> commands() {
        return ManPage.withAllBelow(ParleyMain.commands(context).getCommandSpec())
                .toList();
    }

    /** A page as it is read. */
    private static String shown(List<String> lines) {
        return String.join(" ", lines).replaceAll("\\s+", " ");
    }

    @Test
    void eachCommandHasAPageWithEachOfItsOptions() throws Exception {
        Path pages = folder.resolve("pages");
        assertThat(write(pages)).isZero();
        List<CommandSpec> commands = commands();
        assertThat(commands).hasSizeGreaterThan(30);
        try (Stream<Path> files = Files.list(pages)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            commands.stream().map(ManPage::fileName).toList())
                    .contains("parley.1", "parley-history-show.1")
                    .doesNotContain("parley-man.1");
        }
        for (CommandSpec command : commands) {
            String page = Files.readString(pages.resolve(ManPage.fileName(command)));
            for (OptionSpec option : CommandText.options(command)) {
                for (String name : option.names()) {
                    assertThat(page).contains("\\fB" + name.replace("-", "\\-") + "\\fR");
                }
            }
            assertThat(page)
                    .doesNotContain("${DEFAULT", "${COMPLETION", "warm\\-up")
                    .startsWith(".TH \"PARLEY");
        }
    }

    @Test
    void groffReadsThemWithoutAWarningAndShowsAllThatTheySay() throws Exception {
        Program groff = Program.find(folder, "groff", "-man", "-ww", "-Tutf8", "-P-cbou", "-rHY=0", "-dAD=l");
        Path pages = folder.resolve("pages");
        write(pages);
        for (CommandSpec command : commands()) {
            String page =
                    shown(groff.run(pages.resolve(ManPage.fileName(command)).toString()));
            assertThat(page).doesNotContain("warning").contains("SEE ALSO");
            Stream<ArgSpec> arguments =
                    Stream.concat(CommandText.options(command).stream(), CommandText.parameters(command).stream());
            arguments.forEach(argument -> assertThat(page.replaceAll("[\u2010\u2212]", "-"))
                    .as("the page of %s", command.qualifiedName())
                    .contains(CommandText.description(argument).replaceAll("\\s+", " ")));
        }
    }

    @Test
    void whatRoffWouldTakeForARequestIsText() {
        CommandSpec command = CommandSpec.create()
                .name("x")
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("A\\B")
                        .description(".dot", "it's \u2026 \"~^`")
                        .build());
        command.usageMessage().description("'tis -v");
        assertThat(ManPage.of(command, "1"))
                .contains(
                        "x \\- \\(aqtis \\-v", "\\fIA\\eB\\fR", "\n\\&.dot it\\(aqs \\[u2026] \\(dq\\(ti\\(ha\\(ga\n");
    }

    @Test
    void aFolderThatIsNoneIsAFailure() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(write(file)).isEqualTo(ExitCode.FAILED.status());
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("parley: the pages cannot be written to ")
                .contains("; check")
                .hasLineCount(1);
    }
}
