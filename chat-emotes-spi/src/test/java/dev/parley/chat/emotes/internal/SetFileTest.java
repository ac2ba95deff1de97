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
import java.util.Collections;
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
    void noTextOfAnEmoteIsTooLongToBeWritten() {
        // Three bytes for each code unit.
        String face = "\uD83D\uDE00".repeat(40_000);
        String path = "\u0436".repeat(EmoteImage.MAX_URL_CHARS - "https://cdn.example/".length());
        EmoteSet set = EmoteSet.builder()
                .add(Emote.builder(
                                new EmoteId("test", "\u20ac".repeat(EmoteId.MAX_VALUE_CHARS)), face.substring(0, 200))
                        .category(face)
                        .tags(Collections.nCopies(70_000, face))
                        .images(List.of(new EmoteImage(
                                URI.create("https://cdn.example/" + path), EmoteImageFormat.PNG, 0, 0, 0, 0)))
                        .build())
                .skip(face, face)
                .skipped(1, List.of(face))
                .build();

        assertThat(SetFile.read("test", SetFile.write(set))).contains(set);
    }

    @Test
    void aSetThatIsTooLongToBeWrittenGivesNoBytes() {
        EmoteSet longTopic = EmoteSet.builder().topic("x".repeat(70_000)).build();
        EmoteSet manyImages = EmoteSet.builder()
                .add(Emote.builder(new EmoteId("test", "1"), "a")
                        .images(Collections.nCopies(0x10000, image("1x.webp", EmoteImageFormat.WEBP)))
                        .build())
                .build();

        assertThat(SetFile.write(longTopic)).isEmpty();
        assertThat(SetFile.write(manyImages)).isEmpty();
    }
}
