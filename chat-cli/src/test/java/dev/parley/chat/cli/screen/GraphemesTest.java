package dev.parley.chat.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
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
        "👍🏽, 2",
        "❤️‍🔥, 2",
        "👩🏽‍🚀, 2",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿, 2",
        "🫠, 2",
        "กำ, 2",
        "นี่, 1",
        "नि, 2",
        "क्, 1",
        "לֹ, 1",
        "e\u0302\u0323, 1"
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

    @Test
    void aLineBreakIsOneBlankHoweverItIsWritten() {
        assertThat(Graphemes.of("a\r\nb\nc\td")).containsExactly("a", " ", "b", " ", "c", " ", "d");
    }

    @Test
    void everyClusterIsOneCharacterOfOneOrTwoColumnsAndNeverAControl() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                switch (random.nextInt(4)) {
                    case 0 -> text.append((char) random.nextInt(0x300));
                    case 1 -> text.append((char) random.nextInt(0x10000));
                    case 2 -> text.appendCodePoint(0x1F000 + random.nextInt(0xFFF));
                    default -> text.appendCodePoint(ODD[random.nextInt(ODD.length)]);
                }
            }
            for (String cluster : Graphemes.of(text.toString())) {
                assertThat(Graphemes.columns(cluster)).as("seed %s", seed).isBetween(1, 2);
                assertThat(cluster.codePointCount(0, cluster.length()))
                        .as("seed %s", seed)
                        .isLessThanOrEqualTo(Graphemes.MAX_CODE_POINTS);
                assertThat(cluster.codePoints())
                        .as("seed %s", seed)
                        .noneMatch(c -> Character.isISOControl(c)
                                || Character.getType(c) == Character.SURROGATE
                                || c == 0x10EEEE
                                || (c >= 0x202A && c <= 0x202E)
                                || (c >= 0x2066 && c <= 0x2069));
                assertThat(String.join("", Graphemes.of(cluster)))
                        .as("seed %s", seed)
                        .isEqualTo(cluster);
            }
        }
    }

    private static final int[] ODD = {
        0x200D, 0x200C, 0x200B, 0xFE0F, 0xFE0E, 0x1F3FD, 0x20E3, '1', '#', 0x1F1EB, 0x1F1F7, 0x0301, 0x0E33, 0x093F,
        0x094D, 0x1100, 0x1161, 0x11A8, 0x3164, 0x115F, 0xE0067, 0xE007F, 0x10EEEE, 0x0D4E, 0x0600, 0x202E, 0x2066,
        '\r', '\n', '\t', 0x1B, 0x9B, 0xD800, 0xDC00, 0xFFFF, 0xFDD0
    };
}
