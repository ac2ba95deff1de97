package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A room with a ring, in which every minute one of twenty dies and is started again, while the others talk.
 * {@code -Dparley.sim.members=N} makes it one of N, {@code -Dparley.sim.minutes=M} lets it run for M minutes.
 */
class LargeRoomSimulationTest {

    private static final int MEMBERS = Integer.getInteger("parley.sim.members", 20);
    private static final int MINUTES = Integer.getInteger("parley.sim.minutes", 2);

    /** Of all members in a minute. */
    private static final double CHURN = 0.05;

    /** Far below what the bounds of one member add up to: a little for each link, and what was said. */
    private static final long MAX_HELD_BYTES = (256 + 16L * MEMBERS) * 1024;

    private static final Duration SETTLING = Duration.ofSeconds(90);

    private final SimWorld world = new SimWorld(Long.getLong("parley.sim.seed", 1), NetworkProfile.wifi());
    private final Random random = world.random();
    private final Audiences audiences = new Audiences();
    private final List<SimPeer> guests = new ArrayList<>();
    private int said;
    private long mostHeld;

    @Test
    void everybodyEndsWithAllThatWasSaidInItsPresence() {
        SimPeer host = world.peer("host");
        host.create(RoomOptions.builder("Large").capacity(MEMBERS + 1).build());
        assertThat(world.runUntil(host::isConnected, SETTLING)).isTrue();
        Invite invite = host.room().invite();
        for (int i = 0; i < MEMBERS; i++) {
            SimPeer guest = world.peer("guest" + i);
            guests.add(guest);
            guest.join(invite);
            world.runFor(Duration.ofMillis(100));
        }
        assertThat(world.runUntil(() -> guests.stream().allMatch(SimPeer::isConnected), SETTLING))
                .as("all come in")
                .isTrue();
        world.runFor(Duration.ofSeconds(5));
        for (int second = 0; second < MINUTES * 60; second++) {
            say(second % 10 == 0 ? host : any());
            if (random.nextDouble() < CHURN * MEMBERS / 60) {
                SimPeer lost = any();
                lost.crash();
                lost.restart();
                lost.join(invite);
            }
            world.runFor(Duration.ofSeconds(1));
            rejoinTheLost(invite);
            if (second % 30 == 29) {
                measure();
            }
        }
        assertThat(world.runUntil(() -> guests.stream().allMatch(SimPeer::isConnected), SETTLING))
                .as("all are back")
                .isTrue();
        world.runFor(SETTLING);
        for (SimPeer peer : world.peers()) {
            Set<MessageId> heard = new HashSet<>();
            for (List<ChatMessage> life : peer.lives()) {
                List<MessageId> ids = life.stream().map(ChatMessage::id).toList();
                assertThat(ids).as("%s hears each once", peer).doesNotHaveDuplicates();
                heard.addAll(ids);
            }
            assertThat(heard)
                    .as("%s has all that was said by those who saw it in the room", peer)
                    .containsAll(audiences.heardFor(peer, host));
            assertThat(peer.room().participants())
                    .as("who is there, as %s sees it", peer)
                    .hasSize(world.peers().size());
            assertThat(peer.room().queuedBytes())
                    .as("bytes that wait at %s at rest", peer)
                    .isLessThan(10_000);
        }
        assertThat(host.delivered()).hasSizeGreaterThan(MINUTES * 50);
        measure();
        assertThat(mostHeld).as("most bytes held by one member").isLessThan(MAX_HELD_BYTES);
    }

    private void measure() {
        List<CompletableFuture<RoomStats>> samples = new ArrayList<>();
        for (SimPeer peer : world.peers()) {
            if (peer.isInRoom()) {
                samples.add(peer.room().stats());
            }
        }
        world.runFor(Duration.ofSeconds(2));
        for (CompletableFuture<RoomStats> sample : samples) {
            mostHeld = Math.max(mostHeld, sample.join().heldBytes());
        }
    }

    private SimPeer any() {
        return guests.get(random.nextInt(guests.size()));
    }

    private void say(SimPeer peer) {
        if (peer.isInRoom()) {
            audiences.say(peer, "sentence " + said++);
        }
    }

    private void rejoinTheLost(Invite invite) {
        for (SimPeer guest : guests) {
            if (guest.entering().isCompletedExceptionally()
                    || guest.closeReason().map(CloseReason::code).isPresent()) {
                guest.crash();
                guest.restart();
                guest.join(invite);
            }
        }
    }
}
