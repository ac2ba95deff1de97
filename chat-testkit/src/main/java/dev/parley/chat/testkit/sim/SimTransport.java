package dev.parley.chat.testkit.sim;

import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.LinkStats;
import dev.parley.chat.transport.LinkStats.CandidateType;
import dev.parley.chat.transport.LinkStats.Protocol;
import dev.parley.chat.transport.LinkStats.Route;
import dev.parley.chat.transport.PathState;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Transport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Links over a {@link SimNetwork}: the simulated twin of the WebRTC transport. Ordered and reliable while the network
 * holds, delayed by loss, silent in a partition, failed when that lasts. Ephemeral frames are lost, doubled and delayed
 * each by itself.
 */
public final class SimTransport implements Transport {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
    private static final int MAX_REMOTE_CANDIDATES = 256;

    /** The fields that every candidate has (RFC 8839 section 5.1). */
    private static final Pattern CANDIDATE =
            Pattern.compile("candidate:\\S+ \\d+ \\S+ \\d+ \\S+ \\d+ typ \\S+( \\S+ \\S+)*");

    private final SimNetwork network;
    private final String host;
    private final Set<SimLink> links = new LinkedHashSet<>();
    private boolean closed;

    /**
     * Makes the transport of one process.
     *
     * @param network the network
     * @param host where in the network the process is
     */
    public SimTransport(SimNetwork network, String host) {
        this.network = network;
        this.host = host;
    }

    @Override
    public PeerLink open(LinkRole role, IceConfig ice, Executor owner, PeerLinkListener listener) {
        if (closed) {
            throw new IllegalStateException("the transport is closed");
        }
        SimLink link = new SimLink(role, owner, listener);
        links.add(link);
        network.links.add(link);
        if (role == LinkRole.INITIATOR) {
            link.offer();
        }
        network.time().at(network.time().nowNanos() + CONNECT_TIMEOUT.toNanos(), () -> {
            if (link.state == State.NEGOTIATING) {
                link.end(new CloseReason(Code.NO_CONNECTION, Origin.NETWORK, "the link did not open in time"));
            }
        });
        return link;
    }

    @Override
    public void close() {
        closed = true;
        for (SimLink link : List.copyOf(links)) {
            link.close();
        }
    }

    /** The process dies: its links are gone without a word, and it is told nothing any more. */
    void crash() {
        closed = true;
        for (SimLink link : List.copyOf(links)) {
            link.state = State.CLOSED;
            network.links.remove(link);
            SimLink other = link.other;
            if (other != null) {
                link.pathBroken = true;
                other.pathBroken = true;
                other.resume();
                other.failLater();
            }
        }
        links.clear();
    }

    private enum State {
        NEGOTIATING,
        OPEN,
        CLOSED
    }

    /** One side of a link. */
    final class SimLink implements PeerLink {
        private final LinkRole role;
        private final Executor owner;
        private final PeerLinkListener listener;
        private final Deque<Runnable> held = new ArrayDeque<>();
        private State state = State.NEGOTIATING;
        private @Nullable SimLink other;
        private final Set<String> descriptions = new HashSet<>();
        private @Nullable String offered;
        private long lastOffer;
        private boolean pathBroken;
        private boolean interrupted;
        private boolean restartWhenOpen;
        private int restarts;
        private int restartsWanted;
        private long restartNanos = Long.MIN_VALUE;
        private byte[] binding = new byte[0];
        private int remoteCandidates;
        private long lastArrivalNanos;
        private long bufferedBytes;
        private long bufferedEphemeral;
        private int unreadEphemeral;
        private long bytesSent;
        private long bytesReceived;
        private long messagesSent;
        private long messagesReceived;

        private SimLink(LinkRole role, Executor owner, PeerLinkListener listener) {
            this.role = role;
            this.owner = owner;
            this.listener = listener;
        }

        private void offer() {
            String offer = network.register(this);
            signal(new LinkSignal.Offer(offer));
            signalCandidates();
        }

        private void signalCandidates() {
            signal(new LinkSignal.Candidate("candidate:1 1 udp 1 " + host + " 9 typ host", "0", 0));
            signal(new LinkSignal.EndOfCandidates());
        }

        private void signal(LinkSignal signal) {
            owner.execute(() -> {
                if (state != State.CLOSED) {
                    network.tell(() -> listener.onSignal(signal));
                }
            });
        }

        @Override
        public void accept(LinkSignal signal) {
            if (state == State.CLOSED) {
                return;
            }
            if (signal instanceof LinkSignal.Offer offer) {
                SimLink initiator = network.initiatorOf(offer.sdp());
                if (descriptions.contains(offer.sdp())) {
                    return;
                }
                if (initiator != null && initiator == other && restarts < MAX_RESTARTS) {
                    if (SimNetwork.numberOf(offer.sdp()) > lastOffer) {
                        answerRestart(offer);
                    }
                    return;
                }
                if (role != LinkRole.RESPONDER || initiator == null || other != null) {
                    violated("an offer that is malformed or out of place");
                    return;
                }
                descriptions.add(offer.sdp());
                lastOffer = SimNetwork.numberOf(offer.sdp());
                other = initiator;
                signal(new LinkSignal.Answer("sim-answer-" + network.register(this)));
                signalCandidates();
            } else if (signal instanceof LinkSignal.Answer answer) {
                String prefix = "sim-answer-";
                SimLink responder = answer.sdp().startsWith(prefix)
                        ? network.initiatorOf(answer.sdp().substring(prefix.length()))
                        : null;
                if (descriptions.contains(answer.sdp())) {
                    return;
                }
                if (responder != null && responder == other && answer.to() != null) {
                    restarted(answer, responder);
                    return;
                }
                if (role != LinkRole.INITIATOR || responder == null || responder.other != this || other != null) {
                    violated("an answer that is malformed or out of place");
                    return;
                }
                descriptions.add(answer.sdp());
                other = responder;
                connect(responder);
            } else if (signal instanceof LinkSignal.Candidate candidate) {
                if (!CANDIDATE.matcher(candidate.candidate()).matches()
                        || candidate.sdpMLineIndex() != 0
                        || ++remoteCandidates > MAX_REMOTE_CANDIDATES) {
                    violated("a candidate that is malformed or one too many");
                }
            } else if (signal instanceof LinkSignal.RestartRequest) {
                if (role != LinkRole.INITIATOR || other == null) {
                    violated("a request for a restart is out of place");
                } else if (state == State.OPEN) {
                    restartIce();
                } else {
                    restartWhenOpen = true;
                }
            }
        }

        @Override
        public boolean restartIce() {
            if (state != State.OPEN || restartsWanted >= MAX_RESTARTS) {
                return false;
            }
            restartsWanted++;
            restartNanos = network.time().nowNanos();
            if (role == LinkRole.RESPONDER) {
                signal(new LinkSignal.RestartRequest());
            } else {
                String offer = network.register(this);
                offered = offer;
                signal(new LinkSignal.Offer(offer));
                signalCandidates();
            }
            return true;
        }

        private void answerRestart(LinkSignal.Offer offer) {
            descriptions.add(offer.sdp());
            lastOffer = SimNetwork.numberOf(offer.sdp());
            restarts++;
            restartNanos = network.time().nowNanos();
            remoteCandidates = 0;
            signal(new LinkSignal.Answer("sim-answer-" + network.register(this), offer.sdp()));
            signalCandidates();
        }

        private void restarted(LinkSignal.Answer answer, SimLink responder) {
            descriptions.add(answer.sdp());
            if (!Objects.equals(answer.to(), offered)) {
                return; // The offer has been made anew since.
            }
            offered = null;
            remoteCandidates = 0;
            pathBroken = false;
            responder.pathBroken = false;
            resume();
            responder.resume();
        }

        private void connect(SimLink responder) {
            if (responder.state == State.CLOSED) {
                return; // Nobody answers; the connect timeout ends this side.
            }
            // As with real fingerprints: the same on both sides, and another one for every link.
            byte[] shared = ByteBuffer.allocate(32)
                    .putLong(network.nextBinding())
                    .putLong(network.time().nowNanos())
                    .array();
            transfer(responder, 0, () -> responder.opened(shared));
            responder.transfer(this, 0, () -> opened(shared));
        }

        private void opened(byte[] shared) {
            if (state == State.NEGOTIATING) {
                state = State.OPEN;
                binding = shared;
                network.tell(listener::onOpen);
                if (restartWhenOpen) {
                    restartIce();
                }
            }
        }

        @Override
        public boolean send(byte[] frame) {
            if (frame.length == 0 || frame.length > MAX_FRAME_BYTES) {
                throw new IllegalArgumentException(
                        "a frame has 1 to " + MAX_FRAME_BYTES + " bytes, not " + frame.length);
            }
            SimLink receiver = other;
            if (state != State.OPEN || receiver == null || bufferedBytes + frame.length > MAX_BUFFERED_BYTES) {
                return false;
            }
            byte[] copy = frame.clone();
            countSent(copy);
            network.sent(host, receiver.hostName(), copy);
            transfer(receiver, copy.length, () -> {
                if (receiver.state == State.OPEN) {
                    receiver.countReceived(copy);
                    network.arrived(host, receiver.hostName(), copy);
                    network.tell(() -> receiver.listener.onFrame(copy));
                }
            });
            return true;
        }

        @Override
        public boolean sendEphemeral(byte[] frame) {
            if (frame.length == 0 || frame.length > MAX_EPHEMERAL_BYTES) {
                throw new IllegalArgumentException(
                        "an ephemeral frame has 1 to " + MAX_EPHEMERAL_BYTES + " bytes, not " + frame.length);
            }
            SimLink receiver = other;
            if (state != State.OPEN
                    || receiver == null
                    || interrupted
                    || bufferedEphemeral + frame.length > MAX_BUFFERED_EPHEMERAL_BYTES) {
                return false;
            }
            byte[] copy = frame.clone();
            network.sent(host, receiver.hostName(), copy);
            countSent(copy);
            long delayNanos = network.onceNanos();
            bufferedEphemeral += copy.length;
            network.time().at(network.time().nowNanos() + delayNanos, () -> bufferedEphemeral -= copy.length);
            if (network.loses()) {
                return true;
            }
            deliverEphemeral(receiver, copy, delayNanos);
            if (network.duplicates()) {
                deliverEphemeral(receiver, copy, network.onceNanos());
            }
            return true;
        }

        private void deliverEphemeral(SimLink receiver, byte[] frame, long delayNanos) {
            network.time().at(network.time().nowNanos() + delayNanos, () -> {
                if (!reaches(receiver) || receiver.unreadEphemeral == MAX_UNREAD_EPHEMERAL) {
                    return;
                }
                receiver.unreadEphemeral++;
                receiver.owner.execute(() -> {
                    receiver.unreadEphemeral--;
                    if (receiver.state == State.OPEN) {
                        receiver.countReceived(frame);
                        network.arrived(host, receiver.hostName(), frame);
                        network.tell(() -> receiver.listener.onEphemeral(frame.clone()));
                    }
                });
            });
        }

        @Override
        public long bufferedBytes() {
            return state == State.OPEN ? bufferedBytes : 0;
        }

        @Override
        public void stats(Consumer<LinkStats> then) {
            if (state != State.OPEN) {
                return;
            }
            owner.execute(() -> {
                if (state == State.OPEN) {
                    LinkStats stats = new LinkStats(
                            network.roundTrip(),
                            bytesSent,
                            bytesReceived,
                            messagesSent,
                            messagesReceived,
                            bufferedBytes(),
                            new Route(CandidateType.HOST, CandidateType.HOST, Protocol.UDP));
                    network.tell(() -> then.accept(stats));
                }
            });
        }

        private void countSent(byte[] frame) {
            messagesSent++;
            bytesSent += frame.length;
        }

        private void countReceived(byte[] frame) {
            messagesReceived++;
            bytesReceived += frame.length;
        }

        @Override
        public byte[] channelBinding() {
            if (binding.length == 0) {
                throw new IllegalStateException("the link is not open yet");
            }
            return binding.clone();
        }

        @Override
        public void close() {
            if (state == State.CLOSED) {
                return;
            }
            sayGoodbye();
            end(new CloseReason(Code.LEFT, Origin.LOCAL, "closed here"));
        }

        /** Lets something happen at the other side: in order, later, and not while no way leads there. */
        private void transfer(SimLink receiver, int bytes, Runnable arrival) {
            bufferedBytes += bytes;
            Runnable transfer = () -> {
                long at = Math.max(lastArrivalNanos, network.time().nowNanos() + network.linkDelayNanos());
                lastArrivalNanos = at;
                network.time().at(at, () -> {
                    bufferedBytes -= bytes;
                    receiver.owner.execute(arrival);
                });
            };
            if (held.isEmpty() && reaches(receiver)) {
                transfer.run();
            } else {
                held.add(transfer);
                failLater();
            }
        }

        private String hostName() {
            return host;
        }

        boolean isOf(String name) {
            return host.equals(name);
        }

        private boolean reaches(SimLink receiver) {
            return !pathBroken && network.reach(host, receiver.hostName());
        }

        /** One of the two hosts has another address: nothing arrives any more, until ICE is restarted. */
        void breakPath() {
            if (other != null) {
                pathBroken = true;
                other.pathBroken = true;
                resume();
                other.resume();
            }
        }

        /** The network has changed: what was held goes on if there is a way again. */
        void resume() {
            SimLink receiver = other;
            if (receiver == null || state != State.OPEN) {
                return;
            }
            if (!reaches(receiver)) {
                noticeLater(receiver);
                return;
            }
            while (!held.isEmpty()) {
                held.remove().run();
            }
            path(PathState.CONNECTED);
        }

        /** Nothing has come for a while: then the path counts as interrupted. */
        private void noticeLater(SimLink receiver) {
            network.time().at(network.time().nowNanos() + SimNetwork.PATH_INTERRUPTION.toNanos(), () -> {
                if (!reaches(receiver)) {
                    path(PathState.INTERRUPTED);
                }
            });
        }

        private void path(PathState now) {
            boolean isInterrupted = now == PathState.INTERRUPTED;
            if (state == State.OPEN && isInterrupted != interrupted) {
                interrupted = isInterrupted;
                owner.execute(() -> {
                    if (state == State.OPEN) {
                        network.tell(() -> listener.onPath(now));
                    }
                });
            }
        }

        private boolean failing;

        /** Gives the link up after a while, unless what is held has gone on by then, or another path is looked for. */
        private void failLater() {
            if (!failing) {
                failing = true;
                failAt(network.time().nowNanos() + SimNetwork.LINK_FAILURE.toNanos());
            }
        }

        private void failAt(long nanos) {
            network.time().at(nanos, () -> {
                long restartEnds = restartNanos + SimNetwork.RESTART_TIMEOUT.toNanos();
                if (restartNanos != Long.MIN_VALUE && network.time().nowNanos() < restartEnds) {
                    failAt(restartEnds);
                    return;
                }
                failing = false;
                SimLink peer = other;
                if (!held.isEmpty() || peer == null || peer.state == State.CLOSED) {
                    end(new CloseReason(Code.NO_CONNECTION, Origin.NETWORK, "the connection was lost"));
                }
            });
        }

        private void violated(String what) {
            sayGoodbye();
            end(new CloseReason(Code.PROTOCOL_VIOLATION, Origin.PEER, what));
        }

        /** The other side may be open already while this one still negotiates, so it is told in any case. */
        private void sayGoodbye() {
            SimLink peer = other;
            if (peer != null) {
                transfer(
                        peer,
                        0,
                        () -> peer.end(
                                peer.state == State.OPEN
                                        ? new CloseReason(Code.LEFT, Origin.PEER, "the peer closed the link")
                                        : new CloseReason(
                                                Code.NO_CONNECTION,
                                                Origin.NETWORK,
                                                "the link closed before it opened")));
            }
        }

        private void end(CloseReason reason) {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            links.remove(this);
            network.links.remove(this);
            owner.execute(() -> network.tell(() -> listener.onClosed(reason)));
        }
    }
}
