package dev.parley.chat.emotes.images;

import java.util.ArrayList;
import java.util.List;

/**
 * Draws pictures with half blocks, for terminals with colours of 24 bits: each cell shows two pixels, the upper one by
 * the foreground and the lower one by the background.
 */
public final class HalfBlocks {
    private static final char UPPER = '▀';
    private static final char LOWER = '▄';
    private static final String RESET = "\u001b[0m";

    /** Pixels that are less opaque are left out. */
    private static final int LEAST_OPACITY = 128;

    private HalfBlocks() {}

    /**
     * Draws a frame as large as it fits into a box, in its proportions; a cell is taken to be twice as high as wide. A
     * picture is made smaller, never larger.
     *
     * <p>Transparent pixels keep the background of the terminal. Each row has the same number of cells, sets its
     * colours itself and resets them at its end; between rows the caller moves the cursor.
     *
     * @param picture the picture
     * @param frame 0 to {@link Picture#frameCount()} - 1
     * @param maxColumns width of the box in cells, 1 or more
     * @param maxRows height of the box in cells, 1 or more
     * @return the rows from the top, at least one
     */
    public static List<String> rows(Picture picture, int frame, int maxColumns, int maxRows) {
        if (maxColumns < 1 || maxRows < 1) {
            throw new IllegalArgumentException("a box of " + maxColumns + "×" + maxRows + " cells has no room");
        }
        int width = picture.widthPixels();
        int height = picture.heightPixels();
        double scale = Math.min(1, Math.min((double) maxColumns / width, 2.0 * maxRows / height));
        int columns = Math.max(1, (int) Math.round(width * scale));
        int lines = Math.max(1, (int) Math.round(height * scale));
        int[] argb = Scale.scale(picture.pixels(frame), width, height, columns, lines);
        List<String> rows = new ArrayList<>((lines + 1) / 2);
        for (int y = 0; y < lines; y += 2) {
            rows.add(row(argb, y * columns, y + 1 < lines, columns));
        }
        return List.copyOf(rows);
    }

    private static String row(int[] argb, int begin, boolean lowerLine, int columns) {
        StringBuilder row = new StringBuilder(columns * 20);
        // What the terminal has been told; 0 is its own colour.
        int foreground = 0;
        int background = 0;
        for (int x = 0; x < columns; x++) {
            int upper = shown(argb[begin + x]);
            int lower = lowerLine ? shown(argb[begin + columns + x]) : 0;
            int wantedForeground = upper != 0 ? upper : lower;
            int wantedBackground = upper != 0 ? lower : 0;
            if (wantedBackground == 0 && background != 0) {
                row.append("\u001b[49m");
                background = 0;
            }
            if (wantedBackground != background) {
                append(row, 48, wantedBackground);
                background = wantedBackground;
            }
            if (wantedForeground != 0 && wantedForeground != foreground) {
                append(row, 38, wantedForeground);
                foreground = wantedForeground;
            }
            row.append(upper != 0 ? UPPER : lower != 0 ? LOWER : ' ');
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
