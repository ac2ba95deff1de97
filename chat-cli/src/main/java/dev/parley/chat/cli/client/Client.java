package dev.parley.chat.cli.client;

import dev.parley.chat.DeliveryState;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.PlainText;
import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.store.KnownPeer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The full-screen client without the world around it: told what happens, it says what it wants done and draws itself.
 * It touches no terminal, no room, no clock. For one thread.
 *
 * <p>One room or the list of rooms is shown at a time; panels lie over it and take the keys.
 */
public final class Client {
    /** The second Ctrl-C within this time ends the client. */
    private static final Duration QUIT_AGAIN = Duration.ofSeconds(3);

    private static final int MAX_PANEL_COLUMNS = 78;

    /** Where less of what lies below would be seen beside a panel, nothing of it is. */
    private static final int MIN_EDGE_COLUMNS = 8;

    /** The list of rooms, in place of a tab. */
    private static final int LOBBY = 0;

    private final ZoneId zone;
    private final Consumer<Wish> wishes;
    private final PlainText words;
    private Theme theme;
    private Pictures pictures;
    private final Lobby lobby;
    private final Map<Integer, RoomPane> rooms = new TreeMap<>();
    private final List<String> recentEmotes = new ArrayList<>();
    private int shown = LOBBY;
    private int lastTab;
    private @Nullable Panel panel;
    private int panelTop;
    private int panelLeft;
    private Instant quitAsked = Instant.MIN;

    /** Tabs of rooms that are being opened here. */
    private final Set<Integer> created = new HashSet<>();

    private Instant now = Instant.EPOCH;
    private @Nullable String flash;

    /** Until when that is true; the next key ends it as well. */
    private Instant flashUntil = Instant.MAX;

    private Preferences preferences;

    /** What is known of the terminal's own background. */
    private Theme.Ground ownGround;

    /**
     * Makes one that shows the list of rooms.
     *
     * @param zone for the times that people read
     * @param wishes takes what is to be done, while {@link #handle} runs
     */
    public Client(ZoneId zone, Theme theme, Pictures pictures, Consumer<Wish> wishes) {
        this(zone, theme, Preferences.USUAL, pictures, wishes);
    }

    /**
     * Makes one that shows the list of rooms.
     *
     * @param zone for the times that people read
     * @param theme for the terminal's own background, as far as that is known
     * @param preferences what goes before it
     * @param wishes takes what is to be done, while {@link #handle} runs
     */
    public Client(ZoneId zone, Theme theme, Preferences preferences, Pictures pictures, Consumer<Wish> wishes) {
        this.zone = zone;
        this.preferences = preferences;
        ownGround = theme.ground();
        this.theme = new Theme(ground(), theme.signs());
        this.pictures = pictures;
        this.wishes = wishes;
        this.words = new PlainText(zone);
        this.lobby = new Lobby(this.theme, zone, wishes, new Lobby.Choices() {
            @Override
            public void join(String where) {
                Client.this.join(where);
            }

            @Override
            public void go(Place place) {
                Client.this.go(place);
            }

            @Override
            public void create() {
                openCreator();
            }
        });
    }

    /** Makes a tab for a room that is being entered already, and shows it. */
    public int open() {
        int tab = ++lastTab;
        RoomPane pane = new RoomPane(tab, zone, theme, pictures, recentEmotes, this::wish, new RoomPane.Panels() {
            @Override
            public void message(Talk.Said said) {
                openMessage(said);
            }

            @Override
            public void person(PeerId peer) {
                pane(shown).ifPresent(there -> openPeople(there, peer));
            }
        });
        pane.use(preferences);
        rooms.put(tab, pane);
        show(tab);
        return tab;
    }

    /** Opens a room of one's own in a tab, and shows how others come in once it is there. */
    public void create(RoomOptions options, HistoryPolicy history) {
        int tab = open();
        created.add(tab);
        wishes.accept(new Wish.Create(tab, options, history));
    }

    /** A room was entered. */
    private void entered(int tab, RoomPane pane) {
        // Who comes back to a room does not need what is left of the time before.
        rooms.values()
                .removeIf(other -> other != pane
                        && other.talk().isClosed()
                        && other.talk().room().equals(pane.talk().room()));
        if (created.remove(tab) && shown == tab && panel == null) {
            panel = invite(pane);
            wishes.accept(new Wish.Type(tab, "/code"));
        }
    }

    /** Takes over what has happened. */
    public void handle(Happening happening, Instant at) {
        now = at;
        if (happening instanceof Happening.Key key) {
            key(key.key());
        } else if (happening instanceof Happening.Tick) {
            if (shown == LOBBY) {
                lobby.tick(now);
            }
            if (!now.isBefore(flashUntil)) {
                flash = null;
            }
        } else if (happening instanceof Happening.InRoom in) {
            Optional<RoomPane> pane = pane(in.tab());
            pane.ifPresent(there -> there.apply(in.event(), shown == in.tab() && panel == null, now));
            if (in.event() instanceof Event.Entered) {
                pane.ifPresent(there -> entered(in.tab(), there));
            }
        } else if (happening instanceof Happening.Older older) {
            pane(older.tab()).ifPresent(pane -> pane.older(older));
        } else if (happening instanceof Happening.Emotes emotes) {
            pane(emotes.tab()).ifPresent(pane -> pane.setCatalog(emotes.catalog()));
        } else if (happening instanceof Happening.RecentEmotes recent) {
            recentEmotes.clear();
            recent.codes().stream().limit(Recent.MAX).forEach(recentEmotes::add);
        } else if (happening instanceof Happening.Rooms list) {
            lobby.listed(list.rooms());
        } else if (happening instanceof Happening.PastRooms past) {
            lobby.remembered(past.rooms());
        } else if (happening instanceof Happening.NoRooms none) {
            lobby.failed(none.problem());
        } else if (happening instanceof Happening.Told told) {
            told(told.event());
        }
        Panel open = panel;
        if (open != null) {
            open.told(happening);
        }
    }

    private void told(Event event) {
        Optional<RoomPane> pane = pane(shown);
        if (pane.isPresent()) {
            pane.get().apply(event, panel == null, now);
        } else {
            words.write(event).ifPresent(text -> flash(Talk.plain(text), Instant.MAX));
        }
    }

    private Optional<RoomPane> pane(int tab) {
        return Optional.ofNullable(rooms.get(tab));
    }

    // --- Keys -------------------------------------------------------------------------------------------------------

    private void key(Keypress key) {
        if (key instanceof Keypress.Background background) {
            ownGround = background.isLight() ? Theme.Ground.LIGHT : Theme.Ground.DARK;
            follow();
            return;
        }
        flash = null;
        if (key instanceof Keypress.Chord chord && chord.held() == Keypress.Held.CONTROL) {
            switch (chord.letter()) {
                case 'c' -> {
                    quit();
                    return;
                }
                case 'z' -> {
                    wishes.accept(new Wish.Suspend());
                    return;
                }
                case 'l' -> {
                    wishes.accept(new Wish.Repaint());
                    return;
                }
                default -> {}
            }
        }
        Panel open = panel;
        if (open != null && key instanceof Keypress.Typed typed && typed.isSeveral()) {
            // The first of them may close the panel.
            typed.each().forEach(this::key);
            return;
        }
        if (open != null) {
            inPanel(open, key);
            return;
        }
        if (key instanceof Keypress.Pressed pressed && function(pressed)) {
            return;
        }
        if (key instanceof Keypress.Chord chord && chord.held() == Keypress.Held.ALT && chord.letter() == 'e') {
            openPicker();
            return;
        }
        if (key instanceof Keypress.Chord chord && chord.held() == Keypress.Held.ALT && chord.letter() == 'k') {
            openSwitcher();
            return;
        }
        if (key instanceof Keypress.Chord chord && switchTab(chord)) {
            return;
        }
        if (shown == LOBBY) {
            if (key instanceof Keypress.Pressed pressed && pressed.is(Keypress.Key.ESCAPE) && !rooms.isEmpty()) {
                show(rooms.keySet().iterator().next());
            } else {
                lobby.take(key);
            }
            return;
        }
        pane(shown).ifPresent(pane -> pane.take(key, now));
    }

    private void inPanel(Panel open, Keypress key) {
        boolean isEscape = key instanceof Keypress.Pressed pressed && pressed.is(Keypress.Key.ESCAPE);
        Keypress there = key instanceof Keypress.Mouse mouse
                ? new Keypress.Mouse(mouse.action(), mouse.row() - panelTop, mouse.column() - panelLeft)
                : key;
        Panel.Taken taken = !isEscape ? open.take(there) : open.escape() ? Panel.Taken.STAYS : Panel.Taken.CLOSES;
        if (taken != Panel.Taken.STAYS && panel == open) {
            closePanel();
            if (taken == Panel.Taken.PASSES) {
                key(key);
            }
        }
    }

    private void closePanel() {
        panel = null;
        pane(shown).ifPresent(RoomPane::shown);
    }

    private boolean function(Keypress.Pressed pressed) {
        switch (pressed.key()) {
            case F1 -> panel = help();
            case F2 -> show(LOBBY);
            case F3 -> openPicker();
            case F4 -> pane(shown).ifPresent(pane -> openPeople(pane, null));
            case F5 -> pane(shown).ifPresent(pane -> panel = invite(pane));
            case F6 -> pane(shown).ifPresent(pane -> openVerify(pane, null));
            case F7 -> openSettings();
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Alt and a digit shows that tab, Control with N and P the next and the one before. */
    private boolean switchTab(Keypress.Chord chord) {
        if (chord.held() == Keypress.Held.ALT && Character.isDigit(chord.letter())) {
            int number = chord.letter() - '0';
            List<Integer> tabs = List.copyOf(rooms.keySet());
            if (number == 0) {
                show(LOBBY);
            } else if (number <= tabs.size()) {
                show(tabs.get(number - 1));
            }
            return true;
        }
        if (chord.held() != Keypress.Held.CONTROL || shown == LOBBY) {
            return false;
        }
        List<Integer> tabs = List.copyOf(rooms.keySet());
        switch (chord.letter()) {
            case 'n' -> show(tabs.get((tabs.indexOf(shown) + 1) % tabs.size()));
            case 'p' -> show(tabs.get(Math.floorMod(tabs.indexOf(shown) - 1, tabs.size())));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void openPicker() {
        pane(shown).ifPresent(pane -> panel = pane.picker(now));
    }

    private void quit() {
        if (rooms.isEmpty() || isQuitAsked()) {
            wishes.accept(new Wish.Quit());
        } else {
            quitAsked = now;
            boolean isHost =
                    rooms.values().stream().anyMatch(pane -> pane.talk().isOwn());
            String left = rooms.size() == 1 ? "the room" : "all " + rooms.size() + " rooms";
            String ends = isHost ? " and ends; your room closes for everybody" : " and ends";
            flash("Ctrl-C again leaves " + left + ends, now.plus(QUIT_AGAIN));
        }
    }

    private void flash(String text, Instant until) {
        flash = text;
        flashUntil = until;
    }

    private boolean isQuitAsked() {
        return Duration.between(quitAsked, now).compareTo(QUIT_AGAIN) < 0;
    }

    private void show(int tab) {
        if (tab == shown) {
            return;
        }
        pane(shown).ifPresent(RoomPane::hidden);
        shown = tab;
        pane(shown).ifPresent(RoomPane::shown);
        if (tab == LOBBY) {
            lobby.tick(now);
        }
    }

    private void join(String where) {
        wishes.accept(new Wish.Join(open(), where));
    }

    /** Shows a room that is open, joins one that is public, and reads one that is neither. */
    private void go(Place place) {
        Optional<RoomPane> open = rooms.values().stream()
                .filter(pane -> pane.talk().closed().isEmpty()
                        && pane.talk().room().filter(place.key()::equals).isPresent())
                .findFirst();
        if (open.isPresent()) {
            show(open.get().tab());
        } else if (place instanceof Place.Open there) {
            show(there.tab());
        } else if (place instanceof Place.Public there) {
            join(there.listed().invite());
        } else if (place instanceof Place.Past there) {
            panel = new PastPanel(there.room(), zone, theme, pictures, preferences.clock(), wishes);
        }
    }

    private void openSwitcher() {
        wishes.accept(new Wish.ListRooms());
        panel = new Switcher(theme, zone, this::places, this::go);
    }

    /** The rooms that have something in their names, first those that are open. */
    private List<Place> places(String search) {
        String part = search.strip().toLowerCase(Locale.ROOT);
        List<Place> places = new ArrayList<>();
        Set<RoomId> open = new HashSet<>();
        for (RoomPane pane : rooms.values()) {
            String name = pane.talk().name();
            pane.talk().room().ifPresent(open::add);
            if (name.toLowerCase(Locale.ROOT).contains(part)) {
                places.add(new Place.Open(pane.tab(), name.isEmpty() ? "entering" + theme.more() : name, pane.news()));
            }
        }
        for (Place place : lobby.places(search)) {
            if (!open.contains(place.key())) {
                places.add(place);
            }
        }
        return places;
    }

    private void openCreator() {
        panel = new Creator(theme, this::create);
    }

    /** Passes on what a room wants done, but for what the client does itself. */
    private void wish(Wish wish) {
        if (wish instanceof Wish.Bell && !preferences.bell()) {
            return;
        }
        if (wish instanceof Wish.Type type && command(type.tab(), type.text().strip())) {
            return;
        }
        Optional<RoomPane> closed = wish instanceof Wish.Said said
                ? pane(said.tab()).filter(pane -> pane.talk().isClosed())
                : Optional.empty();
        if (closed.isPresent() && wish instanceof Wish.Said said) {
            closed.get().notSent(said.text(), now);
        } else {
            wishes.accept(wish);
        }
    }

    /** Does what the client itself does of the commands; false if the room is to do it. */
    private boolean command(int tab, String line) {
        int end = line.indexOf(' ');
        String rest = end < 0 ? "" : line.substring(end).strip();
        switch (end < 0 ? line : line.substring(0, end)) {
            case "/help" -> panel = help();
            case "/rooms" -> show(LOBBY);
            case "/create" -> openCreator();
            case "/join" -> {
                if (rest.isEmpty()) {
                    flash("/join takes an invite, a code like 7-guitar-lemon, or the id of a room", Instant.MAX);
                } else {
                    join(rest);
                }
            }
            case "/invite" -> pane(tab).ifPresent(pane -> panel = invite(pane));
            case "/people" -> pane(tab).ifPresent(pane -> openPeople(pane, null));
            case "/verify" -> {
                if (rest.isEmpty()) {
                    pane(tab).ifPresent(pane -> openVerify(pane, null));
                    return true;
                }
                Optional<PeerId> peer = pane(tab).flatMap(pane -> named(pane.talk(), rest));
                peer.ifPresent(one -> pane(tab).ifPresent(pane -> openVerify(pane, one)));
                return peer.isPresent();
            }
            case "/settings" -> openSettings();
            case "/room" -> pane(tab).ifPresent(this::openRoomForm);
            case "/leave", "/close" -> leave(tab);
            case "/quit" -> wishes.accept(new Wish.Quit());
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Leaves a room that is open, and takes away the tab of one that is not. */
    private void leave(int tab) {
        wishes.accept(new Wish.Leave(tab));
        rooms.remove(tab);
        if (shown == tab) {
            shown = LOBBY;
            show(rooms.isEmpty() ? LOBBY : rooms.keySet().iterator().next());
            lobby.tick(now);
        }
    }

    /** The one who is here under a name, also with {@code ok} behind it; empty if there are none or several. */
    private static Optional<PeerId> named(Talk talk, String typed) {
        String bare = typed.endsWith(" ok")
                ? typed.substring(0, typed.length() - " ok".length()).strip()
                : typed;
        boolean isQuoted = bare.length() >= 2 && bare.startsWith("\"") && bare.endsWith("\"");
        String plain = isQuoted ? bare.substring(1, bare.length() - 1) : bare;
        String name = plain.startsWith("@") ? plain.substring(1) : plain;
        String key = KnownPeer.nameKey(name);
        List<PeerId> found = talk.people().stream()
                .map(Talk.Person::participant)
                .filter(one -> !one.self()
                        && (one.id().value().equals(name)
                                || KnownPeer.nameKey(one.name()).equals(key)
                                || KnownPeer.nameKey(one.shownName()).equals(key)))
                .map(Participant::id)
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private void openVerify(RoomPane pane, @Nullable PeerId peer) {
        panel = new VerifyPanel(pane.tab(), pane.talk(), theme, peer, wishes);
    }

    private void openPeople(RoomPane pane, @Nullable PeerId first) {
        panel = new PeoplePanel(
                pane.tab(), pane.talk(), theme, zone, first, () -> now, wishes, new PeoplePanel.Choices() {
                    @Override
                    public void verify(PeerId peer) {
                        openVerify(pane, peer);
                    }

                    @Override
                    public void whisper(Participant to) {
                        String name = to.shownName();
                        String quoted = name.indexOf(' ') < 0 ? name : '"' + name + '"';
                        pane.insert("/msg "
                                + (name.indexOf('"') < 0 ? quoted : to.id().value()) + " ");
                    }
                });
    }

    private void openSettings() {
        panel = new SettingsPanel(
                () -> theme,
                List.of(
                        toggle(
                                "theme",
                                "Colours for a background",
                                this::themeName,
                                () -> preferences.withBackground(
                                        switch (preferences.background()) {
                                            case AUTO -> Preferences.Background.DARK;
                                            case DARK -> Preferences.Background.LIGHT;
                                            case LIGHT -> Preferences.Background.AUTO;
                                        })),
                        toggle(
                                "mouse",
                                "Mouse; off: the terminal selects text",
                                () -> String.valueOf(preferences.mouse()),
                                () -> preferences.withMouse(!preferences.mouse())),
                        toggle(
                                "bell",
                                "Bell, when one is spoken to",
                                () -> String.valueOf(preferences.bell()),
                                () -> preferences.withBell(!preferences.bell())),
                        toggle(
                                "show_people",
                                "Who is here, beside the talk",
                                () -> String.valueOf(preferences.people()),
                                () -> preferences.withPeople(!preferences.people())),
                        toggle(
                                "clock",
                                "Times",
                                () -> is24() ? "24h" : "12h",
                                () -> preferences.withClock(
                                        is24() ? Preferences.Clock.HOURS_12 : Preferences.Clock.HOURS_24)),
                        toggle(
                                "read_marks",
                                "Tell others what was read",
                                () -> String.valueOf(preferences.readMarks()),
                                () -> preferences.withReadMarks(!preferences.readMarks()))),
                wishes,
                pane(shown).filter(pane -> pane.talk().keepsOrder()).map(pane -> () -> openRoomForm(pane)));
    }

    private SettingsPanel.Toggle toggle(String key, String name, Supplier<String> value, Supplier<Preferences> next) {
        return new SettingsPanel.Toggle(key, name, value, () -> prefer(next.get()));
    }

    private String themeName() {
        return preferences.background().name().toLowerCase(Locale.ROOT);
    }

    private boolean is24() {
        return preferences.clock() == Preferences.Clock.HOURS_24;
    }

    private void openRoomForm(RoomPane pane) {
        panel = new RoomForm(pane.tab(), theme, pane.talk().settings(), wishes);
    }

    /** Does as the person likes it from now on. */
    private void prefer(Preferences other) {
        Preferences before = preferences;
        preferences = other;
        if (before.mouse() != other.mouse()) {
            wishes.accept(new Wish.Mouse(other.mouse()));
        }
        if (before.readMarks() != other.readMarks()) {
            wishes.accept(new Wish.ReadMarks(other.readMarks()));
        }
        rooms.values().forEach(pane -> pane.use(other));
        follow();
    }

    /** For which background the colours have to be. */
    private Theme.Ground ground() {
        return switch (preferences.background()) {
            case AUTO -> ownGround;
            case DARK -> Theme.Ground.DARK;
            case LIGHT -> Theme.Ground.LIGHT;
        };
    }

    private void follow() {
        if (theme.ground() != ground()) {
            theme = new Theme(ground(), theme.signs());
            lobby.use(theme);
            rooms.values().forEach(pane -> pane.use(theme, pictures));
        }
    }

    /** Shows a message whole, with all that is known of it. */
    private void openMessage(Talk.Said said) {
        pane(shown).ifPresent(pane -> panel = new MessagePanel(pane, said, theme, zone, this::wish));
    }

    private Panel invite(RoomPane pane) {
        return new InvitePanel(pane.tab(), pane.talk(), theme, this::wish);
    }

    private Panel help() {
        Flow flow = new Flow();
        flow.run("Keys\n", theme.strong());
        for (String[] key : KEYS) {
            flow.run(key[0].isEmpty() ? "  " : "  " + key[0] + "  ", theme.accent());
            flow.run(key[1] + "\n", theme.text());
        }
        flow.run("\nSigns behind your messages\n", theme.strong());
        for (DeliveryState state : DeliveryState.values()) {
            flow.run("  " + theme.sign(state) + "  ", theme.ink(state));
            flow.run(
                    switch (state) {
                        case QUEUED -> "waits until somebody can be reached\n";
                        case SENT -> "is on its way\n";
                        case DELIVERED -> "has come to everybody\n";
                        case READ -> "was read by somebody\n";
                        case FAILED -> "has come to nobody\n";
                    },
                    theme.text());
        }
        for (Commands.For whom : Commands.For.values()) {
            flow.run(
                    switch (whom) {
                        case EVERYBODY -> "\nCommands\n";
                        case MODERATORS -> "\nOf the host and moderators\n";
                        case HOST -> "\nOf the host\n";
                    },
                    theme.strong());
            for (Commands.Command command : Commands.ALL) {
                if (command.whom() == whom) {
                    String arguments = command.arguments().isEmpty() ? "" : " " + command.arguments();
                    flow.run("  " + command.name() + arguments + "  ", theme.accent());
                    flow.run(command.meaning() + "\n", theme.text());
                }
            }
        }
        return new TextPanel("Help", flow);
    }

    private static final String[][] KEYS = {
        {"Enter", "sends; Alt-Enter or Ctrl-J begins a new line"},
        {"Tab", "takes what is offered: commands behind /, names behind @, emotes behind :"},
        {
            "Up",
            "selects a message: Enter shows it whole, r reply, e edit, d twice delete, c copy, o open its link, g to what"
                    + " it answers, 1-6 react"
        },
        {"PageUp PageDown, wheel", "show what was said before; End goes back"},
        {"F1", "this help"},
        {"F2", "rooms; Ctrl-N there opens a new one"},
        {"F3, Alt-E", "emotes: to write, or to put under the selected message"},
        {"F4", "who is here, and what can be done about each"},
        {"F5", "invite"},
        {"F6", "verify: what you and the others compare"},
        {"F7", "settings"},
        {"Alt-1 to Alt-9, Ctrl-N, Ctrl-P", "other rooms that you are in"},
        {"Alt-K", "finds a room by a part of its name"},
        {"Ctrl-L", "paints everything anew"},
        {"Ctrl-Z", "stops it until the shell's fg"},
        {"Ctrl-C", "ends, when pressed twice"},
    };

    // --- Drawing ----------------------------------------------------------------------------------------------------

    /** Draws everything on a blank grid. */
    public void draw(Grid grid) {
        Canvas canvas = grid.canvas();
        Optional<RoomPane> pane = pane(shown);
        if (pane.isPresent()) {
            statusLine(pane.get().draw(canvas), pane.get());
        } else {
            lobby.draw(canvas);
            String text = flash;
            if (text != null) {
                Canvas last = canvas.part(canvas.rows() - 1, 0, 1, canvas.columns());
                last.fill(theme.bar());
                last.put(0, 1, Graphemes.cut(text, canvas.columns() - 2, theme.more()), theme.bar());
            }
        }
        Panel open = panel;
        if (open != null) {
            panel(open, grid);
        }
    }

    private void statusLine(Canvas canvas, RoomPane pane) {
        String text = flash;
        RoomPane.Status status = text != null ? new RoomPane.Status(text, theme.strong()) : pane.status();
        int at = 0;
        if (rooms.size() > 1) {
            int number = 0;
            for (RoomPane each : rooms.values()) {
                number++;
                String name = Graphemes.cut(TerminalText.clean(each.talk().name()), 14, theme.more());
                String news = each.news();
                String label = " " + number + " " + name + (news.isEmpty() ? "" : " " + news) + " ";
                boolean isHere = each == pane;
                if (at + Graphemes.width(label) > canvas.columns() / 2 && !isHere) {
                    continue;
                }
                Ink ink = isHere ? theme.bar() : each.mentions() > 0 ? theme.mention() : theme.quiet();
                at = canvas.put(0, at, label, ink);
            }
            at++;
        }
        int room = canvas.columns() - at - 1;
        String fit = Graphemes.cut(status.text(), room, theme.more());
        canvas.put(0, canvas.columns() - Graphemes.width(fit) - 1, fit, status.ink());
    }

    private void panel(Panel open, Grid grid) {
        Canvas all = grid.canvas();
        boolean isWide = all.columns() >= MAX_PANEL_COLUMNS + 2 * MIN_EDGE_COLUMNS;
        int columns = isWide ? MAX_PANEL_COLUMNS : all.columns();
        int wanted = open.wantedRows(columns - 4) + 2;
        // Where there is something beside it, the line above that is not cut in two.
        int rows = Math.min(wanted, isWide ? all.rows() - 2 : all.rows());
        int top = (all.rows() - rows) / 2;
        int left = (all.columns() - columns) / 2;
        Canvas frame = all.part(top, left, rows, columns);
        frame.fill(theme.text());
        // The cursor of what lies below is not to be seen.
        grid.hideCursor();
        frame.part(0, 0, 1, columns).fill(theme.bar());
        frame.put(0, 1, open.title(), theme.bar().with(Ink.BOLD));
        frame.putRight(0, "Esc closes ", theme.bar());
        for (int row = 1; row < rows - 1; row++) {
            frame.put(row, 0, theme.vertical(), theme.quiet());
            frame.put(row, columns - 1, theme.vertical(), theme.quiet());
        }
        frame.put(rows - 1, 0, theme.horizontal().repeat(columns), theme.quiet());
        panelTop = top + 1;
        panelLeft = left + 2;
        open.draw(frame.part(1, 2, rows - 2, columns - 4));
    }
}
