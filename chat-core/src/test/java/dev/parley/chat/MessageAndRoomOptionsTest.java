package dev.parley.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.chat.RoomOptions.Visibility;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageAndRoomOptionsTest {

    // ---- RoomOptions

    @Test
    void optionsHaveSafeDefaults() {
        RoomOptions options = RoomOptions.named("Tea");
        assertThat(options.name()).isEqualTo("Tea");
        assertThat(options.visibility()).isEqualTo(Visibility.PRIVATE);
        assertThat(options.capacity()).isEqualTo(RoomOptions.DEFAULT_CAPACITY);
    }

    @ParameterizedTest
    @ValueSource(ints = {RoomOptions.MIN_CAPACITY, 64, RoomOptions.MAX_CAPACITY})
    void capacitiesWithinTheBoundsAreTaken(int capacity) {
        assertThat(RoomOptions.builder("Tea").capacity(capacity).build().capacity())
                .isEqualTo(capacity);
    }

    @ParameterizedTest
    @ValueSource(ints = {RoomOptions.MIN_CAPACITY - 1, RoomOptions.MAX_CAPACITY + 1, 0, -1, Integer.MAX_VALUE})
    void capacitiesOutOfTheBoundsAreRefused(int capacity) {
        RoomOptions.Builder builder = RoomOptions.builder("Tea").capacity(capacity);
        assertThatIllegalArgumentException().isThrownBy(builder::build);
    }

    @Test
    void aRoomsNameIsAsLongAsTheLimitAndNoLonger() {
        String longest = "n".repeat(RoomOptions.MAX_NAME_CHARS);
        assertThat(RoomOptions.named(longest).name()).isEqualTo(longest);
        assertThatIllegalArgumentException().isThrownBy(() -> RoomOptions.named(longest + "n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t", "a\nb", "a\u0000", "a\u007f", "a\u009f", "half \ud800", "\udc00 half"})
    void badNamesOfRoomsAreRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> RoomOptions.named(name));
    }

    // ---- OutgoingMessage

    @Test
    void aTextIsAsLongAsTheLimitInBytesAndNoLonger() {
        for (String unit : List.of("x", "\u00e9", "\ud83c\udf75", "\u0001")) {
            int bytes = unit.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            String longest = unit.repeat(OutgoingMessage.MAX_TEXT_BYTES / bytes);
            assertThat(OutgoingMessage.of(longest).text()).isEqualTo(longest);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> OutgoingMessage.of(longest + "x"))
                    .withMessageContaining("parts");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\ud800", "a\udc00b", "\udc00\ud800"})
    void badTextsAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> OutgoingMessage.of(text));
    }

    private static EmoteReference emote(int start, int end) {
        return new EmoteReference("7tv", "id", "x", start, end);
    }

    @Test
    void emotesAreAsManyAsTheLimitAndNoMore() {
        OutgoingMessage.Builder builder = OutgoingMessage.builder("x".repeat(OutgoingMessage.MAX_EMOTES + 1));
        for (int i = 0; i < OutgoingMessage.MAX_EMOTES; i++) {
            builder.emote(emote(i, i + 1));
        }
        assertThat(builder.build().emotes()).hasSize(OutgoingMessage.MAX_EMOTES);
        builder.emote(emote(OutgoingMessage.MAX_EMOTES, OutgoingMessage.MAX_EMOTES + 1));
        assertThatIllegalArgumentException().isThrownBy(builder::build);
    }

    @Test
    void emotesFitTheTextAndDoNotOverlap() {
        OutgoingMessage message = OutgoingMessage.builder("xyz")
                .emote(emote(0, 2))
                .emote(emote(2, 3))
                .build();
        assertThat(message.emotes()).containsExactly(emote(0, 2), emote(2, 3));
        assertThat(message.replyTo()).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> OutgoingMessage.builder("xyz").emote(emote(2, 4)).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OutgoingMessage.builder("xyz")
                        .emote(emote(0, 2))
                        .emote(emote(1, 3))
                        .build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OutgoingMessage.builder("xyz")
                        .emote(emote(1, 2))
                        .emote(emote(0, 1))
                        .build());
    }

    @Test
    void textAndEmotesTogetherAreAsMuchAsTheLimitAndNoMore() {
        // Each emote takes 96 bytes besides its id and code.
        int text = OutgoingMessage.MAX_EMOTES;
        int codes = OutgoingMessage.MAX_ENCODED_BYTES
                - text
                - OutgoingMessage.MAX_EMOTES * (96 + EmoteReference.MAX_EMOTE_CHARS);
        assertThat(build(codes).emotes()).hasSize(OutgoingMessage.MAX_EMOTES);
        assertThatIllegalArgumentException().isThrownBy(() -> build(codes + 1)).withMessageContaining("emotes");
    }

    private static OutgoingMessage build(int codeChars) {
        OutgoingMessage.Builder builder = OutgoingMessage.builder("x".repeat(OutgoingMessage.MAX_EMOTES));
        int left = codeChars;
        for (int i = 0; i < OutgoingMessage.MAX_EMOTES; i++) {
            int chars = (left + OutgoingMessage.MAX_EMOTES - i - 1) / (OutgoingMessage.MAX_EMOTES - i);
            left -= chars;
            builder.emote(
                    new EmoteReference("p", "e".repeat(EmoteReference.MAX_EMOTE_CHARS), "c".repeat(chars), i, i + 1));
        }
        return builder.build();
    }

    @Test
    void aMessageDoesNotChangeWithItsBuilder() {
        OutgoingMessage.Builder builder = OutgoingMessage.builder("xyz");
        OutgoingMessage message = builder.build();
        builder.emote(emote(0, 1));
        assertThat(message.emotes()).isEmpty();
    }

    // ---- EmoteReference

    @Test
    void anEmotesPartsAreAsLongAsTheirLimits() {
        String provider = "p".repeat(EmoteReference.MAX_PROVIDER_CHARS);
        String id = "i".repeat(EmoteReference.MAX_EMOTE_CHARS);
        String code = "c".repeat(EmoteReference.MAX_CODE_CHARS);
        EmoteReference longest = new EmoteReference(provider, id, code, 0, 1);
        assertThat(longest.provider()).isEqualTo(provider);
        assertRefused(provider + "p", id, code, 0, 1);
        assertRefused(provider, id + "i", code, 0, 1);
        assertRefused(provider, id, code + "c", 0, 1);
    }

    @Test
    void badPartsOfAnEmoteAreRefused() {
        for (String provider : List.of("", "7TV", "a b", "\u00e9", "a/b", "a\n")) {
            assertRefused(provider, "i", "c", 0, 1);
        }
        assertRefused("p", "", "c", 0, 1);
        assertRefused("p", "i", "", 0, 1);
        assertRefused("p", "\ud800", "c", 0, 1);
        assertRefused("p", "i", "\udc00", 0, 1);
        assertRefused("p", "i", "c", -1, 1);
        assertRefused("p", "i", "c", 1, 1);
        assertRefused("p", "i", "c", 2, 1);
    }

    private static void assertRefused(String provider, String id, String code, int start, int end) {
        assertThatIllegalArgumentException().isThrownBy(() -> new EmoteReference(provider, id, code, start, end));
    }
}
