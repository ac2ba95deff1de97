package dev.parley.chat.internal.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.parley.chat.EmoteReference;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.SignedDescriptor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each limit of the codecs at it and one past it, bytes that are wrong in one way, and bytes that are wrong by chance.
 */
final class CodecLimitsTest {

    private static final Identity ANN = GoldenVectorsTest.ANN;
    private static final RoomId ROOM = GoldenVectorsTest.ROOM;

    private interface Decoding {
        void run(byte[] bytes) throws Exception;
    }

    private static Event event(String type, byte[] body) {
        return Event.sign(ANN, ROOM, null, 1, type, body);
    }

    private static Event message(String json) {
        return event(Event.TYPE_MESSAGE, json.getBytes(UTF_8));
    }

    private static void assertMalformed(Decoding decoding, byte[] bytes) {
        assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> decoding.run(bytes));
    }

    // ---- events

    @Test
    void anEventIsAsLongAsTheLimitAndNoLonger() throws Exception {
        int header = event("x", new byte[0]).bytes().length;
        Event longest = event("x", new byte[Limits.MAX_EVENT_BYTES - header]);
        assertThat(longest.bytes()).hasSize(Limits.MAX_EVENT_BYTES);
        assertThat(Event.verify(longest.bytes(), ROOM).id()).isEqualTo(longest.id());
        Event tooLong = event("x", new byte[Limits.MAX_EVENT_BYTES - header + 1]);
        assertMalformed(bytes -> Event.verify(bytes, ROOM), tooLong.bytes());
    }

    @Test
    void aTypeHasOneToThirtyTwoCharactersOfItsAlphabet() throws Exception {
        for (String type : List.of("x", "a".repeat(32), "az09._")) {
            assertThat(Event.verify(event(type, new byte[0]).bytes(), ROOM).type())
                    .isEqualTo(type);
        }
        for (String type : List.of("", "a".repeat(33), "A", "a b", "a-b", "\u007f")) {
            assertMalformed(
                    bytes -> Event.verify(bytes, ROOM), event(type, new byte[0]).bytes());
        }
    }

    @Test
    void aSequenceCountsFromOneAndAClockIsNotNegative() throws Exception {
        EventHead zero = new EventHead(0, MessageId.of(new byte[32]));
        assertThat(Event.verify(Event.sign(ANN, ROOM, zero, 0, "x", new byte[0]).bytes(), ROOM)
                        .seq())
                .isEqualTo(1);
        EventHead below = new EventHead(-1, MessageId.of(new byte[32]));
        assertMalformed(
                bytes -> Event.verify(bytes, ROOM),
                Event.sign(ANN, ROOM, below, 0, "x", new byte[0]).bytes());
        assertMalformed(
                bytes -> Event.verify(bytes, ROOM),
                Event.sign(ANN, ROOM, null, -1, "x", new byte[0]).bytes());
        EventHead last = new EventHead(Limits.MAX_SEQ - 1, MessageId.of(new byte[32]));
        assertThat(Event.verify(
                                Event.sign(ANN, ROOM, last, Long.MAX_VALUE, "x", new byte[0])
                                        .bytes(),
                                ROOM)
                        .seq())
                .isEqualTo(Limits.MAX_SEQ);
        EventHead beyond = new EventHead(Limits.MAX_SEQ, MessageId.of(new byte[32]));
        assertMalformed(
                bytes -> Event.verify(bytes, ROOM),
                Event.sign(ANN, ROOM, beyond, 0, "x", new byte[0]).bytes());
    }

    @Test
    void everyBitOfAnEventIsSigned() {
        byte[] bytes = GoldenVectorsTest.profile().bytes();
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] changed = bytes.clone();
            changed[bit / 8] ^= (byte) (1 << (bit % 8));
            assertMalformed(each -> Event.verify(each, ROOM), changed);
        }
    }

    @Test
    void anEventOfAnotherRoomIsRefused() {
        RoomId other = Descriptor.roomId(ANN.card().ed25519PublicKey(), GoldenVectorsTest.NONCE);
        assertMalformed(
                bytes -> Event.verify(bytes, other), GoldenVectorsTest.profile().bytes());
    }

    // ---- bodies

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"text\":\"x\",\"sentAt\":0}",
                "{\"text\":\"x\",\"sentAt\":253402300799999}",
                "{\"text\":\"x\",\"sentAt\":0,\"later\":{\"a\":[1]}}",
                "{\"text\":\"x\",\"sentAt\":0,\"replyTo\":null,\"emotes\":[]}",
                "{\"text\":\"xyz\",\"sentAt\":0,\"emotes\":[{\"provider\":\"a\",\"emote\":\"b\",\"code\":\"xy\",\"start\":0,\"end\":2}]}",
            })
    void goodMessagesAreRead(String body) {
        assertThatCode(() -> Bodies.message(message(body), "Ann")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"text\":\"x\",\"sentAt\":0,\"emotes\":{}}",
                "{\"text\":\"x\",\"sentAt\":0,\"emotes\":\"x\"}",
                "",
                "null",
                "[]",
                "\"x\"",
                "{}",
                "{\"text\":\"x\"}",
                "{\"sentAt\":0}",
                "{\"text\":\"\",\"sentAt\":0}",
                "{\"text\":1,\"sentAt\":0}",
                "{\"text\":\"\\ud800\",\"sentAt\":0}",
                "{\"text\":\"x\",\"sentAt\":-1}",
                "{\"text\":\"x\",\"sentAt\":253402300800000}",
                "{\"text\":\"x\",\"sentAt\":1.5}",
                "{\"text\":\"x\",\"sentAt\":\"0\"}",
                "{\"text\":\"x\",\"sentAt\":99999999999999999999}",
                "{\"text\":\"x\",\"text\":\"y\",\"sentAt\":0}",
                "{\"text\":\"x\",\"sentAt\":0} {}",
                "{\"text\":\"x\",\"sentAt\":0,\"replyTo\":\"no id\"}",
                "{\"text\":\"x\",\"sentAt\":0,\"replyTo\":7}",
                "{\"text\":\"x\",\"sentAt\":0,\"emotes\":[1]}",
                "{\"text\":\"x\",\"sentAt\":0,\"emotes\":[{}]}",
                "{\"text\":\"x\",\"sentAt\":0,\"emotes\":[{\"provider\":\"A\",\"emote\":\"b\",\"code\":\"x\",\"start\":0,\"end\":1}]}",
                "{\"text\":\"x\",\"sentAt\":0,\"emotes\":[{\"provider\":\"a\",\"emote\":\"\",\"code\":\"x\",\"start\":0,\"end\":1}]}",
                "{\"text\":\"x\",\"sentAt\":0,\"emotes\":[{\"provider\":\"a\",\"emote\":\"\\udc00\",\"code\":\"x\",\"start\":0,\"end\":1}]}",
                "{\"text\":\"x\",\"sentAt\":0,\"emotes\":[{\"provider\":\"a\",\"emote\":\"b\",\"code\":\"x\",\"start\":0,\"end\":2}]}",
                "{\"text\":\"x\",\"sentAt\":0,\"emotes\":[{\"provider\":\"a\",\"emote\":\"b\",\"code\":\"x\",\"start\":1,\"end\":1}]}",
                "{\"text\":\"x\",\"sentAt\":0,\"emotes\":[{\"provider\":\"a\",\"emote\":\"b\",\"code\":\"x\",\"start\":-1,\"end\":1}]}",
            })
    void badMessagesAreRefused(String body) {
        assertMalformed(bytes -> Bodies.message(event(Event.TYPE_MESSAGE, bytes), "Ann"), body.getBytes(UTF_8));
    }

    @Test
    void aTextIsAsLongAsTheLimitAndNoLonger() throws Exception {
        String longest = "\u00e9".repeat(OutgoingMessage.MAX_TEXT_BYTES / 2);
        byte[] body = Bodies.message(OutgoingMessage.of(longest), 0);
        assertThat(Bodies.message(event(Event.TYPE_MESSAGE, body), "Ann").text())
                .isEqualTo(longest);
        assertMalformed(
                bytes -> Bodies.message(event(Event.TYPE_MESSAGE, bytes), "Ann"),
                ("{\"sentAt\":0,\"text\":\"" + longest + "x\"}").getBytes(UTF_8));
    }

    @Test
    void emotesAreAsManyAsTheLimitAndNoMore() throws Exception {
        OutgoingMessage.Builder most = OutgoingMessage.builder("x".repeat(OutgoingMessage.MAX_EMOTES + 1));
        StringBuilder tooMany = new StringBuilder("{\"sentAt\":0,\"text\":\"")
                .append("x".repeat(OutgoingMessage.MAX_EMOTES + 1))
                .append("\",\"emotes\":[");
        for (int i = 0; i <= OutgoingMessage.MAX_EMOTES; i++) {
            if (i < OutgoingMessage.MAX_EMOTES) {
                most.emote(new EmoteReference("p", "e", "x", i, i + 1));
            }
            tooMany.append(i == 0 ? "" : ",")
                    .append("{\"provider\":\"p\",\"emote\":\"e\",\"code\":\"x\",\"start\":")
                    .append(i)
                    .append(",\"end\":")
                    .append(i + 1)
                    .append("}");
        }
        byte[] body = Bodies.message(most.build(), 0);
        assertThat(Bodies.message(event(Event.TYPE_MESSAGE, body), "Ann").emotes())
                .hasSize(OutgoingMessage.MAX_EMOTES);
        assertMalformed(
                bytes -> Bodies.message(event(Event.TYPE_MESSAGE, bytes), "Ann"),
                tooMany.append("]}").toString().getBytes(UTF_8));
    }

    @Test
    void everyMessageThatCanBeBuiltFitsAnEvent() {
        // As many emotes as may be, with ids as long as may be together, of characters that JSON makes longer or not.
        for (String unit : List.of("x", "\u0001", "\"", "\u00e9", "\u20ac", "\ud83c\udf75")) {
            OutgoingMessage longest = null;
            for (int chars = EmoteReference.MAX_EMOTE_CHARS; longest == null; chars--) {
                longest = withEmoteIds(unit.repeat(chars / unit.length()), unit);
            }
            byte[] event = event(Event.TYPE_MESSAGE, Bodies.message(longest, Limits.MAX_EPOCH_MILLIS))
                    .bytes();
            assertThat(event.length).isBetween(50_000, Limits.MAX_EVENT_BYTES);
        }
        String dearestText = "\u0001".repeat(OutgoingMessage.MAX_TEXT_BYTES);
        assertThat(event(Event.TYPE_MESSAGE, Bodies.message(OutgoingMessage.of(dearestText), 0))
                        .bytes()
                        .length)
                .isLessThan(Limits.MAX_EVENT_BYTES);
    }

    /** Null if that is too much. */
    private static @Nullable OutgoingMessage withEmoteIds(String id, String code) {
        OutgoingMessage.Builder builder =
                OutgoingMessage.builder("x".repeat(5_000)).replyTo(MessageId.of(new byte[32]));
        for (int i = 0; i < OutgoingMessage.MAX_EMOTES; i++) {
            builder.emote(new EmoteReference("p".repeat(32), id, code, 1_000 + i, 1_001 + i));
        }
        try {
            return builder.build();
        } catch (IllegalArgumentException tooMuch) {
            return null;
        }
    }

    @Test
    void aNameIsAsLongAsTheLimitAndFreeOfControlCharacters() throws Exception {
        String longest = "n".repeat(Participant.MAX_NAME_CHARS);
        assertThat(Bodies.profileName(event(Event.TYPE_PROFILE, Bodies.profile(longest, null))))
                .isEqualTo(longest);
        for (String name : List.of(longest + "n", "", " ", "\t", "a\nb", "a\u0000", "a\u0085b")) {
            assertMalformed(bytes -> Bodies.profileName(event(Event.TYPE_PROFILE, bytes)), Bodies.profile(name, null));
        }
        assertMalformed(
                bytes -> Bodies.profileName(event(Event.TYPE_PROFILE, bytes)),
                "{\"name\":\"half \\ud800\"}".getBytes(UTF_8));
    }

    // ---- contents

    @Test
    void headsAreAsManyAsTheLimitAndNoMore() throws Exception {
        Map<PeerId, EventHead> heads = new LinkedHashMap<>();
        for (int i = 0; i < Limits.MAX_HEADS; i++) {
            heads.put(
                    PeerId.of(ByteBuffer.allocate(PeerId.BYTES).putInt(i).array()),
                    new EventHead(i + 1, MessageId.of(new byte[32])));
        }
        byte[] most = Content.resume(heads);
        assertThat(((Content.Resume) Content.decode(most)).heads()).isEqualTo(heads);
        byte[] sync = Content.sync(new Content.Sync(true, List.of(), List.of(), heads));
        assertThat(sync.length).as("with its seal it fits a frame").isLessThan(Limits.MAX_MESSAGE_BYTES - 1_024);
        assertThat(((Content.Sync) Content.decode(sync)).heads()).isEqualTo(heads);
        heads.put(
                PeerId.of(ByteBuffer.allocate(PeerId.BYTES).putInt(-1).array()),
                new EventHead(1, MessageId.of(new byte[32])));
        assertMalformed(Content::decode, Content.resume(heads));
    }

    @Test
    void oneAuthorHasOneHead() {
        byte[] two = Content.resume(Map.of(
                PeerId.of(new byte[PeerId.BYTES]),
                new EventHead(1, MessageId.of(new byte[32])),
                PeerId.of(ByteBuffer.allocate(PeerId.BYTES).putInt(1).array()),
                new EventHead(2, MessageId.of(new byte[32]))));
        byte[] twice = two.clone();
        int head = (two.length - 3) / 2;
        System.arraycopy(two, 3, twice, 3 + head, head);
        assertMalformed(Content::decode, twice);
    }

    @Test
    void nothingHasNoBody() {
        assertMalformed(Content::decode, new byte[] {Content.NOTHING, 0});
    }

    @Test
    void aHeadCountsFromOne() {
        Map<PeerId, EventHead> heads = Map.of(ANN.peerId(), new EventHead(0, MessageId.of(new byte[32])));
        assertMalformed(Content::decode, Content.resume(heads));
    }

    @Test
    void contentsThatAreCutShortOrTooLongAreRefused() {
        byte[] sync = Content.sync(new Content.Sync(
                true,
                List.of(GoldenVectorsTest.profile().bytes()),
                List.of(new byte[0], new byte[5]),
                Map.of(ANN.peerId(), GoldenVectorsTest.profile().head())));
        for (int length = 0; length < sync.length; length++) {
            assertMalformed(Content::decode, Arrays.copyOf(sync, length));
        }
        assertMalformed(Content::decode, Arrays.copyOf(sync, sync.length + 1));
        byte[] commits = Content.commits(List.of(new byte[3], new byte[0]));
        for (int length = 0; length < commits.length; length++) {
            assertMalformed(Content::commits, Arrays.copyOf(commits, length));
        }
        assertMalformed(Content::commits, Arrays.copyOf(commits, commits.length + 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 65_537, 262_145})
    void lengthsThatLieAllocateNothing(int length) {
        byte[] list = ByteBuffer.allocate(8).putInt(1).putInt(length).array();
        assertMalformed(Content::commits, list);
        assertMalformed(Content::commits, ByteBuffer.allocate(4).putInt(length).array());
        assertMalformed(
                Content::decode,
                ByteBuffer.allocate(6)
                        .put((byte) 2)
                        .put((byte) 0)
                        .putInt(length)
                        .array());
    }

    @Test
    void whatIsToldOfPresenceReadingAndTypingHasItsForm() {
        assertMalformed(Content::decode, new byte[] {Content.PRESENCE, 2});
        assertMalformed(Content::decode, new byte[] {Content.PRESENCE});
        assertMalformed(Content::decode, new byte[] {Content.PRESENCE, 1, 0});
        assertMalformed(Content::decode, new byte[] {Content.TYPING, 2, 0, 0, 0, 0, 0, 0, 0, 0});
        assertMalformed(Content::decode, new byte[] {Content.TYPING, 1, 0});
        byte[] many = ByteBuffer.allocate(3 + 1_025 * 28)
                .put((byte) Content.READ)
                .putShort((short) 1_025)
                .array();
        assertMalformed(Content::decode, many);
        assertMalformed(Content::decode, new byte[] {Content.READ, 0, 1, 0});
        assertMalformed(Content::decode, new byte[] {Content.LOST, 4, 1});
        assertMalformed(Content::decode, new byte[] {Content.NEIGHBOURS, 0, 1});
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 12, 13, 127, 128, 255})
    void contentsOfUnknownKindsAreRefused(int kind) {
        assertMalformed(Content::decode, new byte[] {(byte) kind, 0, 0});
    }

    // ---- frames

    @Test
    void aFrameIsAsLongAsTheLimitAndNoLonger() throws Exception {
        byte[] longest = new byte[PeerLink.MAX_FRAME_BYTES];
        longest[0] = 0x10;
        assertThat(new Frame.Decoder().accept(longest, longest.length)).isNotNull();
        assertMalformed(bytes -> new Frame.Decoder().accept(bytes, longest.length - 1), longest);
        byte[] tooLong = Arrays.copyOf(longest, longest.length + 1);
        assertMalformed(bytes -> new Frame.Decoder().accept(bytes, Limits.MAX_MESSAGE_BYTES), tooLong);
        assertMalformed(bytes -> new Frame.Decoder().accept(bytes, Limits.MAX_MESSAGE_BYTES), new byte[0]);
    }

    @Test
    void piecesAreAsMuchAsTheLimitAndNoMore() throws Exception {
        byte[] atLimit = new byte[Limits.MAX_MESSAGE_BYTES - 1];
        Frame.Decoder decoder = new Frame.Decoder();
        Frame whole = null;
        for (byte[] frame : new Frame(Frame.Kind.APPLICATION, atLimit).encode()) {
            whole = decoder.accept(frame, Limits.MAX_MESSAGE_BYTES);
        }
        assertThat(whole).isNotNull();
        assertMalformed(
                body -> {
                    for (byte[] frame : new Frame(Frame.Kind.APPLICATION, body).encode()) {
                        decoder.accept(frame, Limits.MAX_MESSAGE_BYTES);
                    }
                },
                new byte[Limits.MAX_MESSAGE_BYTES]);
    }

    // ---- signals, refusals, descriptors

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"sdp\":\"x\"}",
                "{\"type\":\"offer\"}",
                "{\"type\":\"rollback\",\"sdp\":\"x\"}",
                "{\"type\":1,\"sdp\":\"x\"}",
                "{\"candidate\":null}",
                "{\"candidate\":\"x\"}",
                "{\"candidate\":\"x\",\"sdpMLineIndex\":-1}",
                "{\"candidate\":\"x\",\"sdpMLineIndex\":65}",
                "{\"candidate\":\"x\",\"sdpMid\":1,\"sdpMLineIndex\":0}",
            })
    void badSignalsAreRefused(String json) {
        assertMalformed(LinkSignals::decode, json.getBytes(UTF_8));
    }

    @Test
    void signalsAreAsLongAsTheLimitAndNoLonger() throws Exception {
        String sdp = "s".repeat(LinkSignal.MAX_SDP_CHARS);
        assertThat(LinkSignals.decode(("{\"type\":\"offer\",\"sdp\":\"" + sdp + "\"}").getBytes(UTF_8)))
                .isEqualTo(new LinkSignal.Offer(sdp));
        assertMalformed(LinkSignals::decode, ("{\"type\":\"offer\",\"sdp\":\"" + sdp + "s\"}").getBytes(UTF_8));
        String candidate = "c".repeat(LinkSignal.MAX_CANDIDATE_CHARS);
        String rest = "\",\"sdpMLineIndex\":64}";
        assertThat(LinkSignals.decode(("{\"candidate\":\"" + candidate + rest).getBytes(UTF_8)))
                .isEqualTo(new LinkSignal.Candidate(candidate, null, 64));
        assertMalformed(LinkSignals::decode, ("{\"candidate\":\"" + candidate + "c" + rest).getBytes(UTF_8));
    }

    @Test
    void everyBitOfARefusalCounts() throws Exception {
        byte[] refusal = GoldenVectorsTest.refusal();
        byte[] hash = Refusal.verify(refusal, GoldenVectorsTest.HOST.card(), ROOM, ANN.peerId());
        assertThat(hash).hasSize(32);
        for (int bit = 0; bit < refusal.length * 8; bit++) {
            byte[] changed = refusal.clone();
            changed[bit / 8] ^= (byte) (1 << (bit % 8));
            assertMalformed(bytes -> Refusal.verify(bytes, GoldenVectorsTest.HOST.card(), ROOM, ANN.peerId()), changed);
        }
        assertMalformed(
                bytes -> Refusal.verify(bytes, GoldenVectorsTest.HOST.card(), ROOM, GoldenVectorsTest.HOST.peerId()),
                refusal);
        assertMalformed(bytes -> Refusal.verify(bytes, ANN.card(), ROOM, ANN.peerId()), refusal);
    }

    @Test
    void everyByteOfADescriptorIsSigned() {
        SignedDescriptor signed = GoldenVectorsTest.descriptor(Visibility.PUBLIC);
        byte[] bytes = signed.descriptor();
        for (int at = 0; at < bytes.length; at++) {
            byte[] changed = bytes.clone();
            changed[at] ^= 1;
            assertThatThrownBy(() -> Descriptor.verifyPublic(new SignedDescriptor(changed, signed.signature()), ROOM))
                    .isInstanceOfAny(MalformedException.class, Descriptor.WrongSecretException.class);
        }
        byte[] signature = signed.signature();
        signature[5] ^= 1;
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> Descriptor.verifyPublic(new SignedDescriptor(bytes, signature), ROOM));
    }

    @Test
    void aDescriptorIsOfItsRoomAndOfTheExpectedVisibility() {
        SignedDescriptor open = GoldenVectorsTest.descriptor(Visibility.PUBLIC);
        SignedDescriptor hidden = GoldenVectorsTest.descriptor(Visibility.PRIVATE);
        RoomId other = Descriptor.roomId(ANN.card().ed25519PublicKey(), GoldenVectorsTest.NONCE);
        assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Descriptor.verifyPublic(open, other));
        assertThatExceptionOfType(Descriptor.WrongSecretException.class)
                .isThrownBy(() -> Descriptor.verifyPublic(hidden, ROOM));
        assertThatExceptionOfType(Descriptor.WrongSecretException.class)
                .isThrownBy(() -> Descriptor.verify(open, ROOM, GoldenVectorsTest.SECRET, Visibility.PRIVATE));
        assertThatExceptionOfType(Descriptor.WrongSecretException.class)
                .isThrownBy(() -> Descriptor.verify(
                        hidden,
                        ROOM,
                        dev.parley.chat.internal.crypto.RoomSecret.of(MachineHarness.filled(8)),
                        Visibility.PRIVATE));
    }

    // ---- chance

    private static void fuzz(int seed, byte[] valid, Decoding decoding) {
        Random random = new Random(seed);
        for (int round = 0; round < 4_000; round++) {
            byte[] bytes;
            switch (random.nextInt(3)) {
                case 0 -> bytes = Arrays.copyOf(valid, random.nextInt(valid.length + 8));
                case 1 -> {
                    bytes = new byte[random.nextInt(300)];
                    random.nextBytes(bytes);
                }
                default -> bytes = valid.clone();
            }
            for (int changes = random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
                bytes[random.nextInt(bytes.length)] =
                        random.nextBoolean() ? (byte) random.nextInt(256) : (byte) (random.nextBoolean() ? 0xff : 0x7f);
            }
            try {
                decoding.run(bytes);
            } catch (MalformedException | Descriptor.WrongSecretException expected) {
                assertThat(expected.getMessage()).isNotBlank();
            } catch (Exception | Error e) {
                fail("seed " + seed + ", round " + round, e);
            }
        }
    }

    @Test
    void aNothingThatHoldsSomethingIsRefused() throws Exception {
        assertThat(Content.decode(Content.nothing())).isInstanceOf(Content.Nothing.class);
        assertMalformed(Content::decode, new byte[] {Content.NOTHING, 0});
    }

    @Test
    void whatIsNotWhatItShouldBeIsMalformedAndNothingElse() {
        fuzz(1, GoldenVectorsTest.message().bytes(), bytes -> Event.verify(bytes, ROOM));
        fuzz(2, GoldenVectorsTest.refusal(), bytes -> Refusal.verify(bytes, ANN.card(), ROOM, ANN.peerId()));
        fuzz(
                3,
                Content.sync(new Content.Sync(
                        true,
                        List.of(GoldenVectorsTest.profile().bytes()),
                        List.of(GoldenVectorsTest.message().bytes()),
                        Map.of(ANN.peerId(), GoldenVectorsTest.profile().head()))),
                Content::decode);
        fuzz(4, Content.commits(List.of(new byte[30], new byte[5])), Content::commits);
        fuzz(5, GoldenVectorsTest.message().body(), bytes -> Bodies.message(event(Event.TYPE_MESSAGE, bytes), "Ann"));
        fuzz(6, Bodies.profile("Ann", null), bytes -> Bodies.profileName(event(Event.TYPE_PROFILE, bytes)));
        fuzz(7, LinkSignals.encode(new LinkSignal.Candidate("candidate:1", "0", 0)), LinkSignals::decode);
        fuzz(8, Handshake.hello(), Handshake::isCompatible);
        fuzz(9, Handshake.goodbye(dev.parley.chat.CloseReason.Code.LEFT, "left"), Handshake::goodbye);
        for (Visibility visibility : Visibility.values()) {
            SignedDescriptor signed = GoldenVectorsTest.descriptor(visibility);
            fuzz(10, signed.descriptor(), bytes -> {
                if (bytes.length > 0) {
                    Descriptor.verify(
                            new SignedDescriptor(bytes, signed.signature()),
                            ROOM,
                            GoldenVectorsTest.SECRET,
                            visibility);
                }
            });
        }
    }

    @Test
    void framesByChanceAreMalformedAndNothingElse() {
        Random random = new Random(11);
        List<byte[]> valid = new ArrayList<>();
        for (Frame.Kind kind : Frame.Kind.values()) {
            valid.add(new Frame(kind, new byte[8]).encode().get(0));
        }
        for (int stream = 0; stream < 500; stream++) {
            Frame.Decoder decoder = new Frame.Decoder();
            try {
                for (int i = 0; i < 50; i++) {
                    byte[] frame = valid.get(random.nextInt(valid.size())).clone();
                    if (random.nextInt(10) == 0) {
                        frame[0] = (byte) random.nextInt(256);
                    }
                    Frame whole = decoder.accept(Arrays.copyOf(frame, 1 + random.nextInt(30)), 100);
                    assertThat(whole == null || whole.body().length <= 100).isTrue();
                }
            } catch (MalformedException expected) {
                assertThat(expected.getMessage()).isNotBlank();
            }
        }
    }
}
