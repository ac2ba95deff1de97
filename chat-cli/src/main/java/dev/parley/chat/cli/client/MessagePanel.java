package dev.parley.chat.cli.client;

import dev.parley.chat.DeliveryState;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.client.Talk.Said;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Keypress;
import java.net.URI;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One message whole, with all that is known of it, as it is at the moment. */
final class MessagePanel implements Panel {
    /** So many links have a digit of their own. */
    private static final int MAX_NUMBERED = 9;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx", Locale.ROOT);

    private final RoomPane pane;
    private final Said said;
    private final Theme theme;
    private final ZoneId zone;
    private final Consumer<Wish> wishes;
    private final Scroll scroll = new Scroll();

    /** Whether the next {@code d} deletes. */
    private boolean isDeleting;

    MessagePanel(RoomPane pane, Said said, Theme theme, ZoneId zone, Consumer<Wish> wishes) {
        this.pane = pane;
        this.said = said;
        this.theme = theme;
        this.zone = zone;
        this.wishes = wishes;
    }

    @Override
    public String title() {
        return (said.file().isPresent() ? "File of " : "Message of ") + TerminalText.clean(said.name());
    }

    @Override
    public int wantedRows(int columns) {
        return Scroll.rows(flow().lines(columns)) + 1 + foot().lines(columns).size();
    }

    @Override
    public void draw(Canvas canvas) {
        Canvas above = Panel.above(foot(), canvas);
        scroll.draw(flow().lines(canvas.columns()), above, pane.drawer());
    }

    private Flow flow() {
        Flow flow = pane.whole(said);
        flow.run("\n\n" + TIME.format(said.at().atZone(zone)), theme.quiet());
        flow.run(said.isEdited() ? ", edited" : "", theme.quiet());
        said.privateTo()
                .ifPresent(name -> flow.run(
                        said.isOwn() ? ", to " + TerminalText.clean(name) + " alone" : ", to you alone",
                        theme.warning()));
        said.replyTo()
                .flatMap(pane.talk()::find)
                .ifPresent(other -> flow.run("\nanswers " + TerminalText.clean(other.name()), theme.quiet()));
        for (ReactionTotal total : said.reactions()) {
            flow.run("\n" + TerminalText.clean(total.reaction().text()), theme.emote());
            flow.run(" of " + who(total), theme.quiet());
        }
        new TreeMap<>(said.deliveries())
                .forEach((peer, state) -> flow.run("\n" + name(peer) + " " + words(state), theme.quiet()));
        List<URI> links = links();
        for (int i = 0; i < links.size(); i++) {
            flow.run("\n" + (i < MAX_NUMBERED ? i + 1 + " " : "  "), theme.accent());
            flow.run(links.get(i).toString(), theme.link());
        }
        return flow;
    }

    /** Those who are here by their names, in the order in which they came; the rest are counted. */
    private String who(ReactionTotal total) {
        List<String> names = new ArrayList<>();
        for (Talk.Person person : pane.talk().people()) {
            Participant one = person.participant();
            if (total.by().contains(one.id())) {
                names.add(one.self() ? "you" : TerminalText.clean(one.shownName()));
            }
        }
        int others = total.count() - names.size();
        if (names.isEmpty()) {
            return others == 1 ? "one who is not here any more" : others + " who are not here any more";
        }
        return String.join(", ", names) + (others > 0 ? " and " + others + (others == 1 ? " other" : " others") : "");
    }

    private String name(PeerId peer) {
        return pane.talk().people().stream()
                .map(Talk.Person::participant)
                .filter(one -> one.id().equals(peer))
                .findFirst()
                .map(one -> TerminalText.clean(one.shownName()))
                .orElse("one who is not here any more");
    }

    private static String words(DeliveryState state) {
        return switch (state) {
            case QUEUED -> "does not have it yet";
            case SENT -> "is being sent it";
            case DELIVERED -> "has it";
            case READ -> "has read it";
            case FAILED -> "left without it";
        };
    }

    private boolean isThere() {
        return said.gone().isEmpty();
    }

    private List<URI> links() {
        return isThere() ? Links.all(said.text()) : List.of();
    }

    private Flow foot() {
        if (isDeleting) {
            return new Flow().run("d again deletes it for everybody", theme.warning());
        }
        if (!isThere()) {
            return new Flow();
        }
        int numbered = Math.min(MAX_NUMBERED, links().size());
        String digits = numbered > 1 ? "1-" + numbered : "1";
        return new Flow()
                .run(
                        Panel.keys(
                                "r reply",
                                "c copy",
                                pane.talk().canEdit(said) ? "e edit" : "",
                                pane.talk().canDelete(said) ? "d delete" : "",
                                pane.talk().canGet(said) ? "g get" : "",
                                numbered > 0 ? digits + " open link" : "",
                                numbered > 0 ? "Alt with " + digits + " copy" : ""),
                        theme.quiet());
    }

    @Override
    public Taken take(Keypress key) {
        if (scroll.take(key)) {
            return Taken.STAYS;
        }
        if (key instanceof Keypress.Chord chord && chord.held() == Keypress.Held.ALT) {
            link(chord.letter(), link -> wishes.accept(new Wish.Copy(link.toString())));
        }
        return key instanceof Keypress.Typed typed && isThere() ? letter(typed.text()) : Taken.STAYS;
    }

    private Taken letter(String letter) {
        boolean isAgain = isDeleting;
        isDeleting = false;
        switch (letter) {
            case "r" -> pane.reply(said);
            case "c" -> pane.copy(said);
            case "e" -> {
                if (!pane.talk().canEdit(said)) {
                    return Taken.STAYS;
                }
                pane.edit(said);
            }
            case "g" -> {
                if (!pane.talk().canGet(said)) {
                    return Taken.STAYS;
                }
                wishes.accept(new Wish.Type(pane.tab(), "/get " + said.fileNumber()));
            }
            case "d" -> {
                boolean canDelete = pane.talk().canDelete(said);
                isDeleting = canDelete && !isAgain;
                if (isDeleting || !canDelete) {
                    return Taken.STAYS;
                }
                pane.delete(said);
            }
            default -> {
                if (letter.length() == 1) {
                    link(letter.charAt(0), link -> wishes.accept(new Wish.Open(link)));
                }
                return Taken.STAYS;
            }
        }
        return Taken.CLOSES;
    }

    private void link(char digit, Consumer<URI> action) {
        int number = digit - '0';
        if (number >= 1 && number <= Math.min(MAX_NUMBERED, links().size())) {
            action.accept(links().get(number - 1));
        }
    }
}
