package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.protocol.MachineHarness.Mail;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a worker, a stranger or a member may try: it costs that peer its link, and the room nothing. */
final class RoomAttacksTest {

    private final MachineHarness world = new MachineHarness();
    private final Node host = world.host().start();
    private final Node ann = world.participant("Ann", 2).start();

    /** Whatever happened: those who keep the protocol still talk. */
    private void assertThatTheRoomGoesOn() {
        world.advanceMillis(1_000);
        host.takeTold();
        ann.takeTold();
        host.send("still here");
        ann.send("me too");
        assertThat(host.takeTold()).containsExactly("Host: still here", "Ann: me too");
        assertThat(ann.takeTold()).containsExactly("Host: still here", "Ann: me too");
    }

    private static Event message(HandPeer peer, String text) {
        return peer.event(Event.TYPE_MESSAGE, Bodies.message(OutgoingMessage.of(text), 1));
    }

    // ---- members

    @Test
    void aPeerPlayedByHandCanTakePart() {
        HandPeer bob = new HandPeer(world, 3).enterAs("Bob");
        bob.say(message(bob, "hello"));
        assertThat(ann.told).contains("+Bob", "Bob: hello");
        assertThat(bob.kinds())
                .startsWith(Frame.Kind.HELLO, Frame.Kind.WELCOME, Frame.Kind.ADMITTED, Frame.Kind.APPLICATION);
        world.advance(Timer.RECEIVED.toDuration());
        assertThat(bob.kinds()).contains(Frame.Kind.RECEIVED);
        assertThatTheRoomGoesOn();
    }

    private record Violation(String name, Consumer<HandPeer> act) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Violation> violationsOfAMember() {
        return Stream.of(
                new Violation("another's event", bob -> {
                    Event stolen = Event.sign(
                            MachineHarness.identity(2),
                            MachineHarness.descriptor(MachineHarness.identity(1), 64)
                                    .room(),
                            null,
                            1,
                            Event.TYPE_MESSAGE,
                            Bodies.message(OutgoingMessage.of("as Ann"), 1));
                    bob.say(stolen);
                }),
                new Violation("an event of another room", bob -> {
                    bob.say(Event.sign(
                            bob.identity,
                            Descriptor.roomId(new byte[32], new byte[16]),
                            null,
                            1,
                            Event.TYPE_MESSAGE,
                            Bodies.message(OutgoingMessage.of("elsewhere"), 1)));
                }),
                new Violation("a fork", bob -> {
                    EventHead before = bob.head();
                    bob.say(message(bob, "one"));
                    bob.say(Event.sign(
                            bob.identity,
                            MachineHarness.descriptor(MachineHarness.identity(1), 64)
                                    .room(),
                            before,
                            1,
                            Event.TYPE_MESSAGE,
                            Bodies.message(OutgoingMessage.of("other"), 1)));
                }),
                new Violation("an event after one that was never said", bob -> {
                    EventHead head = bob.head();
                    if (head == null) {
                        throw new AssertionError("the name was said");
                    }
                    byte[] other = head.id().toBytes();
                    other[0] ^= 1;
                    bob.say(Event.sign(
                            bob.identity,
                            MachineHarness.descriptor(MachineHarness.identity(1), 64)
                                    .room(),
                            new EventHead(head.seq(), dev.parley.chat.MessageId.of(other)),
                            1,
                            Event.TYPE_MESSAGE,
                            Bodies.message(OutgoingMessage.of("other"), 1)));
                }),
                new Violation("a changed event", bob -> {
                    byte[] bytes = message(bob, "one").bytes().clone();
                    bytes[bytes.length - 70] ^= 1;
                    bob.seal(Content.said(bytes));
                }),
                new Violation("a message without a text", bob -> bob.say(bob.event(Event.TYPE_MESSAGE, bytes("{}")))),
                new Violation(
                        "a body that is not JSON", bob -> bob.say(bob.event(Event.TYPE_MESSAGE, bytes("{\"text\"")))),
                new Violation(
                        "a name with control characters",
                        bob -> bob.say(bob.event(Event.TYPE_PROFILE, Bodies.profile("Bob\u0007", null)))),
                new Violation("content of an unknown kind", bob -> bob.seal(new byte[] {99})),
                new Violation("content without a kind", bob -> bob.seal(new byte[0])),
                new Violation(
                        "a message among the profiles",
                        bob -> bob.seal(Content.sync(new Content.Sync(
                                false,
                                List.of(bob.event(Event.TYPE_MESSAGE, Bodies.message(OutgoingMessage.of("hi"), 1))
                                        .bytes()),
                                List.of(),
                                Map.of())))),
                new Violation("a second MEET", bob -> bob.seal(Content.meet(new byte[32], Map.of()))),
                new Violation("garbage for a message", bob -> bob.send(Frame.Kind.APPLICATION, new byte[100])),
                new Violation("an empty message", bob -> bob.send(Frame.Kind.APPLICATION, new byte[0])),
                new Violation("a second HELLO", HandPeer::hello),
                new Violation("a second JOIN", HandPeer::join),
                new Violation("a COMMIT", bob -> bob.send(Frame.Kind.COMMIT, Content.commits(List.of(new byte[10])))),
                new Violation("a WELCOME", bob -> bob.send(Frame.Kind.WELCOME, new byte[10])),
                new Violation("an ADMITTED", bob -> bob.send(Frame.Kind.ADMITTED, new byte[32])),
                new Violation("a MEET", bob -> bob.send(Frame.Kind.MEET, new byte[80])),
                new Violation("half a receipt", bob -> bob.send(Frame.Kind.RECEIPTS, new byte[63])),
                new Violation("a short RELAY", bob -> bob.send(Frame.Kind.RELAY, new byte[39])),
                new Violation("a short DIGEST", bob -> bob.send(Frame.Kind.DIGEST, new byte[7])),
                new Violation("a REFUSED", bob -> bob.send(Frame.Kind.REFUSED, bytes("{\"code\":\"BANNED\"}"))),
                new Violation("a frame of an unknown kind", bob -> bob.sendRaw(new byte[] {0x7f})),
                new Violation("an empty frame", bob -> bob.sendRaw(new byte[0])),
                new Violation("a frame that is too long", bob -> {
                    byte[] frame = new byte[PeerLink.MAX_FRAME_BYTES + 1];
                    frame[0] = 0x10;
                    bob.sendRaw(frame);
                }),
                new Violation("an empty piece", bob -> bob.sendRaw(new byte[] {0x30})),
                new Violation(
                        "pieces within pieces",
                        bob -> bob.sendRaw(new byte[] {0x30, 0x30, 1}).sendRaw(new byte[] {0x31, 1})),
                new Violation(
                        "a frame between pieces",
                        bob -> bob.sendRaw(new byte[] {0x30, 0x10, 1})
                                .sendRaw(new byte[] {0x20, 0, 0, 0, 0, 0, 0, 0, 0})),
                new Violation("pieces of too much", bob -> {
                    byte[] piece = new byte[PeerLink.MAX_FRAME_BYTES];
                    piece[0] = 0x30;
                    piece[1] = 0x10;
                    for (int i = 0; i <= Limits.MAX_MESSAGE_BYTES / piece.length; i++) {
                        bob.sendRaw(piece);
                    }
                }),
                new Violation("a short PING", bob -> bob.send(Frame.Kind.PING, new byte[7])),
                new Violation("a BYE that is not JSON", bob -> bob.send(Frame.Kind.BYE, new byte[] {1})),
                new Violation("a long BYE", bob -> bob.send(Frame.Kind.BYE, new byte[Limits.MAX_CONTROL_BYTES + 1])),
                new Violation("a short RECEIVED", bob -> bob.send(Frame.Kind.RECEIVED, new byte[7])),
                new Violation(
                        "a RECEIVED of what was not sent",
                        bob -> bob.send(
                                Frame.Kind.RECEIVED,
                                ByteBuffer.allocate(8).putLong(1_000).array())));
    }

    @ParameterizedTest
    @MethodSource("violationsOfAMember")
    void aMemberThatBreaksTheProtocolLosesItsLinkAndNobodyElse(Violation violation) {
        HandPeer bob = new HandPeer(world, 3).enterAs("Bob");
        assertThat(ann.told).contains("+Bob");
        violation.act().accept(bob);
        world.advanceMillis(500);

        assertThat(bob.closed).isNotNull();
        assertThat(bob.goodbye()).isEqualTo(Code.PROTOCOL_VIOLATION);
        assertThat(ann.told).contains("-Bob").doesNotContain("Bob: other", "Ann: as Ann");
        assertThatTheRoomGoesOn();
    }

    @Test
    void aMemberCannotOpenAGapInItsGenerationsThatThrowsTheOthersOut() {
        HandPeer bob = new HandPeer(world, 3).enterAs("Bob");
        for (int i = 0; i < 1_100; i++) {
            bob.seal(Content.nothing());
        }
        bob.say(message(bob, "still in order"));
        world.advanceMillis(100);
        assertThat(ann.told).contains("Bob: still in order").doesNotContain("RECONNECTING PROTOCOL_VIOLATION");
        assertThatTheRoomGoesOn();
    }

    @Test
    void aMemberThatRepeatsItsEventsOpensNoGapEither() {
        HandPeer bob = new HandPeer(world, 3).enterAs("Bob");
        Event once = message(bob, "once");
        for (int i = 0; i < 1_100; i++) {
            bob.say(once);
        }
        bob.say(message(bob, "then"));
        world.advanceMillis(100);
        assertThat(ann.messages()).containsExactly("Bob: once", "Bob: then");
        assertThatTheRoomGoesOn();
    }

    @Test
    void anAuthorAtTheEndOfItsNumbersSaysNothingTwice() {
        HandPeer bob = new HandPeer(world, 3).enterAs("Bob");
        Event early = message(bob, "early");
        bob.say(early);
        bob.say(numbered(bob, Limits.MAX_SEQ, "the last"));
        bob.say(early);
        for (long left = Timer.GAP.nanos(); left > 0; left -= Timer.PING.nanos()) {
            bob.send(Frame.Kind.PING, new byte[8]);
            world.advance(Timer.PING.toDuration());
        }
        assertThat(ann.messages()).containsExactly("Bob: early", "Bob: the last");
        bob.say(numbered(bob, Limits.MAX_SEQ + 1, "beyond the last"));
        assertThat(bob.goodbye()).isEqualTo(Code.PROTOCOL_VIOLATION);
        assertThat(ann.messages()).containsExactly("Bob: early", "Bob: the last");
        assertThatTheRoomGoesOn();
    }

    private Event numbered(HandPeer peer, long seq, String text) {
        return Event.sign(
                peer.identity,
                world.descriptor.room(),
                new EventHead(seq - 1, dev.parley.chat.MessageId.of(new byte[32])),
                world.nextClock(),
                Event.TYPE_MESSAGE,
                Bodies.message(OutgoingMessage.of(text), 1));
    }

    @Test
    void anAdmittedMemberThatDoesNotSayItsNameLosesItsLink() {
        HandPeer bob = new HandPeer(world, 3).enter();
        world.advance(Duration.ofNanos(Timer.PROFILE.nanos()));
        assertThat(bob.goodbye()).isEqualTo(Code.NO_CONNECTION);
        assertThat(ann.told).doesNotContain("+Bob", "-Bob");
        assertThatTheRoomGoesOn();
    }

    @Test
    void eventsOfTypesOfALaterVersionAreKeptAndSkipped() {
        HandPeer bob = new HandPeer(world, 3).enterAs("Bob");
        bob.say(bob.event("reaction.v9", bytes("not even JSON")));
        bob.say(message(bob, "after it"));
        assertThat(ann.messages()).containsExactly("Bob: after it");
        assertThat(ann.stored).extracting(event -> event.type()).contains("reaction.v9");
        assertThat(bob.closed).isNull();
    }

    // ---- strangers

    static Stream<Arguments> violationsOfAStranger() {
        return Stream.of(
                stranger("a JOIN before HELLO", Code.PROTOCOL_VIOLATION, bob -> bob.join()),
                stranger(
                        "a HELLO that is not JSON",
                        Code.PROTOCOL_VIOLATION,
                        bob -> bob.send(Frame.Kind.HELLO, new byte[] {1})),
                stranger(
                        "a long HELLO",
                        Code.PROTOCOL_VIOLATION,
                        bob -> bob.send(Frame.Kind.HELLO, new byte[Limits.MAX_CONTROL_BYTES + 1])),
                stranger(
                        "a HELLO of other versions",
                        Code.INCOMPATIBLE,
                        bob -> bob.send(Frame.Kind.HELLO, bytes("{\"versions\":[2,3]}"))),
                stranger("a HELLO without versions", Code.INCOMPATIBLE, bob -> bob.send(Frame.Kind.HELLO, bytes("{}"))),
                stranger("a wrong proof", Code.WRONG_SECRET, bob -> {
                    byte[] join = bob.hello().joinBody(bob.newKeyPackage());
                    join[0] ^= 1;
                    bob.send(Frame.Kind.JOIN, join);
                }),
                stranger(
                        "a JOIN without a KeyPackage",
                        Code.PROTOCOL_VIOLATION,
                        bob -> bob.hello().send(Frame.Kind.JOIN, new byte[32])),
                stranger(
                        "a JOIN one byte past the limit",
                        Code.PROTOCOL_VIOLATION,
                        bob -> bob.hello()
                                .send(Frame.Kind.JOIN, bob.joinBody(new byte[Limits.MAX_KEY_PACKAGE_BYTES + 1]))),
                stranger(
                        "a KeyPackage of garbage",
                        Code.PROTOCOL_VIOLATION,
                        bob -> bob.hello().send(Frame.Kind.JOIN, bob.joinBody(new byte[Limits.MAX_KEY_PACKAGE_BYTES]))),
                stranger(
                        "a KeyPackage of another",
                        Code.PROTOCOL_VIOLATION,
                        bob -> bob.hello()
                                .send(
                                        Frame.Kind.JOIN,
                                        bob.joinBody(dev.parley.chat.internal.mls.MlsGroup.prepare(
                                                        MachineHarness.identity(2), MachineHarness.START_EPOCH_MILLIS)
                                                .keyPackage()))),
                stranger(
                        "a message",
                        Code.PROTOCOL_VIOLATION,
                        bob -> bob.hello().send(Frame.Kind.APPLICATION, new byte[100])),
                stranger("a frame in pieces", Code.PROTOCOL_VIOLATION, bob -> {
                    byte[] piece = new byte[PeerLink.MAX_FRAME_BYTES];
                    piece[0] = 0x30;
                    piece[1] = 0x02;
                    bob.hello().sendRaw(piece).sendRaw(piece);
                }),
                stranger(
                        "a CONFIRM with a wrong tag",
                        Code.PROTOCOL_VIOLATION,
                        bob -> bob.hello()
                                .join()
                                .welcome()
                                .confirm(new byte[32], bob.group().protect(Content.resume(Map.of())))),
                stranger(
                        "a CONFIRM without a RESUME",
                        Code.PROTOCOL_VIOLATION,
                        bob -> bob.hello()
                                .join()
                                .welcome()
                                .confirm(bob.memberTag(), bob.group().protect(Content.nothing()))),
                stranger(
                        "a short CONFIRM",
                        Code.PROTOCOL_VIOLATION,
                        bob -> bob.hello().join().welcome().confirm(new byte[31], new byte[0])));
    }

    private static Arguments stranger(String name, Code code, Consumer<HandPeer> act) {
        return Arguments.of(new Violation(name, act), code);
    }

    @ParameterizedTest
    @MethodSource("violationsOfAStranger")
    void aStrangerThatDoesNotPassIsSentAwayAndNobodyIsTold(Violation violation, Code code) {
        host.takeTold();
        HandPeer bob = new HandPeer(world, 3).offer();
        violation.act().accept(bob);
        assertThat(bob.closed).isNotNull();
        assertThat(bob.goodbye()).isEqualTo(code);
        assertThat(host.takeTold()).isEmpty();
        assertThatTheRoomGoesOn();
    }

    @Test
    void aStrangerThatSaysNothingIsSentAwayInTime() {
        HandPeer silent = new HandPeer(world, 3).offer();
        world.advance(Duration.ofNanos(Timer.SILENCE.nanos() - 1));
        assertThat(silent.closed).isNull();
        world.advance(Duration.ofNanos(1));
        assertThat(silent.closed).isNotNull();
        assertThatTheRoomGoesOn();
    }

    @Test
    void aPeerThatNeverConfirmsLosesItsPlaceInTheGroup() {
        HandPeer bob = new HandPeer(world, 3).offer().hello().join().welcome();
        world.advanceMillis(20_000);
        assertThat(bob.closed).isNotNull();
        assertThat(ann.told).doesNotContain("+Bob", "-Bob");
        assertThatTheRoomGoesOn();
    }

    @Test
    void theOldestOfTooManyLinksGivesWay() {
        List<HandPeer> strangers = new ArrayList<>();
        for (int i = 0; i < Limits.MAX_PENDING_LINKS; i++) {
            strangers.add(new HandPeer(world, strangerNumber(i), MachineHarness.SECRET, 1_000 + i).offer());
            // Slower than the host's limit of new links in a second.
            world.advanceMillis(2 * 1_000 / Limits.MAX_LINKS_BEGUN_PER_SECOND);
        }
        assertThat(strangers).allMatch(peer -> peer.closed == null);
        new HandPeer(world, strangerNumber(99), MachineHarness.SECRET, 2_000).offer();
        assertThat(strangers.get(0).closed).isNotNull();
        assertThat(strangers.subList(1, strangers.size())).allMatch(peer -> peer.closed == null);
        assertThatTheRoomGoesOn();
    }

    @Test
    void noMoreLinksAreBegunInASecondThanTheLimit() {
        for (int i = 0; i <= Limits.MAX_LINKS_BEGUN_PER_SECOND; i++) {
            new HandPeer(world, strangerNumber(i), MachineHarness.SECRET, 1_000 + i).offer();
        }
        // Ann is in the room, and her link may be one of this second.
        assertThat(host.machine.links())
                .hasSizeBetween(Limits.MAX_LINKS_BEGUN_PER_SECOND, 1 + Limits.MAX_LINKS_BEGUN_PER_SECOND);
        assertThatTheRoomGoesOn();
    }

    private static Identity strangerNumber(int number) {
        byte[] seed = MachineHarness.filled(number);
        seed[0] = 77;
        return Identity.fromInsecureSeeds(seed, MachineHarness.filled(200));
    }

    // ---- the worker

    private List<Mail> mailsTo(PeerId peer) {
        return world.mails.stream().filter(mail -> mail.to().equals(peer)).toList();
    }

    @Test
    void replayedEnvelopesChangeNothing() {
        int links = host.all(Output.OpenLink.class).size();
        int applied = host.all(Output.ApplySignal.class).size();
        int annLinks = ann.all(Output.OpenLink.class).size();
        int annApplied = ann.all(Output.ApplySignal.class).size();
        for (Mail mail : List.copyOf(world.mails)) {
            world.replay(mail);
            world.replay(mail);
        }
        assertThat(host.all(Output.OpenLink.class)).hasSize(links);
        assertThat(host.all(Output.ApplySignal.class)).hasSize(applied);
        assertThat(ann.all(Output.OpenLink.class)).hasSize(annLinks);
        assertThat(ann.all(Output.ApplySignal.class)).hasSize(annApplied);
        assertThatTheRoomGoesOn();
    }

    @Test
    void anOfferReplayedAfterItsSessionBeginsNothing() {
        List<Mail> captured = mailsTo(host.id());
        ann.handle(new Input.Leave());
        world.advanceMillis(1_000);
        int links = host.all(Output.OpenLink.class).size();
        for (Mail mail : captured) {
            world.replay(mail);
        }
        assertThat(host.all(Output.OpenLink.class)).hasSize(links);
    }

    @Test
    void forgedAndMisdirectedEnvelopesAreDropped() {
        HandPeer bob = new HandPeer(world, 3);
        int links = host.all(Output.OpenLink.class).size();
        byte[] offer = bob.envelope(0, new LinkSignal.Offer("x"));
        // The worker says that it came from another peer, or from the host itself.
        world.mail(ann.id(), host.id(), MessageType.ENVELOPE, offer);
        world.mail(host.id(), host.id(), MessageType.ENVELOPE, offer);
        world.mail(bob.id(), host.id(), MessageType.REFUSAL, offer);
        byte[] notForTheHost = EnvelopeSeal.seal(
                bob.identity,
                ann.identity.card(),
                MachineHarness.SECRET,
                world.descriptor.room(),
                new byte[16],
                0,
                LinkSignals.encode(new LinkSignal.Offer("x")));
        world.mail(bob.id(), host.id(), MessageType.ENVELOPE, notForTheHost);
        byte[] noSignal = EnvelopeSeal.seal(
                bob.identity,
                host.identity.card(),
                MachineHarness.SECRET,
                world.descriptor.room(),
                new byte[16],
                0,
                bytes("{}"));
        world.mail(bob.id(), host.id(), MessageType.ENVELOPE, noSignal);
        world.mail(bob.id(), host.id(), MessageType.ENVELOPE, new byte[0]);
        world.settle();
        assertThat(host.all(Output.OpenLink.class)).hasSize(links);
        assertThatTheRoomGoesOn();
    }

    @Test
    void aSessionBeginsWithAnOfferOnly() {
        HandPeer bob = new HandPeer(world, 3);
        int links = host.all(Output.OpenLink.class).size();
        for (LinkSignal signal : List.of(
                new LinkSignal.Answer("x"), new LinkSignal.Candidate("x", "0", 0), new LinkSignal.EndOfCandidates())) {
            world.mail(bob.id(), host.id(), MessageType.ENVELOPE, bob.envelope(1, signal));
        }
        world.settle();
        assertThat(host.all(Output.OpenLink.class)).hasSize(links);
    }

    @Test
    void envelopesOutOfOrderAreAppliedOnceEach() {
        HandPeer bob = new HandPeer(world, 3).offer();
        int applied = host.all(Output.ApplySignal.class).size();
        for (int counter : new int[] {5, 3, 4, 3, 5, 511, 512, 513}) {
            world.mail(
                    bob.id(),
                    host.id(),
                    MessageType.ENVELOPE,
                    bob.envelope(counter, new LinkSignal.Candidate("c" + counter, "0", 0)));
        }
        world.settle();
        assertThat(host.all(Output.ApplySignal.class).stream().skip(applied))
                .extracting(apply -> ((LinkSignal.Candidate) apply.signal()).candidate())
                .containsExactly("c5", "c3", "c4", "c511");
    }

    @Test
    void aRefusalThatTheHostDidNotSignForThisVeryEnvelopeIsDropped() {
        world.isWorkerUp = true;
        Node bob = world.participant("Bob", 3);
        bob.handle(new Input.Start());
        HandPeer eve = new HandPeer(world, 9);
        byte[] ofAnother = Refusal.sign(host.identity, world.descriptor.room(), bob.id(), new byte[100]);
        byte[] byAnother = Refusal.sign(eve.identity, world.descriptor.room(), bob.id(), new byte[100]);
        byte[] toAnother = Refusal.sign(host.identity, world.descriptor.room(), eve.id(), new byte[100]);
        world.settle();
        for (byte[] refusal : List.of(ofAnother, byAnother, toAnother, new byte[0], new byte[97])) {
            bob.onMail(host.id(), MessageType.REFUSAL, refusal);
            bob.onMail(eve.id(), MessageType.REFUSAL, refusal);
        }
        world.advanceMillis(1_000);
        assertThat(bob.told).contains("CONNECTED");
        // A true refusal of an envelope of the session does not end a room that the host has admitted one to.
        byte[] envelope = bob.all(Output.SendMail.class).get(0).payload();
        bob.onMail(
                host.id(),
                MessageType.REFUSAL,
                Refusal.sign(host.identity, world.descriptor.room(), bob.id(), envelope));
        assertThat(bob.closed).isNull();
    }

    @Test
    void aHostSignsSoManyRefusalsInASecondAndNoMore() {
        HandPeer eve = new HandPeer(world, MachineHarness.identity(9), RoomSecret.of(MachineHarness.filled(8)), 9);
        for (int i = 0; i < Limits.MAX_REFUSALS_PER_SECOND + 1; i++) {
            world.mail(eve.id(), host.id(), MessageType.ENVELOPE, eve.envelope(i, new LinkSignal.Offer("x")));
        }
        world.settle();
        assertThat(eve.refusals).hasSize(Limits.MAX_REFUSALS_PER_SECOND);
        world.advanceMillis(1_001);
        world.mail(eve.id(), host.id(), MessageType.ENVELOPE, eve.envelope(99, new LinkSignal.Offer("x")));
        world.settle();
        assertThat(eve.refusals).hasSize(Limits.MAX_REFUSALS_PER_SECOND + 1);
        assertThatTheRoomGoesOn();
    }

    @Test
    void aPeerThatKnowsManyAuthorsCanComeIn() {
        HandPeer bob = new HandPeer(world, 3).offer().hello().join().welcome();
        Map<PeerId, EventHead> heads = new LinkedHashMap<>();
        for (int i = 0; i < Limits.MAX_HEADS; i++) {
            heads.put(
                    PeerId.of(ByteBuffer.allocate(PeerId.BYTES).putInt(i).array()),
                    new EventHead(1, dev.parley.chat.MessageId.of(new byte[32])));
        }
        bob.confirm(bob.memberTag(), bob.group().protect(Content.resume(heads)));
        assertThat(bob.kinds()).contains(Frame.Kind.ADMITTED);
    }

    @Test
    void aPeerWhoseConfirmIsSlowInABusyRoomCanComeIn() {
        HandPeer bob = new HandPeer(world, 3).offer().hello().join().welcome();
        byte[] resume = bob.group().protect(Content.resume(Map.of()));
        byte[] tag = bob.memberTag();
        for (int i = 0; i < 5; i++) {
            world.participant("P" + i, 20 + i).start();
            world.advanceMillis(300);
        }
        bob.confirm(tag, resume);
        assertThat(bob.kinds()).contains(Frame.Kind.ADMITTED);
        bob.say(bob.event(Event.TYPE_PROFILE, Bodies.profile("Bob", null)));
        bob.say(message(bob, "slow but here"));
        assertThat(ann.told).contains("+Bob", "Bob: slow but here");
    }

    // ---- chance

    @Test
    void randomFramesOfAMemberNeverThrowAndNeverDisturbTheOthers() {
        Random random = new Random(20_260);
        for (int round = 0; round < 60; round++) {
            HandPeer eve = new HandPeer(world, MachineHarness.identity(50), MachineHarness.SECRET, 5_000 + round);
            if (round % 3 == 0) {
                eve.offer();
            } else if (round % 3 == 1) {
                eve.offer().hello();
            } else {
                eve.enterAs("Eve");
                world.advanceMillis(300);
            }
            for (int i = 0; i < 40; i++) {
                byte[] frame = new byte[1 + random.nextInt(200)];
                random.nextBytes(frame);
                Frame.Kind[] kinds = Frame.Kind.values();
                if (random.nextBoolean()) {
                    frame[0] = new Frame(kinds[random.nextInt(kinds.length)], new byte[0])
                            .encode()
                            .get(0)[0];
                }
                eve.sendRaw(frame);
            }
            world.advanceMillis(300);
        }
        assertThat(host.closed).isNull();
        assertThatTheRoomGoesOn();
    }

    @Test
    void mutatedEnvelopesNeverThrow() {
        HandPeer bob = new HandPeer(world, 3);
        byte[] envelope = bob.envelope(0, new LinkSignal.Offer("x"));
        Random random = new Random(1);
        int links = host.all(Output.OpenLink.class).size();
        for (int i = 0; i < 300; i++) {
            byte[] changed =
                    random.nextBoolean() ? Arrays.copyOf(envelope, random.nextInt(envelope.length)) : envelope.clone();
            if (changed.length > 0) {
                changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            }
            host.onMail(bob.id(), MessageType.ENVELOPE, changed);
            ann.onMail(host.id(), MessageType.ENVELOPE, changed);
            ann.onMail(host.id(), MessageType.REFUSAL, changed);
        }
        assertThat(host.all(Output.OpenLink.class)).hasSize(links);
        assertThatTheRoomGoesOn();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
