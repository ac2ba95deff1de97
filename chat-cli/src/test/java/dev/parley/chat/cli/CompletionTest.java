package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What shells make of the scripts, driven for real. */
class CompletionTest {

    /** Each of its lines is what stands on the command line, and is answered by a line: it, a tab, and what fits. */
    private static final String ASK_BASH = """
            source "$1"
            # It is a command of the line editor, which is not there.
            compopt() { :; }
            complete -p parley | grep -q -- '-F _complete_parley parley$' || exit 1
            while IFS= read -r line; do
                read -ra COMP_WORDS <<<"$line"
                [[ $line != *' ' ]] || COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
                _complete_parley
                printf '%s\\t%s\\n' "$line" "${COMPREPLY[*]}"
            done <"$2"
            """;

    private static final String ASK_FISH = """
            source $argv[1]
            while read -l line
                printf '%s\\t%s\\n' "$line" (complete -C "$line" | string split -f 1 \\t | string join ' ')
            end <$argv[2]
            """;

    /** Types a line and a tab into a zsh on a terminal of its own, and shows what then stands on the line. */
    private static final String ASK_ZSH = """
            zmodload zsh/zpty
            print -r -- 'autoload -U compinit; compinit -u -D
            source $1
            dump() { print -r -- "$BUFFER" >$PWD/typed; exit }
            zle -N dump
            bindkey "^P" dump' | sed "s|\\$1|$1|; s|\\$PWD|$PWD|" >rc
            zpty shell TERM=dumb zsh -f -i
            zpty -w shell "source $PWD/rc"
            zpty -w -n shell $2$'\\t\\x10'
            while zpty -r shell line; do :; done
            cat typed
            """;

    @TempDir
    Path folder = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private CliContext context() {
        return new CliContext(
                Map.of("PARLEY_HOME", folder.resolve("home").toString()),
                InputStream.nullInputStream(),
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                ZoneOffset.UTC,
                false,
                Optional.empty(),
                new Stop());
    }

    private Path script(String shell) throws Exception {
        out.reset();
        assertThat(ParleyMain.run(context(), "completion", shell)).isZero();
        return Files.write(folder.resolve("completion." + shell), out.toByteArray());
    }

    private Path file(String name, String content) throws Exception {
        return Files.writeString(folder.resolve(name), content);
    }

    /** Every line that is typed, and what has to be offered for it. */
    private Map<String, List<String>> expected() {
        CommandLine parley = ParleyMain.commands(context());
        Map<String, List<String>> expected = new HashMap<>();
        ManPage.withAllBelow(parley.getCommandSpec()).forEach(command -> {
            List<String> below = CommandText.commands(command).stream()
                    .map(CommandSpec::name)
                    .toList();
            if (!below.isEmpty()) {
                expected.put(command.qualifiedName() + " ", below);
            }
            List<String> options = new ArrayList<>();
            CommandText.options(command).forEach(option -> options.addAll(List.of(option.names())));
            expected.put(command.qualifiedName() + " -", options);
        });
        assertThat(expected).hasSizeGreaterThan(40).containsKey("parley history ");
        return expected;
    }

    private void assertOffers(List<String> answers, Map<String, List<String>> expected) {
        Map<String, List<String>> offered = new HashMap<>();
        for (String answer : answers) {
            String[] parts = answer.split("\t", -1);
            assertThat(parts).as(answer).hasSize(2);
            offered.put(parts[0], Arrays.asList(parts[1].split(" ", -1)));
        }
        expected.forEach((line, all) -> assertThat(offered.get(line))
                .as("what is offered for \"%s\"", line)
                .containsExactlyInAnyOrderElementsOf(all));
    }

    @Test
    void bashOffersEachCommandAndEachOption() throws Exception {
        Program bash = Program.find(folder, "bash");
        Path script = script("bash");
        assertThat(bash.run("-n", script.toString())).isEmpty();
        Map<String, List<String>> expected = expected();
        expected.put("parley completion z", List.of("zsh"));
        expected.put("parley history s", List.of("show", "search"));
        Path lines = file("lines", String.join("\n", expected.keySet()) + "\n");
        assertOffers(bash.run(file("ask.bash", ASK_BASH).toString(), script.toString(), lines.toString()), expected);
    }

    @Test
    void fishOffersEachCommandAndEachOption() throws Exception {
        Program fish = Program.find(folder, "fish", "--no-config");
        Path script = script("fish");
        assertThat(fish.run("--no-execute", script.toString())).isEmpty();
        Map<String, List<String>> expected = expected();
        expected.put("parley completion z", List.of("zsh"));
        expected.put("parley history s", List.of("show", "search"));
        expected.put("parley history export fold", List.of("folder-of-files/"));
        expected.put("parley rooms --log-file fold", List.of("folder-of-files/"));
        Files.createDirectory(folder.resolve("folder-of-files"));
        Path lines = file("lines", String.join("\n", expected.keySet()) + "\n");
        assertOffers(fish.run(file("ask.fish", ASK_FISH).toString(), script.toString(), lines.toString()), expected);
    }

    @ParameterizedTest
    @CsvSource({
        "parley histo, parley history",
        "parley history sh, parley history show",
        "parley tail --lin, parley tail --lines",
        "parley completion zs, parley completion zsh",
        "parley history export fold, parley history export folder-of-files/"
    })
    void zshCompletesWhatIsTyped(String typed, String completed) throws Exception {
        Program zsh = Program.find(folder, "zsh", "-f");
        Files.createDirectory(folder.resolve("folder-of-files"));
        assertThat(zsh.run(file("ask.zsh", ASK_ZSH).toString(), script("zsh").toString(), typed))
                .singleElement()
                .asString()
                .isEqualTo(completed.endsWith("/") ? completed : completed + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void whatIsHiddenIsNotOffered(String shell) throws Exception {
        assertThat(Files.readString(script(shell))).doesNotContain("warm-up", "-a 'man'", "parley_man");
    }

    @Test
    void inJsonTheScriptIsAnEvent() {
        assertThat(ParleyMain.run(context(), "completion", "bash", "--json")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .hasLineCount(1)
                .startsWith("{\"event\":\"completion\",\"shell\":\"bash\",\"script\":\"#!/usr/bin/env bash\\n");
    }

    @Test
    void anotherShellIsAMistake() {
        assertThat(ParleyMain.run(context(), "completion", "csh")).isEqualTo(ExitCode.USAGE.status());
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("parley: there is no completion for that shell; name bash, zsh or fish\n");
    }
}
