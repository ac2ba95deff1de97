package dev.parley.chat.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PainterTest {
    private static final List<String> SYMBOLS = List.of(
            "a",
            "b",
            " ",
            "é",
            "日",
            "👍",
            "👨\u200d👩\u200d👧",
            "🇫🇷",
            "❤\uFE0F",
            "e\u0301",
            "─",
            "█",
            "ก\u0e33",
            "1\uFE0F\u20E3");
    private static final List<Ink> INKS = List.of(
            Ink.PLAIN,
            Ink.PLAIN.with(Ink.BOLD),
            Ink.PLAIN.on(3),
            Ink.PLAIN.on(12).with(Ink.UNDERLINE),
            Ink.PLAIN.on(Ink.rgb(0x123456)).before(Ink.rgb(0xfedcba)),
            Ink.PLAIN.with(Ink.REVERSE).with(Ink.DIM));

    private static final List<Painter.Colours> COLOURS = List.of(Painter.Colours.values());

    private static Grid random(Random random, int rows, int columns) {
        Grid grid = new Grid(rows, columns);
        Canvas canvas = grid.canvas();
        for (int i = random.nextInt(60); i > 0; i--) {
            canvas.put(
                    random.nextInt(rows),
                    random.nextInt(columns),
                    SYMBOLS.get(random.nextInt(SYMBOLS.size())).repeat(1 + random.nextInt(3)),
                    INKS.get(random.nextInt(INKS.size())));
        }
        if (random.nextBoolean()) {
            canvas.cursor(random.nextInt(rows), random.nextInt(columns));
        }
        return grid;
    }

    @Test
    void aTerminalShowsWhatTheGridHoldsWhateverItShowedBefore() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            int rows = 1 + random.nextInt(6);
            int columns = 1 + random.nextInt(20);
            Painter painter = new Painter(COLOURS.get(random.nextInt(COLOURS.size())));
            FakeTerminal terminal = new FakeTerminal(rows, columns);
            Grid shown = null;
            for (int step = 0; step < 4; step++) {
                Grid next = random(random, rows, columns);
                terminal.take(painter.paint(shown, next));
                assertThat(terminal.text()).as("seed %s, step %s", seed, step).isEqualTo(next.text());
                if (next.cursorRow() >= 0) {
                    assertThat(terminal.isCursorShownAt(next.cursorRow(), next.cursorColumn()))
                            .as("cursor of seed %s, step %s", seed, step)
                            .isTrue();
                }
                shown = next;
            }
        }
    }

    @Test
    void whatHasNotChangedIsNotWritten() {
        Grid one = new Grid(3, 20);
        one.canvas().put(1, 2, "hello", Ink.PLAIN);
        Grid same = new Grid(3, 20);
        same.canvas().put(1, 2, "hello", Ink.PLAIN);
        Grid other = new Grid(3, 20);
        other.canvas().put(1, 2, "hallo", Ink.PLAIN);
        Painter painter = new Painter(Painter.Colours.TRUE);

        assertThat(painter.paint(one, same)).isEmpty();
        assertThat(painter.paint(one, other)).contains("\033[2;4Ha").doesNotContain("llo");
    }

    @Test
    void inksAreSetAndTakenBack() {
        Grid grid = new Grid(1, 3);
        grid.canvas().put(0, 0, "a", Ink.PLAIN.on(1).with(Ink.BOLD));
        grid.canvas().put(0, 1, "b", Ink.PLAIN);
        grid.canvas().put(0, 2, "c", Ink.PLAIN.on(Ink.rgb(0xff0000)));
        FakeTerminal terminal = new FakeTerminal(1, 3);
        terminal.take(new Painter(Painter.Colours.PALETTE).paint(null, grid));

        assertThat(terminal.ink(0, 0)).isEqualTo("1;31");
        assertThat(terminal.ink(0, 1)).isEmpty();
        assertThat(terminal.ink(0, 2)).isEqualTo("38;5;196");
    }

    @Test
    void withoutColoursThereAreAttributesOnly() {
        Grid grid = new Grid(1, 1);
        grid.canvas().put(0, 0, "a", Ink.PLAIN.on(1).before(2).with(Ink.REVERSE));
        FakeTerminal terminal = new FakeTerminal(1, 1);
        terminal.take(new Painter(Painter.Colours.NONE).paint(null, grid));

        assertThat(terminal.ink(0, 0)).isEqualTo("7");
    }
}
