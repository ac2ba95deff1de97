package dev.parley.chat.cli.client;

import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Editor;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteCompletion;
import dev.parley.chat.emotes.EmoteVisibility;
import dev.parley.chat.emotes.UnicodeEmoji;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Emotes and emoji to choose from: sections, a field to search in all of them, and a grid. For one thread. */
final class EmotePicker implements Panel {

    /** What becomes of the one that is chosen. */
    enum Purpose {
        /** It is written into the message. */
        INSERT,
        /** It is put under the selected message. */
        REACT
    }

    /**
     * Something to choose.
     *
     * @param insert what is written
     * @param name how it is called
     * @param emote null for an emoji of Unicode
     */
    record Choice(String insert, String name, @Nullable Emote emote) {}

    private record Section(String name, List<Choice> choices) {}

    /** A section's name in the row of names. */
    private record Label(int section, int from, int to) {}

    /** How the grid is laid out. */
    private enum Layout {
        /** Pictures above their names. */
        PICTURES(11),
        /** Names alone. */
        NAMES(17),
        /** Emoji alone; the name of the chosen one stands below. */
        EMOJI(4);

        private final int columns;

        Layout(int columns) {
            this.columns = columns;
        }
    }

    private static final String ROOM = "room";
    private static final int MAX_QUERY_CHARS = 100;
    private static final int MAX_FOUND = 300;
    private static final int WANTED_ROWS = 20;

    /** The field, the sections, and the line at the bottom. */
    private static final int ROWS_BESIDE_GRID = 3;

    private final Theme theme;
    private final Pictures pictures;
    private final int tab;
    private final EmoteCatalog catalog;
    private final List<String> recent;
    private final Purpose purpose;
    private final Consumer<Choice> chooser;
    private final List<Section> sections;
    private final Editor query = new Editor(MAX_QUERY_CHARS, false);
    private Section found = new Section("", List.of());
    private int section;
    private int chosen;
    private int topRow;

    // How it was drawn last, for keys and the mouse.
    private Layout layout = Layout.NAMES;
    private int cellRows = 1;
    private int perRow = 1;
    private int visibleRows = 1;
    private List<Label> labels = List.of();

    /**
     * Makes one.
     *
     * @param recent what was used lately, the latest first
     * @param chooser takes what is chosen
     */
    EmotePicker(
            Theme theme,
            Pictures pictures,
            int tab,
            EmoteCatalog catalog,
            List<String> recent,
            Purpose purpose,
            Consumer<Choice> chooser) {
        this.theme = theme;
        this.pictures = pictures;
        this.tab = tab;
        this.catalog = catalog;
        this.recent = List.copyOf(recent);
        this.purpose = purpose;
        this.chooser = chooser;
        this.sections = sections();
    }

    private List<Section> sections() {
        Map<String, Choice> emoji = new LinkedHashMap<>();
        List<Section> ofUnicode = new ArrayList<>();
        for (UnicodeEmoji.Group group : UnicodeEmoji.groups()) {
            List<Choice> choices = new ArrayList<>();
            for (UnicodeEmoji.Listed listed : group.emoji()) {
                if (!isShowable(listed.text())) {
                    continue;
                }
                Choice choice =
                        new Choice(listed.text(), ':' + listed.shortcodes().get(0) + ':', null);
                choices.add(choice);
                emoji.put(choice.insert(), choice);
            }
            int and = group.name().indexOf(" & ");
            ofUnicode.add(new Section(and < 0 ? group.name() : group.name().substring(0, and), choices));
        }
        List<Choice> used = new ArrayList<>();
        for (String code : recent) {
            Optional<Choice> choice =
                    catalog.find(code).map(EmotePicker::choice).or(() -> Optional.ofNullable(emoji.get(code)));
            choice.ifPresent(used::add);
        }
        Map<String, List<Choice>> byProvider = new LinkedHashMap<>();
        byProvider.put(ROOM, new ArrayList<>());
        for (Emote emote : catalog.emotes()) {
            if (emote.visibility() == EmoteVisibility.LISTED) {
                byProvider
                        .computeIfAbsent(emote.id().providerId(), provider -> new ArrayList<>())
                        .add(choice(emote));
            }
        }
        List<Section> all = new ArrayList<>();
        all.add(new Section("Recent", used));
        byProvider.forEach((provider, choices) -> all.add(new Section(title(provider), choices)));
        all.addAll(ofUnicode);
        all.removeIf(each -> each.choices().isEmpty());
        return all;
    }

    /** Whether the screen knows an emoji: some are younger than the Unicode of the runtime. */
    private static boolean isShowable(String emoji) {
        return String.join("", Graphemes.of(emoji)).equals(emoji);
    }

    private static Choice choice(Emote emote) {
        return new Choice(emote.code(), emote.code(), emote);
    }

    private static String title(String provider) {
        return switch (provider) {
            case ROOM -> "Room";
            case "7tv" -> "7TV";
            case "custom" -> "Custom";
            default -> provider;
        };
    }

    private Section shown() {
        return query.isEmpty() ? sections.get(section) : found;
    }

    @Override
    public String title() {
        return purpose == Purpose.INSERT ? "Emotes" : "React";
    }

    @Override
    public int wantedRows(int columns) {
        return WANTED_ROWS;
    }

    // --- Keys -------------------------------------------------------------------------------------------------------

    @Override
    public Taken take(Keypress key) {
        if (key instanceof Keypress.Mouse mouse) {
            return mouse(mouse);
        }
        if (key instanceof Keypress.Pressed pressed) {
            if (pressed.key() == Keypress.Key.ENTER) {
                return choose(pressed.held().isEmpty() ? Taken.CLOSES : Taken.STAYS);
            }
            if (pressed.is(Keypress.Key.F3)) {
                return Taken.CLOSES;
            }
            if (moves(pressed)) {
                return Taken.STAYS;
            }
        }
        if (key instanceof Keypress.Chord chord && chord.held() == Keypress.Held.ALT && chord.letter() == 'e') {
            return Taken.CLOSES;
        }
        String before = query.text();
        if (query.take(key) && !query.text().equals(before)) {
            search();
        }
        return Taken.STAYS;
    }

    private void search() {
        List<Choice> choices = new ArrayList<>();
        if (!query.isEmpty()) {
            for (EmoteCompletion.Candidate candidate :
                    EmoteCompletion.complete(query.text().strip(), catalog, recent, MAX_FOUND)) {
                if (candidate.emote() != null || isShowable(candidate.insert())) {
                    choices.add(new Choice(candidate.insert(), candidate.name(), candidate.emote()));
                }
            }
        }
        found = new Section("Found", choices);
        toFirst();
    }

    private void toFirst() {
        chosen = 0;
        topRow = 0;
    }

    private Taken choose(Taken then) {
        List<Choice> choices = shown().choices();
        if (choices.isEmpty()) {
            return Taken.STAYS;
        }
        chooser.accept(choices.get(chosen));
        return purpose == Purpose.REACT ? Taken.CLOSES : then;
    }

    private boolean moves(Keypress.Pressed pressed) {
        switch (pressed.key()) {
            case TAB -> turn(pressed.held().contains(Keypress.Held.SHIFT) ? -1 : 1);
            case LEFT -> moveTo(chosen - 1);
            case RIGHT -> moveTo(chosen + 1);
            case UP -> moveRows(-1);
            case DOWN -> moveRows(1);
            case PAGE_UP -> moveRows(-visibleRows);
            case PAGE_DOWN -> moveRows(visibleRows);
            case HOME -> moveTo(0);
            case END -> moveTo(Integer.MAX_VALUE);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Shows another section; ends a search. */
    private void turn(int step) {
        if (query.isEmpty()) {
            open(Math.floorMod(section + step, sections.size()));
        } else {
            open(section);
        }
    }

    private void open(int number) {
        query.set("");
        section = number;
        toFirst();
    }

    private void moveTo(int index) {
        chosen = Math.max(0, Math.min(shown().choices().size() - 1, index));
    }

    /** Stays in its column, as far as the last row reaches. */
    private void moveRows(int rows) {
        int last = Math.max(0, shown().choices().size() - 1) / perRow;
        int row = Math.max(0, Math.min(last, chosen / perRow + rows));
        moveTo(row * perRow + chosen % perRow);
    }

    private Taken mouse(Keypress.Mouse mouse) {
        switch (mouse.action()) {
            case WHEEL_UP -> moveRows(-1);
            case WHEEL_DOWN -> moveRows(1);
            case PRESS -> {
                return press(mouse.row(), mouse.column());
            }
        }
        return Taken.STAYS;
    }

    private Taken press(int row, int column) {
        if (row == 1) {
            for (Label label : labels) {
                if (column >= label.from() && column < label.to()) {
                    open(label.section());
                }
            }
            return Taken.STAYS;
        }
        int gridRow = row - 2;
        if (gridRow < 0 || gridRow >= visibleRows * cellRows || column < 0 || column / layout.columns >= perRow) {
            return Taken.STAYS;
        }
        int index = (topRow + gridRow / cellRows) * perRow + column / layout.columns;
        if (index >= shown().choices().size()) {
            return Taken.STAYS;
        }
        chosen = index;
        return choose(Taken.CLOSES);
    }

    // --- Drawing ----------------------------------------------------------------------------------------------------

    @Override
    public void draw(Canvas canvas) {
        int at = canvas.put(0, 0, "Search: ", theme.accent());
        query.draw(canvas.part(0, at, 1, canvas.columns() - at), theme.text(), true);
        drawSections(canvas.part(1, 0, 1, canvas.columns()));
        List<Choice> choices = shown().choices();
        lay(choices, canvas.columns(), canvas.rows() - ROWS_BESIDE_GRID);
        int first = topRow * perRow;
        int end = Math.min(choices.size(), first + visibleRows * perRow);
        for (int i = first; i < end; i++) {
            int row = 2 + (i / perRow - topRow) * cellRows;
            Canvas cell = canvas.part(row, i % perRow * layout.columns, cellRows, layout.columns - 1);
            drawCell(choices.get(i), cell, i == chosen);
        }
        drawFoot(canvas.part(canvas.rows() - 1, 0, 1, canvas.columns()), choices);
    }

    private void lay(List<Choice> choices, int columns, int rows) {
        boolean hasEmotes = choices.stream().anyMatch(choice -> choice.emote() != null);
        int pictureRows = pictures.rows(Pictures.Size.GRID);
        if (!hasEmotes && query.isEmpty() && theme.signs() == Theme.Signs.UNICODE) {
            layout = Layout.EMOJI;
        } else {
            layout = hasEmotes && pictureRows > 0 ? Layout.PICTURES : Layout.NAMES;
        }
        cellRows = layout == Layout.PICTURES ? pictureRows + 1 : 1;
        perRow = Math.max(1, columns / layout.columns);
        visibleRows = Math.max(1, rows / cellRows);
        int row = chosen / perRow;
        topRow = Math.max(Math.min(topRow, row), row - visibleRows + 1);
    }

    private void drawCell(Choice choice, Canvas cell, boolean isChosen) {
        Ink ink = isChosen ? theme.selected() : choice.emote() == null ? theme.text() : theme.emote();
        Canvas name = cell.part(cell.rows() - 1, 0, 1, cell.columns());
        if (isChosen) {
            name.fill(ink);
        }
        switch (layout) {
            case EMOJI -> name.put(0, 0, choice.insert(), ink);
            case NAMES -> {
                boolean isEmoji = choice.emote() == null && theme.signs() == Theme.Signs.UNICODE;
                name(choice, name, isEmoji ? name.put(0, 0, choice.insert() + " ", ink) : 0, ink);
            }
            case PICTURES -> {
                picture(choice, cell.part(0, 0, cell.rows() - 1, cell.columns()));
                name(choice, name, 0, ink);
            }
        }
    }

    private void name(Choice choice, Canvas canvas, int at, Ink ink) {
        canvas.put(0, at, Graphemes.cut(TerminalText.clean(choice.name()), canvas.columns() - at, theme.more()), ink);
    }

    private void picture(Choice choice, Canvas canvas) {
        Emote emote = choice.emote();
        if (emote == null) {
            canvas.put(canvas.rows() - 1, 0, choice.insert(), theme.text());
            return;
        }
        pictures.shape(tab, List.of(emote), Pictures.Size.GRID).ifPresent(shape -> {
            Canvas part = canvas.part(canvas.rows() - shape.rows(), 0, shape.rows(), shape.columns());
            pictures.draw(shape, part, shape.rows() - part.rows());
        });
    }

    /** The names of the sections, from so far on that the chosen one can be seen. */
    private void drawSections(Canvas canvas) {
        List<Label> drawn = new ArrayList<>();
        int first = section;
        int width = Graphemes.width(label(section));
        while (first > 0 && width + Graphemes.width(label(first - 1)) <= canvas.columns() / 2) {
            first--;
            width += Graphemes.width(label(first));
        }
        int at = 0;
        for (int i = first; i < sections.size() && at < canvas.columns(); i++) {
            String label = label(i);
            boolean isShown = i == section && query.isEmpty();
            int end = canvas.put(0, at, label, isShown ? theme.selected() : theme.quiet());
            drawn.add(new Label(i, at, end));
            at = end + (end < at + Graphemes.width(label) ? canvas.columns() : 0);
        }
        labels = drawn;
    }

    private String label(int number) {
        return " " + TerminalText.clean(sections.get(number).name()) + " ";
    }

    private void drawFoot(Canvas canvas, List<Choice> choices) {
        canvas.fill(theme.text());
        if (choices.isEmpty()) {
            canvas.put(0, 0, "Nothing is called so.", theme.quiet());
            return;
        }
        Choice choice = choices.get(chosen);
        String hint = purpose == Purpose.REACT ? "Enter reacts" : "Enter inserts, Alt-Enter more";
        String name = Graphemes.cut(TerminalText.clean(choice.name()), canvas.columns(), theme.more());
        int at = canvas.put(0, 0, name, theme.strong());
        Emote emote = choice.emote();
        String about = emote == null
                ? ""
                : "  " + title(emote.id().providerId())
                        + (emote.animated() ? ", animated" : "")
                        + (emote.zeroWidth() ? ", drawn over the one before" : "");
        at = canvas.put(
                0, at, Graphemes.cut(TerminalText.clean(about), canvas.columns() - at, theme.more()), theme.quiet());
        if (at + 2 + hint.length() <= canvas.columns()) {
            canvas.putRight(0, hint, theme.quiet());
        }
    }
}
