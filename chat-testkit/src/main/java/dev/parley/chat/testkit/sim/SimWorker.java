package dev.parley.chat.testkit.sim;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignedDescriptor;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The simulated signaling worker: rooms and the places of peers in them, in memory. {@link SimSignaling} is the way to
 * it. What it sees can be recorded, as an eavesdropping worker would.
 */
public final class SimWorker {

    private static final class SimRoom {
        final SignedDescriptor descriptor;
        final Map<PeerId, SimSignaling.SimSession> places = new LinkedHashMap<>();
        final Map<PeerId, Deque<Mail>> mailboxes = new LinkedHashMap<>();

        SimRoom(SignedDescriptor descriptor) {
            this.descriptor = descriptor;
        }

        /** As a real worker does, it reads the visibility and the capacity, and nothing else of what is signed. */
        private boolean isPublic() {
            return text().contains("\"visibility\":\"public\"");
        }

        private int capacity() {
            Matcher capacity = CAPACITY.matcher(text());
            return capacity.find() ? Integer.parseInt(capacity.group(1)) : Integer.MAX_VALUE;
        }

        private String text() {
            return new String(descriptor.descriptor(), StandardCharsets.UTF_8);
        }
    }

    /** A message that waits for its receiver. */
    record Mail(Consumer<SignalingListener> call, long expiresNanos) {}

    private static final Pattern CAPACITY = Pattern.compile("\"capacity\":(\\d{1,4})\\b");

    /** Most messages that wait for a peer. */
    private static final int MAX_WAITING = 64;

    private final Map<RoomId, SimRoom> rooms = new LinkedHashMap<>();
    private final int capacity;
    private @Nullable Consumer<byte[]> eavesdropper;

    /**
     * Makes a worker without rooms.
     *
     * @param capacity how many peers fit in a room, if its descriptor does not say fewer
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
        SimRoom known = known(room);
        return new RoomEntry(room, known.descriptor, known.places.size(), Instant.EPOCH);
    }

    RoomPage list(@Nullable String cursor, int limit) {
        List<RoomId> newestFirst = new ArrayList<>(rooms.keySet());
        Collections.reverse(newestFirst);
        newestFirst.removeIf(room -> !known(room).isPublic());
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
        SimRoom known = known(room);
        SimSignaling.SimSession before = known.places.get(peer);
        if (before == null && known.places.size() >= Math.min(capacity, known.capacity())) {
            throw new SignalingException(Problem.ROOM_FULL, "the room's capacity is reached");
        }
        known.places.put(peer, session);
        if (before != null && before != session) {
            before.replaced();
        }
    }

    void free(RoomId room, PeerId peer, SimSignaling.SimSession session) {
        SimRoom known = rooms.get(room);
        if (known != null && known.places.remove(peer, session)) {
            known.mailboxes.remove(peer);
        }
    }

    boolean holds(RoomId room, PeerId peer, SimSignaling.SimSession session) {
        SimRoom known = rooms.get(room);
        return known != null && known.places.get(peer) == session;
    }

    /** Checks that a message to a peer can be taken. */
    void requirePlaceOf(RoomId room, PeerId peer) {
        SimRoom known = known(room);
        if (!known.places.containsKey(peer)) {
            throw new SignalingException(Problem.PEER_NOT_FOUND, "the receiver is not in the room");
        }
        if (known.mailboxes.getOrDefault(peer, new ArrayDeque<>()).size() >= MAX_WAITING) {
            throw new SignalingException(Problem.RATE_LIMITED, "the receiver's mailbox is full");
        }
    }

    /** A message reaches the mailbox of its receiver, which reads it at once if it is connected. */
    void put(RoomId room, PeerId to, Mail mail) {
        SimRoom known = rooms.get(room);
        SimSignaling.SimSession receiver = known == null ? null : known.places.get(to);
        if (known != null && receiver != null) {
            known.mailboxes.computeIfAbsent(to, peer -> new ArrayDeque<>()).add(mail);
            receiver.read();
        }
    }

    /** Takes what waits in a peer's mailbox and is not too old. */
    List<Mail> take(RoomId room, PeerId peer, long nowNanos) {
        SimRoom known = rooms.get(room);
        Deque<Mail> waiting = known == null ? null : known.mailboxes.remove(peer);
        return waiting == null
                ? List.of()
                : waiting.stream()
                        .filter(mail -> nowNanos < mail.expiresNanos())
                        .toList();
    }

    private SimRoom known(RoomId room) {
        SimRoom known = rooms.get(room);
        if (known == null) {
            throw new SignalingException(Problem.ROOM_NOT_FOUND, "there is no such room");
        }
        return known;
    }

    void heard(byte[] bytes) {
        Consumer<byte[]> listener = eavesdropper;
        if (listener != null) {
            listener.accept(bytes);
        }
    }
}
