package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.DeliveryState;
import dev.parley.chat.MessageId;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is there, away, writing, and who has read what. */
final class AttendanceTest extends MeshedRoom {

    @BeforeEach
    void tellPresence() {
        world.tellsPresence = true;
    }

    private void let(Node node, Input input) {
        node.handle(input);
        world.settle();
    }

    private static byte[] sealedBy(Node author, byte[] content) {
        return Objects.requireNonNull(author.group()).protect(content);
    }

    /** The host's link to somebody. */
    private int linkFrom(Node author) {
        return Objects.requireNonNull(host.machine.linkTo(author.id())).number;
    }

    private static MessageId lastOf(Node node) {
        List<Output.Deliver> delivered = node.all(Output.Deliver.class);
        return delivered.get(delivered.size() - 1).message().id();
    }

    // ---- presence

    @Test
    void whoGoesAwayAndComesBackIsSeenToByAll() {
        enter(3);
        let(guests.get(0), new Input.Away(true));
        all().forEach(node -> assertThat(node.takeTold()).as(node.name).containsExactly("P0 is AWAY"));
        let(guests.get(0), new Input.Away(true));
        all().forEach(node -> assertThat(node.takeTold()).as(node.name).isEmpty());
        let(guests.get(0), new Input.Away(false));
        all().forEach(node -> assertThat(node.takeTold()).as(node.name).containsExactly("P0 is ONLINE"));
    }

    @Test
    void theHostIsAwayAsAnybodyIs() {
        enter(2);
        let(host, new Input.Away(true));
        all().forEach(node -> assertThat(node.takeTold()).as(node.name).containsExactly("Host is AWAY"));
    }

    @Test
    void whoComesLaterIsToldWhoIsAway() {
        enter(2);
        let(guests.get(0), new Input.Away(true));
        let(host, new Input.Away(true));
        Node late = world.participant("Late", 50).start();
        world.advanceMillis(5_000);
        assertThat(late.takeTold()).contains("P0 is AWAY", "Host is AWAY");
    }

    @Test
    void whoseLinksAreLostIsToldToBeReconnectingAndThenToBeThere() {
        enter(3);
        Node lost = guests.get(0);
        lost.cutAll();
        world.advanceMillis(9_000);
        for (Node other : List.of(host, guests.get(1), guests.get(2))) {
            assertThat(other.takeTold()).as(other.name).containsExactly("P0 is RECONNECTING", "P0 is ONLINE");
        }
    }

    @Test
    void whoDiesIsReconnectingAndGoneAfterTenSeconds() {
        enter(3);
        guests.remove(0).crash();
        world.advance(Timer.NEIGHBOURS.toDuration());
        for (Node other : all()) {
            assertThat(other.takeTold()).as(other.name).containsExactly("P0 is RECONNECTING");
        }
        world.advanceMillis(9_000);
        all().forEach(node -> assertThat(node.takeTold()).as(node.name).isEmpty());
        world.advanceMillis(2_000);
        all().forEach(node -> assertThat(node.takeTold()).as(node.name).containsExactly("-P0"));
    }

    @Test
    void withoutALeaderWhoDiesIsGoneAsSoon() {
        enter(3);
        host.crash();
        guests.remove(0).crash();
        world.advanceMillis(11_000);
        for (Node other : guests) {
            assertThat(other.takeTold())
                    .as(other.name)
                    .containsExactlyInAnyOrder("Host is RECONNECTING", "P0 is RECONNECTING", "-Host", "-P0");
        }
    }

    @Test
    void whoIsCutOffFromAllSeesAllReconnecting() {
        enter(2);
        guests.remove(0).crash();
        host.crash();
        assertThat(guests.get(0).takeTold())
                .contains("P0 is RECONNECTING", "Host is RECONNECTING")
                .noneMatch(line -> line.startsWith("-"));
    }

    // ---- typing

    @Test
    void writingIsToldAndEndsWithTheWords() {
        enter(2);
        let(guests.get(0), new Input.Type(true));
        assertThat(host.takeTold()).containsExactly("P0 types");
        assertThat(guests.get(1).takeTold()).containsExactly("P0 types");
        assertThat(guests.get(0).takeTold()).as("oneself knows").isEmpty();
        guests.get(0).send("hello");
        assertThat(host.takeTold()).containsExactlyInAnyOrder("P0: hello", "P0 stops typing");
    }

    @Test
    void nothingIsToldOfTheWritingOfWhoIsBlocked() {
        enter(2);
        Node author = guests.get(0);
        let(author, new Input.Type(true));
        host.request(ticket -> new Input.Block(ticket, author.id(), true));
        assertThat(host.takeTold()).containsExactly("P0 types", "P0 stops typing");
        world.advanceMillis(3_001);
        let(author, new Input.Type(true));
        assertThat(host.takeTold()).isEmpty();
        assertThat(guests.get(1).takeTold()).containsExactly("P0 types");
        host.request(ticket -> new Input.Block(ticket, author.id(), false));
        world.advanceMillis(3_001);
        let(author, new Input.Type(true));
        assertThat(host.takeTold()).containsExactly("P0 types");
    }

    @Test
    void writingIsToldAtMostEveryThreeSecondsAndGivingUpAtOnce() {
        enter(2);
        int before = world.ephemerals;
        for (int key = 0; key < 29; key++) {
            let(guests.get(0), new Input.Type(true));
            world.advanceMillis(100);
        }
        assertThat(world.ephemerals - before).as("one word to each of two").isEqualTo(2);
        let(guests.get(0), new Input.Type(false));
        assertThat(host.takeTold()).containsExactly("P0 types", "P0 stops typing");
        let(guests.get(0), new Input.Type(false));
        assertThat(world.ephemerals - before).isEqualTo(4);
    }

    @Test
    void writingEndsByItselfWhenNoWordOfItComes() {
        enter(2);
        let(guests.get(0), new Input.Type(true));
        world.advance(Limits.TYPING_LIFETIME.minus(Duration.ofMillis(1)));
        assertThat(host.takeTold()).containsExactly("P0 types");
        world.advanceMillis(2);
        assertThat(host.takeTold()).containsExactly("P0 stops typing");
    }

    @Test
    void whoGoesOnWritingGoesOnBeingTold() {
        enter(2);
        for (int i = 0; i < 10; i++) {
            let(guests.get(0), new Input.Type(true));
            world.advanceMillis(3_001);
        }
        assertThat(host.takeTold()).containsExactly("P0 types");
    }

    @Test
    void aWordOfWritingThatComesAfterWhatWasWrittenIsPassedOver() {
        enter(2);
        Node author = guests.get(0);
        byte[] late = sealedBy(author, Content.typing(true, author.machine.ownSeq()));
        author.send("said");
        host.takeTold();
        let(host, new Input.EphemeralReceived(linkFrom(author), late));
        assertThat(host.takeTold()).isEmpty();
    }

    @Test
    void whatIsNoWordOfWritingIsPassedOverAndTheLinkGoesOn() {
        enter(2);
        Node author = guests.get(0);
        int link = linkFrom(author);
        for (byte[] odd : List.of(
                new byte[0],
                new byte[7],
                new byte[200],
                sealedBy(author, new byte[0]),
                sealedBy(author, new byte[] {Content.TYPING, 2, 0, 0, 0, 0, 0, 0, 0, 0}),
                sealedBy(author, Content.presence(true)),
                sealedBy(author, new byte[] {99}))) {
            let(host, new Input.EphemeralReceived(link, odd));
        }
        assertThat(host.takeTold()).isEmpty();
        author.send("still here");
        assertThat(host.takeTold()).containsExactly("P0: still here");
    }

    @Test
    void aFloodOfWordsOfWritingIsOpenedAHundredTimesASecond() {
        enter(2);
        Node author = guests.get(0);
        int link = linkFrom(author);
        for (int i = 0; i < Limits.MAX_EPHEMERALS_PER_SECOND; i++) {
            let(host, new Input.EphemeralReceived(link, sealedBy(author, Content.typing(i % 2 == 0, 99))));
        }
        assertThat(host.takeTold()).hasSize(Limits.MAX_EPHEMERALS_PER_SECOND);
        let(host, new Input.EphemeralReceived(link, sealedBy(author, Content.typing(true, 99))));
        assertThat(host.takeTold()).isEmpty();
        author.send("what is said has its own way");
        assertThat(host.takeTold()).containsExactly("P0: what is said has its own way");
    }

    @Test
    void manyLostWordsOfWritingPartNobody() {
        enter(2);
        world.ephemeralsAreLost = true;
        for (int i = 0; i < 1_500; i++) {
            let(guests.get(0), new Input.Type(true));
            let(guests.get(0), new Input.Type(false));
            world.advanceMillis(3_001);
        }
        guests.get(0).send("an hour later");
        all().forEach(node -> assertThat(node.takeTold()).as(node.name).containsExactly("P0: an hour later"));
    }

    @Test
    void writingGoesAroundARing() {
        enter(11);
        let(guests.get(0), new Input.Type(true));
        for (Node node : all()) {
            assertThat(node.takeTold())
                    .as(node.name)
                    .isEqualTo(node == guests.get(0) ? List.of() : List.of("P0 types"));
        }
    }

    // ---- read

    @Test
    void whatIsReadIsToldToItsAuthorOnceASecond() {
        enter(2);
        Node author = guests.get(0);
        author.send("one");
        MessageId one = lastOf(author);
        author.send("two");
        MessageId two = lastOf(author);
        world.advanceMillis(100);
        let(host, new Input.MarkRead(one));
        let(host, new Input.MarkRead(two));
        world.advanceMillis(1_100);
        assertThat(author.deliveriesOf(one, host.id()))
                .containsExactly(DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ);
        assertThat(author.deliveriesOf(two, host.id()))
                .containsExactly(DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ);
        assertThat(author.deliveriesOf(two, guests.get(1).id()))
                .containsExactly(DeliveryState.SENT, DeliveryState.DELIVERED);
        assertThat(host.all(Output.Delivery.class))
                .as("nobody else is told anything")
                .isEmpty();
    }

    @Test
    void whatWasReadWhileTheLinkWasLostIsToldWhenItIsBack() {
        enter(1);
        Node author = guests.get(0);
        author.send("one");
        MessageId one = lastOf(author);
        author.cutAll();
        let(host, new Input.MarkRead(one));
        world.advanceMillis(9_000);
        assertThat(author.deliveriesOf(one, host.id())).endsWith(DeliveryState.READ);
    }

    @Test
    void aMarkOfWhatWasNeverSaidDoesNothing() {
        enter(1);
        Node author = guests.get(0);
        author.send("one");
        let(host, new Input.MarkRead(MessageId.of(new byte[MessageId.BYTES])));
        let(author, new Input.MarkRead(lastOf(author)));
        world.advanceMillis(2_000);
        assertThat(author.all(Output.Delivery.class)).noneMatch(each -> each.state() == DeliveryState.READ);
    }

    @Test
    void whoLeavesWithoutHavingItIsToldToHaveFailed() {
        enter(2);
        Node lost = guests.get(1);
        lost.crash();
        guests.get(0).send("too late");
        MessageId late = lastOf(guests.get(0));
        world.advanceMillis(12_000);
        assertThat(guests.get(0).deliveriesOf(late, lost.id()))
                .containsExactly(DeliveryState.SENT, DeliveryState.FAILED);
        assertThat(guests.get(0).deliveriesOf(late, host.id()))
                .containsExactly(DeliveryState.SENT, DeliveryState.DELIVERED);
    }
}
