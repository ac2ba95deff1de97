package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalTextTest {

    static Stream<String> hostile() {
        return Stream.of(
                "\u001b[2J\u001b[H",
                "\u001b]0;title\u0007",
                "\u001b]52;c;cm0gLXJmIH4=\u0007",
                "\u001b]8;;http://evil.example\u001b\\click\u001b]8;;\u001b\\",
                "\u001bP+q544e\u001b\\",
                "\u001b_Gf=32;AAAA\u001b\\",
                "\u009b31mred",
                "\u009d0;title\u009c",
                "\u0090q\u009c",
                "a\rb",
                "a\bb",
                "\u0007",
                "\u0000",
                "\u007f",
                "\u0085",
                "abc\u202egnp.exe",
                "\u2066\u2069\u2067\u2068",
                "\u202a\u202b\u202c\u202d",
                "\u200e\u200f\u061c",
                "one\ntwo",
                "one\u2028two\u2029three",
                "\ud800",
                "\udc00x",
                "\ufeff",
                "\ufff9\ufffa\ufffb",
                "\u000e\u000f");
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void nothingThatATerminalActsUponIsLeft(String text) {
        assertSafe(TerminalText.clean("before " + text + " after"));
        assertThat(TerminalText.clean("before " + text + " after"))
                .startsWith("before ")
                .endsWith(" after");
    }

    @Test
    void nothingIsLeftOfRandomTextEither() {
        Random random = new Random(4711);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = 0; n < 50; n++) {
                text.append((char) random.nextInt(random.nextBoolean() ? 0x100 : 0x10000));
            }
            assertSafe(TerminalText.clean(text.toString()));
        }
    }

    @Test
    void nothingIsLeftOfWhatIsMeantForATerminal() {
        for (int seed = 0; seed < HostileText.COUNT; seed++) {
            String clean = TerminalText.clean(HostileText.of(seed));
            assertSafe(clean);
            assertThat(TerminalText.clean(clean)).isSameAs(clean);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain ASCII ~!@#$%^&*()",
                "Gr\u00fc\u00dfe, \u4f60\u597d, \u0645\u0631\u062d\u0628\u0627, \u05e9\u05dc\u05d5\u05dd",
                "e\u0301 combining",
                "\ud83d\udc69\u200d\ud83d\udcbb joined emoji",
                "\u2764\ufe0f variation"
            })
    void whatPeopleWriteStaysAsItIs(String text) {
        assertThat(TerminalText.clean(text)).isSameAs(text);
    }

    @Test
    void lineBreaksAndTabsBecomeSpaces() {
        assertThat(TerminalText.clean("a\nb\r\nc\td")).isEqualTo("a b  c d");
    }

    @Test
    void anEscapeBecomesAVisibleMark() {
        assertThat(TerminalText.clean("\u001b[31m")).isEqualTo("\ufffd[31m");
    }

    private static void assertSafe(String clean) {
        clean.codePoints().forEach(c -> {
            assertThat(Character.isISOControl(c)).as("control %x", c).isFalse();
            assertThat(Character.getType(c))
                    .isNotIn((int) Character.LINE_SEPARATOR, (int) Character.PARAGRAPH_SEPARATOR, (int)
                            Character.SURROGATE);
            assertThat(Character.getDirectionality(c))
                    .isNotIn(
                            Character.DIRECTIONALITY_LEFT_TO_RIGHT_EMBEDDING,
                            Character.DIRECTIONALITY_LEFT_TO_RIGHT_OVERRIDE,
                            Character.DIRECTIONALITY_RIGHT_TO_LEFT_EMBEDDING,
                            Character.DIRECTIONALITY_RIGHT_TO_LEFT_OVERRIDE,
                            Character.DIRECTIONALITY_POP_DIRECTIONAL_FORMAT,
                            Character.DIRECTIONALITY_LEFT_TO_RIGHT_ISOLATE,
                            Character.DIRECTIONALITY_RIGHT_TO_LEFT_ISOLATE,
                            Character.DIRECTIONALITY_FIRST_STRONG_ISOLATE,
                            Character.DIRECTIONALITY_POP_DIRECTIONAL_ISOLATE);
        });
    }
}
