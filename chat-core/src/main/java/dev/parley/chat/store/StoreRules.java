package dev.parley.chat.store;

import dev.parley.chat.StoreException;
import dev.parley.chat.internal.crypto.SealException;
import java.nio.file.Path;

/** What both stores refuse, in the same words. */
final class StoreRules {

    /** Most peers of one name that a book returns. */
    static final int MAX_NAMESAKES = 100;

    private StoreRules() {}

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
