package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.RoomCode;
import dev.parley.chat.crypto.SafetyNumber;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.interop.NodePeer;
import dev.parley.chat.internal.interop.NodePeer.Refused;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.SignedDescriptor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Rooms with participants of another implementation, written from docs/protocol.md: a real host admits them, and real
 * participants are beside them. Frames travel as they are; envelopes and WebRTC are not spoken there.
 */
final class TsMlsRoomTest {

    private final NodePeer node = NodePeer.start();
    private final MachineHarness world = new MachineHarness();
    private final Node host = world.host().start();
    private final Node ann = world.participant("Ann", 2).start();
    private final TsMlsParticipant nina = new TsMlsParticipant(node, world, "Nina", 3, MachineHarness.SECRET);

    @AfterEach
    void endTheScript() {
        node.close();
    }

    @Test
    void aParticipantOfNodeIsAdmittedStepByStep() {
        world.advanceMillis(500);
        nina.connect();

        assertThat(nina.received)
                .containsExactly(
                        Frame.Kind.HELLO,
                        Frame.Kind.WELCOME,
                        Frame.Kind.ADMITTED,
                        Frame.Kind.APPLICATION,
                        Frame.Kind.APPLICATION,
                        Frame.Kind.RECEIVED);
        assertThat(nina.isConnected).isTrue();
        assertThat(host.told).contains("+Nina");
        assertThat(ann.told).contains("+Nina");
        assertThat(nina.look().path("present")).extracting(JsonNode::asText).containsExactly("Host", "Ann", "Nina");
    }

    @Test
    void whatAnybodySaysIsToldToAllInOneOrder() {
        world.advanceMillis(500);
        nina.connect();
        TsMlsParticipant otto = new TsMlsParticipant(node, world, "Otto", 4, MachineHarness.SECRET).connect();
        forgetWhatWasTold();

        for (int i = 0; i < 3; i++) {
            host.send("from the host " + i);
            nina.say("von Nina, schön " + i);
            ann.send("from Ann \uD83C\uDF75 " + i);
            otto.say("from Otto " + i);
        }
        List<String> order = host.takeTold();
        assertThat(order).hasSize(12).startsWith("Host: from the host 0", "Nina: von Nina, schön 0");
        assertThat(ann.takeTold()).isEqualTo(order);
        assertThat(nina.takeTold()).isEqualTo(order);
        assertThat(otto.takeTold()).isEqualTo(order);
    }

    @Test
    void aMessageOfTheHostIsReportedDelivered() {
        world.advanceMillis(500);
        nina.connect();
        MessageId id = host.idOf(host.send("hello"));

        assertThat(host.deliveriesOf(id, nina.id())).containsExactly(DeliveryState.SENT, DeliveryState.DELIVERED);
    }

    @Test
    void whatNodeSaysIsStoredAsTheEventThatItSigned() throws Exception {
        world.advanceMillis(500);
        nina.connect();
        String first = nina.say("first");
        String second = nina.say("second");

        EventHead head = Objects.requireNonNull(ann.storedHeads().get(nina.id()));
        assertThat(head.seq()).isEqualTo(3);
        assertThat(head.id().value()).isEqualTo(second);
        for (var stored : ann.stored) {
            Event event = Event.verify(stored.bytes(), world.descriptor.room());
            assertThat(event.id()).isEqualTo(stored.id());
        }
        assertThat(ann.stored).extracting(event -> event.id().value()).contains(first, second);
    }

    @Test
    void nodeSignsTheSameBytesAsWeDo() throws Exception {
        Event profile = Event.sign(
                nina.identity,
                world.descriptor.room(),
                null,
                1L << 56,
                Event.TYPE_PROFILE,
                Bodies.profile("Nina", null));
        Event message = Event.sign(
                nina.identity,
                world.descriptor.room(),
                profile.head(),
                (1L << 56) + 1,
                Event.TYPE_MESSAGE,
                Bodies.message(OutgoingMessage.of("schön"), 1_800_000_000_000L));
        for (Event event : List.of(profile, message)) {
            EventHead previous = event.previous();
            JsonNode signed = node.ask(
                    "signEvent",
                    "Nina",
                    "seed",
                    MachineHarness.filled(3),
                    "room",
                    world.descriptor.room().value(),
                    "head",
                    previous == null
                            ? Map.of()
                            : Map.of("seq", previous.seq(), "id", previous.id().value()),
                    "clock",
                    Long.toString(event.clock()),
                    "type",
                    event.type(),
                    "body",
                    event.body());
            assertThat(NodePeer.bytes(signed, "event")).isEqualTo(event.bytes());
            assertThat(signed.path("id").asText()).isEqualTo(event.id().value());
        }
    }

    @Test
    void repliesAndEmotesComeThroughInBothDirections() throws Exception {
        world.advanceMillis(500);
        nina.connect();
        String question = nina.say("Kappa?");
        nina.say(
                "a Kappa",
                Map.of(
                        "replyTo",
                        question,
                        "emotes",
                        List.of(Map.of("provider", "7tv", "emote", "id", "code", "Kappa", "start", 2, "end", 7))));

        var message = ann.all(Output.Deliver.class).get(1).message();
        assertThat(message.text()).isEqualTo("a Kappa");
        assertThat(message.replyTo()).contains(new MessageId(question));
        assertThat(message.emotes()).containsExactly(new EmoteReference("7tv", "id", "Kappa", 2, 7));

        host.send(OutgoingMessage.builder("a Kappa")
                .replyTo(new MessageId(question))
                .emote(new EmoteReference("7tv", "id", "Kappa", 2, 7))
                .build());
        JsonNode read = readByNode(host.stored.get(host.stored.size() - 1).bytes());
        assertThat(read.path("text").asText()).isEqualTo("a Kappa");
        assertThat(read.path("replyTo").asText()).isEqualTo(question);
        assertThat(read.at("/emotes/0/code").asText()).isEqualTo("Kappa");
    }

    @Test
    void longMessagesAreCutInPiecesAndPutTogether() {
        world.advanceMillis(500);
        nina.connect();
        forgetWhatWasTold();
        String text = "x".repeat(OutgoingMessage.MAX_TEXT_BYTES);
        host.send(text);
        nina.say(text);

        assertThat(nina.takeTold()).containsExactly("Host: " + text, "Nina: " + text);
        assertThat(ann.takeTold()).containsExactly("Host: " + text, "Nina: " + text);
    }

    @Test
    void allHaveOneRoomCodeAndOneSafetyNumber() throws Exception {
        world.advanceMillis(500);
        nina.connect();
        MlsGroup group = Objects.requireNonNull(host.group());
        RoomCode code = RoomCode.of(world.descriptor.room(), group.epoch(), group.epochAuthenticator());
        assertThat(nina.code().path("words").asText()).isEqualTo(code.words());
        assertThat(nina.code().path("qr").asText()).isEqualTo(code.qrText());

        SafetyNumber ours = SafetyNumber.of(ann.id(), nina.id());
        JsonNode theirs = node.ask(
                "safetyNumber",
                "Nina",
                "one",
                nina.id().value(),
                "other",
                ann.id().value());
        assertThat(theirs.path("digits").asText()).isEqualTo(ours.digits());
        assertThat(theirs.path("words").asText()).isEqualTo(ours.words());
        assertThat(theirs.path("qr").asText()).isEqualTo(ours.qrText());
    }

    @Test
    void nodeFollowsThroughJoinsLeavesAndRenewals() {
        world.advanceMillis(500);
        nina.connect();
        Node bob = world.participant("Bob", 5).start();
        world.advanceMillis(500);
        host.send("renewed ten minutes from now");
        long before = nina.look().path("epoch").asLong();
        world.advance(Duration.ofMinutes(11));
        assertThat(nina.received).contains(Frame.Kind.PING);
        assertThat(nina.look().path("epoch").asLong()).as("renewed").isEqualTo(before + 1);
        bob.crash();
        world.advance(Duration.ofSeconds(15));
        forgetWhatWasTold();

        assertThat(Objects.requireNonNull(host.group()).members()).containsExactly(host.id(), ann.id(), nina.id());
        assertThatNodeSeesTheGroupOf(host);
        nina.say("still here");
        host.send("indeed");
        assertThat(ann.takeTold()).containsExactly("Nina: still here", "Host: indeed");
        assertThat(nina.takeTold()).containsExactly("Nina: still here", "Host: indeed");
    }

    @Test
    void nodeLearnsTheNewSecretWhenSomebodyIsKickedAndFollowsTheNextJoin() {
        world.advanceMillis(500);
        nina.connect();
        host.kick(ann.id());
        world.advanceMillis(500);
        assertThat(nina.received).contains(Frame.Kind.STATE);

        Node bob = join("Bob", 5, host.secret);
        forgetWhatWasTold();
        nina.say("hello Bob");
        bob.send("hello Nina");
        assertThat(nina.takeTold()).containsExactly("Nina: hello Bob", "Bob: hello Nina");
        assertThatNodeSeesTheGroupOf(host);
        assertThatNodeSeesTheGroupOf(bob);
    }

    @Test
    void nodeComesInWithANewInviteAndIsToldHowTheRoomIsRun() {
        world.advanceMillis(500);
        host.kick(ann.id());
        TsMlsParticipant late = new TsMlsParticipant(node, world, "Late", 6, host.secret).connect(host.secret);

        assertThat(late.isConnected).isTrue();
        assertThat(late.received).containsSubsequence(Frame.Kind.STATE, Frame.Kind.ADMITTED, Frame.Kind.APPLICATION);
        late.say("hello");
        assertThat(host.told).contains("Late: hello");
    }

    @Test
    void whoIsKickedIsToldAndReadsNothingMore() {
        world.advanceMillis(500);
        nina.connect();
        forgetWhatWasTold();
        host.kick(nina.id());
        world.advanceMillis(500);
        host.send("without Nina");

        assertThat(nina.goodbye).isEqualTo("KICKED");
        assertThat(nina.closed).isNotNull();
        assertThat(nina.takeTold()).isEmpty();
        assertThat(ann.takeTold()).containsExactly("-Nina", "invite", "Host: without Nina");

        world.advanceMillis(500);
        nina.connect(host.secret);
        assertThat(nina.goodbye).as("it has the old secret still").isEqualTo("WRONG_SECRET");
    }

    @Test
    void whoComesBackGetsWhatItMissedAndSaysWhatWaited() {
        world.advanceMillis(500);
        nina.connect();
        host.send("before");
        world.cut(nina.end());
        host.send("missed");
        ann.send("missed too");
        nina.say("waited");
        forgetWhatWasTold();
        world.advance(Duration.ofSeconds(2));
        nina.connect();

        assertThat(nina.takeTold()).containsExactly("Host: missed", "Ann: missed too");
        assertThat(ann.takeTold()).containsExactly("Nina: waited");
        assertThat(nina.look().path("duplicates").asInt())
                .as("its heads were understood")
                .isZero();
        assertThatNodeSeesTheGroupOf(ann);
    }

    @Test
    void aFullRoomRefusesNodeWithACode() {
        MachineHarness small = new MachineHarness(2);
        small.host().start();
        small.participant("Ann", 2).start();
        small.advanceMillis(500);
        TsMlsParticipant late = new TsMlsParticipant(node, small, "Late", 6, MachineHarness.SECRET).connect();

        assertThat(late.received).containsExactly(Frame.Kind.HELLO, Frame.Kind.REFUSED);
        assertThat(late.goodbye).isEqualTo("ROOM_FULL");
    }

    @Test
    void aProofUnderAnotherSecretIsRefused() {
        world.advanceMillis(500);
        RoomSecret wrong = RoomSecret.of(concat(MachineHarness.filled(99), MachineHarness.SECRET.descriptor()));
        TsMlsParticipant late = new TsMlsParticipant(node, world, "Late", 6, wrong).connect();

        assertThat(late.goodbye).isEqualTo("WRONG_SECRET");
        assertThat(Objects.requireNonNull(host.group()).members()).containsExactly(host.id(), ann.id());
    }

    @Test
    void aDescriptorOfAnotherRoomOrSecretIsRefusedByNode() {
        assertThatThrownBy(() -> enter(world.descriptor.room().value(), MachineHarness.filled(99)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("WRONG_SECRET");
        String other = MachineHarness.descriptor(MachineHarness.identity(50), 10)
                .room()
                .value();
        assertThatThrownBy(() -> enter(other, MachineHarness.SECRET.reveal()))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("another room");
    }

    private void enter(String roomId, byte[] secret) throws Refused {
        SignedDescriptor signed = MachineHarness.signedDescriptor(world.hostIdentity, world.descriptor.capacity());
        node.ask(
                "enter",
                "Late",
                "seed",
                MachineHarness.filled(6),
                "name",
                "Late",
                "roomId",
                roomId,
                "secret",
                secret,
                "descriptor",
                signed.descriptor(),
                "signature",
                signed.signature());
    }

    @Test
    void anEventWithOneBitChangedIsRefusedByNodeAndOneOfNodeByUs() throws Exception {
        world.advanceMillis(500);
        nina.connect();
        nina.say("genuine");
        byte[] genuine = ann.stored.get(ann.stored.size() - 1).bytes();
        assertThat(readByNode(genuine).path("text").asText()).isEqualTo("genuine");
        for (int at :
                IntStream.of(0, 1, 21, 53, 61, 93, 101, genuine.length - 1).toArray()) {
            byte[] changed = genuine.clone();
            changed[at] ^= 1;
            assertThatThrownBy(() -> readByNode(changed)).as("byte " + at).isInstanceOf(Refused.class);
            assertThatThrownBy(() -> Event.verify(changed, world.descriptor.room()))
                    .as("byte " + at)
                    .isInstanceOf(MalformedException.class);
        }
    }

    private JsonNode readByNode(byte[] event) throws Refused {
        return node.ask("readEvent", "Nina", "room", world.descriptor.room().value(), "event", event);
    }

    private Node join(String name, int number, RoomSecret secret) {
        Node joined = world.participant(world.config(
                        MachineHarness.identity(number),
                        name,
                        secret,
                        MachineHarness.DEFAULT_MAX_QUEUED_BYTES,
                        Map.of(),
                        List.of()))
                .start();
        world.advanceMillis(500);
        return joined;
    }

    private void forgetWhatWasTold() {
        host.takeTold();
        ann.takeTold();
        nina.takeTold();
    }

    private void assertThatNodeSeesTheGroupOf(Node other) {
        MlsGroup group = Objects.requireNonNull(other.group());
        JsonNode seen = nina.look();
        assertThat(seen.path("epoch").asLong()).isEqualTo(group.epoch());
        assertThat(NodePeer.bytes(seen, "authenticator")).isEqualTo(group.epochAuthenticator());
        assertThat(seen.path("members"))
                .extracting(JsonNode::asText)
                .isEqualTo(group.members().stream().map(PeerId::value).toList());
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
