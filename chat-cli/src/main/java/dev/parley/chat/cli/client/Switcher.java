package dev.parley.chat.cli.client;

import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Editor;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.cli.screen.Keypress;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Finds a room by a part of its name: those that are open, those that are public, and those that one was in. */
final class Switcher implements Panel {
    private static final int MAX_FIELD_CHARS = 200;
    private static final int FIRST_ROW = 2;

    private final Theme theme;
    private final ZoneId zone;
    private final Function<String, List<Place>> places;
    private final Consumer<Place> go;
    private final Editor field = new Editor(MAX_FIELD_CHARS, false);
    private final Pointer pointer = new Pointer();
    private int top;

    /**
     * Makes one.
     *
     * @param places finds them as they are at the moment
     * @param go goes to one
     */
    Switcher(Theme theme, ZoneId zone, Function<String, List<Place>> places, Consumer<Place> go) {
        this.theme = theme;
        this.zone = zone;
        this.places = places;
        this.go = go;
    }

    @Override
    public String title() {
        return "Go to a room";
    }

    @Override
    public int wantedRows(int columns) {
        return FIRST_ROW + Math.max(1, places.apply("").size()) + 2;
    }

    private List<Place> found() {
        return places.apply(field.text());
    }

    private static List<Object> keys(List<Place> places) {
        return places.stream().map(Place::key).toList();
    }

    @Override
    public void draw(Canvas canvas) {
        canvas.put(0, 0, ">", theme.accent());
        field.draw(canvas.part(0, 2, 1, canvas.columns() - 2), theme.text(), true);
        List<Place> found = found();
        String help =
                found.isEmpty() ? "No room has that in its name." : Panel.keys("Enter goes there", "Up Down choose");
        Canvas above = Panel.above(new Flow().run(help, theme.quiet()), canvas);
        Canvas list = above.part(FIRST_ROW, 0, above.rows() - FIRST_ROW, above.columns());
        int at = pointer.place(keys(found));
        top = Math.max(0, Math.max(Math.min(top, at), at - list.rows() + 1));
        for (int i = top; i < found.size() && i - top < list.rows(); i++) {
            row(list.part(i - top, 0, 1, list.columns()), found.get(i), i == at);
        }
    }

    private void row(Canvas canvas, Place place, boolean isChosen) {
        Ink ink = isChosen ? theme.selected() : theme.text();
        if (isChosen) {
            canvas.fill(ink);
        }
        String about = place.about(zone);
        canvas.put(0, 0, isChosen ? ">" : " ", ink);
        int room = canvas.columns() - Graphemes.width(about) - 3;
        canvas.put(0, 2, Graphemes.cut(TerminalText.clean(place.name()), room, theme.more()), ink);
        canvas.putRight(0, about, isChosen ? ink : theme.quiet());
    }

    @Override
    public Taken take(Keypress key) {
        List<Place> found = found();
        List<Object> keys = keys(found);
        int at = pointer.place(keys);
        if (key instanceof Keypress.Mouse mouse) {
            int row = top + mouse.row() - FIRST_ROW;
            switch (mouse.action()) {
                case WHEEL_UP -> pointer.move(keys, at - 1);
                case WHEEL_DOWN -> pointer.move(keys, at + 1);
                case PRESS -> {
                    if (mouse.row() >= FIRST_ROW && row < found.size()) {
                        go.accept(found.get(row));
                        return Taken.CLOSES;
                    }
                }
            }
        } else if (key instanceof Keypress.Pressed pressed && pressed.is(Keypress.Key.UP)) {
            pointer.move(keys, at - 1);
        } else if (key instanceof Keypress.Pressed pressed
                && (pressed.is(Keypress.Key.DOWN) || pressed.is(Keypress.Key.TAB))) {
            pointer.move(keys, at + 1);
        } else if (key instanceof Keypress.Pressed pressed && pressed.is(Keypress.Key.ENTER)) {
            if (!found.isEmpty()) {
                go.accept(found.get(at));
                return Taken.CLOSES;
            }
        } else if (field.take(key)) {
            pointer.reset();
        }
        return Taken.STAYS;
    }
}
