package dev.parley.chat.worker.internal.store;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.store.RoomStore.Holding;
import dev.parley.chat.worker.internal.store.RoomStore.Lease;
import dev.parley.chat.worker.internal.store.RoomStore.Succession;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may hold the lease of a room, and who holds it or held it last.
 *
 * @param version that of the succession; 0 if there is none
 * @param last null if nobody ever held the lease
 */
record Leadership(
        String host,
        @Nullable Succession succession,
        int version,
        Set<String> deputies,
        @Nullable Holding last) {

    boolean mayLead(String peer) {
        return peer.equals(host) || deputies.contains(peer);
    }

    /** The holding of now; null if the lease is free. A holder that may not hold it any more holds nothing. */
    @Nullable
    Holding held(long nowMillis) {
        return last != null && last.untilMillis() > nowMillis && mayLead(last.peer()) ? last : null;
    }

    /** The lease as it is shown; null if nobody ever held it. */
    @Nullable
    Lease shown(long nowMillis) {
        if (last == null) {
            return null;
        }
        Holding held = held(nowMillis);
        return new Lease(last.peer(), last.fence(), held == null ? 0 : held.untilMillis() - nowMillis);
    }

    /**
     * The holding after a peer that may lead asks for the lease: its own, or that of another, unchanged.
     *
     * @throws Problem {@code invalid_request} if a new holding would raise the fence by too much
     */
    Holding next(String peer, long fence, long nowMillis) {
        Holding held = held(nowMillis);
        if (held != null && !held.peer().equals(peer)) {
            // Who has led under a greater fence knows what this worker has forgotten: the holder's next one is greater.
            boolean isForgotten = fence > held.fence() && fence - held.fence() < RoomStore.MAX_FENCE_STEP;
            return isForgotten ? new Holding(held.peer(), fence, held.untilMillis()) : held;
        }
        long until = nowMillis + RoomStore.LEASE_MILLIS;
        if (held != null && held.fence() == fence) {
            return new Holding(peer, fence, until);
        }
        long before = last == null ? 0 : last.fence();
        long fresh = Math.max(before, fence) + 1;
        if (fresh - before > RoomStore.MAX_FENCE_STEP || fresh > RoomStore.MAX_HEARD_FENCE + 1) {
            throw Refusals.fenceTooFar();
        }
        return new Holding(peer, fresh, until);
    }
}
