package dev.parley.chat.internal.protocol;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.transport.LinkSignal;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who reaches whom, as all tell all (docs/protocol.md §9, §22): to whom a message has to be passed on, by which links a
 * member is reached to which there is none, and the envelopes that go that way. One for each room; it goes on in the
 * machine of another role.
 */
final class Routes {

    /** What was passed on, so that it does not go round in a circle. */
    private final Set<ByteBuffer> relayed = new LinkedHashSet<>();

    /** To whom each member has links, as it says; without those that have not said. */
    private final Map<PeerId, Set<PeerId>> adjacent = new LinkedHashMap<>();

    private RoomMachine machine;
    private Set<PeerId> toldNeighbours = Set.of();

    /** Who keeps a place though its link to the leader is lost, as the leader says. */
    private Set<PeerId> lostByLeader = Set.of();

    Routes(RoomMachine machine) {
        this.machine = machine;
    }

    /** Goes on in the machine of another role, which has told nobody anything yet. */
    void handTo(RoomMachine next) {
        machine = next;
        toldNeighbours = Set.of();
        lostByLeader = Set.of();
    }

    /** A member says to whom it has links. */
    void neighboursOf(PeerId member, Set<PeerId> peers) {
        adjacent.put(member, peers);
    }

    /** The leader says to whom it has no link. */
    void lostByLeader(Set<PeerId> lost) {
        lostByLeader = lost;
    }

    Set<PeerId> lostByLeader() {
        return lostByLeader;
    }

    /** Who is in the room now. */
    void rosterIs(Set<PeerId> roster, boolean hasNewcomers) {
        adjacent.keySet().retainAll(roster);
        if (machine.leads() && hasNewcomers && !lostByLeader.isEmpty()) {
            // They are yet to be told.
            lostByLeader = Set.of();
        }
    }

    // ---- signals over links that stand

    /** Asks a member to whom there is no link to make one: it is for the other side to make the offer. */
    void askForOffer(PeerCard card) {
        byte[] envelope = EnvelopeSeal.seal(
                machine.self,
                card,
                machine.secret,
                machine.room,
                machine.ids.next(),
                0,
                LinkSignals.encode(new LinkSignal.RestartRequest()));
        sendRelay(machine.self.peerId(), card.peerId(), envelope, null);
    }

    boolean isFirstRelay(ByteBuffer what) {
        boolean isFirst = relayed.add(what);
        RoomMachine.removeEldest(relayed, Limits.MAX_RELAYS_REMEMBERED);
        return isFirst;
    }

    void sendRelay(PeerId from, PeerId to, byte[] envelope, @Nullable LinkChannel via) {
        byte[] body = ByteBuffer.allocate(2 * PeerId.BYTES + envelope.length)
                .put(from.toBytes())
                .put(to.toBytes())
                .put(envelope)
                .array();
        if (isFirstRelay(ByteBuffer.wrap(Sha256.of(envelope)))) {
            towards(to, via).forEach(link -> link.send(machine.now, Frame.Kind.RELAY, body));
        }
    }

    void onRelay(LinkChannel link, byte[] body) throws MalformedException {
        if (body.length > 2 * PeerId.BYTES + EnvelopeSeal.MAX_SEALED_BYTES) {
            throw new MalformedException("a RELAY has " + body.length + " bytes");
        }
        ByteReader reader = new ByteReader(body);
        PeerId from = PeerId.of(reader.bytes(PeerId.BYTES));
        PeerId to = PeerId.of(reader.bytes(PeerId.BYTES));
        byte[] envelope = reader.rest();
        // Who has lost its place comes back to the leader by those who still know it.
        boolean isHeard = machine.isMember(from) || (machine.leads() && to.equals(machine.self.peerId()));
        if (!link.relays.tryTake(machine.now) || !isHeard) {
            return;
        }
        if (to.equals(machine.self.peerId())) {
            machine.onRelayed(from, envelope);
        } else if (machine.isMember(to)) {
            sendRelay(from, to, envelope, link);
        }
    }

    // ---- who reaches whom

    void tellNeighboursSoon() {
        machine.timers.startUnlessRunning(Timer.NEIGHBOURS, machine.now);
        machine.attendance.look();
        machine.emoji.linksChanged();
    }

    /** The leader has links to nearly all: it tells to whom it has none. */
    private void tellLost() {
        Set<PeerId> lost = new LinkedHashSet<>(machine.roster());
        lost.remove(machine.self.peerId());
        machine.admitted().stream().filter(link -> !link.isInterrupted).forEach(link -> lost.remove(link.peer));
        if (!lost.equals(lostByLeader)
                && lost.size() <= Limits.MAX_NEIGHBOURS
                && machine.broadcast(Content.lost(lost))) {
            lostByLeader = lost;
        }
    }

    void tellNeighbours() {
        if (machine.leads()) {
            tellLost();
            return;
        }
        Set<PeerId> peers = new LinkedHashSet<>();
        for (LinkChannel link : machine.admitted()) {
            // To whom a path is looked for, others pass on meanwhile.
            if (peers.size() < Limits.MAX_NEIGHBOURS && !link.isInterrupted) {
                peers.add(link.peer);
            }
        }
        if (!peers.equals(toldNeighbours) && machine.broadcast(Content.neighbours(peers))) {
            toldNeighbours = peers;
        }
    }

    /**
     * The links by which a member is reached: its own; or that of one that says it has a link to it, or of the leader,
     * which has links to nearly all; or else every one. Those whose path is interrupted only if there is no other.
     */
    List<LinkChannel> towards(PeerId to, @Nullable LinkChannel from) {
        LinkChannel direct = machine.linkTo(to);
        if (direct != null && direct != from && !direct.isRestarting(machine.now)) {
            return List.of(direct);
        }
        List<LinkChannel> links = machine.admitted();
        links.remove(from);
        if (links.stream().anyMatch(link -> !link.isRestarting(machine.now))) {
            links.removeIf(link -> link.isRestarting(machine.now));
        }
        for (LinkChannel link : links) {
            Set<PeerId> reached = adjacent.get(link.peer);
            if (reached != null && reached.contains(to)) {
                return List.of(link);
            }
        }
        LinkChannel toLeader = machine.leads() ? null : machine.linkTo(machine.leader.peerId());
        return toLeader == null || !links.contains(toLeader) ? links : List.of(toLeader);
    }

    /** Whether a member gets a message of an author without our doing. */
    boolean isReached(PeerId peer, PeerId author) {
        if (peer.equals(author)) {
            return true;
        }
        Set<PeerId> reached = adjacent.get(author);
        if (reached != null && reached.contains(peer)) {
            return true;
        }
        return !machine.leads()
                && machine.admittedLinkTo(machine.leader.peerId()) != null
                && isLed(author)
                && isLed(peer);
    }

    /** Whether a member has a link to the leader, as far as is known: who came in had one. */
    private boolean isLed(PeerId peer) {
        Set<PeerId> links = adjacent.get(peer);
        return peer.equals(machine.leader.peerId())
                || (!lostByLeader.contains(peer) && (links == null || links.contains(machine.leader.peerId())));
    }

    /** To whom a member has links, as far as is known. Whom we follow to another room does not lead this one. */
    Collection<PeerId> reachedFrom(PeerId peer) {
        return peer.equals(machine.leader.peerId()) && peer.equals(machine.toldLeader)
                ? machine.roster().stream().filter(this::isLed).toList()
                : adjacent.getOrDefault(peer, Set.of());
    }
}
