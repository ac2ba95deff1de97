package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.Invite;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomStats;
import dev.parley.chat.store.StoredEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Who was away while much was said, more than is remembered. {@code -Dparley.sim.missed=N} for N messages, and how long
 * they took to give; 30,000 is three times what is remembered.
 */
class LongAbsenceSimulationTest {

    private static final int MISSED = Integer.getInteger("parley.sim.missed", 12_000);

    /** What an author may say in a second. */
    private static final int A_SECOND = 75;

    /** Memory of events, queues, and what waits for its place; all of them have bounds of their own. */
    private static final long MAX_HELD_BYTES = 16L * 1024 * 1024;

    private final SimWorld world = new SimWorld(3, NetworkProfile.wifi());
    private final SimPeer host = world.peer("host");
    private final SimPeer ann = world.peer("ann");
    private final SimPeer bob = world.peer("bob");
    private final SimPeer away = world.peer("away");
    private final List<String> saidByAnn = new ArrayList<>();
    private final List<String> saidByBob = new ArrayList<>();
    private @Nullable Invite invite;
    private long mostHeldBytes;

    private void open(RoomOptions options) {
        host.create(options);
        assertThat(world.runUntil(host::isConnected, Duration.ofSeconds(30))).isTrue();
        invite = host.room().invite();
    }

    private Invite invite() {
        return Objects.requireNonNull(invite);
    }

    private void join(SimPeer... peers) {
        for (SimPeer peer : peers) {
            peer.join(invite());
            assertThat(world.runUntil(peer::isConnected, Duration.ofSeconds(60)))
                    .as("%s is connected", peer)
                    .isTrue();
        }
        run(Duration.ofSeconds(10));
    }

    /** Lets time pass, and holds all to their bounds. */
    private void run(Duration duration) {
        for (long left = duration.toSeconds(); left > 0; left--) {
            world.runFor(Duration.ofSeconds(1));
            for (SimPeer peer : List.of(host, ann, bob, away)) {
                if (peer.isConnected()) {
                    CompletableFuture<RoomStats> stats = peer.room().stats();
                    world.runFor(Duration.ofMillis(1));
                    if (stats.isDone()) {
                        mostHeldBytes = Math.max(mostHeldBytes, stats.join().heldBytes());
                    }
                }
            }
            assertThat(mostHeldBytes).isLessThan(MAX_HELD_BYTES);
        }
    }

    private void talk(int messages) {
        for (int said = 0; said < messages; ) {
            for (int i = 0; i < A_SECOND && said < messages; i++, said++) {
                boolean isAnns = said % 2 == 0;
                List<String> list = isAnns ? saidByAnn : saidByBob;
                String text = (isAnns ? "ann " : "bob ") + list.size();
                list.add(text);
                var unused = (isAnns ? ann : bob).send(text);
            }
            world.runFor(Duration.ofSeconds(1));
        }
        run(Duration.ofSeconds(2));
    }

    private List<String> heardFrom(SimPeer author) {
        PeerId id = author.identity().peerId();
        return away.delivered().stream()
                .filter(message -> message.sender().equals(id))
                .map(ChatMessage::text)
                .toList();
    }

    private long kept(SimPeer peer) {
        RoomId room = invite().room();
        long kept = 0;
        for (SimPeer author : List.of(ann, bob)) {
            long next = 1;
            List<StoredEvent> page;
            do {
                page = peer.store().chain(room, author.identity().peerId(), next, 1_000);
                kept += page.stream()
                        .map(StoredEvent::text)
                        .filter(Optional::isPresent)
                        .count();
                next = page.isEmpty() ? next : page.get(page.size() - 1).seq() + 1;
            } while (!page.isEmpty());
        }
        return kept;
    }

    private void comesBack() {
        long begin = System.nanoTime();
        join(away);
        long beginVirtual = world.time().nowNanos();
        int all = saidByAnn.size() + saidByBob.size();
        isWaitedFor();
        System.out.printf(
                "%d missed messages: %d ms of one processor for all, %d ms of the network after 10 s, at most %d KiB held%n",
                all,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
                TimeUnit.NANOSECONDS.toMillis(world.time().nowNanos() - beginVirtual),
                mostHeldBytes / 1_024);
    }

    private void isWaitedFor() {
        int all = saidByAnn.size() + saidByBob.size();
        for (int second = 0; second < 120 && kept(away) < all; second++) {
            run(Duration.ofSeconds(1));
        }
    }

    private void hasAll() {
        assertThat(heardFrom(ann)).containsExactlyElementsOf(saidByAnn);
        assertThat(heardFrom(bob)).containsExactlyElementsOf(saidByBob);
        assertThat(away.gaps()).isEmpty();
    }

    @Test
    void whoComesBackIsGivenAllThatItMissedInOrderWhileTheOthersGoOnTalking() {
        open(RoomOptions.named("Tea"));
        join(ann, bob, away);
        away.crash();
        talk(MISSED);
        away.restart();
        away.join(invite());
        talk(20 * A_SECOND);
        isWaitedFor();
        hasAll();
    }

    @Test
    void itIsGivenAllOfThatByThoseWhoWereStartedAgainMeanwhile() {
        open(RoomOptions.named("Tea"));
        join(ann, bob, away);
        CompletableFuture<?> named =
                host.room().nameDeputies(List.of(ann.identity().peerId()));
        run(Duration.ofSeconds(5));
        assertThat(named).isCompleted();
        away.crash();
        talk(MISSED);
        host.crash();
        run(Duration.ofSeconds(60));
        host.restart();
        join(host);
        ann.crash();
        run(Duration.ofSeconds(60));
        ann.restart();
        join(ann);
        bob.crash();
        run(Duration.ofSeconds(20));
        bob.restart();
        join(bob);
        away.restart();
        comesBack();
        hasAll();
    }

    @Test
    void aNewcomerIsGivenAllOfTheRoomsHistoryIfTheRoomGivesIt() {
        open(RoomOptions.named("Tea"));
        join(ann, bob);
        CompletableFuture<?> changed = host.room().change(host.room().settings().withHistory(HistoryPolicy.ALL));
        talk(MISSED);
        assertThat(changed).isCompleted();
        comesBack();
        hasAll();
    }
}
