package dev.parley.chat.internal.webrtc;

import dev.onvoid.webrtc.RTCConfiguration;
import dev.onvoid.webrtc.RTCDataChannelState;
import dev.onvoid.webrtc.RTCIceServer;
import dev.onvoid.webrtc.RTCIceTransportPolicy;
import dev.onvoid.webrtc.RTCPeerConnectionState;
import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import dev.parley.chat.internal.webrtc.NativeLink.NativeFailure;
import dev.parley.chat.internal.webrtc.SessionDescription.Kind;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.LinkStats;
import dev.parley.chat.transport.PathState;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Transport.LinkRole;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link over WebRTC. Apart from {@link #shutDown} it is touched by tasks of its owner executor only.
 *
 * <pre>
 *   NEGOTIATING ──(channel open)──► OPEN ──(close)──► CLOSING ──(drained, or {@link #MAX_DRAIN})──► CLOSED
 *        └──(failed, closed, timed out)──┴──(failed, closed by the other side)─────────────────────────►
 * </pre>
 */
public final class WebRtcLink implements PeerLink {

    /** How long the other side's signals and a path may take. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

    /** How long what is queued may take to leave when a link is closed. */
    static final Duration MAX_DRAIN = Duration.ofSeconds(1);

    /** Most candidates of the other side that are accepted for one description. */
    static final int MAX_REMOTE_CANDIDATES = 256;

    private static final Duration DRAIN_POLL = Duration.ofMillis(5);

    private static final CloseReason LEFT_HERE = new CloseReason(Code.LEFT, Origin.LOCAL, "the link was closed");

    private static final Logger log = LoggerFactory.getLogger(WebRtcLink.class);

    private enum Phase {
        NEGOTIATING,
        OPEN,
        CLOSING,
        CLOSED
    }

    private final LinkRole role;
    private final IceConfig ice;
    private final Environment environment;
    private final Executor owner;
    private final PeerLinkListener listener;
    private final Duration connectTimeout;
    private final Consumer<WebRtcLink> whenGone;
    private final NativeLink connection;

    private Phase phase = Phase.NEGOTIATING;
    private boolean started;
    private boolean told;
    private boolean channelClosing;
    private boolean remoteIsSet;
    private long drainEndNanos;
    private int remoteCandidates;
    private final List<LinkSignal.Candidate> waiting = new ArrayList<>();
    private @Nullable SessionDescription local;
    private @Nullable SessionDescription remote;

    /** The offer that waits for its answer. */
    private @Nullable SessionDescription offered;

    /** The offer that waits until the one before has been answered. */
    private @Nullable SessionDescription nextOffer;

    private boolean offering;
    private boolean answering;
    private boolean restartWhenOpen;
    private boolean restarting;
    private boolean pathFailed;
    private boolean interrupted;
    private int restarts;
    private int restartsWanted;

    /** The rounds of ICE that this side has offered. */
    private final Set<String> offeredUfrags = new HashSet<>();

    /** Digests of the descriptions of the other side. */
    private final Set<ByteBuffer> descriptions = new HashSet<>();

    /** The rounds of ICE that the other side has begun. */
    private final Set<String> remoteUfrags = new HashSet<>();

    private Environment.Cancellable timer = () -> {};

    /**
     * Makes a link that has not begun.
     *
     * @param role which side makes the offer
     * @param ice servers and policy
     * @param environment for timers
     * @param owner runs everything
     * @param listener is told what happens
     * @param connectTimeout how long the link may take to open
     * @param lease the link's share in the native factory, which it gives back when it ends
     * @param whenGone called once, when nothing native is left of the link
     */
    public WebRtcLink(
            LinkRole role,
            IceConfig ice,
            Environment environment,
            Executor owner,
            PeerLinkListener listener,
            Duration connectTimeout,
            SharedFactory.Lease lease,
            Consumer<WebRtcLink> whenGone) {
        this.role = role;
        this.ice = ice;
        this.environment = environment;
        this.owner = owner;
        this.listener = listener;
        this.connectTimeout = connectTimeout;
        this.whenGone = whenGone;
        this.connection = new NativeLink(lease, owner, new NativeEvents());
    }

    /** Begins, in a task of the owner. May be called from any thread. */
    public void begin() {
        post(this::start);
    }

    /** Frees what is native at once, whether or not the owner still runs tasks. May be called from any thread. */
    public void shutDown() {
        try {
            // First, so that the owner does not take the end that follows for the other side's.
            post(() -> finish(new CloseReason(Code.LEFT, Origin.LOCAL, "the transport was closed")));
        } catch (RuntimeException e) {
            log.debug("a link was closed after its owner", e);
        }
        connection.close();
    }

    @Override
    public void accept(LinkSignal signal) {
        start();
        if (phase == Phase.CLOSING || phase == Phase.CLOSED) {
            return;
        }
        try {
            if (signal instanceof LinkSignal.Offer offer) {
                acceptOffer(offer);
            } else if (signal instanceof LinkSignal.Answer answer) {
                acceptAnswer(answer);
            } else if (signal instanceof LinkSignal.Candidate candidate) {
                acceptCandidate(candidate);
            } else if (signal instanceof LinkSignal.RestartRequest) {
                acceptRestartRequest();
            }
            // The end of candidates says nothing that ICE would wait for here: the connect timeout bounds the search.
        } catch (MalformedSignalException e) {
            violation(e.getMessage() == null ? "a signal is malformed" : e.getMessage());
        } catch (NativeFailure e) {
            log.debug("a signal passed the checks and was still refused", e);
            violation("a signal cannot be used");
        }
    }

    private void acceptOffer(LinkSignal.Offer offer) throws MalformedSignalException, NativeFailure {
        if (isRepeated(offer.sdp())) {
            return;
        }
        SessionDescription current = remote;
        if (role != LinkRole.RESPONDER) {
            throw new MalformedSignalException("a description is out of place");
        }
        SessionDescription parsed = SessionDescription.parse(offer.sdp(), Kind.OFFER);
        if (current != null) {
            if (parsed.isOlderThan(nextOffer == null ? current : nextOffer)) {
                return; // It was overtaken by the one that counts.
            }
            parsed.requireRestartOf(current);
            if (++restarts > MAX_RESTARTS) {
                throw new MalformedSignalException("more than " + MAX_RESTARTS + " restarts");
            }
            beginRestart();
        }
        if (answering) {
            nextOffer = parsed;
        } else {
            answer(parsed);
        }
    }

    private void answer(SessionDescription offer) throws MalformedSignalException, NativeFailure {
        answering = true;
        setRemote(offer, Kind.OFFER);
    }

    private void acceptAnswer(LinkSignal.Answer answer) throws MalformedSignalException, NativeFailure {
        if (isRepeated(answer.sdp())) {
            return;
        }
        SessionDescription offer = offered;
        if (answer.to() != null && (offer == null || !answer.to().equals(offer.ufrag()))) {
            if (!offeredUfrags.contains(answer.to())) {
                throw new MalformedSignalException("an answer is to no offer that was made");
            }
            return; // The offer has been made anew since.
        }
        if (role != LinkRole.INITIATOR || offer == null) {
            throw new MalformedSignalException("a description is out of place");
        }
        SessionDescription parsed = SessionDescription.parse(answer.sdp(), Kind.ANSWER);
        if (remote != null) {
            parsed.requireRestartOf(remote);
        }
        offered = null;
        setRemote(parsed, Kind.ANSWER);
    }

    /** Says whether a description has come before, since signaling may deliver twice; remembers it. */
    private boolean isRepeated(String sdp) {
        return !descriptions.add(ByteBuffer.wrap(sha256().digest(sdp.getBytes(StandardCharsets.UTF_8))));
    }

    private void setRemote(SessionDescription description, Kind kind) throws MalformedSignalException, NativeFailure {
        waiting.removeIf(
                candidate -> ufragOf(candidate).filter(remoteUfrags::contains).isPresent());
        remoteUfrags.add(description.ufrag());
        remoteCandidates = waiting.size();
        countCandidates(description.candidateCount());
        remote = description;
        remoteIsSet = false;
        connection.setRemote(kind, description, () -> guarded(() -> remoteSet(description, kind)));
    }

    private void remoteSet(SessionDescription description, Kind kind) throws NativeFailure {
        if (phase == Phase.CLOSING || phase == Phase.CLOSED || description != remote) {
            return;
        }
        remoteIsSet = true;
        try {
            List<LinkSignal.Candidate> early = List.copyOf(waiting);
            waiting.clear();
            for (LinkSignal.Candidate candidate : early) {
                place(candidate);
            }
        } catch (MalformedSignalException | NativeFailure e) {
            violation("a candidate cannot be used");
            return;
        }
        if (kind == Kind.OFFER) {
            connection.createAnswer(sdp -> guarded(() -> answerCreated(sdp, description)));
        }
    }

    private void acceptCandidate(LinkSignal.Candidate candidate) throws MalformedSignalException, NativeFailure {
        countCandidates(1);
        place(candidate);
    }

    /** Uses a candidate of the present round of ICE, keeps one of the next, and passes over one of before. */
    private void place(LinkSignal.Candidate candidate) throws MalformedSignalException, NativeFailure {
        IceCandidate parsed = IceCandidate.parse(candidate.candidate()).orElse(null);
        String ufrag = parsed == null ? null : parsed.ufrag().orElse(null);
        SessionDescription current = remote;
        boolean isPresent = ufrag == null || (current != null && ufrag.equals(current.ufrag()));
        if (isPresent && remoteIsSet && current != null) {
            if (candidate.sdpMLineIndex() != 0
                    || (candidate.sdpMid() != null && !candidate.sdpMid().equals(current.mid()))) {
                throw new MalformedSignalException("a candidate is of no media section that there is");
            }
            if (parsed != null) {
                connection.addCandidate(parsed, current.mid());
            }
        } else if (isPresent || !remoteUfrags.contains(ufrag)) {
            waiting.add(candidate);
        }
    }

    private static Optional<String> ufragOf(LinkSignal.Candidate candidate) {
        try {
            return IceCandidate.parse(candidate.candidate()).flatMap(IceCandidate::ufrag);
        } catch (MalformedSignalException e) {
            throw new IllegalStateException("a candidate is checked before it waits", e);
        }
    }

    private void countCandidates(int more) throws MalformedSignalException {
        remoteCandidates += more;
        if (remoteCandidates > MAX_REMOTE_CANDIDATES) {
            throw new MalformedSignalException("more than " + MAX_REMOTE_CANDIDATES + " candidates");
        }
    }

    @Override
    public boolean send(byte[] frame) {
        if (frame.length == 0 || frame.length > MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("a frame has 1 to " + MAX_FRAME_BYTES + " bytes, not " + frame.length);
        }
        if (phase != Phase.OPEN) {
            return false;
        }
        try {
            return connection.send(frame);
        } catch (NativeFailure e) {
            failed("sending failed", e);
            return false;
        }
    }

    @Override
    public boolean sendEphemeral(byte[] frame) {
        if (frame.length == 0 || frame.length > MAX_EPHEMERAL_BYTES) {
            throw new IllegalArgumentException(
                    "an ephemeral frame has 1 to " + MAX_EPHEMERAL_BYTES + " bytes, not " + frame.length);
        }
        if (phase != Phase.OPEN || interrupted) {
            return false;
        }
        try {
            return connection.sendEphemeral(frame);
        } catch (NativeFailure e) {
            failed("sending an ephemeral frame failed", e);
            return false;
        }
    }

    @Override
    public long bufferedBytes() {
        if (phase != Phase.OPEN) {
            return 0;
        }
        try {
            return connection.bufferedBytes();
        } catch (NativeFailure e) {
            failed("asking for the queue's size failed", e);
            return 0;
        }
    }

    @Override
    public void stats(Consumer<LinkStats> then) {
        if (phase != Phase.OPEN) {
            return;
        }
        try {
            connection.stats(report -> guarded(() -> {
                if (phase == Phase.OPEN) {
                    LinkStats stats = NativeStats.read(report, connection.bufferedBytes());
                    tell(() -> then.accept(stats));
                }
            }));
        } catch (NativeFailure e) {
            failed("asking for the link's figures failed", e);
        }
    }

    @Override
    public byte[] channelBinding() {
        SessionDescription mine = local;
        SessionDescription others = remote;
        if (!told || mine == null || others == null) {
            throw new IllegalStateException("a link has a channel binding once it is open");
        }
        MessageDigest digest = sha256();
        digest.update((role == LinkRole.INITIATOR ? mine : others).fingerprint());
        return digest.digest((role == LinkRole.INITIATOR ? others : mine).fingerprint());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public boolean restartIce() {
        if (phase != Phase.OPEN || restartsWanted >= MAX_RESTARTS) {
            return false;
        }
        restartsWanted++;
        beginRestart();
        if (role == LinkRole.RESPONDER) {
            post(() -> {
                if (phase == Phase.OPEN) {
                    tell(() -> listener.onSignal(new LinkSignal.RestartRequest()));
                }
            });
        } else if (!offering) {
            // One that is being made serves this call as well.
            try {
                offer(true);
            } catch (NativeFailure e) {
                failed("an ICE restart failed", e);
            }
        }
        return true;
    }

    private void acceptRestartRequest() throws MalformedSignalException {
        if (role != LinkRole.INITIATOR || remote == null) {
            throw new MalformedSignalException("a request for a restart is out of place");
        }
        if (phase == Phase.OPEN) {
            restartIce();
        } else {
            restartWhenOpen = true; // The link opens at the other side first.
        }
    }

    /** Gives the path that is looked for now its time, also if the present one fails. */
    private void beginRestart() {
        if (phase == Phase.OPEN) {
            restarting = true;
            timer.cancel();
            timer = environment.schedule(connectTimeout, () -> post(this::restartTimedOut));
        }
    }

    private void restartTimedOut() {
        if (phase == Phase.OPEN) {
            restarting = false;
            if (pathFailed) {
                finish(new CloseReason(
                        Code.NO_CONNECTION,
                        Origin.NETWORK,
                        "no path within " + connectTimeout.toSeconds() + " s of an ICE restart"));
            }
        }
    }

    @Override
    public void close() {
        if (phase == Phase.NEGOTIATING) {
            finish(LEFT_HERE);
        } else if (phase == Phase.OPEN) {
            phase = Phase.CLOSING;
            drainEndNanos = environment.nanoTime() + MAX_DRAIN.toNanos();
            drain();
        }
    }

    /**
     * Waits for the queue to be empty, then for the other side to agree that the stream has ended, which says that all
     * has arrived. Closing the channel throws away what is queued, so it must not come first.
     */
    private void drain() {
        if (phase != Phase.CLOSING) {
            return;
        }
        try {
            boolean late = environment.nanoTime() - drainEndNanos >= 0;
            if (late || connection.channelState() == RTCDataChannelState.CLOSED) {
                finish(LEFT_HERE);
                return;
            }
            if (!channelClosing && connection.bufferedBytes() == 0) {
                channelClosing = true;
                connection.closeChannel();
            }
            timer.cancel();
            timer = environment.schedule(DRAIN_POLL, () -> post(this::drain));
        } catch (NativeFailure e) {
            log.debug("a link was closed without waiting for its queue", e);
            finish(LEFT_HERE);
        }
    }

    private void start() {
        if (started || phase != Phase.NEGOTIATING) {
            return;
        }
        started = true;
        timer = environment.schedule(connectTimeout, () -> post(this::timedOut));
        try {
            connection.start(configuration(ice));
            if (role == LinkRole.INITIATOR) {
                offer(false);
            }
        } catch (NativeFailure e) {
            failed("the native connection could not be made; are the ICE servers right?", e);
        }
    }

    private void offer(boolean restart) throws NativeFailure {
        offering = true;
        connection.createOffer(restart, sdp -> guarded(() -> offerCreated(sdp)));
    }

    private void offerCreated(String sdp) throws NativeFailure {
        offering = false;
        if (phase != Phase.NEGOTIATING && phase != Phase.OPEN) {
            return;
        }
        SessionDescription made = described(sdp, Kind.OFFER);
        if (made != null) {
            offered = made;
            offeredUfrags.add(made.ufrag());
            connection.setLocal(Kind.OFFER, sdp);
            // The candidates that this brings about are tasks behind this one, so the description leaves before them.
            tell(() -> listener.onSignal(new LinkSignal.Offer(sdp)));
        }
    }

    private void answerCreated(String sdp, SessionDescription offer) throws MalformedSignalException, NativeFailure {
        answering = false;
        if (phase != Phase.NEGOTIATING && phase != Phase.OPEN) {
            return;
        }
        boolean isFirst = local == null;
        if (described(sdp, Kind.ANSWER) == null) {
            return;
        }
        connection.setLocal(Kind.ANSWER, sdp);
        tell(() -> listener.onSignal(new LinkSignal.Answer(sdp, isFirst ? null : offer.ufrag())));
        SessionDescription next = nextOffer;
        if (next != null) {
            nextOffer = null;
            answer(next);
        }
    }

    /** Takes this side's own description apart; null if the link has ended because of it. */
    private @Nullable SessionDescription described(String sdp, Kind kind) {
        try {
            SessionDescription made = SessionDescription.parse(sdp, kind);
            if (local != null) {
                made.requireRestartOf(local);
            }
            local = made;
            return made;
        } catch (MalformedSignalException e) {
            failed("webrtc-java described itself in an unknown way", e);
            return null;
        }
    }

    private void timedOut() {
        if (phase == Phase.NEGOTIATING) {
            finish(new CloseReason(
                    Code.NO_CONNECTION, Origin.NETWORK, "no path within " + connectTimeout.toSeconds() + " s"));
        }
    }

    private void opened() {
        phase = Phase.OPEN;
        timer.cancel();
        told = true;
        interrupted = false;
        tell(listener::onOpen);
        if (restartWhenOpen) {
            restartIce();
        }
    }

    private void path(PathState state) {
        boolean isInterrupted = state == PathState.INTERRUPTED;
        if (phase == Phase.OPEN && isInterrupted != interrupted) {
            interrupted = isInterrupted;
            tell(() -> listener.onPath(state));
        }
    }

    private void violation(String what) {
        finish(new CloseReason(Code.PROTOCOL_VIOLATION, Origin.PEER, what));
    }

    private void failed(String what, Throwable cause) {
        if (phase != Phase.CLOSED) {
            log.warn("a link failed: {}", what, cause);
            finish(new CloseReason(Code.FAILED, Origin.LOCAL, what));
        }
    }

    /** Ends the link. The listener is told in a task of its own: the caller may be the listener's own code. */
    private void finish(CloseReason reason) {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        timer.cancel();
        waiting.clear();
        connection.close();
        whenGone.accept(this);
        owner.execute(() -> tell(() -> listener.onClosed(reason)));
    }

    private void tell(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            log.error("the listener of a link failed", e);
        }
    }

    private void post(Runnable task) {
        owner.execute(() -> guarded(task::run));
    }

    /** A defect of ours ends this link and no more. */
    private void guarded(OwnerTask task) {
        try {
            task.run();
        } catch (Throwable e) {
            failed("a step of the link failed", e);
        }
    }

    private static RTCConfiguration configuration(IceConfig ice) {
        RTCConfiguration configuration = new RTCConfiguration();
        for (IceServer server : ice.servers()) {
            RTCIceServer entry = new RTCIceServer();
            entry.urls = new ArrayList<>(server.urls());
            if (server.username() != null) {
                entry.username = server.username();
            }
            if (server.credential() != null) {
                entry.password = server.credential();
            }
            configuration.iceServers.add(entry);
        }
        configuration.iceTransportPolicy =
                ice.policy() == IceConfig.Policy.RELAY ? RTCIceTransportPolicy.RELAY : RTCIceTransportPolicy.ALL;
        return configuration;
    }

    @FunctionalInterface
    private interface OwnerTask {
        void run() throws Exception;
    }

    private final class NativeEvents implements NativeLink.Events {

        @Override
        public void candidateFound(String candidate, String mid, int index) {
            if (phase == Phase.NEGOTIATING || phase == Phase.OPEN) {
                tell(() -> listener.onSignal(new LinkSignal.Candidate(candidate, mid, index)));
            }
        }

        @Override
        public void gatheringDone() {
            if (phase == Phase.NEGOTIATING || phase == Phase.OPEN) {
                tell(() -> listener.onSignal(new LinkSignal.EndOfCandidates()));
            }
        }

        @Override
        public void channelChanged() {
            if (phase == Phase.CLOSED) {
                return;
            }
            RTCDataChannelState state;
            try {
                state = connection.channelState();
            } catch (NativeFailure e) {
                failed("asking for the channel's state failed", e);
                return;
            }
            if (state == RTCDataChannelState.OPEN && phase == Phase.NEGOTIATING) {
                opened();
            } else if (state == RTCDataChannelState.CLOSED) {
                channelClosed();
            }
        }

        private void channelClosed() {
            switch (phase) {
                case NEGOTIATING ->
                    finish(new CloseReason(Code.NO_CONNECTION, Origin.NETWORK, "the channel closed before it opened"));
                case OPEN -> finish(new CloseReason(Code.LEFT, Origin.PEER, "the other side closed the link"));
                case CLOSING -> finish(LEFT_HERE);
                case CLOSED -> {}
            }
        }

        @Override
        public void connectionChanged(RTCPeerConnectionState state) {
            switch (state) {
                case CONNECTED -> {
                    pathFailed = false;
                    path(PathState.CONNECTED);
                }
                // This may pass by itself.
                case DISCONNECTED -> path(PathState.INTERRUPTED);
                case FAILED -> pathFailed();
                case CLOSED -> channelClosed();
                case NEW, CONNECTING -> {}
            }
        }

        private void pathFailed() {
            if (phase == Phase.CLOSING) {
                finish(LEFT_HERE);
            } else if (phase == Phase.OPEN && restarting) {
                pathFailed = true;
                path(PathState.INTERRUPTED);
            } else {
                finish(new CloseReason(Code.NO_CONNECTION, Origin.NETWORK, "the path failed"));
            }
        }

        @Override
        public void received(byte[] frame) {
            if (phase == Phase.NEGOTIATING && remote != null && local != null) {
                // The channel opened, and by now it may have closed again: the frame says that it was open.
                opened();
            }
            if (phase == Phase.OPEN) {
                tell(() -> listener.onFrame(frame));
            }
        }

        @Override
        public void receivedEphemeral(byte[] frame) {
            if (phase == Phase.OPEN) {
                tell(() -> listener.onEphemeral(frame));
            }
        }

        @Override
        public void violated(String what) {
            if (phase == Phase.NEGOTIATING || phase == Phase.OPEN) {
                violation(what);
            }
        }

        @Override
        public void overrun() {
            finish(new CloseReason(
                    Code.SLOW_PEER, Origin.LOCAL, "frames came faster than this side took them, past every buffer"));
        }

        @Override
        public void callbackFailed(Throwable failure) {
            failed("a native callback failed", failure);
        }

        @Override
        public void stepFailed(NativeLink.Step step) {
            switch (step) {
                case SET_REMOTE -> violation("a description cannot be used");
                case CREATE_OFFER, CREATE_ANSWER, SET_LOCAL ->
                    finish(new CloseReason(Code.FAILED, Origin.LOCAL, "webrtc-java refused the step " + step));
            }
        }
    }
}
