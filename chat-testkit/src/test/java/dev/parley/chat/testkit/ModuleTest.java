package dev.parley.chat.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ModuleTest {

    private final ModuleDescriptor module = ModuleFinder.of(Path.of("target", "classes"))
            .find("dev.parley.chat.testkit")
            .orElseThrow()
            .descriptor();

    @Test
    void exactlyTheSuitesAndTheSimulationAreExported() {
        assertThat(module.exports())
                .noneMatch(ModuleDescriptor.Exports::isQualified)
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrder(
                        "dev.parley.chat.testkit.emotes",
                        "dev.parley.chat.testkit.signaling",
                        "dev.parley.chat.testkit.sim",
                        "dev.parley.chat.testkit.store",
                        "dev.parley.chat.testkit.transport");
    }
}
