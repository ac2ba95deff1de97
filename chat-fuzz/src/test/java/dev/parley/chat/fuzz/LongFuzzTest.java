package dev.parley.chat.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The long run: each target in a process of its own under Jazzer, guided by the coverage of {@code dev.parley.**}. Runs
 * by {@code -Pfuzz}; docs/fuzzing.md has its parameters. What is learnt stays in {@code target/fuzz/<target>/corpus}
 * and is where the next run begins.
 */
@EnabledIfSystemProperty(named = "parley.fuzz.executions", matches = "[1-9][0-9]*")
class LongFuzzTest {

    private static final long EXECUTIONS = Long.getLong("parley.fuzz.executions", 0);
    private static final long MIN_EXECUTIONS = 100;

    /** Seconds for each target after which it ends even if it has not had all its executions; 0 for no end. */
    private static final long SECONDS = Long.getLong("parley.fuzz.seconds", 0);

    /** Names of the targets to run, separated by commas; all if it is empty. */
    private static final List<String> CHOSEN =
            List.of(System.getProperty("parley.fuzz.targets", "").split(",", -1));

    private static final int MAX_INPUT_BYTES = 8_192;
    private static final int HEAP_MEBIBYTES = 512;
    /** How long one input may take: an endless loop is a finding, a slow machine and a first input are not. */
    private static final int TIMEOUT_SECONDS = 120;

    private static final int SHOWN_LINES = 60;
    private static final Pattern COUNT = Pattern.compile("stat::number_of_executed_units: ([0-9]+)");

    static Stream<FuzzTarget> targets() {
        return FuzzTargets.all().stream().filter(target -> CHOSEN.contains("") || CHOSEN.contains(target.name()));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void coverageFindsNothing(FuzzTarget target) throws Exception {
        Path folder = Path.of("target", "fuzz", target.name()).toAbsolutePath();
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        writeSeeds(target, corpus);
        long executions = Math.max(MIN_EXECUTIONS, EXECUTIONS / target.weight());
        Process process = new ProcessBuilder(command(target, corpus, executions))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        List<String> last = new ArrayList<>();
        long executed = 0;
        try (BufferedReader lines = process.inputReader(UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher count = COUNT.matcher(line);
                executed = count.find() ? Long.parseLong(count.group(1)) : executed;
                if (last.size() == SHOWN_LINES) {
                    last.remove(0);
                }
                last.add(line);
            }
        } finally {
            process.destroy();
        }
        assertThat(process.waitFor())
                .as("exit code for %s; its input is in %s:%n%s", target, folder, String.join("\n", last))
                .isZero();
        assertThat(executed).as("executions of " + target).isPositive();
        Files.writeString(folder.resolve("executions.txt"), executed + "\n");
    }

    private static void writeSeeds(FuzzTarget target, Path corpus) throws IOException {
        int number = 0;
        for (byte[] seed : target.setUp().get().seeds()) {
            Files.write(corpus.resolve("seed-" + number++), seed);
        }
    }

    /** Ours without JUnit: Jazzer would use it, and wants an older one. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path", "").split(File.pathSeparator, -1))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("junit-"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static List<String> command(FuzzTarget target, Path corpus, long executions) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-Xmx" + HEAP_MEBIBYTES + "m",
                "-Xss1m",
                "-Djava.util.logging.config.file=" + System.getProperty("java.util.logging.config.file", ""),
                "-cp",
                classPath(),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + JazzerEntry.class.getName(),
                "--target_args=" + target.name(),
                "--instrumentation_includes=dev.parley.**",
                "--custom_hook_includes=dev.parley.**",
                "--reproducer_path=" + corpus.getParent(),
                "-runs=" + executions,
                "-max_len=" + MAX_INPUT_BYTES,
                "-timeout=" + TIMEOUT_SECONDS,
                "-rss_limit_mb=0",
                "-print_final_stats=1"));
        if (SECONDS > 0) {
            command.add("-max_total_time=" + SECONDS);
        }
        command.add(corpus.toString());
        return command;
    }
}
