package dev.parley.chat.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.cli.screen.Keypress.Held;
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
}
