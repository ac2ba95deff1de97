package dev.parley.chat.cli.screen;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A terminal that understands what a {@link Painter} may say and refuses everything else: the cursor placed, inks set,
 * the screen erased, the cursor shown and hidden, an update begun and ended.
 */
public final class FakeTerminal {
    private static final Pattern COMMAND =
            Pattern.compile("\\[(?:([0-9]+);([0-9]+)H|(\\?25[hl]|\\?2026[hl]|2J)|([0-9;]*)m)");

    private final String[][] cells;
    private final String[][] inks;
    private String ink = "";
    private int row;
    private int column;
    private boolean isCursorShown;

    public FakeTerminal(int rows, int columns) {
        cells = new String[rows][columns];
        inks = new String[rows][columns];
        erase();
    }

    private void erase() {
        for (int i = 0; i < cells.length; i++) {
            java.util.Arrays.fill(cells[i], " ");
            java.util.Arrays.fill(inks[i], "");
        }
    }

    /** Takes what was written to it; fails at the first thing that a painter has no business to say. */
    public void take(String written) {
        int at = 0;
        while (at < written.length()) {
            if (written.charAt(at) == '\033') {
                Matcher command = COMMAND.matcher(written).region(at + 1, written.length());
                if (!command.lookingAt()) {
                    throw new AssertionError("an escape that no painter writes: " + visible(written, at));
                }
                obey(command);
                at = command.end();
            } else {
                int length = Graphemes.lengthAt(written, at);
                // An escape is never part of a character, whatever stands before it.
                int escape = written.indexOf('\033', at);
                int end = escape >= 0 ? Math.min(at + length, escape) : at + length;
                show(written.substring(at, end));
                at = end;
            }
        }
    }

    private static String visible(String written, int at) {
        return written.substring(at, Math.min(written.length(), at + 20)).replace("\033", "ESC");
    }

    private void obey(Matcher command) {
        if (command.group(1) != null) {
            row = Integer.parseInt(command.group(1)) - 1;
            column = Integer.parseInt(command.group(2)) - 1;
        } else if (command.group(3) != null) {
            switch (command.group(3)) {
                case "2J" -> erase();
                case "?25h" -> isCursorShown = true;
                case "?25l" -> isCursorShown = false;
                default -> {}
            }
        } else {
            String codes = command.group(4);
            ink = codes.equals("0") ? "" : codes.startsWith("0;") ? codes.substring(2) : join(ink, codes);
        }
    }

    private static String join(String known, String more) {
        return known.isEmpty() ? more : known + ";" + more;
    }

    private void show(String cluster) {
        for (int i = 0; i < cluster.length(); i++) {
            if (Character.isISOControl(cluster.charAt(i))) {
                throw new AssertionError(String.format(Locale.ROOT, "control character %04x", (int) cluster.charAt(i)));
            }
        }
        int width = Graphemes.columns(cluster);
        if (column + width > cells[row].length) {
            throw new AssertionError("written beyond the edge in row " + row);
        }
        cells[row][column] = cluster;
        inks[row][column] = ink;
        if (width == 2) {
            cells[row][column + 1] = "";
            inks[row][column + 1] = ink;
        }
        column += width;
    }

    /** What a person sees, row by row, without blanks at the ends. */
    public String text() {
        List<String> lines = new ArrayList<>();
        for (String[] line : cells) {
            lines.add(String.join("", line).stripTrailing());
        }
        return String.join("\n", lines) + "\n";
    }

    String ink(int ofRow, int ofColumn) {
        return inks[ofRow][ofColumn];
    }

    boolean isCursorShownAt(int ofRow, int ofColumn) {
        return isCursorShown && row == ofRow && column == ofColumn;
    }
}
