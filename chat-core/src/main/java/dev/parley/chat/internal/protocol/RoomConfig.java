package dev.parley.chat.internal.protocol;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.MemberTime;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.SignedSuccession;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a machine starts from.
 *
 * @param self who one is
 * @param displayName the name that others see
 * @param descriptor verified
 * @param secret the room's secret
 * @param maxQueuedBytes how much may wait to be sent
 * @param seed 32 random bytes, from which ids and jitter are drawn
 * @param heads where each author's chain stands in the store
 * @param outbox one's own events that the room has not ordered yet, lowest first; part of {@code heads}
 * @param said what was said before and has made the room what it is, and what was said last, by oneself and others, in
 *     the order of the timeline; gone through once
 * @param times since when members are in the room, as this side has noted
 * @param succession who may lead the room, as the worker served it, not yet checked; null if it served none
 * @param lease who leads the room in the worker's word; null if nobody ever needed a lease
 * @param leastSuccession the least version of a succession that the invite lets one be led by; 0 if it names none
 * @param epochMillis the wall clock
 */
@SuppressWarnings("ArrayRecordComponent") // Concealed and compared by nobody; the bytes are handed on, not copied.
public record RoomConfig(
        Identity self,
        String displayName,
        Descriptor descriptor,
        RoomSecret secret,
        long maxQueuedBytes,
        byte[] seed,
        Map<PeerId, EventHead> heads,
        List<StoredEvent> outbox,
        Iterable<StoredEvent> said,
        List<MemberTime> times,
        @Nullable SignedSuccession succession,
        @Nullable Lease lease,
        int leastSuccession,
        long epochMillis) {

    /** Of a room that its host leads. */
    RoomConfig(
            Identity self,
            String displayName,
            Descriptor descriptor,
            RoomSecret secret,
            long maxQueuedBytes,
            byte[] seed,
            Map<PeerId, EventHead> heads,
            List<StoredEvent> outbox,
            long epochMillis) {
        this(
                self,
                displayName,
                descriptor,
                secret,
                maxQueuedBytes,
                seed,
                heads,
                outbox,
                List.of(),
                List.of(),
                null,
                null,
                0,
                epochMillis);
    }

    @Override
    public String toString() {
        return "RoomConfig[" + descriptor.room() + "]";
    }
}
