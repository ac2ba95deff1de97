package dev.parley.chat.cli.screen;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Text in several inks, and boxes for pictures between it, set in lines of a width: broken at blanks, or within what is
 * longer than a line. Text stands on the last row of a line that has a box higher than one row.
 */
public final class Flow {

    /** A part of what is to be set. */
    public sealed interface Part {}

    /**
     * Text in one ink.
     *
     * @param text with {@code \n} where a line has to end
     */
    public record Run(String text, Ink ink) implements Part {}

    /**
     * A place for a picture.
     *
     * @param name what the picture is found by when it is drawn
     */
    public record Box(int rows, int columns, Object name) implements Part {}

    /** A part at its place in a line; of a run the piece that is there. */
    public record Placed(int column, Part part) {}

    /** A line as it is set. */
    public record Line(int rows, List<Placed> parts) {}

    /** Draws the picture of a box. */
    @FunctionalInterface
    public interface BoxDrawer {
        /**
         * Draws it.
         *
         * @param hiddenRows how many of its first rows are above the canvas
         */
        void draw(Object name, Canvas canvas, int hiddenRows);
    }

    private final List<Part> parts = new ArrayList<>();

    /** Adds text. */
    public Flow run(String text, Ink ink) {
        if (!text.isEmpty()) {
            parts.add(new Run(text, ink));
        }
        return this;
    }

    /** Adds a box. */
    public Flow box(int rows, int columns, Object name) {
        parts.add(new Box(rows, columns, name));
        return this;
    }

    /** Sets it. There is always one line at least. */
    public List<Line> lines(int columns) {
        Setter setter = new Setter(Math.max(1, columns));
        for (Part part : parts) {
            if (part instanceof Run run) {
                setter.run(run);
            } else if (part instanceof Box box) {
                setter.box(box);
            }
        }
        setter.end();
        return setter.lines;
    }

    /** Draws lines of text without boxes, one below the other. */
    public static void draw(List<Line> lines, Canvas canvas, int top) {
        int row = top;
        for (Line line : lines) {
            draw(line, canvas, row, (name, part, hidden) -> {});
            row += line.rows();
        }
    }

    /** Draws one line with its first row at the given one. */
    public static void draw(Line line, Canvas canvas, int row, BoxDrawer drawer) {
        for (Placed placed : line.parts()) {
            if (placed.part() instanceof Run run) {
                canvas.put(row + line.rows() - 1, placed.column(), run.text(), run.ink());
            } else if (placed.part() instanceof Box box) {
                int top = row + line.rows() - box.rows();
                drawer.draw(
                        box.name(), canvas.part(top, placed.column(), box.rows(), box.columns()), Math.max(0, -top));
            }
        }
    }

    private static final class Setter {
        private final int columns;
        private final List<Line> lines = new ArrayList<>();
        private List<Placed> line = new ArrayList<>();
        private int column;
        private int rows = 1;

        /** Whether the line before was broken for want of space, and not because it was at its end. */
        private boolean isBroken;

        /** What has been read of a word, which may be in several inks, and is placed when it is whole. */
        private final List<Part> word = new ArrayList<>();

        private int wordColumns;

        /** The text at the end of the line, to which more may come. */
        private final StringBuilder open = new StringBuilder();

        private int openColumn;
        private @Nullable Ink openInk;

        Setter(int columns) {
            this.columns = columns;
        }

        void run(Run run) {
            StringBuilder piece = new StringBuilder();
            for (String cluster : clusters(run.text())) {
                boolean isBreak = cluster.equals("\n");
                if (isBreak || cluster.equals(" ")) {
                    addToWord(piece, run.ink());
                    placeWord();
                    if (isBreak) {
                        breakLine();
                        isBroken = false;
                    } else if (column > 0 || !isBroken) {
                        // A blank at which a line is broken is not shown.
                        blank(run.ink());
                    }
                } else {
                    piece.append(cluster);
                }
            }
            addToWord(piece, run.ink());
        }

        private static List<String> clusters(String text) {
            if (text.indexOf('\n') < 0) {
                return Graphemes.of(text);
            }
            List<String> clusters = new ArrayList<>();
            String[] lines = text.split("\n", -1);
            for (int i = 0; i < lines.length; i++) {
                if (i > 0) {
                    clusters.add("\n");
                }
                clusters.addAll(Graphemes.of(lines[i]));
            }
            return clusters;
        }

        void box(Box box) {
            // Pictures that touch need not stay together.
            placeWord();
            if (column > 0 && column + box.columns() > columns) {
                breakLine();
            }
            flush();
            line.add(new Placed(column, box));
            column += box.columns();
            rows = Math.max(rows, box.rows());
        }

        private void blank(Ink ink) {
            if (column < columns) {
                add(" ", column, ink);
            }
            column++;
        }

        private void addToWord(StringBuilder piece, Ink ink) {
            if (piece.length() > 0) {
                word.add(new Run(piece.toString(), ink));
                wordColumns += Graphemes.width(piece.toString());
                piece.setLength(0);
            }
        }

        private void placeWord() {
            if (column > 0 && column + wordColumns > columns && (wordColumns <= columns || column >= columns)) {
                breakLine();
            }
            for (Part part : word) {
                place((Run) part);
            }
            word.clear();
            wordColumns = 0;
        }

        private void place(Run run) {
            StringBuilder fits = new StringBuilder();
            int at = column;
            for (String cluster : Graphemes.of(run.text())) {
                int width = Graphemes.columns(cluster);
                if (at + width > columns && at > 0) {
                    add(fits, column, run.ink());
                    fits.setLength(0);
                    breakLine();
                    at = 0;
                }
                fits.append(cluster);
                at += width;
            }
            add(fits, column, run.ink());
            column = at;
        }

        /** Adds text of a line; what stands side by side in one ink is one part. */
        private void add(CharSequence text, int at, Ink ink) {
            if (text.length() == 0) {
                return;
            }
            if (!ink.equals(openInk)) {
                flush();
                openColumn = at;
                openInk = ink;
            }
            open.append(text);
        }

        private void flush() {
            Ink ink = openInk;
            if (ink != null) {
                line.add(new Placed(openColumn, new Run(open.toString(), ink)));
                open.setLength(0);
                openInk = null;
            }
        }

        /** Ends the last line, with what has been read of a word. */
        void end() {
            placeWord();
            breakLine();
        }

        private void breakLine() {
            flush();
            lines.add(new Line(rows, List.copyOf(line)));
            line = new ArrayList<>();
            column = 0;
            rows = 1;
            isBroken = true;
        }
    }
}
