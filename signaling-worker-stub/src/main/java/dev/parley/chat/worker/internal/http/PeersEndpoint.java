package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.auth.RoomTokens;
import dev.parley.chat.worker.internal.auth.RoomTokens.Grant;
import dev.parley.chat.worker.internal.push.PushHub;
import dev.parley.chat.worker.internal.rooms.Ids;
import dev.parley.chat.worker.internal.store.RoomStore;
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Peers of a room: join, heartbeat, leave; and the ICE servers that they need. */
public final class PeersEndpoint {
    /** Two heartbeats may be lost before a peer expires. */
    private static final int HEARTBEATS_PER_TTL = 3;

    private final RoomStore store;
    private final PushHub hub;
    private final RoomTokens tokens;
    private final IceServers iceServers;
    private final InstantSource clock;
    private final long heartbeatSeconds;

    public PeersEndpoint(
            RoomStore store,
            PushHub hub,
            RoomTokens tokens,
            IceServers iceServers,
            InstantSource clock,
            Duration timeToLive) {
        this.store = store;
        this.hub = hub;
        this.tokens = tokens;
        this.iceServers = iceServers;
        this.clock = clock;
        this.heartbeatSeconds = Math.max(1, timeToLive.toSeconds() / HEARTBEATS_PER_TTL);
    }

    public List<Route> routes(Gate gate) {
        return List.of(
                new Route("POST", "/v1/rooms/{roomId}/join", gate.withAccessOrGuestToken(this::join)),
                new Route("POST", "/v1/rooms/{roomId}/heartbeat", gate.withRoomToken(this::heartbeat)),
                new Route("POST", "/v1/rooms/{roomId}/leave", gate.withRoomToken(this::leave)),
                new Route("GET", "/v1/ice-servers", gate.withAccessOrGuestToken(this::listIceServers)));
    }

    private void join(Exchange exchange, String account) {
        String roomId = RoomsEndpoint.roomId(exchange);
        exchange.readJson(body -> {
            String peerId = Ids.requireId(Json.text(body, "peerId"), "peerId");
            hub.requireServing();
            Member member = new Member(new Slot(roomId, peerId), account);
            long after = store.join(member, clock.millis());
            hub.renewed(member.slot());
            var answer = Json.object()
                    .put("roomToken", tokens.mint(member))
                    .put("expiresIn", RoomTokens.LIFETIME.toSeconds())
                    .put("heartbeatSeconds", heartbeatSeconds)
                    .put("after", after);
            answer.set("iceServers", iceServers.forPeer(peerId));
            exchange.answer(200, answer);
        });
    }

    private void heartbeat(Exchange exchange, Grant grant) {
        store.renew(grant.member(), clock.millis());
        hub.renewed(grant.member().slot());
        exchange.noContent();
    }

    private void leave(Exchange exchange, Grant grant) {
        store.leave(grant.member(), clock.millis());
        hub.left(grant.member().slot());
        exchange.noContent();
    }

    private void listIceServers(Exchange exchange, String account) {
        exchange.answer(200, Json.object().set("iceServers", iceServers.forAccount(account)));
    }
}
