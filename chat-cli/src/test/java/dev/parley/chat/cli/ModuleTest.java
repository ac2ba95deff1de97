package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModuleTest {

    private final ModuleDescriptor module = ModuleFinder.of(Path.of("target", "classes"))
            .find("dev.parley.chat.cli")
            .orElseThrow()
            .descriptor();

    @Test
    void nothingIsExported() {
        assertThat(module.exports()).isEmpty();
    }

    @Test
    void onlyPicocliMaySetTheFieldsOfCommands() {
        assertThat(module.opens()).singleElement().satisfies(opens -> {
            assertThat(opens.source()).isEqualTo("dev.parley.chat.cli");
            assertThat(opens.targets()).isEqualTo(Set.of("info.picocli"));
        });
    }
}
