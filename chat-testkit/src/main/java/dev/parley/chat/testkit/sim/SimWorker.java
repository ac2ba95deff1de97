package dev.parley.chat.testkit.sim;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import dev.parley.chat.transport.SignedDescriptor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The simulated signaling worker: rooms and the places of peers in them, in memory. {@link SimSignaling} is the way to
 * it. What it sees can be recorded, as an eavesdropping worker would.
 */
public final class SimWorker {

    private static final class SimRoom {
        final SignedDescriptor descriptor;
        final Map<PeerId, SimSignaling.SimSession> places = new LinkedHashMap<>();

        SimRoom(SignedDescriptor descriptor) {
            this.descriptor = descriptor;
        }
    }

    private final Map<RoomId, SimRoom> rooms = new LinkedHashMap<>();
    private final int capacity;
    private @Nullable Consumer<byte[]> eavesdropper;

    /**
     * Makes a worker without rooms.
     *
     * @param capacity how many peers fit in a room
     */
    public SimWorker(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Lets someone see all that passes through the worker: descriptors and payloads.
     *
     * @param newEavesdropper is given the bytes
     */
    public void overhear(Consumer<byte[]> newEavesdropper) {
        eavesdropper = newEavesdropper;
    }

    /** Forgets all rooms, as a worker that lost its storage. Sessions learn of it with their next word. */
    public void forgetRooms() {
        rooms.clear();
    }

    void announce(RoomId room, SignedDescriptor descriptor) {
        heard(descriptor.descriptor());
        SimRoom known = rooms.get(room);
        if (known != null && !known.descriptor.equals(descriptor)) {
            throw new SignalingException(Problem.ROOM_EXISTS, "the room id is taken by another descriptor");
        }
        rooms.putIfAbsent(room, new SimRoom(descriptor));
    }

    RoomEntry find(RoomId room) {
        SimRoom known = rooms.get(room);
        if (known == null) {
            throw new SignalingException(Problem.ROOM_NOT_FOUND, "there is no such room");
        }
        return new RoomEntry(room, known.descriptor, known.places.size(), Instant.EPOCH);
    }

    RoomPage list(@Nullable String cursor, int limit) {
        if (limit < 1 || limit > 100) {
            throw new IllegalArgumentException("limit is 1 to 100, not " + limit);
        }
        List<RoomId> newestFirst = new ArrayList<>(rooms.keySet());
        java.util.Collections.reverse(newestFirst);
        // As a real worker does, it reads the visibility and nothing else of what is signed.
        newestFirst.removeIf(
                room -> !new String(find(room).descriptor().descriptor(), java.nio.charset.StandardCharsets.UTF_8)
                        .contains("\"visibility\":\"public\""));
        int from = cursor == null ? 0 : Integer.parseInt(cursor);
        int to = Math.min(from + limit, newestFirst.size());
        List<RoomEntry> entries = newestFirst.subList(Math.min(from, to), to).stream()
                .map(this::find)
                .toList();
        return new RoomPage(entries, to < newestFirst.size() ? String.valueOf(to) : null);
    }

    void withdraw(RoomId room) {
        SimRoom gone = rooms.remove(room);
        if (gone != null) {
            gone.places.values().forEach(session -> session.roomGone());
        }
    }

    void take(RoomId room, PeerId peer, SimSignaling.SimSession session) {
        SimRoom known = rooms.get(room);
        if (known == null) {
            throw new SignalingException(Problem.ROOM_NOT_FOUND, "there is no such room");
        }
        SimSignaling.SimSession before = known.places.get(peer);
        if (before == null && known.places.size() >= capacity) {
            throw new SignalingException(Problem.ROOM_FULL, "the room's capacity is reached");
        }
        known.places.put(peer, session);
        if (before != null && before != session) {
            before.replaced();
        }
    }

    void free(RoomId room, PeerId peer, SimSignaling.SimSession session) {
        SimRoom known = rooms.get(room);
        if (known != null) {
            known.places.remove(peer, session);
        }
    }

    boolean holds(RoomId room, PeerId peer, SimSignaling.SimSession session) {
        SimRoom known = rooms.get(room);
        return known != null && known.places.get(peer) == session;
    }

    SimSignaling.SimSession placeOf(RoomId room, PeerId peer) {
        SimRoom known = rooms.get(room);
        if (known == null) {
            throw new SignalingException(Problem.ROOM_NOT_FOUND, "there is no such room");
        }
        SimSignaling.SimSession session = known.places.get(peer);
        if (session == null) {
            throw new SignalingException(Problem.PEER_NOT_FOUND, "the receiver is not in the room");
        }
        return session;
    }

    void heard(byte[] bytes) {
        Consumer<byte[]> listener = eavesdropper;
        if (listener != null) {
            listener.accept(bytes);
        }
    }
}
