package dev.parley.chat.cli.client;

import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.store.RoomRecord;
import java.time.ZoneId;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What was said in a room that one was in, as far as it is kept on this machine; to be read. */
final class PastPanel implements Panel {
    private static final int WHEEL_ROWS = 3;

    /** A room that one is not in has no emotes, and so no pictures. */
    private static final int NO_TAB = 0;

    private final RoomRecord room;
    private final Theme theme;
    private final Consumer<Wish> wishes;
    private final Talk talk;
    private final TalkView view;
    private boolean isLoading;
    private boolean isAll;
    private @Nullable String problem;

    /** Asks for the last of it. */
    PastPanel(
            RoomRecord room,
            ZoneId zone,
            Theme theme,
            Pictures pictures,
            Preferences.Clock clock,
            Consumer<Wish> wishes) {
        this.room = room;
        this.theme = theme;
        this.wishes = wishes;
        talk = new Talk(zone);
        view = new TalkView(NO_TAB, talk, zone, theme, pictures);
        view.use(clock);
        load();
    }

    private void load() {
        if (!isLoading && !isAll) {
            isLoading = true;
            wishes.accept(new Wish.ReadPast(room.room(), talk.messages()));
        }
    }

    @Override
    public String title() {
        return TerminalText.clean(room.name());
    }

    @Override
    public int wantedRows(int columns) {
        return Grid.MAX_SIDE;
    }

    @Override
    public void told(Happening happening) {
        if (happening instanceof Happening.PastTalk now && now.room().equals(room.room())) {
            isLoading = false;
            isAll = now.isAll();
            problem = now.problem();
            talk.prepend(now.messages(), now.edited());
        }
    }

    @Override
    public void draw(Canvas canvas) {
        String help = Panel.keys("Up Down PageUp PageDown read", "an invite brings you in again");
        Canvas above = Panel.above(new Flow().run(help, theme.quiet()), canvas);
        if (!talk.items().isEmpty()) {
            view.draw(above);
        }
        String why = problem;
        if (why != null) {
            above.put(0, 0, TerminalText.clean(why), theme.bad());
        } else if (talk.items().isEmpty()) {
            above.put(0, 0, isLoading ? "Reading" + theme.more() : "Nothing that was said is kept.", theme.quiet());
        }
    }

    @Override
    public Taken take(Keypress key) {
        if (key instanceof Keypress.Mouse mouse) {
            switch (mouse.action()) {
                case WHEEL_UP -> view.scroll(WHEEL_ROWS);
                case WHEEL_DOWN -> view.scroll(-WHEEL_ROWS);
                case PRESS -> {}
            }
        } else if (key instanceof Keypress.Pressed pressed) {
            switch (pressed.key()) {
                case UP -> view.scroll(1);
                case DOWN -> view.scroll(-1);
                case PAGE_UP -> view.page(1);
                case PAGE_DOWN -> view.page(-1);
                case HOME -> view.scroll(Integer.MAX_VALUE / 2);
                case END -> view.toEnd();
                default -> {}
            }
        }
        if (view.isAtTop() || talk.items().isEmpty()) {
            load();
        }
        return Taken.STAYS;
    }
}
