package dev.parley.chat.emotes;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import org.junit.jupiter.api.Test;

class ModuleTest {
    @Test
    void exactlyTheApiIsExported() {
        ModuleDescriptor descriptor = EmoteRegistry.class.getModule().getDescriptor();

        assertThat(descriptor.exports().stream().filter(export -> !export.isQualified()))
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactly("dev.parley.chat.emotes");
        assertThat(descriptor.exports()).hasSize(1);
        assertThat(descriptor.uses()).containsExactly(EmoteProviderFactory.class.getName());
    }
}
