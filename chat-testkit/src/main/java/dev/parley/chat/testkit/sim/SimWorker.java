package dev.parley.chat.testkit.sim;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.Nameplate;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.SignedSuccession;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
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
        final String owner;
        final SignedDescriptor descriptor;
        final Map<PeerId, SimSignaling.SimSession> places = new LinkedHashMap<>();

        /** Of the host, of deputies, and of who is there: an id is its account's alone. */
        final Map<PeerId, String> accounts = new LinkedHashMap<>();

        final Map<PeerId, Deque<Mail>> mailboxes = new LinkedHashMap<>();

        @Nullable
        SimSuccession succession;

        @Nullable
        SimLease lease;

        SimRoom(String owner, SignedDescriptor descriptor) {
            this.owner = owner;
            this.descriptor = descriptor;
            accounts.put(hostCard(descriptor).peerId(), owner);
        }

        /** Whoever is not there, and neither host nor deputy, leaves its id to the next. */
        void forgetAccounts() {
            accounts.keySet().removeIf(peer -> !places.containsKey(peer) && !mayLead(peer));
        }

        /** Who holds the lease now; null if it is free. A holder that may not hold it any more holds nothing. */
        @Nullable
        SimLease held(long nowNanos) {
            SimLease last = lease;
            return last != null && nowNanos < last.untilNanos() && mayLead(last.holder()) ? last : null;
        }

        boolean mayLead(PeerId peer) {
            SimSuccession named = succession;
            return peer.equals(hostCard(descriptor).peerId())
                    || (named != null && named.deputies().contains(peer));
        }
    }

    /** A holding of the lease, or the last one. */
    private record SimLease(PeerId holder, long fence, long untilNanos) {
        Duration left(long nowNanos) {
            return Duration.ofNanos(untilNanos - nowNanos);
        }
    }

    /** A message that waits for its receiver. */
    record Mail(Consumer<SignalingListener> call, long expiresNanos) {}

    private static final Pattern CAPACITY = Pattern.compile("\"capacity\":(\\d{1,4})\\b");
    private static final Pattern HOST_CARD = Pattern.compile("\"hostCard\":\"([A-Za-z0-9_-]+)\"");

    private static final long LEASE_NANOS = Duration.ofSeconds(30).toNanos();

    /** Greatest fence that a peer may have heard of: the next one is still exact in any JSON. */
    private static final long MAX_HEARD_FENCE = (1L << 53) - 2;

    /** How far one new holding may raise the fence. */
    private static final long MAX_FENCE_STEP = 1_000_000;

    /** Most messages that wait for a peer. */
    private static final int MAX_WAITING = 64;

    private final Map<RoomId, SimRoom> rooms = new LinkedHashMap<>();
    private final SimNameplates nameplates = new SimNameplates();
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

    void announce(RoomId room, SignedDescriptor descriptor, String account) {
        heard(descriptor.descriptor());
        SimRoom known = rooms.get(room);
        if (known == null) {
            rooms.put(room, new SimRoom(account, descriptor));
            return;
        }
        if (!known.owner.equals(account) || !Arrays.equals(known.descriptor.descriptor(), descriptor.descriptor())) {
            throw new SignalingException(Problem.ROOM_EXISTS, "the room id is taken by another descriptor");
        }
    }

    RoomEntry find(RoomId room, long nowNanos) {
        SimRoom known = known(room);
        SimSuccession succession = known.succession;
        SimLease held = known.held(nowNanos);
        SimLease last = known.lease;
        return new RoomEntry(
                room,
                known.descriptor,
                known.places.size(),
                Instant.EPOCH,
                succession == null ? null : succession.signed(),
                last == null
                        ? null
                        : new Lease(last.holder(), last.fence(), held == null ? Duration.ZERO : held.left(nowNanos)));
    }

    void publishSuccession(RoomId room, SignedSuccession succession, String account) {
        heard(succession.succession());
        SimRoom known = owned(room, account);
        SimSuccession next = SimSuccession.verified(room, hostCard(known.descriptor), succession);
        SimSuccession before = known.succession;
        if (before == null || next.version() > before.version()) {
            known.succession = next;
            known.forgetAccounts();
        } else if (!Arrays.equals(before.signed().succession(), succession.succession())) {
            throw new SignalingException(Problem.ROOM_EXISTS, "the worker has this version or a later one");
        }
    }

    /** Takes or renews the lease of a room, or answers who holds it; its time counts from now. */
    Lease acquireLease(RoomId room, PeerId peer, SimSignaling.SimSession session, long fence, long nowNanos) {
        SimRoom known = present(room, peer, session);
        if (!known.mayLead(peer)) {
            throw new SignalingException(Problem.FORBIDDEN, "neither the host nor a deputy");
        }
        if (fence > MAX_HEARD_FENCE) {
            throw new SignalingException(Problem.PROTOCOL, "the fence is out of range");
        }
        SimLease held = known.held(nowNanos);
        if (held != null && !held.holder().equals(peer)) {
            if (fence > held.fence() && fence - held.fence() < MAX_FENCE_STEP) {
                // Somebody has led under a fence that is not known here any more: the holder's next one is greater.
                held = new SimLease(held.holder(), fence, held.untilNanos());
                known.lease = held;
            }
            return new Lease(held.holder(), held.fence(), held.left(nowNanos));
        }
        long next;
        if (held != null && held.fence() == fence) {
            next = fence;
        } else {
            SimLease last = known.lease;
            long before = last == null ? 0 : last.fence();
            next = Math.max(before, fence) + 1;
            if (next - before > MAX_FENCE_STEP) {
                throw new SignalingException(Problem.PROTOCOL, "the fence is too far ahead");
            }
        }
        SimLease now = new SimLease(peer, next, nowNanos + LEASE_NANOS);
        known.lease = now;
        return new Lease(peer, next, now.left(nowNanos));
    }

    void releaseLease(RoomId room, PeerId peer, SimSignaling.SimSession session, long fence) {
        SimRoom known = rooms.get(room);
        if (known == null || known.places.get(peer) != session) {
            return;
        }
        SimLease last = known.lease;
        if (last != null && last.holder().equals(peer) && last.fence() == fence) {
            known.lease = new SimLease(peer, fence, Long.MIN_VALUE);
        }
    }

    Nameplate openNameplate(RoomId room, String account, long nowNanos) {
        owned(room, account);
        return nameplates.open(room, account, rooms::containsKey, nowNanos);
    }

    RoomId findNameplate(int number, String account, long nowNanos) {
        return nameplates.find(number, account, rooms::containsKey, nowNanos);
    }

    void closeNameplate(int number, String account, long nowNanos) {
        nameplates.close(number, account, nowNanos);
    }

    RoomPage list(@Nullable String cursor, int limit) {
        List<RoomId> newestFirst = new ArrayList<>(rooms.keySet());
        Collections.reverse(newestFirst);
        newestFirst.removeIf(room -> !isPublic(known(room).descriptor));
        int from = cursor == null ? 0 : Integer.parseInt(cursor);
        int to = Math.min(from + limit, newestFirst.size());
        List<RoomEntry> entries = newestFirst.subList(Math.min(from, to), to).stream()
                .map(room -> new RoomEntry(
                        room, known(room).descriptor, known(room).places.size(), Instant.EPOCH))
                .toList();
        return new RoomPage(entries, to < newestFirst.size() ? String.valueOf(to) : null);
    }

    void withdraw(RoomId room, String account) {
        // To others it is as if there were no such room.
        if (rooms.containsKey(room) && known(room).owner.equals(account)) {
            SimRoom gone = owned(room, account);
            rooms.remove(room);
            gone.places.values().forEach(session -> session.roomGone());
        }
    }

    void take(RoomId room, PeerId peer, SimSignaling.SimSession session, String account) {
        SimRoom known = known(room);
        SimSignaling.SimSession before = known.places.get(peer);
        if (!known.accounts.getOrDefault(peer, account).equals(account)) {
            throw new SignalingException(Problem.PEER_TAKEN, "the peer id is another account's");
        }
        if (before == null && known.places.size() >= Math.min(capacity, capacity(known.descriptor))) {
            throw new SignalingException(Problem.ROOM_FULL, "the room's capacity is reached");
        }
        known.places.put(peer, session);
        known.accounts.put(peer, account);
        if (before != null && before != session) {
            before.replaced();
        }
    }

    void free(RoomId room, PeerId peer, SimSignaling.SimSession session) {
        SimRoom known = rooms.get(room);
        if (known != null && known.places.remove(peer, session)) {
            known.mailboxes.remove(peer);
            known.forgetAccounts();
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

    private SimRoom owned(RoomId room, String account) {
        SimRoom known = known(room);
        if (!known.owner.equals(account)) {
            throw new SignalingException(Problem.ROOM_NOT_FOUND, "no such room of this account");
        }
        return known;
    }

    private SimRoom present(RoomId room, PeerId peer, SimSignaling.SimSession session) {
        SimRoom known = known(room);
        if (known.places.get(peer) != session) {
            throw new SignalingException(Problem.UNAVAILABLE, "the place in the room has to be taken again");
        }
        return known;
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

    // As a real worker does, it reads these fields and nothing else of what is signed.

    private static boolean isPublic(SignedDescriptor descriptor) {
        return text(descriptor).contains("\"visibility\":\"public\"");
    }

    private static int capacity(SignedDescriptor descriptor) {
        Matcher capacity = CAPACITY.matcher(text(descriptor));
        return capacity.find() ? Integer.parseInt(capacity.group(1)) : Integer.MAX_VALUE;
    }

    private static PeerCard hostCard(SignedDescriptor descriptor) {
        Matcher card = HOST_CARD.matcher(text(descriptor));
        if (!card.find()) {
            throw new SignalingException(Problem.PROTOCOL, "the descriptor has no hostCard");
        }
        return PeerCard.decode(Base64.getUrlDecoder().decode(card.group(1)));
    }

    private static String text(SignedDescriptor descriptor) {
        return new String(descriptor.descriptor(), StandardCharsets.UTF_8);
    }
}
