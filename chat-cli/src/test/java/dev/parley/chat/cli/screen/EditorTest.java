package dev.parley.chat.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.cli.screen.Keypress.Chord;
import dev.parley.chat.cli.screen.Keypress.Held;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EditorTest {
    private final Editor editor = new Editor(20, true);

    private void press(Keypress.Key key, Held... held) {
        editor.take(new Keypress.Pressed(key, Set.of(held)));
    }

    private void control(char letter) {
        editor.take(new Keypress.Chord(Held.CONTROL, letter));
    }

    @Test
    void theCursorMovesByCharactersThatPeopleSee() {
        editor.insert("a👨\u200d👩\u200d👧e\u0301");
        press(Keypress.Key.LEFT);
        press(Keypress.Key.LEFT);
        assertThat(editor.cursor()).isEqualTo(1);
        press(Keypress.Key.DELETE);
        assertThat(editor.text()).isEqualTo("ae\u0301");
        press(Keypress.Key.END);
        press(Keypress.Key.BACKSPACE);
        assertThat(editor.text()).isEqualTo("a");
    }

    @Test
    void whatIsKilledCanBePutBack() {
        editor.insert("one two three");
        control('w');
        assertThat(editor.text()).isEqualTo("one two ");
        control('a');
        control('y');
        assertThat(editor.text()).isEqualTo("threeone two ");
        control('k');
        assertThat(editor.text()).isEqualTo("three");
        control('u');
        assertThat(editor.isEmpty()).isTrue();
    }

    @Test
    void whatWasTypedBeforeComesBackAndTheDraftAfterIt() {
        editor.insert("first");
        editor.submit();
        editor.insert("second");
        editor.submit();
        editor.insert("draft");
        press(Keypress.Key.UP);
        assertThat(editor.text()).isEqualTo("second");
        press(Keypress.Key.UP);
        assertThat(editor.text()).isEqualTo("first");
        press(Keypress.Key.UP);
        assertThat(editor.text()).isEqualTo("first");
        press(Keypress.Key.DOWN);
        press(Keypress.Key.DOWN);
        assertThat(editor.text()).isEqualTo("draft");
    }

    @Test
    void linesAreWalkedBeforeTheHistory() {
        editor.insert("old");
        editor.submit();
        editor.insert("ab");
        press(Keypress.Key.ENTER, Held.ALT);
        editor.insert("cde");
        press(Keypress.Key.UP);
        assertThat(editor.cursor()).isEqualTo(2);
        press(Keypress.Key.DOWN);
        assertThat(editor.cursor()).isEqualTo(5);
        press(Keypress.Key.UP);
        press(Keypress.Key.UP);
        assertThat(editor.text()).isEqualTo("old");
    }

    @Test
    void whatIsTooLongIsCutBetweenCharacters() {
        editor.insert("x".repeat(19) + "👍");
        assertThat(editor.text()).isEqualTo("x".repeat(19));
    }

    @Test
    void aFieldOfOneLineHasNoOther() {
        Editor field = new Editor(20, false);
        field.take(new Keypress.Pasted("a\nb"));
        assertThat(field.text()).isEqualTo("a b");
        assertThat(field.take(new Keypress.Chord(Held.CONTROL, 'j'))).isFalse();
    }

    @Test
    void itIsWrappedAndTheCursorIsAlwaysSeen() {
        Editor wide = new Editor(1_000, true);
        wide.insert("x".repeat(95));
        assertThat(wide.height(10)).isEqualTo(10);
        Grid grid = new Grid(3, 10);
        wide.draw(grid.canvas(), Ink.PLAIN, true);
        assertThat(grid.cursorRow()).isEqualTo(2);
        assertThat(grid.cursorColumn()).isEqualTo(5);
        wide.take(new Keypress.Pressed(Keypress.Key.HOME, Set.of()));
        Grid top = new Grid(3, 10);
        wide.draw(top.canvas(), Ink.PLAIN, true);
        assertThat(top.cursorRow()).isZero();
    }

    @Test
    void aWordIsNeverLeftWithinACharacter() {
        Editor words = new Editor(100, true);
        words.insert("cafe\u0301s \ud835\udc07\ud835\udc1e हिन्दी 👨\u200d👩");
        words.take(new Keypress.Pressed(Keypress.Key.HOME, Set.of()));
        List<Integer> stops = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            words.take(new Chord(Held.ALT, 'f'));
            stops.add(words.cursor());
        }
        assertThat(stops).containsExactly(6, 11, 18, words.text().length());
        stops.clear();
        for (int i = 0; i < 4; i++) {
            words.take(new Chord(Held.ALT, 'b'));
            stops.add(words.cursor());
        }
        assertThat(stops).containsExactly(12, 7, 0, 0);
    }

    @Test
    void theHistoryIsBounded() {
        for (int i = 0; i < Editor.MAX_HISTORY + 5; i++) {
            editor.set("line " + i);
            editor.submit();
        }
        for (int i = 0; i < 2 * Editor.MAX_HISTORY; i++) {
            press(Keypress.Key.UP);
        }
        assertThat(editor.text()).isEqualTo("line 5");
    }

    @Test
    void whateverIsPressedTheCursorStandsBetweenCharactersAndTheTextIsNeverTooLong() {
        List<String> pieces = List.of(
                "a", " ", "\n", "é", "e\u0301", "👨\u200d👩\u200d👧", "🇫🇷", "日", "กำ", "\u200d", "\u0301", "\ud83d");
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            int limit = 1 + random.nextInt(40);
            boolean isMultiline = random.nextBoolean();
            Editor any = new Editor(limit, isMultiline);
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(4)) {
                    case 0 -> any.take(new Keypress.Pasted(pieces.get(random.nextInt(pieces.size()))));
                    case 1 -> any.take(new Chord(Held.CONTROL, "abefdhkuwyj".charAt(random.nextInt(11))));
                    case 2 -> any.take(new Chord(Held.ALT, "bfd".charAt(random.nextInt(3))));
                    default -> {
                        Keypress.Key[] keys = Keypress.Key.values();
                        any.take(new Keypress.Pressed(
                                keys[random.nextInt(keys.length)], random.nextBoolean() ? Set.of() : Set.of(Held.ALT)));
                    }
                }
                if (random.nextInt(20) == 0) {
                    any.submit();
                }
                String text = any.text();
                assertThat(text.length()).as("seed %s, step %s", seed, step).isLessThanOrEqualTo(limit);
                assertThat(any.cursor()).as("seed %s, step %s", seed, step).isBetween(0, text.length());
                boolean splitsPair = any.cursor() > 0
                        && any.cursor() < text.length()
                        && Character.isSurrogatePair(text.charAt(any.cursor() - 1), text.charAt(any.cursor()));
                assertThat(splitsPair).as("seed %s, step %s", seed, step).isFalse();
                if (!isMultiline) {
                    assertThat(text).as("seed %s, step %s", seed, step).doesNotContain("\n");
                }
                int columns = 1 + random.nextInt(12);
                int rows = 1 + random.nextInt(4);
                Grid grid = new Grid(rows, columns);
                any.draw(grid.canvas(), Ink.PLAIN, true);
                assertThat(grid.cursorRow()).as("seed %s, step %s", seed, step).isBetween(0, rows - 1);
                assertThat(any.height(columns)).isPositive();
            }
        }
    }

    @Test
    void whatBecomesOneCharacterIsNotLeftInTheMiddle() {
        Editor halves = new Editor(100, false);
        halves.set("\ud83c\uddf7x");
        halves.take(new Keypress.Pressed(Keypress.Key.HOME, Set.of()));
        halves.take(new Keypress.Typed("\ud83c\uddeb"));

        assertThat(halves.text()).isEqualTo("🇫🇷x");
        assertThat(halves.cursor()).as("behind the flag").isEqualTo(4);
    }
}
