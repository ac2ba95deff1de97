package dev.parley.chat.cli.screen;

import org.jspecify.annotations.Nullable;

/**
 * Says what a terminal has to be told so that it shows a grid, given what it shows already. Moves the cursor to each
 * run of changed cells by itself, and again behind every character about whose width terminals disagree; what such a
 * character may have covered is painted again. So a terminal that is wrong about one of them shows that one badly and
 * nothing else.
 */
public final class Painter {

    /** How many colours a terminal has. */
    public enum Colours {
        /** None are wanted. */
        NONE,
        /** The first sixteen of the palette. */
        SIXTEEN,
        /** The palette of 256. */
        PALETTE,
        /** Any. */
        TRUE
    }

    private static final int SIXTEEN = 16;

    private final Colours colours;

    public Painter(Colours colours) {
        this.colours = colours;
    }

    /**
     * Tells what changes one grid into the other.
     *
     * @param before what is shown, of the same size; null if that is not known
     * @param now what shall be shown
     * @return commands and text; empty if nothing changes
     */
    public String paint(@Nullable Grid before, Grid now) {
        StringBuilder out = new StringBuilder();
        Grid known = before != null && before.rows() == now.rows() && before.columns() == now.columns() ? before : null;
        if (known == null) {
            out.append("\033[0m\033[2J");
        }
        Ink ink = Ink.PLAIN;
        for (int row = 0; row < now.rows(); row++) {
            int column = 0;
            boolean isCursorThere = false;
            // Up to here a terminal may have painted what was meant for fewer columns.
            int covered = 0;
            while (column < now.columns()) {
                int width = isWide(now, row, column) ? 2 : 1;
                if (column >= covered && isSame(known, now, row, column, width)) {
                    isCursorThere = false;
                } else {
                    if (!isCursorThere) {
                        move(out, row, column);
                    }
                    Ink next = now.ink(row, column);
                    if (!next.equals(ink)) {
                        change(out, ink, next);
                        ink = next;
                    }
                    String symbol = now.symbol(row, column);
                    isCursorThere = symbol.length() == 1 && symbol.charAt(0) < 0x7F;
                    if (width == 2) {
                        // For a terminal to which it is narrow, its second column is blank.
                        out.append("  ");
                        move(out, row, column);
                    }
                    out.append(symbol);
                    covered = Math.max(covered, column + reach(symbol));
                }
                column += width;
            }
        }
        if (!ink.equals(Ink.PLAIN)) {
            out.append("\033[0m");
        }
        boolean isCursorSame =
                known != null && known.cursorRow() == now.cursorRow() && known.cursorColumn() == now.cursorColumn();
        if (out.length() == 0 && isCursorSame) {
            return "";
        }
        if (now.cursorRow() >= 0) {
            move(out, now.cursorRow(), now.cursorColumn());
            out.append("\033[?25h");
        }
        return "\033[?2026h\033[?25l" + out + "\033[?2026l";
    }

    /** How many columns a symbol takes at most in the eyes of any terminal: some know nothing of clusters. */
    private static int reach(String symbol) {
        int first = symbol.codePointAt(0);
        boolean isAscii = symbol.length() == 1 && first < 0x7F;
        // What pictures consist of stands close together, and only in terminals where it is narrow.
        boolean isPicture = (first >= 0x2580 && first <= 0x259F) || first == Graphemes.KITTY_PLACEHOLDER;
        return isAscii || isPicture ? 1 : 2 * symbol.codePointCount(0, symbol.length());
    }

    private static boolean isWide(Grid grid, int row, int column) {
        return column + 1 < grid.columns() && grid.symbol(row, column + 1).equals(Grid.COVERED);
    }

    private static boolean isSame(@Nullable Grid before, Grid now, int row, int column, int width) {
        if (before == null) {
            // A new screen is blank.
            return width == 1
                    && now.symbol(row, column).equals(" ")
                    && now.ink(row, column).equals(Ink.PLAIN);
        }
        for (int i = 0; i < width; i++) {
            if (!now.symbol(row, column + i).equals(before.symbol(row, column + i))
                    || !now.ink(row, column + i).equals(before.ink(row, column + i))) {
                return false;
            }
        }
        // A narrow one where the first half of a wide one was, or the other way round.
        return isWide(before, row, column) == (width == 2);
    }

    private static void move(StringBuilder out, int row, int column) {
        out.append("\033[").append(row + 1).append(';').append(column + 1).append('H');
    }

    private void change(StringBuilder out, Ink from, Ink to) {
        boolean isLess = (from.attributes() & ~to.attributes()) != 0;
        StringBuilder codes = new StringBuilder();
        Ink known = from;
        if (isLess || to.equals(Ink.PLAIN)) {
            codes.append('0');
            known = Ink.PLAIN;
        }
        int more = to.attributes() & ~known.attributes();
        code(codes, more, Ink.BOLD, "1");
        code(codes, more, Ink.DIM, "2");
        code(codes, more, Ink.ITALIC, "3");
        code(codes, more, Ink.UNDERLINE, "4");
        code(codes, more, Ink.REVERSE, "7");
        code(codes, more, Ink.STRIKE, "9");
        if (colours != Colours.NONE) {
            if (to.foreground() != known.foreground()) {
                colour(codes, to.foreground(), 30);
            }
            if (to.background() != known.background()) {
                colour(codes, to.background(), 40);
            }
        }
        // Without colours two inks may be the same; a command without a code would take back all attributes.
        if (codes.length() > 0) {
            out.append("\033[").append(codes).append('m');
        }
    }

    private static void code(StringBuilder codes, int attributes, int attribute, String code) {
        if ((attributes & attribute) != 0) {
            separate(codes);
            codes.append(code);
        }
    }

    private static void separate(StringBuilder codes) {
        if (codes.length() > 0) {
            codes.append(';');
        }
    }

    private void colour(StringBuilder codes, int colour, int base) {
        separate(codes);
        if (colour == Ink.DEFAULT) {
            codes.append(base + 9);
        } else if (Ink.isRgb(colour) && colours == Colours.TRUE) {
            codes.append(base + 8)
                    .append(";2;")
                    .append(colour >> 16 & 0xff)
                    .append(';')
                    .append(colour >> 8 & 0xff)
                    .append(';')
                    .append(colour & 0xff);
        } else {
            int index = Ink.isRgb(colour) ? (colours == Colours.SIXTEEN ? sixteen(colour) : cube(colour)) : colour;
            if (colours == Colours.SIXTEEN && index >= SIXTEEN) {
                codes.append(base + 9);
            } else if (index < 8) {
                codes.append(base + index);
            } else if (index < SIXTEEN) {
                codes.append(base + 60 + index - 8);
            } else {
                codes.append(base + 8).append(";5;").append(index);
            }
        }
    }

    /** The nearest of the colour cube of the palette. */
    private static int cube(int colour) {
        return 16 + 36 * level(colour >> 16 & 0xff) + 6 * level(colour >> 8 & 0xff) + level(colour & 0xff);
    }

    /** Steps of the cube are 0, 95, 135, 175, 215 and 255. */
    private static int level(int part) {
        return part < 48 ? 0 : part < 115 ? 1 : (part - 35) / 40;
    }

    private static int sixteen(int colour) {
        int red = colour >> 16 & 0xff;
        int green = colour >> 8 & 0xff;
        int blue = colour & 0xff;
        int most = Math.max(red, Math.max(green, blue));
        if (most < 64) {
            return 0;
        }
        int half = most / 2;
        int bits = (red > half ? 1 : 0) | (green > half ? 2 : 0) | (blue > half ? 4 : 0);
        return most > 170 ? bits + 8 : bits;
    }
}
