package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.RoomOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rooms whose peers get other addresses, or are cut off for a while: their links stay. */
final class PathSimulationTest {

    private final List<SimPeer> guests = new ArrayList<>();
    private int sent;

    private SimWorld world(long seed, NetworkProfile profile, int guestCount) {
        SimWorld world = new SimWorld(seed, profile);
        SimPeer host = world.peer("host");
        host.create(RoomOptions.named("Paths"));
        assertThat(world.runUntil(host::isConnected, Duration.ofSeconds(30))).isTrue();
        for (int i = 0; i < guestCount; i++) {
            SimPeer guest = world.peer("guest" + i);
            guest.join(host.room().invite());
            guests.add(guest);
        }
        assertThat(world.runUntil(() -> world.peers().stream().allMatch(SimPeer::isConnected), Duration.ofSeconds(60)))
                .isTrue();
        world.runFor(Duration.ofSeconds(15));
        return world;
    }

    private void talk(SimWorld world, Duration duration) {
        for (Duration passed = Duration.ZERO; passed.compareTo(duration) < 0; passed = passed.plusMillis(700)) {
            var unused = world.peers().get(sent % world.peers().size()).send("m" + sent++);
            world.runFor(Duration.ofMillis(700));
        }
    }

    private void checkThatAllIsHeardOnceInItsAuthorsOrder(SimWorld world) {
        for (SimPeer peer : world.peers()) {
            Map<String, List<Integer>> byAuthor = new HashMap<>();
            for (ChatMessage message : peer.delivered()) {
                byAuthor.computeIfAbsent(message.senderName(), name -> new ArrayList<>())
                        .add(Integer.parseInt(message.text().substring(1)));
            }
            int heard = byAuthor.values().stream().mapToInt(List::size).sum();
            assertThat(heard).as("what %s has heard", peer).isEqualTo(sent);
            byAuthor.forEach((author, numbers) -> assertThat(numbers)
                    .as("%s as %s hears it", author, peer)
                    .isSorted()
                    .doesNotHaveDuplicates());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whoGetsAnotherAddressKeepsItsLinksAndLosesNothing(long seed) {
        SimWorld world = world(seed, seed % 2 == 0 ? NetworkProfile.wifi() : NetworkProfile.cellular(), 3);
        SimPeer mover = world.peers().get((int) (seed % 4));
        Set<Object> before = new LinkedHashSet<>(world.network().links);
        world.network().changeAddress(mover.name());
        talk(world, Duration.ofSeconds(20));
        world.runFor(Duration.ofSeconds(40));
        assertThat(new LinkedHashSet<Object>(world.network().links)).isEqualTo(before);
        checkThatAllIsHeardOnceInItsAuthorsOrder(world);
        for (SimPeer peer : world.peers()) {
            assertThat(peer.left()).as("who left, for %s", peer).isEmpty();
            assertThat(peer.isConnected()).as("%s", peer).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 12})
    void aShortInterruptionMakesNoNewLink(int seconds) {
        SimWorld world = world(seconds, NetworkProfile.wifi(), 2);
        Set<Object> before = new LinkedHashSet<>(world.network().links);
        SimPeer away = guests.get(0);
        world.network().moveTo(away.name(), 1);
        world.network().cutFromWorker(away.name(), true);
        talk(world, Duration.ofSeconds(seconds));
        world.network().moveTo(away.name(), 0);
        world.network().cutFromWorker(away.name(), false);
        world.runFor(Duration.ofSeconds(40));
        assertThat(new LinkedHashSet<Object>(world.network().links)).isEqualTo(before);
        checkThatAllIsHeardOnceInItsAuthorsOrder(world);
        if (seconds > 5) {
            assertThat(away.states()).endsWith(ConnectionState.RECONNECTING, ConnectionState.CONNECTED);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aPathThatIsGoneForGoodGivesWayToANewLinkAndLosesNothing(long seed) {
        SimWorld world = world(seed, NetworkProfile.wifi(), 2);
        SimPeer mover = guests.get(1);
        world.network().moveTo(mover.name(), 1);
        world.network().cutFromWorker(mover.name(), true);
        talk(world, Duration.ofSeconds(38));
        world.network().moveTo(mover.name(), 0);
        world.network().cutFromWorker(mover.name(), false);
        world.runFor(Duration.ofSeconds(90));
        checkThatAllIsHeardOnceInItsAuthorsOrder(world);
        assertThat(mover.isConnected()).isTrue();
    }
}
