package dev.parley.chat.cli.client;

import dev.parley.chat.cli.QrDrawing;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Grid;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A QR code as it is shown: whole, or not at all. */
final class QrPicture {
    private final String text;
    private final Theme theme;
    private final List<Flow.Line> lines;
    private final int columns;

    private QrPicture(String text, Theme theme) {
        this.text = text;
        this.theme = theme;
        String drawing = QrDrawing.draw(text);
        lines = new Flow().run(drawing, theme.qrCode()).lines(Grid.MAX_SIDE);
        columns = Graphemes.width(drawing.substring(0, drawing.indexOf('\n')));
    }

    /** Makes the one of a text, or gives the one of before if it is of the same: to compute one takes a while. */
    static QrPicture of(String text, Theme theme, @Nullable QrPicture before) {
        return before != null && before.text.equals(text) && before.theme.equals(theme)
                ? before
                : new QrPicture(text, theme);
    }

    int rows() {
        return lines.size();
    }

    int columns() {
        return columns;
    }

    void draw(Canvas canvas) {
        Flow.draw(lines, canvas, 0);
    }
}
