package dev.parley.chat.testkit.signaling;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.testkit.internal.WatchedOwner;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One session: what it was told, and whether it was told so in the right way. */
final class SessionProbe implements SignalingListener {

    /** A message as it arrived. */
    record Message(PeerId from, MessageType type, String print) {}

    final WatchedOwner owner;
    final SignalingSession session;
    final List<Message> messages = new CopyOnWriteArrayList<>();

    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger interruptions = new AtomicInteger();
    volatile @Nullable Problem ended;

    /** Throws from every call once it has been written down. */
    volatile boolean throwing;

    private volatile boolean silenced;
    private boolean connected;

    SessionProbe(Signaling signaling, RoomId room, PeerId self, Executor serial) {
        owner = new WatchedOwner(serial);
        session = signaling.join(room, self, owner, this);
    }

    /** Nothing may be told from now on. The session was closed or left by a task of the owner. */
    void silence() {
        silenced = true;
    }

    boolean isConnected() {
        return connections.get() > 0;
    }

    boolean isEnded() {
        return ended != null;
    }

    static String print(byte[] payload) {
        return payload.length <= 64
                ? new String(payload, StandardCharsets.US_ASCII)
                : payload.length + " bytes, " + Arrays.hashCode(payload);
    }

    @Override
    public void onConnected(List<IceServer> iceServers) {
        check("onConnected");
        connected = true;
        connections.incrementAndGet();
        mayThrow();
    }

    @Override
    public void onMessage(PeerId from, MessageType type, byte[] payload) {
        check("onMessage");
        if (!connected) {
            owner.fault("a message came while the session was not connected");
        }
        messages.add(new Message(from, type, print(payload)));
        mayThrow();
    }

    @Override
    public void onInterrupted(SignalingException cause) {
        check("onInterrupted");
        connected = false;
        interruptions.incrementAndGet();
        mayThrow();
    }

    @Override
    public void onEnded(SignalingException cause) {
        check("onEnded");
        ended = cause.problem();
        mayThrow();
    }

    private void check(String call) {
        owner.requireTask(call);
        if (ended != null) {
            owner.fault(call + " came after onEnded");
        }
        if (silenced) {
            owner.fault(call + " came after the session was closed or left");
        }
    }

    private void mayThrow() {
        if (throwing) {
            throw new IllegalStateException("thrown by a listener, as the contract suite wants it");
        }
    }
}
