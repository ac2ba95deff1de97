package dev.parley.chat.cli.screen;

import java.util.Arrays;

/**
 * The cells of a screen. Whatever is put here as text is made fit for a terminal first, so that no peer can write
 * anything but characters. For one thread.
 */
public final class Grid {
    /** The most rows and columns; more than any terminal has. */
    public static final int MAX_SIDE = 1_000;

    /** In the second cell of a wide character. */
    static final String COVERED = "";

    private static final String BLANK = " ";
    private static final String NO_BREAK = "\u00a0";

    private final int rows;
    private final int columns;
    private final String[] symbols;
    private final Ink[] inks;
    private int cursorRow = -1;
    private int cursorColumn = -1;

    /** Makes a blank one; sizes out of bounds are taken for the nearest that is not. */
    public Grid(int rows, int columns) {
        this.rows = Math.max(1, Math.min(MAX_SIDE, rows));
        this.columns = Math.max(1, Math.min(MAX_SIDE, columns));
        symbols = new String[this.rows * this.columns];
        inks = new Ink[this.rows * this.columns];
        clear();
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Blanks everything, and hides the cursor. */
    public void clear() {
        Arrays.fill(symbols, BLANK);
        Arrays.fill(inks, Ink.PLAIN);
        hideCursor();
    }

    /** Shows no cursor, unless one is placed afterwards. */
    public void hideCursor() {
        cursorRow = -1;
        cursorColumn = -1;
    }

    /** Gives the whole grid to draw on. */
    public Canvas canvas() {
        return new Canvas(this, 0, 0, rows, columns);
    }

    String symbol(int row, int column) {
        return symbols[row * columns + column];
    }

    Ink ink(int row, int column) {
        return inks[row * columns + column];
    }

    int cursorRow() {
        return cursorRow;
    }

    int cursorColumn() {
        return cursorColumn;
    }

    void cursor(int row, int column) {
        cursorRow = row;
        cursorColumn = column;
    }

    /** Puts a printable cluster of one or two columns; what it covers of wider ones becomes blank. */
    void set(int row, int column, String symbol, int width, Ink ink) {
        int at = row * columns + column;
        blankPartner(row, column);
        if (width == 2) {
            blankPartner(row, column + 1);
            symbols[at + 1] = COVERED;
            inks[at + 1] = ink;
        }
        // A blank at which no line is broken is no other sign on the screen: not every terminal has it.
        symbols[at] = symbol.equals(NO_BREAK) ? BLANK : symbol;
        inks[at] = ink;
    }

    private void blankPartner(int row, int column) {
        int at = row * columns + column;
        if (symbols[at].equals(COVERED)) {
            symbols[at - 1] = BLANK;
        } else if (column + 1 < columns && symbols[at + 1].equals(COVERED)) {
            symbols[at + 1] = BLANK;
        }
    }

    /** Gives the characters row by row, without blanks at the ends: what a person would read. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < rows; row++) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                line.append(symbol(row, column));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
