package dev.parley.chat.emotes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.emotes.EmoteLoadException.Reason;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plugins on a class path, as modules, and in jars of a folder. They are compiled here, because a class of a named
 * module is none to a service file.
 */
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
    private static final String HANGING =
            "package plugins; public class Hanging extends Good { public Hanging() throws Exception {"
                    + " new java.util.concurrent.CountDownLatch(1).await(); } }";
    private static final String NAMELESS =
            "package plugins; public class Nameless extends Good { public String id() { return null; } }";
    private static final String OTHER =
            "package plugins; public class Other extends Good { public String id() { return \"other\"; } }";
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

    @Test
    void aPluginWhoseConstructorNeverReturnsHoldsUpNoOther(@TempDir Path dir) throws Exception {
        Path classes = dir.resolve("classes");
        compile(dir, classes);
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(services.resolve(EmoteProviderFactory.class.getName()), "plugins.Hanging\nplugins.Good\n");
        try (URLClassLoader loader = new URLClassLoader(
                        new URL[] {classes.toUri().toURL()}, BrokenPluginsTest.class.getClassLoader());
                EmoteRegistry registry = EmoteRegistry.builder()
                        .classLoader(loader)
                        .setupTimeout(Duration.ofSeconds(2))
                        .build()) {
            assertThat(registry.providers()).extracting(EmoteProviderInfo::id).containsExactly("good");
            assertThat(registry.failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.message()).contains("took longer than 2000 ms"));
        }
    }

    @Test
    void brokenModulesAreReportedAndHideNoGoodOne(@TempDir Path dir) throws Exception {
        assertThat(EmoteRegistry.class.getModule().isNamed())
                .as("whether this test runs on the module path")
                .isTrue();
        Path classes = dir.resolve("classes");
        Files.createDirectories(dir.resolve("plugins"));
        String module = "module plugins { requires dev.parley.chat.emotes; provides "
                + EmoteProviderFactory.class.getName()
                + " with plugins.Throwing, plugins.Uninitializable, plugins.Orphan, plugins.Hanging, plugins.Nameless,"
                + " plugins.Good; }";
        compile(dir, classes, Files.writeString(dir.resolve("plugins/module-info.java"), module));
        Files.delete(classes.resolve("plugins/Parent.class"));
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration =
                boot.configuration().resolve(ModuleFinder.of(classes), ModuleFinder.of(), Set.of("plugins"));
        ModuleLayer layer = boot.defineModulesWithOneLoader(configuration, BrokenPluginsTest.class.getClassLoader());
        try (EmoteRegistry registry = EmoteRegistry.builder()
                .moduleLayer(layer)
                .setupTimeout(Duration.ofSeconds(2))
                .build()) {
            assertThat(registry.providers()).extracting(EmoteProviderInfo::id).containsExactly("good");
            for (String named : List.of("oops", "not a number", "Parent", "took longer", "NullPointerException")) {
                assertThat(registry.failures())
                        .as(named)
                        .anySatisfy(failure -> assertThat(failure.message()).contains(named));
            }
            assertThat(registry.failures()).hasSize(5);
        }
    }

    @Test
    void theJarsOfAFolderAreTakenInEachOnItsOwn(@TempDir Path dir) throws Exception {
        Path classes = dir.resolve("classes");
        compile(dir, classes);
        Path folder = Files.createDirectories(dir.resolve("jars"));
        jar(folder.resolve("a-throwing.jar"), "plugins.Throwing", classes, "Good", "Throwing");
        jar(folder.resolve("b-orphan.jar"), "plugins.Orphan", classes, "Good", "Orphan");
        jar(folder.resolve("c-good.jar"), "plugins.Good", classes, "Good");
        jar(folder.resolve("d-the-same-id.jar"), "plugins.Good", classes, "Good");
        jar(folder.resolve("e-other.jar"), "plugins.Other", classes, "Good", "Other");
        jar(folder.resolve("f-no-service.jar"), "", classes, "Good");
        // Its parent is in another jar, whose classes it does not see.
        jar(folder.resolve("g-needs-another.jar"), "plugins.Other", classes, "Other");
        Files.writeString(folder.resolve("h-garbage.jar"), "no jar");
        Files.writeString(folder.resolve("README.txt"), "no jar either");
        Files.createDirectories(folder.resolve("i-folder.jar"));
        try (EmoteRegistry registry =
                EmoteRegistry.builder().withoutDiscovery().pluginFolder(folder).build()) {
            assertThat(registry.providers()).extracting(EmoteProviderInfo::id).containsExactly("good", "other");
            assertThat(registry.failures())
                    .extracting(EmoteProviderFailure::provider)
                    .containsExactly(
                            "a-throwing.jar",
                            "b-orphan.jar",
                            "f-no-service.jar",
                            "g-needs-another.jar",
                            "h-garbage.jar",
                            "i-folder.jar",
                            "good");
        }
        try (EmoteRegistry registry = EmoteRegistry.builder()
                .withoutDiscovery()
                .pluginFolder(dir.resolve("not-there"))
                .build()) {
            assertThat(registry.failures()).isEmpty();
        }
    }

    @Test
    void onlyTheProvidersThatAreWantedAreSetUp(@TempDir Path dir) throws Exception {
        Path classes = dir.resolve("classes");
        compile(dir, classes);
        Path folder = Files.createDirectories(dir.resolve("jars"));
        jar(folder.resolve("good.jar"), "plugins.Good", classes, "Good");
        jar(folder.resolve("other.jar"), "plugins.Other", classes, "Good", "Other");
        try (EmoteRegistry registry = EmoteRegistry.builder()
                .withoutDiscovery()
                .pluginFolder(folder)
                .only(List.of("other", "missing"))
                .build()) {
            assertThat(registry.providers()).extracting(EmoteProviderInfo::id).containsExactly("other");
            assertThat(registry.failures()).singleElement().satisfies(failure -> {
                assertThat(failure.provider()).isEqualTo("missing");
                assertThat(failure.message()).isEqualTo("there is no emote provider missing");
            });
        }
    }

    /** Writes a jar with some of the plugins, of which it names one. */
    private static void jar(Path jar, String service, Path classes, String... names) throws Exception {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (String name : names) {
                out.putNextEntry(new ZipEntry("plugins/" + name + ".class"));
                Files.copy(classes.resolve("plugins/" + name + ".class"), out);
            }
            if (!service.isEmpty()) {
                out.putNextEntry(new ZipEntry("META-INF/services/" + EmoteProviderFactory.class.getName()));
                out.write(service.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static void compile(Path dir, Path classes, Path... more) throws Exception {
        Path sources = Files.createDirectories(dir.resolve("plugins"));
        Path api = Path.of(EmoteRegistry.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<String> arguments = new ArrayList<>(List.of("-d", classes.toString(), "-proc:none"));
        if (more.length == 0) {
            arguments.addAll(List.of("-cp", api.toString()));
        } else {
            arguments.addAll(List.of("--module-path", System.getProperty("jdk.module.path")));
        }
        Stream.of(more).map(Path::toString).forEach(arguments::add);
        Map<String, String> code = Map.of(
                "Good", GOOD,
                "Throwing", THROWING,
                "Uninitializable", UNINITIALIZABLE,
                "Hidden", HIDDEN,
                "Orphan", ORPHAN,
                "Parent", PARENT,
                "Hanging", HANGING,
                "Nameless", NAMELESS,
                "Other", OTHER);
        for (Map.Entry<String, String> each : code.entrySet()) {
            arguments.add(Files.writeString(sources.resolve(each.getKey() + ".java"), each.getValue())
                    .toString());
        }
        StringWriter out = new StringWriter();
        int exit = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(new PrintWriter(out), new PrintWriter(out), arguments.toArray(new String[0]));
        assertThat(exit).as(out.toString()).isZero();
    }
}
