package dev.parley.chat.cli.client;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.RoomOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Asks what a new room shall be like. */
final class Creator extends FormPanel {
    private final BiConsumer<RoomOptions, HistoryPolicy> done;
    private final Form.Text name = form.text("Name", "", "what others see in the list and above the room");
    private final Form.Choice visibility = form.choice(
            "Who",
            List.of("private", "public"),
            0,
            "private: who has the invite; public: anybody, by the worker's list");
    private final Form.Choice history =
            form.choice("History", HISTORY_NAMES, 0, "what newcomers are given of what was said");
    private final Form.Text capacity =
            form.text("Capacity", String.valueOf(RoomOptions.DEFAULT_CAPACITY), "how many fit, you included");
    private final Form.Text channel =
            form.text("7TV channel", "", "such as twitch/12345; its emotes are those of the room");
    private final Form.Text domain =
            form.text("Emoji of", "", "a domain such as example.social; its emoji are those of the room");

    Creator(Theme theme, BiConsumer<RoomOptions, HistoryPolicy> done) {
        super("New room", "Open the room", "the capacity is a number", theme);
        this.done = done;
    }

    @Override
    void submit() {
        done.accept(options(), HISTORIES.get(history.chosen()));
    }

    private RoomOptions options() {
        List<EmoteChannel> channels = new ArrayList<>();
        if (!channel.value().isEmpty()) {
            channels.add(new EmoteChannel("7tv", channel.value()));
        }
        if (!domain.value().isEmpty()) {
            channels.add(new EmoteChannel("custom", domain.value()));
        }
        return RoomOptions.builder(name.value())
                .visibility(visibility.chosen() == 1 ? RoomOptions.Visibility.PUBLIC : RoomOptions.Visibility.PRIVATE)
                .capacity(Integer.parseInt(capacity.value()))
                .emoteChannels(channels)
                .build();
    }
}
