package dev.parley.chat.emotes.seventv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Loads the provider as a module, in a layer of its own made from this build's output and the jars that it needs. */
class ModulePathTest {
    private static final String MODULE = "dev.parley.chat.emotes.seventv";
    private static final String API = "dev.parley.chat.emotes";

    private static ModuleFinder modules() {
        Path[] entries = Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getProperty("java.class.path"))
                .map(Path::of)
                .filter(entry -> Files.exists(entry) && !entry.endsWith("test-classes"))
                // Okio and the decoder of WebP are needed and have no descriptor; other such jars are of the tests
                // only.
                .filter(entry -> ModuleFinder.of(entry).findAll().stream()
                        .map(ModuleReference::descriptor)
                        .anyMatch(module -> !module.isAutomatic()
                                || module.name().equals("okio")
                                || module.name().startsWith("com.twelvemonkeys.")))
                .toArray(Path[]::new);
        return ModuleFinder.of(entries);
    }

    @Test
    void nothingIsExportedAndTheFactoryIsProvided() {
        ModuleDescriptor descriptor = modules().find(MODULE).orElseThrow().descriptor();

        assertThat(descriptor.exports()).isEmpty();
        assertThat(descriptor.provides()).singleElement().satisfies(provided -> {
            assertThat(provided.service()).isEqualTo(API + ".EmoteProviderFactory");
            assertThat(provided.providers()).containsExactly(SevenTvEmotes.class.getName());
        });
    }

    @Test
    void aRegistryOnTheModulePathFindsTheProvider() throws Exception {
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration = boot.configuration().resolveAndBind(modules(), ModuleFinder.of(), Set.of(API));
        ModuleLayer layer = boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader());

        assertThat(layer.findModule(MODULE)).isPresent();
        Object builder = call(layer.findLoader(API).loadClass(API + ".EmoteRegistry"), null, "builder");
        call(builder.getClass(), builder, "moduleLayer", layer);
        try (AutoCloseable registry = (AutoCloseable) call(builder.getClass(), builder, "build")) {
            assertThat((List<?>) call(registry.getClass(), registry, "failures"))
                    .isEmpty();
            assertThat((List<?>) call(registry.getClass(), registry, "providers"))
                    .singleElement()
                    .asString()
                    .contains("id=7tv,");
        }
    }

    private static Object call(Class<?> type, @Nullable Object target, String method, Object... arguments)
            throws ReflectiveOperationException {
        Class<?>[] types = arguments.length == 0 ? new Class<?>[0] : new Class<?>[] {ModuleLayer.class};
        return type.getMethod(method, types).invoke(target, arguments);
    }
}
