package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.RoomOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rooms of real drivers over a bad network, from many seeds: loss, duplication, reordering, partitions, crashes, a
 * worker that goes away, clocks that are wrong. {@code -Dparley.sim.seeds=N} runs N of them,
 * {@code -Dparley.sim.seed=S} the one that failed.
 */
class RoomSimulationTest {

    private static final int DEFAULT_SEEDS = 1_000;
    /** A PING and a PONG for each of four links, which go on at rest. */
    private static final long MAX_BYTES_AT_REST = 5 * 4 * 9;

    private static final Duration SETTLING = Duration.ofSeconds(90);

    static LongStream seeds() {
        Long only = Long.getLong("parley.sim.seed");
        return only != null
                ? LongStream.of(only)
                : LongStream.rangeClosed(1, Integer.getInteger("parley.sim.seeds", DEFAULT_SEEDS));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyMessageArrivesOnceAndInItsAuthorsOrder(long seed) {
        try {
            new Scenario(seed).run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + " failed; run it alone with -Dparley.sim.seed=" + seed, e);
        }
    }

    @Test
    void oneSeedGivesOneRun() {
        assertThat(trace(7)).isEqualTo(trace(7)).isNotEqualTo(trace(8));
    }

    private static List<String> trace(long seed) {
        Scenario scenario = new Scenario(seed);
        scenario.run();
        return scenario.host.delivered().stream()
                .map(m -> m.id() + " " + m.text())
                .toList();
    }

    private static final class Scenario {
        private final SimWorld world;
        private final Random random;
        private final SimPeer host;
        private final List<SimPeer> guests = new ArrayList<>();
        private final Audiences audiences = new Audiences();
        private int sent;

        Scenario(long seed) {
            NetworkProfile[] profiles = {
                NetworkProfile.perfect(),
                NetworkProfile.wifi(),
                NetworkProfile.cellular(),
                NetworkProfile.satellite(),
                NetworkProfile.terrible()
            };
            Random choice = new Random(~seed);
            world = new SimWorld(seed, profiles[choice.nextInt(profiles.length)]);
            random = world.random();
            host = world.peer("host", skew());
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                guests.add(world.peer("guest" + i, skew()));
            }
        }

        private Duration skew() {
            return Duration.ofSeconds(random.nextInt(600) - 300);
        }

        void run() {
            host.create(RoomOptions.named("Simulation"));
            assertThat(world.runUntil(host::isConnected, Duration.ofSeconds(30)))
                    .as("the room opens")
                    .isTrue();
            guests.forEach(guest -> guest.join(invite()));
            int steps = 10 + random.nextInt(30);
            for (int i = 0; i < steps; i++) {
                step();
                world.runFor(Duration.ofMillis(random.nextInt(3_000)));
            }
            world.network().heal();
            rejoinTheLost();
            world.runUntil(() -> world.peers().stream().allMatch(SimPeer::isConnected), SETTLING);
            rejoinTheLost();
            world.runUntil(() -> world.peers().stream().allMatch(SimPeer::isConnected), SETTLING);
            world.runFor(SETTLING);
            check();
        }

        private Invite invite() {
            return host.room().invite();
        }

        /** Who gave up, or died, comes back. */
        private void rejoinTheLost() {
            for (SimPeer guest : guests) {
                if (guest.entering().isCompletedExceptionally()
                        || guest.closeReason().isPresent()) {
                    guest.crash();
                    guest.restart();
                    guest.join(invite());
                }
            }
        }

        private void step() {
            SimPeer guest = guests.get(random.nextInt(guests.size()));
            switch (random.nextInt(14)) {
                case 0 -> world.network().moveTo(guest.name(), 1 + random.nextInt(2));
                case 1 -> guests.forEach(each -> world.network().moveTo(each.name(), 0));
                case 2 -> world.network().workerDown(true);
                case 3 -> world.network().workerDown(false);
                case 4 -> {
                    guest.crash();
                    guest.restart();
                    guest.join(invite());
                }
                case 5 -> world.network().cutFromWorker(guest.name(), random.nextBoolean());
                case 6 -> world.worker().forgetRooms();
                case 7, 8, 9 -> burst(guest, 1 + random.nextInt(20));
                default -> say(random.nextInt(3) == 0 ? host : guest);
            }
        }

        private void burst(SimPeer peer, int count) {
            for (int i = 0; i < count; i++) {
                say(peer);
            }
        }

        private void say(SimPeer peer) {
            if (peer.isInRoom()) {
                audiences.say(peer, "message " + ++sent + " by " + peer.name());
            }
        }

        private void check() {
            assertThat(host.isConnected()).as("the host is connected").isTrue();
            List<MessageId> order = ids(host.delivered());
            assertThat(order).as("no message twice at the host").doesNotHaveDuplicates();
            Map<MessageId, Integer> places = new HashMap<>();
            order.forEach(id -> places.put(id, places.size()));
            for (SimPeer peer : world.peers()) {
                assertThat(peer.isConnected())
                        .as(
                                "%s is connected at the end; states %s, closed %s, entering %s",
                                peer, peer.states(), peer.closeReason(), peer.entering())
                        .isTrue();
                assertThat(places.keySet())
                        .as("what %s sent has its place", peer)
                        .containsAll(peer.accepted());
                assertThat(peer.room().queuedBytes())
                        .as("bytes that wait at %s at rest", peer)
                        .isLessThanOrEqualTo(MAX_BYTES_AT_REST);
                assertThat(peer.store().outbox(invite().room(), peer.identity().peerId(), 10))
                        .as("outbox of %s", peer)
                        .isEmpty();
                for (List<ChatMessage> life : peer.lives()) {
                    List<MessageId> heard = ids(life);
                    assertThat(heard).as("no message twice at %s", peer).doesNotHaveDuplicates();
                    assertThat(places.keySet()).as("what %s has heard", peer).containsAll(heard);
                    for (SimPeer author : world.peers()) {
                        assertThat(heard.stream()
                                        .filter(author.accepted()::contains)
                                        .toList())
                                .as("%s hears %s in the order in which it spoke", peer, author)
                                .isSortedAccordingTo(Comparator.comparing(author.accepted()::indexOf));
                    }
                }
                assertThat(peer.room().participants())
                        .as("who is there, as %s sees it", peer)
                        .hasSize(world.peers().size());
            }
            for (SimPeer guest : guests) {
                HashSet<MessageId> heard = new HashSet<>();
                guest.lives().forEach(life -> heard.addAll(ids(life)));
                assertThat(heard)
                        .as("%s has all that was said by those who saw it in the room", guest)
                        .containsAll(audiences.heardFor(guest, host));
            }
        }

        private static List<MessageId> ids(List<ChatMessage> messages) {
            return messages.stream().map(ChatMessage::id).toList();
        }
    }
}
