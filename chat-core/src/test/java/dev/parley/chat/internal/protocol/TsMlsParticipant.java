package dev.parley.chat.internal.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.CloseReason;
import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.interop.NodePeer;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedDescriptor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A participant of the other implementation: this side carries its frames, seals the envelope with its offer, and plays
 * nothing itself.
 */
final class TsMlsParticipant implements MachineHarness.Party {

    final Identity identity;
    final String name;

    /** What a person would see there, in the room's order. */
    final List<String> told = new ArrayList<>();

    /** Whole frames that came from the host, by their kinds. */
    final List<Frame.Kind> received = new ArrayList<>();

    @Nullable
    CloseReason closed;

    /** Why the host has said goodbye; null while it has not. */
    @Nullable
    String goodbye;

    boolean isConnected;

    private final NodePeer node;
    private final MachineHarness world;
    private int session;
    private Frame.Decoder decoder = new Frame.Decoder();
    private MachineHarness.@Nullable End end;

    TsMlsParticipant(NodePeer node, MachineHarness world, String name, int number, RoomSecret secret) {
        this.node = node;
        this.world = world;
        this.name = name;
        this.identity = MachineHarness.identity(number);
        SignedDescriptor signed = MachineHarness.signedDescriptor(world.hostIdentity, world.descriptor.capacity());
        JsonNode entered = ask(
                "enter",
                "seed",
                MachineHarness.filled(number),
                "name",
                name,
                "roomId",
                world.descriptor.room().value(),
                "secret",
                secret.reveal(),
                "descriptor",
                signed.descriptor(),
                "signature",
                signed.signature());
        if (!entered.path("peerId").asText().equals(identity.peerId().value())) {
            throw new AssertionError("the other implementation has another peer id");
        }
        world.worker.put(identity.peerId(), this);
    }

    @Override
    public PeerId id() {
        return identity.peerId();
    }

    private JsonNode ask(String call, Object... arguments) {
        try {
            return node.ask(call, name, arguments);
        } catch (NodePeer.Refused e) {
            throw new AssertionError(name + " refuses what the host sends", e);
        }
    }

    /** Begins a link, and lets all follow from it; the envelope is sealed under the secret that is given. */
    TsMlsParticipant connect(RoomSecret secret) {
        session++;
        closed = null;
        goodbye = null;
        decoder = new Frame.Decoder();
        end = world.initiate(this, session, token());
        byte[] sessionId = ByteBuffer.allocate(16)
                .put(identity.peerId().toBytes(), 0, 12)
                .putInt(session)
                .array();
        byte[] envelope = EnvelopeSeal.seal(
                identity,
                world.hostIdentity.card(),
                secret,
                world.descriptor.room(),
                sessionId,
                0,
                LinkSignals.encode(new LinkSignal.Offer(token())));
        world.mail(id(), world.hostIdentity.peerId(), MessageType.ENVELOPE, envelope);
        world.settle();
        world.advanceMillis(500);
        return this;
    }

    TsMlsParticipant connect() {
        return connect(MachineHarness.SECRET);
    }

    private String token() {
        return "node " + identity.peerId() + " " + session;
    }

    /** Says something, and lets all follow from it; returns the id of the message. */
    String say(String text) {
        return say(text, Map.of());
    }

    String say(String text, Map<String, Object> more) {
        JsonNode said = ask("say", "text", text, "more", more, "now", world.epochMillis());
        carry(said);
        world.settle();
        return said.path("id").asText();
    }

    JsonNode look() {
        return ask("look");
    }

    /** The room's code as the other implementation computes it. */
    JsonNode code() {
        return ask("code");
    }

    List<String> takeTold() {
        List<String> taken = List.copyOf(told);
        told.clear();
        return taken;
    }

    MachineHarness.End end() {
        MachineHarness.End own = end;
        if (own == null) {
            throw new AssertionError(name + " has not begun a link");
        }
        return own;
    }

    @Override
    public void onMail(PeerId from, MessageType type, byte[] payload) {
        if (type == MessageType.ENVELOPE) {
            world.connect(token());
        }
    }

    @Override
    public void onOpened(int link, byte[] binding) {
        carry(ask("opened", "binding", binding, "now", world.epochMillis()));
    }

    @Override
    public void onFrame(int link, byte[] frame) {
        if (link != session) {
            return;
        }
        try {
            Frame whole = decoder.accept(frame, Limits.MAX_MESSAGE_BYTES);
            if (whole != null) {
                received.add(whole.kind());
            }
        } catch (MalformedException e) {
            throw new AssertionError("the host sends what is no frame", e);
        }
        carry(ask("frame", "frame", frame, "now", world.epochMillis()));
    }

    private void carry(JsonNode answer) {
        for (JsonNode frame : answer.path("frames")) {
            world.transmit(end(), HexFormat.of().parseHex(frame.asText()));
        }
        answer.path("told").forEach(line -> told.add(line.asText()));
        goodbye = answer.path("goodbye").asText(null);
        isConnected = answer.path("isConnected").asBoolean();
    }

    @Override
    public void onClosed(int link, CloseReason reason) {
        if (link == session) {
            closed = reason;
            isConnected = false;
        }
    }
}
