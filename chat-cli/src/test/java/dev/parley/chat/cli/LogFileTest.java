package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {

    @TempDir
    Path folder = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);

    private Path file() {
        return folder.resolve("parley.log");
    }

    private Path old() {
        return folder.resolve("parley.log.old");
    }

    private LogFile open(long maxBytes) {
        return LogFile.open(file().toString(), err, maxBytes);
    }

    private void assertOwnerOnly(Path path) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
        }
    }

    private int run(Map<String, String> environment, String... arguments) {
        CliContext context = new CliContext(
                environment,
                InputStream.nullInputStream(),
                out,
                err,
                ZoneOffset.UTC,
                false,
                Optional.empty(),
                new Stop());
        return ParleyMain.run(context, arguments);
    }

    @Test
    void aNewFileIsForItsOwnerOnlyAndIsAddedTo() throws Exception {
        try (LogFile log = open(LogFile.MAX_BYTES)) {
            log.write("one");
        }
        assertOwnerOnly(file());
        try (LogFile log = open(LogFile.MAX_BYTES)) {
            log.write("tw\u00f6");
        }
        assertThat(file()).hasContent("one\ntw\u00f6\n");
    }

    @Test
    void aFileThatOthersCanReadIsClosedToThem() throws Exception {
        Files.writeString(file(), "before\n");
        assumeThat(file().getFileSystem().supportedFileAttributeViews()).contains("posix");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--rw-"));
        open(LogFile.MAX_BYTES).close();
        assertOwnerOnly(file());
        assertThat(file()).hasContent("before\n");
    }

    @Test
    void aFullFileMakesPlaceForANewOne() throws Exception {
        try (LogFile log = open(10)) {
            log.write("four");
            log.write("nine");
            assertThat(file()).hasContent("four\nnine\n");
            log.write("x");
            assertThat(file()).hasContent("x\n");
            assertThat(old()).hasContent("four\nnine\n");
            assertOwnerOnly(file());
            log.write("a line that is longer than a file may be");
            assertThat(old()).hasContent("x\n");
            log.write("y");
            assertThat(file()).hasContent("y\n");
            assertThat(old()).hasContent("a line that is longer than a file may be\n");
        }
        assertThat(errors.size()).isZero();
    }

    @Test
    void whoSharesAFullFileFollowsToTheNewOne() throws Exception {
        try (LogFile one = open(10);
                LogFile other = open(10)) {
            one.write("four");
            other.write("nine");
            one.write("x");
            other.write("y");
            assertThat(file()).hasContent("x\ny\n");
            assertThat(old()).hasContent("four\nnine\n");
            other.write("sixteen");
            assertThat(file()).hasContent("sixteen\n");
            assertThat(old()).hasContent("x\ny\n");
        }
        assertThat(errors.size()).isZero();
    }

    @Test
    void whileAnotherProcessMovesAFullFileOneWaits() throws Exception {
        try (LogFile log = open(10)) {
            log.write("four");
            log.write("nine");
            Process mover = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            Path.of("target", "test-classes").toAbsolutePath()
                                    + File.pathSeparator
                                    + System.getProperty("java.class.path", ""),
                            Mover.class.getName(),
                            file().toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader said = mover.inputReader(StandardCharsets.UTF_8)) {
                assertThat(said.readLine()).isEqualTo("locked");
                Thread writer = new Thread(() -> log.write("y"));
                writer.start();
                while (writer.isAlive()
                        && Stream.of(writer.getStackTrace())
                                .noneMatch(frame -> frame.getMethodName().equals("lock0"))) {
                    Thread.onSpinWait();
                }
                mover.outputWriter(StandardCharsets.UTF_8).close();
                assertThat(mover.waitFor()).isZero();
                writer.join();
            } finally {
                mover.destroyForcibly();
            }
        }
        assertThat(file()).hasContent("x\ny\n");
        assertThat(old()).hasContent("four\nnine\n");
        assertThat(errors.size()).isZero();
    }

    /** Another process that has found the file full: moves it when its standard input ends. */
    static final class Mover {

        private Mover() {}

        public static void main(String[] arguments) throws IOException {
            Path file = Path.of(arguments[0]);
            try (FileChannel full = FileChannel.open(file, StandardOpenOption.APPEND);
                    FileLock held = full.lock()) {
                System.out.println(held.isValid() ? "locked" : "not locked");
                System.in.readAllBytes();
                Files.move(file, file.resolveSibling(file.getFileName() + ".old"));
                Files.writeString(file, "x\n");
            }
        }
    }

    @Test
    void whoIsInterruptedIsLoggedAndStaysInterrupted() {
        try (LogFile log = open(10)) {
            Thread.currentThread().interrupt();
            log.write("four");
            log.write("sixteen");
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(old()).hasContent("four\n");
        assertThat(file()).hasContent("sixteen\n");
        assertThat(errors.size()).isZero();
    }

    @Test
    void thatItCannotBeWrittenAnyMoreIsToldOnce() throws Exception {
        Files.createDirectory(old());
        Files.createFile(old().resolve("in the way"));
        try (LogFile log = open(4)) {
            log.write("abc");
            log.write("def");
            log.write("ghi");
        }
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .startsWith("parley: the log file cannot be written any more")
                .hasLineCount(1);
    }

    @Test
    void aFileThatCannotBeMadeIsAFailure() {
        assertThatThrownBy(() -> LogFile.open(folder.resolve("no/such").toString(), err))
                .isInstanceOf(CliException.class);
        assertThat(run(
                        Map.of("PARLEY_HOME", folder.toString()),
                        "config",
                        "--log-file",
                        folder.resolve("no/such").toString()))
                .isEqualTo(ExitCode.FAILED.status());
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .startsWith("parley: the log file ")
                .contains("; check its folder")
                .hasLineCount(1);
    }

    @Test
    void whatVerboseShowsIsInTheFileAndTheStandardErrorStaysAsItIs() throws Exception {
        Map<String, String> environment =
                Map.of("PARLEY_HOME", folder.resolve("home").toString());
        String worker = "http://127.0.0.1:1";
        assertThat(run(environment, "rooms", "--signaling", worker)).isEqualTo(ExitCode.WORKER_UNREACHABLE.status());
        String withoutFile = errors.toString(StandardCharsets.UTF_8);
        errors.reset();
        assertThat(run(environment, "rooms", "--signaling", worker, "--log-file", file().toString()))
                .isEqualTo(ExitCode.WORKER_UNREACHABLE.status());
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEqualTo(withoutFile);
        assertThat(Files.readString(file()))
                .contains(" FINE BaseCommand: the command has failed", "Exception", "\tat ".strip())
                .doesNotContain("127.0.0.1");
        errors.reset();
        assertThat(run(environment, "rooms", "--signaling", worker, "--verbose"))
                .isEqualTo(ExitCode.WORKER_UNREACHABLE.status());
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .startsWith(withoutFile)
                .contains("parley: FINE BaseCommand: the command has failed")
                .doesNotContain("127.0.0.1");
    }

    @Test
    void theFileIsASettingToo() throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        Files.writeString(home.resolve("config.toml"), "log_file = \"" + folder.resolve("from file") + "\"\n");
        assertThat(run(Map.of("PARLEY_HOME", home.toString()), "config")).isZero();
        assertThat(folder.resolve("from file")).exists();
        assertThat(run(
                        Map.of(
                                "PARLEY_HOME",
                                home.toString(),
                                "PARLEY_LOG_FILE",
                                folder.resolve("from variable").toString()),
                        "config"))
                .isZero();
        assertThat(folder.resolve("from variable")).exists();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("[file config.toml]", "[environment PARLEY_LOG_FILE]");
    }
}
