package dev.parley.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What is exported is promised: a change of these sets is a decision, not an accident. */
final class ModuleExportsTest {

    private final ModuleDescriptor module = read();

    @Test
    void theModuleExportsThesePackagesAndNoOthers() {
        assertThat(module.exports())
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrder(
                        "dev.parley.chat",
                        "dev.parley.chat.crypto",
                        "dev.parley.chat.store",
                        "dev.parley.chat.transport");
    }

    @Test
    void noExportIsForChosenModulesOnly() {
        assertThat(module.exports()).noneMatch(ModuleDescriptor.Exports::isQualified);
    }

    @Test
    void nothingIsOpenForReflection() {
        assertThat(module.isOpen()).isFalse();
        assertThat(module.opens()).isEmpty();
    }

    private static ModuleDescriptor read() {
        return ModuleFinder.of(mainClasses())
                .find("dev.parley.chat")
                .orElseThrow()
                .descriptor();
    }

    static Path mainClasses() {
        try {
            return Path.of(ChatException.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("a code source is a URI", e);
        }
    }
}
