package dev.parley.chat.emotes.images;

import java.util.ArrayList;
import java.util.List;

/**
 * Draws pictures with half blocks, for terminals with colours of 24 bits: each cell shows two pixels, the upper one by
 * the foreground and the lower one by the background.
 */
public final class HalfBlocks {
    private static final String UPPER = "▀";
    private static final String LOWER = "▄";
    private static final String RESET = "\u001b[0m";

    /** Pixels that are less opaque are left out. */
    private static final int LEAST_OPACITY = 128;

    private HalfBlocks() {}

    /**
     * One cell. Colours are {@code 0xffrrggbb}; 0 is the terminal's own.
     *
     * @param symbol an upper or lower half block, or a blank
     * @param foreground of the symbol
     * @param background of the rest
     */
    public record Cell(String symbol, int foreground, int background) {
        private static final Cell BLANK = new Cell(" ", 0, 0);

        private static Cell of(int upper, int lower) {
            if (upper != 0) {
                return new Cell(UPPER, upper, lower);
            }
            return lower != 0 ? new Cell(LOWER, lower, 0) : BLANK;
        }
    }

    /**
     * Draws a frame as large as it fits into a box, in its proportions; a cell is taken to be twice as high as wide. A
     * picture is made smaller, never larger. Transparent pixels keep the background of the terminal.
     *
     * @param picture the picture
     * @param frame 0 to {@link Picture#frameCount()} - 1
     * @param maxColumns width of the box in cells, 1 or more
     * @param maxRows height of the box in cells, 1 or more
     * @return the rows from the top, at least one, each with the same number of cells
     */
    public static List<List<Cell>> cells(Picture picture, int frame, int maxColumns, int maxRows) {
        if (maxColumns < 1 || maxRows < 1) {
            throw new IllegalArgumentException("a box of " + maxColumns + "×" + maxRows + " cells has no room");
        }
        int width = picture.widthPixels();
        int height = picture.heightPixels();
        double scale = Math.min(1, Math.min((double) maxColumns / width, 2.0 * maxRows / height));
        int columns = Math.max(1, (int) Math.round(width * scale));
        int lines = Math.max(1, (int) Math.round(height * scale));
        int[] argb = Scale.scale(picture.pixels(frame), width, height, columns, lines);
        List<List<Cell>> rows = new ArrayList<>((lines + 1) / 2);
        for (int y = 0; y < lines; y += 2) {
            List<Cell> row = new ArrayList<>(columns);
            for (int x = 0; x < columns; x++) {
                int upper = shown(argb[y * columns + x]);
                row.add(Cell.of(upper, y + 1 < lines ? shown(argb[(y + 1) * columns + x]) : 0));
            }
            rows.add(List.copyOf(row));
        }
        return List.copyOf(rows);
    }

    /**
     * Draws like {@link #cells}, as text. Each row sets its colours itself and resets them at its end; between rows the
     * caller moves the cursor.
     *
     * @param picture the picture
     * @param frame 0 to {@link Picture#frameCount()} - 1
     * @param maxColumns width of the box in cells, 1 or more
     * @param maxRows height of the box in cells, 1 or more
     * @return the rows from the top, at least one
     */
    public static List<String> rows(Picture picture, int frame, int maxColumns, int maxRows) {
        return cells(picture, frame, maxColumns, maxRows).stream()
                .map(HalfBlocks::row)
                .toList();
    }

    private static String row(List<Cell> cells) {
        StringBuilder row = new StringBuilder(cells.size() * 20);
        // What the terminal has been told; 0 is its own colour.
        int foreground = 0;
        int background = 0;
        for (Cell cell : cells) {
            if (cell.background() == 0 && background != 0) {
                row.append("\u001b[49m");
            } else if (cell.background() != background) {
                append(row, 48, cell.background());
            }
            background = cell.background();
            if (cell.foreground() != 0 && cell.foreground() != foreground) {
                append(row, 38, cell.foreground());
                foreground = cell.foreground();
            }
            row.append(cell.symbol());
        }
        return row.append(RESET).toString();
    }

    private static int shown(int colour) {
        return colour >>> 24 < LEAST_OPACITY ? 0 : colour | 0xff000000;
    }

    private static void append(StringBuilder row, int layer, int colour) {
        row.append("\u001b[")
                .append(layer)
                .append(";2;")
                .append(colour >> 16 & 0xff)
                .append(';')
                .append(colour >> 8 & 0xff)
                .append(';')
                .append(colour & 0xff)
                .append('m');
    }
}
