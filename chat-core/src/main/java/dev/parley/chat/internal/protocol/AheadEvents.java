package dev.parley.chat.internal.protocol;

import dev.parley.chat.PeerId;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Events that came before those they follow in their author's chain. Bounded; what does not fit comes again. */
final class AheadEvents {

    private final Map<PeerId, TreeMap<Long, Event>> byAuthor = new LinkedHashMap<>();

    /** Since when nothing has come that brings an author's chain nearer to what waits. */
    private final Map<PeerId, Long> stillSince = new LinkedHashMap<>();

    private long bytes;

    long bytes() {
        return bytes;
    }

    int size() {
        int size = 0;
        for (TreeMap<Long, Event> events : byAuthor.values()) {
            size += events.size();
        }
        return size;
    }

    boolean isEmpty() {
        return byAuthor.isEmpty();
    }

    boolean holdsAny(PeerId author) {
        return byAuthor.containsKey(author);
    }

    Set<PeerId> authors() {
        return new LinkedHashSet<>(byAuthor.keySet());
    }

    void keep(Event event, long nowNanos) {
        if (bytes + event.bytes().length > Limits.MAX_AHEAD_BYTES) {
            return;
        }
        stillSince.putIfAbsent(event.sender(), nowNanos);
        if (byAuthor.computeIfAbsent(event.sender(), author -> new TreeMap<>()).putIfAbsent(event.seq(), event)
                == null) {
            bytes += event.bytes().length;
        }
    }

    /** The chain of an author has come nearer to what waits. */
    void advanced(PeerId author, long nowNanos) {
        stillSince.replace(author, nowNanos);
    }

    /** Returns since when nothing has helped the author for whom that is longest; {@link Long#MAX_VALUE} for none. */
    long stillSince() {
        long earliest = Long.MAX_VALUE;
        for (PeerId author : byAuthor.keySet()) {
            earliest = Math.min(earliest, stillSince(author));
        }
        return earliest;
    }

    long stillSince(PeerId author) {
        return stillSince.getOrDefault(author, Long.MAX_VALUE);
    }

    /** Takes out the first event of an author; null if none waits. */
    @Nullable
    Event takeFirst(PeerId author) {
        TreeMap<Long, Event> events = byAuthor.get(author);
        if (events == null) {
            return null;
        }
        Event first = events.pollFirstEntry().getValue();
        bytes -= first.bytes().length;
        if (events.isEmpty()) {
            byAuthor.remove(author);
            stillSince.remove(author);
        }
        return first;
    }

    /** Returns the count of the first event of an author; {@link Long#MAX_VALUE} if none waits. */
    long firstSeq(PeerId author) {
        TreeMap<Long, Event> events = byAuthor.get(author);
        return events == null ? Long.MAX_VALUE : events.firstKey();
    }
}
