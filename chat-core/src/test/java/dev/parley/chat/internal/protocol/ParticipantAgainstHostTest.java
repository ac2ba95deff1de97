package dev.parley.chat.internal.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A participant whose host breaks the protocol, or keeps it to the letter. */
final class ParticipantAgainstHostTest {

    private final MachineHarness world = new MachineHarness();
    private final HandHost host = new HandHost(world);
    private final Node ann = world.participant("Ann", 2).start();

    private record Violation(String name, Consumer<HandHost> act) {
        @Override
        public String toString() {
            return name;
        }
    }

    @Test
    void aHostPlayedByHandCanLetAParticipantIn() {
        host.admit();
        assertThat(ann.takeTold()).containsExactly("CONNECTING", "+Ann", "CONNECTED");
        assertThat(host.said).extracting(Event::type).containsExactly(Event.TYPE_PROFILE);
        host.orderAll();
        assertThat(ann.outbox()).isEmpty();
        host.seal(Content.said(
                host.event(Event.TYPE_PROFILE, Bodies.profile("Hand", null)).bytes()));
        assertThat(ann.takeTold()).containsExactly("+Hand");
        world.advance(Duration.ofNanos(Timer.RECEIVED.nanos()));
        assertThat(host.last(Frame.Kind.RECEIVED).body()).containsExactly(0, 0, 0, 0, 0, 0, 0, 1);
    }

    @Test
    void manyMessagesOfTheHostAreAcknowledgedTogether() {
        host.admit();
        for (int i = 0; i < 64; i++) {
            host.seal(Content.said(host.event("x", new byte[0]).bytes()));
        }
        assertThat(host.frames.stream()
                        .filter(frame -> frame.kind() == Frame.Kind.RECEIVED)
                        .map(frame -> frame.body()[7]))
                .as("the 64th at once, no pause has passed")
                .containsExactly((byte) 64);
    }

    static Stream<Violation> violationsBeforeAdmission() {
        return Stream.of(
                new Violation("no HELLO first", host -> host.send(Frame.Kind.WELCOME, new byte[10])),
                new Violation("a HELLO that is not JSON", host -> host.send(Frame.Kind.HELLO, new byte[3])),
                new Violation("a WELCOME of garbage", host -> host.hello().send(Frame.Kind.WELCOME, new byte[500])),
                new Violation("an empty WELCOME", host -> host.hello().send(Frame.Kind.WELCOME, new byte[0])),
                new Violation("two WELCOMEs", host -> host.hello().welcome().send(Frame.Kind.WELCOME, new byte[10])),
                new Violation("ADMITTED before WELCOME", host -> host.hello().send(Frame.Kind.ADMITTED, new byte[32])),
                new Violation("a wrong tag", host -> host.hello().welcome().send(Frame.Kind.ADMITTED, new byte[32])),
                new Violation("an empty tag", host -> host.hello().welcome().send(Frame.Kind.ADMITTED, new byte[0])),
                new Violation(
                        "a message before ADMITTED",
                        host -> host.hello().welcome().synced()),
                new Violation("a COMMIT before WELCOME", host -> host.hello().send(Frame.Kind.COMMIT, new byte[4])),
                new Violation(
                        "a message before WELCOME", host -> host.hello().send(Frame.Kind.APPLICATION, new byte[4])),
                new Violation("a JOIN", host -> host.hello().send(Frame.Kind.JOIN, new byte[40])),
                new Violation("an unknown frame", host -> host.sendRaw(new byte[] {0x77})),
                new Violation(
                        "a REFUSED that is not JSON", host -> host.hello().send(Frame.Kind.REFUSED, new byte[2])));
    }

    static Stream<Violation> violationsAfterAdmission() {
        return Stream.of(
                new Violation("a second HELLO", HandHost::hello),
                new Violation("a second ADMITTED", HandHost::admitted),
                new Violation("a CONFIRM", host -> host.send(Frame.Kind.CONFIRM, new byte[32])),
                new Violation("garbage in a message", host -> host.seal(new byte[] {9})),
                new Violation("a message of garbage", host -> host.send(Frame.Kind.APPLICATION, new byte[80])),
                new Violation(
                        "a commit of garbage",
                        host -> host.send(Frame.Kind.COMMIT, Content.commits(List.of(new byte[80])))),
                new Violation(
                        "an application message for a commit",
                        host -> host.send(
                                Frame.Kind.COMMIT, Content.commits(List.of(host.group.protect(new byte[1]))))),
                new Violation("an event of a stranger", host -> {
                    Event event = Event.sign(
                            MachineHarness.identity(9),
                            MachineHarness.descriptor(host.identity, 64).room(),
                            null,
                            1,
                            "x",
                            new byte[0]);
                    host.seal(Content.said(event.bytes()));
                }),
                new Violation(
                        "our own event, spoken by the host",
                        host -> host.seal(Content.said(host.said.get(0).bytes()))),
                new Violation("a fork", host -> {
                    MessageId zero = MessageId.of(new byte[32]);
                    Event one = host.event("x", new byte[1]);
                    host.seal(Content.said(one.bytes()));
                    host.seal(Content.said(Event.sign(
                                    host.identity,
                                    MachineHarness.descriptor(host.identity, 64).room(),
                                    new EventHead(1, zero),
                                    1,
                                    "x",
                                    new byte[2])
                            .bytes()));
                }),
                new Violation(
                        "a SYNC with a profile that is none",
                        host -> host.seal(Content.sync(new Content.Sync(
                                false, List.of(host.event("x", new byte[0]).bytes()), List.of(), Map.of())))),
                new Violation(
                        "a SYNC with a bad name",
                        host -> host.seal(Content.sync(new Content.Sync(
                                false,
                                List.of(host.event(Event.TYPE_PROFILE, Bodies.profile("", null))
                                        .bytes()),
                                List.of(),
                                Map.of())))),
                new Violation(
                        "a SYNC with garbage for an event",
                        host -> host.seal(
                                Content.sync(new Content.Sync(false, List.of(), List.of(new byte[50]), Map.of())))),
                new Violation("a RECEIVED of what we did not say", host -> host.order(7)),
                new Violation("a short RECEIVED", host -> host.send(Frame.Kind.RECEIVED, new byte[7])),
                new Violation("a long RECEIVED", host -> host.send(Frame.Kind.RECEIVED, new byte[9])),
                new Violation("a MEET", host -> host.send(Frame.Kind.MEET, new byte[80])),
                new Violation("half a receipt", host -> host.send(Frame.Kind.RECEIPTS, new byte[63])),
                new Violation("a short RELAY", host -> host.send(Frame.Kind.RELAY, new byte[39])),
                new Violation("a short DIGEST", host -> host.send(Frame.Kind.DIGEST, new byte[7])),
                new Violation("a short PING", host -> host.send(Frame.Kind.PING, new byte[1])),
                new Violation("a long BYE", host -> host.send(Frame.Kind.BYE, new byte[Limits.MAX_CONTROL_BYTES + 1])));
    }

    @ParameterizedTest
    @MethodSource("violationsBeforeAdmission")
    void aHostThatBreaksTheProtocolBeforeAdmissionIsTriedAgain(Violation violation) {
        int links = host.linksBegun;
        violation.act().accept(host);
        assertThat(ann.hasOpenLink()).isFalse();
        world.advanceMillis(1_000);
        assertThat(host.linksBegun).isEqualTo(links + 1);
        assertThat(ann.closed).isNull();
        host.frames.clear();
    }

    @ParameterizedTest
    @MethodSource("violationsAfterAdmission")
    void aHostThatBreaksTheProtocolLosesTheLinkAndIsTriedAgain(Violation violation) {
        host.admit();
        assertThat(ann.takeTold()).containsExactly("CONNECTING", "+Ann", "CONNECTED");
        violation.act().accept(host);
        assertThat(ann.takeTold()).last().isEqualTo("RECONNECTING PROTOCOL_VIOLATION");
        world.advanceMillis(1_000);
        assertThat(host.linksBegun).isEqualTo(2);
        assertThat(ann.closed).isNull();
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void aRefusalIsTheEnd(Code code) {
        host.hello().send(Frame.Kind.REFUSED, Handshake.goodbye(code, "their words"));
        assertThat(ann.takeTold()).containsExactly("CONNECTING", "CLOSED " + code);
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void aByeIsTheEndOnlyForReasonsThatStay(Code code) {
        host.admit();
        host.send(Frame.Kind.BYE, Handshake.goodbye(code, "their words"));
        boolean isFinal = List.of(
                        Code.ROOM_ENDED,
                        Code.WRONG_SECRET,
                        Code.ROOM_FULL,
                        Code.KICKED,
                        Code.BANNED,
                        Code.INCOMPATIBLE,
                        Code.REPLACED)
                .contains(code);
        assertThat(ann.told).last().isEqualTo((isFinal ? "CLOSED " : "RECONNECTING ") + code);
    }

    @Test
    void aHelloOfOtherVersionsIsTheEnd() {
        host.send(Frame.Kind.HELLO, "{\"versions\":[9]}".getBytes(UTF_8));
        assertThat(ann.takeTold()).containsExactly("CONNECTING", "CLOSED INCOMPATIBLE");
    }

    @Test
    void envelopesOfOthersAndRepeatedOnesAreNotApplied() {
        int applied = ann.all(Output.ApplySignal.class).size();
        LinkSignal candidate = new LinkSignal.Candidate("c", "0", 0);
        Identity eve = MachineHarness.identity(9);
        ann.onMail(eve.peerId(), MessageType.ENVELOPE, host.envelope(eve, 50, candidate));
        ann.onMail(host.id(), MessageType.ENVELOPE, host.envelope(eve, 50, candidate));
        ann.onMail(eve.peerId(), MessageType.ENVELOPE, host.envelope(host.identity, 50, candidate));
        ann.onMail(host.id(), MessageType.ENVELOPE, host.envelope(host.identity, 512, candidate));
        assertThat(ann.all(Output.ApplySignal.class)).hasSize(applied);
        byte[] good = host.envelope(host.identity, 511, candidate);
        ann.onMail(host.id(), MessageType.ENVELOPE, good);
        ann.onMail(host.id(), MessageType.ENVELOPE, good);
        assertThat(ann.all(Output.ApplySignal.class)).hasSize(applied + 1);

        // Of the session before nothing is taken any more.
        world.cut(ann.link());
        byte[] old = host.envelope(host.identity, 100, candidate);
        world.advanceMillis(1_000);
        int now = ann.all(Output.ApplySignal.class).size();
        ann.onMail(host.id(), MessageType.ENVELOPE, old);
        assertThat(ann.all(Output.ApplySignal.class)).hasSize(now);
    }

    @Test
    void theHeadsOfASyncThatSaysItIsAllAreTakenOver() {
        host.hello().welcome().admitted();
        PeerId cleo = MachineHarness.identity(5).peerId();
        EventHead head = new EventHead(7, MessageId.of(MachineHarness.filled(1)));
        host.seal(Content.sync(new Content.Sync(true, List.of(), List.of(), Map.of(cleo, head))));
        assertThat(ann.machine.heads).containsEntry(cleo, head);
        assertThat(ann.told).contains("CONNECTED");
    }

    @Test
    void aMemberThatTheGroupRemovesTriesToComeBack() {
        host.admit().orderAll();
        HandPeer bob = new HandPeer(world, 3);
        byte[] room = world.descriptor.room().toBytes();
        try {
            var added = host.group.add(
                    List.of(bob.newKeyPackage()), List.of(), MachineHarness.SECRET.psk(), room, world.epochMillis());
            host.send(Frame.Kind.COMMIT, Content.commits(added.commits()));
        } catch (dev.parley.chat.internal.mls.MlsException e) {
            throw new AssertionError(e);
        }
        byte[] removal = host.group
                .remove(List.of(ann.id()), world.epochMillis())
                .commit()
                .orElseThrow();
        host.send(Frame.Kind.COMMIT, Content.commits(List.of(removal)));
        assertThat(ann.told).last().isEqualTo("RECONNECTING NO_CONNECTION");
        long ticket = ann.send(OutgoingMessage.of("while away"));
        assertThat(ann.accepted).containsKey(ticket);
        world.advanceMillis(1_000);
        assertThat(host.linksBegun).isEqualTo(2);
        host.admit();
        assertThat(ann.told).last().isEqualTo("CONNECTED");
        assertThat(host.said.get(host.said.size() - 1).type()).isEqualTo(Event.TYPE_PROFILE);
        assertThat(host.said).extracting(Event::seq).endsWith(1L, 2L, 3L);
    }

    @Test
    void framesByChanceOfTheHostNeverThrow() {
        Random random = new Random(4);
        for (int round = 0; round < 30; round++) {
            if (round % 2 == 0 && ann.hasOpenLink()) {
                host.hello().welcome().admitted().synced();
            }
            for (int i = 0; i < 30 && ann.hasOpenLink(); i++) {
                byte[] frame = new byte[1 + random.nextInt(150)];
                random.nextBytes(frame);
                Frame.Kind[] kinds = Frame.Kind.values();
                Frame.Kind kind = kinds[random.nextInt(kinds.length)];
                frame[0] = new Frame(kind, new byte[0]).encode().get(0)[0];
                host.sendRaw(frame);
            }
            if (ann.hasOpenLink()) {
                world.cut(ann.link());
            }
            if (host.group.members().contains(ann.id())) {
                assertThat(host.group
                                .remove(List.of(ann.id()), world.epochMillis())
                                .restarted())
                        .isTrue();
            }
            world.advanceMillis(10_000);
            if (ann.closed != null) {
                break;
            }
        }
        assertThat(ann.told).contains("CONNECTED");
        assertThat(ann.closed == null || ann.closed.code() == Code.NO_CONNECTION)
                .isTrue();
    }
}
