package dev.parley.chat.cli.screen;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A terminal that understands what a {@link Painter} may say and refuses everything else: the cursor placed, inks set,
 * the screen erased, the cursor shown and hidden, an update begun and ended. It may have an opinion of its own about
 * how wide characters are, as many have.
 */
public final class FakeTerminal {
    /** One code of an ink, with what belongs to it. */
    private static final Pattern CODE = Pattern.compile("[34]8;(?:2;[0-9]+;[0-9]+;[0-9]+|5;[0-9]+)|[0-9]+");

    private static final Pattern COMMAND =
            Pattern.compile("\\[(?:([0-9]+);([0-9]+)H|(\\?25[hl]|\\?2026[hl]|2J)|([0-9;]*)m)");

    private final String[][] cells;
    private final String[][] inks;
    private final @Nullable ToIntFunction<String> widths;
    private final TreeSet<Integer> attributes = new TreeSet<>();
    private String foreground = "";
    private String background = "";
    private int row;
    private int column;
    private boolean isCursorShown;

    /** Makes one that knows how wide everything is. */
    public FakeTerminal(int rows, int columns) {
        this(rows, columns, null);
    }

    /**
     * Makes one.
     *
     * @param widths tells how many columns a code point takes, 0 for what stands on the one before; null for one that
     *     knows how wide everything is
     */
    FakeTerminal(int rows, int columns, @Nullable ToIntFunction<String> widths) {
        this.widths = widths;
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
            Matcher code = CODE.matcher(command.group(4));
            if (command.group(4).isEmpty()) {
                plain();
            }
            while (code.find()) {
                ink(code.group());
            }
        }
    }

    private void plain() {
        attributes.clear();
        foreground = "";
        background = "";
    }

    private void ink(String code) {
        int number = Integer.parseInt(code.split(";", 2)[0]);
        if (number == 0) {
            plain();
        } else if (number < 10) {
            attributes.add(number);
        } else if ((number >= 30 && number < 40) || (number >= 90 && number < 98)) {
            foreground = number == 39 ? "" : code;
        } else {
            background = number == 49 ? "" : code;
        }
    }

    private String ink() {
        List<String> parts = new ArrayList<>();
        attributes.forEach(attribute -> parts.add(String.valueOf(attribute)));
        parts.add(foreground);
        parts.add(background);
        parts.removeIf(String::isEmpty);
        return String.join(";", parts);
    }

    private void show(String cluster) {
        for (int i = 0; i < cluster.length(); i++) {
            if (Character.isISOControl(cluster.charAt(i))) {
                throw new AssertionError(String.format(Locale.ROOT, "control character %04x", (int) cluster.charAt(i)));
            }
        }
        ToIntFunction<String> own = widths;
        if (own == null) {
            int width = Graphemes.columns(cluster);
            if (column + width > cells[row].length) {
                throw new AssertionError("written beyond the edge in row " + row);
            }
            put(cluster, width);
        } else {
            cluster.codePoints().forEach(c -> {
                String sign = Character.toString(c);
                put(sign, own.applyAsInt(sign));
            });
        }
    }

    private void put(String sign, int width) {
        if (width == 0) {
            // What stands on the sign before; without one it is dropped.
            int before = column - 1;
            while (before >= 0 && cells[row][before].isEmpty()) {
                before--;
            }
            if (before >= 0) {
                cells[row][before] += sign;
            }
            return;
        }
        boolean isOut = column + width > cells[row].length;
        int at = isOut ? cells[row].length - 1 : column;
        for (int i = at; i < (isOut ? at + 1 : at + width); i++) {
            blankPartner(i);
            cells[row][i] = " ";
            inks[row][i] = ink();
        }
        if (!isOut) {
            cells[row][at] = sign;
            if (width == 2) {
                cells[row][at + 1] = "";
            }
        }
        column = Math.min(cells[row].length, column + width);
    }

    /** Of a wide sign of which one half is overwritten the other is blank. */
    private void blankPartner(int at) {
        if (cells[row][at].isEmpty()) {
            cells[row][at - 1] = " ";
        } else if (at + 1 < cells[row].length && cells[row][at + 1].isEmpty()) {
            cells[row][at + 1] = " ";
        }
    }

    /** What a person sees, row by row, without blanks at the ends. */
    public String text() {
        List<String> lines = new ArrayList<>();
        for (String[] line : cells) {
            lines.add(String.join("", line).stripTrailing());
        }
        return String.join("\n", lines) + "\n";
    }

    /** What stands in a cell; nothing in the second one of a wide character. */
    public String sign(int ofRow, int ofColumn) {
        return cells[ofRow][ofColumn];
    }

    String ink(int ofRow, int ofColumn) {
        return inks[ofRow][ofColumn];
    }

    boolean isCursorShownAt(int ofRow, int ofColumn) {
        return isCursorShown && row == ofRow && column == ofColumn;
    }
}
