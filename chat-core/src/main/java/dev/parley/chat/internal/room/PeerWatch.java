package dev.parley.chat.internal.room;

import dev.parley.chat.IdentityAlert;
import dev.parley.chat.IdentityAlert.Cause;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.transport.Environment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compares who comes into one room with who was met before, and keeps the book of peers. Blocks where the book does:
 * not for the room's loop. Not thread-safe.
 */
final class PeerWatch {

    /** Cards of peers that have a link but are not in the room yet. */
    private static final int MAX_WAITING_CARDS = 1_024;

    /** Alerts that are not told twice. Who causes more may be told of the first again. */
    private static final int MAX_TOLD = 4_096;

    private final PeerBook book;
    private final Environment environment;
    private final Map<PeerId, Participant> present = new HashMap<>();
    private final Map<PeerId, PeerCard> cards = new LinkedHashMap<>();
    private final Set<Pair> told = new LinkedHashSet<>();

    private record Pair(Cause cause, PeerId peer, PeerId other) {}

    PeerWatch(PeerBook book, Environment environment) {
        this.book = book;
        this.environment = environment;
    }

    /** A link was made with the owner of a card. It goes into the book only once that one is known: strangers knock. */
    List<IdentityAlert> card(PeerCard card) {
        if (book.find(card.peerId()).isPresent()) {
            return keep(card);
        }
        cards.put(card.peerId(), card);
        dropFirst(cards.keySet(), MAX_WAITING_CARDS);
        return List.of();
    }

    private List<IdentityAlert> keep(PeerCard card) {
        if (book.replaceCard(card).isEmpty()) {
            return List.of();
        }
        Optional<KnownPeer> known = book.find(card.peerId());
        return once(new IdentityAlert(
                Cause.KEY_CHANGED,
                card.peerId(),
                known.flatMap(KnownPeer::lastName).orElse(card.peerId().value().substring(0, 8)),
                Optional.empty(),
                known.map(KnownPeer::isVerified).orElse(false)));
    }

    List<IdentityAlert> joined(Participant participant) {
        present.put(participant.id(), participant);
        List<IdentityAlert> alerts = new ArrayList<>();
        if (!participant.self()) {
            alerts.addAll(knownName(participant));
            book.met(participant.id(), participant.name(), Instant.ofEpochMilli(environment.epochMillis()));
            PeerCard card = cards.remove(participant.id());
            if (card != null) {
                alerts.addAll(keep(card));
            }
        }
        alerts.addAll(sameName(participant));
        return alerts;
    }

    List<IdentityAlert> left(Participant participant) {
        present.remove(participant.id());
        return List.of();
    }

    /** Of those who were met under this name and are not here, the most telling one; who is here is compared there. */
    private List<IdentityAlert> knownName(Participant newcomer) {
        Optional<KnownPeer> known = book.find(newcomer.id());
        boolean isVerified = known.map(KnownPeer::isVerified).orElse(false);
        String key = KnownPeer.nameKey(newcomer.name());
        boolean usedBefore = known.stream()
                .flatMap(peer -> peer.names().stream())
                .anyMatch(used -> KnownPeer.nameKey(used.name()).equals(key));
        return book.namesakes(newcomer.name()).stream()
                .filter(peer -> !present.containsKey(peer.id()))
                .filter(peer -> !usedBefore || (peer.isVerified() && !isVerified))
                .findFirst()
                .map(peer -> once(new IdentityAlert(
                        Cause.KNOWN_NAME_OTHER_IDENTITY,
                        newcomer.id(),
                        newcomer.name(),
                        Optional.of(peer.id()),
                        peer.isVerified())))
                .orElse(List.of());
    }

    private List<IdentityAlert> sameName(Participant newcomer) {
        String key = KnownPeer.nameKey(newcomer.name());
        List<IdentityAlert> alerts = new ArrayList<>();
        for (Participant other : present.values()) {
            if (other.id().equals(newcomer.id())
                    || !KnownPeer.nameKey(other.name()).equals(key)) {
                continue;
            }
            boolean isAboutOther = isVerified(newcomer) && !isVerified(other);
            Participant about = isAboutOther ? other : newcomer;
            Participant against = isAboutOther ? newcomer : other;
            alerts.addAll(once(new IdentityAlert(
                    Cause.SAME_NAME_IN_ROOM,
                    about.id(),
                    about.name(),
                    Optional.of(against.id()),
                    isVerified(against))));
        }
        return alerts;
    }

    private boolean isVerified(Participant participant) {
        return participant.self()
                || book.find(participant.id()).map(KnownPeer::isVerified).orElse(false);
    }

    private List<IdentityAlert> once(IdentityAlert alert) {
        if (!told.add(new Pair(alert.cause(), alert.peer(), alert.other().orElse(alert.peer())))) {
            return List.of();
        }
        dropFirst(told, MAX_TOLD);
        return List.of(alert);
    }

    private static void dropFirst(Set<?> set, int max) {
        if (set.size() > max) {
            set.remove(set.iterator().next());
        }
    }
}
