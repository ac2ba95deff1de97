package dev.parley.chat.internal.protocol;

import dev.parley.chat.CloseReason;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A host played by hand, of one participant: keeps the protocol where a test wants it to. */
final class HandHost implements MachineHarness.Party {

    final Identity identity;
    final List<Frame> frames = new ArrayList<>();
    final List<Event> said = new ArrayList<>();
    final MlsGroup group;
    int linksBegun;
    int counter;

    private final MachineHarness world;
    private Frame.Decoder decoder = new Frame.Decoder();
    private byte[] binding = new byte[0];
    private byte[] session = new byte[0];
    private @Nullable PeerCard guest;
    private MachineHarness.@Nullable End end;
    private @Nullable EventHead head;

    HandHost(MachineHarness world) {
        this.world = world;
        this.identity = world.hostIdentity;
        byte[] room = world.descriptor.room().toBytes();
        this.group = MlsGroup.create(identity, room, MlsLimits.DEFAULT, world.epochMillis());
        world.worker.put(identity.peerId(), this);
    }

    @Override
    public PeerId id() {
        return identity.peerId();
    }

    HandHost hello() {
        return send(Frame.Kind.HELLO, Handshake.hello());
    }

    /** Adds the participant that has sent its JOIN to the group. */
    HandHost welcome() {
        byte[] join = last(Frame.Kind.JOIN).body();
        byte[] room = world.descriptor.room().toBytes();
        try {
            AddResult added = group.add(
                    List.of(Arrays.copyOfRange(join, 32, join.length)),
                    List.of(),
                    MachineHarness.SECRET.psk(),
                    room,
                    world.epochMillis());
            return send(Frame.Kind.WELCOME, added.welcome());
        } catch (MlsException e) {
            throw new AssertionError(e);
        }
    }

    HandHost admitted() {
        return send(
                Frame.Kind.ADMITTED,
                group.export(
                        Handshake.CONFIRM_HOST_LABEL,
                        Handshake.confirmContext(world.descriptor.room(), binding),
                        Handshake.CONFIRM_BYTES));
    }

    HandHost synced() {
        return seal(Content.sync(new Content.Sync(true, List.of(), List.of(), Map.of())));
    }

    /** Lets the participant in. */
    HandHost admit() {
        return hello().welcome().admitted().synced();
    }

    /** Gives all that the participant has said its place. */
    HandHost orderAll() {
        for (Event event : said) {
            order(event.seq());
        }
        return this;
    }

    HandHost order(long seq) {
        return send(
                Frame.Kind.RECEIVED,
                ByteBuffer.allocate(Long.BYTES).putLong(seq).array());
    }

    Event event(String type, byte[] body) {
        Era era = new Era(0, group.epoch());
        Event event = Event.sign(identity, world.descriptor.room(), head, world.nextClock(), era, type, body);
        head = event.head();
        return event;
    }

    HandHost seal(byte[] content) {
        return send(Frame.Kind.APPLICATION, group.protect(content));
    }

    HandHost send(Frame.Kind kind, byte[] body) {
        new Frame(kind, body).encode().forEach(this::sendRaw);
        return this;
    }

    HandHost sendRaw(byte[] frame) {
        MachineHarness.End own = end;
        if (own == null) {
            throw new AssertionError("no link was begun");
        }
        world.transmit(own, frame);
        world.settle();
        return this;
    }

    Frame last(Frame.Kind kind) {
        for (int i = frames.size() - 1; i >= 0; i--) {
            if (frames.get(i).kind() == kind) {
                return frames.get(i);
            }
        }
        throw new AssertionError("no " + kind + " came");
    }

    byte[] envelope(Identity sender, int envelopeCounter, LinkSignal signal) {
        PeerCard receiver = guest;
        if (receiver == null) {
            throw new AssertionError("nobody has made an offer");
        }
        return EnvelopeSeal.seal(
                sender,
                receiver,
                MachineHarness.SECRET,
                world.descriptor.room(),
                session,
                envelopeCounter,
                LinkSignals.encode(signal));
    }

    @Override
    public void onMail(PeerId from, MessageType type, byte[] payload) {
        try {
            Envelope envelope = EnvelopeSeal.open(identity, MachineHarness.SECRET, world.descriptor.room(), payload);
            if (LinkSignals.decode(envelope.body()) instanceof LinkSignal.Offer offer) {
                guest = envelope.sender();
                session = envelope.session();
                end = new MachineHarness.End(this, ++linksBegun);
                decoder = new Frame.Decoder();
                world.respond(end, offer.sdp());
                world.mail(
                        id(),
                        from,
                        MessageType.ENVELOPE,
                        envelope(identity, counter++, new LinkSignal.Answer(offer.sdp())));
            }
        } catch (SealException | MalformedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void onOpened(int link, byte[] channelBinding) {
        binding = channelBinding;
    }

    @Override
    public void onFrame(int link, byte[] bytes) {
        try {
            Frame frame = decoder.accept(bytes, Limits.MAX_MESSAGE_BYTES);
            if (frame == null) {
                return;
            }
            frames.add(frame);
            if (frame.kind() == Frame.Kind.APPLICATION) {
                Content content = Content.decode(
                        group.unprotect(frame.body(), world.epochMillis()).plaintext());
                if (content instanceof Content.Said event) {
                    said.add(Event.verify(event.event(), world.descriptor.room()));
                } else if (content instanceof Content.Sync sync) {
                    for (byte[] event : sync.events()) {
                        said.add(Event.verify(event, world.descriptor.room()));
                    }
                }
            }
        } catch (MalformedException | MlsException e) {
            throw new AssertionError("the participant sent what a host cannot read", e);
        }
    }

    @Override
    public void onClosed(int link, CloseReason reason) {}
}
