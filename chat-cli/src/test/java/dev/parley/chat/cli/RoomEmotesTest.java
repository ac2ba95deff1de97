package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.MessageId;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.cli.Settings.EmoteChannels;
import dev.parley.chat.emotes.ChannelSets;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which emotes hold in a room, by what it names and what the user allows. */
@Timeout(60)
class RoomEmotesTest {

    /**
     * A provider whose channels have one emote each; a channel {@code bad…} is none, one {@code down…} cannot be had.
     */
    private record Channels(String id, List<String> asked) implements EmoteProviderFactory, EmoteProvider, ChannelSets {
        @Override
        public String displayName() {
            return id;
        }

        @Override
        public EmoteProvider create(EmoteSettings settings) {
            return this;
        }

        @Override
        public List<EmoteSource> sources() {
            return List.of();
        }

        @Override
        public EmoteSource channel(String channel) {
            if (channel.startsWith("bad")) {
                throw new IllegalArgumentException("a channel is not called so");
            }
            return EmoteSource.of(channel, EmoteScope.ROOM, context -> {
                asked.add(id + ' ' + channel);
                if (channel.startsWith("down")) {
                    throw new EmoteLoadException(EmoteLoadException.Reason.UNREACHABLE, "it is down");
                }
                return EmoteSet.builder()
                        .add(Emote.builder(new EmoteId(id, "1"), "of-" + channel)
                                .build())
                        .build();
            });
        }
    }

    private static final CompletableFuture<?> NOTHING_TO_LOAD = CompletableFuture.completedFuture(null);

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    private final FakeRoom room = new FakeRoom();
    private @Nullable EmoteRegistry registry;

    @AfterEach
    void close() {
        if (registry != null) {
            registry.close();
        }
    }

    private RoomEmotes enter(EmoteChannels allowed, String... providers) {
        EmoteRegistry.Builder builder = EmoteRegistry.builder().withoutDiscovery();
        for (String provider : providers) {
            builder.factory(new Channels(provider, asked));
        }
        registry = builder.build();
        return new RoomEmotes(
                registry, new Settings.EmoteChoice(Set.of(providers), Map.of(), allowed), NOTHING_TO_LOAD, told::add);
    }

    private void name(RoomEmotes emotes, EmoteChannel... channels) {
        room.set(RoomSettings.FIRST.withEmoteChannels(List.of(channels)));
        emotes.follow(room.room());
    }

    private static EmoteChannel channel(String provider, String channel) {
        return new EmoteChannel(provider, channel);
    }

    /** Waits until the channels are loaded; returns what was told before that. */
    private List<String> loaded() throws InterruptedException {
        List<String> notices = new ArrayList<>();
        while (true) {
            Event event = told.poll(30, TimeUnit.SECONDS);
            if (event instanceof Event.Notice notice) {
                notices.add(notice.text());
            } else {
                assertThat(event).isInstanceOf(Event.EmotesLoaded.class);
                return notices;
            }
        }
    }

    private List<String> notices() {
        List<Event> events = new ArrayList<>();
        told.drainTo(events);
        return events.stream().map(event -> ((Event.Notice) event).text()).toList();
    }

    private static List<String> marked(RoomEmotes emotes, String text) {
        return emotes.mark(text).build().emotes().stream()
                .map(emote -> emote.provider() + ' ' + emote.code())
                .toList();
    }

    @Test
    void whatTheRoomNamesIsMarkedAndWhatItNamesNoLongerIsNot() throws Exception {
        RoomEmotes emotes = enter(EmoteChannels.KNOWN, "7tv");
        assertThat(marked(emotes, "of-a")).isEmpty();
        name(emotes, channel("7tv", "a"));
        assertThat(loaded()).isEmpty();
        assertThat(marked(emotes, "of-a of-b")).containsExactly("7tv of-a");
        name(emotes, channel("7tv", "a"), channel("7tv", "b"));
        assertThat(marked(emotes, "of-a")).as("without a gap").containsExactly("7tv of-a");
        loaded();
        assertThat(marked(emotes, "of-a of-b")).containsExactly("7tv of-a", "7tv of-b");
        emotes.follow(room.room());
        assertThat(asked).as("each is asked for once").containsExactly("7tv a", "7tv b");
        name(emotes, channel("7tv", "b"));
        loaded();
        assertThat(marked(emotes, "of-a of-b")).containsExactly("7tv of-b");
        name(emotes);
        loaded();
        assertThat(marked(emotes, "of-a of-b")).isEmpty();
    }

    @Test
    void aServerThatAnotherHasChosenIsNotAskedUnlessTheUserAllowsIt() throws Exception {
        EmoteChannel chosen = channel("custom", "evil.example");
        RoomEmotes emotes = enter(EmoteChannels.KNOWN, "7tv", "custom");
        name(emotes, chosen);
        assertThat(notices())
                .singleElement()
                .satisfies(notice -> assertThat(notice)
                        .contains("custom (evil.example)", "emote_channels = \"all\"")
                        .doesNotContain("among emotes"));
        emotes.follow(room.room());
        assertThat(notices()).as("it is told once").isEmpty();
        close();
        RoomEmotes allowing = enter(EmoteChannels.ALL, "7tv", "custom");
        name(allowing, chosen);
        assertThat(loaded()).isEmpty();
        assertThat(asked).containsExactly("custom evil.example");
        assertThat(marked(allowing, "of-evil.example")).containsExactly("custom of-evil.example");
    }

    @Test
    void aProviderThatIsNotSwitchedOnIsNotAskedAndItIsSaidHowToSwitchItOn() {
        name(enter(EmoteChannels.ALL, "custom"), channel("7tv", "a"));
        assertThat(notices()).singleElement().asString().contains("7tv (a)", "--emotes 7tv");
        close();
        name(enter(EmoteChannels.KNOWN), channel("7tv", "b"), channel("custom", "c"));
        assertThat(notices()).hasSize(2).last().asString().contains("\"all\"", "custom among emotes");
        assertThat(asked).isEmpty();
    }

    @Test
    void whoWantsNoChannelsHasNoneAndIsNotToldOfThem() {
        name(enter(EmoteChannels.OFF, "7tv"), channel("7tv", "a"), channel("custom", "b"));
        assertThat(notices()).isEmpty();
        assertThat(asked).isEmpty();
    }

    @Test
    void aNameThatIsNoneAndAServerThatIsDownCostANoticeEachAndNothingElse() throws Exception {
        RoomEmotes emotes = enter(EmoteChannels.KNOWN, "7tv");
        name(emotes, channel("7tv", "bad name"), channel("7tv", "down"), channel("7tv", "a"));
        assertThat(loaded())
                .hasSize(2)
                .anySatisfy(notice -> assertThat(notice).contains("bad name", "not called so"))
                .anySatisfy(notice -> assertThat(notice).contains("down"));
        assertThat(marked(emotes, "of-a")).containsExactly("7tv of-a");
    }

    @Test
    void aPluginWithoutChannelsIsNotAsked() {
        registry = EmoteRegistry.builder().withoutDiscovery().build();
        RoomEmotes emotes = new RoomEmotes(
                registry,
                new Settings.EmoteChoice(Set.of("tea"), Map.of(), EmoteChannels.ALL),
                NOTHING_TO_LOAD,
                told::add);
        name(emotes, channel("tea", "a"));
        assertThat(notices()).singleElement().asString().contains("tea has no channels");
    }

    @Test
    void theEmojiOfTheRoomAreMarkedByTheHashesOfTheirImagesEvenWithoutAProvider() {
        RoomEmotes emotes = enter(EmoteChannels.OFF);
        String hash = "ab".repeat(32);
        room.setEmoji(List.of(new RoomEmoji(
                new MessageId("i".repeat(51) + "a"), "Tea_Pot", FakeRoom.ANN, hash, 7, "image/png", Instant.EPOCH)));
        emotes.follow(room.room());
        assertThat(emotes.mark("more :Tea_Pot: :cup:").build().emotes())
                .containsExactly(new EmoteReference("room", hash, ":Tea_Pot:", 5, 14));
        room.setEmoji(List.of());
        emotes.follow(room.room());
        assertThat(marked(emotes, ":Tea_Pot:")).isEmpty();
    }

    @Test
    void whenTheStayIsOverNothingIsLoadedAnyMore() {
        RoomEmotes emotes = enter(EmoteChannels.KNOWN, "7tv");
        emotes.close();
        name(emotes, channel("7tv", "a"));
        assertThat(told).isEmpty();
        assertThat(asked).isEmpty();
    }
}
