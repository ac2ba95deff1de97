package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.SignedSuccession;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who leads a room after its host, in virtual time. */
final class CommitterChangeTest {

    private static final Duration TAKEOVER = MachineHarness.LEASE.plusSeconds(20);

    private final MachineHarness world = new MachineHarness();
    private final Node host = world.host().start();
    private final Node ann = join("Ann", 2);
    private final Node bob = join("Bob", 3);
    private final Node cleo = join("Cleo", 4);

    private Node join(String name, int number) {
        Node node = world.participant(name, number).start();
        world.advanceMillis(500);
        return node;
    }

    /** Somebody who comes after the worker knows of the succession. */
    private Node joinLate(String name, int number, @Nullable SignedSuccession signed, @Nullable Lease lease) {
        return joinLate(name, number, host.secret, signed, lease);
    }

    private Node joinLate(
            String name, int number, RoomSecret secret, @Nullable SignedSuccession signed, @Nullable Lease lease) {
        return joinLate(name, number, secret, signed, lease, 0);
    }

    private Node joinLate(
            String name,
            int number,
            RoomSecret secret,
            @Nullable SignedSuccession signed,
            @Nullable Lease lease,
            int leastSuccession) {
        Identity identity = MachineHarness.identity(number);
        RoomConfig config = world.config(identity, name);
        Node node = world.participant(new RoomConfig(
                identity,
                name,
                config.descriptor(),
                secret,
                config.maxQueuedBytes(),
                config.seed(),
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                signed,
                lease,
                leastSuccession,
                world.epochMillis()));
        node.start();
        world.advanceMillis(500);
        return node;
    }

    private long name(PeerId... deputies) {
        long ticket = host.request(number -> new Input.NameDeputies(number, List.of(deputies)));
        assertThat(host.completed).contains(ticket);
        return ticket;
    }

    private static boolean leads(Node node) {
        return node.machine instanceof HostMachine && node.machine.state == ConnectionState.CONNECTED;
    }

    @Test
    void theFirstDeputyGoesOnWhenTheHostIsLost() {
        name(ann.id(), bob.id());
        host.crash();
        world.advance(TAKEOVER);

        assertThat(leads(ann)).isTrue();
        assertThat(leads(bob)).isFalse();
        bob.takeTold();
        cleo.takeTold();
        ann.send("I lead");
        bob.send("and we follow");
        cleo.send("all of us");
        List<String> all = List.of("Ann: I lead", "Bob: and we follow", "Cleo: all of us");
        assertThat(bob.messages()).isEqualTo(all);
        assertThat(cleo.messages()).isEqualTo(all);
    }

    @Test
    void theSecondDeputyGoesOnWhenTheFirstIsLostToo() {
        name(ann.id(), bob.id());
        host.crash();
        ann.crash();
        world.advance(TAKEOVER);

        assertThat(leads(bob)).isTrue();
        cleo.takeTold();
        bob.send("I lead");
        assertThat(cleo.messages()).containsExactly("Bob: I lead");
    }

    @Test
    void aRoomWithoutDeputiesEndsWithItsHost() {
        host.handle(new Input.Leave());
        world.settle();
        assertThat(ann.closedFor()).isEqualTo(Code.ROOM_ENDED);
        assertThat(host.all(Output.Withdraw.class)).hasSize(1);
    }

    @Test
    void aHostThatLeavesHandsTheRoomOverWithoutWaitingForTheLease() {
        name(bob.id());
        host.handle(new Input.Leave());
        world.settle();
        assertThat(host.all(Output.Withdraw.class)).isEmpty();
        world.advance(Duration.ofSeconds(5));

        assertThat(leads(bob)).isTrue();
        ann.takeTold();
        bob.send("on we go");
        assertThat(ann.messages()).containsExactly("Bob: on we go");
        assertThat(cleo.messages()).contains("Bob: on we go");
    }

    @Test
    void whatWasOnItsWayDuringTheChangeArrivesOnce() {
        name(bob.id());
        // Ann hears what Bob does not, and Cleo's word reaches nobody.
        world.stall(bob.linkAtHost());
        host.send("heard by Ann and Cleo");
        ann.send("ordered, and heard by Cleo");
        world.stall(cleo.link());
        cleo.send("never ordered");
        bob.takeTold();
        host.crash();
        world.advance(TAKEOVER);
        world.advance(TAKEOVER);

        assertThat(leads(bob)).isTrue();
        assertThat(bob.messages())
                .containsExactlyInAnyOrder(
                        "Host: heard by Ann and Cleo", "Ann: ordered, and heard by Cleo", "Cleo: never ordered");
        for (Node node : List.of(ann, cleo)) {
            assertThat(node.messages())
                    .as(node.name)
                    .containsExactlyInAnyOrder(
                            "Host: heard by Ann and Cleo", "Ann: ordered, and heard by Cleo", "Cleo: never ordered");
        }
    }

    @Test
    void aDeputyThatOnlyLostItsOwnLinkComesBackAsAParticipant() {
        name(ann.id());
        world.cut(ann.linkAtHost());
        world.advance(Duration.ofSeconds(20));

        assertThat(leads(host)).isTrue();
        assertThat(leads(ann)).isFalse();
        ann.takeTold();
        host.send("still me");
        assertThat(ann.messages()).containsExactly("Host: still me");
    }

    @Test
    void aHostWithoutALeaseChangesNothingInTheGroupAndPassesMessagesOn() {
        name(ann.id());
        world.isLeaseServed = false;
        world.advance(TAKEOVER);
        long commits = commits();
        Node dan = joinLate("Dan", 5, null, null);
        long ticket = host.kick(bob.id());
        assertThat(bob.closed).as("cut off at once").isNotNull();
        assertThat(host.completed).doesNotContain(ticket);
        assertThat(commits()).isEqualTo(commits);
        ann.takeTold();
        cleo.send("we talk on");
        assertThat(ann.messages()).containsExactly("Cleo: we talk on");
        assertThat(dan.machine.state).isEqualTo(ConnectionState.CONNECTING);

        world.isLeaseServed = true;
        world.advance(Timer.LEASE.toDuration());
        assertThat(host.completed).contains(ticket);
        assertThat(commits()).isGreaterThan(commits);
    }

    private long commits() {
        return host.all(Output.Transmit.class).stream()
                .filter(transmit -> transmit.frame()[0] == 0x11)
                .count();
    }

    @Test
    void aHostThatComesBackToTheWorkerTooLateStandsDownAndRejoins() {
        name(ann.id());
        // The host and two participants are on an island: only the deputy reaches the worker, and not the host.
        world.worker.remove(host.id());
        host.handle(new Input.SignalingDown(new SignalingException(Problem.UNREACHABLE, "away")));
        world.cut(ann.linkAtHost());
        world.advance(TAKEOVER);
        assertThat(leads(ann)).isTrue();
        assertThat(leads(host)).as("goes on with its island, without commits").isTrue();
        host.send("on the island");
        ann.send("on the mainland");
        assertThat(bob.messages()).contains("Host: on the island");

        world.worker.put(host.id(), host);
        host.handle(new Input.SignalingUp());
        world.settle();
        assertThat(leads(host)).as("stands down").isFalse();
        world.advance(TAKEOVER);

        assertThat(host.machine.state).isEqualTo(ConnectionState.CONNECTED);
        for (Node node : List.of(host, ann, bob, cleo)) {
            assertThat(node.messages())
                    .as(node.name)
                    .containsOnlyOnce("Host: on the island")
                    .containsOnlyOnce("Ann: on the mainland");
        }
        bob.takeTold();
        host.send("a participant now");
        assertThat(bob.messages()).containsExactly("Host: a participant now");
    }

    @Test
    void nobodyFollowsWhomTheHostHasNotNamed() {
        name(ann.id());
        // The worker gives the lease to one that the host has not named.
        world.lease = new Lease(cleo.id(), 99, MachineHarness.LEASE);
        world.leaseEndNanos = world.nowNanos + Duration.ofHours(1).toNanos();
        host.crash();
        world.advance(Duration.ofSeconds(40));
        assertThat(leads(cleo)).isFalse();
        assertThat(ann.machine.leader.peerId()).isEqualTo(host.id());
        assertThat(bob.machine.leader.peerId()).isEqualTo(host.id());
    }

    @Test
    void nobodyFollowsAnOldFence() {
        name(ann.id(), bob.id());
        host.crash();
        world.advance(TAKEOVER);
        assertThat(leads(ann)).isTrue();
        long fence = cleo.machine.governance.fence();
        cleo.handle(new Input.LeaderFound(new Lease(bob.id(), fence, MachineHarness.LEASE), null));
        world.cut(cleo.link());
        world.settle();
        cleo.handle(new Input.LeaderFound(new Lease(bob.id(), fence, MachineHarness.LEASE), null));
        assertThat(cleo.machine.leader.peerId()).isEqualTo(ann.id());
    }

    @Test
    void aSuccessionThatAnotherSignedChangesNothing() {
        Succession forged = new Succession(
                9,
                1,
                world.epochMillis() + 1_000,
                List.of(MachineHarness.identity(4).card()));
        Node dan = joinLate(
                "Dan",
                5,
                forged.sign(MachineHarness.identity(4), world.descriptor.room()),
                new Lease(cleo.id(), 7, MachineHarness.LEASE));
        assertThat(dan.machine.leader.peerId()).isEqualTo(host.id());
        assertThat(dan.machine.state).isEqualTo(ConnectionState.CONNECTED);
    }

    @Test
    void aNewcomerFindsTheDeputyThatLeads() {
        name(ann.id());
        host.crash();
        world.advance(TAKEOVER);
        Node dan = joinLate("Dan", 5, world.succession, world.lease);

        assertThat(dan.machine.state).isEqualTo(ConnectionState.CONNECTED);
        dan.send("hello all");
        assertThat(ann.messages()).contains("Dan: hello all");
    }

    @Test
    void anOldSuccessionLeadsNoNewcomerWhoseInviteIsYounger() {
        name(ann.id(), bob.id());
        SignedSuccession old = world.succession;
        name(bob.id());
        assertThat(host.told).as("Ann is no deputy any more").contains("invite .2");
        assertThat(cleo.told).contains("invite .2");
        Lease lease = new Lease(ann.id(), 7, MachineHarness.LEASE);

        Node dan = joinLate("Dan", 5, host.secret, old, lease, 2);
        assertThat(dan.machine.leader.peerId()).isEqualTo(host.id());
        assertThat(dan.machine.state).isEqualTo(ConnectionState.CONNECTED);

        Node eve = joinLate("Eve", 6, host.secret, old, lease, 1);
        assertThat(eve.machine.leader.peerId()).as("with an invite of before").isEqualTo(ann.id());
    }

    @Test
    void theInviteStaysWhileAllDeputiesStay() {
        name(ann.id());
        name(bob.id(), ann.id());
        assertThat(host.told).noneMatch(told -> told.startsWith("invite"));
        host.kick(bob.id());
        assertThat(host.told).contains("invite .3");
    }

    @Test
    void anExpiredSuccessionLeadsNoNewcomer() {
        PeerCard deputy = ann.identity.card();
        Lease lease = new Lease(ann.id(), 7, MachineHarness.LEASE);
        long now = world.epochMillis();
        SignedSuccession expired = new Succession(1, 1, now - 1, List.of(deputy)).sign(host.identity, room());
        Node dan = joinLate("Dan", 5, expired, lease);
        assertThat(dan.machine.leader.peerId()).isEqualTo(host.id());
        assertThat(dan.machine.state).isEqualTo(ConnectionState.CONNECTED);

        SignedSuccession running = new Succession(1, 1, now + 60_000, List.of(deputy)).sign(host.identity, room());
        Node eve = joinLate("Eve", 6, running, lease);
        assertThat(eve.machine.leader.peerId()).as("while it runs").isEqualTo(ann.id());
    }

    @Test
    void aNewcomerThatHasOnlyAnExpiredSuccessionIsToldSo() {
        name(ann.id());
        SignedSuccession expired =
                new Succession(1, 1, world.epochMillis() - 1, List.of(ann.identity.card())).sign(host.identity, room());
        host.crash();
        Node dan = joinLate("Dan", 5, expired, new Lease(ann.id(), 7, MachineHarness.LEASE));
        world.advance(Timer.CONNECT.toDuration());
        CloseReason closed = Objects.requireNonNull(dan.closed);
        assertThat(closed.code()).isEqualTo(Code.NO_CONNECTION);
        assertThat(closed.detail()).contains("too old to be believed", "ask for a new invite");
    }

    @Test
    void theHostRenewsTheSuccessionBeforeItExpires() throws MalformedException {
        name(ann.id());
        Succession first = published();
        world.setClocksAhead(Limits.SUCCESSION_RENEWAL.minusSeconds(20));
        world.advance(Duration.ofSeconds(15));
        assertThat(published()).isEqualTo(first);
        world.advance(Duration.ofSeconds(40));
        Succession renewed = published();
        assertThat(renewed.version()).isEqualTo(2);
        assertThat(renewed.least()).isEqualTo(1);
        assertThat(renewed.deputies()).isEqualTo(first.deputies());
        assertThat(renewed.expiresMillis() - world.epochMillis())
                .isBetween(
                        Limits.SUCCESSION_LIFETIME.minusMinutes(1).toMillis(), Limits.SUCCESSION_LIFETIME.toMillis());
        assertThat(host.told).noneMatch(told -> told.startsWith("invite"));

        host.crash();
        world.advance(TAKEOVER);
        assertThat(leads(ann)).as("it knows of the renewal").isTrue();
    }

    @Test
    void allAreToldThatADeputyLeads() {
        name(ann.id());
        host.crash();
        world.advance(TAKEOVER);
        Node dan = joinLate("Dan", 5, world.succession, world.lease);
        for (Node node : List.of(ann, bob, cleo, dan)) {
            assertThat(node.told).as(node.name).containsOnlyOnce("led by Ann");
        }
        assertThat(host.told).noneMatch(told -> told.startsWith("led by"));
    }

    private RoomId room() {
        return world.descriptor.room();
    }

    /** What the worker has. */
    private Succession published() throws MalformedException {
        return Succession.verify(Objects.requireNonNull(world.succession), room(), host.identity.card());
    }

    @Test
    void aDeputyThatIsRemovedIsNoneAnyMore() {
        name(ann.id(), bob.id());
        host.kick(ann.id());
        host.crash();
        world.advance(TAKEOVER);
        assertThat(leads(bob)).isTrue();
        Succession now = bob.machine.succession;
        assertThat(now == null ? null : now.deputies()).containsExactly(bob.identity.card());
    }

    @Test
    void aDeputyRemovesParticipantsButNeitherHostNorDeputies() {
        name(ann.id(), bob.id());
        host.crash();
        world.advance(TAKEOVER);
        assertThat(leads(ann)).isTrue();
        long another = ann.kick(bob.id());
        assertThat(ann.rejected.get(another)).isInstanceOf(NotAllowedException.class);
        long deputies = ann.request(number -> new Input.NameDeputies(number, List.of(cleo.id())));
        assertThat(ann.rejected.get(deputies)).isInstanceOf(NotAllowedException.class);
        long participant = ann.kick(cleo.id());
        assertThat(ann.completed).contains(participant);
        assertThat(cleo.closed).isNotNull();
        assertThat(bob.secret).isEqualTo(ann.secret).isNotEqualTo(MachineHarness.SECRET);
    }

    @Test
    void whoIsKickedWithoutALeaseDoesNotComeBackBeforeItIsRemoved() {
        name(ann.id());
        world.isLeaseServed = false;
        world.advance(TAKEOVER);
        long ticket = host.kick(bob.id());
        Node again = join("Bob", 3);
        Node accomplice = join("Mallory", 6);
        assertThat(host.completed).doesNotContain(ticket);

        world.isLeaseServed = true;
        world.advance(Timer.LEASE.toDuration().plusSeconds(10));
        assertThat(host.completed).contains(ticket);
        for (Node node : List.of(again, accomplice)) {
            assertThat(node.closedFor()).as(node.name).isEqualTo(Code.WRONG_SECRET);
            assertThat(node.secret).as(node.name).isEqualTo(MachineHarness.SECRET);
        }
        ann.takeTold();
        host.send("among us");
        assertThat(ann.messages()).containsExactly("Host: among us");
    }

    @Test
    void aDeputyThatMissedARemovalDoesNotLead() {
        name(ann.id(), bob.id());
        world.worker.remove(ann.id());
        world.cut(ann.linkAtHost());
        host.kick(cleo.id());
        host.crash();
        world.advance(Duration.ofSeconds(5));
        world.worker.put(ann.id(), ann);
        world.advance(TAKEOVER);

        assertThat(leads(bob)).isTrue();
        assertThat(leads(ann))
                .as("the first deputy, who knows the secret of before only")
                .isFalse();
        assertThat(ann.machine.state).isEqualTo(ConnectionState.CONNECTED);
        assertThat(ann.secret).isEqualTo(bob.secret).isNotEqualTo(MachineHarness.SECRET);
        Node again = joinLate("Cleo", 4, MachineHarness.SECRET, world.succession, world.lease);
        assertThat(again.closedFor()).isEqualTo(Code.WRONG_SECRET);
    }

    @Test
    void membersLearnThatADeputyIsRemovedWhetherTheWorkerTakesItOrNot() {
        name(ann.id(), bob.id());
        world.isSuccessionTaken = false;
        host.kick(ann.id());
        assertThat(bob.machine.succession).isNotNull();
        assertThat(cleo.machine.cardOfLeader(ann.id())).isNull();
        assertThat(cleo.machine.cardOfLeader(bob.id())).isEqualTo(bob.identity.card());
        SignedSuccession before = world.succession;

        world.isSuccessionTaken = true;
        world.advance(Timer.LEASE.toDuration().multipliedBy(2));
        assertThat(world.succession).as("published later").isNotEqualTo(before);
    }

    @Test
    void aNamingWhoseAnswerIsLostIsTakenBack() {
        world.isAnswerLost = true;
        long lost = host.request(number -> new Input.NameDeputies(number, List.of(ann.id())));
        assertThat(host.rejected.get(lost)).isInstanceOf(SignalingException.class);
        world.isAnswerLost = false;
        world.advance(Timer.LEASE.toDuration().multipliedBy(2));
        assertThat(host.machine.hasDeputies()).isFalse();

        name(bob.id());
        assertThat(world.succession).isEqualTo(host.machine.governance.succession());
        assertThat(cleo.machine.cardOfLeader(ann.id())).isNull();
        assertThat(cleo.machine.cardOfLeader(bob.id())).isNotNull();
        world.cut(cleo.linkAtHost());
        world.advance(Duration.ofSeconds(30));
        assertThat(cleo.machine.state).isEqualTo(ConnectionState.CONNECTED);
    }

    @Test
    void anAnswerWithALesserFenceChangesNothing() {
        name(ann.id());
        host.handle(new Input.LeaseAnswered(new Lease(host.id(), 50, MachineHarness.LEASE)));
        world.settle();
        assertThat(bob.machine.governance.fence()).isEqualTo(50);
        host.handle(new Input.LeaseAnswered(new Lease(host.id(), 2, MachineHarness.LEASE)));
        world.settle();
        assertThat(host.machine.governance.fence()).isEqualTo(50);
        for (Node node : List.of(ann, bob, cleo)) {
            assertThat(node.machine.state).as(node.name).isEqualTo(ConnectionState.CONNECTED);
        }
        // A deputy is told that it leads, under a fence that everybody has left behind.
        world.cut(ann.linkAtHost());
        world.settle();
        ann.handle(new Input.LeaseAnswered(new Lease(ann.id(), 50, MachineHarness.LEASE)));
        assertThat(leads(ann)).isFalse();
    }

    @Test
    void whoBringsAnothersContradictionIsNotBlamedForIt() {
        name(ann.id());
        HandPeer yves = new HandPeer(world, 20).enterAs("Yves");
        HandPeer zoe = new HandPeer(world, 21).enterAs("Zoe");
        world.advanceMillis(500);
        EventHead before = yves.head();
        yves.say(yves.event(Event.TYPE_MESSAGE, Bodies.message(OutgoingMessage.of("one story"), 1)));
        Event other = Event.sign(
                yves.identity,
                world.descriptor.room(),
                before,
                1,
                Event.TYPE_MESSAGE,
                Bodies.message(OutgoingMessage.of("another story"), 1));
        zoe.seal(Content.sync(new Content.Sync(false, List.of(), List.of(other.bytes()), Map.of())));
        assertThat(zoe.closed).as("the messenger").isNull();
        assertThat(yves.closed).as("nobody knows yet which is the true one").isNull();
        yves.seal(Content.sync(new Content.Sync(false, List.of(), List.of(other.bytes()), Map.of())));
        assertThat(yves.goodbye()).isEqualTo(Code.PROTOCOL_VIOLATION);
        assertThat(bob.messages()).contains("Yves: one story").doesNotContain("Yves: another story");
    }

    @Test
    void aWordSealedTooManyCommitsAgoComesBeforeTheNextOne() {
        world.stall(ann.link());
        ann.send("sealed long ago");
        for (int number = 10; number < 14; number++) {
            join("Guest" + number, number);
        }
        ann.send("sealed just now");
        world.unstall(ann.link());
        world.advance(Limits.MAX_DIGEST_DELAY);

        List<String> inOrder = List.of("Ann: sealed long ago", "Ann: sealed just now");
        for (Node node : List.of(host, ann, bob)) {
            assertThat(node.messages()).as(node.name).isEqualTo(inOrder);
        }
    }

    @Test
    void whoComesLastIsNamedToThoseWhoHaveBroughtItsName() {
        name(ann.id());
        // Cleo says its name to the host once more, which Ann does not hear.
        world.silence(ann.link());
        world.worker.remove(ann.id());
        world.worker.remove(cleo.id());
        world.cut(cleo.link());
        world.advance(Timer.GRACE.toDuration().plusSeconds(1));
        world.worker.put(cleo.id(), cleo);
        world.advance(Duration.ofSeconds(10));
        world.worker.remove(host.id());
        host.handle(new Input.SignalingDown(new SignalingException(Problem.UNREACHABLE, "away")));
        world.worker.put(ann.id(), ann);
        world.advance(TAKEOVER);
        assertThat(leads(ann)).isTrue();

        world.worker.remove(cleo.id());
        world.worker.put(host.id(), host);
        host.handle(new Input.SignalingUp());
        world.settle();
        world.advance(Duration.ofSeconds(15));
        assertThat(leads(host)).isFalse();
        world.worker.put(cleo.id(), cleo);
        world.advance(Duration.ofSeconds(15));
        for (Node node : List.of(host, ann, bob)) {
            assertThat(node.told.lastIndexOf("+Cleo")).as(node.name).isGreaterThan(node.told.lastIndexOf("-Cleo"));
        }
    }

    @Test
    void aNewcomerHearsNothingOfWhatWasSaidBeforeItCame() {
        name(ann.id());
        // Bob alone hears it; the host is gone, and Dan comes to Ann before Bob does.
        world.stall(ann.linkAtHost());
        world.stall(cleo.linkAtHost());
        host.send("said before Dan came");
        world.stall(bob.link());
        host.crash();
        world.worker.remove(bob.id(), bob);
        world.advance(Duration.ofSeconds(40));
        assertThat(leads(ann)).isTrue();
        Node dan = joinLate("Dan", 5, world.succession, world.lease);
        assertThat(dan.machine.state).isEqualTo(ConnectionState.CONNECTED);
        world.worker.put(bob.id(), bob);
        world.advance(Duration.ofSeconds(15));

        assertThat(ann.messages()).as("brought by Bob").containsOnlyOnce("Host: said before Dan came");
        world.cut(dan.link());
        world.advance(Duration.ofSeconds(15));
        assertThat(dan.machine.state).isEqualTo(ConnectionState.CONNECTED);
        bob.send("said afterwards");
        assertThat(dan.messages()).containsExactly("Bob: said afterwards");
    }

    @Test
    void aWorkerThatHasForgottenTheFenceIsToldOfIt() {
        name(ann.id());
        long fence = host.machine.governance.fence();
        // The worker has lost what it knew, and has given the lease to Ann under a fence that was there before.
        world.lease = new Lease(ann.id(), fence, MachineHarness.LEASE);
        world.leaseEndNanos = world.nowNanos + Duration.ofHours(1).toNanos();
        world.advance(Timer.LEASE.toDuration());
        assertThat(host.last(Output.AcquireLease.class)).isEmpty();
        assertThat(leads(host)).as("no greater fence, no other leader").isTrue();
        world.advance(Timer.LEASE.toDuration());
        assertThat(host.all(Output.AcquireLease.class))
                .extracting(Output.AcquireLease::fence)
                .endsWith(fence, fence + 1);
    }

    @Test
    void theLeaseCountsAsOverBeforeItIsOverAtTheWorker() {
        name(ann.id());
        world.isLeaseServed = false;
        world.advance(MachineHarness.LEASE.minus(Limits.LEASE_MARGIN).minusMillis(1));
        long commits = commits();
        join("Dan", 5);
        assertThat(commits()).as("within the lease").isGreaterThan(commits);
        commits = commits();
        join("Emil", 6);
        assertThat(commits()).as("after it").isEqualTo(commits);
    }

    @Test
    void deputiesAreConnectedParticipantsOfTheHost() {
        long stranger = host.request(number -> new Input.NameDeputies(
                number, List.of(MachineHarness.identity(50).peerId())));
        assertThat(host.rejected.get(stranger)).isInstanceOf(NotAllowedException.class);
        long twice = host.request(number -> new Input.NameDeputies(number, List.of(ann.id(), ann.id())));
        assertThat(host.rejected.get(twice)).isInstanceOf(NotAllowedException.class);
        world.isLeaseServed = false;
        long away = host.request(number -> new Input.NameDeputies(number, List.of(ann.id())));
        assertThat(host.rejected.get(away)).isInstanceOf(SignalingException.class);
        assertThat(host.machine.hasDeputies()).as("nothing has changed").isFalse();
    }
}
