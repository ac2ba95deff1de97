package dev.parley.chat.cli;

import dev.onvoid.webrtc.CreateSessionDescriptionObserver;
import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.PeerConnectionObserver;
import dev.onvoid.webrtc.RTCAnswerOptions;
import dev.onvoid.webrtc.RTCConfiguration;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCDataChannelBuffer;
import dev.onvoid.webrtc.RTCDataChannelInit;
import dev.onvoid.webrtc.RTCDataChannelObserver;
import dev.onvoid.webrtc.RTCDataChannelState;
import dev.onvoid.webrtc.RTCIceCandidate;
import dev.onvoid.webrtc.RTCOfferOptions;
import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.RTCSessionDescription;
import dev.onvoid.webrtc.SetSessionDescriptionObserver;
import dev.onvoid.webrtc.media.audio.AudioDeviceModule;
import dev.onvoid.webrtc.media.audio.AudioLayer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The baseline of {@link StackStats}: two connections on webrtc-java itself, with nothing of Parley between. Native
 * callbacks only hand over; one thread calls the library.
 */
final class RawChannel {

    private static final long TIMEOUT_SECONDS = 20;

    private RawChannel() {}

    static StackStats.Measured measure(int connects, int warmUp, int roundTrips, int bytes) throws Exception {
        List<Double> connectMillis = new ArrayList<>();
        List<Double> roundTripMillis = new ArrayList<>();
        AudioDeviceModule silence = new AudioDeviceModule(AudioLayer.kDummyAudio);
        PeerConnectionFactory factory = new PeerConnectionFactory(silence);
        try {
            for (int i = 0; i < connects; i++) {
                Pair pair = new Pair();
                try {
                    long start = System.nanoTime();
                    pair.connect(factory);
                    connectMillis.add(StackStats.millisSince(start));
                    if (i == connects - 1) {
                        for (int n = 0; n < warmUp + roundTrips; n++) {
                            long sent = System.nanoTime();
                            pair.roundTrip(bytes);
                            if (n >= warmUp) {
                                roundTripMillis.add(StackStats.millisSince(sent));
                            }
                        }
                    }
                } finally {
                    pair.close();
                }
            }
        } finally {
            factory.dispose();
            silence.dispose();
        }
        return new StackStats.Measured(connectMillis, roundTripMillis);
    }

    private enum Kind {
        OFFER,
        ANSWER
    }

    /** Something for the one thread to do. */
    private interface Step {
        void run() throws Exception;
    }

    private static final class Pair {
        private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
        private final End left = new End();
        private final End right = new End();

        void connect(PeerConnectionFactory factory) throws Exception {
            RTCPeerConnection offerer = factory.createPeerConnection(new RTCConfiguration(), left);
            left.connection = offerer;
            RTCPeerConnection answerer = factory.createPeerConnection(new RTCConfiguration(), right);
            right.connection = answerer;
            left.take(offerer.createDataChannel("bare", new RTCDataChannelInit()));
            RTCSessionDescription offer = await(describe(offerer, Kind.OFFER));
            await(setLocal(offerer, offer));
            await(setRemote(answerer, offer));
            right.takeWaiting();
            RTCSessionDescription answer = await(describe(answerer, Kind.ANSWER));
            await(setLocal(answerer, answer));
            await(setRemote(offerer, answer));
            left.takeWaiting();
            await(left.open);
            await(right.open);
        }

        void roundTrip(int bytes) throws Exception {
            byte[] message = new byte[bytes];
            left.send(message);
            require(right.received.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS));
            right.send(message);
            require(left.received.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS));
        }

        private static void require(byte @Nullable [] message) {
            if (message == null) {
                throw new CliException(ExitCode.NO_CONNECTION, "a bare channel lost a message", "run parley doctor");
            }
        }

        /** Waits for a callback, doing what others have handed over meanwhile. */
        private <T> T await(CompletableFuture<T> future) throws Exception {
            CompletableFuture<T> unused = future.whenComplete((value, thrown) -> steps.add(() -> {}));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
            while (!future.isDone()) {
                Step step = steps.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (step == null) {
                    throw new TimeoutException("a bare channel did not connect");
                }
                step.run();
            }
            return future.get();
        }

        void close() throws Exception {
            left.closeChannel();
            right.closeChannel();
            left.closeConnection();
            right.closeConnection();
        }

        private final class End implements PeerConnectionObserver {
            private final CompletableFuture<Void> open = new CompletableFuture<>();
            private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
            private final List<RTCIceCandidate> waiting = new ArrayList<>();
            private boolean described;
            private @Nullable RTCPeerConnection connection;
            private @Nullable RTCDataChannel channel;

            @Override
            public void onIceCandidate(RTCIceCandidate candidate) {
                steps.add(() -> (this == left ? right : left).candidate(candidate));
            }

            @Override
            public void onDataChannel(RTCDataChannel channel) {
                steps.add(() -> take(channel));
            }

            void take(RTCDataChannel taken) {
                channel = taken;
                taken.registerObserver(new RTCDataChannelObserver() {
                    @Override
                    public void onBufferedAmountChange(long previousAmount) {
                        // Not needed: one message is under way at a time.
                    }

                    @Override
                    public void onStateChange() {
                        steps.add(End.this::openIfOpen);
                    }

                    @Override
                    public void onMessage(RTCDataChannelBuffer buffer) {
                        byte[] bytes = new byte[buffer.data.remaining()];
                        buffer.data.get(bytes);
                        received.add(bytes);
                    }
                });
                openIfOpen();
            }

            private void openIfOpen() {
                if (channel != null && channel.getState() == RTCDataChannelState.OPEN) {
                    open.complete(null);
                }
            }

            private void candidate(RTCIceCandidate candidate) {
                if (described && connection != null) {
                    connection.addIceCandidate(candidate);
                } else {
                    waiting.add(candidate);
                }
            }

            void takeWaiting() {
                described = true;
                List<RTCIceCandidate> early = List.copyOf(waiting);
                waiting.clear();
                early.forEach(this::candidate);
            }

            void send(byte[] message) throws Exception {
                if (channel == null) {
                    throw new IllegalStateException("the channel is not open");
                }
                channel.send(new RTCDataChannelBuffer(ByteBuffer.wrap(message), true));
            }

            void closeChannel() {
                if (channel != null) {
                    channel.unregisterObserver();
                    channel.close();
                    channel.dispose();
                    channel = null;
                }
            }

            void closeConnection() {
                if (connection != null) {
                    connection.close();
                    connection = null;
                }
            }
        }
    }

    private static CompletableFuture<RTCSessionDescription> describe(RTCPeerConnection connection, Kind kind) {
        CompletableFuture<RTCSessionDescription> done = new CompletableFuture<>();
        CreateSessionDescriptionObserver observer = new CreateSessionDescriptionObserver() {
            @Override
            public void onSuccess(RTCSessionDescription description) {
                done.complete(description);
            }

            @Override
            public void onFailure(String error) {
                done.completeExceptionally(new IllegalStateException("no description could be made"));
            }
        };
        if (kind == Kind.OFFER) {
            connection.createOffer(new RTCOfferOptions(), observer);
        } else {
            connection.createAnswer(new RTCAnswerOptions(), observer);
        }
        return done;
    }

    private static CompletableFuture<Void> setLocal(RTCPeerConnection connection, RTCSessionDescription description) {
        Done done = new Done();
        connection.setLocalDescription(description, done);
        return done.future;
    }

    private static CompletableFuture<Void> setRemote(RTCPeerConnection connection, RTCSessionDescription description) {
        Done done = new Done();
        connection.setRemoteDescription(description, done);
        return done.future;
    }

    private static final class Done implements SetSessionDescriptionObserver {
        private final CompletableFuture<Void> future = new CompletableFuture<>();

        @Override
        public void onSuccess() {
            future.complete(null);
        }

        @Override
        public void onFailure(String error) {
            future.completeExceptionally(new IllegalStateException("a description was not accepted"));
        }
    }
}
