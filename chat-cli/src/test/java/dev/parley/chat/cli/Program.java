package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program of the system that tests drive: a shell, or groff. Where there is none, they are skipped and say so; with
 * {@code -Dparley.shells=required} they fail.
 */
final class Program {

    private static final long SECONDS = 60;

    private final List<String> start;
    private final Path folder;

    private Program(List<String> start, Path folder) {
        this.start = start;
        this.folder = folder;
    }

    /**
     * Finds a program.
     *
     * @param folder for its files; its home folder too
     * @param start its name and its first arguments
     */
    static Program find(Path folder, String... start) {
        boolean isThere = Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, start[0])));
        if (!isThere && "required".equals(System.getProperty("parley.shells"))) {
            fail("no %s, which -Dparley.shells=required asks for", start[0]);
        }
        if (!isThere) {
            System.err.println("\n*** NOT TESTED: what " + start[0] + " makes of our scripts or pages, since it is not"
                    + " here; on Debian: apt-get install " + start[0] + "\n");
        }
        assumeTrue(isThere, "no " + start[0]);
        return new Program(List.of(start), folder);
    }

    /** Runs it, with no input and both outputs in one, and returns its lines. It has to end well. */
    List<String> run(String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        List<String> command = new ArrayList<>(start);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .directory(folder.toFile());
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        boolean isOver = process.waitFor(SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
        assertThat(isOver).as("%s is over; it said %s", command, lines).isTrue();
        assertThat(process.exitValue()).as("%s, which said %s", command, lines).isZero();
        return lines;
    }
}
