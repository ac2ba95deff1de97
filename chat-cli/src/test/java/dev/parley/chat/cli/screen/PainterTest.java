package dev.parley.chat.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jline.utils.WCWidth;
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

    @Test
    void inksThatDifferInColourAloneKeepTheirAttributesWithoutColours() {
        Grid grid = new Grid(1, 2);
        grid.canvas().put(0, 0, "a", Ink.PLAIN.on(1).with(Ink.BOLD));
        grid.canvas().put(0, 1, "b", Ink.PLAIN.on(2).with(Ink.BOLD));
        FakeTerminal terminal = new FakeTerminal(1, 2);
        terminal.take(new Painter(Painter.Colours.NONE).paint(null, grid));

        assertThat(terminal.ink(0, 1)).isEqualTo("1");
    }

    @Test
    void everyCellHasItsInk() {
        for (int seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            Painter painter = new Painter(random.nextBoolean() ? Painter.Colours.TRUE : Painter.Colours.NONE);
            FakeTerminal terminal = new FakeTerminal(4, 12);
            Grid shown = null;
            for (int step = 0; step < 4; step++) {
                Grid next = random(random, 4, 12);
                terminal.take(painter.paint(shown, next));
                for (int row = 0; row < 4; row++) {
                    for (int column = 0; column < 12; column++) {
                        FakeTerminal alone = new FakeTerminal(1, 2);
                        Grid cell = new Grid(1, 2);
                        cell.canvas().put(0, 0, "x", next.ink(row, column));
                        alone.take(painter.paint(null, cell));
                        assertThat(terminal.ink(row, column))
                                .as("seed %s, step %s, row %s, column %s", seed, step, row, column)
                                .isEqualTo(alone.ink(0, 0));
                    }
                }
                shown = next;
            }
        }
    }

    /** How terminals count that are not of our opinion: every sign by itself, emoji narrow, emoji wide, all wide. */
    private static final List<ToIntFunction<String>> OPINIONS = List.of(
            sign -> isAscii(sign) ? 1 : isMark(sign) ? 0 : Math.max(1, WCWidth.wcwidth(sign.codePointAt(0))),
            sign -> isMark(sign) ? 0 : 1,
            sign -> isAscii(sign) ? 1 : isMark(sign) ? 0 : 2,
            sign -> isAscii(sign) ? 1 : 2,
            sign -> 1);

    /** About what pictures consist of all are of one opinion. */
    private static ToIntFunction<String> butBlocks(ToIntFunction<String> opinion) {
        return sign -> sign.charAt(0) >= 0x2580 && sign.charAt(0) <= 0x259F ? 1 : opinion.applyAsInt(sign);
    }

    private static boolean isAscii(String sign) {
        return sign.charAt(0) < 0x7F;
    }

    private static boolean isMark(String sign) {
        return Set.of((int) Character.NON_SPACING_MARK, (int) Character.FORMAT, (int) Character.ENCLOSING_MARK)
                .contains(Character.getType(sign.codePointAt(0)));
    }

    @Test
    void aTerminalThatCountsOtherwiseIsWrongAboutThoseCharactersAlone() {
        for (int seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            int columns = 2 + random.nextInt(20);
            Painter painter = new Painter(Painter.Colours.TRUE);
            FakeTerminal terminal = new FakeTerminal(3, columns, butBlocks(OPINIONS.get(seed % OPINIONS.size())));
            Grid shown = null;
            for (int step = 0; step < 4; step++) {
                Grid next = random(random, 3, columns);
                terminal.take(painter.paint(shown, next));
                for (int row = 0; row < 3; row++) {
                    for (int column = 0; column < columns; column++) {
                        String symbol = next.symbol(row, column);
                        if (!symbol.isEmpty() && isAscii(symbol) && symbol.length() == 1) {
                            assertThat(terminal.sign(row, column))
                                    .as(
                                            "seed %s, step %s, row %s, column %s of\n%s",
                                            seed, step, row, column, next.text())
                                    .isEqualTo(symbol);
                        }
                    }
                }
                shown = next;
            }
        }
    }

    @Test
    void aPieceOfAPictureThatChangesIsPaintedAlone() {
        Painter painter = new Painter(Painter.Colours.NONE);
        Grid before = new Grid(1, 20);
        before.canvas().put(0, 0, "▀".repeat(20), Ink.PLAIN);
        Grid after = new Grid(1, 20);
        after.canvas().put(0, 0, "▄" + "▀".repeat(19), Ink.PLAIN);

        assertThat(painter.paint(before, after)).contains("▄").doesNotContain("▀");
    }
}
