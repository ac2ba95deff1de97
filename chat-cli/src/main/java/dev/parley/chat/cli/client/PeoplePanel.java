package dev.parley.chat.cli.client;

import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Presence;
import dev.parley.chat.cli.Deed;
import dev.parley.chat.cli.InputCommand;
import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.cli.screen.Keypress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who is in the room, and what can be done about each. */
final class PeoplePanel implements Panel {
    private static final Duration MUTED = Duration.ofMinutes(10);

    private static final DateTimeFormatter SINCE = DateTimeFormatter.ofPattern("d MMM, HH:mm", Locale.ENGLISH);

    /** What somebody has decided that the panel does not do itself. */
    interface Choices {
        void verify(PeerId peer);

        void whisper(Participant to);
    }

    /** A letter that has to be pressed again, and whom it is about. */
    private record Asked(String letter, PeerId peer) {}

    private final int tab;
    private final Talk talk;
    private final Theme theme;
    private final ZoneId zone;
    private final Consumer<Wish> wishes;
    private final Choices choices;
    private final Supplier<Instant> clock;
    private Happening.@Nullable Trust trust;
    private final Pointer pointer = new Pointer();
    private int top;
    private int rows = 1;
    private @Nullable Asked asked;

    /**
     * Asks for what is known of them.
     *
     * @param first who is chosen at first; null for the first one
     */
    PeoplePanel(
            int tab,
            Talk talk,
            Theme theme,
            ZoneId zone,
            @Nullable PeerId first,
            Supplier<Instant> clock,
            Consumer<Wish> wishes,
            Choices choices) {
        this.tab = tab;
        this.talk = talk;
        this.theme = theme;
        this.zone = zone;
        this.clock = clock;
        this.wishes = wishes;
        this.choices = choices;
        choose(first == null ? 0 : keys(people()).indexOf(first));
        wishes.accept(new Wish.LoadTrust(tab));
    }

    @Override
    public String title() {
        return "Who is here: " + talk.people().size();
    }

    @Override
    public int wantedRows(int columns) {
        return talk.people().size() + 1 + foot().lines(columns).size();
    }

    @Override
    public void told(Happening happening) {
        if (happening instanceof Happening.Trust now && now.tab() == tab) {
            trust = now;
        }
    }

    private List<Talk.Person> people() {
        return new ArrayList<>(talk.people());
    }

    private static List<PeerId> keys(List<Talk.Person> people) {
        return people.stream().map(person -> person.participant().id()).toList();
    }

    private int place() {
        return pointer.place(keys(people()));
    }

    private void choose(int at) {
        pointer.move(keys(people()), at);
        asked = null;
    }

    private Optional<Talk.Person> person() {
        List<Talk.Person> people = people();
        return people.isEmpty() ? Optional.empty() : Optional.of(people.get(place()));
    }

    private Optional<Participant> other() {
        return person().map(Talk.Person::participant).filter(one -> !one.self());
    }

    @Override
    public void draw(Canvas canvas) {
        int place = place();
        Canvas list = Panel.above(foot(), canvas);
        rows = Math.max(1, list.rows());
        top = Math.max(0, Math.max(Math.min(top, place), place - rows + 1));
        List<Talk.Person> people = people();
        for (int i = top; i < people.size() && i - top < rows; i++) {
            row(list.part(i - top, 0, 1, list.columns()), people.get(i), i == place);
        }
    }

    private void row(Canvas canvas, Talk.Person person, boolean isChosen) {
        Participant one = person.participant();
        Ink ink = isChosen ? theme.selected() : theme.text();
        if (isChosen) {
            canvas.fill(ink);
        }
        canvas.put(0, 0, isChosen ? ">" : " ", ink);
        String mark = one.self() ? "" : isBlocked(one) ? " blocked" : isVerified(one) ? " verified" : "";
        String role = role(one);
        String about = (role.isEmpty() ? "" : " " + role) + mark;
        int room = canvas.columns() - 2 - Graphemes.width(about);
        String name = TerminalText.clean(one.shownName()) + (one.self() ? " (you)" : "");
        canvas.put(0, 2, Graphemes.cut(name, room, theme.more()), isChosen ? ink : theme.name(one.id()));
        canvas.putRight(0, about, isChosen ? ink : theme.quiet());
    }

    private static String role(Participant one) {
        return switch (one.role()) {
            case HOST -> "host";
            case MODERATOR -> "moderator";
            case READ_ONLY -> "reads only";
            case MEMBER -> "";
        };
    }

    /** What is known of the chosen one, and the letters for what can be done. */
    private Flow foot() {
        Flow flow = new Flow();
        Optional<Talk.Person> person = person();
        if (person.isEmpty()) {
            return flow.run("Nobody is here.", theme.quiet());
        }
        Participant one = person.get().participant();
        flow.run(about(person.get()) + "\n", theme.text());
        Asked again = asked != null && asked.peer().equals(one.id()) ? asked : null;
        if (one.self()) {
            flow.run("Up and Down choose somebody", theme.quiet());
        } else if (again != null) {
            String what = again.letter().equals("k") ? "removes " : "removes for good ";
            flow.run(again.letter() + " again " + what + TerminalText.clean(one.shownName()), theme.warning());
        } else {
            flow.run(
                    Panel.keys(
                            "m message",
                            "v verify",
                            isBlocked(one) ? "b unblock" : "b block",
                            isBelow(one) ? "u mute 10 min" : "",
                            isBelow(one) ? "k kick" : "",
                            isBelow(one) ? "x ban" : "",
                            !isGivingRoles() ? "" : isModerator(one) ? "r make member" : "r make moderator"),
                    theme.quiet());
        }
        return flow;
    }

    private String about(Talk.Person person) {
        Participant one = person.participant();
        List<String> facts = new ArrayList<>();
        if (person.presence() != Presence.ONLINE) {
            facts.add(
                    switch (person.presence()) {
                        case AWAY -> "away";
                        case RECONNECTING -> "cannot be reached";
                        case ONLINE, OFFLINE -> "gone";
                    });
        }
        if (!one.self() && trust != null) {
            facts.add(isVerified(one) ? "verified" : "not verified");
        }
        if (isBlocked(one)) {
            facts.add("blocked by you");
        }
        facts.add("here since " + SINCE.format(person.since().atZone(zone)));
        return String.join(", ", facts);
    }

    private boolean isVerified(Participant one) {
        Happening.Trust known = trust;
        return known != null && known.isVerified(one.id());
    }

    private boolean isBlocked(Participant one) {
        Happening.Trust known = trust;
        return known != null && known.isBlocked(one.id());
    }

    private static boolean isModerator(Participant one) {
        return one.role() == Participant.Role.MODERATOR;
    }

    /** Whether one may keep order over somebody. */
    private boolean isBelow(Participant one) {
        return talk.keepsOrder()
                && talk.self().filter(self -> self.role().outranks(one.role())).isPresent();
    }

    /** Only the host makes moderators. */
    private boolean isGivingRoles() {
        return talk.self().filter(self -> self.role() == Participant.Role.HOST).isPresent();
    }

    @Override
    public Taken take(Keypress key) {
        if (key instanceof Keypress.Mouse mouse) {
            switch (mouse.action()) {
                case WHEEL_UP -> choose(place() - 1);
                case WHEEL_DOWN -> choose(place() + 1);
                case PRESS -> {
                    if (mouse.row() >= 0 && mouse.row() < rows) {
                        choose(top + mouse.row());
                    }
                }
            }
            return Taken.STAYS;
        }
        Optional<Participant> other = other();
        if (key instanceof Keypress.Pressed pressed) {
            switch (pressed.key()) {
                case UP -> choose(place() - 1);
                case DOWN -> choose(place() + 1);
                case PAGE_UP -> choose(place() - rows);
                case PAGE_DOWN -> choose(place() + rows);
                case ENTER -> other.ifPresent(one -> choices.verify(one.id()));
                case F4 -> {
                    return Taken.CLOSES;
                }
                default -> asked = null;
            }
            return Taken.STAYS;
        }
        return key instanceof Keypress.Typed typed && other.isPresent()
                ? letter(typed.text(), other.get())
                : Taken.STAYS;
    }

    private Taken letter(String letter, Participant one) {
        boolean isAgain = new Asked(letter, one.id()).equals(asked);
        asked = null;
        switch (letter) {
            case "m" -> {
                choices.whisper(one);
                return Taken.CLOSES;
            }
            case "v" -> choices.verify(one.id());
            case "b" -> wish(new Wish.Do(tab, new Deed.Block(one.id(), !isBlocked(one))));
            case "r" -> {
                if (isGivingRoles()) {
                    Participant.Role role = isModerator(one) ? Participant.Role.MEMBER : Participant.Role.MODERATOR;
                    wish(new Wish.Do(tab, new Deed.GiveRole(one.id(), role)));
                }
            }
            case "u", "k", "x" -> {
                if (isBelow(one)) {
                    keepOrder(letter, one, isAgain);
                }
            }
            default -> {}
        }
        return Taken.STAYS;
    }

    private void keepOrder(String letter, Participant one, boolean isAgain) {
        if (letter.equals("u")) {
            wish(new Wish.Do(
                    tab, new Deed.Mute(one.id(), Optional.of(clock.get().plus(MUTED)))));
        } else if (isAgain) {
            InputCommand.Act.Kind kind = letter.equals("k") ? InputCommand.Act.Kind.KICK : InputCommand.Act.Kind.BAN;
            wish(new Wish.Ask(tab, new InputCommand.Act(kind, List.of(one.id().value()), null)));
        } else {
            asked = new Asked(letter, one.id());
        }
    }

    /** Wishes something, and then for what has come of it. */
    private void wish(Wish wish) {
        wishes.accept(wish);
        wishes.accept(new Wish.LoadTrust(tab));
    }
}
