package dev.parley.chat.cli.client;

import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Keypress;
import java.util.Map;

/** Text to be read, longer than the screen perhaps. */
final class TextPanel implements Panel {
    private final String title;
    private final Flow text;
    private final Map<String, Runnable> letters;
    private final Scroll scroll = new Scroll();

    TextPanel(String title, Flow text) {
        this(title, text, Map.of());
    }

    /**
     * Makes one.
     *
     * @param letters what is done before it closes, by the letter that is pressed
     */
    TextPanel(String title, Flow text, Map<String, Runnable> letters) {
        this.title = title;
        this.text = text;
        this.letters = Map.copyOf(letters);
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
        if (key instanceof Keypress.Typed typed) {
            letters.getOrDefault(typed.text(), () -> {}).run();
        }
        return Taken.CLOSES;
    }
}
