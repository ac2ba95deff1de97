package dev.parley.chat.internal.protocol;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What was said last, in the order in which it came here, for those who lack it. Bounded. */
final class EventLog {

    private final Deque<Event> entries = new ArrayDeque<>();
    private long bytes;

    long bytes() {
        return bytes;
    }

    int size() {
        return entries.size();
    }

    void add(Event event) {
        entries.add(event);
        bytes += event.bytes().length;
        while (entries.size() > Limits.MAX_LOG_EVENTS || bytes > Limits.MAX_LOG_BYTES) {
            bytes -= entries.remove().bytes().length;
        }
    }

    /** Returns the last that is wanted; null if it is not remembered. */
    @Nullable
    Event last(Predicate<Event> wanted) {
        Iterator<Event> each = entries.descendingIterator();
        while (each.hasNext()) {
            Event event = each.next();
            if (wanted.test(event)) {
                return event;
            }
        }
        return null;
    }

    /** Returns what is wanted, as far as it is remembered, in the order in which it came. */
    List<Event> select(Predicate<Event> wanted) {
        return entries.stream().filter(wanted).toList();
    }
}
