package dev.parley.chat.internal.protocol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/** The host's memory of what was said last, in the room's order, for participants that come back. Bounded. */
final class EventLog {

    private record Entry(long order, Event event) {}

    private final Deque<Entry> entries = new ArrayDeque<>();
    private long lastOrder;
    private long bytes;

    /** Returns the place of the newest event; 0 before the first. */
    long lastOrder() {
        return lastOrder;
    }

    long bytes() {
        return bytes;
    }

    void add(Event event) {
        entries.add(new Entry(++lastOrder, event));
        bytes += event.bytes().length;
        while (entries.size() > Limits.MAX_LOG_EVENTS || bytes > Limits.MAX_LOG_BYTES) {
            bytes -= entries.remove().event().bytes().length;
        }
    }

    /** Returns what was said after a place, as far as it is remembered, in order. */
    List<Event> after(long order, Predicate<Event> wanted) {
        List<Event> events = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.order() > order && wanted.test(entry.event())) {
                events.add(entry.event());
            }
        }
        return events;
    }
}
