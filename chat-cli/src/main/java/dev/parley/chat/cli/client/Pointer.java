package dev.parley.chat.cli.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which one of a list is chosen while the list changes: the same one, wherever it stands by now; when that one is gone,
 * whoever stands in its place. For one thread.
 */
final class Pointer {
    private @Nullable Object chosen;
    private int place;

    /** Finds where the chosen one stands; 0 in an empty list. */
    int place(List<?> keys) {
        int found = chosen == null ? -1 : keys.indexOf(chosen);
        if (found < 0) {
            move(keys, place);
        } else {
            place = found;
        }
        return place;
    }

    /** Chooses what stands there, or at the nearest end. */
    void move(List<?> keys, int to) {
        place = Math.max(0, Math.min(to, keys.size() - 1));
        chosen = keys.isEmpty() ? null : keys.get(place);
    }

    /** Chooses the first, whichever that is then. */
    void reset() {
        chosen = null;
        place = 0;
    }
}
