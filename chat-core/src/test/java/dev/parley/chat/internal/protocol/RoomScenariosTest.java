package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Rooms of a host and participants, from the first step to the last, in virtual time. */
final class RoomScenariosTest {

    private final MachineHarness world = new MachineHarness();
    private final Node host = world.host().start();

    private Node join(String name, int number) {
        Node node = world.participant(name, number).start();
        world.advanceMillis(500);
        return node;
    }

    private static void forgetWhatWasTold(Node... nodes) {
        for (Node node : nodes) {
            node.takeTold();
        }
    }

    @Test
    void aHostIsConnectedWhenTheWorkerKnowsTheRoom() {
        assertThat(host.takeTold()).containsExactly("CONNECTING", "+Host", "CONNECTED");
        assertThat(host.stored).extracting(event -> event.type()).containsExactly(Event.TYPE_PROFILE);
        assertThat(host.acknowledgedSeq).isEqualTo(1);
    }

    @Test
    void bothSidesAreToldOfAJoinInThePromisedOrder() {
        forgetWhatWasTold(host);
        Node ann = join("Ann", 2);

        assertThat(ann.takeTold()).containsExactly("CONNECTING", "+Ann", "+Host", "CONNECTED");
        assertThat(host.takeTold()).containsExactly("+Ann");
    }

    @Test
    void aMessageOfTheHostReachesAllAndIsReportedDelivered() {
        Node ann = join("Ann", 2);
        Node bob = join("Bob", 3);
        forgetWhatWasTold(host, ann, bob);

        long ticket = host.send("hello");
        assertThat(host.takeTold()).containsExactly("Host: hello");
        assertThat(ann.takeTold()).containsExactly("Host: hello");
        assertThat(bob.takeTold()).containsExactly("Host: hello");
        MessageId id = host.idOf(ticket);
        assertThat(host.deliveriesOf(id, ann.id())).containsExactly(DeliveryState.SENT);

        world.advance(Duration.ofNanos(Timer.RECEIVED.nanos()));
        assertThat(host.deliveriesOf(id, ann.id())).containsExactly(DeliveryState.SENT, DeliveryState.DELIVERED);
        assertThat(host.deliveriesOf(id, bob.id())).containsExactly(DeliveryState.SENT, DeliveryState.DELIVERED);
    }

    @Test
    void whatIsSaidLeavesBeforeTheStoreIsWoken() {
        Node ann = join("Ann", 2);
        host.outputs.clear();
        ann.outputs.clear();

        host.send("hello");
        ann.send("hello back");

        assertThat(firstOf(Output.Transmit.class, host)).isLessThan(firstOf(Output.Accepted.class, host));
        assertThat(firstOf(Output.Transmit.class, ann)).isLessThan(firstOf(Output.Accepted.class, ann));
    }

    private static int firstOf(Class<? extends Output> type, Node node) {
        for (int i = 0; i < node.outputs.size(); i++) {
            if (type.isInstance(node.outputs.get(i))) {
                return i;
            }
        }
        throw new AssertionError("no " + type.getSimpleName() + " among " + node.outputs);
    }

    @Test
    void onesOwnMessageIsToldAtOnceAndWaitsInTheOutboxUntilSomebodyHasIt() {
        Node ann = join("Ann", 2);
        forgetWhatWasTold(host, ann);
        world.stall(ann.linkAtHost());

        long ticket = ann.send("hello");
        MessageId id = ann.idOf(ticket);
        assertThat(host.takeTold()).containsExactly("Ann: hello");
        assertThat(ann.takeTold()).containsExactly("Ann: hello");
        world.advance(Timer.RECEIVED.toDuration());
        assertThat(ann.outbox()).as("the acknowledgement is on its way").hasSize(1);
        assertThat(ann.deliveriesOf(id, host.id())).containsExactly(DeliveryState.SENT);

        world.unstall(ann.linkAtHost());
        assertThat(ann.takeTold()).isEmpty();
        assertThat(ann.outbox()).isEmpty();
        assertThat(ann.deliveriesOf(id, host.id())).containsExactly(DeliveryState.SENT, DeliveryState.DELIVERED);
    }

    @Test
    void allAreToldOfAllMessagesOnceAndOfEachAuthorsInItsOrder() {
        Node ann = join("Ann", 2);
        Node bob = join("Bob", 3);
        forgetWhatWasTold(host, ann, bob);
        // Each speaks before it has heard the others.
        for (int i = 0; i < 20; i++) {
            world.stall(ann.linkAtHost());
            world.stall(bob.linkAtHost());
            ann.send("a" + i);
            host.send("h" + i);
            bob.send("b" + i);
            world.unstall(bob.linkAtHost());
            world.unstall(ann.linkAtHost());
        }
        world.advanceMillis(1_000);

        List<String> order = host.takeTold();
        assertThat(order).hasSize(60).doesNotHaveDuplicates();
        for (Node each : List.of(host, ann, bob)) {
            List<String> told = each == host ? order : each.takeTold();
            assertThat(told).containsExactlyInAnyOrderElementsOf(order);
            for (String author : List.of("Ann", "Bob", "Host")) {
                assertThat(told.stream().filter(line -> line.startsWith(author)).toList())
                        .as("%s, as %s is told", author, each.name)
                        .isEqualTo(order.stream()
                                .filter(line -> line.startsWith(author))
                                .toList());
            }
        }
    }

    @Test
    void aLaterParticipantSeesNoEarlierMessage() {
        Node ann = join("Ann", 2);
        host.send("before");
        ann.send("before too");
        Node bob = join("Bob", 3);
        assertThat(bob.takeTold()).containsExactly("CONNECTING", "+Bob", "+Host", "+Ann", "CONNECTED");
        forgetWhatWasTold(host, ann);

        ann.send("after");
        assertThat(bob.takeTold()).containsExactly("Ann: after");
        assertThat(host.takeTold()).containsExactly("Ann: after");
        bob.send("hello");
        assertThat(ann.takeTold()).containsExactly("Ann: after", "Bob: hello");
    }

    @Test
    void aWrongSecretIsRefusedWithoutAWordToTheListenerOfTheHost() {
        forgetWhatWasTold(host);
        Node eve = world.participant(world.config(
                MachineHarness.identity(9),
                "Eve",
                RoomSecret.of(MachineHarness.filled(8)),
                MachineHarness.DEFAULT_MAX_QUEUED_BYTES,
                Map.of(),
                List.of()));
        eve.start();
        world.advanceMillis(1);

        assertThat(eve.takeTold()).containsExactly("CONNECTING", "CLOSED WRONG_SECRET");
        assertThat(host.takeTold()).isEmpty();
        assertThat(host.all(Output.OpenLink.class)).isEmpty();
    }

    @Test
    void aFullRoomRefusesOneMore() {
        MachineHarness small = new MachineHarness(3);
        small.host().start();
        Node ann = small.participant("Ann", 2).start();
        small.advanceMillis(500);
        Node bob = small.participant("Bob", 3).start();
        small.advanceMillis(500);
        Node eve = small.participant("Eve", 4).start();
        small.advanceMillis(500);

        assertThat(ann.told).contains("CONNECTED");
        assertThat(bob.told).contains("CONNECTED");
        assertThat(eve.takeTold()).containsExactly("CONNECTING", "CLOSED ROOM_FULL");

        ann.handle(new Input.Leave());
        small.advanceMillis(500);
        Node dan = small.participant("Dan", 5).start();
        small.advanceMillis(500);
        assertThat(dan.told).contains("CONNECTED");
    }

    @Test
    void aMemberThatComesBackToAFullRoomFindsItsPlace() {
        MachineHarness small = new MachineHarness(3);
        Node smallHost = small.host().start();
        Node ann = small.participant("Ann", 2).start();
        Node bob = small.participant("Bob", 3).start();
        small.advanceMillis(500);
        assertThat(bob.told).contains("CONNECTED");
        forgetWhatWasTold(smallHost, ann, bob);

        small.cut(ann.link());
        small.advanceMillis(2_000);
        assertThat(ann.takeTold()).containsExactly("RECONNECTING NO_CONNECTION", "CONNECTED");
        assertThat(smallHost.takeTold()).isEmpty();
        assertThat(bob.takeTold()).isEmpty();
    }

    @Test
    void aMemberOnItsWayBackDoesNotTakeTwoPlaces() {
        MachineHarness small = new MachineHarness(3);
        small.host().start();
        Node ann = small.participant("Ann", 2).start();
        small.advanceMillis(500);
        // Ann's return waits for the pause between two commits, for which a newcomer's commit has just begun.
        HandPeer passer = new HandPeer(small, 8).offer().hello().join();
        passer.send(Frame.Kind.BYE, Handshake.goodbye(Code.LEFT, ""));
        HandPeer annAgain = new HandPeer(small, ann.identity, MachineHarness.SECRET, 77)
                .offer()
                .hello()
                .join();
        assertThat(annAgain.kinds()).doesNotContain(Frame.Kind.WELCOME);

        Node bob = small.participant("Bob", 3).start();
        small.advanceMillis(500);
        assertThat(bob.told).contains("CONNECTED");
    }

    @Test
    void othersAreToldWhenAMemberLeaves() {
        Node ann = join("Ann", 2);
        Node bob = join("Bob", 3);
        forgetWhatWasTold(host, ann, bob);

        bob.handle(new Input.Leave());
        world.advanceMillis(500);
        assertThat(bob.takeTold()).containsExactly("CLOSED LEFT");
        assertThat(host.takeTold()).containsExactly("-Bob");
        assertThat(ann.takeTold()).containsExactly("-Bob");
    }

    @Test
    void theRoomEndsWithItsHost() {
        Node ann = join("Ann", 2);
        forgetWhatWasTold(host, ann);

        host.handle(new Input.Leave());
        world.settle();
        assertThat(host.takeTold()).containsExactly("CLOSED LEFT");
        assertThat(host.all(Output.Withdraw.class)).hasSize(1);
        assertThat(ann.takeTold()).containsExactly("CLOSED ROOM_ENDED");
    }

    @Test
    void aMemberThatIsBackInTimeGetsWhatItMissedAndNobodyIsTold() {
        Node ann = join("Ann", 2);
        Node bob = join("Bob", 3);
        forgetWhatWasTold(host, ann, bob);

        world.cut(ann.link());
        host.send("one");
        bob.send("two");
        host.send("three");
        world.advanceMillis(5_000);

        assertThat(ann.takeTold())
                .containsExactly("RECONNECTING NO_CONNECTION", "Host: one", "Bob: two", "Host: three", "CONNECTED");
        List<String> order = List.of("Host: one", "Bob: two", "Host: three");
        assertThat(host.takeTold()).isEqualTo(order);
        assertThat(bob.takeTold()).isEqualTo(order);
    }

    @Test
    void aMemberThatIsLostForLongerHasLeft() {
        Node ann = join("Ann", 2);
        Node bob = join("Bob", 3);
        forgetWhatWasTold(host, ann, bob);
        ann.crash();

        world.advance(Duration.ofNanos(Timer.GRACE.nanos() - 1));
        assertThat(host.takeTold()).isEmpty();
        world.advance(Duration.ofMillis(300));
        assertThat(host.takeTold()).containsExactly("-Ann");
        assertThat(bob.takeTold()).containsExactly("-Ann");
    }

    @Test
    void aMemberThatComesBackAfterItsPlaceWasGivenUpIsToldOfAgain() {
        Node ann = join("Ann", 2);
        Node bob = join("Bob", 3);
        forgetWhatWasTold(host, ann, bob);
        ann.signalingDown(dev.parley.chat.SignalingException.Problem.UNREACHABLE);
        world.cut(ann.link());
        world.advanceMillis(20_000);
        assertThat(bob.takeTold()).containsExactly("-Ann");
        assertThat(host.takeTold()).containsExactly("-Ann");
        assertThat(ann.takeTold()).containsExactly("RECONNECTING NO_CONNECTION");

        world.worker.put(ann.id(), ann);
        ann.handle(new Input.SignalingUp());
        world.advanceMillis(1_000);
        assertThat(ann.takeTold()).containsExactly("CONNECTED");
        assertThat(host.takeTold()).containsExactly("+Ann");
        assertThat(bob.takeTold()).containsExactly("+Ann");

        // And it stays: it has said its name.
        world.advanceMillis(60_000);
        assertThat(ann.takeTold()).isEmpty();
        assertThat(host.takeTold()).isEmpty();
    }

    @Test
    void whatTheHostLacksIsGivenAfterTheLinkIsBackAndIsNotDoubled() {
        Node ann = join("Ann", 2);
        Node bob = join("Bob", 3);
        forgetWhatWasTold(host, ann, bob);
        // The host hears the first message, but its receipt is lost; the second is lost itself.
        world.stall(ann.linkAtHost());
        ann.send("one");
        world.stall(ann.link());
        ann.send("two");
        world.cut(ann.link());
        long ticket = ann.send("three");
        MessageId three = ann.idOf(ticket);
        assertThat(ann.deliveriesOf(three, host.id())).containsExactly(DeliveryState.QUEUED);
        assertThat(host.takeTold()).containsExactly("Ann: one");

        world.advanceMillis(5_000);
        assertThat(ann.takeTold())
                .containsExactly("Ann: one", "Ann: two", "RECONNECTING NO_CONNECTION", "Ann: three", "CONNECTED");
        assertThat(host.takeTold()).containsExactly("Ann: two", "Ann: three");
        assertThat(bob.takeTold()).containsExactly("Ann: one", "Ann: two", "Ann: three");
        assertThat(ann.deliveriesOf(three, host.id()))
                .containsExactly(DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.DELIVERED);
        assertThat(ann.outbox()).isEmpty();
    }

    @Test
    void whatIsLostOnALinkThatStandsIsFoundByComparing() {
        Node ann = join("Ann", 2);
        world.advanceMillis(3_000);
        world.tamper = (end, frame) -> frame[0] == 0x10 ? List.of() : List.of(frame);
        ann.send("one");
        world.tamper = MachineHarness.HONEST;
        assertThat(host.messages()).isEmpty();
        world.advance(Timer.DIGEST.toDuration().plus(Timer.COMPARE.toDuration()));
        assertThat(host.messages()).containsExactly("Ann: one");
        assertThat(ann.messages()).containsExactly("Ann: one");
    }

    @Test
    void aParticipantGoesOnFromItsStoreAndItsOutbox() {
        Node ann = join("Ann", 2);
        Node bob = join("Bob", 3);
        ann.send("zero");
        world.advance(Timer.RECEIVED.toDuration());
        world.stall(ann.link());
        ann.send("one");
        ann.send("two");
        assertThat(ann.outbox()).hasSize(2);
        ann.crash();
        host.send("meanwhile");
        forgetWhatWasTold(host, bob);

        Node again = world.participant(world.config(
                ann.identity,
                "Ann",
                MachineHarness.SECRET,
                MachineHarness.DEFAULT_MAX_QUEUED_BYTES,
                ann.storedHeads(),
                ann.outbox()));
        again.start();
        world.advanceMillis(1_000);

        assertThat(again.takeTold())
                .containsExactly("CONNECTING", "+Ann", "+Host", "+Bob", "Host: meanwhile", "CONNECTED");
        assertThat(host.takeTold()).containsExactly("Ann: one", "Ann: two");
        assertThat(bob.takeTold()).containsExactly("Ann: one", "Ann: two");
        again.send("three");
        assertThat(bob.takeTold()).containsExactly("Ann: three");
    }

    @Test
    void aParticipantThatLostItsStoreGoesOnWhereTheRoomSawItLast() {
        Node ann = join("Ann", 2);
        ann.send("one");
        ann.send("two");
        ann.crash();
        forgetWhatWasTold(host);

        Node again = world.participant("Ann", 2).start();
        world.advanceMillis(1_000);
        assertThat(again.takeTold())
                .containsExactly("CONNECTING", "+Ann", "+Host", "Ann: one", "Ann: two", "CONNECTED");
        assertThat(again.outbox()).isEmpty();
        again.send("three");
        assertThat(host.takeTold()).containsExactly("Ann: three");
        assertThat(again.messages()).containsExactly("Ann: three");
        assertThat(again.ownStored.lastKey()).as("profile, one, two, three").isEqualTo(4);
    }

    @Test
    void aParticipantThatSpokeFromElsewhereIsClosed() {
        Node ann = join("Ann", 2);
        ann.send("one");
        ann.crash();
        Node copy = world.participant("Ann", 2).start();
        world.advanceMillis(1_000);
        copy.send("two");
        copy.send("three");
        copy.handle(new Input.Leave());
        world.advanceMillis(1_000);

        // The first one has said something else after "one", which the room has never seen.
        Event fork = Event.sign(
                ann.identity,
                world.descriptor.room(),
                new dev.parley.chat.store.EventHead(
                        2, Objects.requireNonNull(ann.ownStored.get(2L)).id()),
                1,
                Event.TYPE_MESSAGE,
                Bodies.message(dev.parley.chat.OutgoingMessage.of("fork"), 1));
        Map<PeerId, dev.parley.chat.store.EventHead> heads = new java.util.LinkedHashMap<>(ann.storedHeads());
        heads.put(ann.id(), fork.head());
        Node forked = world.participant(world.config(
                ann.identity,
                "Ann",
                MachineHarness.SECRET,
                MachineHarness.DEFAULT_MAX_QUEUED_BYTES,
                heads,
                List.of(fork.toStored())));
        forked.start();
        world.advanceMillis(1_000);
        assertThat(forked.told).endsWith("CLOSED FAILED");
    }

    @Test
    void twoThatJoinWithinThePauseShareOneCommit() {
        Node ann = join("Ann", 2);
        world.advanceMillis(1_000);
        long commits = host.all(Output.Transmit.class).stream()
                .filter(RoomScenariosTest::isCommit)
                .count();
        world.participant("Bob", 3).start(); // at once, and the pause begins
        Node cleo = world.participant("Cleo", 4).start();
        Node dan = world.participant("Dan", 5).start();
        assertThat(cleo.told).doesNotContain("CONNECTED");
        world.advance(Duration.ofNanos(Timer.COMMIT.nanos()));

        assertThat(cleo.told).contains("CONNECTED");
        assertThat(dan.told).contains("CONNECTED");
        // Ann hears of Bob's commit and of one for both; Bob of the latter.
        assertThat(host.all(Output.Transmit.class).stream()
                                .filter(RoomScenariosTest::isCommit)
                                .count()
                        - commits)
                .isEqualTo(3);
        assertThat(ann.told).contains("+Bob", "+Cleo", "+Dan");
    }

    private static boolean isCommit(Output.Transmit transmit) {
        return transmit.frame()[0] == 0x11;
    }

    @Test
    void aMessageOfBeforeANewcomerIsNotForItAndDoesNotDelayTheNext() {
        Node ann = join("Ann", 2);
        world.advanceMillis(1_000);
        forgetWhatWasTold(host, ann);
        // Ann has not heard of the commit that adds Bob when it speaks.
        world.stall(ann.linkAtHost());
        Node bob = join("Bob", 3);
        assertThat(bob.takeTold()).contains("CONNECTED");
        ann.send("old epoch");
        assertThat(bob.takeTold()).isEmpty();
        assertThat(host.messages()).containsExactly("Ann: old epoch");
        world.unstall(ann.linkAtHost());
        assertThat(ann.takeTold()).containsExactly("Ann: old epoch", "+Bob");
        ann.send("new epoch");
        assertThat(bob.takeTold()).containsExactly("Ann: new epoch");
    }

    @Test
    void aLinkOnWhichNothingIsHeardCountsAsLost() {
        Node ann = join("Ann", 2);
        forgetWhatWasTold(host, ann);
        world.silence(ann.link());
        world.advance(Duration.ofNanos(Timer.SILENCE.nanos()));
        world.advanceMillis(3_000);
        assertThat(ann.takeTold()).containsExactly("RECONNECTING NO_CONNECTION", "CONNECTED");
        assertThat(host.takeTold()).isEmpty();
    }

    @Test
    void aQuietRoomStaysConnectedByPingsAlone() {
        Node ann = join("Ann", 2);
        forgetWhatWasTold(host, ann);
        world.advance(Duration.ofHours(1));
        assertThat(ann.takeTold()).isEmpty();
        assertThat(host.takeTold()).isEmpty();
    }

    @Test
    void aNewerConnectionOfTheSameIdentityTakesThePlace() {
        Node ann = join("Ann", 2);
        forgetWhatWasTold(host, ann);
        Node again = world.participant("Ann", 2).start();
        world.advanceMillis(1_000);
        assertThat(again.told).contains("CONNECTED");
        assertThat(ann.takeTold()).containsExactly("CLOSED REPLACED");
        assertThat(host.takeTold()).isEmpty();
    }

    @Test
    void atRestLittleIsHeld() {
        Node ann = join("Ann", 2);
        Node bob = join("Bob", 3);
        String text = "x".repeat(10_000);
        for (int i = 0; i < 100; i++) {
            ann.send(text);
            host.send(text);
        }
        world.advanceMillis(2_000);
        assertThat(ann.machine.queuedBytes()).isLessThanOrEqualTo(Limits.LINK_REPORT_BYTES);
        assertThat(bob.machine.queuedBytes()).isLessThanOrEqualTo(Limits.LINK_REPORT_BYTES);
        assertThat(host.machine.heldBytes()).isLessThanOrEqualTo(Limits.MAX_LOG_BYTES + 2 * Limits.LINK_REPORT_BYTES);
        assertThat(bob.messages()).hasSize(200);
    }
}
