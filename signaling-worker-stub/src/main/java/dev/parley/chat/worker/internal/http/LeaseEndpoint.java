package dev.parley.chat.worker.internal.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.auth.RoomTokens.Grant;
import dev.parley.chat.worker.internal.store.RoomStore;
import dev.parley.chat.worker.internal.store.RoomStore.Lease;
import java.time.InstantSource;
import java.util.List;

/** The lease of a room: take or renew it, give it back. */
public final class LeaseEndpoint {
    private static final long MILLIS_PER_SECOND = 1000;

    private final RoomStore store;
    private final InstantSource clock;

    public LeaseEndpoint(RoomStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    public List<Route> routes(Gate gate) {
        return List.of(
                new Route("POST", "/v1/rooms/{roomId}/lease", gate.withRoomToken(this::acquire)),
                new Route("DELETE", "/v1/rooms/{roomId}/lease", gate.withRoomToken(this::release)));
    }

    private void acquire(Exchange exchange, Grant grant) {
        exchange.readJson(body -> {
            long fence = Json.integer(body, "fence", 0, RoomStore.MAX_HEARD_FENCE);
            Lease lease = store.acquireLease(grant.member(), fence, clock.millis());
            if (lease.holder().equals(grant.member().slot().peerId())) {
                exchange.answer(200, describe(lease));
            } else {
                exchange.answer(new Problem(ProblemCode.LEASE_HELD, "another peer holds the lease"), describe(lease));
            }
        });
    }

    private void release(Exchange exchange, Grant grant) {
        long fence = exchange.queryInteger("fence", -1, 0, RoomStore.MAX_HEARD_FENCE + 1);
        if (fence < 0) {
            throw Problem.invalid("query parameter fence is missing");
        }
        store.releaseLease(grant.member(), fence, clock.millis());
        exchange.noContent();
    }

    /** The seconds are rounded up, so that only a lease that nobody holds has none left. */
    static ObjectNode describe(Lease lease) {
        return Json.object()
                .put("holder", lease.holder())
                .put("fence", lease.fence())
                .put("expiresIn", (lease.leftMillis() + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND);
    }
}
