package dev.parley.chat.cli.client;

import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.cli.screen.Keypress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** How Parley is set: what can be changed at once, and all that the settings say, and why. */
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

    private final Supplier<Theme> look;
    private final List<Toggle> toggles;
    private final Consumer<Wish> wishes;
    private final Optional<Runnable> room;
    private final Scroll scroll = new Scroll();
    private List<Event.Setting> settings = List.of();
    private String said = "";
    private boolean isBad;
    private int chosen;

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
        return toggles.size()
                + 1
                + all(columns).size()
                + 1
                + foot().lines(columns).size();
    }

    @Override
    public void told(Happening happening) {
        if (happening instanceof Happening.Settings now) {
            settings = now.settings();
        } else if (happening instanceof Happening.SettingKept kept) {
            said = kept.text();
            isBad = !kept.isKept();
        }
    }

    @Override
    public void draw(Canvas canvas) {
        Theme theme = look.get();
        for (int i = 0; i < toggles.size(); i++) {
            Canvas row = canvas.part(i, 0, 1, canvas.columns());
            Ink ink = i == chosen ? theme.selected() : theme.text();
            if (i == chosen) {
                row.fill(ink);
            }
            String value = toggles.get(i).shown();
            int left = canvas.columns() - Graphemes.width(value) - 3;
            row.put(0, 0, i == chosen ? ">" : " ", ink);
            row.put(0, 2, Graphemes.cut(toggles.get(i).name(), left, theme.more()), ink);
            row.putRight(0, value, ink);
        }
        Canvas above = Panel.above(foot(), canvas);
        int top = toggles.size() + 1;
        scroll.draw(
                all(canvas.columns()),
                above.part(top, 0, above.rows() - top, above.columns()),
                (name, part, hidden) -> {});
    }

    /** All settings, each with where it comes from. */
    private List<Flow.Line> all(int columns) {
        Theme theme = look.get();
        Flow flow = new Flow().run("As it was set at the start; so the name stays in open rooms.\n", theme.quiet());
        for (Event.Setting setting : settings) {
            String value = setting.value();
            flow.run(setting.key() + " = ", theme.accent());
            flow.run(value == null ? "(not set)" : TerminalText.clean(value), theme.text());
            flow.run("  " + TerminalText.clean(setting.source()) + "\n", theme.quiet());
        }
        return flow.lines(columns);
    }

    private Flow foot() {
        Theme theme = look.get();
        if (!said.isEmpty()) {
            return new Flow().run(said, isBad ? theme.bad() : theme.good());
        }
        return new Flow()
                .run(
                        Panel.keys("Enter changes", "k keeps it", room.isPresent() ? "r the room's settings" : ""),
                        theme.quiet());
    }

    @Override
    public Taken take(Keypress key) {
        said = "";
        if (key instanceof Keypress.Mouse mouse && mouse.action() == Keypress.Mouse.Action.PRESS) {
            if (mouse.row() >= 0 && mouse.row() < toggles.size()) {
                boolean isAgain = chosen == mouse.row();
                chosen = mouse.row();
                if (isAgain) {
                    toggles.get(chosen).next().run();
                }
            }
        } else if (key instanceof Keypress.Typed typed) {
            letter(typed.text());
        } else if (key instanceof Keypress.Pressed pressed) {
            switch (pressed.key()) {
                case UP -> chosen = Math.max(0, chosen - 1);
                case DOWN -> chosen = Math.min(toggles.size() - 1, chosen + 1);
                case ENTER, RIGHT -> toggles.get(chosen).next().run();
                case F7 -> {
                    return Taken.CLOSES;
                }
                default -> scroll.take(key);
            }
        } else {
            scroll.take(key);
        }
        return Taken.STAYS;
    }

    private void letter(String letter) {
        switch (letter) {
            case " " -> toggles.get(chosen).next().run();
            case "k" ->
                wishes.accept(new Wish.KeepSetting(
                        toggles.get(chosen).key(), toggles.get(chosen).value().get()));
            case "r" -> room.ifPresent(Runnable::run);
            default -> {}
        }
    }
}
