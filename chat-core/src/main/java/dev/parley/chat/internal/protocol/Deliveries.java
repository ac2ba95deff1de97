package dev.parley.chat.internal.protocol;

import dev.parley.chat.DeliveryState;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.store.EventHead;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who has what (docs/protocol.md §12, §23): how far each member has, and has read, what we said, as it says itself; and
 * what we owe others of the like. One for each room; it goes on in the machine of another role.
 *
 * <pre>
 *   our event ──► unconfirmed ──► a RECEIVED, receipt, READ or head of anybody ──► Acknowledge: it leaves the outbox
 *                                   └── of each member ──► DELIVERED, READ; FAILED when it leaves without it
 *
 *   another's event ──► owed ──► RECEIVED to its author, or a receipt that others carry there
 * </pre>
 */
final class Deliveries {

    private static final int RECEIVED_BATCH = 64;

    private final Deque<Event> unconfirmed = new ArrayDeque<>();
    private final TreeMap<Long, MessageId> ownMessages = new TreeMap<>();

    /** Up to where each member has our own events. */
    private final Map<PeerId, Long> delivered = new LinkedHashMap<>();

    /** Up to where we have read what each author said. */
    private final Map<PeerId, Long> readUpTo = new LinkedHashMap<>();

    /** Authors that are yet to be told. */
    private final Set<PeerId> readLately = new LinkedHashSet<>();

    /** Up to where each member has read what we said. */
    private final Map<PeerId, Long> readByOthers = new LinkedHashMap<>();

    private final Set<PeerId> owed = new LinkedHashSet<>();
    private final Receipts receipts;
    private RoomMachine machine;
    private int owedEvents;
    private long unconfirmedBytes;

    /** Our own events from this count on were sent to nobody when they were said. */
    private long firstUnsentSeq = Long.MAX_VALUE;

    Deliveries(RoomMachine machine) {
        this.machine = machine;
        this.receipts = new Receipts(machine.self, machine.room);
    }

    /** Goes on in the machine of another role. */
    void handTo(RoomMachine next) {
        machine = next;
    }

    // ---- what nobody has acknowledged

    /** Those of our own events that nobody has acknowledged yet, lowest first. */
    Collection<Event> unconfirmed() {
        return unconfirmed;
    }

    long unconfirmedBytes() {
        return unconfirmedBytes;
    }

    /** How many of them were sent to nobody when they were said. */
    int unsent() {
        return (int) unconfirmed.stream()
                .filter(event -> event.seq() >= firstUnsentSeq)
                .count();
    }

    /** An event of ours was sent to all who could be reached. */
    void sent() {
        firstUnsentSeq = Long.MAX_VALUE;
    }

    /** An event of ours was said while nobody could be reached. */
    void unsent(Event event) {
        firstUnsentSeq = Math.min(firstUnsentSeq, event.seq());
    }

    /** Whether an event is one of our own that was said while nobody could be reached, and nobody has acknowledged. */
    boolean isFresh(Event event) {
        Event first = unconfirmed.peek();
        return first != null
                && event.sender().equals(machine.self.peerId())
                && event.seq() >= Math.max(first.seq(), firstUnsentSeq);
    }

    /** Whether an event is a message of ours of which it is told how far it has come. */
    boolean isTracked(Event event) {
        return event.sender().equals(machine.self.peerId()) && ownMessages.containsKey(event.seq());
    }

    /** Up to where we have read what an author said; null if nothing. */
    @Nullable
    Long readOf(PeerId author) {
        return readUpTo.get(author);
    }

    void keepUntilConfirmed(Event event) {
        unconfirmed.add(event);
        unconfirmedBytes += event.bytes().length;
        if (event.type().equals(Event.TYPE_MESSAGE)) {
            ownMessages.put(event.seq(), event.id());
            if (ownMessages.size() > Limits.MAX_LOG_EVENTS) {
                ownMessages.pollFirstEntry();
            }
        }
    }

    /** Somebody has our events up to this count. */
    private void confirm(long upToSeq) {
        long confirmed = 0;
        while (!unconfirmed.isEmpty() && unconfirmed.element().seq() <= upToSeq) {
            Event event = unconfirmed.remove();
            unconfirmedBytes -= event.bytes().length;
            confirmed = event.seq();
        }
        if (confirmed > 0) {
            machine.emit(new Output.Acknowledge(confirmed));
        }
    }

    void confirmAll() {
        confirm(Long.MAX_VALUE);
    }

    // ---- what others have of ours

    void delivered(PeerId peer, long upToSeq) {
        confirm(upToSeq);
        Long before = delivered.get(peer);
        if (before == null || upToSeq <= before) {
            return;
        }
        delivered.put(peer, upToSeq);
        for (MessageId id : ownMessages.subMap(before, false, upToSeq, true).values()) {
            machine.emit(new Output.Delivery(id, peer, DeliveryState.DELIVERED));
        }
    }

    // ---- what was read

    void markRead(MessageId message) {
        Event event = machine.chains.recent.last(each -> each.id().equals(message));
        if (event == null
                || event.sender().equals(machine.self.peerId())
                || event.seq() <= readUpTo.getOrDefault(event.sender(), 0L)) {
            return;
        }
        readUpTo.put(event.sender(), event.seq());
        RoomMachine.removeEldest(readUpTo.keySet(), Limits.MAX_HEADS);
        readLately.add(event.sender());
        machine.timers.startUnlessRunning(Timer.READ, machine.now);
    }

    void tellRead() {
        Map<PeerId, Long> upTo = new LinkedHashMap<>();
        for (PeerId author : readLately) {
            Long seq = readUpTo.get(author);
            if (seq != null && upTo.size() < Limits.MAX_NEIGHBOURS && machine.isInRoster(author)) {
                upTo.put(author, seq);
            }
        }
        readLately.clear();
        if (!upTo.isEmpty()) {
            machine.broadcast(Content.read(upTo));
        }
    }

    /** A member says up to where it has read what we said, which it therefore has. */
    void readBy(PeerId reader, long upToSeq) {
        long upTo = Math.min(upToSeq, machine.ownSeq());
        delivered(reader, upTo);
        long before = readByOthers.getOrDefault(reader, 0L);
        if (upTo > before) {
            readByOthers.put(reader, upTo);
            for (MessageId id : ownMessages.subMap(before, false, upTo, true).values()) {
                machine.emit(new Output.Delivery(id, reader, DeliveryState.READ));
            }
        }
    }

    /** A member is not in the room any more: what it does not have yet it does not get, unless it comes back. */
    void failTo(PeerId gone) {
        Long has = delivered.get(gone);
        if (has != null) {
            for (MessageId id : ownMessages.tailMap(has, false).values()) {
                machine.emit(new Output.Delivery(id, gone, DeliveryState.FAILED));
            }
        }
    }

    /** A peer says what it has, our own events among it. */
    void heard(PeerId peer, Map<PeerId, EventHead> has) {
        EventHead own = machine.heads.get(machine.self.peerId());
        EventHead known = has.get(machine.self.peerId());
        if (own != null && known != null) {
            delivered(peer, Math.min(own.seq(), known.seq()));
        }
    }

    void owe(PeerId author) {
        if (!machine.isInRoster(author)) {
            return;
        }
        owed.add(author);
        if (++owedEvents >= RECEIVED_BATCH) {
            acknowledge();
        } else {
            machine.timers.startUnlessRunning(Timer.RECEIVED, machine.now);
        }
    }

    void acknowledge() {
        machine.timers.stop(Timer.RECEIVED);
        owedEvents = 0;
        List<Receipts.Receipt> carried = new ArrayList<>();
        for (PeerId author : owed) {
            EventHead head = machine.heads.get(author);
            LinkChannel link = machine.linkTo(author);
            PeerCard card = machine.knownCard(author);
            if (head == null) {
                continue;
            }
            if (link != null) {
                if (head.seq() > link.acknowledgedSeq) {
                    link.acknowledgedSeq = head.seq();
                    link.send(
                            machine.now,
                            Frame.Kind.RECEIVED,
                            ByteBuffer.allocate(Long.BYTES).putLong(head.seq()).array());
                }
            } else if (card != null) {
                carried.add(receipts.make(card, head.seq()));
            }
        }
        owed.clear();
        carry(carried, null);
    }

    void onReceipts(LinkChannel from, List<Receipts.Receipt> given) {
        List<Receipts.Receipt> others = new ArrayList<>();
        for (Receipts.Receipt receipt : given) {
            if (receipt.author().equals(machine.self.peerId())) {
                EventHead own = machine.heads.get(machine.self.peerId());
                PeerCard card = machine.knownCard(receipt.receiver());
                if (own != null
                        && receipt.upToSeq() <= own.seq()
                        && card != null
                        && receipts.isGenuine(receipt, card)) {
                    delivered(receipt.receiver(), receipt.upToSeq());
                }
            } else if (machine.isMember(receipt.author())
                    && machine.isMember(receipt.receiver())
                    && machine.routes.isFirstRelay(ByteBuffer.wrap(receipt.tag()))) {
                others.add(receipt);
            }
        }
        carry(others, from);
    }

    /** Sends receipts on towards their authors. */
    private void carry(List<Receipts.Receipt> carried, @Nullable LinkChannel from) {
        Map<LinkChannel, List<Receipts.Receipt>> byLink = new LinkedHashMap<>();
        for (Receipts.Receipt receipt : carried) {
            for (LinkChannel link : machine.routes.towards(receipt.author(), from)) {
                byLink.computeIfAbsent(link, each -> new ArrayList<>()).add(receipt);
            }
        }
        byLink.forEach((link, receipts) -> {
            for (int at = 0; at < receipts.size(); at += Limits.MAX_RECEIPTS) {
                List<Receipts.Receipt> some = receipts.subList(at, Math.min(receipts.size(), at + Limits.MAX_RECEIPTS));
                link.send(machine.now, Frame.Kind.RECEIPTS, Receipts.encode(some));
            }
        });
    }

    /** Who is in the room now. What was said before somebody came is not for it. */
    void rosterIs(Set<PeerId> roster) {
        readByOthers.keySet().retainAll(roster);
        // What was said before we came was perhaps not sent.
        long heardBefore = delivered.isEmpty() ? 0 : machine.ownSeq();
        for (PeerId peer : roster) {
            delivered.putIfAbsent(peer, heardBefore);
        }
        if (delivered.size() > Limits.MAX_HEADS) {
            delivered.keySet().retainAll(roster);
        }
    }
}
