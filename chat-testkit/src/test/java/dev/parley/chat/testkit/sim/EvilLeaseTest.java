package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.ConnectionState;
import dev.parley.chat.Invite;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.testkit.sim.Verdict.Told;
import dev.parley.chat.testkit.sim.Verdict.Witness;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.RoomEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An evil worker in a room with deputies: it gives the lease to whom it likes and says what it likes of who leads. It
 * can put the room off, end it, or make two of it; but each peer is in one room with all who are in it, under a leader
 * whom the host has named, or out with a reason that has a name ({@link Verdict#holdsInEachRoom}). Seeds as in
 * {@link EvilWorkerTest}.
 */
class EvilLeaseTest {

    private static final Duration LEASE = Duration.ofSeconds(30);

    /** Greater than any that an honest worker has given in these rooms. */
    private static final long HIGH_FENCE = 1_000;

    /** The greatest that there is (docs/protocol.md section 14). */
    private static final long GREATEST_FENCE = (1L << 53) - 2;

    static LongStream seeds() {
        return EvilWorkerTest.seeds();
    }

    /** What a worker does to a room with deputies. */
    private record Plan(String name, Function<AttackedRoom, List<Misbehaviour>> misbehaviours) {
        Plan(String name, Misbehaviour misbehaviour) {
            this(name, room -> List.of(misbehaviour));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static PeerId id(SimPeer peer) {
        return peer.identity().peerId();
    }

    private static Misbehaviour naming(SimPeer leader) {
        return Misbehaviours.namingLeader(id(leader), HIGH_FENCE);
    }

    /** Says to who asks that the lease is free, and gives it to who takes it. */
    private static Misbehaviour givingItAgain() {
        return new Misbehaviour() {
            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                return new RoomEntry(
                        truth.room(), truth.descriptor(), truth.peers(), truth.lastActive(), truth.succession(), null);
            }

            @Override
            public Lease lease(EvilWorker worker, String client, PeerId asker, Lease truth) {
                return new Lease(asker, HIGH_FENCE, LEASE);
            }

            @Override
            public Lease forbiddenLease(EvilWorker worker, String client, PeerId asker) {
                return new Lease(asker, HIGH_FENCE, LEASE);
            }
        };
    }

    /** Says at each question that another of them leads, under a fence that grows. */
    private static Misbehaviour changingItsMind(List<PeerId> leaders) {
        return new Misbehaviour() {
            private Lease any(EvilWorker worker, long than) {
                return new Lease(leaders.get(worker.random().nextInt(leaders.size())), worker.laterFence(than), LEASE);
            }

            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                Lease known = truth.lease();
                return new RoomEntry(
                        truth.room(),
                        truth.descriptor(),
                        truth.peers(),
                        truth.lastActive(),
                        truth.succession(),
                        any(worker, known == null ? 0 : known.fence()));
            }

            @Override
            public Lease lease(EvilWorker worker, String client, PeerId asker, Lease truth) {
                return any(worker, truth.fence());
            }
        };
    }

    private static final List<Plan> PLANS = List.of(
            new Plan("gives the lease to all", Misbehaviours.grantingTheLeaseToAll()),
            new Plan("gives the lease to all under one fence", new Misbehaviour() {
                @Override
                public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                    return Misbehaviours.grantingTheLeaseToAll().find(worker, client, asked, truth);
                }

                @Override
                public Lease lease(EvilWorker worker, String client, PeerId asker, Lease truth) {
                    return new Lease(asker, HIGH_FENCE, LEASE);
                }
            }),
            new Plan("gives the lease to nobody and hides it", Misbehaviours.hidingTheLease()),
            new Plan("gives the lease to nobody", Misbehaviours.refusingTheLease(1, Problem.UNAVAILABLE)),
            new Plan(
                    "refuses the lease at times",
                    Misbehaviours.refusingTheLease(
                            0.5,
                            Problem.UNAVAILABLE,
                            Problem.FORBIDDEN,
                            Problem.UNAUTHORIZED,
                            Problem.RATE_LIMITED,
                            Problem.ROOM_NOT_FOUND,
                            Problem.PROTOCOL)),
            new Plan("answers late", Misbehaviours.answeringLate(0.7, Duration.ofSeconds(40))),
            new Plan("names the first deputy", room -> List.of(naming(room.ann))),
            new Plan("names the second deputy", room -> List.of(naming(room.bob))),
            new Plan("names the host", room -> List.of(naming(room.host))),
            new Plan(
                    "names a member that is no deputy",
                    room -> List.of(naming(room.guests().get(2)))),
            new Plan(
                    "names a stranger",
                    Misbehaviours.namingLeader(Identity.generate().peerId(), HIGH_FENCE)),
            new Plan(
                    "names a deputy under the greatest fence",
                    room -> List.of(Misbehaviours.namingLeader(id(room.bob), GREATEST_FENCE))),
            new Plan(
                    "names another to each",
                    room -> List.of(
                            Misbehaviours.towards(Set.of(room.ann.name()), naming(room.ann)),
                            Misbehaviours.towards(Set.of(room.bob.name()), naming(room.bob)),
                            Misbehaviours.towards(
                                    Set.of(room.guests().get(2).name(), room.host.name()), naming(room.ann)))),
            new Plan(
                    "gives the second deputy the lease as well",
                    room -> List.of(Misbehaviours.towards(Set.of(room.bob.name()), givingItAgain()))),
            new Plan("serves an old succession", Misbehaviours.servingOldSuccessions()));

    static Stream<Arguments> plans() {
        return PLANS.stream().flatMap(plan -> seeds().mapToObj(seed -> Arguments.of(plan, seed)));
    }

    private static AttackedRoom begun(long seed) {
        AttackedRoom room = AttackedRoom.withDeputies(seed).open().enter();
        // Two successions, so that there is an old one.
        return room.nameDeputies(room.bob).nameDeputies(room.ann, room.bob).talk();
    }

    private static void behave(AttackedRoom room, Plan plan) {
        room.worker.behave(plan.misbehaviours().apply(room).toArray(Misbehaviour[]::new));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("plans")
    void aWorkerThatLiesOfTheLeaseWhenTheHostIsLostMergesNoRooms(Plan plan, long seed) {
        AttackedRoom room = begun(seed);
        behave(room, plan);
        room.loseHost().talk();
        int rooms = room.settleInRooms();
        room.requireMisdeeds();
        assertThat(rooms).isBetween(0, 2);
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("plans")
    void aWorkerThatLiesOfTheLeaseWhileTheHostIsThereMergesNoRooms(Plan plan, long seed) {
        AttackedRoom room = begun(seed);
        behave(room, plan);
        room.talk().loseLinks().talk();
        int rooms = room.settleInRooms();
        room.requireMisdeeds();
        assertThat(rooms).isBetween(0, 3);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void withAnHonestWorkerTheFirstDeputyGoesOnWithAll(long seed) {
        AttackedRoom room = begun(seed);
        room.loseHost().talk();
        assertThat(room.settleInRooms()).isEqualTo(1);
        assertThat(room.witnesses())
                .allMatch(Witness::isConnected)
                .allMatch(peer -> id(room.ann).equals(peer.leader()));
        for (Witness peer : room.witnesses()) {
            assertThat(peer.told().stream().map(Told::text))
                    .as("%s has missed nothing", peer.name())
                    .containsExactlyInAnyOrderElementsOf(
                            room.said().stream().map(Verdict.Sentence::text).toList());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aRoomWhoseWorkerChangesItsMindAtEachQuestionComesToRestWithIt(long seed) {
        AttackedRoom room = begun(seed);
        room.worker.behave(changingItsMind(List.of(id(room.host), id(room.ann), id(room.bob))));
        room.loseHost().talk();
        // As long as it goes on, deputies take over and stand down again: that is as good as no service.
        room.world.runFor(Duration.ofMinutes(2));
        room.requireMisdeeds();
        room.worker.repent();
        assertThat(room.settleInRooms()).isBetween(0, 2);
    }

    // ---- what a worker can do

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aWorkerThatGivesTheLeaseToTwoDeputiesMakesTwoRoomsOfOne(long seed) {
        AttackedRoom room = begun(seed);
        SimPeer cleo = room.guests().get(2);
        room.worker.behave(Misbehaviours.towards(Set.of(room.bob.name()), givingItAgain()));
        room.loseHost();

        // Not prevented, but not silent: each is told that a deputy leads now. It shows in the roster of each and in
        // the room code too, and goes no further: no word of one room is heard in the other, and nobody is in both.
        assertThat(room.settleInRooms()).isEqualTo(2);
        assertThat(leader(room.ann)).isEqualTo(leader(cleo)).isEqualTo(id(room.ann));
        assertThat(leader(room.bob)).isEqualTo(id(room.bob));
        assertThat(room.ann.leaders()).containsExactly(id(room.ann));
        assertThat(cleo.leaders()).containsExactly(id(room.ann));
        assertThat(room.bob.leaders()).containsExactly(id(room.bob));
        assertThat(roster(room.ann)).isEqualTo(roster(cleo)).containsExactlyInAnyOrder(id(room.ann), id(cleo));
        assertThat(roster(room.bob)).containsExactly(id(room.bob));
        assertThat(room.ann.room().roomCode()).isPresent().isEqualTo(cleo.room().roomCode());
        assertThat(room.bob.room().roomCode()).as("of a room of one").isEmpty();
        room.requireMisdeeds();
    }

    /**
     * A deputy that was banned, and a worker that helps it. It got the lease from that worker before it heard of the
     * ban, and leads a room that nobody of the true one is in.
     */
    private static final class Usurped {
        private static final String DORA = "Dorothea";

        final AttackedRoom room;
        final SimPeer usurper;
        final SimPeer newcomer;

        private final Invite before;

        Usurped(Visibility visibility) {
            room = new AttackedRoom(2, visibility).open().enter();
            usurper = room.bob;
            room.nameDeputies(room.ann, usurper).talk();
            before = room.invite();
            room.worker.behave(
                    Misbehaviours.towards(Set.of(usurper.name()), givingItAgain()),
                    Misbehaviours.towards(Set.of(DORA), naming(usurper)),
                    Misbehaviours.towards(Set.of(DORA, usurper.name()), Misbehaviours.servingOldSuccessions()));
            room.world.network().moveTo(usurper.name(), 1);
            assertThat(room.world.runUntil(() -> leader(usurper).equals(id(usurper)), Duration.ofSeconds(60)))
                    .as("the worker lets it lead")
                    .isTrue();
            var banned = room.host.room().ban(id(usurper));
            assertThat(room.world.runUntil(banned::isDone, Duration.ofSeconds(60)))
                    .isTrue();
            banned.join();
            room.world.network().moveTo(usurper.name(), 0);
            room.world.runFor(Duration.ofSeconds(30));
            assertThat(room.worker.successions(room.id()))
                    .as("the host has taken it out of the succession")
                    .hasSize(2);
            newcomer = room.newcomer(DORA);
        }

        /** By an invite that the host gave out before the ban. */
        Usurped joinByTheOldInvite() {
            return join(before);
        }

        Usurped join(Invite invite) {
            newcomer.join(invite);
            room.world.runUntil(() -> newcomer.entering().isDone(), Duration.ofSeconds(35));
            room.world.runFor(Duration.ofSeconds(2));
            room.requireMisdeeds();
            return this;
        }

        /** Whoever was in the true room is in it still, without the usurper. */
        void theTrueRoomGoesOn(SimPeer... members) {
            room.talk();
            room.world.runFor(Duration.ofSeconds(5));
            for (SimPeer member : members) {
                assertThat(member.isConnected()).isTrue();
                assertThat(leader(member)).isEqualTo(id(room.host));
                assertThat(roster(member))
                        .containsExactlyInAnyOrderElementsOf(
                                Stream.of(members).map(EvilLeaseTest::id).toList());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Visibility.class)
    void aBannedDeputyWithAnOldSuccessionLeadsNobodyWhoComesWithTheInviteOfNow(Visibility visibility) {
        Usurped usurped = new Usurped(visibility);
        usurped.join(usurped.room.invite());
        usurped.theTrueRoomGoesOn(usurped.room.host, usurped.room.ann, usurped.newcomer);
        assertThat(usurped.newcomer.leaders()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Visibility.class)
    void whoComesWithAnOldInviteIsToldThatABannedDeputyLeads(Visibility visibility) {
        Usurped usurped = new Usurped(visibility).joinByTheOldInvite();
        usurped.theTrueRoomGoesOn(usurped.room.host, usurped.room.ann);

        // Until the old succession expires, nothing that the newcomer has tells it from the one of now: neither an
        // invite of before nor, in a public room, the list of rooms. So it is told that it is not the host who leads.
        // In a private room its invite is void: those who have one of now are in the true room.
        assertThat(leader(usurped.newcomer)).isEqualTo(id(usurped.usurper));
        assertThat(usurped.newcomer.leaders()).containsExactly(id(usurped.usurper));
        assertThat(roster(usurped.newcomer)).containsExactlyInAnyOrder(id(usurped.usurper), id(usurped.newcomer));
        assertThat(usurped.newcomer.delivered())
                .extracting(message -> message.sender())
                .doesNotContain(id(usurped.room.host), id(usurped.room.ann));
    }

    private static PeerId leader(SimPeer peer) {
        return peer.room().participants().stream()
                .filter(participant -> participant.role() == Participant.Role.HOST)
                .map(Participant::id)
                .findFirst()
                .orElseThrow();
    }

    private static Set<PeerId> roster(SimPeer peer) {
        Set<PeerId> all = new HashSet<>();
        peer.room().participants().forEach(participant -> all.add(participant.id()));
        return all;
    }

    // ---- that the rules can fail

    /** Two rooms that a worker has made of one, changed as a successful attack would change them. */
    @Nested
    class TheRules {

        private static final AttackedRoom ROOM = begun(1);

        static {
            ROOM.worker.behave(Misbehaviours.towards(Set.of(ROOM.bob.name()), givingItAgain()));
            ROOM.loseHost();
            assertThat(ROOM.settleInRooms()).isEqualTo(2);
        }

        private final List<Witness> witnesses = new ArrayList<>(ROOM.witnesses());
        private final Set<PeerId> mayLead = Set.of(id(ROOM.host), id(ROOM.ann), id(ROOM.bob));
        private final Set<String> last = new HashSet<>();

        TheRules() {
            List<Verdict.Sentence> said = ROOM.said();
            said.subList(said.size() - 3, said.size()).forEach(sentence -> last.add(sentence.text()));
        }

        private void isNoticed(String rule) {
            assertThatThrownBy(() ->
                            new Verdict(witnesses, Set.of(), ROOM.said()).holdsInEachRoom(id(ROOM.host), mayLead, last))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(rule);
        }

        private Told lastOf(int witness) {
            List<Told> told = witnesses.get(witness).told();
            return told.get(told.size() - 1);
        }

        private void hears(int witness, List<Told> told) {
            witnesses.set(witness, witnesses.get(witness).hearing(told));
        }

        @Test
        void theTwoRoomsAsTheyAreHold() {
            assertThat(new Verdict(witnesses, Set.of(), ROOM.said()).holdsInEachRoom(id(ROOM.host), mayLead, last))
                    .isEqualTo(2);
        }

        @Test
        void aWordOfTheOtherRoomIsNoticed() {
            List<Told> told = new ArrayList<>(witnesses.get(1).told());
            told.add(lastOf(0));
            hears(1, told);
            isNoticed("of no other room");
        }

        @Test
        void aPeerThatHearsNothingIsNoticed() {
            hears(1, List.of());
            isNoticed("all of it");
        }

        @Test
        void aPeerInBothRoomsIsNoticed() {
            Set<PeerId> both = new HashSet<>(witnesses.get(1).roster());
            both.add(witnesses.get(0).id());
            witnesses.set(1, witnesses.get(1).seeing(both));
            isNoticed("is in one room");
        }

        @Test
        void aGhostIsNoticed() {
            Set<PeerId> more = new HashSet<>(witnesses.get(1).roster());
            more.add(Identity.generate().peerId());
            witnesses.set(1, witnesses.get(1).seeing(more));
            isNoticed("sees nobody unknown");
        }

        @Test
        void aLeaderWhomTheHostHasNotNamedIsNoticed() {
            Witness bob = witnesses.get(1);
            Set<PeerId> named = Set.of(id(ROOM.host), id(ROOM.ann));
            assertThatThrownBy(() ->
                            new Verdict(witnesses, Set.of(), ROOM.said()).holdsInEachRoom(id(ROOM.host), named, last))
                    .hasMessageContaining("was named by the host");
            assertThat(bob.leads()).isTrue();
        }

        @Test
        void aPeerThatNobodyToldOfItsLeaderIsNoticed() {
            witnesses.set(0, witnesses.get(0).toldOfNoLeader());
            isNoticed("was told who leads");
        }

        @Test
        void aLeaderThatDoesNotLeadIsNoticed() {
            witnesses.replaceAll(witness -> witness.ledBy(id(ROOM.host)));
            isNoticed("was told who leads");
        }

        @Test
        void anEndWithoutANameIsNoticed() {
            witnesses.set(2, witnesses.get(2).ending(ConnectionState.CLOSED, true, null));
            isNoticed("was told why");
        }
    }
}
