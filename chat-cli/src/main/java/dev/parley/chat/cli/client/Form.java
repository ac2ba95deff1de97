package dev.parley.chat.cli.client;

import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Editor;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.cli.screen.Keypress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fields to be filled in, one below the other, and what to do with them. For one thread. */
final class Form {
    private static final int MAX_FIELD_CHARS = 1_000;

    /** A line of the form. */
    private abstract static sealed class Field {
        final String label;
        final String hint;

        Field(String label, String hint) {
            this.label = label;
            this.hint = hint;
        }

        abstract boolean take(Keypress key);

        abstract void draw(Canvas canvas, Theme theme, boolean isFocused);
    }

    /** Text. */
    static final class Text extends Field {
        private final Editor editor = new Editor(MAX_FIELD_CHARS, false);

        private Text(String label, String value, String hint) {
            super(label, hint);
            editor.set(value);
        }

        String value() {
            return editor.text().strip();
        }

        @Override
        boolean take(Keypress key) {
            return editor.take(key);
        }

        @Override
        void draw(Canvas canvas, Theme theme, boolean isFocused) {
            Ink ink = isFocused ? theme.text() : theme.accent();
            if (editor.isEmpty() && !isFocused) {
                canvas.put(0, 0, Graphemes.cut(hint, canvas.columns(), theme.more()), theme.quiet());
            } else {
                editor.draw(canvas, ink, isFocused);
            }
        }
    }

    /** One of several. */
    static final class Choice extends Field {
        private final List<String> options;
        private int chosen;

        private Choice(String label, List<String> options, int chosen, String hint) {
            super(label, hint);
            this.options = List.copyOf(options);
            this.chosen = chosen;
        }

        int chosen() {
            return chosen;
        }

        @Override
        boolean take(Keypress key) {
            boolean isNext = (key instanceof Keypress.Pressed pressed && pressed.is(Keypress.Key.RIGHT))
                    || (key instanceof Keypress.Typed typed && typed.text().equals(" "));
            if (isNext) {
                chosen = (chosen + 1) % options.size();
            } else if (key instanceof Keypress.Pressed pressed && pressed.is(Keypress.Key.LEFT)) {
                chosen = Math.floorMod(chosen - 1, options.size());
            } else {
                return false;
            }
            return true;
        }

        @Override
        void draw(Canvas canvas, Theme theme, boolean isFocused) {
            if (2 * options.size() + options.stream().mapToInt(Graphemes::width).sum() + options.size() - 1
                    > canvas.columns()) {
                Ink ink = isFocused ? theme.selected() : theme.strong();
                int behind = canvas.put(0, 0, "[" + options.get(chosen) + "]", ink);
                canvas.put(0, behind, " " + (chosen + 1) + " of " + options.size(), theme.quiet());
            } else {
                drawAll(canvas, theme, isFocused);
            }
            if (isFocused) {
                canvas.cursor(0, 0);
            }
        }

        private void drawAll(Canvas canvas, Theme theme, boolean isFocused) {
            int at = 0;
            for (int i = 0; i < options.size(); i++) {
                Ink ink = i != chosen ? theme.quiet() : isFocused ? theme.selected() : theme.strong();
                at = canvas.put(0, at, i == chosen ? "[" + options.get(i) + "]" : " " + options.get(i) + " ", ink) + 1;
            }
        }
    }

    private final List<Field> fields = new ArrayList<>();
    private final String action;
    private int focus;
    private @Nullable String problem;

    /** Which field stands in the first row, and how many rows there are from one to the next. */
    private int first;

    private int step = 2;

    /**
     * Makes one without fields.
     *
     * @param action what Enter on the last line does, in words
     */
    Form(String action) {
        this.action = action;
    }

    Text text(String label, String value, String hint) {
        Text field = new Text(label, value, hint);
        fields.add(field);
        return field;
    }

    Choice choice(String label, List<String> options, int chosen, String hint) {
        Choice field = new Choice(label, options, chosen, hint);
        fields.add(field);
        return field;
    }

    /** Says what is wrong with what was filled in. */
    void refuse(String why) {
        problem = why;
    }

    /** Takes a key; true if it is to be done. */
    boolean take(Keypress key) {
        problem = null;
        if (key instanceof Keypress.Mouse mouse) {
            int field = first + Math.max(0, mouse.row()) / step;
            if (mouse.action() == Keypress.Mouse.Action.PRESS && field <= fields.size()) {
                boolean isAgain = focus == field;
                focus = field;
                return isAgain && focus == fields.size();
            }
            return false;
        }
        if (focus < fields.size() && fields.get(focus).take(key)) {
            return false;
        }
        if (key instanceof Keypress.Pressed pressed) {
            boolean isBack = pressed.is(Keypress.Key.UP) || pressed.is(Keypress.Held.SHIFT, Keypress.Key.TAB);
            if (pressed.is(Keypress.Key.ENTER) && focus == fields.size()) {
                return true;
            }
            if (isBack) {
                focus = Math.floorMod(focus - 1, fields.size() + 1);
            } else if (pressed.is(Keypress.Key.TAB)
                    || pressed.is(Keypress.Key.DOWN)
                    || pressed.is(Keypress.Key.ENTER)) {
                focus = (focus + 1) % (fields.size() + 1);
            }
        }
        return false;
    }

    int rows() {
        return 2 * fields.size() + 3;
    }

    void draw(Canvas canvas, Theme theme) {
        int label = 0;
        for (Field field : fields) {
            label = Math.max(label, Graphemes.width(field.label));
        }
        // Of a form that is too high the part around the line that is filled in.
        step = canvas.rows() >= rows() ? 2 : 1;
        first = Math.max(0, Math.min(focus - canvas.rows() / 2, fields.size() - canvas.rows() + 3));
        first = step == 2 || canvas.rows() > fields.size() + 2 ? 0 : first;
        for (int i = first; i < fields.size(); i++) {
            Field field = fields.get(i);
            int row = (i - first) * step;
            canvas.put(row, 0, field.label, i == focus ? theme.strong() : theme.quiet());
            field.draw(canvas.part(row, label + 2, 1, canvas.columns() - label - 2), theme, i == focus);
        }
        int row = (fields.size() - first) * step;
        canvas.put(row, 0, "[ " + action + " ]", focus == fields.size() ? theme.selected() : theme.strong());
        if (focus == fields.size()) {
            canvas.cursor(row, 0);
        }
        String why = problem;
        String below =
                why != null ? why : focus < fields.size() ? fields.get(focus).hint : "Enter does it, Esc gives it up";
        canvas.put(
                row + 1,
                0,
                Graphemes.cut(below, canvas.columns(), theme.more()),
                why != null ? theme.bad() : theme.quiet());
    }
}
