package dev.parley.chat.cli.client;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.cli.Deed;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Keypress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks how a room shall be set, beginning with how it is. */
final class RoomForm implements Panel {
    private static final List<String> HISTORY = List.of("as it is", "none", "last 50", "one day", "all");

    private final int tab;
    private final Theme theme;
    private final RoomSettings before;
    private final Consumer<Wish> wishes;
    private final Form form = new Form("Set the room");
    private final Form.Text topic;
    private final Form.Choice history;
    private final Form.Text slow;
    private final Form.Choice locked;
    private final Form.Text disappear;
    private final Form.Text channels;

    RoomForm(int tab, Theme theme, RoomSettings now, Consumer<Wish> wishes) {
        this.tab = tab;
        this.theme = theme;
        this.before = now;
        this.wishes = wishes;
        topic = form.text("Topic", now.topic(), "what the room is about");
        history = form.choice("History", HISTORY, 0, "what newcomers are given; only the host changes it");
        slow = form.text(
                "Slow", String.valueOf(now.slowMode().toSeconds()), "seconds between two messages of one; 0 for none");
        locked = form.choice(
                "Who speaks", List.of("all", "moderators"), now.locked() ? 1 : 0, "moderators only, or everybody");
        disappear = form.text(
                "Disappear",
                String.valueOf(now.disappearAfter().toSeconds()),
                "seconds after which messages disappear; 0 for never");
        List<String> named = new ArrayList<>();
        for (EmoteChannel channel : now.emoteChannels()) {
            named.add(channel.provider() + "=" + channel.channel());
        }
        channels = form.text("Emotes", String.join(" ", named), "such as 7tv=twitch/12345 custom=example.social");
    }

    @Override
    public String title() {
        return "How the room is set";
    }

    @Override
    public int wantedRows(int columns) {
        return form.rows();
    }

    @Override
    public void draw(Canvas canvas) {
        form.draw(canvas, theme);
    }

    @Override
    public Taken take(Keypress key) {
        if (!form.take(key)) {
            return Taken.STAYS;
        }
        try {
            wishes.accept(new Wish.Do(tab, change()));
            return Taken.CLOSES;
        } catch (NumberFormatException e) {
            form.refuse("seconds are a number");
        } catch (IllegalArgumentException e) {
            form.refuse(e.getMessage() == null ? "that is not possible" : e.getMessage());
        }
        return Taken.STAYS;
    }

    private Deed.Change change() {
        HistoryPolicy policy = switch (history.chosen()) {
            case 1 -> HistoryPolicy.NONE;
            case 2 -> HistoryPolicy.last(50);
            case 3 -> HistoryPolicy.last(Duration.ofDays(1));
            case 4 -> HistoryPolicy.ALL;
            default -> null;
        };
        List<EmoteChannel> emotes = new ArrayList<>();
        for (String each : channels.value().split("\\s+", -1)) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                emotes.add(new EmoteChannel(each.substring(0, equals), each.substring(equals + 1)));
            } else if (!each.isEmpty()) {
                throw new IllegalArgumentException("emotes are named PROVIDER=CHANNEL, with blanks between");
            }
        }
        return new Deed.Change(
                changed(before.topic(), topic.value()),
                policy,
                changed(before.slowMode(), Duration.ofSeconds(Long.parseLong(slow.value()))),
                changed(before.locked(), locked.chosen() == 1),
                changed(before.disappearAfter(), Duration.ofSeconds(Long.parseLong(disappear.value()))),
                changed(before.emoteChannels(), emotes));
    }

    /** What was not changed here stays as others set it meanwhile. */
    private static <T> @Nullable T changed(T old, T now) {
        return now.equals(old) ? null : now;
    }
}
