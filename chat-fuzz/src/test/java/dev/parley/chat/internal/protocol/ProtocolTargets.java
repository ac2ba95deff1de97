package dev.parley.chat.internal.protocol;

import static dev.parley.chat.fuzz.FuzzTarget.CHEAP;
import static dev.parley.chat.fuzz.FuzzTarget.CRYPTO;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import dev.parley.chat.fuzz.Inputs;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.SignedSuccession;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What peers say to each other over a link, and what the worker hands out in their name. */
public final class ProtocolTargets {

    private static final byte[] ROOM_NONCE = new byte[Descriptor.NONCE_BYTES];

    private ProtocolTargets() {}

    /**
     * Lists the targets.
     *
     * @return all of this package but the machines
     */
    public static List<FuzzTarget> all() {
        return List.of(
                new FuzzTarget("frames", CHEAP, ProtocolTargets::frames),
                new FuzzTarget("contents", CHEAP, ProtocolTargets::contents),
                new FuzzTarget("commit-lists", CHEAP, ProtocolTargets::commits),
                new FuzzTarget("hello-bye", CHEAP, ProtocolTargets::control),
                new FuzzTarget("events", CHEAP, ProtocolTargets::events),
                new FuzzTarget("message-bodies", CRYPTO, ProtocolTargets::messages),
                new FuzzTarget("profile-bodies", CRYPTO, ProtocolTargets::profiles),
                new FuzzTarget("receipts", CHEAP, ProtocolTargets::receipts),
                new FuzzTarget("act-bodies", CHEAP, ProtocolTargets::acts),
                new FuzzTarget("descriptors", CHEAP, ProtocolTargets::descriptors),
                new FuzzTarget("signed-descriptors", CRYPTO, ProtocolTargets::signedDescriptors),
                new FuzzTarget("signed-successions", CRYPTO, ProtocolTargets::successions),
                new FuzzTarget("governance", CHEAP, ProtocolTargets::governance),
                new FuzzTarget("secret-notices", CHEAP, ProtocolTargets::secretNotices),
                new FuzzTarget("refusals", CRYPTO, ProtocolTargets::refusals),
                new FuzzTarget("link-signals", CHEAP, ProtocolTargets::signals));
    }

    /**
     * An input is a list of frames, each with two bytes of length; the first byte says whether the peer is admitted.
     */
    private static Prepared frames() {
        List<byte[]> seeds = new ArrayList<>();
        for (byte[] frame : Inputs.goldenBytes("frames.txt")) {
            seeds.add(framed(0, List.of(frame)));
        }
        seeds.add(framed(1, new Frame(Frame.Kind.APPLICATION, new byte[20_000]).encode()));
        seeds.add(framed(1, List.of(new byte[] {0x30, 0x10}, new byte[] {0x30, 1, 2, 3}, new byte[] {0x31, 4})));
        return new Prepared(seeds, input -> {
            ByteBuffer buffer = ByteBuffer.wrap(input);
            int max = buffer.hasRemaining() && (buffer.get() & 1) == 1
                    ? Limits.MAX_MESSAGE_BYTES
                    : PeerLink.MAX_FRAME_BYTES;
            Frame.Decoder decoder = new Frame.Decoder();
            while (buffer.remaining() >= 2) {
                byte[] bytes = new byte[Math.min(buffer.getShort() & 0xffff, buffer.remaining())];
                buffer.get(bytes);
                Frame frame;
                try {
                    frame = decoder.accept(bytes, max);
                } catch (MalformedException refused) {
                    return;
                }
                if (frame != null) {
                    require(1 + frame.body().length <= max, "a whole frame is within the limit");
                    requireSame(frame, again(frame));
                }
            }
        });
    }

    private static byte[] framed(int admitted, List<byte[]> frames) {
        int length = 1;
        for (byte[] frame : frames) {
            length += 2 + frame.length;
        }
        ByteBuffer buffer = ByteBuffer.allocate(length).put((byte) admitted);
        frames.forEach(frame -> buffer.putShort((short) frame.length).put(frame));
        return buffer.array();
    }

    private static Frame again(Frame frame) throws MalformedException {
        Frame.Decoder decoder = new Frame.Decoder();
        Frame whole = null;
        for (byte[] piece : frame.encode()) {
            require(whole == null, "nothing follows the last piece");
            whole = decoder.accept(piece, Limits.MAX_MESSAGE_BYTES);
        }
        return Objects.requireNonNull(whole, "a frame that was encoded is whole");
    }

    private static void requireSame(Frame one, Frame other) {
        require(one.kind() == other.kind() && Arrays.equals(one.body(), other.body()), "a frame reads back as it was");
    }

    private static Prepared contents() {
        return new Prepared(Inputs.goldenBytes("contents.txt"), input -> {
            Content content;
            try {
                content = Content.decode(input.clone());
            } catch (MalformedException refused) {
                return;
            }
            byte[] again = encode(content);
            if (content instanceof Content.Sync) {
                // Bits of the flags that version 1 does not know are passed over.
                input[1] &= Content.LAST | Content.FRESH | Content.BEGINS | Content.MORE;
            }
            require(Arrays.equals(again, input), "content encodes back to what it was");
        });
    }

    private static byte[] encode(Content content) {
        if (content instanceof Content.Said said) {
            return Content.said(said.event());
        } else if (content instanceof Content.Sync sync) {
            return Content.sync(sync);
        } else if (content instanceof Content.Resume resume) {
            return Content.resume(resume.heads());
        } else if (content instanceof Content.Governed governed) {
            return Content.governed(governed.governance());
        } else if (content instanceof Content.Meet meet) {
            return Content.meet(meet.binding(), meet.heads());
        } else if (content instanceof Content.Neighbours neighbours) {
            return Content.neighbours(neighbours.peers());
        } else if (content instanceof Content.Lost lost) {
            return Content.lost(lost.peers());
        } else if (content instanceof Content.Presence presence) {
            return Content.presence(presence.isAway());
        } else if (content instanceof Content.Read read) {
            return Content.read(read.upTo());
        } else if (content instanceof Content.Typing typing) {
            return Content.typing(typing.isTyping(), typing.saidBefore());
        }
        return Content.nothing();
    }

    private static Prepared commits() {
        List<byte[]> seeds = List.of(
                Content.commits(List.of()), Content.commits(List.of(new byte[] {1, 2, 3}, new byte[0], new byte[70])));
        return new Prepared(seeds, input -> {
            try {
                require(Arrays.equals(Content.commits(Content.commits(input)), input), "a list encodes back");
            } catch (MalformedException refused) {
                // Declared.
            }
        });
    }

    private static Prepared control() {
        List<byte[]> seeds = new ArrayList<>(
                List.of(Handshake.hello(), Handshake.goodbye(CloseReason.Code.KICKED, "detail \u00e9")));
        seeds.addAll(Inputs.texts("{\"versions\":[9,1],\"features\":[\"x\"]}", "{\"code\":\"LATER\",\"detail\":1}"));
        return new Prepared(seeds, input -> {
            try {
                boolean unused = Handshake.isCompatible(input);
                require(input.length <= Limits.MAX_CONTROL_BYTES, "a HELLO is within the limit");
            } catch (MalformedException refused) {
                // Declared.
            }
            try {
                CloseReason reason = Handshake.goodbye(input);
                require(input.length <= Limits.MAX_CONTROL_BYTES, "a BYE is within the limit");
                require(reason.origin() == CloseReason.Origin.PEER, "it was the peer");
            } catch (MalformedException refused) {
                // Declared.
            }
        });
    }

    private static RoomId eventsRoom() {
        byte[] event = Inputs.goldenBytes("events.txt").get(0);
        return RoomId.of(Arrays.copyOfRange(event, 1, 1 + RoomId.BYTES));
    }

    private static Prepared events() {
        RoomId room = eventsRoom();
        return new Prepared(Inputs.goldenBytes("events.txt"), input -> {
            try {
                Event event = Event.verify(input, room);
                require(Arrays.equals(event.bytes(), input), "an event is its bytes");
                require(event.seq() >= 1 && event.seq() <= Limits.MAX_SEQ, "seq is within bounds");
                require(event.clock() >= 0, "clock is within bounds");
            } catch (MalformedException refused) {
                // Declared.
            }
        });
    }

    private static Prepared messages() {
        Identity author = MachineHarness.identity(2);
        RoomId room = eventsRoom();
        List<byte[]> seeds = new ArrayList<>(Inputs.texts(
                "{\"text\":\"hi\",\"sentAt\":1800000000000}",
                "{\"text\":\"a Kappa \",\"sentAt\":0,\"replyTo\":\"coelg3wndybhhyhyojgt25wrq7qblahbsviy3tg4kqmxottwxzja\","
                        + "\"emotes\":[{\"provider\":\"7tv\",\"emote\":\"1\",\"code\":\"Kappa\",\"start\":2,\"end\":7}]}",
                "{\"text\":\"\\ud83d\\ude00\",\"sentAt\":1,\"emotes\":{}}"));
        seeds.add(Inputs.golden("events.txt").get("message.body").getBytes(StandardCharsets.UTF_8));
        return new Prepared(seeds, input -> {
            Event event = Event.sign(author, room, null, 1, Event.TYPE_MESSAGE, input);
            ChatMessage message;
            try {
                message = Bodies.message(event, "Ann");
            } catch (MalformedException refused) {
                return;
            }
            OutgoingMessage.Builder same = OutgoingMessage.builder(message.text());
            message.replyTo().ifPresent(same::replyTo);
            for (EmoteReference emote : message.emotes()) {
                require(emote.end() <= message.text().length(), "an emote stands in the text");
                same.emote(emote);
            }
            byte[] body = Bodies.message(same.build(), message.sentAt().toEpochMilli());
            ChatMessage again = Bodies.message(Event.sign(author, room, null, 1, Event.TYPE_MESSAGE, body), "Ann");
            require(again.text().equals(message.text()), "a text reads back as it was");
            require(again.emotes().equals(message.emotes()), "emotes read back as they were");
            require(again.replyTo().equals(message.replyTo()), "a reply reads back as it was");
            require(again.sentAt().equals(message.sentAt()), "a time reads back as it was");
        });
    }

    private static Prepared profiles() {
        Identity author = MachineHarness.identity(2);
        RoomId room = eventsRoom();
        return new Prepared(Inputs.texts("{\"name\":\"Ann\"}", "{\"name\":\"\\u202eA\\u0301\"}"), input -> {
            try {
                Event profile = Event.sign(author, room, null, 1, Event.TYPE_PROFILE, input);
                String name = Bodies.profileName(profile);
                PeerCard card = Bodies.profileCard(profile);
                require(!name.isBlank() && name.length() <= Participant.MAX_NAME_CHARS, "a name is within bounds");
                require(card == null || card.peerId().equals(author.peerId()), "a card is its author's");
                Event again = Event.sign(author, room, null, 1, Event.TYPE_PROFILE, Bodies.profile(name, card));
                require(Bodies.profileName(again).equals(name), "a name reads back as it was");
                require(Objects.equals(Bodies.profileCard(again), card), "a card reads back as it was");
            } catch (MalformedException refused) {
                // Declared.
            }
        });
    }

    private static Prepared receipts() {
        PeerId ann = MachineHarness.identity(2).peerId();
        PeerId host = MachineHarness.identity(1).peerId();
        List<byte[]> seeds = List.of(
                Receipts.encode(List.of(new Receipts.Receipt(ann, host, 7, new byte[16]))),
                Receipts.encode(List.of(
                        new Receipts.Receipt(ann, host, 1, new byte[16]),
                        new Receipts.Receipt(host, ann, Limits.MAX_SEQ, new byte[16]))));
        return new Prepared(seeds, input -> {
            try {
                require(Arrays.equals(Receipts.encode(Receipts.decode(input)), input), "receipts encode back");
            } catch (MalformedException refused) {
                // Declared.
            }
        });
    }

    /** The type, a blank, and the body. */
    private static Prepared acts() {
        List<byte[]> seeds = new ArrayList<>();
        Inputs.golden("acts.txt").forEach((name, body) -> {
            if (!name.startsWith("seal.")) {
                seeds.add((name.replaceFirst("\\..*", "") + " " + body).getBytes(StandardCharsets.UTF_8));
            }
        });
        return new Prepared(seeds, input -> {
            int blank = new String(input, StandardCharsets.ISO_8859_1).indexOf(' ');
            if (blank < 0) {
                return;
            }
            String type = new String(input, 0, blank, StandardCharsets.ISO_8859_1);
            Optional<EventBody> body;
            try {
                body = EventBodies.read(type, Arrays.copyOfRange(input, blank + 1, input.length));
            } catch (MalformedException refused) {
                return;
            }
            if (body.isPresent()) {
                byte[] written = EventBodies.write(body.get());
                EventBody again = EventBodies.read(type, written).orElseThrow();
                require(Arrays.equals(EventBodies.write(again), written), "a body reads back as it was");
            }
        });
    }

    private static List<byte[]> descriptorSeeds() {
        var golden = Inputs.golden("descriptors.txt");
        return new ArrayList<>(Inputs.texts(golden.get("PUBLIC.descriptor"), golden.get("PRIVATE.descriptor")));
    }

    /** Refused at the latest by the signature. */
    private static Prepared descriptors() {
        RoomId room = new RoomId(Inputs.golden("descriptors.txt").get("room"));
        RoomSecret secret = MachineHarness.SECRET;
        return new Prepared(descriptorSeeds(), input -> {
            SignedDescriptor signed;
            try {
                signed = new SignedDescriptor(input, new byte[SignedDescriptor.SIGNATURE_BYTES]);
            } catch (IllegalArgumentException refused) {
                return;
            }
            try {
                Descriptor.verify(signed, room, secret, Visibility.PRIVATE);
                throw new AssertionError("nothing is taken without a signature");
            } catch (MalformedException | Descriptor.WrongSecretException refused) {
                // Declared.
            }
        });
    }

    /** Signed by the host, so that what comes after the signature is reached. */
    private static Prepared signedDescriptors() {
        Identity host = MachineHarness.identity(1);
        RoomId room = Descriptor.roomId(host.card().ed25519PublicKey(), ROOM_NONCE);
        RoomSecret secret = MachineHarness.SECRET;
        List<byte[]> seeds = new ArrayList<>();
        for (Visibility visibility : Visibility.values()) {
            seeds.add(Descriptor.sign(
                            host,
                            RoomOptions.builder("Tea").visibility(visibility).build(),
                            secret,
                            ROOM_NONCE,
                            new byte[Descriptor.SEAL_NONCE_BYTES],
                            Instant.ofEpochMilli(1_800_000_000_000L))
                    .descriptor());
        }
        IdentityKeys keys = IdentityKeys.of(host);
        byte[] context = "parley-descriptor-v1".getBytes(StandardCharsets.US_ASCII);
        return new Prepared(seeds, input -> {
            if (input.length == 0 || input.length > SignedDescriptor.MAX_BYTES) {
                return;
            }
            SignedDescriptor signed = new SignedDescriptor(input, keys.sign(concat(context, input)));
            for (Visibility visibility : Visibility.values()) {
                try {
                    Descriptor taken = Descriptor.verify(signed, room, secret, visibility);
                    require(taken.room().equals(room), "the room is the one that was asked for");
                    require(taken.host().equals(host.card()), "the host is the one that the id certifies");
                    require(taken.visibility() == visibility, "the visibility is the expected one");
                    require(
                            taken.capacity() >= 2 && taken.capacity() <= RoomOptions.MAX_CAPACITY,
                            "the capacity is within bounds");
                    require(
                            !taken.name().isBlank() && taken.name().length() <= RoomOptions.MAX_NAME_CHARS,
                            "the name is within bounds");
                } catch (MalformedException | Descriptor.WrongSecretException refused) {
                    // Declared.
                }
            }
        });
    }

    private static Prepared successions() {
        Identity host = MachineHarness.identity(1);
        RoomId room = Descriptor.roomId(host.card().ed25519PublicKey(), ROOM_NONCE);
        List<byte[]> seeds = List.of(
                new Succession(1, 1, 0, List.of()).sign(host, room).succession(),
                new Succession(
                                7,
                                5,
                                1_800_000_000_000L,
                                List.of(
                                        MachineHarness.identity(2).card(),
                                        MachineHarness.identity(3).card()))
                        .sign(host, room)
                        .succession());
        IdentityKeys keys = IdentityKeys.of(host);
        byte[] context = "parley-succession-v1".getBytes(StandardCharsets.US_ASCII);
        return new Prepared(seeds, input -> {
            if (input.length == 0 || input.length > SignedSuccession.MAX_BYTES) {
                return;
            }
            SignedSuccession signed = new SignedSuccession(input, keys.sign(concat(context, input)));
            try {
                Succession taken = Succession.verify(signed, room, host.card());
                require(taken.version() >= 1, "versions count from 1");
                require(taken.least() >= 1 && taken.least() <= taken.version(), "the least is not above its own");
                require(taken.deputies().size() <= Limits.MAX_DEPUTIES, "there are so many deputies at most");
                require(taken.placeOf(host.peerId()) < 0, "the host is no deputy");
                SignedSuccession again = taken.sign(host, room);
                require(Succession.verify(again, room, host.card()).equals(taken), "it reads back as it was");
            } catch (MalformedException refused) {
                // Declared.
            }
        });
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static Prepared governance() {
        Identity host = MachineHarness.identity(1);
        RoomId room = Descriptor.roomId(host.card().ed25519PublicKey(), ROOM_NONCE);
        PeerId peer = MachineHarness.identity(2).peerId();
        List<byte[]> seeds = List.of(
                Governance.FIRST.encode(),
                Governance.FIRST.withSecret(MachineHarness.SECRET).encode(),
                Governance.FIRST
                        .withBanned(java.util.Set.of(peer))
                        .ledUnder(9)
                        .withSuccession(new Succession(1, 1, 0, List.of()).sign(host, room))
                        .encode());
        return new Prepared(seeds, input -> {
            try {
                Governance taken = Governance.decode(input);
                require(taken.banned().size() <= Limits.MAX_BANNED, "so many are banned at most");
                require(taken.fence() >= 0 && taken.fence() <= Limits.MAX_FENCE, "the fence is within bounds");
                require(
                        taken.generation() >= 0 && taken.generation() < Integer.MAX_VALUE,
                        "there is a next generation");
                byte[] once = taken.encode();
                require(Arrays.equals(Governance.decode(once).encode(), once), "it reads back as it was");
            } catch (MalformedException refused) {
                // Declared.
            }
        });
    }

    private static Prepared secretNotices() {
        List<byte[]> seeds = new ArrayList<>(List.of(SecretNotice.encode(MachineHarness.SECRET)));
        seeds.addAll(Inputs.texts("{\"type\":\"offer\"}", "{\"type\":\"secret\",\"secret\":\"AAA\"}"));
        return new Prepared(seeds, input -> {
            try {
                RoomSecret secret = SecretNotice.decode(input);
                if (secret != null) {
                    RoomSecret again = SecretNotice.decode(SecretNotice.encode(secret));
                    require(again != null && Arrays.equals(again.reveal(), secret.reveal()), "a secret reads back");
                }
            } catch (MalformedException refused) {
                require(String.valueOf(refused.getMessage()).length() < 120, "a refusal does not repeat what it read");
            }
        });
    }

    private static Prepared refusals() {
        Identity host = MachineHarness.identity(1);
        PeerId receiver = MachineHarness.identity(2).peerId();
        RoomId room = eventsRoom();
        List<byte[]> seeds = new ArrayList<>(Inputs.goldenBytes("refusal.txt"));
        seeds.add(Refusal.sign(host, room, receiver, new byte[] {1}));
        List<byte[]> genuine = seeds.stream().map(byte[]::clone).toList();
        return new Prepared(seeds, input -> {
            try {
                byte[] hash = Refusal.verify(input, host.card(), room, receiver);
                require(hash.length == 32, "a hash has 32 bytes");
                require(
                        genuine.stream().anyMatch(one -> Arrays.equals(one, input)),
                        "only what the host signed is one");
            } catch (MalformedException refused) {
                // Declared.
            }
        });
    }

    private static Prepared signals() {
        List<byte[]> seeds = Inputs.texts(Inputs.golden("signals.txt").values().toArray(String[]::new));
        return new Prepared(seeds, input -> {
            LinkSignal signal;
            try {
                signal = LinkSignals.decode(input);
            } catch (MalformedException refused) {
                return;
            }
            if (isWritable(signal)) {
                require(LinkSignals.decode(LinkSignals.encode(signal)).equals(signal), "a signal reads back as it was");
            }
        });
    }

    /** Half a surrogate pair can be read from JSON and not written again; the parser of the signal refuses it next. */
    private static boolean isWritable(LinkSignal signal) {
        String text;
        if (signal instanceof LinkSignal.Offer offer) {
            text = offer.sdp();
        } else if (signal instanceof LinkSignal.Answer answer) {
            text = answer.sdp();
        } else if (signal instanceof LinkSignal.Candidate candidate) {
            text = candidate.candidate() + candidate.sdpMid();
        } else {
            return true;
        }
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
