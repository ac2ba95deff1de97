package dev.parley.chat.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.cli.screen.Keypress.Chord;
import dev.parley.chat.cli.screen.Keypress.Held;
import dev.parley.chat.cli.screen.Keypress.Mouse;
import dev.parley.chat.cli.screen.Keypress.Pasted;
import dev.parley.chat.cli.screen.Keypress.Pressed;
import dev.parley.chat.cli.screen.Keypress.Typed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyDecoderTest {
    private static List<Keypress> decode(String... chunks) {
        KeyDecoder decoder = new KeyDecoder();
        List<Keypress> keys = new ArrayList<>();
        for (String chunk : chunks) {
            keys.addAll(decoder.take(chunk));
        }
        keys.addAll(decoder.flush());
        return keys;
    }

    private static Keypress key(Keypress.Key key, Held... held) {
        return new Pressed(key, Set.of(held));
    }

    @Test
    void keysOfATerminalAreKnown() {
        assertThat(decode("\033[A\033[B\033[C\033[D"))
                .containsExactly(
                        key(Keypress.Key.UP), key(Keypress.Key.DOWN), key(Keypress.Key.RIGHT), key(Keypress.Key.LEFT));
        assertThat(decode("\033OA\033OP\033[15~\033[24~"))
                .containsExactly(
                        key(Keypress.Key.UP), key(Keypress.Key.F1), key(Keypress.Key.F5), key(Keypress.Key.F12));
        assertThat(decode("\033[5~\033[6~\033[H\033[F\033[3~"))
                .containsExactly(
                        key(Keypress.Key.PAGE_UP),
                        key(Keypress.Key.PAGE_DOWN),
                        key(Keypress.Key.HOME),
                        key(Keypress.Key.END),
                        key(Keypress.Key.DELETE));
        assertThat(decode("\r\t\u007f"))
                .containsExactly(key(Keypress.Key.ENTER), key(Keypress.Key.TAB), key(Keypress.Key.BACKSPACE));
        assertThat(decode("\033[Z\033\r\033[1;5C"))
                .containsExactly(
                        key(Keypress.Key.TAB, Held.SHIFT),
                        key(Keypress.Key.ENTER, Held.ALT),
                        key(Keypress.Key.RIGHT, Held.CONTROL));
        assertThat(decode("\u0001\n\033b\0331"))
                .containsExactly(
                        new Chord(Held.CONTROL, 'a'),
                        new Chord(Held.CONTROL, 'j'),
                        new Chord(Held.ALT, 'b'),
                        new Chord(Held.ALT, '1'));
    }

    @Test
    void escapeAloneIsTheKey() {
        assertThat(decode("\033")).containsExactly(key(Keypress.Key.ESCAPE));
        assertThat(decode("\033\033[A")).containsExactly(key(Keypress.Key.ESCAPE), key(Keypress.Key.UP));
    }

    @Test
    void textComesInOnePiece() {
        assertThat(decode("hé日👍")).containsExactly(new Typed("hé日👍"));
        assertThat(decode("a\ud83d", "\udc4d")).containsExactly(new Typed("a"), new Typed("👍"));
    }

    @Test
    void theMouseIsRead() {
        assertThat(decode("\033[<0;3;4M\033[<0;3;4m\033[<64;1;1M\033[<65;1;1M\033[<2;3;4M"))
                .containsExactly(
                        new Mouse(Mouse.Action.PRESS, 3, 2),
                        new Mouse(Mouse.Action.WHEEL_UP, 0, 0),
                        new Mouse(Mouse.Action.WHEEL_DOWN, 0, 0));
    }

    @Test
    void otherButtonsAndAWheelThatGoesSidewaysAreNoKeys() {
        for (int button : new int[] {1, 2, 32, 35, 66, 67, 128, 129}) {
            assertThat(decode("\033[<" + button + ";3;4M"))
                    .as("button %s", button)
                    .isEmpty();
        }
        assertThat(decode("\033[<4;3;4M")).as("Shift").containsExactly(new Mouse(Mouse.Action.PRESS, 3, 2));
    }

    @Test
    void whatIsPastedIsOnePieceHoweverItComes() {
        String pasted = "\033[200~two\rlines \033[A and an escape\033[201~x";
        List<Keypress> whole = List.of(new Pasted("two\nlines \033[A and an escape"), new Typed("x"));
        for (int cut = 0; cut <= pasted.length(); cut++) {
            assertThat(decode(pasted.substring(0, cut), pasted.substring(cut)))
                    .as("cut at %s", cut)
                    .isEqualTo(whole);
        }
        assertThat(decode(pasted.split(""))).isEqualTo(whole);
    }

    @Test
    void aPasteWithoutEndIsBounded() {
        KeyDecoder decoder = new KeyDecoder();
        decoder.take("\033[200~");
        for (int i = 0; i < 100; i++) {
            assertThat(decoder.take("x".repeat(10_000))).isEmpty();
        }
        Pasted pasted = (Pasted) decoder.take("\033[201~").get(0);
        assertThat(pasted.text()).hasSize(KeyDecoder.MAX_PASTED_CHARS);
    }

    @Test
    void aPasteWhoseEndIsLostEndsWhenNothingFollowsForLong() {
        KeyDecoder decoder = new KeyDecoder();
        assertThat(decoder.take("\033[200~one\r")).isEmpty();
        for (int i = 1; i < KeyDecoder.MAX_PASTE_PATIENCE; i++) {
            assertThat(decoder.isWaiting()).isTrue();
            assertThat(decoder.flush()).isEmpty();
        }
        assertThat(decoder.flush()).containsExactly(new Keypress.Pasted("one\n"));
        assertThat(decoder.isWaiting()).isFalse();
        assertThat(decoder.take("\003")).containsExactly(new Keypress.Chord(Held.CONTROL, 'c'));
    }

    @Test
    void rubbishIsNeverMoreThanText() {
        for (int seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            StringBuilder rubbish = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                rubbish.append("\033[]OP<;0123456789~mMAz\u0000\u009b\u007fé".charAt(random.nextInt(26)));
            }
            KeyDecoder decoder = new KeyDecoder();
            decoder.take(rubbish.toString());
            decoder.flush();
            decoder.take("\033[201~");
            decoder.flush();
            assertThat(decoder.take("q")).as("seed %s", seed).containsExactly(new Typed("q"));
        }
    }

    @Test
    void otherTerminalsHaveOtherFormsOfTheSameKeys() {
        assertThat(decode("\033[1~\033[7~\033OH\033[4~\033[8~\033OF"))
                .as("tmux, rxvt and application mode")
                .containsExactly(
                        key(Keypress.Key.HOME),
                        key(Keypress.Key.HOME),
                        key(Keypress.Key.HOME),
                        key(Keypress.Key.END),
                        key(Keypress.Key.END),
                        key(Keypress.Key.END));
        assertThat(decode("\033[[A\033[[B\033[[C\033[[D\033[[E"))
                .as("the console of Linux")
                .containsExactly(
                        key(Keypress.Key.F1),
                        key(Keypress.Key.F2),
                        key(Keypress.Key.F3),
                        key(Keypress.Key.F4),
                        key(Keypress.Key.F5));
        assertThat(decode("\033OM\b\033\u007f"))
                .containsExactly(
                        key(Keypress.Key.ENTER), key(Keypress.Key.BACKSPACE), key(Keypress.Key.BACKSPACE, Held.ALT));
    }

    @Test
    void functionKeysAreAllKnown() {
        String[] numbers = {"11", "12", "13", "14", "15", "17", "18", "19", "20", "21", "23", "24"};
        for (int i = 0; i < numbers.length; i++) {
            Keypress.Key f = Keypress.Key.valueOf("F" + (i + 1));
            assertThat(decode("\033[" + numbers[i] + "~")).containsExactly(key(f));
            assertThat(decode("\033[" + numbers[i] + ";2~")).containsExactly(key(f, Held.SHIFT));
        }
        assertThat(decode("\033OP\033OQ\033OR\033OS\033[1;5P"))
                .containsExactly(
                        key(Keypress.Key.F1),
                        key(Keypress.Key.F2),
                        key(Keypress.Key.F3),
                        key(Keypress.Key.F4),
                        key(Keypress.Key.F1, Held.CONTROL));
    }

    @Test
    void whatIsHeldIsToldOfEveryArrow() {
        String arrows = "ABCDHF";
        List<Keypress.Key> keys = List.of(
                Keypress.Key.UP,
                Keypress.Key.DOWN,
                Keypress.Key.RIGHT,
                Keypress.Key.LEFT,
                Keypress.Key.HOME,
                Keypress.Key.END);
        for (int i = 0; i < keys.size(); i++) {
            String arrow = arrows.substring(i, i + 1);
            assertThat(decode("\033[1;2" + arrow)).containsExactly(key(keys.get(i), Held.SHIFT));
            assertThat(decode("\033[1;3" + arrow)).containsExactly(key(keys.get(i), Held.ALT));
            assertThat(decode("\033[1;5" + arrow)).containsExactly(key(keys.get(i), Held.CONTROL));
            assertThat(decode("\033[1;6" + arrow)).containsExactly(key(keys.get(i), Held.CONTROL, Held.SHIFT));
        }
    }

    @Test
    void theFormsOfKittyAreKnown() {
        assertThat(decode("\033[97;5u\033[98;3u\033[27u\033[13;2u\033[9;2u\033[127;5u"))
                .containsExactly(
                        new Chord(Held.CONTROL, 'a'),
                        new Chord(Held.ALT, 'b'),
                        key(Keypress.Key.ESCAPE),
                        key(Keypress.Key.ENTER, Held.SHIFT),
                        key(Keypress.Key.TAB, Held.SHIFT),
                        key(Keypress.Key.BACKSPACE, Held.CONTROL));
        assertThat(decode("\033[97;1:3u")).as("a key that is released").isEmpty();
        assertThat(decode("\033[27;5;106~")).as("modifyOtherKeys").containsExactly(new Chord(Held.CONTROL, 'j'));
    }

    @Test
    void sequencesAreTheSameHoweverTheyAreCut() {
        String all = "a\033[1;5C\033OP\033[<64;10;20M\033[24~\033\r\033👍\033[200~p\r\n\033[Bq\033[201~\033[Z👍";
        List<Keypress> whole = decode(all);
        assertThat(whole).hasSize(9);
        for (int cut = 0; cut <= all.length(); cut++) {
            KeyDecoder decoder = new KeyDecoder();
            List<Keypress> keys = new ArrayList<>(decoder.take(all.substring(0, cut)));
            keys.addAll(decoder.take(all.substring(cut)));
            keys.addAll(decoder.flush());
            assertThat(keys).as("cut at %s", cut).isEqualTo(whole);
        }
    }

    @Test
    void aSequenceWithoutEndIsGivenUp() {
        KeyDecoder decoder = new KeyDecoder();
        List<Keypress> keys = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            keys.addAll(decoder.take("\033[" + "1;".repeat(500)));
        }
        keys.addAll(decoder.take("\033[A"));

        assertThat(keys).endsWith(key(Keypress.Key.UP));
        assertThat(keys).allMatch(key -> key instanceof Typed || key instanceof Pressed);
    }

    @Test
    void everythingOfOneByteAfterAnEscapeIsAtMostOneKey() {
        for (char c = 0; c < 0x100; c++) {
            assertThat(decode("\033" + c).size()).as("%x", (int) c).isLessThanOrEqualTo(c == 0x1b ? 2 : 1);
        }
    }
}
