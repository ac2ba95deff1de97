package dev.parley.chat.emotes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.emotes.EmoteLoadException.Reason;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins on a class path. They are compiled here, because a class of a named module is none to a service file. */
class BrokenPluginsTest {
    private static final String GOOD = """
            package plugins;
            import dev.parley.chat.emotes.*;
            public class Good implements EmoteProviderFactory {
                public String id() { return "good"; }
                public String displayName() { return "Good"; }
                public EmoteProvider create(EmoteSettings settings) { return java.util.List::of; }
            }
            """;
    private static final String THROWING =
            "package plugins; public class Throwing extends Good { public Throwing() { throw new IllegalStateException(\"oops\"); } }";
    private static final String UNINITIALIZABLE =
            "package plugins; public class Uninitializable extends Good { static int n = Integer.parseInt(\"not a number\"); }";
    private static final String HIDDEN = "package plugins; public class Hidden extends Good { private Hidden() {} }";
    private static final String ORPHAN = "package plugins; public class Orphan extends Parent {}";
    private static final String PARENT = "package plugins; public class Parent extends Good {}";

    @Test
    void brokenPluginsAreReportedAndHideNoGoodOne(@TempDir Path dir) throws Exception {
        Path classes = dir.resolve("classes");
        compile(dir, classes);
        Files.delete(classes.resolve("plugins/Parent.class"));
        Files.write(classes.resolve("plugins/Garbage.class"), new byte[] {1, 2, 3});
        List<URL> urls = new ArrayList<>();
        for (String line : List.of(
                "<<< not a class name >>>",
                "no.such.Plugin",
                "java.lang.String",
                "plugins.Throwing",
                "plugins.Uninitializable",
                "plugins.Hidden",
                "plugins.Orphan",
                "plugins.Garbage",
                "plugins.Good")) {
            Path root = dir.resolve("root" + urls.size());
            Path services = Files.createDirectories(root.resolve("META-INF/services"));
            Files.writeString(services.resolve(EmoteProviderFactory.class.getName()), line + "\n");
            urls.add(root.toUri().toURL());
        }
        urls.add(classes.toUri().toURL());
        try (URLClassLoader loader =
                        new URLClassLoader(urls.toArray(new URL[0]), BrokenPluginsTest.class.getClassLoader());
                EmoteRegistry registry =
                        EmoteRegistry.builder().classLoader(loader).build()) {
            assertThat(registry.providers()).extracting(EmoteProviderInfo::id).containsExactly("good");
            assertThat(registry.failures())
                    .allSatisfy(failure -> assertThat(failure.reason()).isEqualTo(Reason.BROKEN_PLUGIN));
            for (String named : List.of(
                    "no.such.Plugin", "Throwing", "oops", "not a number", "Hidden", "Parent", "ClassFormatError")) {
                assertThat(registry.failures())
                        .as(named)
                        .anySatisfy(failure -> assertThat(failure.message()).contains(named));
            }
            // java.lang.String is of a named module, so the loader does not count it as a service of the class path.
            assertThat(registry.failures()).hasSize(7);
        }
    }

    private static void compile(Path dir, Path classes) throws Exception {
        Path sources = Files.createDirectories(dir.resolve("plugins"));
        Path api = Path.of(EmoteRegistry.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<String> arguments =
                new ArrayList<>(List.of("-cp", api.toString(), "-d", classes.toString(), "-proc:none"));
        String[] code = {GOOD, THROWING, UNINITIALIZABLE, HIDDEN, ORPHAN, PARENT};
        String[] names = {"Good", "Throwing", "Uninitializable", "Hidden", "Orphan", "Parent"};
        for (int i = 0; i < code.length; i++) {
            arguments.add(Files.writeString(sources.resolve(names[i] + ".java"), code[i])
                    .toString());
        }
        StringWriter out = new StringWriter();
        int exit = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(new PrintWriter(out), new PrintWriter(out), arguments.toArray(new String[0]));
        assertThat(exit).as(out.toString()).isZero();
    }
}
