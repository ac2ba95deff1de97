package dev.parley.chat.internal.protocol;

import dev.parley.chat.CloseReason;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.Envelope;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.mls.AddResult;
import dev.parley.chat.internal.mls.MlsException;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.mls.MlsLimits;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A host of several participants that is played by hand: has every key that a host has, and tells each participant what
 * a test wants it to. {@link HandHost} is the simpler one, of one participant.
 */
final class EvilHost implements MachineHarness.Party {

    final Identity identity;
    final MlsGroup group;

    private final MachineHarness world;
    private final Map<Integer, Seat> seats = new LinkedHashMap<>();
    private @Nullable EventHead head;

    EvilHost(MachineHarness world) {
        this.world = world;
        this.identity = world.hostIdentity;
        this.group = newGroup(identity, world.descriptor.room().toBytes());
        world.worker.put(identity.peerId(), this);
    }

    MlsGroup newGroup(Identity founder, byte[] groupId) {
        return MlsGroup.create(founder, groupId, MlsLimits.DEFAULT, world.epochMillis());
    }

    byte[] pskId() {
        return world.descriptor.room().toBytes();
    }

    @Override
    public PeerId id() {
        return identity.peerId();
    }

    /** The newest link of a participant. */
    Seat seatOf(MachineHarness.Node participant) {
        Seat newest = null;
        for (Seat seat : seats.values()) {
            newest = seat.card.peerId().equals(participant.id()) ? seat : newest;
        }
        if (newest == null) {
            throw new AssertionError(participant.name + " has made no offer");
        }
        return newest;
    }

    /** Lets participants in, one after the other, and tells each of all others' names. */
    void admit(MachineHarness.Node... participants) {
        List<Seat> inside = new ArrayList<>();
        for (MachineHarness.Node participant : participants) {
            Seat seat = seatOf(participant);
            AddResult added = seat.hello().add(group);
            inside.forEach(member -> member.commit(added.commits()));
            seat.welcome(added).admitted();
            List<byte[]> profiles =
                    inside.stream().map(member -> member.said.get(0).bytes()).toList();
            seat.sync(true, profiles, List.of(), Map.of());
            inside.forEach(member -> member.take(seat.messages.get(0)));
            inside.add(seat);
            seat.orderAll();
        }
    }

    Event event(String text) {
        return signed(identity, head, text);
    }

    /** An event of anybody whose key there is, in this room. */
    Event signed(Identity author, @Nullable EventHead after, String text) {
        Event event = Event.sign(
                author,
                world.descriptor.room(),
                after,
                world.nextClock(),
                Event.TYPE_MESSAGE,
                Bodies.message(OutgoingMessage.of(text), 1));
        if (author == identity) {
            head = event.head();
        }
        return event;
    }

    @Override
    public void onMail(PeerId from, MessageType type, byte[] payload) {
        try {
            Envelope envelope = EnvelopeSeal.open(identity, MachineHarness.SECRET, world.descriptor.room(), payload);
            if (LinkSignals.decode(envelope.body()) instanceof LinkSignal.Offer offer) {
                Seat seat = new Seat(envelope.sender(), new MachineHarness.End(this, seats.size() + 1));
                seats.put(seat.end.number, seat);
                world.respond(seat.end, offer.sdp());
                byte[] answer = LinkSignals.encode(new LinkSignal.Answer(offer.sdp()));
                world.mail(
                        id(),
                        from,
                        MessageType.ENVELOPE,
                        EnvelopeSeal.seal(
                                identity,
                                seat.card,
                                MachineHarness.SECRET,
                                world.descriptor.room(),
                                envelope.session(),
                                0,
                                answer));
            }
        } catch (SealException | MalformedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void onOpened(int link, byte[] channelBinding) {
        seat(link).binding = channelBinding;
    }

    @Override
    public void onFrame(int link, byte[] bytes) {
        seat(link).onFrame(bytes);
    }

    @Override
    public void onClosed(int link, CloseReason reason) {}

    private Seat seat(int link) {
        Seat seat = seats.get(link);
        if (seat == null) {
            throw new AssertionError("no link " + link);
        }
        return seat;
    }

    /** One participant's link. */
    final class Seat {
        final PeerCard card;
        final MachineHarness.End end;
        final List<Frame> frames = new ArrayList<>();

        /** The events that the participant has said, and the very messages in which it sealed them. */
        final List<Event> said = new ArrayList<>();

        final List<byte[]> messages = new ArrayList<>();

        /** In which this participant is told to be; others may be told to be in another. */
        MlsGroup group = EvilHost.this.group;

        private final Frame.Decoder decoder = new Frame.Decoder();
        private byte[] binding = new byte[0];

        Seat(PeerCard card, MachineHarness.End end) {
            this.card = card;
            this.end = end;
        }

        private void onFrame(byte[] bytes) {
            try {
                Frame frame = decoder.accept(bytes, Limits.MAX_MESSAGE_BYTES);
                if (frame == null) {
                    return;
                }
                frames.add(frame);
                if (frame.kind() == Frame.Kind.APPLICATION
                        && Content.decode(group.unprotect(frame.body(), world.epochMillis())
                                        .plaintext())
                                instanceof Content.Said event) {
                    messages.add(frame.body());
                    said.add(Event.verify(event.event(), world.descriptor.room()));
                }
            } catch (MalformedException | MlsException e) {
                throw new AssertionError("the participant sent what a host cannot read", e);
            }
        }

        Seat hello() {
            return send(Frame.Kind.HELLO, Handshake.hello());
        }

        byte[] keyPackage() {
            for (Frame frame : frames) {
                if (frame.kind() == Frame.Kind.JOIN) {
                    return Arrays.copyOfRange(frame.body(), 32, frame.body().length);
                }
            }
            throw new AssertionError("no JOIN came");
        }

        /** Adds the participant to a group, without telling anybody. */
        AddResult add(MlsGroup to) {
            return add(to, MachineHarness.SECRET.psk(), pskId());
        }

        AddResult add(MlsGroup to, byte[] psk, byte[] pskId) {
            group = to;
            try {
                return to.add(List.of(keyPackage()), List.of(), psk, pskId, world.epochMillis());
            } catch (MlsException e) {
                throw new AssertionError(e);
            }
        }

        Seat welcome(AddResult added) {
            return send(Frame.Kind.WELCOME, added.welcome());
        }

        Seat admitted() {
            return send(
                    Frame.Kind.ADMITTED,
                    group.export(
                            Handshake.CONFIRM_HOST_LABEL,
                            Handshake.confirmContext(world.descriptor.room(), binding),
                            Handshake.CONFIRM_BYTES));
        }

        Seat commit(List<byte[]> commits) {
            return send(Frame.Kind.COMMIT, Content.commits(commits));
        }

        Seat sync(boolean last, List<byte[]> profiles, List<byte[]> events, Map<PeerId, EventHead> heads) {
            return seal(Content.sync(new Content.Sync(last, profiles, events, heads)));
        }

        /** Gives it events as if it had missed them. */
        Seat give(Event... events) {
            return sync(
                    false, List.of(), Arrays.stream(events).map(Event::bytes).toList(), Map.of());
        }

        Seat orderAll() {
            for (Event event : said) {
                order(event.seq());
            }
            return this;
        }

        Seat order(long seq) {
            return send(
                    Frame.Kind.RECEIVED,
                    ByteBuffer.allocate(Long.BYTES).putLong(seq).array());
        }

        Seat seal(byte[] content) {
            return take(group.protect(content));
        }

        /** Passes a message on, by whomever. */
        Seat take(byte[] message) {
            return send(Frame.Kind.APPLICATION, message);
        }

        Seat send(Frame.Kind kind, byte[] body) {
            for (byte[] frame : new Frame(kind, body).encode()) {
                world.transmit(end, frame);
                world.settle();
            }
            return this;
        }

        /** What the participant said when it closed the link, as it would stand in its log; empty while it has not. */
        String complaint() {
            for (Frame frame : frames) {
                if (frame.kind() == Frame.Kind.BYE) {
                    return new String(frame.body(), StandardCharsets.UTF_8);
                }
            }
            return "";
        }
    }
}
