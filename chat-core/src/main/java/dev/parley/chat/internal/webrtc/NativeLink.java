package dev.parley.chat.internal.webrtc;

import dev.onvoid.webrtc.CreateSessionDescriptionObserver;
import dev.onvoid.webrtc.PeerConnectionObserver;
import dev.onvoid.webrtc.RTCAnswerOptions;
import dev.onvoid.webrtc.RTCConfiguration;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCDataChannelBuffer;
import dev.onvoid.webrtc.RTCDataChannelInit;
import dev.onvoid.webrtc.RTCDataChannelObserver;
import dev.onvoid.webrtc.RTCDataChannelState;
import dev.onvoid.webrtc.RTCIceCandidate;
import dev.onvoid.webrtc.RTCIceGatheringState;
import dev.onvoid.webrtc.RTCOfferOptions;
import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.RTCPeerConnectionState;
import dev.onvoid.webrtc.RTCSdpType;
import dev.onvoid.webrtc.RTCSessionDescription;
import dev.onvoid.webrtc.RTCStats;
import dev.onvoid.webrtc.RTCStatsCollectorCallback;
import dev.onvoid.webrtc.RTCStatsReport;
import dev.onvoid.webrtc.SetSessionDescriptionObserver;
import dev.parley.chat.transport.PeerLink;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One native connection with its two data channels, made safe. It decides nothing.
 *
 * <ul>
 *   <li>A native callback copies what it was given, hands over to the owner executor and catches every Throwable: one
 *       that reached native code would abort the process.
 *   <li>Nothing native is called after {@link #close}, and {@code close} takes things apart in the one order that does
 *       not crash.
 *   <li>A native call that fails is a {@link NativeFailure}. The library's own messages quote what they were given,
 *       addresses included, so they are not passed on.
 * </ul>
 */
final class NativeLink {

    private static final Logger log = LoggerFactory.getLogger(NativeLink.class);

    /**
     * Most bytes that may wait for the owner executor, each frame counted with {@link #FRAME_OVERHEAD_BYTES}. There is
     * no way to make the native library receive slower, so a link with more ends.
     */
    static final long MAX_UNREAD_BYTES = 16L * 1024 * 1024;

    /** What a waiting frame costs beside its content, in bytes. */
    static final int FRAME_OVERHEAD_BYTES = 128;

    private static final String LABEL = "parley";
    private static final int CHANNEL_ID = 0;

    private static final String EPHEMERAL_LABEL = "parley-ephemeral";
    private static final int EPHEMERAL_ID = 1;

    /** What happens, told in tasks of the owner executor. */
    interface Events {

        /** A candidate of this side was found. */
        void candidateFound(String candidate, String mid, int index);

        /** This side has no more candidates. */
        void gatheringDone();

        /** The reliable channel may have another state; ask for it. */
        void channelChanged();

        /** The connection has another state. */
        void connectionChanged(RTCPeerConnectionState state);

        /** A frame has arrived on the reliable channel. */
        void received(byte[] frame);

        /** A frame has arrived on the ephemeral channel. */
        void receivedEphemeral(byte[] frame);

        /** The other side sent what it must not: text, an empty message, one too large, or another channel. */
        void violated(String what);

        /** Frames came faster than the owner took them; some are lost. */
        void overrun();

        /** A callback failed, so that something is lost. */
        void callbackFailed(Throwable failure);

        /** The native library did not do, in the end, what it had begun to. */
        void stepFailed(Step step);
    }

    /** The steps of the negotiation. */
    enum Step {
        CREATE_OFFER,
        CREATE_ANSWER,
        SET_LOCAL,
        SET_REMOTE
    }

    private final SharedFactory.Lease lease;
    private final Executor owner;
    private final Events events;
    private final AtomicLong unreadBytes = new AtomicLong();
    private final AtomicInteger unreadEphemeral = new AtomicInteger();
    private final AtomicBoolean overrun = new AtomicBoolean();

    /**
     * Held for native calls, so that closing the transport from any thread cannot take a native object away from under
     * a call that the owner is making. Holding a lock while calling native code deadlocks if a native callback wants
     * the same lock; none of ours does, they only hand over.
     */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable RTCPeerConnection connection;
    private @Nullable RTCDataChannel channel;
    private @Nullable RTCDataChannel ephemeral;
    private boolean closed;

    NativeLink(SharedFactory.Lease lease, Executor owner, Events events) {
        this.lease = lease;
        this.owner = owner;
        this.events = events;
    }

    /**
     * Makes the connection and its channels.
     *
     * @throws NativeFailure if the native library refuses, for example because of the ICE servers
     */
    void start(RTCConfiguration configuration) throws NativeFailure {
        run(() -> {
            RTCPeerConnection made = lease.factory().createPeerConnection(configuration, new ConnectionCallbacks());
            connection = made;
            // Negotiated rather than in-band: the channels and their observers are there before the first byte can
            // come, and a channel that the other side opens is recognized as a violation without looking at it.
            RTCDataChannelInit init = new RTCDataChannelInit();
            init.negotiated = true;
            init.id = CHANNEL_ID;
            init.ordered = true;
            RTCDataChannel opened = made.createDataChannel(LABEL, init);
            channel = opened;
            opened.registerObserver(new ChannelCallbacks());
            RTCDataChannelInit lossy = new RTCDataChannelInit();
            lossy.negotiated = true;
            lossy.id = EPHEMERAL_ID;
            lossy.ordered = false;
            lossy.maxRetransmits = 0;
            RTCDataChannel second = made.createDataChannel(EPHEMERAL_LABEL, lossy);
            ephemeral = second;
            second.registerObserver(new EphemeralCallbacks());
        });
    }

    /**
     * Begins to make an offer.
     *
     * @param restart whether it begins ICE anew
     */
    void createOffer(boolean restart, Consumer<String> then) throws NativeFailure {
        run(() -> {
            RTCOfferOptions options = new RTCOfferOptions();
            options.iceRestart = restart;
            live(connection).createOffer(options, new CreateCallbacks(Step.CREATE_OFFER, then));
        });
    }

    void createAnswer(Consumer<String> then) throws NativeFailure {
        run(() -> {
            live(connection).createAnswer(new RTCAnswerOptions(), new CreateCallbacks(Step.CREATE_ANSWER, then));
        });
    }

    void setLocal(SessionDescription.Kind kind, String sdp) throws NativeFailure {
        run(() -> {
            live(connection).setLocalDescription(description(kind, sdp), new SetCallbacks(Step.SET_LOCAL, () -> {}));
        });
    }

    void setRemote(SessionDescription.Kind kind, SessionDescription sdp, Runnable then) throws NativeFailure {
        run(() -> {
            live(connection)
                    .setRemoteDescription(description(kind, sdp.toSdp()), new SetCallbacks(Step.SET_REMOTE, then));
        });
    }

    void addCandidate(IceCandidate candidate, String mid) throws NativeFailure {
        run(() -> {
            live(connection).addIceCandidate(new RTCIceCandidate(mid, 0, candidate.toAttribute()));
        });
    }

    /** Returns the state of the channel; CLOSED on a closed link. */
    RTCDataChannelState channelState() throws NativeFailure {
        return call(RTCDataChannelState.CLOSED, () -> live(channel).getState());
    }

    /** Returns how many bytes are queued; 0 on a closed link. */
    long bufferedBytes() throws NativeFailure {
        return call(0L, () -> live(channel).getBufferedAmount());
    }

    /**
     * Sends a frame if the channel is open and has room. The native library would lose it without a word otherwise, and
     * past 16 MiB it would close the channel on one side only.
     *
     * @param frame an array of just the frame: of a buffer the library sends all, whatever position and limit say
     */
    boolean send(byte[] frame) throws NativeFailure {
        return call(false, () -> send(live(channel), frame, PeerLink.MAX_BUFFERED_BYTES));
    }

    /** Sends a frame once, if the ephemeral channel is open and has room; see {@link #send}. */
    boolean sendEphemeral(byte[] frame) throws NativeFailure {
        return call(false, () -> send(live(ephemeral), frame, PeerLink.MAX_BUFFERED_EPHEMERAL_BYTES));
    }

    private static boolean send(RTCDataChannel over, byte[] frame, int maxBufferedBytes) throws Exception {
        if (over.getState() != RTCDataChannelState.OPEN || over.getBufferedAmount() + frame.length > maxBufferedBytes) {
            return false;
        }
        over.send(new RTCDataChannelBuffer(ByteBuffer.wrap(frame), true));
        return true;
    }

    /** Collects figures; the report has addresses in it. */
    void stats(Consumer<Map<String, RTCStats>> then) throws NativeFailure {
        run(() -> {
            live(connection).getStats(new StatsCallbacks(then));
        });
    }

    /** Begins to close the reliable channel in the way that tells the other side; the connection stays. */
    void closeChannel() throws NativeFailure {
        run(() -> {
            live(channel).close();
        });
    }

    /** Ends the connection and gives the lease back. May be called from any thread; again does nothing. */
    void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            RTCDataChannel oldChannel = channel;
            RTCDataChannel oldEphemeral = ephemeral;
            RTCPeerConnection oldConnection = connection;
            channel = null;
            ephemeral = null;
            connection = null;
            // In this order; each step on its own, so that one that fails does not leave the rest behind.
            if (oldChannel != null) {
                takeApart(oldChannel);
            }
            if (oldEphemeral != null) {
                takeApart(oldEphemeral);
            }
            if (oldConnection != null) {
                step("close", oldConnection::close);
            }
        } finally {
            lock.unlock();
        }
        lease.release();
    }

    /** Frees a channel that the other side opened, unless the link has ended: then it must not be touched any more. */
    private void discard(RTCDataChannel unwanted) {
        try {
            run(() -> {
                unwanted.dispose();
            });
        } catch (NativeFailure e) {
            log.debug("a channel that the other side opened could not be freed", e);
        }
    }

    /** Says that a frame has been read by its receiver. */
    private void read(byte[] frame) {
        unreadBytes.addAndGet(-(frame.length + (long) FRAME_OVERHEAD_BYTES));
    }

    private static void takeApart(RTCDataChannel old) {
        step("unregisterObserver", old::unregisterObserver);
        step("close", old::close);
        step("dispose", old::dispose);
    }

    private static void step(String name, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            log.warn("closing a link: {} failed with {}", name, e.getClass().getName());
        }
    }

    private static RTCSessionDescription description(SessionDescription.Kind kind, String sdp) {
        return new RTCSessionDescription(
                kind == SessionDescription.Kind.OFFER ? RTCSdpType.OFFER : RTCSdpType.ANSWER, sdp);
    }

    private static <T> T live(@Nullable T object) {
        if (object == null) {
            throw new IllegalStateException("the link was not started");
        }
        return object;
    }

    private void run(NativeAction body) throws NativeFailure {
        call(true, () -> {
            body.run();
            return true;
        });
    }

    /** Runs native calls, or none on a closed link. The library reports failures as exceptions and as Errors. */
    private <T> T call(T whenClosed, NativeCall<T> body) throws NativeFailure {
        lock.lock();
        try {
            return closed ? whenClosed : body.run();
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            throw new NativeFailure(e);
        } finally {
            lock.unlock();
        }
    }

    /** Hands over. Called from native callbacks: nothing may leave it. */
    private void post(Runnable task) {
        try {
            owner.execute(task);
        } catch (Throwable e) {
            lost(e);
        }
    }

    /** Says whether a message is none that may come, and hands that over. Called from native callbacks. */
    private boolean isViolation(RTCDataChannelBuffer buffer, int maxBytes, String what) {
        int length = buffer.data.remaining();
        if (!buffer.binary) {
            post(() -> events.violated("it sent text"));
        } else if (length == 0 || length > maxBytes) {
            post(() -> events.violated("it sent " + what + " of " + length + " bytes"));
        } else {
            return false;
        }
        return true;
    }

    /** Ends the link after a callback failed. Called from native callbacks: nothing may leave it. */
    private void lost(Throwable failure) {
        try {
            owner.execute(() -> events.callbackFailed(failure));
        } catch (Throwable ownerGone) {
            // Nobody is left to be told. Closing the transport still frees this link.
            overrun.set(true);
        }
    }

    @FunctionalInterface
    private interface NativeCall<T> {
        T run() throws Exception;
    }

    @FunctionalInterface
    private interface NativeAction {
        void run() throws Exception;
    }

    private final class ConnectionCallbacks implements PeerConnectionObserver {

        @Override
        public void onIceCandidate(RTCIceCandidate candidate) {
            try {
                String text = candidate.sdp;
                String mid = candidate.sdpMid;
                int index = candidate.sdpMLineIndex;
                post(() -> events.candidateFound(text, mid, index));
            } catch (Throwable e) {
                lost(e);
            }
        }

        @Override
        public void onIceGatheringChange(RTCIceGatheringState state) {
            try {
                if (state == RTCIceGatheringState.COMPLETE) {
                    post(events::gatheringDone);
                }
            } catch (Throwable e) {
                lost(e);
            }
        }

        @Override
        public void onConnectionChange(RTCPeerConnectionState state) {
            try {
                post(() -> events.connectionChanged(state));
            } catch (Throwable e) {
                lost(e);
            }
        }

        @Override
        public void onDataChannel(RTCDataChannel unwanted) {
            try {
                post(() -> {
                    discard(unwanted);
                    events.violated("it opened a channel of its own");
                });
            } catch (Throwable e) {
                lost(e);
            }
        }
    }

    private final class ChannelCallbacks implements RTCDataChannelObserver {

        @Override
        public void onBufferedAmountChange(long previousAmount) {
            // Does not come reliably; bufferedBytes asks instead.
        }

        @Override
        public void onStateChange() {
            try {
                post(events::channelChanged);
            } catch (Throwable e) {
                lost(e);
            }
        }

        @Override
        public void onMessage(RTCDataChannelBuffer buffer) {
            try {
                int length = buffer.data.remaining();
                if (isViolation(buffer, PeerLink.MAX_FRAME_BYTES, "a frame") || overrun.get()) {
                    // The end is already on its way to the owner, and a gap would follow a lost frame.
                    return;
                }
                if (unreadBytes.addAndGet(length + (long) FRAME_OVERHEAD_BYTES) > MAX_UNREAD_BYTES) {
                    overrun.set(true);
                    post(events::overrun);
                } else {
                    // The native memory is gone when this method returns.
                    byte[] frame = new byte[length];
                    buffer.data.get(frame);
                    post(() -> {
                        read(frame);
                        events.received(frame);
                    });
                }
            } catch (Throwable e) {
                lost(e);
            }
        }
    }

    private final class EphemeralCallbacks implements RTCDataChannelObserver {

        @Override
        public void onBufferedAmountChange(long previousAmount) {
            // As above.
        }

        @Override
        public void onStateChange() {
            // The link lives and dies with its reliable channel; whether this one is open is asked when it is used.
        }

        @Override
        public void onMessage(RTCDataChannelBuffer buffer) {
            try {
                int length = buffer.data.remaining();
                if (!isViolation(buffer, PeerLink.MAX_EPHEMERAL_BYTES, "an ephemeral frame")
                        && unreadEphemeral.get() < PeerLink.MAX_UNREAD_EPHEMERAL) {
                    // Only this thread counts up.
                    unreadEphemeral.incrementAndGet();
                    byte[] frame = new byte[length];
                    buffer.data.get(frame);
                    post(() -> {
                        unreadEphemeral.decrementAndGet();
                        events.receivedEphemeral(frame);
                    });
                }
            } catch (Throwable e) {
                lost(e);
            }
        }
    }

    private final class CreateCallbacks implements CreateSessionDescriptionObserver {

        private final Step step;
        private final Consumer<String> then;

        CreateCallbacks(Step step, Consumer<String> then) {
            this.step = step;
            this.then = then;
        }

        @Override
        public void onSuccess(RTCSessionDescription description) {
            try {
                String sdp = description.sdp;
                post(() -> then.accept(sdp));
            } catch (Throwable e) {
                lost(e);
            }
        }

        @Override
        public void onFailure(String error) {
            try {
                post(() -> events.stepFailed(step));
            } catch (Throwable e) {
                lost(e);
            }
        }
    }

    private final class SetCallbacks implements SetSessionDescriptionObserver {

        private final Step step;
        private final Runnable then;

        SetCallbacks(Step step, Runnable then) {
            this.step = step;
            this.then = then;
        }

        @Override
        public void onSuccess() {
            try {
                post(then);
            } catch (Throwable e) {
                lost(e);
            }
        }

        @Override
        public void onFailure(String error) {
            try {
                post(() -> events.stepFailed(step));
            } catch (Throwable e) {
                lost(e);
            }
        }
    }

    private final class StatsCallbacks implements RTCStatsCollectorCallback {

        private final Consumer<Map<String, RTCStats>> then;

        StatsCallbacks(Consumer<Map<String, RTCStats>> then) {
            this.then = then;
        }

        @Override
        public void onStatsDelivered(RTCStatsReport report) {
            try {
                // A copy already: the library fills objects of Java, and keeps none of them.
                Map<String, RTCStats> entries = report.getStats();
                post(() -> then.accept(entries));
            } catch (Throwable e) {
                lost(e);
            }
        }
    }

    /** A native call failed. */
    static final class NativeFailure extends Exception {

        private static final long serialVersionUID = 1L;

        NativeFailure(Throwable cause) {
            // The cause is not kept: its message may quote a description or an address.
            super("webrtc-java failed with " + cause.getClass().getName());
        }
    }
}
