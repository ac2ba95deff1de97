package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.PeerId;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.internal.protocol.MachineHarness.End;
import dev.parley.chat.internal.protocol.MachineHarness.Mail;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A link whose path breaks finds another one, or gives way to a new link. */
final class IceRestartInRoomsTest extends MeshedRoom {

    @Override
    void enter(int count) {
        super.enter(count);
        forget();
    }

    private void forget() {
        world.mails.clear();
        for (Node node : all()) {
            node.takeTold();
            node.outputs.clear();
        }
    }

    private static int linksOpened(Collection<Node> nodes) {
        return nodes.stream()
                .mapToInt(node -> node.all(Output.OpenLink.class).size())
                .sum();
    }

    private static int restarts(Node node) {
        return node.all(Output.RestartIce.class).size();
    }

    @Test
    void theOnlyLinkOfAParticipantIsRestartedThroughTheWorkerAndNothingIsLost() {
        enter(1);
        Node ann = guests.get(0);
        world.isPathFound = false;
        world.interrupt(ann.linkTo(host));
        ann.send("said while nothing arrived");
        world.advanceMillis(4_000);
        assertThat(ann.takeTold()).containsExactly("RECONNECTING NO_CONNECTION", "P0: said while nothing arrived");
        assertThat(host.takeTold()).isEmpty();
        world.isPathFound = true;
        world.advanceMillis(3_900);
        assertThat(ann.takeTold()).containsExactly("CONNECTED");
        assertThat(host.takeTold()).containsExactly("P0: said while nothing arrived");
        world.advanceMillis(60_000);
        assertThat(linksOpened(all())).isZero();
        assertThat(ann.takeTold()).isEmpty();
        assertThat(ann.outbox()).isEmpty();
    }

    @Test
    void aPathThatIsNotFoundInTimeGivesWayToANewLink() {
        enter(1);
        Node ann = guests.get(0);
        world.isPathFound = false;
        world.interrupt(ann.linkTo(host));
        world.advance(Timer.INTERRUPTION.toDuration().minusNanos(1));
        assertThat(linksOpened(all())).isZero();
        world.advanceMillis(2_000);
        assertThat(ann.takeTold()).containsExactly("RECONNECTING NO_CONNECTION", "CONNECTED");
        assertThat(linksOpened(all())).isEqualTo(2);
    }

    @Test
    void restartsAreRepeatedWithPausesThatGrow() {
        enter(1);
        Node ann = guests.get(0);
        world.isPathFound = false;
        // So that the requests of the other side do not count.
        host.signalingDown(Problem.UNREACHABLE);
        ann.signalingDown(Problem.UNREACHABLE);
        world.interrupt(ann.linkTo(host));
        assertThat(restarts(ann)).isEqualTo(1);
        world.advanceMillis(7_900);
        // At once, and after 1, 2 and 4 s, each pause cut by up to half of it.
        assertThat(restarts(ann)).isBetween(4, 5);
        assertThat(restarts(host)).isBetween(4, 5);
    }

    @Test
    void aRestartIsTriedAtOnceWhenTheWorkerIsBack() {
        enter(1);
        Node ann = guests.get(0);
        ann.signalingDown(Problem.UNREACHABLE);
        host.signalingDown(Problem.UNREACHABLE);
        world.interrupt(ann.linkTo(host));
        world.advanceMillis(6_500);
        assertThat(ann.takeTold()).containsExactly("RECONNECTING NO_CONNECTION");
        world.worker.put(host.id(), host);
        world.worker.put(ann.id(), ann);
        ann.handle(new Input.SignalingUp());
        world.settle();
        assertThat(ann.takeTold()).containsExactly("CONNECTED");
    }

    @Test
    void othersCarryTheSignalsOfALinkWhenTheWorkerIsAway() {
        enter(2);
        all().forEach(node -> node.signalingDown(Problem.UNREACHABLE));
        all().forEach(Node::takeTold);
        Node ann = guests.get(0);
        Node bob = guests.get(1);
        for (Node other : List.of(host, bob)) {
            world.interrupt(ann.linkTo(other));
            world.advanceMillis(100);
            ann.send("hello " + other.name);
            assertThat(other.messages()).contains("P0: hello " + other.name);
        }
        assertThat(linksOpened(all())).isZero();
        assertThat(world.mails).as("the worker was away").isEmpty();
        assertThat(ann.takeTold()).as("it was never alone").containsExactly("P0: hello Host", "P0: hello P1");
    }

    @Test
    void whoHasAnotherAddressIsFoundOverTheWorker() {
        enter(3);
        Node ann = guests.get(0);
        List<End> links = new ArrayList<>();
        all().stream().filter(node -> node != ann).forEach(node -> links.add(ann.linkTo(node)));
        world.isPathFound = false;
        links.forEach(world::interrupt);
        world.isPathFound = true;
        world.advanceMillis(1_000);
        assertThat(ann.takeTold()).containsExactly("RECONNECTING NO_CONNECTION", "CONNECTED");
        assertThat(world.mails).extracting(Mail::from).contains(ann.id());
        assertThat(linksOpened(all())).isZero();
        guests.get(1).send("welcome back");
        assertThat(ann.messages()).containsExactly("P1: welcome back");
    }

    @Test
    void othersPassOnMeanwhileWhatTheBrokenLinkWouldHaveCarried() {
        enter(2);
        Node ann = guests.get(0);
        Node bob = guests.get(1);
        world.isPathFound = false;
        world.interrupt(ann.linkTo(bob));
        world.advance(Timer.NEIGHBOURS.toDuration());
        ann.send("round the corner");
        host.send("from the host");
        assertThat(bob.messages()).containsExactly("P0: round the corner", "Host: from the host");
        world.interrupt(bob.linkTo(host));
        world.isPathFound = true;
        world.advanceMillis(8_000);
        assertThat(bob.takeTold()).as("each once").containsOnlyOnce("P0: round the corner", "Host: from the host");
    }

    @Test
    void aLinkThatIsNotAdmittedYetIsNotRestarted() {
        world.isMeshed = false;
        Node ann = world.participant("Ann", 2);
        ann.handle(new Input.Start());
        ann.handle(new Input.SignalingUp());
        ann.handle(new Input.PathChanged(1, dev.parley.chat.transport.PathState.INTERRUPTED));
        assertThat(ann.lastOutputs).isEmpty();
        ann.handle(new Input.PathChanged(99, dev.parley.chat.transport.PathState.INTERRUPTED));
        assertThat(ann.lastOutputs).isEmpty();
    }

    @Test
    void theWorkerIsLookedForWhenALinkIsInterruptedOrLostAtMostOnceInFiveSeconds() {
        enter(3);
        world.isPathFound = false;
        Node ann = guests.get(0);
        List<End> links = new ArrayList<>();
        all().stream().filter(node -> node != ann).forEach(node -> links.add(ann.linkTo(node)));
        links.forEach(world::interrupt);
        assertThat(ann.all(Output.ProbeSignaling.class)).hasSize(1);
        world.advance(Limits.MIN_PROBE_PAUSE);
        world.cut(links.get(0));
        assertThat(ann.all(Output.ProbeSignaling.class)).hasSize(2);
    }

    @Test
    void whoLeavesIsNoReasonToLookForTheWorker() {
        enter(2);
        guests.get(0).handle(new Input.Leave());
        world.advanceMillis(1_000);
        assertThat(host.all(Output.ProbeSignaling.class)).isEmpty();
        assertThat(guests.get(1).all(Output.ProbeSignaling.class)).isEmpty();
    }

    @Test
    void aDeputyTakesOverFromALeaderWhosePathIsInterruptedNoLaterThanWithoutARestart() {
        enter(2);
        Node ann = guests.get(0);
        host.request(ticket -> new Input.NameDeputies(ticket, List.of(ann.id())));
        world.advanceMillis(1_000);
        all().forEach(Node::takeTold);
        world.isPathFound = false;
        host.signalingDown(Problem.UNREACHABLE);
        world.interrupt(host.linkTo(ann));
        world.interrupt(host.linkTo(guests.get(1)));
        world.advance(MachineHarness.LEASE.plusSeconds(5));
        assertThat(ann.told).contains("led by P0");
        Set<PeerId> members = Set.copyOf(List.of(ann.id(), guests.get(1).id()));
        world.advanceMillis(10_000);
        assertThat(members)
                .allSatisfy(peer -> assertThat(guests)
                        .filteredOn(node -> node.id().equals(peer))
                        .allSatisfy(node -> assertThat(node.told).contains("led by P0")));
    }
}
