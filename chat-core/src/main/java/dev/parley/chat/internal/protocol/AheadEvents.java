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

    void keep(Event event) {
        if (bytes + event.bytes().length > Limits.MAX_AHEAD_BYTES) {
            return;
        }
        if (byAuthor.computeIfAbsent(event.sender(), author -> new TreeMap<>()).putIfAbsent(event.seq(), event)
                == null) {
            bytes += event.bytes().length;
        }
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
        }
        return first;
    }

    /** Returns the count of the first event of an author; {@link Long#MAX_VALUE} if none waits. */
    long firstSeq(PeerId author) {
        TreeMap<Long, Event> events = byAuthor.get(author);
        return events == null ? Long.MAX_VALUE : events.firstKey();
    }
}
