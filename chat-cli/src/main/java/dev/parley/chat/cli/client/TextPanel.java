package dev.parley.chat.cli.client;

import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Keypress;

/** Text to be read, longer than the screen perhaps. */
final class TextPanel implements Panel {
    private final String title;
    private final Flow text;
    private final Scroll scroll = new Scroll();

    TextPanel(String title, Flow text) {
        this.title = title;
        this.text = text;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public int wantedRows(int columns) {
        return text.lines(columns).size();
    }

    @Override
    public void draw(Canvas canvas) {
        scroll.draw(text.lines(canvas.columns()), canvas, (name, part, hidden) -> {});
    }

    @Override
    public Taken take(Keypress key) {
        if (scroll.take(key)) {
            return Taken.STAYS;
        }
        return key instanceof Keypress.Typed ? Taken.PASSES : Taken.CLOSES;
    }
}
