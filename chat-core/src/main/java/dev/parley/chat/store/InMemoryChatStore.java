package dev.parley.chat.store;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomId;
import dev.parley.chat.internal.timeline.ActTypes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    private final InstantSource clock;
    private boolean closed;

    /** Makes an empty store. */
    public InMemoryChatStore() {
        this(InstantSource.system());
    }

    /**
     * Makes an empty store.
     *
     * @param clock says what has disappeared
     */
    public InMemoryChatStore(InstantSource clock) {
        this.clock = clock;
    }

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
        if (event != null) {
            return event.id();
        }
        return kept == null ? null : kept.gone(slot.sender).get(slot.seq);
    }

    @Override
    public synchronized Map<PeerId, EventHead> heads(RoomId room) {
        requireOpen();
        Events kept = events.get(room);
        if (kept == null) {
            return Map.of();
        }
        Map<PeerId, EventHead> heads = new HashMap<>();
        kept.chains.forEach((sender, chain) -> {
            if (!chain.isEmpty()) {
                heads.put(
                        sender,
                        new EventHead(
                                chain.lastKey(), chain.lastEntry().getValue().id()));
            }
        });
        kept.gone.forEach((sender, chain) -> heads.merge(
                sender, new EventHead(chain.lastKey(), chain.lastEntry().getValue()), StoreRules::later));
        return Map.copyOf(heads);
    }

    @Override
    public synchronized List<StoredEvent> chain(RoomId room, PeerId sender, long fromSeq, int limit) {
        requireOpen();
        StoreRules.requirePage(limit);
        Events kept = events.get(room);
        return kept == null ? List.of() : firstUnexpired(kept.chain(sender).tailMap(fromSeq, true), limit);
    }

    @Override
    public synchronized List<StoredEvent> timeline(RoomId room, @Nullable TimelinePosition before, int limit) {
        requireOpen();
        StoreRules.requirePage(limit);
        Events kept = events.get(room);
        if (kept == null) {
            return List.of();
        }
        List<StoredEvent> page =
                new ArrayList<>(firstUnexpired(kept.before(before).descendingMap(), limit));
        Collections.reverse(page);
        return List.copyOf(page);
    }

    @Override
    public synchronized List<StoredEvent> ofType(
            RoomId room, String type, @Nullable TimelinePosition before, int limit) {
        requireOpen();
        StoreRules.requirePage(limit);
        Events kept = events.get(room);
        if (kept == null) {
            return List.of();
        }
        NavigableMap<TimelinePosition, StoredEvent> part = kept.before(before).descendingMap();
        List<StoredEvent> page = new ArrayList<>(firstUnexpired(part, type::equals, limit));
        Collections.reverse(page);
        return List.copyOf(page);
    }

    @Override
    public synchronized List<StoredEvent> ofTypeAfter(
            RoomId room, String type, @Nullable TimelinePosition after, int limit) {
        requireOpen();
        StoreRules.requirePage(limit);
        Events kept = events.get(room);
        if (kept == null) {
            return List.of();
        }
        return firstUnexpired(kept.after(after), type::equals, limit);
    }

    @Override
    public synchronized List<StoredEvent> timelineAfter(RoomId room, @Nullable TimelinePosition after, int limit) {
        requireOpen();
        StoreRules.requirePage(limit);
        Events kept = events.get(room);
        if (kept == null) {
            return List.of();
        }
        return firstUnexpired(kept.after(after), limit);
    }

    @Override
    public synchronized Optional<StoredEvent> event(RoomId room, MessageId id) {
        requireOpen();
        return Optional.ofNullable(events.get(room))
                .flatMap(kept -> kept.event(id))
                .filter(event -> !event.isExpired(clock.millis()));
    }

    @Override
    public synchronized List<StoredEvent> search(
            @Nullable RoomId room, String words, @Nullable SearchPosition before, int limit) {
        requireOpen();
        StoreRules.requirePage(limit);
        StoreRules.requireQuery(words);
        Set<String> asked = SearchWords.asked(words);
        if (asked.isEmpty()) {
            return List.of();
        }
        long now = clock.millis();
        return (room == null ? events.values().stream() : Stream.ofNullable(events.get(room)))
                .flatMap(kept -> kept.timeline.values().stream())
                .filter(event -> before == null || SearchPosition.of(event).compareTo(before) < 0)
                .filter(event -> !event.isExpired(now))
                .filter(event -> event.text()
                        .map(text -> SearchWords.of(text).containsAll(asked))
                        .orElse(false))
                .sorted(Comparator.comparing(SearchPosition::of).reversed())
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized boolean delete(RoomId room, MessageId id) {
        requireOpen();
        Events kept = events.get(room);
        if (kept == null) {
            return false;
        }
        Optional<StoredEvent> event = kept.event(id);
        if (event.isEmpty()) {
            return false;
        }
        if (kept.waits(event.get())) {
            throw StoreRules.notSent(id);
        }
        kept.remove(event.get());
        return true;
    }

    @Override
    public synchronized int deleteBefore(RoomId room, Instant time) {
        requireOpen();
        Events kept = events.get(room);
        long clockThen = StoreRules.clockAt(time);
        return kept == null ? 0 : kept.removeAll(event -> isSaid(event) && event.clock() < clockThen);
    }

    /** Whether it goes by its age or number: who has forgotten a ban is in another room than the others. */
    private static boolean isSaid(StoredEvent event) {
        return !ActTypes.ALL.contains(event.type());
    }

    @Override
    public synchronized int deleteExpired(Instant now) {
        requireOpen();
        long nowMillis = StoreRules.millis(now);
        return events.values().stream()
                .mapToInt(kept -> kept.removeAll(event -> event.isExpired(nowMillis)))
                .sum();
    }

    @Override
    public synchronized Optional<Instant> nextExpiry() {
        requireOpen();
        return events.values().stream()
                .flatMap(kept -> kept.timeline.values().stream().filter(event -> !kept.waits(event)))
                .flatMap(event -> event.expiresAt().stream())
                .min(Comparator.naturalOrder());
    }

    @Override
    public synchronized void retain(RoomId room, Retention retention) {
        requireOpen();
        eventsOf(room).retention = retention;
    }

    @Override
    public synchronized Retention retention(RoomId room) {
        requireOpen();
        Events kept = events.get(room);
        return kept == null ? Retention.FOREVER : kept.retention;
    }

    @Override
    public synchronized int applyRetention(Instant now) {
        requireOpen();
        int deleted = 0;
        for (Events kept : events.values()) {
            Retention retention = kept.retention;
            if (retention.maxAge().isPresent()) {
                long oldest = StoreRules.clockAt(now.minus(retention.maxAge().get()));
                deleted += kept.removeAll(event -> isSaid(event) && event.clock() < oldest);
            }
            long most = retention.maxEvents().orElse(Long.MAX_VALUE);
            if (kept.timeline.size() > most) {
                Set<StoredEvent> newest = kept.timeline.descendingMap().values().stream()
                        .filter(InMemoryChatStore::isSaid)
                        .limit(most)
                        .collect(Collectors.toSet());
                deleted += kept.removeAll(event -> isSaid(event) && !newest.contains(event));
            }
        }
        return deleted;
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
    public synchronized List<RoomId> roomsWithEvents() {
        requireOpen();
        return events.entrySet().stream()
                .filter(room -> !room.getValue().timeline.isEmpty())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    @Override
    public synchronized void beginTime(RoomId room, MemberTime time) {
        requireOpen();
        eventsOf(room).times.put(time.member(), time);
    }

    @Override
    public synchronized void endTime(RoomId room, PeerId member) {
        requireOpen();
        Events kept = events.get(room);
        if (kept != null) {
            kept.times.remove(member);
        }
    }

    @Override
    public synchronized List<MemberTime> times(RoomId room) {
        requireOpen();
        Events kept = events.get(room);
        return kept == null ? List.of() : List.copyOf(kept.times.values());
    }

    @Override
    public synchronized void keepImage(RoomId room, String sha256, byte[] image) {
        requireOpen();
        RoomEmoji.requireSize(image.length);
        eventsOf(room).images.put(sha256, image.clone());
    }

    @Override
    public synchronized Optional<byte[]> image(RoomId room, String sha256) {
        requireOpen();
        return Optional.ofNullable(events.get(room))
                .map(kept -> kept.images.get(sha256))
                .map(byte[]::clone);
    }

    @Override
    public synchronized Map<String, Integer> images(RoomId room) {
        requireOpen();
        Events kept = events.get(room);
        return kept == null
                ? Map.of()
                : kept.images.entrySet().stream()
                        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, image -> image.getValue().length));
    }

    @Override
    public synchronized int keepOnlyImages(RoomId room, Set<String> sha256) {
        requireOpen();
        Events kept = events.get(room);
        if (kept == null) {
            return 0;
        }
        int before = kept.images.size();
        kept.images.keySet().retainAll(sha256);
        return before - kept.images.size();
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

    private List<StoredEvent> firstUnexpired(Map<?, StoredEvent> part, int limit) {
        return firstUnexpired(part, type -> true, limit);
    }

    private List<StoredEvent> firstUnexpired(Map<?, StoredEvent> part, Predicate<String> ofType, int limit) {
        long now = clock.millis();
        return part.values().stream()
                .filter(event -> ofType.test(event.type()) && !event.isExpired(now))
                .limit(limit)
                .toList();
    }

    private static List<StoredEvent> first(Map<?, StoredEvent> part, int limit) {
        return part.values().stream().limit(limit).toList();
    }

    /** What one room has: two orders of the same events, and which were deleted. */
    private static final class Events {

        final Map<PeerId, NavigableMap<Long, StoredEvent>> chains = new HashMap<>();
        final NavigableMap<TimelinePosition, StoredEvent> timeline = new TreeMap<>();
        final Map<PeerId, NavigableMap<Long, MessageId>> gone = new HashMap<>();
        final Map<PeerId, Long> acknowledged = new HashMap<>();
        final Map<String, byte[]> images = new HashMap<>();
        final NavigableMap<PeerId, MemberTime> times = new TreeMap<>();
        Retention retention = Retention.FOREVER;

        void add(StoredEvent event) {
            chains.computeIfAbsent(event.sender(), key -> new TreeMap<>()).put(event.seq(), event);
            timeline.put(TimelinePosition.of(event), event);
        }

        NavigableMap<TimelinePosition, StoredEvent> before(@Nullable TimelinePosition position) {
            return position == null ? timeline : timeline.headMap(position, false);
        }

        NavigableMap<TimelinePosition, StoredEvent> after(@Nullable TimelinePosition position) {
            return position == null ? timeline : timeline.tailMap(position, false);
        }

        NavigableMap<Long, StoredEvent> chain(PeerId sender) {
            return chains.getOrDefault(sender, Collections.emptyNavigableMap());
        }

        NavigableMap<Long, MessageId> gone(PeerId sender) {
            return gone.getOrDefault(sender, Collections.emptyNavigableMap());
        }

        Optional<StoredEvent> event(MessageId id) {
            return timeline.values().stream()
                    .filter(event -> event.id().equals(id))
                    .findFirst();
        }

        boolean waits(StoredEvent event) {
            Long mark = acknowledged.get(event.sender());
            return mark != null && event.seq() > mark;
        }

        void remove(StoredEvent event) {
            chain(event.sender()).remove(event.seq());
            timeline.remove(TimelinePosition.of(event));
            gone.computeIfAbsent(event.sender(), key -> new TreeMap<>()).put(event.seq(), event.id());
        }

        int removeAll(Predicate<StoredEvent> doomed) {
            List<StoredEvent> removed = timeline.values().stream()
                    .filter(doomed)
                    .filter(event -> !waits(event))
                    .toList();
            removed.forEach(this::remove);
            return removed.size();
        }
    }

    private record Slot(RoomId room, PeerId sender, long seq) {}
}
