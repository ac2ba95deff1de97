package dev.parley.chat.cli.client;

import dev.parley.chat.RoomId;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Editor;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.store.RoomRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The list of public rooms, which is looked up again while one looks at it, and of those that one was in; with a field
 * that searches them and takes an invite as well. For one thread.
 */
final class Lobby {
    private static final Duration LISTED_AGAIN = Duration.ofSeconds(5);
    private static final int MAX_FIELD_CHARS = 4_096;
    private static final int FIRST_ROW = 5;
    private static final int PAGE = 10;

    /** What somebody has decided. */
    interface Choices {
        void join(String where);

        void go(Place place);

        void create();
    }

    private final Editor field = new Editor(MAX_FIELD_CHARS, false);
    private final Consumer<Wish> wishes;
    private final Choices choices;
    private final ZoneId zone;
    private final Pointer pointer = new Pointer();
    private Theme theme;
    private List<Event.Listed> rooms = List.of();
    private boolean isListed;
    private @Nullable String problem;

    /** Why what was typed leads nowhere; empty if it does, or was not tried. */
    private String refusal = "";

    private Instant asked = Instant.MIN;
    private List<RoomRecord> past = List.of();
    private int top;

    /** What stands in each row of the list: a place, or a line of text. */
    private List<Object> rows = List.of();

    /** The place that was clicked on: once more goes there. */
    private @Nullable Object clicked;

    Lobby(Theme theme, ZoneId zone, Consumer<Wish> wishes, Choices choices) {
        this.zone = zone;
        this.theme = theme;
        this.wishes = wishes;
        this.choices = choices;
    }

    void use(Theme newTheme) {
        theme = newTheme;
    }

    /** Asks for the list if it was asked long enough ago. */
    void tick(Instant now) {
        if (Duration.between(asked, now).compareTo(LISTED_AGAIN) >= 0) {
            asked = now;
            wishes.accept(new Wish.ListRooms());
        }
    }

    void listed(List<Event.Listed> now) {
        rooms = now;
        isListed = true;
        problem = null;
    }

    void failed(Event.Problem why) {
        isListed = true;
        problem = why.message() + (why.hint().isEmpty() ? "" : "; " + why.hint());
    }

    /** Those that one was in are others. */
    void remembered(List<RoomRecord> now) {
        past = now;
    }

    /** All rooms that can be gone to or read, by their names: first those that are public. */
    List<Place> places(String search) {
        String part = search.strip().toLowerCase(Locale.ROOT);
        Map<Object, Place> found = new LinkedHashMap<>();
        rooms.forEach(each -> found.put(each.room().room(), new Place.Public(each)));
        past.forEach(each -> found.putIfAbsent(each.room(), new Place.Past(each)));
        found.values().removeIf(place -> !place.name().toLowerCase(Locale.ROOT).contains(part));
        return List.copyOf(found.values());
    }

    private List<Place> found() {
        return places(field.text());
    }

    private static List<Object> keys(List<Place> places) {
        return places.stream().map(Place::key).toList();
    }

    private void move(int step) {
        List<Object> keys = keys(found());
        pointer.move(keys, pointer.place(keys) + step);
        clicked = null;
    }

    /** Takes a key; false if it means nothing here. */
    boolean take(Keypress key) {
        refusal = "";
        if (key instanceof Keypress.Chord chord && chord.held() == Keypress.Held.CONTROL && chord.letter() == 'n') {
            choices.create();
            return true;
        }
        if (key instanceof Keypress.Mouse mouse) {
            return mouse(mouse);
        }
        if (key instanceof Keypress.Pressed pressed) {
            switch (pressed.key()) {
                case UP -> move(-1);
                case DOWN -> move(1);
                case PAGE_UP -> move(-PAGE);
                case PAGE_DOWN -> move(PAGE);
                case ENTER -> enter();
                default -> {
                    return field.take(key);
                }
            }
            return true;
        }
        pointer.reset();
        return field.take(key);
    }

    private boolean mouse(Keypress.Mouse mouse) {
        switch (mouse.action()) {
            case WHEEL_UP -> move(-1);
            case WHEEL_DOWN -> move(1);
            case PRESS -> {
                int row = top + mouse.row() - FIRST_ROW;
                if (mouse.row() < FIRST_ROW || row >= rows.size() || !(rows.get(row) instanceof Place place)) {
                    return false;
                }
                boolean isAgain = place.key().equals(clicked);
                List<Object> keys = keys(found());
                pointer.move(keys, keys.indexOf(place.key()));
                clicked = place.key();
                if (isAgain) {
                    choices.go(place);
                }
            }
        }
        return true;
    }

    private void enter() {
        String typed = field.text().strip();
        List<Place> found = found();
        if (looksLikeInvite(typed)) {
            field.set("");
            choices.join(typed);
        } else if (!found.isEmpty()) {
            field.set("");
            choices.go(found.get(pointer.place(keys(found))));
        } else if (isId(typed)) {
            field.set("");
            choices.join(typed);
        } else if (!typed.isEmpty()) {
            refusal = "no room is called so, and it is no invite, no code like 7-guitar-lemon and no id of a room";
        }
    }

    private static boolean isId(String text) {
        try {
            return new RoomId(text).value().equals(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** A link, or a code like 7-guitar-lemon: rooms are not searched for those. */
    private static boolean looksLikeInvite(String text) {
        return text.startsWith("http://")
                || text.startsWith("https://")
                || dev.parley.chat.PairingCode.looksLikeCode(text);
    }

    void draw(Canvas canvas) {
        canvas.part(0, 0, 1, canvas.columns()).fill(theme.bar());
        canvas.put(0, 0, " Parley", theme.bar().with(Ink.BOLD));
        canvas.putRight(0, "F1 help  Ctrl-N new room ", theme.bar());
        canvas.put(2, 1, "Search, or paste an invite:", theme.quiet());
        canvas.put(3, 1, ">", theme.accent());
        field.draw(canvas.part(3, 3, 1, canvas.columns() - 4), theme.text(), true);
        List<Place> found = found();
        Place chosen = found.isEmpty() ? null : found.get(pointer.place(keys(found)));
        rows = rows(found, canvas.columns() - 2);
        Canvas list = canvas.part(FIRST_ROW, 0, canvas.rows() - FIRST_ROW - 1, canvas.columns());
        int at = chosen == null ? 0 : rows.indexOf(chosen);
        // With the first one also what stands above it.
        int from = chosen == null || chosen.equals(found.get(0)) ? 0 : at;
        top = Math.max(0, Math.max(Math.min(top, from), at - list.rows() + 1));
        for (int i = top; i < rows.size() && i - top < list.rows(); i++) {
            Canvas row = list.part(i - top, 0, 1, list.columns());
            if (rows.get(i) instanceof Place place) {
                draw(row, place, place.equals(chosen));
            } else if (rows.get(i) instanceof Flow.Line line) {
                Flow.draw(line, row.part(0, 1, 1, row.columns()), 0, (name, part, hidden) -> {});
            }
        }
        Ink ink = problem != null || !refusal.isEmpty() ? theme.warning() : theme.quiet();
        String last = Graphemes.cut(lastRow(chosen), canvas.columns() - 2, theme.more());
        canvas.put(canvas.rows() - 1, 1, last, ink);
    }

    private String lastRow(@Nullable Place chosen) {
        if (!refusal.isEmpty()) {
            return refusal;
        }
        if (problem != null && !rooms.isEmpty()) {
            return "this list is old: " + TerminalText.clean(problem);
        }
        String enter = chosen instanceof Place.Past ? "Enter reads" : "Enter joins";
        return Panel.keys(enter, "Alt-K finds", "Ctrl-C ends");
    }

    private List<Object> rows(List<Place> found, int columns) {
        List<Object> all = new ArrayList<>();
        for (Place place : found) {
            if (place instanceof Place.Public) {
                all.add(place);
            }
        }
        if (all.isEmpty()) {
            all.addAll(new Flow().run(nothing(found.isEmpty()), theme.quiet()).lines(columns));
        }
        List<Place> rest =
                found.stream().filter(place -> !(place instanceof Place.Public)).toList();
        if (!rest.isEmpty()) {
            all.addAll(new Flow().run("\nYou were in:", theme.quiet()).lines(columns));
            all.addAll(rest);
        }
        return all;
    }

    /** Why no public room is listed. */
    private String nothing(boolean isEmpty) {
        if (!isListed) {
            return "Looking which public rooms there are" + theme.more();
        }
        if (problem != null) {
            return TerminalText.clean(problem);
        }
        if (field.isEmpty() || rooms.isEmpty()) {
            return "There is no public room at present. Ctrl-N opens one.";
        }
        return "No public room has that in its name." + (isEmpty ? " Enter takes it for an invite." : "");
    }

    private void draw(Canvas canvas, Place place, boolean isChosen) {
        Ink ink = isChosen ? theme.selected() : theme.text();
        if (isChosen) {
            canvas.fill(ink);
        }
        String about = place.about(zone) + " ";
        int room = canvas.columns() - Graphemes.width(about) - 2;
        canvas.put(0, 1, Graphemes.cut(TerminalText.clean(place.name()), room, theme.more()), ink);
        canvas.putRight(0, about, isChosen ? ink : theme.quiet());
    }
}
