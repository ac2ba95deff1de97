package dev.parley.chat.cli.screen;

/** A part of a {@link Grid} to draw on, in coordinates of its own. Nothing that is drawn leaves it. */
public final class Canvas {
    private final Grid grid;
    private final int top;
    private final int left;
    private final int rows;
    private final int columns;

    Canvas(Grid grid, int top, int left, int rows, int columns) {
        this.grid = grid;
        this.top = top;
        this.left = left;
        this.rows = rows;
        this.columns = columns;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Gives a part of it; where that would reach beyond the edges it ends there, possibly with no cell. */
    public Canvas part(int row, int column, int partRows, int partColumns) {
        int fromRow = Math.max(0, Math.min(rows, row));
        int fromColumn = Math.max(0, Math.min(columns, column));
        int toRow = Math.max(fromRow, Math.min(rows, row + partRows));
        int toColumn = Math.max(fromColumn, Math.min(columns, column + partColumns));
        return new Canvas(grid, top + fromRow, left + fromColumn, toRow - fromRow, toColumn - fromColumn);
    }

    /** Blanks it. */
    public void fill(Ink ink) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                grid.set(top + row, left + column, " ", 1, ink);
            }
        }
    }

    /**
     * Writes text in a row, as far as it fits.
     *
     * @return the column behind it
     */
    public int put(int row, int column, String text, Ink ink) {
        if (row < 0 || row >= rows) {
            return column;
        }
        int at = column;
        for (String cluster : Graphemes.of(text)) {
            int width = Graphemes.columns(cluster);
            if (at + width > columns) {
                return at;
            }
            if (at >= 0) {
                grid.set(top + row, left + at, cluster, width, ink);
            }
            at += width;
        }
        return at;
    }

    /** Writes text at the right edge of a row. */
    public void putRight(int row, String text, Ink ink) {
        put(row, Math.max(0, columns - Graphemes.width(text)), text, ink);
    }

    /**
     * Sets one cell to a part of a picture.
     *
     * @param symbol a half block or a placeholder, from an encoder of ours and never from a peer
     */
    public void putPicture(int row, int column, String symbol, Ink ink) {
        if (row >= 0 && row < rows && column >= 0 && column < columns) {
            grid.set(top + row, left + column, symbol, 1, ink);
        }
    }

    /** Shows the cursor there, if that is inside. */
    public void cursor(int row, int column) {
        if (row >= 0 && row < rows && column >= 0 && column < columns) {
            grid.cursor(top + row, left + column);
        }
    }
}
