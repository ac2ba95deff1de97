package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.PeerId;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.internal.timeline.LinkRate;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Who is put out of a room, and what becomes of its keys and its invite, in virtual time. */
final class RemovalTest {

    /** First byte of the frame. */
    private static final byte JOIN = 0x02;

    private final MachineHarness world = new MachineHarness();
    private final Node host = world.host().start();
    private final Node ann = join("Ann", 2);
    private final Node bob = join("Bob", 3);

    private Node join(String name, int number) {
        Node node = world.participant(world.config(
                MachineHarness.identity(number),
                name,
                host == null ? MachineHarness.SECRET : host.secret,
                MachineHarness.DEFAULT_MAX_QUEUED_BYTES,
                Map.of(),
                List.of()));
        node.start();
        world.advanceMillis(500);
        return node;
    }

    @Test
    void whoIsKickedIsOutAtOnceAndTheOthersGoOnUnderANewSecret() {
        host.takeTold();
        long ticket = host.kick(bob.id());

        assertThat(host.completed).containsExactly(ticket);
        assertThat(bob.closedFor()).isEqualTo(Code.KICKED);
        assertThat(host.takeTold()).containsExactly("-Bob", "invite");
        assertThat(host.secret).isNotEqualTo(MachineHarness.SECRET);
        assertThat(ann.secret).as("told to those who stay").isEqualTo(host.secret);
        assertThat(bob.secret).as("and to nobody else").isEqualTo(MachineHarness.SECRET);
        assertThat(host.secret.descriptor())
                .as("the descriptor still opens")
                .isEqualTo(MachineHarness.SECRET.descriptor());

        ann.takeTold();
        host.send("without Bob");
        ann.send("indeed");
        assertThat(ann.messages()).containsExactly("Host: without Bob", "Ann: indeed");
    }

    @Test
    void theOldInviteIsVoidAndTheNewOneIsNot() {
        host.kick(bob.id());
        Node late = world.participant("Late", 4).start();
        world.advanceMillis(500);
        assertThat(late.closedFor()).isEqualTo(Code.WRONG_SECRET);

        Node cleo = join("Cleo", 5);
        assertThat(cleo.closed).isNull();
        host.send("welcome");
        assertThat(cleo.messages()).containsExactly("Host: welcome");
        assertThat(ann.messages()).contains("Host: welcome");
    }

    @Test
    void whoIsKickedComesBackWithANewInviteAndWhoIsBannedDoesNot() {
        host.kick(bob.id());
        Node again = join("Bob", 3);
        assertThat(again.closed).isNull();

        host.ban(bob.id());
        assertThat(again.closedFor()).isEqualTo(Code.BANNED);
        Node third = join("Bob", 3);
        assertThat(third.closedFor()).isEqualTo(Code.BANNED);

        host.request(ticket -> new Input.Unban(ticket, bob.id()));
        Node fourth = join("Bob", 3);
        assertThat(fourth.closed).isNull();
    }

    @Test
    void aMemberThatWasAwayWhileTheSecretChangedIsToldAndComesBack() {
        world.cut(ann.linkAtHost());
        host.kick(bob.id());
        host.kick(join("Cleo", 5).id());
        host.send("while you were away");
        world.advance(Duration.ofSeconds(5));

        assertThat(ann.closed).isNull();
        assertThat(ann.secret).isEqualTo(host.secret);
        assertThat(ann.messages()).contains("Host: while you were away");
    }

    @Test
    void aMemberThatLostItsPlaceBeforeTheSecretChangedIsToldToo() {
        world.worker.remove(ann.id());
        world.cut(ann.linkAtHost());
        world.advance(Timer.GRACE.toDuration().plusSeconds(10));
        assertThat(host.machine.isInRoster(ann.id())).isFalse();
        host.kick(bob.id());
        world.worker.put(ann.id(), ann);
        world.advance(Duration.ofSeconds(20));

        assertThat(ann.closed).isNull();
        assertThat(ann.secret).isEqualTo(host.secret);
        ann.takeTold();
        host.send("back in time");
        assertThat(ann.messages()).containsExactly("Host: back in time");
    }

    @Test
    void aMemberWhoseJoinWasUnderWayWhileTheSecretChangedComesBack() {
        world.cut(ann.linkAtHost());
        boolean[] isKicked = new boolean[1];
        world.tamper = (end, frame) -> {
            if (end.party == ann && frame[0] == JOIN && !isKicked[0]) {
                isKicked[0] = true;
                host.kick(bob.id());
            }
            return List.of(frame);
        };
        world.advance(Duration.ofSeconds(20));

        assertThat(isKicked[0]).isTrue();
        assertThat(ann.closed).isNull();
        assertThat(ann.secret).isEqualTo(host.secret).isNotEqualTo(MachineHarness.SECRET);
    }

    @Test
    void whoWasKickedWhileItWasAwayIsNotToldTheNewSecret() {
        world.cut(bob.linkAtHost());
        host.kick(bob.id());
        world.advance(Duration.ofSeconds(5));

        assertThat(bob.closedFor()).isEqualTo(Code.WRONG_SECRET);
        assertThat(bob.secret).isEqualTo(MachineHarness.SECRET);
    }

    @Test
    void aFormerSecretIsForgottenAfterAWhile() {
        world.cut(ann.linkAtHost());
        host.kick(bob.id());
        ann.crash();
        world.advance(Limits.FORMER_SECRET_LIFETIME.plusSeconds(1));
        Node again = world.participant("Ann", 2).start();
        world.advanceMillis(500);

        assertThat(again.closedFor()).isEqualTo(Code.WRONG_SECRET);
    }

    @Test
    void aNewcomerWithItsWelcomeInHandLearnsTheNewSecretToo() {
        Node cleo = world.participant("Cleo", 5).start();
        // Not yet confirmed: its frames wait.
        world.stall(cleo.link());
        world.advanceMillis(500);
        host.kick(bob.id());
        world.unstall(cleo.link());
        world.advanceMillis(500);

        assertThat(cleo.secret).isEqualTo(host.secret);
        Node dan = join("Dan", 6);
        host.send("all there?");
        assertThat(cleo.messages()).contains("Host: all there?");
        assertThat(dan.messages()).containsExactly("Host: all there?");
    }

    @Test
    void theLastParticipantCanBeKickedAndAnotherComes() {
        host.kick(ann.id());
        host.kick(bob.id());
        host.send("alone");
        Node cleo = join("Cleo", 5);
        host.send("not alone");

        assertThat(cleo.messages()).containsExactly("Host: not alone");
    }

    @Test
    void fiftyKicksInARowLeaveAWorkingRoom() {
        for (int i = 0; i < 50; i++) {
            Node next = join("Guest" + i, 10 + i);
            assertThat(next.closed).isNull();
            host.kick(next.id());
            assertThat(next.closed).isNotNull();
        }
        host.send("still here");
        bob.send("so am I");

        assertThat(ann.messages()).containsExactly("Host: still here", "Bob: so am I");
        assertThat(ann.secret).isEqualTo(host.secret);
        assertThat(bob.secret).isEqualTo(host.secret);
    }

    @Test
    void oneWhoIsKickedAndLetInFiftyTimesLeavesAWorkingRoom() {
        for (int i = 0; i < 50; i++) {
            Node again = join("Dan", 6);
            assertThat(again.closed).isNull();
            host.kick(again.id());
            assertThat(again.closedFor()).isEqualTo(Code.KICKED);
        }
        host.send("still here");
        bob.send("so am I");
        assertThat(ann.messages()).containsExactly("Host: still here", "Bob: so am I");

        Node withTheFirstInvite = world.participant("Late", 7).start();
        world.advanceMillis(500);
        assertThat(withTheFirstInvite.closedFor()).isEqualTo(Code.WRONG_SECRET);
        Node withTheNewest = join("Newcomer", 8);
        ann.send("come in");
        assertThat(withTheNewest.messages()).containsExactly("Ann: come in");
    }

    @Test
    void onlyWhoLeadsCanRemove() {
        long ticket = ann.kick(bob.id());
        assertThat(ann.rejected.get(ticket)).isInstanceOf(NotAllowedException.class);
        assertThat(bob.closed).isNull();
        long own = host.kick(host.id());
        assertThat(host.rejected.get(own)).isInstanceOf(NotAllowedException.class);
        PeerId nobody = MachineHarness.identity(99).peerId();
        long unknown = host.kick(nobody);
        assertThat(host.rejected.get(unknown)).isInstanceOf(NotAllowedException.class);
        long notBanned = host.request(number -> new Input.Unban(number, nobody));
        assertThat(host.rejected.get(notBanned)).isInstanceOf(NotAllowedException.class);
        assertThat(host.secret).isEqualTo(MachineHarness.SECRET);
    }

    @Test
    void whatTheWorkerCarriedBeforeOpensNothingAfterwards() {
        int before = world.mails.size();
        host.kick(bob.id());
        for (MachineHarness.Mail mail : List.copyOf(world.mails.subList(0, before))) {
            if (mail.to().equals(host.id()) && mail.type() == MessageType.ENVELOPE) {
                world.replay(mail);
            }
        }
        world.advance(Duration.ofSeconds(20));
        assertThat(host.machine.links()).as("Ann's alone").hasSize(1);
    }

    // ---- renewal of keys

    private static int previousEpochs(Node node) throws ReflectiveOperationException {
        MlsGroup group = Objects.requireNonNull(node.group());
        Field field = MlsGroup.class.getDeclaredField("previous");
        field.setAccessible(true);
        return ((Deque<?>) field.get(group)).size();
    }

    @Test
    void oldKeysAreWipedByTimeAlone() throws Exception {
        host.kick(bob.id());
        assertThat(previousEpochs(host)).isPositive();
        assertThat(previousEpochs(ann)).isPositive();
        // Nothing is said, and not even a PING comes to Ann.
        world.silence(ann.link());
        world.worker.remove(ann.id());
        world.advance(Duration.ofSeconds(61));
        assertThat(previousEpochs(host)).isZero();
        assertThat(previousEpochs(ann)).isZero();
    }

    private long epoch() {
        return host.all(Output.Transmit.class).stream()
                .filter(transmit -> transmit.frame()[0] == 0x11)
                .count();
    }

    @Test
    void keysAreRenewedSomeTimeAfterSomethingWasSaid() {
        world.advance(Timer.REKEY.toDuration());
        long quiet = epoch();
        world.advance(Timer.REKEY.toDuration().multipliedBy(3));
        assertThat(epoch()).as("nothing was said").isEqualTo(quiet);

        host.send("something");
        world.advance(Timer.REKEY.toDuration());
        assertThat(epoch()).as("one commit to each").isEqualTo(quiet + 2);
        ann.send("and on");
        assertThat(bob.messages()).contains("Ann: and on");
    }

    @Test
    void keysAreRenewedAfterManyMessages() {
        world.advance(Timer.REKEY.toDuration());
        long before = epoch();
        for (int i = 0; i < Limits.REKEY_MESSAGES; i++) {
            host.send("n" + i);
            if (i % LinkRate.OWN_EVENTS_PER_SECOND == 0) {
                // As fast as one may go on.
                world.advanceMillis(1_000);
            }
        }
        world.advance(Limits.MIN_REKEY_PAUSE);
        assertThat(epoch()).isEqualTo(before + 2);
        bob.send("and on");
        assertThat(ann.messages()).contains("Bob: and on");
    }
}
