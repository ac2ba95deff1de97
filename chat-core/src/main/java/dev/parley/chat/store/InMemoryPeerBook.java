package dev.parley.chat.store;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.PeerCard;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Remembers peers until it is closed: for profiles that leave no trace, and for tests. May be used from any thread; its
 * methods never wait for anything but each other.
 */
public final class InMemoryPeerBook implements PeerBook {

    private static final Comparator<KnownPeer.UsedName> LAST_USED_FIRST =
            Comparator.comparing(KnownPeer.UsedName::lastSeen).reversed().thenComparing(KnownPeer.UsedName::name);

    private static final Comparator<KnownPeer> VERIFIED_FIRST = Comparator.comparing(KnownPeer::isVerified)
            .reversed()
            .thenComparing(Comparator.comparing(InMemoryPeerBook::lastSeen).reversed())
            .thenComparing(KnownPeer::id);

    private static final Comparator<KnownPeer> LAST_BLOCKED_FIRST = Comparator.comparing(
                    (KnownPeer peer) -> peer.blockedSince().orElse(Instant.MIN))
            .reversed()
            .thenComparing(KnownPeer::id);

    private final Map<PeerId, KnownPeer> peers = new HashMap<>();
    private boolean closed;

    /** Makes an empty book. */
    public InMemoryPeerBook() {}

    @Override
    public synchronized void met(PeerId peer, String name, Instant at) {
        Instant millis = at.truncatedTo(ChronoUnit.MILLIS);
        change(peer, known -> {
            List<KnownPeer.UsedName> names = new ArrayList<>(known.names());
            Instant first = names.stream()
                    .filter(used -> used.name().equals(name))
                    .map(KnownPeer.UsedName::firstSeen)
                    .findFirst()
                    .orElse(millis);
            names.removeIf(used -> used.name().equals(name));
            names.add(new KnownPeer.UsedName(name, first, millis));
            names.sort(LAST_USED_FIRST);
            return known.withNames(names.subList(0, Math.min(names.size(), MAX_NAMES)));
        });
    }

    @Override
    public synchronized Optional<PeerCard> replaceCard(PeerCard card) {
        Optional<PeerCard> before = find(card.peerId()).flatMap(KnownPeer::card);
        change(card.peerId(), known -> known.withCard(card));
        return before.filter(kept -> !kept.equals(card));
    }

    @Override
    public synchronized Optional<KnownPeer> find(PeerId peer) {
        requireOpen();
        return Optional.ofNullable(peers.get(peer));
    }

    @Override
    public synchronized List<KnownPeer> namesakes(String name) {
        String key = KnownPeer.nameKey(name);
        return peers().stream()
                .filter(peer -> peer.names().stream()
                        .anyMatch(used -> KnownPeer.nameKey(used.name()).equals(key)))
                .limit(StoreRules.MAX_NAMESAKES)
                .toList();
    }

    @Override
    public synchronized List<KnownPeer> peers() {
        requireOpen();
        return peers.values().stream().sorted(VERIFIED_FIRST).toList();
    }

    @Override
    public synchronized void verify(PeerId peer, KnownPeer.Verification verification) {
        KnownPeer.Verification kept =
                new KnownPeer.Verification(verification.at().truncatedTo(ChronoUnit.MILLIS), verification.means());
        change(peer, known -> known.withVerification(Optional.of(kept)));
    }

    @Override
    public synchronized boolean unverify(PeerId peer) {
        boolean wasVerified = find(peer).map(KnownPeer::isVerified).orElse(false);
        if (wasVerified) {
            change(peer, known -> known.withVerification(Optional.empty()));
        }
        return wasVerified;
    }

    @Override
    public synchronized boolean block(PeerId peer, Instant at) {
        boolean wasBlocked = find(peer).map(KnownPeer::isBlocked).orElse(false);
        if (!wasBlocked) {
            if (peers.values().stream().filter(KnownPeer::isBlocked).count() >= MAX_BLOCKED) {
                return false;
            }
            Optional<Instant> since = Optional.of(at.truncatedTo(ChronoUnit.MILLIS));
            change(peer, known -> known.withBlockedSince(since));
        }
        return true;
    }

    @Override
    public synchronized boolean unblock(PeerId peer) {
        boolean wasBlocked = find(peer).map(KnownPeer::isBlocked).orElse(false);
        if (wasBlocked) {
            change(peer, known -> known.withBlockedSince(Optional.empty()));
        }
        return wasBlocked;
    }

    @Override
    public synchronized List<KnownPeer> blocked() {
        requireOpen();
        return peers.values().stream()
                .filter(KnownPeer::isBlocked)
                .sorted(LAST_BLOCKED_FIRST)
                .toList();
    }

    @Override
    public synchronized void close() {
        closed = true;
        peers.clear();
    }

    @Override
    public String toString() {
        return "InMemoryPeerBook";
    }

    private void change(PeerId peer, UnaryOperator<KnownPeer> change) {
        requireOpen();
        KnownPeer known = peers.get(peer);
        peers.put(
                peer,
                change.apply(
                        known == null ? new KnownPeer(peer, Optional.empty(), List.of(), Optional.empty()) : known));
        if (known == null) {
            forgetOldest(peer);
        }
    }

    private void forgetOldest(PeerId newcomer) {
        List<KnownPeer> others = peers.values().stream()
                .filter(peer -> !peer.isVerified() && !peer.isBlocked())
                .toList();
        if (others.size() > MAX_UNVERIFIED) {
            KnownPeer oldest = others.stream()
                    .filter(peer -> !peer.id().equals(newcomer))
                    .max(VERIFIED_FIRST)
                    .orElse(null);
            if (oldest != null) {
                peers.remove(oldest.id());
            }
        }
    }

    private static Instant lastSeen(KnownPeer peer) {
        return peer.names().stream()
                .map(KnownPeer.UsedName::lastSeen)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }

    private void requireOpen() {
        if (closed) {
            throw StoreRules.closed();
        }
    }
}
