package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Builds the plugin of docs/examples as its author would, against the modules of this very build, and puts its jar
 * where a user would.
 */
@Timeout(600)
class ExamplePluginProcessTest extends ProcessTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String VERSION = System.getProperty("parley.version", "");
    private static final List<String> MODULES = List.of("chat-core", "chat-emotes-spi", "chat-testkit");

    @Test
    void theExampleKeepsTheContractAndItsJarGivesEmotesToWhoPutsItIntoTheFolder() throws Exception {
        assumeThat(VERSION).as("parley.version: the test runs in Maven only").isNotEmpty();
        Path jar = build();
        ModuleDescriptor module =
                ModuleFinder.of(jar).find("com.example.tea").orElseThrow().descriptor();
        assertThat(module.isAutomatic()).isFalse();
        assertThat(module.provides())
                .singleElement()
                .satisfies(provided -> assertThat(provided.providers()).containsExactly("com.example.tea.TeaEmotes"));

        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/emotes.txt", exchange -> {
            byte[] list = "TeaCup cup.png\nTeaPot https://tea.example/pot.png\nend\n".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, list.length);
            exchange.getResponseBody().write(list);
            exchange.close();
        });
        server.start();
        try {
            Map<String, String> environment = Map.of(
                    "PARLEY_IDENTITY_PROTECTION",
                    "file-permissions",
                    "PARLEY_EMOTES",
                    "tea",
                    "PARLEY_EMOTE_SETTINGS",
                    "tea.url=http://127.0.0.1:" + server.getAddress().getPort() + "/emotes.txt");
            String worker = worker();
            Path home = folder.resolve("host");
            Files.copy(jar, Files.createDirectories(home.resolve("plugins")).resolve("tea-emotes.jar"));
            ChildProcess host =
                    startIn(home, "host", environment, "create", "Tea", "--signaling", worker, "--name", "Ada");
            JsonNode loaded = host.await("emotes", TIME, is("emotes"));
            assertThat(loaded.path("count").asInt()).isEqualTo(2);

            ChildProcess without = startIn(
                    folder.resolve("without"),
                    "without",
                    environment,
                    "create",
                    "Tea",
                    "--signaling",
                    worker,
                    "--name",
                    "Bob");
            assertThat(without.await("emotes", TIME, is("emotes")).path("count").asInt())
                    .isZero();
        } finally {
            server.stop(0);
        }
    }

    /** Builds the example with its tests; its repository holds this build's modules and no others of Parley. */
    private static Path build() throws Exception {
        Path work = Path.of("target", "example-plugin").toAbsolutePath();
        delete(work);
        Path repository = work.resolve("repository");
        install(repository, "parley", ROOT.resolve("pom.xml"), null);
        for (String module : MODULES) {
            install(repository, module, ROOT.resolve(module).resolve("pom.xml"), jarOf(module, work));
        }
        Path settings = Files.writeString(work.resolve("settings.xml"), settings());
        Path project = work.resolve("emote-plugin");
        copy(ROOT.resolve("docs/examples/emote-plugin"), project);
        Path log = work.resolve("build.log");
        String script = File.separatorChar == '\\' ? "mvn.cmd" : "mvn";
        ProcessBuilder maven = new ProcessBuilder(
                        Path.of(System.getProperty("parley.maven.home"), "bin", script)
                                .toString(),
                        "-B",
                        "-gs",
                        settings.toString(),
                        "-Dmaven.repo.local=" + repository,
                        "verify")
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        maven.environment().put("MAVEN_OPTS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        maven.environment().remove("MAVEN_ARGS");
        Process process = maven.start();
        try {
            process.getOutputStream().close();
            assertThat(process.waitFor(9, TimeUnit.MINUTES))
                    .as("the end of %s", log)
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        assertThat(Files.readString(log)).containsPattern("Tests run: [1-9]");
        return project.resolve("target/tea-emotes-1.0.0.jar");
    }

    /** The jar that this build has made of a module, or its classes where it has made none yet. */
    private static Path jarOf(String module, Path work) throws IOException {
        Path found = Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getProperty("java.class.path"))
                .map(Path::of)
                .filter(entry -> entry.toString().contains(File.separator + module + File.separator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(module + " is not on the class path of this test"));
        if (Files.isRegularFile(found)) {
            return found;
        }
        Path jar = Files.createDirectories(work).resolve(module + ".jar");
        int exit = ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(System.out, System.err, "--create", "--file", jar.toString(), "-C", found.toString(), ".");
        assertThat(exit).isZero();
        return jar;
    }

    private static void install(Path repository, String artifact, Path pom, @Nullable Path jar) throws IOException {
        Path target = Files.createDirectories(
                repository.resolve("dev/parley").resolve(artifact).resolve(VERSION));
        Files.copy(pom, target.resolve(artifact + "-" + VERSION + ".pom"));
        if (jar != null) {
            Files.copy(jar, target.resolve(artifact + "-" + VERSION + ".jar"));
        }
    }

    /** What others have made is taken from the repository of this build, so that nothing is fetched twice. */
    private static String settings() {
        String url =
                Path.of(System.getProperty("parley.maven.repository")).toUri().toString();
        String repository = """
                <id>build</id><url>%s</url>
                <releases><checksumPolicy>ignore</checksumPolicy></releases>
                <snapshots><enabled>false</enabled></snapshots>
                """.formatted(url);
        return """
                <settings>
                  <profiles>
                    <profile>
                      <id>build</id>
                      <repositories><repository>%s</repository></repositories>
                      <pluginRepositories><pluginRepository>%s</pluginRepository></pluginRepositories>
                    </profile>
                  </profiles>
                  <activeProfiles><activeProfile>build</activeProfile></activeProfiles>
                </settings>
                """.formatted(repository, repository);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                // What an author has built there is not to be taken for what is built here.
                if (folder.endsWith("target")) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
