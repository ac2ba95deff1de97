package dev.parley.chat.cli.client;

import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Keypress;
import java.util.List;

/** Lines that may need more rows than there are, and how far they were moved. For one thread. */
final class Scroll {
    private static final int WHEEL_ROWS = 3;

    private int top;
    private int rows = 1;
    private int all = 1;

    /** Counts the rows of lines. */
    static int rows(List<Flow.Line> lines) {
        return lines.stream().mapToInt(Flow.Line::rows).sum();
    }

    /** Draws the part that is to be seen. */
    void draw(List<Flow.Line> lines, Canvas canvas, Flow.BoxDrawer drawer) {
        rows = canvas.rows();
        all = rows(lines);
        top = Math.max(0, Math.min(top, all - rows));
        int row = -top;
        for (Flow.Line line : lines) {
            if (row + line.rows() > 0 && row < rows) {
                Flow.draw(line, canvas, row, drawer);
            }
            row += line.rows();
        }
    }

    /** Takes a key; false if it does not move anything. */
    boolean take(Keypress key) {
        if (key instanceof Keypress.Mouse mouse) {
            switch (mouse.action()) {
                case WHEEL_UP -> top -= WHEEL_ROWS;
                case WHEEL_DOWN -> top += WHEEL_ROWS;
                case PRESS -> {}
            }
        } else if (key instanceof Keypress.Pressed pressed) {
            switch (pressed.key()) {
                case UP -> top--;
                case DOWN -> top++;
                case PAGE_UP -> top -= rows;
                case PAGE_DOWN -> top += rows;
                case HOME -> top = 0;
                case END -> top = all;
                default -> {
                    return false;
                }
            }
        } else {
            return false;
        }
        top = Math.max(0, Math.min(top, all - rows));
        return true;
    }
}
