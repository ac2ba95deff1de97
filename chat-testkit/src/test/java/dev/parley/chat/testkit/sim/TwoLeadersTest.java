package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.crypto.RoomCode;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.RoomEntry;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An evil worker gives the lease of a room to two deputies at once, and sends some to the one and some to the other.
 */
class TwoLeadersTest {

    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofSeconds(100);

    private static Set<String> heard(SimPeer peer) {
        return peer.delivered().stream().map(ChatMessage::text).collect(Collectors.toSet());
    }

    private static PeerId leaderOf(SimPeer peer) {
        return peer.room().participants().stream()
                .filter(participant -> participant.role() == Participant.Role.HOST)
                .map(Participant::id)
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> roster(SimPeer peer) {
        return peer.room().participants().stream().map(Participant::name).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void twoLeadersMakeTwoRoomsThatNeverMergeAndOneAgainWhenTheWorkerRepents(long seed) {
        Split split = new Split(seed);
        SimWorld world = split.world;
        split.lie(10, seed % 2 == 0 ? 10 : 11);
        split.host.crash();
        world.runFor(LONG);
        split.talk("while there are two");

        Map<Set<String>, Set<RoomCode>> codes = new HashMap<>();
        for (SimPeer guest : split.guests()) {
            if (!guest.isConnected()) {
                assertThat(guest.closeReason().map(CloseReason::code))
                        .as("why %s is out", guest)
                        .contains(CloseReason.Code.NO_CONNECTION);
                continue;
            }
            SimPeer leader = leaderOf(guest).equals(split.ann.identity().peerId()) ? split.ann : split.bob;
            assertThat(leaderOf(leader))
                    .as("%s follows who leads", guest)
                    .isEqualTo(leader.identity().peerId());
            assertThat(roster(guest)).as("%s is in one room", guest).isEqualTo(roster(leader));
            codes.computeIfAbsent(roster(guest), unused -> new HashSet<>())
                    .add(guest.room().roomCode().orElseThrow());
            assertThat(heard(guest).stream().filter(text -> text.startsWith("while there are two")))
                    .as("%s hears its own room and no other", guest)
                    .containsExactlyInAnyOrderElementsOf(roster(guest).stream()
                            .map(name -> "while there are two by " + name)
                            .toList());
        }
        assertThat(codes.keySet())
                .as("the rooms")
                .containsExactlyInAnyOrder(Set.of("Ann", "Cleo"), Set.of("Bob", "Dan"));
        assertThat(codes.values()).as("one code in each").allMatch(each -> each.size() == 1);
        assertThat(new HashSet<>(codes.values())).as("and not the same").hasSize(2);
        assertThat(world.corruptWorker().misdeeds()).isPositive();

        world.corruptWorker().repent();
        world.runFor(LONG);
        split.talk("one again");
        Set<String> all = Set.of("Ann", "Bob", "Cleo", "Dan");
        for (SimPeer guest : split.guests()) {
            assertThat(guest.isConnected())
                    .as("%s; closed for %s", guest, guest.closeReason())
                    .isTrue();
            assertThat(roster(guest)).isEqualTo(all);
            for (String name : all) {
                assertThat(heard(guest)).contains("while there are two by " + name, "one again by " + name);
            }
            assertThat(guest.delivered()).doesNotHaveDuplicates();
        }
        assertThat(split.guests().stream().map(TwoLeadersTest::leaderOf).distinct())
                .hasSize(1);
    }

    /** A control: the rules that are watched in {@link CommitterChangeSimulationTest} notice two leaders. */
    @ParameterizedTest
    @ValueSource(longs = {10, 11})
    void theLedgerNoticesTwoLeaders(long fenceOfBob) {
        Split split = new Split(1);
        SimWorld world = split.world;
        LeaseLedger ledger = new LeaseLedger(world.time());
        split.lie(10, fenceOfBob);
        world.corruptWorker().behave(ledger.notes());
        world.network().overhear(ledger);
        ledger.leaseIsDue();
        split.host.crash();
        ledger.gone("Host");
        assertThatThrownBy(() -> world.runFor(LONG))
                .isInstanceOf(AssertionError.class)
                .hasStackTraceContaining(fenceOfBob == 10 ? "under fence 10" : "changes the group as well");
    }

    /** A control: a leader that commits without a lease is noticed. */
    @Test
    void theLedgerNoticesALeaderWithoutALease() {
        VirtualTime time = new VirtualTime();
        LeaseLedger watch = new LeaseLedger(time);
        byte[] commit = {0x11};
        watch.sent("Ann", "Bob", commit);
        watch.leaseIsDue();
        watch.sent("Ann", "Bob", new byte[] {0x10});
        assertThatThrownBy(() -> watch.sent("Ann", "Bob", commit)).hasMessageContaining("without ever having held");

        watch.told("Ann", 1, LEASE);
        watch.sent("Ann", "Bob", commit);
        time.runFor(LEASE);
        assertThatThrownBy(() -> watch.sent("Ann", "Bob", commit)).hasMessageContaining("after the end of its lease");
    }

    /** A control: a commit of an old leader that arrives behind one of a new leader is noticed. */
    @Test
    void theLedgerNoticesAFenceThatBecomesLess() {
        VirtualTime time = new VirtualTime();
        LeaseLedger watch = new LeaseLedger(time);
        watch.leaseIsDue();
        byte[] late = {0x11};
        byte[] early = {0x04};
        watch.told("Ann", 1, LEASE);
        watch.sent("Ann", "Cleo", late);
        time.runFor(LEASE);
        watch.told("Bob", 2, LEASE);
        watch.sent("Bob", "Cleo", early);
        watch.arrived("Bob", "Cleo", early);
        assertThat(watch.changes()).isEqualTo(2);
        assertThatThrownBy(() -> watch.arrived("Ann", "Cleo", late)).hasMessageContaining("that reaches Cleo");
    }

    /** A room with a host, two deputies and two others, whose worker is evil. */
    private static final class Split {
        private final Map<String, Lease> lies = new HashMap<>();

        final SimWorld world;
        final SimPeer host;
        final SimPeer ann;
        final SimPeer bob;
        final SimPeer cleo;
        final SimPeer dan;

        Split(long seed) {
            world = new SimWorld(seed, seed % 3 == 0 ? NetworkProfile.wifi() : NetworkProfile.perfect());
            host = world.peer("Host");
            world.corruptWorker();
            ann = world.peer("Ann");
            bob = world.peer("Bob");
            cleo = world.peer("Cleo");
            dan = world.peer("Dan");
            host.create(RoomOptions.named("Split"));
            assertThat(world.runUntil(host::isConnected, LEASE)).isTrue();
            guests().forEach(guest -> guest.join(host.room().invite()));
            assertThat(world.runUntil(() -> guests().stream().allMatch(SimPeer::isConnected), LEASE))
                    .isTrue();
            CompletableFuture<Void> named = host.room()
                    .nameDeputies(
                            List.of(ann.identity().peerId(), bob.identity().peerId()));
            assertThat(world.runUntil(named::isDone, LEASE)).isTrue();
            named.join();
            world.runFor(Duration.ofSeconds(5));
        }

        List<SimPeer> guests() {
            return List.of(ann, bob, cleo, dan);
        }

        /** Ann and Bob are told to hold the lease, Cleo that Ann does, Dan that Bob does. */
        void lie(long fenceOfAnn, long fenceOfBob) {
            Lease annLeads = new Lease(ann.identity().peerId(), fenceOfAnn, LEASE);
            Lease bobLeads = new Lease(bob.identity().peerId(), fenceOfBob, LEASE);
            lies.putAll(Map.of("Ann", annLeads, "Cleo", annLeads, "Bob", bobLeads, "Dan", bobLeads));
            world.corruptWorker().behave(new Misbehaviour() {
                @Override
                public Lease lease(EvilWorker worker, String client, PeerId asker, Lease truth) {
                    return lies.getOrDefault(client, truth);
                }

                @Override
                public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                    // A deputy asks for the lease when it is told that nobody has it.
                    Lease lie = client.equals("Bob")
                            ? new Lease(host.identity().peerId(), 1, Duration.ZERO)
                            : lies.get(client);
                    return lie == null
                            ? truth
                            : new RoomEntry(
                                    truth.room(),
                                    truth.descriptor(),
                                    truth.peers(),
                                    truth.lastActive(),
                                    truth.succession(),
                                    lie);
                }
            });
        }

        void talk(String what) {
            for (SimPeer guest : guests()) {
                if (guest.isInRoom()) {
                    CompletableFuture<?> unused = guest.send(what + " by " + guest.name());
                }
            }
            world.runFor(Duration.ofSeconds(5));
        }
    }
}
