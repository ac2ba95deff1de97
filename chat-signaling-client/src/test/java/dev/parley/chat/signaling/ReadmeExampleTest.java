package dev.parley.chat.signaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs the first example of the README as it stands there, against a real worker. */
class ReadmeExampleTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String EXAMPLE_URL = "https://parley.example.org";

    @TempDir
    Path classes;

    @Test
    void theFirstExampleOpensARoomAndSpeaks() throws Exception {
        String example = example(Files.readString(ROOT.resolve("README.md")));
        assertThat(example.lines().count()).as("lines of the example").isLessThanOrEqualTo(12);
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().port(0).build())) {
            String output =
                    run(compile(example.replace(EXAMPLE_URL, worker.url().toString())));
            assertThat(output)
                    .containsPattern("Join me: http://\\S+/r/[a-z2-7]{32}#\\S{43}")
                    .contains("Ada: Hello");
        }
    }

    @Test
    void theJavadocOfTheFrontDoorShowsTheSameExample() throws Exception {
        String javadoc = Files.readString(ROOT.resolve("chat-core/src/main/java/dev/parley/chat/RoomManager.java"));
        int start = javadoc.indexOf("{@code\n") + "{@code\n".length();
        String shown = javadoc.substring(start, javadoc.indexOf(" * }</pre>", start))
                .lines()
                .map(line -> line.substring(" * ".length()))
                .collect(Collectors.joining("\n"));
        assertThat(shown).isEqualTo(example(Files.readString(ROOT.resolve("README.md"))));
    }

    private static String example(String readme) {
        int start = readme.indexOf("```java\n") + "```java\n".length();
        return readme.substring(start, readme.indexOf("\n```", start));
    }

    private Path compile(String example) throws Exception {
        Path source = classes.resolve("Example.java");
        Files.writeString(source, """
                import dev.parley.chat.*;
                import dev.parley.chat.crypto.Identity;
                import dev.parley.chat.signaling.OkHttpSignaling;

                public class Example {
                    public static void main(String[] args) {
                %s
                    }
                }
                """.formatted(example));
        StringWriter problems = new StringWriter();
        PrintWriter out = new PrintWriter(problems);
        int exit = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        out,
                        out,
                        "-d",
                        classes.toString(),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        source.toString());
        assertThat(exit).as(problems.toString()).isZero();
        return classes;
    }

    private static String run(Path compiled) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {compiled.toUri().toURL()})) {
            System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
            loader.loadClass("Example").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return output.toString(StandardCharsets.UTF_8);
    }
}
