package dev.parley.chat.internal.protocol;

import static dev.parley.chat.fuzz.FuzzTarget.MACHINE;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import dev.parley.chat.internal.crypto.Envelope;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * The two machines under a peer that says anything in any order. An input is a list of acts: one byte that names the
 * act, two of length, that many bytes for it. Nothing may throw, only the link of the peer may end, and what is held
 * for it stays within bounds; the harness holds the machine to its other promises after each step.
 */
public final class MachineTargets {

    /** So many acts of one input are carried out. */
    private static final int MAX_ACTS = 24;

    /** After so many inputs the world begins anew: it remembers all that was said in it. */
    private static final int INPUTS_PER_WORLD = 100;

    /** What a machine may hold for one peer: its queue, a frame in pieces, and some for the others. */
    private static final long MAX_HELD_BYTES =
            MachineHarness.DEFAULT_MAX_QUEUED_BYTES + Limits.MAX_MESSAGE_BYTES + Limits.MAX_LOG_BYTES;

    private static final Frame.Kind[] KINDS = Frame.Kind.values();

    private MachineTargets() {}

    /**
     * Lists the targets.
     *
     * @return both machines, each with a peer that is admitted and one that is not
     */
    public static List<FuzzTarget> all() {
        return List.of(
                new FuzzTarget("host-machine-stranger", MACHINE / 10, () -> host(false)),
                new FuzzTarget("host-machine-member", MACHINE, () -> host(true)),
                new FuzzTarget("participant-machine-joining", MACHINE, () -> participant(false)),
                new FuzzTarget("participant-machine-admitted", MACHINE, () -> participant(true)));
    }

    private static byte[] acts(Object... acts) {
        ByteBuffer buffer = ByteBuffer.allocate(4_096);
        for (int i = 0; i < acts.length; i += 2) {
            byte[] bytes = acts[i + 1] instanceof byte[] given
                    ? given
                    : acts[i + 1].toString().getBytes(StandardCharsets.UTF_8);
            buffer.put(((Integer) acts[i]).byteValue())
                    .putShort((short) bytes.length)
                    .put(bytes);
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static List<byte[]> seeds() {
        byte[] ping = bytes(0x20, 0, 0, 0, 0, 0, 0, 0, 1);
        return List.of(
                acts(0, ping, 0, ping, 6, bytes(0, 200)),
                acts(4, "", 5, "", 0, ping),
                acts(1, bytes(0, '{', '}'), 1, bytes(5, 1, 2), 1, bytes(6)),
                acts(2, bytes(1, 1, 2, 3), 2, bytes(3, 0, 0), 2, bytes(4), 2, bytes(6, 0, 0, 0, 0)),
                acts(
                        3,
                        bytes(
                                0, '{', '"', 't', 'e', 'x', 't', '"', ':', '"', 'a', '"', ',', '"', 's', 'e', 'n', 't',
                                'A', 't', '"', ':', '1', '}')),
                acts(3, "\u0001{\"name\":\"Eve\"}", 3, "\u0002anything", 3, "\u0002more"),
                acts(0, bytes(0x30, 0x10, 1, 2, 3), 0, bytes(0x30, 4), 0, bytes(0x31, 5)),
                acts(7, bytes(1, 2, 3), 8, "{\"candidate\":\"\"}", 8, "{\"type\":\"offer\",\"sdp\":\"x\"}"),
                acts(9, bytes(3), 9, bytes(40), 9, bytes(200, 1)));
    }

    /** Takes acts from an input. */
    private static final class Acts {
        private final ByteBuffer buffer;
        private int left = MAX_ACTS;

        int act;
        byte[] bytes = {};

        Acts(byte[] input) {
            buffer = ByteBuffer.wrap(input);
        }

        boolean next() {
            if (left-- == 0 || buffer.remaining() < 3) {
                return false;
            }
            act = (buffer.get() & 0xff) % 10;
            bytes = new byte[Math.min(buffer.getShort() & 0xffff, buffer.remaining())];
            buffer.get(bytes);
            return true;
        }

        int first() {
            return bytes.length == 0 ? 0 : bytes[0] & 0xff;
        }

        byte[] rest() {
            return bytes.length == 0 ? bytes : Arrays.copyOfRange(bytes, 1, bytes.length);
        }

        Frame.Kind kind() {
            return KINDS[first() % KINDS.length];
        }

        MessageType mailType() {
            return (first() & 1) == 0 ? MessageType.ENVELOPE : MessageType.REFUSAL;
        }

        /** Up to 510 ms, so that no timer of the honest runs out by the acts of one input. */
        Duration time() {
            return Duration.ofMillis(first() * 2L);
        }
    }

    // ---- the host

    private static Prepared host(boolean isMember) {
        HostWorld[] world = {new HostWorld()};
        return new Prepared(seeds(), input -> {
            if (world[0].inputs == INPUTS_PER_WORLD) {
                world[0] = new HostWorld();
            }
            world[0].run(input, isMember);
        });
    }

    /** A host, an honest participant, and a peer that the input plays. */
    private static final class HostWorld {
        final MachineHarness world = new MachineHarness();
        final Node host = world.host().start();
        final Node ann = world.participant("Ann", 2).start();
        final Identity evil = MachineHarness.identity(3);
        int inputs;
        private HandPeer member = new HandPeer(world, evil, MachineHarness.SECRET, 0);

        HostWorld() {
            world.advance(Duration.ofSeconds(1));
            require(ann.messages().isEmpty() && ann.hasOpenLink(), "an honest participant is in the room");
            member.enterAs("Eve");
        }

        void run(byte[] input, boolean isMember) {
            inputs++;
            HandPeer peer;
            if (isMember) {
                if (member.closed != null || member.kinds().contains(Frame.Kind.BYE)) {
                    member = new HandPeer(world, evil, MachineHarness.SECRET, inputs);
                    world.advanceMillis(600);
                    member.enterAs("Eve");
                }
                peer = member;
            } else {
                peer = new HandPeer(world, MachineHarness.identity(4), MachineHarness.SECRET, 1_000 + inputs).offer();
                world.advanceMillis(40);
            }
            Acts acts = new Acts(input);
            while (acts.next() && peer.closed == null) {
                act(peer, acts, isMember);
            }
            long ticket = ann.send("still here " + inputs);
            require(host.closed == null, "the room stays open");
            require(ann.closed == null && ann.hasOpenLink(), "the honest participant keeps its link");
            require(host.messages().contains("Ann: still here " + inputs), "its message arrives");
            require(ann.accepted.containsKey(ticket), "its message has its place");
            require(host.machine.heldBytes() <= MAX_HELD_BYTES, "what is held stays within bounds");
        }

        private void act(HandPeer peer, Acts acts, boolean isMember) {
            switch (acts.act) {
                case 0 -> peer.sendRaw(acts.bytes);
                case 1 -> peer.send(acts.kind(), acts.rest());
                case 2 -> {
                    if (isMember) {
                        peer.seal(acts.bytes);
                    } else {
                        peer.send(Frame.Kind.CONFIRM, acts.bytes);
                    }
                }
                case 3 -> {
                    if (isMember) {
                        String[] types = {Event.TYPE_MESSAGE, Event.TYPE_PROFILE, "x.later"};
                        peer.say(peer.event(types[acts.first() % types.length], acts.rest()));
                    }
                }
                case 4 -> peer.hello();
                case 5 -> {
                    if (!isMember) {
                        peer.join();
                    }
                }
                case 6 -> world.advance(acts.time());
                case 7 -> {
                    MessageType type = acts.mailType();
                    world.mail(peer.id(), host.id(), type, acts.rest());
                    world.settle();
                }
                case 8 -> {
                    if (acts.bytes.length <= Envelope.MAX_BODY_BYTES) {
                        byte[] session = new byte[Envelope.SESSION_BYTES];
                        session[0] = (byte) acts.first();
                        byte[] sealed = EnvelopeSeal.seal(
                                peer.identity,
                                world.hostIdentity.card(),
                                MachineHarness.SECRET,
                                world.descriptor.room(),
                                session,
                                acts.bytes.length,
                                acts.bytes);
                        world.mail(peer.id(), host.id(), MessageType.ENVELOPE, sealed);
                        world.settle();
                    }
                }
                default -> {
                    if (isMember) {
                        byte[] sealed = peer.group().protect(Content.nothing());
                        sealed[(acts.first() * 7) % sealed.length] ^= (byte) (1 + acts.bytes.length);
                        peer.send(Frame.Kind.APPLICATION, sealed);
                    }
                }
            }
        }
    }

    // ---- the participant

    private static Prepared participant(boolean isAdmitted) {
        return new Prepared(seeds(), input -> {
            MachineHarness world = new MachineHarness();
            HandHost host = new HandHost(world);
            Node ann = world.participant("Ann", 2).start();
            if (isAdmitted) {
                host.admit();
                require(ann.hasOpenLink(), "an honest host lets a participant in");
            }
            Acts acts = new Acts(input);
            while (acts.next() && ann.closed == null && ann.hasOpenLink()) {
                act(world, host, acts);
            }
            require(ann.machine.heldBytes() <= MAX_HELD_BYTES, "what is held stays within bounds");
            if (ann.closed == null) {
                long ticket = ann.send("still here");
                require(ann.accepted.containsKey(ticket) || ann.rejected.containsKey(ticket), "a message is answered");
            }
        });
    }

    private static void act(MachineHarness world, HandHost host, Acts acts) {
        switch (acts.act) {
            case 0 -> host.sendRaw(acts.bytes);
            case 1 -> host.send(acts.kind(), acts.rest());
            case 2 -> host.seal(acts.bytes);
            case 3 -> {
                String[] types = {Event.TYPE_MESSAGE, Event.TYPE_PROFILE, "x.later"};
                host.seal(Content.said(host.event(types[acts.first() % types.length], acts.rest())
                        .bytes()));
            }
            case 4 -> host.hello();
            case 5 -> host.send(Frame.Kind.STATE, host.group.protect(Content.governed(acts.bytes)));
            case 6 -> world.advance(acts.time());
            case 7 -> {
                MessageType type = acts.mailType();
                world.mail(host.id(), MachineHarness.identity(2).peerId(), type, acts.rest());
                world.settle();
            }
            case 8 -> host.seal(Content.said(acts.bytes));
            default -> {
                byte[] sealed = host.group.protect(Content.nothing());
                sealed[(acts.first() * 7) % sealed.length] ^= (byte) (1 + acts.bytes.length);
                host.send(Frame.Kind.APPLICATION, sealed);
            }
        }
    }
}
