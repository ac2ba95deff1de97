package dev.parley.chat.bench;

import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.protocol.Descriptor;
import dev.parley.chat.internal.protocol.HostMachine;
import dev.parley.chat.internal.protocol.Input;
import dev.parley.chat.internal.protocol.Output;
import dev.parley.chat.internal.protocol.ParticipantMachine;
import dev.parley.chat.internal.protocol.RoomConfig;
import dev.parley.chat.internal.protocol.RoomMachine;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.Transport.LinkRole;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A room of real machines that share one thread: a host and participants, connected by a queue instead of a network.
 * Time stands still except while somebody joins.
 */
final class MachineRoom {

    /** A host begins no more links in one second. */
    private static final int JOINS_AT_ONCE = 32;

    private static final long PAUSE_NANOS = 2_000_000_000L;
    private static final long SAY_NANOS = 20_000_000L;

    /** Kind of the frames of messages (docs/protocol.md §6.2). */
    private static final byte APPLICATION = 0x10;

    private static final int MAX_QUEUED_BYTES = 4 * 1024 * 1024;
    private static final long EPOCH_MILLIS = System.currentTimeMillis();

    /** One machine and what it is connected with. */
    static final class Side {
        private final RoomMachine machine;
        private final PeerId id;
        private boolean isConnected;
        private int link;

        /** The link number that the host has for this participant. */
        private int hostLink;

        Side(RoomMachine machine, PeerId id) {
            this.machine = machine;
            this.id = id;
        }
    }

    private record Pending(Side side, Input input) {}

    private final Side host;
    private final List<Side> participants = new ArrayList<>();
    private final Map<PeerId, Side> sides = new HashMap<>();
    private final Map<Integer, Side> byHostLink = new HashMap<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private long now;
    private long nextTicket;
    private PeerId mailFrom;

    MachineRoom(int participantCount) throws Exception {
        Identity identity = Identity.generate();
        byte[] nonce = RawGroup.random(Descriptor.NONCE_BYTES);
        RoomOptions options =
                RoomOptions.builder("Bench").capacity(participantCount + 1).build();
        RoomId room = Descriptor.roomId(identity.card().ed25519PublicKey(), nonce);
        RoomSecret secret = RoomSecret.of(RawGroup.random(RoomSecret.BYTES));
        SignedDescriptor signed = Descriptor.sign(
                identity,
                options,
                secret,
                nonce,
                RawGroup.random(Descriptor.SEAL_NONCE_BYTES),
                Instant.ofEpochMilli(EPOCH_MILLIS));
        Descriptor descriptor = Descriptor.verify(signed, room, secret, options.visibility());
        host = new Side(new HostMachine(config(identity, descriptor, secret)), identity.peerId());
        mailFrom = host.id;
        sides.put(host.id, host);
        handle(host, new Input.Start());
        settle();
        for (int i = 0; i < participantCount; i++) {
            Identity self = Identity.generate();
            Side side = new Side(new ParticipantMachine(config(self, descriptor, secret)), self.peerId());
            participants.add(side);
            sides.put(side.id, side);
            handle(side, new Input.Start());
            if (participants.size() % JOINS_AT_ONCE == 0) {
                admit();
                now += PAUSE_NANOS;
            }
        }
        admit();
    }

    private static RoomConfig config(Identity self, Descriptor descriptor, RoomSecret secret) {
        return new RoomConfig(
                self,
                "Peer " + self.peerId().value().substring(0, 4),
                descriptor,
                secret,
                MAX_QUEUED_BYTES,
                RawGroup.random(32),
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                null,
                null,
                0,
                EPOCH_MILLIS);
    }

    private void admit() {
        settle();
        while (participants.stream().anyMatch(side -> !side.isConnected)) {
            now = host.machine.deadlineNanos();
            handle(host, new Input.Tick());
            settle();
        }
    }

    Side host() {
        return host;
    }

    Side participant(int number) {
        return participants.get(number);
    }

    /** Says something: the frames that leave, and all else that is to be done. */
    List<Output> say(Side side, OutgoingMessage message) {
        // As slowly as an author may go on for ever: nobody else takes more than that.
        now += SAY_NANOS;
        return outputsOf(side, new Input.Submit(nextTicket++, message));
    }

    /** Takes in a frame. */
    List<Output> receive(Side side, byte[] frame, Side from) {
        int link = side == host ? from.hostLink : side.link;
        return outputsOf(side, new Input.FrameReceived(link, frame));
    }

    private List<Output> outputsOf(Side side, Input input) {
        List<Output> outputs = new ArrayList<>();
        side.machine.handle(now, EPOCH_MILLIS, input);
        for (Output output = side.machine.poll(); output != null; output = side.machine.poll()) {
            if (output instanceof Output.QueryBuffered query) {
                // Whoever carries out what else is wanted: the link has taken all.
                side.machine.handle(now, EPOCH_MILLIS, new Input.LinkBuffered(query.link(), 0));
            } else {
                outputs.add(output);
            }
        }
        return outputs;
    }

    /** Returns the one message among outputs that goes to a side; an acknowledgement may go there too. */
    byte[] frameTo(Side to, List<Output> outputs) {
        List<byte[]> frames = new ArrayList<>();
        for (Output output : outputs) {
            if (output instanceof Output.Transmit transmit
                    && transmit.frame()[0] == APPLICATION
                    && (to == host || byHostLink.get(transmit.link()) == to)) {
                frames.add(transmit.frame());
            }
        }
        Workload.require(frames.size() == 1, "one message is sent");
        return frames.get(0);
    }

    /** Carries out what one side wants; of what the host sends, only what is for some. */
    void carryOut(Side side, List<Output> outputs, List<Side> receivers) {
        for (Output output : outputs) {
            if (side != host
                    || !(output instanceof Output.Transmit transmit)
                    || receivers.contains(byHostLink.get(transmit.link()))) {
                carryOut(side, output);
            }
        }
        // The host's answers go the same way.
        while (!pending.isEmpty()) {
            Pending next = pending.remove();
            carryOut(next.side, outputsOf(next.side, next.input), receivers);
        }
    }

    private void handle(Side side, Input input) {
        pending.add(new Pending(side, input));
    }

    private void settle() {
        while (!pending.isEmpty()) {
            Pending next = pending.remove();
            if (next.input instanceof Input.MailReceived mail) {
                mailFrom = mail.from();
            }
            for (Output output : outputsOf(next.side, next.input)) {
                carryOut(next.side, output);
            }
        }
    }

    private void carryOut(Side side, Output output) {
        if (output instanceof Output.Announce) {
            handle(side, new Input.Announced());
        } else if (output instanceof Output.JoinSignaling) {
            handle(side, new Input.SignalingUp());
        } else if (output instanceof Output.SendMail mail) {
            Side to = known(sides.get(mail.to()), "mail has nobody to go to");
            handle(to, new Input.MailReceived(side.id, mail.type(), mail.payload()));
        } else if (output instanceof Output.OpenLink open && open.role() == LinkRole.INITIATOR) {
            // Links between participants do not come about: what is measured is a room in which the host passes on.
            if (side.link == 0) {
                side.link = open.link();
                handle(side, new Input.LinkSignalled(open.link(), new LinkSignal.Offer("v=0")));
            }
        } else if (output instanceof Output.OpenLink open) {
            Side peer = known(sides.get(mailFrom), "a link has nobody at its other end");
            peer.hostLink = open.link();
            byHostLink.put(open.link(), peer);
            byte[] binding = RawGroup.random(32);
            handle(host, new Input.LinkOpened(open.link(), binding));
            handle(peer, new Input.LinkOpened(peer.link, binding));
        } else if (output instanceof Output.Transmit transmit) {
            Side to = side == host ? known(byHostLink.get(transmit.link()), "a frame has nobody to go to") : host;
            handle(to, new Input.FrameReceived(side == host ? to.link : side.hostLink, transmit.frame()));
        } else if (output instanceof Output.StateChanged changed) {
            side.isConnected = changed.state() == ConnectionState.CONNECTED;
            Workload.require(changed.state() != ConnectionState.CLOSED, "a room ended: " + reasonOf(changed));
        }
    }

    private static Side known(@Nullable Side side, String otherwise) {
        if (side == null) {
            throw new IllegalStateException(otherwise);
        }
        return side;
    }

    private static String reasonOf(Output.StateChanged changed) {
        return changed.reason().map(CloseReason::detail).orElse("no reason");
    }
}
