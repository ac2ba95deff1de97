package dev.parley.chat.cli.client;

import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Editor;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.cli.screen.Keypress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How Parley is set: what can be changed at once, and all that the settings say, and why. Those that are no secrets can
 * be typed anew for the next start.
 */
final class SettingsPanel implements Panel {

    /**
     * Something that can be changed while the client runs.
     *
     * @param key what it is called in the file of the settings
     * @param name for people
     * @param value as the file has it
     */
    record Toggle(String key, String name, Supplier<String> value, Runnable next) {
        String shown() {
            return switch (value.get()) {
                case "true" -> "on";
                case "false" -> "off";
                default -> value.get();
            };
        }
    }

    private static final int MAX_VALUE_CHARS = 1_000;

    private final Supplier<Theme> look;
    private final List<Toggle> toggles;
    private final Consumer<Wish> wishes;
    private final Optional<Runnable> room;
    private List<Event.Setting> settings = List.of();
    private Set<String> writable = Set.of();
    private String said = "";
    private boolean isBad;
    private int chosen;
    private int top;

    /** How many rows the line above the settings takes. */
    private int headlineRows = 1;

    /** What is typed for the chosen setting; null if nothing is. */
    private @Nullable Editor field;

    /**
     * Asks for the settings.
     *
     * @param room sets the room, for those who may
     */
    SettingsPanel(Supplier<Theme> look, List<Toggle> toggles, Consumer<Wish> wishes, Optional<Runnable> room) {
        this.look = look;
        this.toggles = List.copyOf(toggles);
        this.wishes = wishes;
        this.room = room;
        wishes.accept(new Wish.LoadSettings());
    }

    @Override
    public String title() {
        return "Settings";
    }

    @Override
    public int wantedRows(int columns) {
        headlineRows = headline(columns).size();
        return rowOf(last()) + 2 + foot().lines(columns).size();
    }

    @Override
    public void told(Happening happening) {
        if (happening instanceof Happening.Settings now) {
            settings = now.settings();
            writable = now.writable();
            chosen = Math.min(chosen, last());
        } else if (happening instanceof Happening.SettingKept kept) {
            said = kept.text();
            isBad = !kept.isKept();
        }
    }

    private int last() {
        return toggles.size() + settings.size() - 1;
    }

    /** What stands above the settings that nothing changes at once. */
    private List<Flow.Line> headline(int columns) {
        return new Flow()
                .run(
                        "As it was set at the start; what is typed here counts from the next one.",
                        look.get().quiet())
                .lines(columns);
    }

    /** In which row something stands that can be chosen. */
    private int rowOf(int item) {
        return item < toggles.size() ? item : 1 + headlineRows + item;
    }

    /** The chosen one of the settings that nothing changes at once. */
    private Event.Setting setting() {
        return settings.get(chosen - toggles.size());
    }

    @Override
    public void draw(Canvas canvas) {
        List<Flow.Line> headline = headline(canvas.columns());
        headlineRows = headline.size();
        Canvas above = Panel.above(foot(), canvas);
        Editor typed = field;
        if (typed != null) {
            typed.draw(
                    canvas.part(canvas.rows() - 1, 2, 1, canvas.columns() - 2),
                    look.get().text(),
                    true);
        }
        int rows = Math.max(1, above.rows());
        int row = rowOf(chosen);
        top = Math.max(Math.min(top, row), row - rows + 1);
        Flow.draw(headline, above, toggles.size() + 1 - top);
        for (int item = 0; item <= last(); item++) {
            int at = rowOf(item) - top;
            if (at >= 0 && at < above.rows()) {
                draw(item, above.part(at, 0, 1, above.columns()));
            }
        }
    }

    private void draw(int item, Canvas row) {
        Theme theme = look.get();
        Ink ink = item == chosen ? theme.selected() : theme.text();
        if (item == chosen) {
            row.fill(ink);
        }
        row.put(0, 0, item == chosen ? ">" : " ", ink);
        if (item < toggles.size()) {
            String value = toggles.get(item).shown();
            int left = row.columns() - Graphemes.width(value) - 3;
            row.put(0, 2, Graphemes.cut(toggles.get(item).name(), left, theme.more()), ink);
            row.putRight(0, value, ink);
            return;
        }
        Event.Setting setting = settings.get(item - toggles.size());
        String value = setting.value();
        int at = row.put(0, 2, setting.key() + " = ", item == chosen ? ink : theme.accent());
        String shown = value == null ? "(not set)" : TerminalText.clean(value);
        String source = "  " + TerminalText.clean(setting.source());
        int room = Math.max(0, row.columns() - at);
        at = row.put(0, at, Graphemes.cut(shown, room, theme.more()), ink);
        row.put(0, at, Graphemes.cut(source, row.columns() - at, theme.more()), item == chosen ? ink : theme.quiet());
    }

    private Flow foot() {
        Theme theme = look.get();
        if (field != null) {
            return new Flow()
                    .run(
                            setting().key()
                                    + ": Enter keeps it for the next start, nothing takes it away, Esc gives it up\n",
                            theme.quiet())
                    .run(">", theme.accent());
        }
        if (!said.isEmpty()) {
            return new Flow().run(said, isBad ? theme.bad() : theme.good());
        }
        return new Flow()
                .run(
                        Panel.keys("Enter changes", "k keeps it", room.isPresent() ? "r the room's settings" : ""),
                        theme.quiet());
    }

    @Override
    public boolean escape() {
        boolean isTyping = field != null;
        field = null;
        return isTyping;
    }

    @Override
    public Taken take(Keypress key) {
        said = "";
        Editor typed = field;
        if (typed != null) {
            if (key instanceof Keypress.Pressed pressed && pressed.is(Keypress.Key.ENTER)) {
                wishes.accept(new Wish.KeepSetting(setting().key(), typed.text().strip()));
                field = null;
            } else {
                typed.take(key);
            }
        } else if (key instanceof Keypress.Mouse mouse) {
            mouse(mouse);
        } else if (key instanceof Keypress.Typed letter) {
            letter(letter.text());
        } else if (key instanceof Keypress.Pressed pressed) {
            switch (pressed.key()) {
                case UP -> move(-1);
                case DOWN -> move(1);
                case PAGE_UP, HOME -> chosen = 0;
                case PAGE_DOWN, END -> chosen = last();
                case ENTER, RIGHT -> change();
                case F7 -> {
                    return Taken.CLOSES;
                }
                default -> {}
            }
        }
        return Taken.STAYS;
    }

    private void move(int step) {
        chosen = Math.max(0, Math.min(last(), chosen + step));
    }

    private void mouse(Keypress.Mouse mouse) {
        switch (mouse.action()) {
            case WHEEL_UP -> move(-1);
            case WHEEL_DOWN -> move(1);
            case PRESS -> {
                // A blank row and the headline lie between.
                for (int item = 0; item <= last(); item++) {
                    if (rowOf(item) - top == mouse.row()) {
                        boolean isAgain = chosen == item;
                        chosen = item;
                        if (isAgain) {
                            change();
                        }
                        return;
                    }
                }
            }
        }
    }

    private void change() {
        if (chosen < toggles.size()) {
            toggles.get(chosen).next().run();
            return;
        }
        Event.Setting setting = setting();
        if (writable.contains(setting.key())) {
            Editor fresh = new Editor(MAX_VALUE_CHARS, false);
            String value = setting.value();
            fresh.set(value == null ? "" : value);
            field = fresh;
        } else {
            said = setting.key() + " is set by the environment, a flag or the file; docs/cli.md says how";
            isBad = true;
        }
    }

    private void letter(String letter) {
        switch (letter) {
            case " " -> change();
            case "k" -> {
                if (chosen < toggles.size()) {
                    wishes.accept(new Wish.KeepSetting(
                            toggles.get(chosen).key(),
                            toggles.get(chosen).value().get()));
                }
            }
            case "r" -> room.ifPresent(Runnable::run);
            default -> {}
        }
    }
}
