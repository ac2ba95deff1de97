package dev.parley.chat.internal.protocol;

import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.Envelope;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.Transport.LinkRole;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A participant's links to other participants: to whom {@link Overlay} says, negotiated over links that stand already,
 * made again when they are lost. They carry the same messages as the link to the leader, so that a room goes on when
 * the leader, or any one member, is gone.
 *
 * <pre>
 *   wanted ──► offer (the one with the lower id) ──► link open ──► HELLO, MEET ──► ADMITTED
 *      ▲                                                │                             │
 *      └──────── MESH, with backoff and jitter ◄────────┴── lost, or MEETING expired ─┘
 * </pre>
 */
final class Mesh {

    private static final Logger log = LoggerFactory.getLogger(Mesh.class);

    /** How many more members than a full mesh has a room must have before links of no use are closed. */
    private static final int SLACK = 4;

    /** A link to another participant. */
    static final class Neighbour {
        final LinkChannel link;
        final PeerCard card;

        Neighbour(LinkChannel link, PeerCard card) {
            this.link = link;
            this.card = card;
        }
    }

    private record Retry(long notBefore, long pauseNanos) {}

    private final Map<Integer, Neighbour> byNumber = new LinkedHashMap<>();
    private final Collection<LinkChannel> links = new LinksOf<>(byNumber.values(), neighbour -> neighbour.link);
    private final Map<PeerId, Neighbour> byPeer = new LinkedHashMap<>();
    private final Map<PeerId, Retry> retries = new LinkedHashMap<>();
    /** To whom there are links besides those that the overlay wants, and until when. */
    private final Map<PeerId, Long> detours = new LinkedHashMap<>();

    private final Set<ByteBuffer> sessions = new LinkedHashSet<>();
    private RoomMachine machine;

    Mesh(RoomMachine machine) {
        this.machine = machine;
    }

    /** Goes on in the machine of another role. */
    void handTo(RoomMachine next) {
        machine = next;
    }

    @Nullable
    Neighbour neighbour(int number) {
        return byNumber.get(number);
    }

    Collection<LinkChannel> links() {
        return links;
    }

    /** Returns the link to a peer over which messages go; null if there is none. */
    @Nullable
    LinkChannel admitted(PeerId peer) {
        Neighbour neighbour = byPeer.get(peer);
        return neighbour != null && neighbour.link.isAdmitted() ? neighbour.link : null;
    }

    void addAdmitted(Collection<LinkChannel> links) {
        for (Neighbour neighbour : byNumber.values()) {
            if (neighbour.link.isAdmitted()) {
                links.add(neighbour.link);
            }
        }
    }

    /** Looks at who is there and what links there are, and closes and begins what is to be. */
    void refresh() {
        detours.values().removeIf(end -> end <= machine.now);
        Set<PeerId> wanted = new LinkedHashSet<>(machine.wantedNeighbours());
        for (PeerId peer : detours.keySet()) {
            if (machine.isInRoster(peer) && !machine.hasOtherLinkTo(peer)) {
                wanted.add(peer);
            }
        }
        for (Neighbour neighbour : List.copyOf(byPeer.values())) {
            PeerId peer = neighbour.link.peer;
            boolean isOfUse = wanted.contains(peer) || machine.rosterSize() < Limits.MAX_FULL_MESH + SLACK;
            if (!machine.isMember(peer)) {
                drop(neighbour, Code.LEFT, "not in the room any more");
            } else if (machine.hasOtherLinkTo(peer) || !isOfUse) {
                drop(neighbour, Code.REPLACED, "another link takes its place");
            }
        }
        retries.keySet().removeIf(peer -> !wanted.contains(peer));
        long next = detours.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        for (PeerId peer : wanted) {
            if (byPeer.containsKey(peer) || machine.self.peerId().compareTo(peer) > 0) {
                continue;
            }
            Retry retry = retries.get(peer);
            PeerCard card = machine.knownCard(peer);
            if (retry != null && retry.notBefore() > machine.now) {
                next = Math.min(next, retry.notBefore());
            } else if (card != null) {
                begin(card, machine.ids.next(), LinkRole.INITIATOR, machine.isConnected());
            }
        }
        if (next < Long.MAX_VALUE) {
            machine.timers.startFor(Timer.MESH, machine.now, next - machine.now);
        }
    }

    /** Something has changed for the better: links that are missing are tried without a pause. */
    void retryNow() {
        if (!retries.isEmpty()) {
            retries.clear();
            refresh();
        }
    }

    /** Makes a link to a member for a while, whether the overlay wants it or not. */
    void detour(PeerId peer) {
        keepDetour(peer);
        PeerCard card = machine.knownCard(peer);
        if (machine.self.peerId().compareTo(peer) < 0) {
            refresh();
        } else if (card != null && !byPeer.containsKey(peer)) {
            machine.routes.askForOffer(card);
        }
    }

    /** A link that is there for a while is made use of. */
    void onDetour(PeerId peer) {
        if (detours.containsKey(peer)) {
            detours.put(peer, machine.now + Timer.DETOUR.nanos());
        }
    }

    private void keepDetour(PeerId peer) {
        detours.put(peer, machine.now + Timer.DETOUR.nanos());
        RoomMachine.removeEldest(detours.keySet(), Limits.MAX_DETOURS);
    }

    private Neighbour begin(PeerCard card, byte[] session, LinkRole role, boolean signalsInBand) {
        LinkChannel link = new LinkChannel(machine.nextLink++, card.peerId(), session, machine::emit);
        Neighbour neighbour = new Neighbour(link, card);
        byNumber.put(link.number, neighbour);
        byPeer.put(card.peerId(), neighbour);
        link.signalsInBand = signalsInBand;
        link.deadlines.start(Timer.MEETING, machine.now);
        machine.emit(new Output.OpenLink(link.number, role));
        return neighbour;
    }

    /** Takes what another participant signals, in band or by the worker; what does not fit is passed over. */
    void onSignal(Envelope envelope, LinkSignal signal, boolean isInBand) {
        PeerCard card = envelope.sender();
        PeerId peer = card.peerId();
        Neighbour neighbour = byPeer.get(peer);
        if (neighbour == null || !Arrays.equals(neighbour.link.session, envelope.session())) {
            boolean isTheirTurn = peer.compareTo(machine.self.peerId()) < 0;
            if (signal instanceof LinkSignal.RestartRequest) {
                offerAsked(envelope, neighbour);
                return;
            }
            if (!(signal instanceof LinkSignal.Offer)
                    || !isTheirTurn
                    || !machine.isInRoster(peer)
                    || machine.hasOtherLinkTo(peer)
                    || !sessions.add(ByteBuffer.wrap(envelope.session()))) {
                return;
            }
            RoomMachine.removeEldest(sessions, Limits.MAX_SESSIONS_REMEMBERED);
            if (neighbour != null) {
                drop(neighbour, Code.REPLACED, "a newer link of the same peer");
            }
            neighbour = begin(card, envelope.session(), LinkRole.RESPONDER, isInBand);
            if (!machine.wantedNeighbours().contains(peer) && machine.files.hasOffers()) {
                keepDetour(peer);
            }
        }
        if (neighbour.link.isNewEnvelope(envelope.counter())) {
            neighbour.link.noteEnvelope(envelope.counter());
            machine.apply(neighbour.link, signal);
        }
    }

    /** A member that may not make the offer itself wants a link to fetch a file. */
    private void offerAsked(Envelope envelope, @Nullable Neighbour neighbour) {
        PeerId peer = envelope.sender().peerId();
        if (neighbour == null
                && peer.compareTo(machine.self.peerId()) > 0
                && machine.isInRoster(peer)
                && !machine.hasOtherLinkTo(peer)
                && machine.files.hasOffers()
                && sessions.add(ByteBuffer.wrap(envelope.session()))) {
            RoomMachine.removeEldest(sessions, Limits.MAX_SESSIONS_REMEMBERED);
            keepDetour(peer);
            refresh();
        }
    }

    void met(Neighbour neighbour) {
        neighbour.link.phase = LinkChannel.Phase.ADMITTED;
        neighbour.link.deadlines.stop(Timer.MEETING);
        retries.remove(neighbour.link.peer);
    }

    void tick() {
        for (Neighbour neighbour : List.copyOf(byNumber.values())) {
            if (!neighbour.link.tick(machine.now)) {
                machine.probeSignaling();
                drop(neighbour, Code.NO_CONNECTION, "nothing was heard for too long");
            } else if (neighbour.link.deadlines.expire(Timer.MEETING, machine.now)) {
                drop(neighbour, Code.NO_CONNECTION, "the link did not come about in time");
            }
        }
    }

    /** Says why to the peer, and closes the link. */
    void drop(Neighbour neighbour, Code code, String detail) {
        neighbour.link.send(machine.now, Frame.Kind.BYE, Handshake.goodbye(code, detail));
        neighbour.link.close();
        lost(neighbour, new CloseReason(code, CloseReason.Origin.LOCAL, detail));
    }

    /** The link is closed; it is tried again after a pause, if it is still wanted. */
    void lost(Neighbour neighbour, CloseReason reason) {
        PeerId peer = neighbour.link.peer;
        byNumber.remove(neighbour.link.number);
        if (byPeer.remove(peer, neighbour)) {
            log.debug("the link to {} is gone: {}", peer, reason.code());
            Retry before = retries.get(peer);
            long pause =
                    before == null ? Timer.MESH.nanos() : Math.min(2 * before.pauseNanos(), Timer.MAX_RETRY.toNanos());
            retries.put(peer, new Retry(machine.now + machine.ids.jittered(pause), pause));
            machine.timers.startUnlessRunning(Timer.MESH, machine.now);
            machine.neighbourLost(reason);
        }
    }

    /** Closes all: the group to which they belong has ended for us. */
    void closeAll(Code code, String detail) {
        for (Neighbour neighbour : new ArrayList<>(byNumber.values())) {
            neighbour.link.send(machine.now, Frame.Kind.BYE, Handshake.goodbye(code, detail));
            neighbour.link.close();
        }
        byNumber.clear();
        byPeer.clear();
    }
}
