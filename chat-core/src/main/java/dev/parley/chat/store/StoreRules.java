package dev.parley.chat.store;

import dev.parley.chat.MessageId;
import dev.parley.chat.StoreException;
import dev.parley.chat.internal.crypto.SealException;
import java.nio.file.Path;
import java.time.Instant;

/** What both stores refuse, in the same words. */
final class StoreRules {

    /** Most peers of one name that a book returns. */
    static final int MAX_NAMESAKES = 100;

    /** Bits of a hybrid logical clock that count within a millisecond. */
    static final int CLOCK_COUNTER_BITS = 16;

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    private StoreRules() {}

    static void requireQuery(String words) {
        if (words.length() > ChatStore.MAX_QUERY_CHARS) {
            throw new IllegalArgumentException(
                    "a search has at most " + ChatStore.MAX_QUERY_CHARS + " characters, not " + words.length());
        }
    }

    /** The lowest clock of what is said at a time; of times that no clock has, the nearest one. */
    static long clockAt(Instant time) {
        return Math.min(millis(time), Long.MAX_VALUE >> CLOCK_COUNTER_BITS) << CLOCK_COUNTER_BITS;
    }

    /** Milliseconds since 1970; of times that cannot be said so, the nearest one. */
    static long millis(Instant time) {
        if (time.isBefore(Instant.EPOCH)) {
            return 0;
        }
        return time.isAfter(LATEST) ? LATEST.toEpochMilli() : time.toEpochMilli();
    }

    static StoreException notSent(MessageId message) {
        return new StoreException(
                "the message " + message + " was not sent yet, and the next ones of its author build on it;"
                        + " delete it when the room has accepted it");
    }

    /** Which of two heads of an author is further on. */
    static EventHead later(EventHead one, EventHead other) {
        return one.seq() > other.seq() ? one : other;
    }

    static void requirePage(int limit) {
        if (limit < 1 || limit > ChatStore.MAX_PAGE) {
            throw new IllegalArgumentException("limit is 1 to " + ChatStore.MAX_PAGE + ", not " + limit);
        }
    }

    static IllegalStateException closed() {
        return new IllegalStateException("the store is closed");
    }

    static StoreException damaged(Path file, SealException cause) {
        return new StoreException(
                "a row of the store " + file + " does not open: it was damaged, changed or moved to another place;"
                        + " put back a copy of the file, or move it away to begin a new one",
                cause);
    }

    static StoreException fork(StoredEvent refused) {
        return new StoreException("another event is kept as #" + refused.seq() + " of " + refused.sender()
                + " in this room: the author's chain is forked. Nothing of this call was kept;"
                + " append the rest without this event");
    }
}
