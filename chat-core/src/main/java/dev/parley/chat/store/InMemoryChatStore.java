package dev.parley.chat.store;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everything in memory until it is closed: for rooms that leave no trace, and for tests. Nothing is bounded: it
 * grows with what is appended.
 *
 * <p>May be used from any thread; its methods never wait for anything but each other.
 */
public final class InMemoryChatStore implements ChatStore {

    private static final Comparator<RoomRecord> LAST_ENTERED_FIRST =
            Comparator.comparing(RoomRecord::lastEntered).reversed().thenComparing(RoomRecord::room);

    private final Map<RoomId, Events> events = new HashMap<>();
    private final Map<RoomId, RoomRecord> records = new HashMap<>();
    private boolean closed;

    /** Makes an empty store. */
    public InMemoryChatStore() {}

    @Override
    public synchronized int append(List<StoredEvent> added) {
        requireOpen();
        Map<Slot, StoredEvent> fresh = new HashMap<>();
        for (StoredEvent event : added) {
            Slot slot = new Slot(event.room(), event.sender(), event.seq());
            MessageId kept = idAt(slot, fresh);
            if (kept == null) {
                fresh.put(slot, event);
            } else if (!kept.equals(event.id())) {
                throw StoreRules.fork(event);
            }
        }
        for (StoredEvent event : fresh.values()) {
            eventsOf(event.room()).add(event);
        }
        return fresh.size();
    }

    private @Nullable MessageId idAt(Slot slot, Map<Slot, StoredEvent> fresh) {
        Events kept = events.get(slot.room);
        StoredEvent event = kept == null ? null : kept.chain(slot.sender).get(slot.seq);
        if (event == null) {
            event = fresh.get(slot);
        }
        return event == null ? null : event.id();
    }

    @Override
    public synchronized Map<PeerId, EventHead> heads(RoomId room) {
        requireOpen();
        Events kept = events.get(room);
        if (kept == null) {
            return Map.of();
        }
        Map<PeerId, EventHead> heads = new HashMap<>();
        kept.chains.forEach((sender, chain) -> heads.put(
                sender,
                new EventHead(chain.lastKey(), chain.lastEntry().getValue().id())));
        return Map.copyOf(heads);
    }

    @Override
    public synchronized List<StoredEvent> chain(RoomId room, PeerId sender, long fromSeq, int limit) {
        requireOpen();
        StoreRules.requirePage(limit);
        Events kept = events.get(room);
        return kept == null ? List.of() : first(kept.chain(sender).tailMap(fromSeq, true), limit);
    }

    @Override
    public synchronized List<StoredEvent> timeline(RoomId room, @Nullable TimelinePosition before, int limit) {
        requireOpen();
        StoreRules.requirePage(limit);
        Events kept = events.get(room);
        if (kept == null) {
            return List.of();
        }
        NavigableMap<TimelinePosition, StoredEvent> part =
                before == null ? kept.timeline : kept.timeline.headMap(before, false);
        List<StoredEvent> page = new ArrayList<>(first(part.descendingMap(), limit));
        Collections.reverse(page);
        return List.copyOf(page);
    }

    @Override
    public synchronized void acknowledge(RoomId room, PeerId self, long upToSeq) {
        requireOpen();
        eventsOf(room).acknowledged.merge(self, upToSeq, Math::max);
    }

    @Override
    public synchronized List<StoredEvent> outbox(RoomId room, PeerId self, int limit) {
        requireOpen();
        StoreRules.requirePage(limit);
        Events kept = events.get(room);
        return kept == null
                ? List.of()
                : first(kept.chain(self).tailMap(kept.acknowledged.getOrDefault(self, 0L), false), limit);
    }

    @Override
    public synchronized void remember(RoomRecord room) {
        requireOpen();
        records.put(room.room(), room);
    }

    @Override
    public synchronized Optional<RoomRecord> find(RoomId room) {
        requireOpen();
        return Optional.ofNullable(records.get(room));
    }

    @Override
    public synchronized List<RoomRecord> rooms() {
        requireOpen();
        return records.values().stream().sorted(LAST_ENTERED_FIRST).toList();
    }

    @Override
    public synchronized void forget(RoomId room) {
        requireOpen();
        events.remove(room);
        records.remove(room);
    }

    @Override
    public synchronized void close() {
        closed = true;
        events.clear();
        records.clear();
    }

    @Override
    public String toString() {
        return "InMemoryChatStore";
    }

    private void requireOpen() {
        if (closed) {
            throw StoreRules.closed();
        }
    }

    private Events eventsOf(RoomId room) {
        return events.computeIfAbsent(room, key -> new Events());
    }

    private static List<StoredEvent> first(Map<?, StoredEvent> part, int limit) {
        return part.values().stream().limit(limit).toList();
    }

    /** What one room has: two orders of the same events. */
    private static final class Events {

        final Map<PeerId, NavigableMap<Long, StoredEvent>> chains = new HashMap<>();
        final NavigableMap<TimelinePosition, StoredEvent> timeline = new TreeMap<>();
        final Map<PeerId, Long> acknowledged = new HashMap<>();

        void add(StoredEvent event) {
            chains.computeIfAbsent(event.sender(), key -> new TreeMap<>()).put(event.seq(), event);
            timeline.put(TimelinePosition.of(event), event);
        }

        NavigableMap<Long, StoredEvent> chain(PeerId sender) {
            return chains.getOrDefault(sender, Collections.emptyNavigableMap());
        }
    }

    private record Slot(RoomId room, PeerId sender, long seq) {}
}
