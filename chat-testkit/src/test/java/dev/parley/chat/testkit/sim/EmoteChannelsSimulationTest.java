package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.RoomOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The channels whose emotes a room has: all know them, whenever they come. */
class EmoteChannelsSimulationTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    private final SimWorld world = new SimWorld(7, NetworkProfile.wifi());
    private final SimPeer host = world.peer("host");

    private SimPeer join(String name) {
        SimPeer guest = world.peer(name);
        guest.join(host.room().invite());
        assertThat(world.runUntil(guest::isConnected, LONG)).as("is in").isTrue();
        return guest;
    }

    private static boolean has(SimPeer peer, List<EmoteChannel> channels) {
        return peer.room().settings().emoteChannels().equals(channels);
    }

    @Test
    void theyAreThereFromTheBeginningAndForWhoComesLateAndAfterTheyAreChanged() {
        List<EmoteChannel> first =
                List.of(new EmoteChannel("7tv", "twitch/1"), new EmoteChannel("custom", "a.example"));
        host.create(RoomOptions.builder("Tea").emoteChannels(first).build());
        assertThat(world.runUntil(() -> host.entering().isDone(), LONG)).isTrue();
        assertThat(has(host, first)).as("before anybody was told of the room").isTrue();
        SimPeer early = join("early");
        assertThat(world.runUntil(() -> has(early, first), LONG)).isTrue();

        List<EmoteChannel> second = List.of(new EmoteChannel("7tv", "kick/2"));
        CompletableFuture<Void> changed =
                host.room().change(host.room().settings().withEmoteChannels(second));
        assertThat(world.runUntil(() -> has(early, second), LONG)).isTrue();
        assertThat(changed).isCompleted();
        early.crash();
        world.runFor(Duration.ofSeconds(30));
        early.restart();
        early.join(host.room().invite());
        assertThat(world.runUntil(() -> early.isConnected() && has(early, second), LONG))
                .as("whoever was away has them again")
                .isTrue();
        SimPeer late = join("late");
        assertThat(world.runUntil(() -> has(late, second), LONG)).isTrue();
    }
}
