package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.DeliveryState;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.StoredEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Links between participants: a room that needs its host for nothing that is said. */
final class MeshTest extends MeshedRoom {

    /** Of a frame of this kind. */
    private static final byte RELAY = 0x16;

    private static Set<PeerId> neighboursOf(Node node) {
        Set<PeerId> peers = new HashSet<>();
        node.machine.admitted().forEach(link -> peers.add(link.peer));
        return peers;
    }

    @Test
    void upToEightMembersAreLinkedAllToAll() {
        enter(7);
        for (Node node : all()) {
            Set<PeerId> others = new HashSet<>();
            all().forEach(other -> others.add(other.id()));
            others.remove(node.id());
            assertThat(neighboursOf(node)).as(node.name).isEqualTo(others);
        }
    }

    @Test
    void aMessageCrossesEachLinkOfItsAuthorOnceAndNoOther() {
        enter(5);
        all().forEach(node -> node.outputs.clear());
        guests.get(0).send("hello");
        assertThat(guests.get(0).all(Output.Transmit.class)).hasSize(5);
        for (Node other : all().subList(2, 6)) {
            assertThat(other.all(Output.Transmit.class)).as(other.name).isEmpty();
        }
        assertThat(host.all(Output.Transmit.class)).isEmpty();
        all().forEach(node -> assertThat(node.messages()).containsExactly("P0: hello"));
    }

    @Test
    void whoStandsBetweenTwoParticipantsIsNoNeighbour() {
        world.isSomebodyBetween = true;
        enter(2);
        for (Node guest : guests) {
            assertThat(neighboursOf(guest)).as(guest.name).containsExactly(host.id());
        }
        guests.get(0).send("by way of the host");
        assertThat(guests.get(1).takeTold()).containsExactly("P0: by way of the host");
    }

    @Test
    void aReceiptThatSomebodyElseMadeIsPassedOver() {
        enter(11);
        Node author = guests.get(0);
        LinkChannel link = author.machine.admitted().stream()
                .filter(each -> !each.peer.equals(host.id()))
                .findFirst()
                .orElseThrow();
        Node lost = guests.stream()
                .filter(guest ->
                        !guest.id().equals(author.id()) && !neighboursOf(author).contains(guest.id()))
                .findFirst()
                .orElseThrow();
        lost.crash();
        author.send("is it there?");
        List<Output.Deliver> told = author.all(Output.Deliver.class);
        MessageId said = told.get(told.size() - 1).message().id();
        long seq = Objects.requireNonNull(author.machine.heads.get(author.id())).seq();
        byte[] forged = Receipts.encode(List.of(new Receipts.Receipt(lost.id(), author.id(), seq, new byte[16])));
        for (byte[] frame : new Frame(Frame.Kind.RECEIPTS, forged).encode()) {
            author.handle(new Input.FrameReceived(link.number, frame));
        }
        world.settle();
        assertThat(author.deliveriesOf(said, lost.id())).doesNotContain(DeliveryState.DELIVERED);
    }

    @Test
    void whatIsGivenAgainChangesNothing() {
        enter(2);
        Node author = guests.get(0);
        author.send("one");
        author.send("two");
        List<StoredEvent> kept = host.all(Output.Persist.class).stream()
                .map(Output.Persist::event)
                .filter(event -> event.sender().equals(author.id()))
                .toList();
        EventHead head = host.machine.heads.get(author.id());
        host.takeTold();
        int before = host.all(Output.Persist.class).size();
        LinkChannel link = Objects.requireNonNull(host.machine.linkTo(author.id()));
        for (StoredEvent again : kept) {
            byte[] sync = Content.sync(new Content.Sync(false, List.of(), List.of(again.bytes()), Map.of()));
            byte[] message = Objects.requireNonNull(author.group()).protect(sync);
            for (byte[] frame : new Frame(Frame.Kind.APPLICATION, message).encode()) {
                host.handle(new Input.FrameReceived(link.number, frame));
            }
        }
        world.settle();
        assertThat(kept).hasSizeGreaterThan(2);
        assertThat(host.machine.heads.get(author.id())).isEqualTo(head);
        assertThat(host.all(Output.Persist.class)).hasSize(before);
        assertThat(host.takeTold()).isEmpty();
    }

    @Test
    void aRoomGoesOnTalkingTheMomentItsHostIsLost() {
        enter(3);
        host.crash();
        guests.get(0).send("is anybody there?");
        guests.get(1).send("I am");
        for (Node guest : guests) {
            assertThat(guest.takeTold()).as(guest.name).containsExactly("P0: is anybody there?", "P1: I am");
        }
        world.advanceMillis(120_000);
        guests.get(2).send("and two minutes later");
        world.advance(Timer.RECEIVED.toDuration());
        for (Node guest : guests) {
            assertThat(guest.takeTold()).as(guest.name).containsExactly("-Host", "P2: and two minutes later");
            assertThat(guest.outbox()).as(guest.name).isEmpty();
        }
    }

    @Test
    void whoIsLeftAloneByHostAndAllOthersIsTold() {
        enter(2);
        host.crash();
        guests.get(1).crash();
        world.advanceMillis(90_000);
        assertThat(guests.get(0).takeTold()).containsExactly("RECONNECTING NO_CONNECTION", "CLOSED NO_CONNECTION");
    }

    @Test
    void aParticipantComesBackToItsHostWithoutTheWorker() {
        enter(3);
        for (Node node : all()) {
            node.signalingDown(Problem.UNREACHABLE);
        }
        all().forEach(Node::takeTold);
        Node ann = guests.get(0);
        LinkChannel before = ann.machine.links().iterator().next();
        world.cut(ann.linkTo(host));
        world.advanceMillis(5_000);
        assertThat(ann.machine.admittedLinkTo(host.id())).isNotNull().isNotSameAs(before);
        assertThat(ann.takeTold()).as("it was never alone").isEmpty();
    }

    @Test
    void whatTwoPartsOfARoomSaidIsToldWhenOneLinkJoinsThem() {
        enter(3);
        Node ann = guests.get(0);
        Node bob = guests.get(1);
        Node cleo = guests.get(2);
        host.crash();
        world.advanceMillis(10_000);
        world.isMeshed = false;
        world.cut(ann.linkTo(cleo));
        world.cut(bob.linkTo(cleo));
        ann.send("on this side");
        cleo.send("on the other");
        assertThat(bob.messages()).containsExactly("P0: on this side");
        world.isMeshed = true;
        world.advanceMillis(30_000);
        for (Node node : guests) {
            assertThat(node.messages()).as(node.name).containsExactlyInAnyOrder("P0: on this side", "P2: on the other");
        }
    }

    @Test
    void whatDidNotComeIsAskedForWhenNeighboursCompareWhatTheyHave() {
        enter(2);
        Node author = guests.get(0);
        Node other = guests.get(1);
        MachineHarness.End lossy = author.linkTo(other);
        // Nothing follows that would show a gap, and the link stays.
        world.tamper = (end, frame) -> end == lossy ? List.of() : List.of(frame);
        author.send("did you hear me?");
        world.tamper = MachineHarness.HONEST;
        assertThat(host.messages()).containsExactly("P0: did you hear me?");
        assertThat(other.messages()).isEmpty();
        world.advance(Timer.DIGEST.toDuration().plus(Timer.COMPARE.toDuration()).plusMillis(1));
        assertThat(other.messages()).containsExactly("P0: did you hear me?");
    }

    /** Ann leads after the host, Bob has come to her group, and Cleo has not. */
    private void untilAnnLeadsAndBobHasCome() {
        Node ann = guests.get(0);
        host.request(ticket -> new Input.NameDeputies(ticket, List.of(ann.id())));
        settle();
        host.crash();
        advanceWhile(() -> guests.get(1).machine.formerGroup == null);
        assertThat(ann.machine.leads()).isTrue();
        assertThat(guests.get(1).machine.admittedLinkTo(ann.id())).isNotNull();
        assertThat(guests.get(2).machine.admittedLinkTo(ann.id())).isNull();
    }

    @Test
    void whoHasComeToTheNextLeaderStillHearsWhoIsOnItsWayThere() {
        enter(3);
        untilAnnLeadsAndBobHasCome();
        guests.get(2).send("I am coming");
        // At once, and not when it is asked for.
        assertThat(guests.get(1).messages()).containsExactly("P2: I am coming");
    }

    @Test
    void whoHasLostItsPlaceComesBackByThoseWhoStillKnowIt() {
        enter(3);
        Node ann = guests.get(0);
        Node bob = guests.get(1);
        Node cleo = guests.get(2);
        world.tamper = (end, frame) -> frame[0] == RELAY ? List.of() : List.of(frame);
        untilAnnLeadsAndBobHasCome();
        cleo.signalingDown(Problem.UNREACHABLE);
        // Ann forgets the group before hers, and with it Cleo; Bob has that group for as long again as he came later.
        advanceWhile(() -> ann.machine.formerGroup != null);
        assertThat(ann.machine.isMember(cleo.id())).isFalse();
        assertThat(bob.machine.isMember(cleo.id())).isTrue();
        world.tamper = MachineHarness.HONEST;
        advanceWhile(() -> bob.machine.formerGroup != null && cleo.machine.admittedLinkTo(ann.id()) == null);
        assertThat(cleo.machine.admittedLinkTo(ann.id())).isNotNull();
        cleo.send("back again");
        assertThat(ann.messages()).containsExactly("P2: back again");
    }

    private void advanceWhile(BooleanSupplier condition) {
        for (int millis = 0; millis < 90_000 && condition.getAsBoolean(); millis += 10) {
            world.advanceMillis(10);
        }
    }

    @Test
    void inALargeRoomEverybodysReceiptReachesTheAuthor() {
        enter(11);
        Node author = guests.get(0);
        assertThat(neighboursOf(author)).as("the host and four more").hasSize(5);
        MessageId id = author.idOf(author.send("to all"));
        world.advanceMillis(500);
        for (Node other : all()) {
            if (other != author) {
                assertThat(other.messages()).as(other.name).containsExactly("P0: to all");
                assertThat(author.deliveriesOf(id, other.id()))
                        .as(other.name)
                        .containsExactly(DeliveryState.SENT, DeliveryState.DELIVERED);
            }
        }
    }

    @Test
    void aLargeRoomGoesOnWithoutItsHostAndEverybodyHearsAll() {
        enter(11);
        host.crash();
        world.advanceMillis(10_000);
        MessageId id = guests.get(3).idOf(guests.get(3).send("who is left?"));
        world.advanceMillis(1_000);
        for (Node guest : guests) {
            assertThat(guest.messages()).as(guest.name).containsExactly("P3: who is left?");
            if (guest != guests.get(3)) {
                assertThat(guests.get(3).deliveriesOf(id, guest.id()))
                        .as("the receipt of %s", guest.name)
                        .endsWith(DeliveryState.DELIVERED);
            }
        }
    }

    @Test
    void aReceiptThatItsReceiverDidNotGiveIsPassedOver() throws MalformedException {
        Receipts ann = new Receipts(MachineHarness.identity(2), world.descriptor.room());
        Receipts bob = new Receipts(MachineHarness.identity(3), world.descriptor.room());
        Receipts eve = new Receipts(MachineHarness.identity(9), world.descriptor.room());
        Receipts.Receipt genuine = ann.make(MachineHarness.identity(3).card(), 7);
        Receipts.Receipt carried =
                Receipts.decode(Receipts.encode(List.of(genuine))).get(0);
        assertThat(bob.isGenuine(carried, MachineHarness.identity(2).card())).isTrue();

        Receipts.Receipt later = new Receipts.Receipt(genuine.receiver(), genuine.author(), 8, genuine.tag());
        assertThat(bob.isGenuine(later, MachineHarness.identity(2).card())).isFalse();
        Receipts.Receipt eves = eve.make(MachineHarness.identity(3).card(), 7);
        Receipts.Receipt inAnnsName = new Receipts.Receipt(genuine.receiver(), genuine.author(), 7, eves.tag());
        assertThat(bob.isGenuine(inAnnsName, MachineHarness.identity(2).card())).isFalse();
        assertThat(bob.isGenuine(genuine, MachineHarness.identity(9).card())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8, 9, 10, 11, 30, 64})
    void whoeverGoesTheOthersAreStillConnected(int count) {
        List<PeerId> members = IntStream.range(0, count)
                .mapToObj(i -> MachineHarness.identity(i).peerId())
                .toList();
        PeerId leader = members.get(count / 2);
        for (PeerId member : members) {
            for (PeerId neighbour : Overlay.MESH_THEN_RING.neighbours(member, members, leader)) {
                assertThat(Overlay.MESH_THEN_RING.neighbours(neighbour, members, leader))
                        .as("neighbours are each other's")
                        .contains(member);
            }
        }
        for (PeerId gone : members) {
            assertThat(reachedWithout(gone, members, leader)).hasSize(count - 1);
        }
    }

    /** Whom the first member that is left reaches over links of those who are left. */
    private static Set<PeerId> reachedWithout(PeerId gone, List<PeerId> members, PeerId leader) {
        Deque<PeerId> next = new ArrayDeque<>();
        Set<PeerId> reached = new HashSet<>();
        next.add(members.get(0).equals(gone) ? members.get(1) : members.get(0));
        while (!next.isEmpty()) {
            PeerId peer = next.remove();
            if (reached.add(peer)) {
                Set<PeerId> links = new HashSet<>(Overlay.MESH_THEN_RING.neighbours(peer, members, leader));
                links.addAll(peer.equals(leader) ? members : List.of(leader));
                links.remove(gone);
                links.remove(peer);
                next.addAll(links);
            }
        }
        return reached;
    }
}
