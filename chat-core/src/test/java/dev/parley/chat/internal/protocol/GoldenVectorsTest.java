package dev.parley.chat.internal.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.EmoteReference;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.RoomCode;
import dev.parley.chat.crypto.SafetyNumber;
import dev.parley.chat.internal.crypto.PieceSeal;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignedDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bytes on the wire, held by files that other implementations can test against. Each line of a file is a name, a
 * space and a value: hexadecimal digits, or text where the format is text.
 */
final class GoldenVectorsTest {

    static final Identity HOST = MachineHarness.identity(1);
    static final Identity ANN = MachineHarness.identity(2);
    static final long EPOCH_MILLIS = MachineHarness.START_EPOCH_MILLIS;
    static final byte[] NONCE = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
    static final byte[] SEAL_NONCE = HexFormat.of().parseHex("101112131415161718191a1b");
    static final RoomSecret SECRET = RoomSecret.of(MachineHarness.filled(7));
    static final RoomId ROOM = Descriptor.roomId(HOST.card().ed25519PublicKey(), NONCE);

    static Map<String, String> vectors(String topic) {
        return switch (topic) {
            case "identities" -> identities();
            case "events" -> events();
            case "descriptors" -> descriptors();
            case "refusal" -> Map.of("refusal", hex(refusal()));
            case "contents" -> contents();
            case "frames" -> frames();
            case "signals" -> signals();
            case "codes" -> codes();
            case "pieces" -> pieces();
            default -> throw new IllegalArgumentException(topic);
        };
    }

    /** Made by another program from docs/protocol.md, section 17. */
    private static Map<String, String> codes() {
        Map<String, String> vectors = new LinkedHashMap<>();
        SafetyNumber number = SafetyNumber.of(HOST.peerId(), ANN.peerId());
        vectors.put("safety.digits", number.digits());
        vectors.put("safety.words", number.words());
        vectors.put("safety.qr", number.qrText());
        RoomCode code = RoomCode.of(ROOM, 7, MachineHarness.filled(8));
        vectors.put("room.epoch", Long.toString(code.epoch()));
        vectors.put("room.authenticator", hex(MachineHarness.filled(8)));
        vectors.put("room.digits", code.digits());
        vectors.put("room.words", code.words());
        vectors.put("room.qr", code.qrText());
        return vectors;
    }

    /** Made by another program from docs/protocol.md, section 24. */
    private static Map<String, String> pieces() {
        MessageId offer = MessageId.of(MachineHarness.filled(3));
        PieceSeal seal = new PieceSeal(ROOM, offer, MachineHarness.filled(9));
        Map<String, String> vectors = new LinkedHashMap<>();
        vectors.put("room", hex(ROOM.toBytes()));
        vectors.put("offer", hex(offer.toBytes()));
        vectors.put("key", hex(MachineHarness.filled(9)));
        vectors.put("piece", hex(counted(40)));
        vectors.put("sealed.0", hex(seal.seal(0, counted(40))));
        vectors.put("sealed.16000", hex(seal.seal(16_000, counted(40))));
        return vectors;
    }

    private static Map<String, String> identities() {
        Map<String, String> vectors = new LinkedHashMap<>();
        vectors.put("host.ed25519Seed", hex(MachineHarness.filled(1)));
        vectors.put("host.x25519Key", hex(MachineHarness.filled(101)));
        vectors.put("host.card", hex(HOST.card().encode()));
        vectors.put("host.peerId", HOST.peerId().value());
        vectors.put("ann.ed25519Seed", hex(MachineHarness.filled(2)));
        vectors.put("ann.x25519Key", hex(MachineHarness.filled(102)));
        vectors.put("ann.card", hex(ANN.card().encode()));
        vectors.put("ann.peerId", ANN.peerId().value());
        return vectors;
    }

    static Event profile() {
        return Event.sign(ANN, ROOM, null, EPOCH_MILLIS << 16, Event.TYPE_PROFILE, Bodies.profile("Ann", ANN.card()));
    }

    static Event message() {
        OutgoingMessage message = OutgoingMessage.builder("na\u00efve Kappa \ud83c\udf75")
                .emote(new EmoteReference("7tv", "01F6MQ33FG000FFJ97ZB8MWV52", "Kappa", 6, 11))
                .replyTo(MessageId.of(MachineHarness.filled(9)))
                .build();
        return Event.sign(
                ANN,
                ROOM,
                profile().head(),
                (EPOCH_MILLIS << 16) + 1,
                new Era(7, (2L << Integer.SIZE) + 5),
                Event.TYPE_MESSAGE,
                Bodies.message(message, EPOCH_MILLIS));
    }

    private static Map<String, String> events() {
        Map<String, String> vectors = new LinkedHashMap<>();
        vectors.put("profile", hex(profile().bytes()));
        vectors.put("profile.id", profile().id().value());
        vectors.put("profile.body", new String(profile().body(), UTF_8));
        vectors.put("message", hex(message().bytes()));
        vectors.put("message.id", message().id().value());
        vectors.put("message.body", new String(message().body(), UTF_8));
        return vectors;
    }

    static SignedDescriptor descriptor(Visibility visibility) {
        RoomSecret secret = visibility == Visibility.PUBLIC ? RoomSecret.forPublicRoom(ROOM) : SECRET;
        RoomOptions options =
                RoomOptions.builder("Tea").visibility(visibility).capacity(12).build();
        return Descriptor.sign(HOST, options, secret, NONCE, SEAL_NONCE, Instant.ofEpochMilli(EPOCH_MILLIS));
    }

    private static Map<String, String> descriptors() {
        Map<String, String> vectors = new LinkedHashMap<>();
        vectors.put("room", ROOM.value());
        vectors.put("secret", hex(SECRET.reveal()));
        for (Visibility visibility : Visibility.values()) {
            SignedDescriptor signed = descriptor(visibility);
            vectors.put(visibility + ".descriptor", new String(signed.descriptor(), UTF_8));
            vectors.put(visibility + ".signature", hex(signed.signature()));
        }
        return vectors;
    }

    static byte[] refusal() {
        return Refusal.sign(HOST, ROOM, ANN.peerId(), "an envelope".getBytes(UTF_8));
    }

    private static Content.Sync sync() {
        return new Content.Sync(
                true,
                List.of(profile().bytes()),
                List.of(message().bytes()),
                Map.of(ANN.peerId(), message().head()));
    }

    private static Map<String, String> contents() {
        Map<String, String> vectors = new LinkedHashMap<>();
        vectors.put("said", hex(Content.said(profile().bytes())));
        vectors.put("sync", hex(Content.sync(sync())));
        vectors.put("sync.empty", hex(Content.sync(new Content.Sync(false, List.of(), List.of(), Map.of()))));
        vectors.put("resume", hex(Content.resume(Map.of(ANN.peerId(), message().head()))));
        vectors.put("nothing", hex(Content.nothing()));
        vectors.put("governed.first", hex(Content.governed(Governance.FIRST.encode())));
        vectors.put("governed", hex(Content.governed(governance().encode())));
        vectors.put(
                "meet",
                hex(Content.meet(new byte[32], Map.of(ANN.peerId(), message().head()))));
        vectors.put("neighbours", hex(Content.neighbours(Set.of(ANN.peerId()))));
        vectors.put("presence", hex(Content.presence(true)));
        vectors.put("read", hex(Content.read(Map.of(ANN.peerId(), 258L))));
        vectors.put("typing", hex(Content.typing(true, 258)));
        vectors.put("lost", hex(Content.lost(Set.of(ANN.peerId()))));
        vectors.put("commits", hex(Content.commits(List.of(new byte[] {1, 2, 3}, new byte[] {4}))));
        return vectors;
    }

    private static Governance governance() {
        return new Governance(
                3,
                MachineHarness.SECRET.rotated(MachineHarness.filled(9)),
                Set.of(ANN.peerId()),
                2,
                1,
                new Succession(2, 1, 1_800_000_000_000L, List.of(ANN.card())).sign(HOST, ROOM));
    }

    private static byte[] counted(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    private static Map<String, String> frames() {
        Map<String, String> vectors = new LinkedHashMap<>();
        for (Frame.Kind kind : Frame.Kind.values()) {
            if (kind != Frame.Kind.FRAGMENT && kind != Frame.Kind.LAST_FRAGMENT) {
                vectors.put(
                        kind.name(),
                        hex(new Frame(kind, new byte[] {1, 2}).encode().get(0)));
            }
        }
        vectors.put(
                "hello",
                hex(new Frame(Frame.Kind.HELLO, Handshake.hello()).encode().get(0)));
        vectors.put(
                "bye",
                hex(new Frame(Frame.Kind.BYE, Handshake.goodbye(dev.parley.chat.CloseReason.Code.LEFT, "left"))
                        .encode()
                        .get(0)));
        // The longest body in one frame, and the shortest in two; of long ones the lengths and the hash.
        for (int length : new int[] {16_383, 16_384, 40_000}) {
            List<String> pieces = new ArrayList<>();
            for (byte[] frame : new Frame(Frame.Kind.APPLICATION, counted(length)).encode()) {
                pieces.add(hex(new byte[] {frame[0], frame[1]}) + ".." + frame.length + ".."
                        + hex(dev.parley.chat.internal.crypto.Sha256.of(frame)).substring(0, 16));
            }
            vectors.put("application." + length, String.join(" ", pieces));
        }
        return vectors;
    }

    private static Map<String, String> signals() {
        Map<String, String> vectors = new LinkedHashMap<>();
        vectors.put("offer", new String(LinkSignals.encode(new LinkSignal.Offer("v=0\r\n")), UTF_8));
        vectors.put("answer", new String(LinkSignals.encode(new LinkSignal.Answer("v=0\r\n")), UTF_8));
        vectors.put(
                "candidate", new String(LinkSignals.encode(new LinkSignal.Candidate("candidate:1", "0", 0)), UTF_8));
        vectors.put("candidate.noMid", new String(LinkSignals.encode(new LinkSignal.Candidate("c", null, 1)), UTF_8));
        vectors.put("end", new String(LinkSignals.encode(new LinkSignal.EndOfCandidates()), UTF_8));
        vectors.put("answer.restart", new String(LinkSignals.encode(new LinkSignal.Answer("v=0\r\n", "Wq1u")), UTF_8));
        vectors.put("restart", new String(LinkSignals.encode(new LinkSignal.RestartRequest()), UTF_8));
        return vectors;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "identities",
                "events",
                "descriptors",
                "refusal",
                "contents",
                "frames",
                "signals",
                "codes",
                "pieces"
            })
    void whatIsWrittenIsWhatTheFileSays(String topic) throws IOException {
        assertThat(vectors(topic)).containsExactlyInAnyOrderEntriesOf(read(topic));
    }

    @Test
    void theEventsOfTheFileAreRead() throws Exception {
        Map<String, String> file = read("events");
        Event profile = Event.verify(parse(file, "profile"), ROOM);
        Event message = Event.verify(parse(file, "message"), ROOM);
        assertThat(profile.id().value()).isEqualTo(file.get("profile.id"));
        assertThat(message.id().value()).isEqualTo(file.get("message.id"));
        assertThat(profile.sender()).isEqualTo(ANN.peerId());
        assertThat(profile.seq()).isEqualTo(1);
        assertThat(profile.previous()).isNull();
        assertThat(profile.follows(null)).isTrue();
        assertThat(message.seq()).isEqualTo(2);
        assertThat(message.previous()).isEqualTo(profile.head());
        assertThat(message.follows(profile.head())).isTrue();
        assertThat(message.follows(null)).isFalse();
        assertThat(message.follows(new EventHead(1, message.id()))).isFalse();
        assertThat(message.clock()).isEqualTo((EPOCH_MILLIS << 16) + 1);
        assertThat(Bodies.profileName(profile)).isEqualTo("Ann");
        var chat = Bodies.message(message, "Ann");
        assertThat(chat.text()).isEqualTo("na\u00efve Kappa \ud83c\udf75");
        assertThat(chat.sentAt()).isEqualTo(Instant.ofEpochMilli(EPOCH_MILLIS));
        assertThat(chat.replyTo()).contains(MessageId.of(MachineHarness.filled(9)));
        assertThat(chat.emotes())
                .containsExactly(new EmoteReference("7tv", "01F6MQ33FG000FFJ97ZB8MWV52", "Kappa", 6, 11));
    }

    @Test
    void theDescriptorsOfTheFileAreRead() throws Exception {
        Map<String, String> file = read("descriptors");
        for (Visibility visibility : Visibility.values()) {
            SignedDescriptor signed = new SignedDescriptor(
                    value(file, visibility + ".descriptor").getBytes(UTF_8), parse(file, visibility + ".signature"));
            RoomId room = new RoomId(value(file, "room"));
            Descriptor descriptor = visibility == Visibility.PUBLIC
                    ? Descriptor.verifyPublic(signed, room)
                    : Descriptor.verify(signed, room, RoomSecret.of(parse(file, "secret")), visibility);
            assertThat(descriptor)
                    .isEqualTo(new Descriptor(
                            ROOM, HOST.card(), "Tea", visibility, 12, Instant.ofEpochMilli(EPOCH_MILLIS)));
        }
        assertThat(value(file, "PRIVATE.descriptor"))
                .as("the worker does not learn the name")
                .doesNotContain("Tea");
    }

    @Test
    void theContentsOfTheFileAreRead() throws Exception {
        Map<String, String> file = read("contents");
        Governance governed =
                Governance.decode(((Content.Governed) Content.decode(parse(file, "governed"))).governance());
        assertThat(governed).isEqualTo(governance());
        assertThat(Succession.verify(Objects.requireNonNull(governed.succession()), ROOM, HOST.card()))
                .isEqualTo(new Succession(2, 1, 1_800_000_000_000L, List.of(ANN.card())));
        assertThat(((Content.Said) Content.decode(parse(file, "said"))).event())
                .isEqualTo(profile().bytes());
        Content.Sync sync = (Content.Sync) Content.decode(parse(file, "sync"));
        assertThat(sync.last()).isTrue();
        assertThat(sync.profiles()).hasSize(1).first().isEqualTo(profile().bytes());
        assertThat(sync.events()).hasSize(1).first().isEqualTo(message().bytes());
        assertThat(sync.heads()).isEqualTo(Map.of(ANN.peerId(), message().head()));
        Content.Sync empty = (Content.Sync) Content.decode(parse(file, "sync.empty"));
        assertThat(empty.last()).isFalse();
        assertThat(empty.profiles()).isEmpty();
        assertThat(((Content.Resume) Content.decode(parse(file, "resume"))).heads())
                .isEqualTo(Map.of(ANN.peerId(), message().head()));
        assertThat(Content.decode(parse(file, "nothing"))).isInstanceOf(Content.Nothing.class);
        assertThat(Content.decode(parse(file, "presence"))).isEqualTo(new Content.Presence(true));
        assertThat(Content.decode(parse(file, "read"))).isEqualTo(new Content.Read(Map.of(ANN.peerId(), 258L)));
        assertThat(Content.decode(parse(file, "typing"))).isEqualTo(new Content.Typing(true, 258));
        assertThat(Content.decode(parse(file, "lost"))).isEqualTo(new Content.Lost(Set.of(ANN.peerId())));
        assertThat(Content.decode(parse(file, "neighbours"))).isEqualTo(new Content.Neighbours(Set.of(ANN.peerId())));
        assertThat(Content.commits(parse(file, "commits"))).containsExactly(new byte[] {1, 2, 3}, new byte[] {4});
    }

    @Test
    void theRefusalOfTheFileIsRead() throws Exception {
        assertThat(Refusal.verify(parse(read("refusal"), "refusal"), HOST.card(), ROOM, ANN.peerId()))
                .isEqualTo(dev.parley.chat.internal.crypto.Sha256.of("an envelope".getBytes(UTF_8)));
    }

    @Test
    void theSignalsOfTheFileAreRead() throws Exception {
        Map<String, String> file = read("signals");
        assertThat(LinkSignals.decode(value(file, "offer").getBytes(UTF_8))).isEqualTo(new LinkSignal.Offer("v=0\r\n"));
        assertThat(LinkSignals.decode(value(file, "answer").getBytes(UTF_8)))
                .isEqualTo(new LinkSignal.Answer("v=0\r\n"));
        assertThat(LinkSignals.decode(value(file, "candidate").getBytes(UTF_8)))
                .isEqualTo(new LinkSignal.Candidate("candidate:1", "0", 0));
        assertThat(LinkSignals.decode(value(file, "candidate.noMid").getBytes(UTF_8)))
                .isEqualTo(new LinkSignal.Candidate("c", null, 1));
        assertThat(LinkSignals.decode(value(file, "end").getBytes(UTF_8))).isEqualTo(new LinkSignal.EndOfCandidates());
        assertThat(LinkSignals.decode(value(file, "answer.restart").getBytes(UTF_8)))
                .isEqualTo(new LinkSignal.Answer("v=0\r\n", "Wq1u"));
        assertThat(LinkSignals.decode(value(file, "restart").getBytes(UTF_8)))
                .isEqualTo(new LinkSignal.RestartRequest());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16_383, 16_384, 16_385, 32_765, 32_766, 40_000, 262_143})
    void longFramesComeTogetherAgain(int length) throws Exception {
        byte[] body = counted(length);
        Frame.Decoder decoder = new Frame.Decoder();
        List<byte[]> frames = new Frame(Frame.Kind.APPLICATION, body).encode();
        for (int round = 0; round < 2; round++) {
            Frame whole = null;
            for (byte[] frame : frames) {
                assertThat(whole).isNull();
                whole = decoder.accept(frame, Limits.MAX_MESSAGE_BYTES);
            }
            Frame complete = Objects.requireNonNull(whole);
            assertThat(complete.kind()).isEqualTo(Frame.Kind.APPLICATION);
            assertThat(Arrays.equals(complete.body(), body)).isTrue();
        }
    }

    static Map<String, String> read(String topic) throws IOException {
        Map<String, String> vectors = new LinkedHashMap<>();
        try (InputStream file = GoldenVectorsTest.class.getResourceAsStream("/golden/" + topic + ".txt")) {
            assertThat(file).as("golden/" + topic + ".txt").isNotNull();
            for (String line : new String(file.readAllBytes(), UTF_8).lines().toList()) {
                int space = line.indexOf(' ');
                vectors.put(line.substring(0, space), line.substring(space + 1));
            }
        }
        return vectors;
    }

    static String value(Map<String, String> file, String name) {
        return Objects.requireNonNull(file.get(name), name);
    }

    private static byte[] parse(Map<String, String> file, String name) {
        return HexFormat.of().parseHex(value(file, name));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
