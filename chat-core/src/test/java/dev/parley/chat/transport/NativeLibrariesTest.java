package dev.parley.chat.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {

    @TempDir
    private Path folder;

    @Test
    void this_machine_can_make_links() {
        assertThat(NativeLibraries.problem()).isEmpty();
    }

    @Test
    void a_platform_without_natives_is_named() {
        String platform = NativeLibraries.platform("FreeBSD", "riscv64");
        assertThat(NativeLibraries.packagingProblem(platform, getClass().getClassLoader()))
                .contains("freebsd-riscv64")
                .contains("linux-x86_64");
    }

    @Test
    void natives_that_are_not_on_the_path_are_named() {
        assertThat(NativeLibraries.packagingProblem("linux-x86_64", ClassLoader.getPlatformClassLoader()))
                .contains("classifier linux-x86_64")
                .contains("--add-modules webrtc.linux.x86_64");
    }

    @Test
    void all_missing_libraries_are_named_with_one_command() {
        assertThat(NativeLibraries.explain(
                        "folder/libwebrtc-java-1.so: libpulse.so.0: cannot open shared object file: No such file",
                        name -> !name.equals("libXrandr.so.2")))
                .isEqualTo("the native library of webrtc-java needs libpulse.so.0, libXrandr.so.2; "
                        + "on Debian and Ubuntu: apt-get install -y libpulse0 libxrandr2");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_library_that_the_linker_misses_is_named_and_nothing_is_left_behind() throws Exception {
        String platform = NativeLibraries.platform(System.getProperty("os.name"), System.getProperty("os.arch"));
        String file = System.mapLibraryName("webrtc-java-" + platform);
        Path broken = Files.createDirectory(folder.resolve("broken"));
        try (InputStream original = NativeLibraries.class.getClassLoader().getResourceAsStream(file)) {
            // The same library, but needing a version of libXcomposite that nobody has.
            String content = new String(original.readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(content).contains("libXcomposite.so.1\0");
            Files.writeString(
                    broken.resolve(file),
                    content.replace("libXcomposite.so.1\0", "libXcomposite.so.9\0"),
                    StandardCharsets.ISO_8859_1);
        }
        Path temp = Files.createDirectory(folder.resolve("temp"));
        String output = runChild(temp, broken + File.pathSeparator, "problem");
        assertThat(output).contains("libXcomposite.so.9");
        try (Stream<Path> left = Files.list(temp)) {
            assertThat(left.filter(path -> path.toString().contains("webrtc"))).isEmpty();
        }
    }

    @Test
    void a_process_ends_by_itself_once_its_transport_is_closed() throws Exception {
        assertThat(runChild(folder, "", "links")).contains("links were open");
    }

    /** Runs this class in a JVM of its own, on the class path, and returns what it printed. */
    private static String runChild(Path temp, String pathPrefix, String what) throws Exception {
        String path = Stream.of(
                        System.getProperty("jdk.module.path", ""),
                        System.getProperty("java.class.path", ""),
                        Path.of("target", "test-classes").toAbsolutePath().toString())
                .filter(part -> !part.isEmpty())
                .reduce((a, b) -> a + File.pathSeparator + b)
                .orElseThrow();
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temp,
                        "-cp",
                        pathPrefix + path,
                        NativeLibrariesTest.class.getName(),
                        what))
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("output.txt").toFile())
                .start();
        try {
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).as("ends by itself").isTrue();
        } finally {
            child.destroyForcibly();
        }
        String output = Files.readString(temp.resolve("output.txt"), StandardCharsets.ISO_8859_1);
        assertThat(child.exitValue()).as(output).isZero();
        return output;
    }

    public static void main(String[] args) {
        if (args[0].equals("problem")) {
            System.out.println(NativeLibraries.problem().orElse("none"));
            return;
        }
        Environment environment = Environment.system();
        WebRtcTransport transport = WebRtcTransport.create(environment);
        LinkEnd a = new LinkEnd(transport, environment, Transport.LinkRole.INITIATOR, IceConfig.defaults());
        LinkEnd b = new LinkEnd(transport, environment, Transport.LinkRole.RESPONDER, IceConfig.defaults());
        LinkEnd.wire(a, b);
        a.awaitOpen();
        b.awaitOpen();
        System.out.println("links were open");
        // The executors go first: closing the transport has to work without them.
        environment.close();
        transport.close();
    }
}
