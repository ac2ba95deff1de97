package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.RoomOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who was away while much was said. {@code -Dparley.sim.missed=N} for N messages, and how long they took to give. */
class LongAbsenceSimulationTest {

    private static final int MISSED = Integer.getInteger("parley.sim.missed", 1_000);

    /** What an author may say in a second. */
    private static final int A_SECOND = 50;

    @Test
    void whoComesBackIsGivenAllThatItMissedInOrder() {
        SimWorld world = new SimWorld(3, NetworkProfile.wifi());
        SimPeer host = world.peer("host");
        host.create(RoomOptions.named("Tea"));
        assertThat(world.runUntil(host::isConnected, Duration.ofSeconds(30))).isTrue();
        SimPeer ann = world.peer("ann");
        SimPeer away = world.peer("away");
        ann.join(host.room().invite());
        away.join(host.room().invite());
        world.runFor(Duration.ofSeconds(10));
        away.crash();
        List<String> said = new ArrayList<>();
        while (said.size() < MISSED) {
            for (int i = 0; i < A_SECOND && said.size() < MISSED; i++) {
                String text = "sentence " + said.size();
                said.add(text);
                var unused = ann.send(text);
            }
            world.runFor(Duration.ofSeconds(1));
        }
        long begin = System.nanoTime();
        long beginVirtual = world.time().nowNanos();
        away.restart();
        away.join(host.room().invite());
        assertThat(world.runUntil(() -> away.delivered().size() >= MISSED, Duration.ofMinutes(2)))
                .as("all has come")
                .isTrue();
        System.out.printf(
                "%d missed messages: %d ms of one processor for all three, %d ms of the network%n",
                MISSED,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
                TimeUnit.NANOSECONDS.toMillis(world.time().nowNanos() - beginVirtual));
        assertThat(away.delivered().stream().map(ChatMessage::text)).containsExactlyElementsOf(said);
    }
}
