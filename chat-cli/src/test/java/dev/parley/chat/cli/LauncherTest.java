package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What the launchers do before Java runs, in a real shell. */
class LauncherTest {

    private static final Path DIST = Path.of("src", "dist").toAbsolutePath();

    private static final String PREPARING = "Preparing Parley for quick starts (first use)...";

    @TempDir
    Path folder = Path.of("");

    /** Whether the libraries are looked for, and whether it may run for hours. */
    private String scan(List<String> typed) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "-euc",
                ". \"$0\"; scan \"$@\"; echo \"$needs_native $lasts\"",
                DIST.resolve("launch.sh").toString()));
        arguments.addAll(typed);
        return String.join("\n", Program.find(folder, "sh").run(arguments.toArray(String[]::new)));
    }

    private static CommandSpec parley() {
        return ParleyMain.commands(new CliContext(
                        Map.of(),
                        InputStream.nullInputStream(),
                        OutputStream.nullOutputStream(),
                        new PrintStream(OutputStream.nullOutputStream()),
                        ZoneOffset.UTC,
                        false,
                        Optional.empty(),
                        new Stop()))
                .getCommandSpec();
    }

    @Test
    void onlyKnownCommandsAreShort() throws Exception {
        Map<String, String> others = Map.of(
                "create", "yes yes",
                "join", "yes yes",
                "tail", "yes yes",
                "send", "yes no",
                "demo", "yes no",
                "serve", "no yes");
        assertThat(parley().subcommands().keySet()).containsAll(others.keySet());
        for (String command : parley().subcommands().keySet()) {
            assertThat(scan(List.of(command))).as(command).isEqualTo(others.getOrDefault(command, "no no"));
            assertThat(scan(List.of(command, "--help"))).as(command).isEqualTo("no no");
        }
    }

    @Test
    void aCommandIsFoundBehindEachOptionAndTheValueOfAnOptionIsNone() throws Exception {
        for (OptionSpec option : parley().options()) {
            if (option.usageHelp() || option.versionHelp()) {
                continue;
            }
            for (String name : option.names()) {
                boolean hasValue = option.arity().min() > 0;
                List<String> typed = hasValue ? List.of(name, "config") : List.of(name);
                assertThat(scan(typed)).as("%s", typed).isEqualTo("yes yes");
                typed = hasValue ? List.of(name, "create", "config") : List.of(name, "config");
                assertThat(scan(typed)).as("%s", typed).isEqualTo("no no");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "--home /x create A, yes yes",
                "--home=config create A, yes yes",
                "--name Ada, yes yes",
                "create config, yes yes",
                "create --name config A, yes yes",
                "create -- -h, yes yes",
                "--verbose --name Ada send R, yes no",
                "rooms --watch, no yes",
                "doctor --install-deps, yes no",
                "--install-deps, yes yes",
                "--version, no no",
                "rooms --watch --help, no no",
                "doctor --help --install-deps, no no",
                "--json -V create, no no",
            })
    void whatIsTypedTellsWhatItNeeds(String typed, String needed) throws Exception {
        assertThat(scan(List.of(typed.split(" ")))).isEqualTo(needed);
    }

    @Test
    void whatIsSaidInOneWordIsNoOption() throws Exception {
        assertThat(scan(List.of("create", "a room for --help and so on"))).isEqualTo("yes yes");
    }

    /**
     * The packed launcher in a folder, with a Java that makes archives of one word and says what it was started for.
     */
    private Path pack(Path root) throws IOException {
        Files.createDirectories(root.resolve("bin"));
        Files.createDirectories(root.resolve("lib"));
        Files.createDirectories(root.resolve("runtime/bin"));
        Files.copy(DIST.resolve("launch.sh"), root.resolve("lib/launch.sh"));
        Files.writeString(root.resolve("lib/build"), "0123456789abcdef\n");
        Files.writeString(root.resolve("runtime/release"), "JAVA_VERSION=\"17.0.1\"\n");
        java(root, "echo archive >\"${archive#*=}\"", "echo started");
        return Files.copy(DIST.resolve("parley"), root.resolve("bin/parley"), StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static void java(Path root, String dump, String start) throws IOException {
        Path java = Files.writeString(root.resolve("runtime/bin/java"), """
                #!/bin/sh
                for argument do
                    case $argument in
                        -XX:SharedArchiveFile=*) archive=$argument ;;
                        -Xshare:dump) dumps=yes ;;
                    esac
                done
                if [ "${dumps:-}" = yes ]; then
                    %s
                else
                    %s
                fi
                """.formatted(dump, start));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> start(Path parley) throws Exception {
        return Program.find(folder, "sh").run("-c", "umask 077; exec \"$0\" --version", parley.toString());
    }

    @Test
    void theFirstStartMakesTheArchiveForAllAndLaterOnesUseIt() throws Exception {
        Path parley = pack(folder.resolve("with a\\tb in its name"));
        assertThat(start(parley)).containsExactly(PREPARING, "started");
        Path archive = parley.resolveSibling("../lib/classes.jsa");
        assertThat(archive).hasContent("archive");
        assertThat(Files.getPosixFilePermissions(archive)).contains(PosixFilePermission.OTHERS_READ);
        assertThat(start(parley)).containsExactly("started");
    }

    @Test
    void withoutAnArchiveItStartsToo() throws Exception {
        Path parley = pack(folder.resolve("packed"));
        // It says that it has made one, but something else may have removed it.
        java(folder.resolve("packed"), ":", "echo started");
        assertThat(start(parley))
                .containsSubsequence(PREPARING, "parley: not possible; it starts more slowly, and works", "started");
        assertThat(start(parley)).containsExactly("started");
    }

    /** A script of the Debian package, for a system in the folder. */
    private List<String> maintain(String script, String... arguments) throws Exception {
        String made = Files.readString(DIST.resolve("debian.sh"));
        String mark = script.toUpperCase(Locale.ROOT);
        String text = made.substring(
                made.indexOf("<<'" + mark + "'\n") + mark.length() + 5, made.indexOf("\n" + mark + "\n"));
        Path file = Files.writeString(folder.resolve(script), text.replace("/usr/", folder + "/usr/"));
        List<String> all = new ArrayList<>(List.of(file.toString()));
        all.addAll(List.of(arguments));
        return Program.find(folder, "sh").run(all.toArray(String[]::new));
    }

    private Path install() throws IOException {
        Path root = folder.resolve("usr/lib/parley");
        pack(root);
        Files.createSymbolicLink(
                Files.createDirectories(folder.resolve("usr/bin")).resolve("parley"),
                Path.of("../lib/parley/bin/parley"));
        return root;
    }

    @ParameterizedTest
    @CsvSource({
        "upgrade 2, configure 1",
        "upgrade 2, abort-upgrade 2",
        "remove, abort-remove",
        "deconfigure in-favour other 1, abort-deconfigure in-favour other 1"
    })
    void whateverAPackageWasPreparedForItHasItsArchiveAgain(String prepared, String ended) throws Exception {
        Path lib = install().resolve("lib");
        maintain("postinst", "configure", "");
        assertThat(lib.resolve("classes.jsa")).hasContent("archive");
        // Of a start that was killed.
        Files.createFile(lib.resolve("classes.4711"));
        maintain("prerm", prepared.split(" "));
        try (Stream<Path> files = Files.list(lib)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("build", "launch.sh");
        }
        maintain("postinst", ended.split(" "));
        assertThat(lib.resolve("classes.jsa")).hasContent("archive");
    }

    @Test
    void anArchiveOfHalfUnpackedFilesIsReplacedAndNotWrittenTo() throws Exception {
        Path lib = install().resolve("lib");
        maintain("postinst", "configure", "");
        Path archive = lib.resolve("classes.jsa");
        Files.writeString(archive, "of a start amid an upgrade");
        try (InputStream running = Files.newInputStream(archive)) {
            maintain("postinst", "configure", "1");
            assertThat(archive).hasContent("archive");
            assertThat(running).hasContent("of a start amid an upgrade");
        }
    }

    @Test
    void aProgramThatDoesNotStartYetIsInstalledAndSaysWhy() throws Exception {
        java(install(), "exit 1", "echo no memory >&2; exit 1");
        assertThat(maintain("postinst", "configure", "")).contains("no memory");
    }
}
