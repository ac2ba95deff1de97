package dev.parley.chat.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphemesTest {
    @ParameterizedTest
    @CsvSource({
        "a, 1",
        "é, 1",
        "日, 2",
        "👍, 2",
        "👨‍👩‍👧‍👦, 2",
        "🇫🇷, 2",
        "❤️, 2",
        "1️⃣, 2",
        "가, 2",
        "ﾊ, 1",
        "Ａ, 2",
        "ก, 1",
        "👍🏽, 2"
    })
    void oneCharacterTakesItsColumns(String character, int columns) {
        assertThat(Graphemes.of(character)).containsExactly(character);
        assertThat(Graphemes.width(character)).isEqualTo(columns);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u001b",
                "\u0000",
                "\u0007",
                "\u007f",
                "\u0080",
                "\u009b",
                "\u009d",
                "\u202e",
                "\u2066",
                "\u200e",
                "\u200b",
                "\ufeff",
                "\u2028",
                "\ud800",
                "\udc00",
                "\udbff\udfff",
                "\u00ad",
                "\udbfb\udeee",
                "\ufff9",
                "\udb40\udc01"
            })
    void whatIsNoCharacterNeverComesThrough(String nothing) {
        assertThat(String.join("", Graphemes.of("a" + nothing + "b")))
                .doesNotContain(nothing)
                .startsWith("a")
                .endsWith("b");
        assertThat(String.join("", Graphemes.of(nothing))).doesNotContain(nothing);
    }

    @Test
    void marksWithoutEndAreCutOff() {
        String zalgo = "a" + "\u0300".repeat(500);

        assertThat(Graphemes.of(zalgo)).hasSize(1);
        assertThat(Graphemes.of(zalgo).get(0).length()).isLessThanOrEqualTo(Graphemes.MAX_CODE_POINTS);
    }

    @Test
    void aMarkWithoutALetterTakesNoPlace() {
        assertThat(Graphemes.width("\u0301")).isZero();
        assertThat(Graphemes.of("\u0301")).isEmpty();
    }

    @Test
    void textIsCutBetweenCharacters() {
        assertThat(Graphemes.cut("日本語", 4, "")).isEqualTo("日本");
        assertThat(Graphemes.cut("日本語", 5, "…")).isEqualTo("日本…");
        assertThat(Graphemes.cut("日本語", 6, "…")).isEqualTo("日本語");
        assertThat(Graphemes.cut("abc", 2, "...")).isEmpty();
        assertThat(Graphemes.cut("abc", 0, "")).isEmpty();
        assertThat(Graphemes.cut("abc", -3, "")).isEmpty();
    }
}
