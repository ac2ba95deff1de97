package dev.parley.chat.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class GridTest {
    private static Grid row(int columns, String text) {
        Grid grid = new Grid(1, columns);
        grid.canvas().put(0, 0, text, Ink.PLAIN);
        return grid;
    }

    @Test
    void aWideCharacterOfWhichHalfIsOverwrittenIsGoneWhole() {
        Grid left = row(4, "日本");
        left.canvas().put(0, 0, "a", Ink.PLAIN);
        assertThat(left.text()).isEqualTo("a 本\n");

        Grid right = row(4, "日本");
        right.canvas().put(0, 1, "a", Ink.PLAIN);
        assertThat(right.text()).isEqualTo(" a本\n");

        Grid both = row(4, "日本");
        both.canvas().put(0, 1, "語", Ink.PLAIN);
        assertThat(both.text()).isEqualTo(" 語\n");
        assertThat(both.symbol(0, 2)).isEqualTo(Grid.COVERED);
        assertThat(both.symbol(0, 3)).isEqualTo(" ");
    }

    @Test
    void whatDoesNotFitAtAnEdgeIsNotDrawn() {
        assertThat(row(3, "日本").text()).isEqualTo("日\n");
        assertThat(row(1, "日").text()).isEqualTo("\n");
        Grid grid = new Grid(2, 3);
        Canvas canvas = grid.canvas();
        canvas.put(-1, 0, "x", Ink.PLAIN);
        canvas.put(2, 0, "x", Ink.PLAIN);
        canvas.put(0, 3, "x", Ink.PLAIN);
        assertThat(canvas.put(1, -2, "abcd", Ink.PLAIN)).isEqualTo(2);
        canvas.cursor(2, 0);
        canvas.cursor(0, 3);
        canvas.putPicture(0, 3, "▀", Ink.PLAIN);
        assertThat(grid.text()).isEqualTo("\ncd\n");
        assertThat(grid.cursorRow()).isEqualTo(-1);
    }

    @Test
    void nothingThatIsDrawnLeavesItsPart() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            Grid grid = new Grid(8, 20);
            for (int row = 0; row < 8; row++) {
                grid.canvas().put(row, 0, ".".repeat(20), Ink.PLAIN);
            }
            int top = random.nextInt(12) - 2;
            int left = random.nextInt(24) - 2;
            int rows = random.nextInt(12) - 2;
            int columns = random.nextInt(24) - 2;
            Canvas part = grid.canvas().part(top, left, rows, columns);
            if (random.nextBoolean()) {
                part.fill(Ink.PLAIN);
            }
            for (int i = 0; i < 10; i++) {
                part.put(random.nextInt(14) - 3, random.nextInt(30) - 5, "日a👍b", Ink.PLAIN);
                part.putRight(random.nextInt(14) - 3, "日a👍bc", Ink.PLAIN);
                part.putPicture(random.nextInt(14) - 3, random.nextInt(30) - 5, "▀", Ink.PLAIN);
            }
            for (int row = 0; row < 8; row++) {
                for (int column = 0; column < 20; column++) {
                    boolean isInside = row >= top && row < top + rows && column >= left && column < left + columns;
                    if (!isInside) {
                        assertThat(grid.symbol(row, column))
                                .as("seed %s, row %s, column %s", seed, row, column)
                                .isEqualTo(".");
                    }
                }
            }
        }
    }

    @Test
    void sizesAreBounded() {
        assertThat(new Grid(0, -5).columns()).isEqualTo(1);
        assertThat(new Grid(Integer.MAX_VALUE, 1).rows()).isEqualTo(Grid.MAX_SIDE);
    }
}
