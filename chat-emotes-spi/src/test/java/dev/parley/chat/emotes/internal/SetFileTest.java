package dev.parley.chat.emotes.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteVisibility;
import dev.parley.chat.emotes.EmoteWarning;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SetFileTest {
    private static EmoteImage image(String file, EmoteImageFormat format) {
        return new EmoteImage(URI.create("https://cdn.example/emote/0123/" + file), format, 32, 64, 5_000_000_000L, 7);
    }

    private static EmoteSet everything() {
        return EmoteSet.builder()
                .add(Emote.builder(new EmoteId("test", "1"), "plain").build())
                .add(Emote.builder(new EmoteId("test", "2"), ":\u0436\uD83D\uDE00:")
                        .zeroWidth(true)
                        .animated(true)
                        .visibility(EmoteVisibility.UNLISTED)
                        .warnings(Set.of(EmoteWarning.EDGY, EmoteWarning.SEXUAL))
                        .category("cats")
                        .tags(List.of("a", "b c"))
                        .images(List.of(
                                image("1x.webp", EmoteImageFormat.WEBP),
                                image("2x.webp", EmoteImageFormat.WEBP),
                                image("2x.avif", EmoteImageFormat.AVIF),
                                new EmoteImage(
                                        URI.create("https://other.example/"), EmoteImageFormat.UNKNOWN, 0, 0, 0, 0)))
                        .build())
                .skip("emotes[7]", "odd")
                .topic("set/1")
                .topic("user/2")
                .build();
    }

    @Test
    void aSetComesBackAsItWas() {
        assertThat(SetFile.read("test", SetFile.write(everything()))).contains(everything());
        assertThat(SetFile.read("test", SetFile.write(EmoteSet.empty()))).contains(EmoteSet.empty());
    }

    @Test
    void aSetIsReadAsThatOfItsProviderOnly() {
        assertThat(SetFile.read("other", SetFile.write(everything()))
                        .orElseThrow()
                        .emotes())
                .allSatisfy(emote -> assertThat(emote.id().providerId()).isEqualTo("other"));
    }

    @Test
    void aFileThatWasCutIsNone() {
        byte[] file = SetFile.write(everything());
        for (int length = 0; length < file.length; length++) {
            assertThat(SetFile.read("test", Arrays.copyOf(file, length))).isEmpty();
        }
        assertThat(SetFile.read("test", Arrays.copyOf(file, file.length + 1))).isEmpty();
    }

    @Test
    void aFileThatWasChangedIsNone() {
        byte[] file = SetFile.write(everything());
        for (int at = 0; at < file.length; at++) {
            byte[] changed = file.clone();
            changed[at] ^= 0x10;
            assertThat(SetFile.read("test", changed)).as("byte %s", at).isEmpty();
        }
    }

    @Test
    void aSetWithATextThatIsTooLongToBeWrittenIsNotKept() {
        EmoteSet set = EmoteSet.builder()
                .add(Emote.builder(new EmoteId("test", "1"), "a")
                        .tags(List.of("x".repeat(70_000)))
                        .build())
                .build();

        assertThat(SetFile.read("test", SetFile.write(set))).isEmpty();
    }
}
