package dev.parley.chat.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onvoid.webrtc.CreateSessionDescriptionObserver;
import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.PeerConnectionObserver;
import dev.onvoid.webrtc.RTCAnswerOptions;
import dev.onvoid.webrtc.RTCConfiguration;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCDataChannelBuffer;
import dev.onvoid.webrtc.RTCDataChannelInit;
import dev.onvoid.webrtc.RTCDataChannelObserver;
import dev.onvoid.webrtc.RTCIceCandidate;
import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.RTCSdpType;
import dev.onvoid.webrtc.RTCSessionDescription;
import dev.onvoid.webrtc.SetSessionDescriptionObserver;
import dev.onvoid.webrtc.media.audio.AudioDeviceModule;
import dev.onvoid.webrtc.media.audio.AudioLayer;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A peer that uses the native library by itself and sends what no link sends. */
class HostilePeerTest {

    private enum Attack {
        TEXT,
        EMPTY,
        OVERSIZE,
        EPHEMERAL_TEXT,
        EPHEMERAL_EMPTY,
        EPHEMERAL_OVERSIZE,
        OWN_CHANNEL
    }

    @ParameterizedTest
    @EnumSource
    void what_no_link_sends_closes_the_link(Attack attack) throws Exception {
        Environment environment = Environment.system();
        NativeLibraries.load();
        AudioDeviceModule silence = new AudioDeviceModule(AudioLayer.kDummyAudio);
        PeerConnectionFactory factory = new PeerConnectionFactory(silence);
        try (WebRtcTransport transport = WebRtcTransport.create(environment)) {
            LinkEnd victim = new LinkEnd(transport, environment, Transport.LinkRole.INITIATOR, IceConfig.defaults());
            Executor rawOwner = environment.newSerialExecutor("raw");
            RTCPeerConnection raw = factory.createPeerConnection(new RTCConfiguration(), new PeerConnectionObserver() {
                @Override
                public void onIceCandidate(RTCIceCandidate found) {
                    LinkSignal signal = new LinkSignal.Candidate(found.sdp, found.sdpMid, found.sdpMLineIndex);
                    rawOwner.execute(() -> victim.accept(signal));
                }
            });
            RTCDataChannel channel = raw.createDataChannel("raw", negotiated(0));
            RTCDataChannel ephemeral = raw.createDataChannel("raw", negotiated(1));
            victim.sendSignalsTo(signal -> {
                if (signal instanceof LinkSignal.Offer offer) {
                    rawOwner.execute(() -> answer(raw, offer, victim, rawOwner));
                }
            });
            victim.awaitOpen();
            // The first frame says that the other side is open, too.
            CompletableFuture<Void> open = new CompletableFuture<>();
            channel.registerObserver(new RTCDataChannelObserver() {
                @Override
                public void onBufferedAmountChange(long previousAmount) {}

                @Override
                public void onStateChange() {}

                @Override
                public void onMessage(RTCDataChannelBuffer buffer) {
                    open.complete(null);
                }
            });
            assertThat(victim.<Boolean>ask(link -> link.send(new byte[] {1}))).isTrue();
            LinkEnd.await(open);
            RTCDataChannel extra = null;
            switch (attack) {
                case TEXT -> channel.send(text());
                case EMPTY -> channel.send(binary(0));
                case OVERSIZE -> channel.send(binary(PeerLink.MAX_FRAME_BYTES + 1));
                case EPHEMERAL_TEXT -> ephemeral.send(text());
                case EPHEMERAL_EMPTY -> ephemeral.send(binary(0));
                case EPHEMERAL_OVERSIZE -> ephemeral.send(binary(PeerLink.MAX_EPHEMERAL_BYTES + 1));
                case OWN_CHANNEL -> extra = raw.createDataChannel("mine", new RTCDataChannelInit());
            }
            assertThat(victim.awaitClosed().code()).isEqualTo(Code.PROTOCOL_VIOLATION);
            assertThat(victim.awaitClosed().origin()).isEqualTo(Origin.PEER);
            assertThat(victim.frames).isEmpty();
            assertThat(victim.ephemeral).isEmpty();
            channel.unregisterObserver();
            channel.close();
            channel.dispose();
            ephemeral.close();
            ephemeral.dispose();
            if (extra != null) {
                extra.dispose();
            }
            raw.close();
        } finally {
            factory.dispose();
            silence.dispose();
            environment.close();
        }
    }

    private static RTCDataChannelInit negotiated(int id) {
        RTCDataChannelInit init = new RTCDataChannelInit();
        init.negotiated = true;
        init.id = id;
        return init;
    }

    private static RTCDataChannelBuffer text() {
        return new RTCDataChannelBuffer(ByteBuffer.wrap(new byte[] {'h', 'i'}), false);
    }

    private static RTCDataChannelBuffer binary(int size) {
        return new RTCDataChannelBuffer(ByteBuffer.wrap(new byte[size]), true);
    }

    private static void answer(RTCPeerConnection raw, LinkSignal.Offer offer, LinkEnd victim, Executor owner) {
        raw.setRemoteDescription(
                new RTCSessionDescription(RTCSdpType.OFFER, offer.sdp()),
                new Then(() -> owner.execute(() ->
                        raw.createAnswer(new RTCAnswerOptions(), new CreateSessionDescriptionObserver() {
                            @Override
                            public void onSuccess(RTCSessionDescription answer) {
                                owner.execute(() -> {
                                    victim.accept(new LinkSignal.Answer(answer.sdp));
                                    raw.setLocalDescription(answer, new Then(() -> {}));
                                });
                            }

                            @Override
                            public void onFailure(String error) {
                                victim.broken.add(error);
                            }
                        }))));
    }

    private record Then(Runnable next) implements SetSessionDescriptionObserver {
        @Override
        public void onSuccess() {
            next.run();
        }

        @Override
        public void onFailure(String error) {
            throw new AssertionError(error);
        }
    }
}
