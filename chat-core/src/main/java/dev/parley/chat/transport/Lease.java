package dev.parley.chat.transport;

import dev.parley.chat.PeerId;
import java.time.Duration;

/**
 * Who may change a room's group at the moment, in the worker's word. At most one peer holds the lease of a room at a
 * time; the fence grows with each new holding, so that a holder of before can be told from the one of now.
 *
 * @param holder the peer that holds it, or held it last
 * @param fence counts holdings of this room's lease from 1
 * @param validFor how long it is valid still, from the moment at which it was received; zero if nobody holds it now. Of
 *     a holding of one's own it is never longer than the worker's: the way there and back is subtracted. Of another's
 *     it is never shorter than what was left when the worker answered: it is rounded up to whole seconds.
 */
public record Lease(PeerId holder, long fence, Duration validFor) {
    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if the fence is not positive or the time is negative
     */
    public Lease {
        if (fence < 1 || validFor.isNegative()) {
            throw new IllegalArgumentException("a lease counts from 1 and is valid for a time that is not negative");
        }
    }
}
