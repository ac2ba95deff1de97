package dev.parley.chat.cli.client;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.cli.Deed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks how a room shall be set, beginning with how it is. */
final class RoomForm extends FormPanel {
    private final int tab;
    private final RoomSettings before;
    private final Consumer<Wish> wishes;
    private final Form.Text topic;
    private final Form.Choice history;
    private final Form.Text slow;
    private final Form.Choice locked;
    private final Form.Text disappear;
    private final Form.Text channels;

    RoomForm(int tab, Theme theme, RoomSettings now, Consumer<Wish> wishes) {
        super("How the room is set", "Set the room", "seconds are a number", theme);
        this.tab = tab;
        this.before = now;
        this.wishes = wishes;
        topic = form.text("Topic", now.topic(), "what the room is about");
        List<String> histories = new ArrayList<>(List.of("as it is"));
        histories.addAll(HISTORY_NAMES);
        history = form.choice("History", histories, 0, "what newcomers are given; only the host changes it");
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
    void submit() {
        wishes.accept(new Wish.Do(tab, change()));
    }

    private Deed.Change change() {
        HistoryPolicy policy = history.chosen() == 0 ? null : HISTORIES.get(history.chosen() - 1);
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
