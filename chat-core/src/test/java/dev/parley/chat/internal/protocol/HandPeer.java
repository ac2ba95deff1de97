package dev.parley.chat.internal.protocol;

import dev.parley.chat.CloseReason;
import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.Hkdf;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.mls.MlsException;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.mls.MlsLimits;
import dev.parley.chat.internal.mls.PendingMember;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A participant played by hand: keeps the protocol where a test wants it to, and breaks it where it does not. */
final class HandPeer implements MachineHarness.Party {

    final Identity identity;
    final List<Frame> frames = new ArrayList<>();
    final List<Content> contents = new ArrayList<>();
    final List<byte[]> refusals = new ArrayList<>();

    @Nullable
    CloseReason closed;

    private final MachineHarness world;
    private final RoomSecret secret;
    private final byte[] session;
    private final String token;
    private Frame.Decoder decoder = new Frame.Decoder();
    private byte[] binding = new byte[0];
    private MachineHarness.@Nullable End end;
    private @Nullable PendingMember pending;
    private @Nullable MlsGroup group;
    private @Nullable EventHead head;

    HandPeer(MachineHarness world, int number) {
        this(world, MachineHarness.identity(number), MachineHarness.SECRET, number);
    }

    HandPeer(MachineHarness world, Identity identity, RoomSecret secret, int session) {
        this.world = world;
        this.identity = identity;
        this.secret = secret;
        this.session = ByteBuffer.allocate(16).putInt(session).array();
        this.token = "hand " + identity.peerId() + " " + session;
        world.worker.put(identity.peerId(), this);
    }

    @Override
    public PeerId id() {
        return identity.peerId();
    }

    byte[] envelope(int counter, LinkSignal signal) {
        return EnvelopeSeal.seal(
                identity,
                world.hostIdentity.card(),
                secret,
                world.descriptor.room(),
                session,
                counter,
                LinkSignals.encode(signal));
    }

    /** Sends an offer; the link opens if the host answers it. */
    HandPeer offer() {
        end = world.initiate(this, 1, token);
        world.mail(id(), world.hostIdentity.peerId(), MessageType.ENVELOPE, envelope(0, new LinkSignal.Offer(token)));
        world.settle();
        return this;
    }

    HandPeer hello() {
        return send(Frame.Kind.HELLO, Handshake.hello());
    }

    byte[] joinBody(byte[] keyPackage) {
        byte[] proof = Hkdf.extract(
                secret.admission(), Handshake.joinTranscript(world.descriptor.room(), binding, id(), keyPackage));
        return ByteBuffer.allocate(proof.length + keyPackage.length)
                .put(proof)
                .put(keyPackage)
                .array();
    }

    byte[] newKeyPackage() {
        PendingMember prepared = MlsGroup.prepare(identity, world.epochMillis());
        pending = prepared;
        return prepared.keyPackage();
    }

    HandPeer join() {
        return send(Frame.Kind.JOIN, joinBody(newKeyPackage()));
    }

    /** Takes the WELCOME, which may wait for the pause between two commits. */
    HandPeer welcome() {
        if (!kinds().contains(Frame.Kind.WELCOME)) {
            world.advance(Duration.ofNanos(Timer.COMMIT.nanos()));
        }
        Frame welcome = frames.stream()
                .filter(frame -> frame.kind() == Frame.Kind.WELCOME)
                .findFirst()
                .orElseThrow();
        PendingMember prepared = pending;
        if (prepared == null) {
            throw new AssertionError("no JOIN was sent");
        }
        byte[] room = world.descriptor.room().toBytes();
        try {
            group = prepared.join(
                    welcome.body(),
                    secret.psk(),
                    room,
                    room,
                    world.hostIdentity.peerId(),
                    MlsLimits.DEFAULT,
                    world.epochMillis());
        } catch (MlsException e) {
            throw new AssertionError(e);
        }
        return this;
    }

    byte[] memberTag() {
        return group().export(
                        Handshake.CONFIRM_MEMBER_LABEL,
                        Handshake.confirmContext(world.descriptor.room(), binding),
                        Handshake.CONFIRM_BYTES);
    }

    HandPeer confirm(byte[] tag, byte[] message) {
        return send(
                Frame.Kind.CONFIRM,
                ByteBuffer.allocate(tag.length + message.length)
                        .put(tag)
                        .put(message)
                        .array());
    }

    /** The whole way into the room. */
    HandPeer enter() {
        offer().hello().join().welcome();
        return confirm(memberTag(), group().protect(Content.resume(Map.of())));
    }

    /** The whole way in, and a name. */
    HandPeer enterAs(String name) {
        enter();
        return say(event(Event.TYPE_PROFILE, Bodies.profile(name, null)));
    }

    MlsGroup group() {
        MlsGroup joined = group;
        if (joined == null) {
            throw new AssertionError("not in the group");
        }
        return joined;
    }

    /** The next event of this peer's chain. */
    Event event(String type, byte[] body) {
        MlsGroup joined = group;
        Era era = joined == null ? Era.FIRST : new Era(0, joined.epoch());
        Event event = Event.sign(identity, world.descriptor.room(), head, world.nextClock(), era, type, body);
        head = event.head();
        return event;
    }

    @Nullable
    EventHead head() {
        return head;
    }

    HandPeer say(Event event) {
        return seal(Content.said(event.bytes()));
    }

    /** Sends content that the group seals. */
    HandPeer seal(byte[] content) {
        return send(Frame.Kind.APPLICATION, group().protect(content));
    }

    HandPeer send(Frame.Kind kind, byte[] body) {
        for (byte[] frame : new Frame(kind, body).encode()) {
            sendRaw(frame);
        }
        return this;
    }

    HandPeer sendRaw(byte[] frame) {
        world.transmit(end(), frame);
        world.settle();
        return this;
    }

    MachineHarness.End end() {
        MachineHarness.End own = end;
        if (own == null) {
            throw new AssertionError("no link was begun");
        }
        return own;
    }

    List<Frame.Kind> kinds() {
        return frames.stream().map(Frame::kind).toList();
    }

    /** Why the host closed or refused this link. */
    CloseReason.Code goodbye() {
        for (Frame frame : frames) {
            if (frame.kind() == Frame.Kind.BYE || frame.kind() == Frame.Kind.REFUSED) {
                try {
                    return Handshake.goodbye(frame.body()).code();
                } catch (MalformedException e) {
                    throw new AssertionError(e);
                }
            }
        }
        throw new AssertionError("the host did not say goodbye, but " + kinds());
    }

    @Override
    public void onMail(PeerId from, MessageType type, byte[] payload) {
        if (type == MessageType.REFUSAL) {
            refusals.add(payload);
        } else {
            world.connect(token);
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
            if (frame.kind() == Frame.Kind.COMMIT) {
                for (byte[] commit : Content.commits(frame.body())) {
                    group().process(commit, world.epochMillis());
                }
            } else if (frame.kind() == Frame.Kind.APPLICATION) {
                contents.add(Content.decode(
                        group().unprotect(frame.body(), world.epochMillis()).plaintext()));
            }
        } catch (MalformedException | MlsException e) {
            throw new AssertionError("the host sent what a member cannot read", e);
        }
    }

    @Override
    public void onClosed(int link, CloseReason reason) {
        closed = reason;
        decoder = new Frame.Decoder();
    }
}
