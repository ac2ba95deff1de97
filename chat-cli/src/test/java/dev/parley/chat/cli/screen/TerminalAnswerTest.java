package dev.parley.chat.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a terminal answers comes amid what is typed, and is never taken for that. */
class TerminalAnswerTest {
    private static final String BELL = "\007";
    private static final String END = "\033\\";

    private final KeyDecoder decoder = new KeyDecoder();

    @Test
    void theBackgroundIsReadInAllItsForms() {
        assertThat(decoder.take("\033]11;rgb:ffff/8080/0000" + BELL))
                .containsExactly(new Keypress.Background(0xff8000));
        assertThat(decoder.take("\033]11;rgb:ff/80/00" + END)).containsExactly(new Keypress.Background(0xff8000));
        assertThat(decoder.take("\033]11;rgba:f/0/f/7" + END)).containsExactly(new Keypress.Background(0xff00ff));
    }

    @Test
    void anAnswerAmidWhatIsTypedIsTakenOut() {
        assertThat(decoder.take("te\033]11;rgb:0000/0000/0000" + END + "a"))
                .containsExactly(new Keypress.Typed("te"), new Keypress.Background(0), new Keypress.Typed("a"));
    }

    @Test
    void anAnswerThatComesInPiecesIsOne() {
        List<Keypress> keys = new ArrayList<>();
        for (String piece : List.of("\033]1", "1;rgb:1e1e", "/1e1e/2e2e\033", "\\", "x")) {
            keys.addAll(decoder.take(piece));
            keys.addAll(decoder.flush());
        }

        assertThat(keys).containsExactly(new Keypress.Background(0x1e1e2e), new Keypress.Typed("x"));
    }

    @Test
    void otherAnswersAreDropped() {
        assertThat(decoder.take("\033]10;rgb:0/0/0" + BELL + "\033]52;c;c2VjcmV0" + END + "\033_Gi=31;OK" + END
                        + "\033P>|XTerm(390)" + END + "\033]11;nonsense" + END + "x"))
                .containsExactly(new Keypress.Typed("x"));
    }

    @Test
    void anAnswerThatNeverEndsIsGivenUp() {
        assertThat(decoder.take("\033]11;rgb:")).isEmpty();
        for (int i = 0; i < KeyDecoder.MAX_PATIENCE; i++) {
            assertThat(decoder.isWaiting()).isTrue();
            assertThat(decoder.flush()).isEmpty();
        }

        assertThat(decoder.isWaiting()).isFalse();
        assertThat(decoder.take("x")).containsExactly(new Keypress.Typed("x"));
    }

    @Test
    void anAnswerThatIsTooLongTakesNotAllThatFollows() {
        decoder.take("\033]52;c;" + "A".repeat(KeyDecoder.MAX_ANSWER_CHARS));

        assertThat(decoder.take("B" + END + "x")).endsWith(new Keypress.Typed("x"));
    }

    @Test
    void aKeyEndsAnAnswerThatIsNotFinished() {
        assertThat(decoder.take("\033]11;rgb:00\033[A"))
                .containsExactly(new Keypress.Pressed(Keypress.Key.UP, Set.of()));
    }

    @Test
    void altWithTheSameSignsStaysAKey() {
        for (String sign : List.of("]", "_", "P")) {
            List<Keypress> keys = new ArrayList<>(decoder.take("\033" + sign));
            keys.addAll(decoder.flush());
            assertThat(keys).as(sign).hasSize(1).allMatch(key -> key instanceof Keypress.Chord);
        }
        assertThat(decoder.take("\033]hello")).endsWith(new Keypress.Typed("hello"));
    }
}
