package dev.parley.chat.cli.client;

import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Keypress;
import java.util.List;

/** Something that lies over a room and takes the keys until it is closed. */
interface Panel {

    /** What a key has come to. */
    enum Taken {
        /** The panel stays. */
        STAYS,
        /** The panel is to be closed. */
        CLOSES,
        /** The panel is to be closed, and the key is for what lies below it. */
        PASSES
    }

    /** What stands in its upper edge. */
    String title();

    /** How many rows it would like to have, at a width. */
    int wantedRows(int columns);

    /** Draws what is in it. */
    void draw(Canvas canvas);

    /** Takes what it has asked for. */
    default void told(Happening happening) {}

    /** Whether Escape has given something up within it; else it closes the panel. */
    default boolean escape() {
        return false;
    }

    /** Takes a key; Escape does not come here. A place of the mouse is within the canvas. */
    Taken take(Keypress key);

    /** Puts keys and what they do into one text; each stays on one line. */
    static String keys(String... keys) {
        StringBuilder all = new StringBuilder();
        for (String key : keys) {
            if (!key.isEmpty()) {
                all.append(all.isEmpty() ? "" : "  ").append(key.replace(' ', '\u00a0'));
            }
        }
        return all.toString();
    }

    /** Draws what stands at the lower edge; gives what is left above it and a blank row. */
    static Canvas above(Flow foot, Canvas canvas) {
        List<Flow.Line> lines = foot.lines(canvas.columns());
        int top = Math.max(0, canvas.rows() - lines.size());
        Flow.draw(lines, canvas, top);
        return canvas.part(0, 0, top - 1, canvas.columns());
    }
}
