package dev.parley.chat.worker.internal.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.auth.RoomTokens;
import dev.parley.chat.worker.internal.http.Gate.Owner;
import dev.parley.chat.worker.internal.push.PushHub;
import dev.parley.chat.worker.internal.rooms.Encoding;
import dev.parley.chat.worker.internal.rooms.Ids;
import dev.parley.chat.worker.internal.rooms.SignedDescriptor;
import dev.parley.chat.worker.internal.rooms.SignedSuccession;
import dev.parley.chat.worker.internal.store.RoomStore;
import dev.parley.chat.worker.internal.store.RoomStore.Announcement;
import dev.parley.chat.worker.internal.store.RoomStore.Lease;
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import dev.parley.chat.worker.internal.store.RoomStore.Room;
import dev.parley.chat.worker.internal.store.RoomStore.RoomEntry;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;
import dev.parley.chat.worker.internal.store.RoomStore.Succession;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Rooms: announce, list, look up, delete, and say who may take one over. */
public final class RoomsEndpoint {
    private static final int DEFAULT_PAGE = 50;
    private static final int MAX_PAGE = 100;

    private final RoomStore store;
    private final PushHub hub;
    private final RoomTokens tokens;
    private final InstantSource clock;
    private final long ttlSeconds;

    public RoomsEndpoint(RoomStore store, PushHub hub, RoomTokens tokens, InstantSource clock, Duration timeToLive) {
        this.store = store;
        this.hub = hub;
        this.tokens = tokens;
        this.clock = clock;
        this.ttlSeconds = timeToLive.toSeconds();
    }

    public List<Route> routes(Gate gate) {
        return List.of(
                new Route("POST", "/v1/rooms", gate.withAccessToken(this::announce)),
                new Route("GET", "/v1/rooms", gate.withAccessOrGuestToken((exchange, account) -> list(exchange))),
                new Route(
                        "GET",
                        "/v1/rooms/{roomId}",
                        gate.withAccessOrGuestToken((exchange, account) -> find(exchange))),
                new Route("PUT", "/v1/rooms/{roomId}/succession", gate.withOwnerToken(this::publishSuccession)),
                new Route("DELETE", "/v1/rooms/{roomId}", gate.withOwnerToken(this::delete)));
    }

    private void announce(Exchange exchange, String account) {
        exchange.readJson(body -> {
            SignedDescriptor descriptor =
                    SignedDescriptor.verify(Json.text(body, "descriptor"), Json.text(body, "signature"));
            Announcement announcement = store.announce(descriptor, account, clock.millis());
            Slot host = new Slot(
                    descriptor.roomId(), SignedDescriptor.hostPeerId(Encoding.base64Url(descriptor.descriptor())));
            exchange.answer(
                    announcement == Announcement.CREATED ? 201 : 200,
                    Json.object()
                            .put("roomId", descriptor.roomId())
                            .put("ttl", ttlSeconds)
                            .put("ownerToken", tokens.mintOwner(new Member(host, account)))
                            .put("ownerExpiresIn", RoomTokens.LIFETIME.toSeconds()));
        });
    }

    private void list(Exchange exchange) {
        int limit = (int) exchange.queryInteger("limit", DEFAULT_PAGE, 1, MAX_PAGE);
        long before = parseCursor(exchange.query("cursor"));
        // One more than asked for tells whether there is another page.
        List<RoomEntry> found = store.publicRooms(before, limit + 1, clock.millis());
        List<RoomEntry> page = found.subList(0, Math.min(limit, found.size()));

        ArrayNode rooms = Json.array();
        page.forEach(room -> rooms.add(describe(room)));
        ObjectNode answer = Json.object().set("rooms", rooms);
        if (found.size() > limit) {
            answer.put("cursor", cursor(page.get(limit - 1).ordinal()));
        } else {
            answer.putNull("cursor");
        }
        exchange.answer(200, answer);
    }

    private void find(Exchange exchange) {
        Room room = room(roomId(exchange));
        ObjectNode answer = describe(room.entry());
        Succession succession = room.succession();
        if (succession != null) {
            answer.set(
                    "succession",
                    Json.object().put("succession", succession.succession()).put("signature", succession.signature()));
        }
        Lease lease = room.lease();
        if (lease != null) {
            answer.set("lease", LeaseEndpoint.describe(lease));
        }
        exchange.answer(200, answer);
    }

    private Room room(String roomId) {
        return store.room(roomId, clock.millis()).orElseThrow(RoomsEndpoint::missing);
    }

    private static Problem missing() {
        return new Problem(ProblemCode.ROOM_NOT_FOUND, "no such room, or it has expired");
    }

    private static void asMissing(Runnable step) {
        Object unused = asMissing(() -> {
            step.run();
            return "done";
        });
    }

    /** What only the owner may do: to all others the room is not there, in the very words for one that is not. */
    static <T> T asMissing(Supplier<T> step) {
        try {
            return step.get();
        } catch (Problem e) {
            throw e.code() == ProblemCode.FORBIDDEN || e.code() == ProblemCode.ROOM_NOT_FOUND ? missing() : e;
        }
    }

    private void publishSuccession(Exchange exchange, Owner owner) {
        String roomId = roomId(exchange);
        owner.requireRoom(roomId);
        exchange.readJson(body -> {
            // First, so that a malformed succession tells a stranger nothing about the room.
            asMissing(() -> store.requireOwner(roomId, owner.account(), clock.millis()));
            // Whatever becomes of the room meanwhile: its id certifies the host's key.
            SignedSuccession succession = SignedSuccession.verify(
                    roomId,
                    room(roomId).entry().descriptor(),
                    Json.text(body, "succession"),
                    Json.text(body, "signature"));
            asMissing(() -> store.publishSuccession(roomId, succession, owner.account(), clock.millis()));
            exchange.noContent();
        });
    }

    private void delete(Exchange exchange, Owner owner) {
        String roomId = roomId(exchange);
        owner.requireRoom(roomId);
        asMissing(() -> store.delete(roomId, owner.account(), clock.millis()));
        hub.deleted(roomId);
        exchange.noContent();
    }

    static String roomId(Exchange exchange) {
        return Ids.requireId(exchange.pathVariable("roomId"), "roomId");
    }

    private static ObjectNode describe(RoomEntry room) {
        return Json.object()
                .put("roomId", room.roomId())
                .put("descriptor", room.descriptor())
                .put("signature", room.signature())
                .put("peers", room.peers())
                .put("lastActive", room.lastActiveMillis());
    }

    private static String cursor(long ordinal) {
        return Encoding.base64Url(
                ByteBuffer.allocate(Long.BYTES).putLong(ordinal).array());
    }

    private static long parseCursor(@Nullable String cursor) {
        if (cursor == null) {
            return Long.MAX_VALUE;
        }
        byte[] bytes = Encoding.fromBase64Url(cursor, "cursor");
        if (bytes.length != Long.BYTES) {
            throw Problem.invalid("cursor is not one of this worker");
        }
        return ByteBuffer.wrap(bytes).getLong();
    }
}
