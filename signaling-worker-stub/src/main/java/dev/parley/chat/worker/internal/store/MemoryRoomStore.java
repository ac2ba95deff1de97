package dev.parley.chat.worker.internal.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.parley.chat.worker.internal.rooms.Encoding;
import dev.parley.chat.worker.internal.rooms.SignedDescriptor;
import dev.parley.chat.worker.internal.rooms.SignedSuccession;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store in the memory of the process, for embedded use and for tests: it ends with the process.
 *
 * <p>One lock, which no call but the census holds for longer than a look at the peers of one page of rooms. The ids of
 * accepted messages, of which there are the most and which only ever end by time, are in a Caffeine cache that tells
 * the time by the calls; everything else stands in the order in which it may expire, and is looked at when its time has
 * come.
 */
public final class MemoryRoomStore implements RoomStore {
    private final ReentrantLock lock = new ReentrantLock();
    private final SecureRandom random = new SecureRandom();
    private final long ttlMillis;
    private final Map<String, StoredRoom> rooms = new HashMap<>();
    private final NavigableMap<Long, StoredRoom> listed = new TreeMap<>();
    private final Map<String, Set<StoredRoom>> owned = new HashMap<>();
    private final Map<Integer, StoredNameplate> nameplates = new HashMap<>();
    private final Map<String, Set<StoredNameplate>> nameplatesOf = new HashMap<>();
    private final Map<String, byte[]> secrets = new HashMap<>();
    private final Cache<SentId, Long> sent;
    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::atMillis));
    private long lastOrdinal;
    private long lastSlot;
    private long timeMillis;
    private long expiredMessages;

    /** Who was heard of by the call of now and has a place again, unless the call is refused. */
    private @Nullable StoredPeer toPlace;

    private boolean closed;

    public MemoryRoomStore(Duration timeToLive) {
        this.ttlMillis = timeToLive.toMillis();
        // Maintenance on the caller's thread: the worker owns all its threads.
        this.sent = Caffeine.newBuilder()
                .expireAfterWrite(timeToLive)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(timeMillis))
                .executor(Runnable::run)
                .build();
    }

    /** A message of a sender to a receiver; by slot numbers, which never change hands as ids do. */
    private record SentId(long slot, long senderSlot, String msgId) {}

    private record StoredMessage(Waiting message, long acceptedAtMillis) {}

    /** Something whose end may have come. */
    private interface Expiring {
        boolean isGone();

        long expiresAtMillis();

        void expire(long nowMillis);

        /** The sweep does not come back by itself. */
        default void forgotten() {}
    }

    private record Due(long atMillis, Expiring what) {}

    private final class StoredRoom implements Expiring {
        final long ordinal = ++lastOrdinal;
        final String roomId;
        final String owner;
        final String descriptor;
        final String signature;
        final String host;
        final int capacity;
        final Map<String, StoredPeer> peers = new HashMap<>();
        /** The account of each deputy, or nothing if nobody has been in the room under its id yet. */
        final Map<String, Optional<String>> deputies = new HashMap<>();

        final Set<StoredNameplate> numbers = new HashSet<>();

        @Nullable
        Succession succession;

        int successionVersion;

        @Nullable
        Holding holding;

        long lastActiveMillis;

        StoredRoom(SignedDescriptor signed, String text, String owner, long nowMillis) {
            this.roomId = signed.roomId();
            this.owner = owner;
            this.descriptor = text;
            this.signature = Encoding.base64Url(signed.signature());
            this.host = SignedDescriptor.hostPeerId(text);
            this.capacity = signed.capacity();
            this.lastActiveMillis = nowMillis;
        }

        @Override
        public boolean isGone() {
            return rooms.get(roomId) != this;
        }

        @Override
        public long expiresAtMillis() {
            return lastActiveMillis + ttlMillis;
        }

        @Override
        public void expire(long nowMillis) {
            remove(this, nowMillis);
        }

        Leadership leadership() {
            return new Leadership(host, succession, successionVersion, deputies.keySet(), holding);
        }

        int placedPeers(long nowMillis) {
            int placed = 0;
            for (StoredPeer peer : peers.values()) {
                if (peer.placed && peer.expiresAtMillis() > nowMillis) {
                    placed++;
                }
            }
            return placed;
        }

        boolean hasPlace(long nowMillis) {
            return placedPeers(nowMillis) < capacity;
        }

        /** Makes sure that one more peer fits in. The host and its deputies keep their places. */
        void makePlace(long nowMillis) {
            if (hasPlace(nowMillis)) {
                return;
            }
            peers.values().stream()
                    .filter(peer ->
                            !peer.peerId.equals(host) && !deputies.containsKey(peer.peerId) && peer.mayYield(nowMillis))
                    .min(Comparator.comparingLong(StoredPeer::goneSinceMillis))
                    .orElseThrow(() -> Refusals.roomFull(capacity))
                    .placed = false;
        }

        RoomEntry entry(long nowMillis) {
            return new RoomEntry(ordinal, roomId, descriptor, signature, placedPeers(nowMillis), lastActiveMillis);
        }
    }

    private final class StoredPeer implements Expiring {
        final long slot = ++lastSlot;
        final StoredRoom room;
        final String peerId;
        final String account;
        final Mailbox mailbox = new Mailbox(this);
        long lastSeq;
        long ackedSeq;
        long lastActiveMillis;
        boolean isAway = true;
        long awaySinceMillis;
        boolean placed = true;

        StoredPeer(StoredRoom room, String peerId, String account, long nowMillis) {
            this.room = room;
            this.peerId = peerId;
            this.account = account;
            this.lastActiveMillis = nowMillis;
            this.awaySinceMillis = nowMillis;
        }

        boolean mayYield(long nowMillis) {
            return placed
                    && expiresAtMillis() > nowMillis
                    && ((isAway && awaySinceMillis <= nowMillis - AWAY_MILLIS)
                            || lastActiveMillis <= nowMillis - SILENT_MILLIS);
        }

        long goneSinceMillis() {
            return isAway ? awaySinceMillis : lastActiveMillis;
        }

        @Override
        public boolean isGone() {
            return room.isGone() || room.peers.get(peerId) != this;
        }

        @Override
        public long expiresAtMillis() {
            return lastActiveMillis + ttlMillis;
        }

        @Override
        public void expire(long nowMillis) {
            room.peers.remove(peerId, this);
        }

        void renew(long nowMillis) {
            lastActiveMillis = nowMillis;
            room.lastActiveMillis = nowMillis;
        }
    }

    private final class Mailbox implements Expiring {
        final StoredPeer peer;
        final Deque<StoredMessage> messages = new ArrayDeque<>();
        /** Whether the sweep has it in its order already. */
        boolean isAwaited;

        Mailbox(StoredPeer peer) {
            this.peer = peer;
        }

        @Override
        public boolean isGone() {
            return messages.isEmpty() || peer.isGone();
        }

        @Override
        public long expiresAtMillis() {
            return messages.getFirst().acceptedAtMillis() + MESSAGE_LIFETIME_MILLIS;
        }

        /** One at a time, so that a chunk of the sweep is one of messages. */
        @Override
        public void expire(long nowMillis) {
            messages.removeFirst();
            expiredMessages++;
        }

        @Override
        public void forgotten() {
            isAwaited = false;
        }

        int waiting(long nowMillis) {
            int live = 0;
            for (StoredMessage stored : messages) {
                if (stored.acceptedAtMillis() > nowMillis - MESSAGE_LIFETIME_MILLIS) {
                    live++;
                }
            }
            return live;
        }

        void add(StoredMessage message) {
            messages.addLast(message);
            if (!isAwaited) {
                isAwaited = true;
                await(this);
            }
        }
    }

    /** A number with a room is open until it expires; afterwards, and when it is given back, it rests. */
    private final class StoredNameplate implements Expiring {
        final int number;
        final String account;
        final long openUntilMillis;

        @Nullable
        StoredRoom room;

        int lookups;
        long freeAtMillis;

        StoredNameplate(int number, StoredRoom room, String account, long nowMillis) {
            this.number = number;
            this.room = room;
            this.account = account;
            this.openUntilMillis = nowMillis + NAMEPLATE_LIFETIME_MILLIS;
            this.freeAtMillis = openUntilMillis + NAMEPLATE_REST_MILLIS;
        }

        @Override
        public boolean isGone() {
            return nameplates.get(number) != this;
        }

        @Override
        public long expiresAtMillis() {
            return freeAtMillis;
        }

        @Override
        public void expire(long nowMillis) {
            nameplates.remove(number, this);
            removeFrom(nameplatesOf, account, this);
            if (room != null) {
                room.numbers.remove(this);
                room = null;
            }
        }

        void rest(long nowMillis) {
            if (room != null) {
                room.numbers.remove(this);
                room = null;
            }
            freeAtMillis = Math.min(freeAtMillis, nowMillis + NAMEPLATE_REST_MILLIS);
            await(this);
        }
    }

    @Override
    public Announcement announce(SignedDescriptor descriptor, String account, long nowMillis) {
        String text = Encoding.base64Url(descriptor.descriptor());
        return locked(nowMillis, () -> {
            StoredRoom room = findRoom(descriptor.roomId(), nowMillis);
            if (room != null) {
                if (!room.owner.equals(account) || !room.descriptor.equals(text)) {
                    throw Refusals.roomExists();
                }
                room.lastActiveMillis = nowMillis;
                return Announcement.RENEWED;
            }
            long live = owned.getOrDefault(account, Set.of()).stream()
                    .filter(other -> other.expiresAtMillis() > nowMillis)
                    .count();
            if (live >= MAX_ROOMS_PER_ACCOUNT) {
                throw Refusals.tooManyRooms(ttlMillis);
            }
            StoredRoom namesake = rooms.get(descriptor.roomId());
            if (namesake != null) {
                // Expired, and the sweep has not reached it yet.
                remove(namesake, nowMillis);
            }
            StoredRoom created = new StoredRoom(descriptor, text, account, nowMillis);
            rooms.put(created.roomId, created);
            owned.computeIfAbsent(account, any -> new HashSet<>()).add(created);
            if (descriptor.listed()) {
                listed.put(created.ordinal, created);
            }
            await(created);
            return Announcement.CREATED;
        });
    }

    @Override
    public Optional<Room> room(String roomId, long nowMillis) {
        return locked(nowMillis, () -> {
            StoredRoom room = findRoom(roomId, nowMillis);
            return room == null
                    ? Optional.empty()
                    : Optional.of(new Room(
                            room.entry(nowMillis),
                            room.succession,
                            room.leadership().shown(nowMillis)));
        });
    }

    @Override
    public List<RoomEntry> publicRooms(long beforeOrdinal, int limit, long nowMillis) {
        return locked(
                nowMillis,
                () -> listed.headMap(beforeOrdinal, false).descendingMap().values().stream()
                        .filter(room -> room.expiresAtMillis() > nowMillis)
                        .limit(limit)
                        .map(room -> room.entry(nowMillis))
                        .toList());
    }

    @Override
    public void requireOwner(String roomId, String account, long nowMillis) {
        StoredRoom unused = locked(nowMillis, () -> requireOwned(roomId, account, nowMillis));
    }

    @Override
    public void delete(String roomId, String account, long nowMillis) {
        locked(nowMillis, () -> {
            remove(requireOwned(roomId, account, nowMillis), nowMillis);
            return roomId;
        });
    }

    @Override
    public void publishSuccession(String roomId, SignedSuccession succession, String account, long nowMillis) {
        String text = Encoding.base64Url(succession.succession());
        locked(nowMillis, () -> {
            StoredRoom room = requireOwned(roomId, account, nowMillis);
            if (room.succession != null && room.succession.succession().equals(text)) {
                return roomId;
            }
            if (succession.version() <= room.successionVersion) {
                throw Refusals.successionExists();
            }
            Map<String, Optional<String>> before = Map.copyOf(room.deputies);
            room.deputies.clear();
            for (String deputy : succession.deputies()) {
                StoredPeer present = findPeer(room, deputy, nowMillis);
                // A deputy that is away keeps the account that it was named with before.
                room.deputies.put(
                        deputy,
                        present != null ? Optional.of(present.account) : before.getOrDefault(deputy, Optional.empty()));
            }
            room.succession = new Succession(text, Encoding.base64Url(succession.signature()));
            room.successionVersion = succession.version();
            return roomId;
        });
    }

    @Override
    public Lease acquireLease(Member member, long fence, long nowMillis) {
        return locked(nowMillis, () -> {
            StoredRoom room = requirePeer(member, nowMillis).room;
            Leadership leadership = room.leadership();
            if (!leadership.mayLead(member.slot().peerId())) {
                throw Refusals.mayNotLead();
            }
            Holding next = leadership.next(member.slot().peerId(), fence, nowMillis);
            room.holding = next;
            return new Lease(next.peer(), next.fence(), next.untilMillis() - nowMillis);
        });
    }

    @Override
    public void releaseLease(Member member, long fence, long nowMillis) {
        locked(nowMillis, () -> {
            StoredRoom room = requirePeer(member, nowMillis).room;
            Holding last = room.holding;
            if (last != null && last.peer().equals(member.slot().peerId()) && last.fence() == fence) {
                room.holding = new Holding(last.peer(), last.fence(), 0);
            }
            return room;
        });
    }

    @Override
    public Nameplate openNameplate(String roomId, String account, long nowMillis) {
        return locked(nowMillis, () -> {
            StoredRoom room = requireOwned(roomId, account, nowMillis);
            List<Long> taken = nameplatesOf.getOrDefault(account, Set.of()).stream()
                    .map(number -> number.freeAtMillis)
                    .filter(freeAt -> freeAt > nowMillis)
                    .sorted()
                    .toList();
            if (taken.size() >= MAX_NAMEPLATES_PER_ACCOUNT) {
                throw Refusals.tooManyNameplates(taken.get(0) - nowMillis);
            }
            int number = draw(nowMillis);
            StoredNameplate free = nameplates.get(number);
            if (free != null) {
                free.expire(nowMillis);
            }
            StoredNameplate opened = new StoredNameplate(number, room, account, nowMillis);
            nameplates.put(number, opened);
            nameplatesOf.computeIfAbsent(account, any -> new HashSet<>()).add(opened);
            room.numbers.add(opened);
            await(opened);
            return new Nameplate(number, NAMEPLATE_LIFETIME_MILLIS);
        });
    }

    /** One of the numbers with the fewest digits of which less than half are taken; so two draws do on average. */
    private int draw(long nowMillis) {
        int first = 1;
        for (int digits = 1; digits <= MAX_NAMEPLATE_DIGITS; digits++) {
            int from = first;
            int end = first * 10;
            long taken = nameplates.values().stream()
                    .filter(plate -> plate.number >= from && plate.number < end && plate.freeAtMillis > nowMillis)
                    .count();
            if (2 * taken < end - first) {
                while (true) {
                    int number = first + random.nextInt(end - first);
                    StoredNameplate plate = nameplates.get(number);
                    if (plate == null || plate.freeAtMillis <= nowMillis) {
                        return number;
                    }
                }
            }
            first = end;
        }
        throw Refusals.noNumberFree();
    }

    @Override
    public String findNameplate(int number, long nowMillis) {
        return locked(nowMillis, () -> {
            StoredNameplate plate = nameplates.get(number);
            if (plate == null
                    || plate.room == null
                    || plate.openUntilMillis <= nowMillis
                    || plate.room.expiresAtMillis() <= nowMillis) {
                throw Refusals.nameplateNotFound();
            }
            String roomId = plate.room.roomId;
            plate.lookups++;
            if (plate.lookups >= MAX_NAMEPLATE_LOOKUPS) {
                plate.rest(nowMillis);
            }
            return roomId;
        });
    }

    @Override
    public void closeNameplate(int number, String account, long nowMillis) {
        locked(nowMillis, () -> {
            StoredNameplate plate = nameplates.get(number);
            if (plate == null
                    || plate.room == null
                    || plate.openUntilMillis <= nowMillis
                    || !plate.account.equals(account)) {
                throw Refusals.nameplateNotFound();
            }
            plate.rest(nowMillis);
            return plate;
        });
    }

    @Override
    public long join(Member member, long nowMillis) {
        return locked(nowMillis, () -> {
            StoredRoom room = requireRoom(member.slot().roomId(), nowMillis);
            String peerId = member.slot().peerId();
            if (!room.owner.equals(member.account()) && room.host.equals(peerId)) {
                // Else a stranger could take the host's place before it, or whenever it was away for a while.
                throw Refusals.idOfHost();
            }
            Optional<String> deputy = room.deputies.get(peerId);
            if (deputy != null && !deputy.orElse(member.account()).equals(member.account())) {
                // Else a stranger could take the lease in the name of a deputy that is away for a while.
                throw Refusals.idOfDeputy();
            }
            StoredPeer peer = findPeer(room, peerId, nowMillis);
            if (peer != null && !peer.account.equals(member.account())) {
                throw Refusals.idOfOther();
            }
            if (peer == null) {
                room.makePlace(nowMillis);
                peer = new StoredPeer(room, peerId, member.account(), nowMillis);
                room.peers.put(peerId, peer);
                await(peer);
            } else if (!peer.placed) {
                room.makePlace(nowMillis);
                peer.placed = true;
            }
            if (deputy != null) {
                // A deputy that nobody had been in the room as when it was named is whoever comes under its id first.
                room.deputies.put(peerId, Optional.of(member.account()));
            }
            peer.renew(nowMillis);
            return peer.ackedSeq;
        });
    }

    @Override
    public void renew(Member member, long nowMillis) {
        locked(nowMillis, () -> {
            StoredPeer peer = requirePeer(member, nowMillis);
            peer.renew(nowMillis);
            peer.isAway = false;
            return peer;
        });
    }

    @Override
    public void away(Member member, long rank, long nowMillis) {
        locked(nowMillis, () -> {
            StoredRoom room = findRoom(member.slot().roomId(), nowMillis);
            StoredPeer peer = room == null ? null : findPeer(room, member.slot().peerId(), nowMillis);
            if (peer != null && !peer.isAway && peer.account.equals(member.account())) {
                peer.isAway = true;
                peer.awaySinceMillis = nowMillis;
            }
            return member;
        });
    }

    @Override
    public void leave(Member member, long nowMillis) {
        locked(nowMillis, () -> {
            StoredPeer peer = requirePeer(member, nowMillis);
            peer.expire(nowMillis);
            return peer;
        });
    }

    @Override
    public Accepted post(Member sender, Posted message, long nowMillis) {
        return locked(nowMillis, () -> {
            StoredPeer from = requirePeer(sender, nowMillis);
            StoredPeer to = findPeer(from.room, message.to(), nowMillis);
            if (to == null) {
                throw Refusals.receiverNotFound();
            }
            SentId id = new SentId(to.slot, from.slot, message.msgId());
            Long earlier = sent.getIfPresent(id);
            if (earlier != null) {
                return new Accepted(earlier, false);
            }
            if (to.mailbox.waiting(nowMillis) >= MAX_WAITING_MESSAGES) {
                throw Refusals.mailboxFull();
            }
            to.lastSeq++;
            Waiting waiting = new Waiting(to.lastSeq, sender.slot().peerId(), message.type(), message.payload());
            to.mailbox.add(new StoredMessage(waiting, nowMillis));
            sent.put(id, to.lastSeq);
            return new Accepted(to.lastSeq, true);
        });
    }

    @Override
    public void acknowledge(Member receiver, long seq, long nowMillis) {
        locked(nowMillis, () -> {
            StoredPeer peer = requirePeer(receiver, nowMillis);
            peer.isAway = false;
            // A number from the future acknowledges what there is, not what will come.
            long upTo = Math.min(seq, peer.lastSeq);
            if (upTo > peer.ackedSeq) {
                peer.mailbox.messages.removeIf(stored -> stored.message().seq() <= upTo);
                peer.ackedSeq = upTo;
            }
            return peer;
        });
    }

    @Override
    public List<Waiting> waiting(Member receiver, long after, int maxPayloadCharacters, long nowMillis) {
        return locked(nowMillis, () -> {
            List<Waiting> messages = new ArrayList<>();
            int characters = 0;
            for (StoredMessage stored : requirePeer(receiver, nowMillis).mailbox.messages) {
                if (stored.message().seq() <= after
                        || stored.acceptedAtMillis() <= nowMillis - MESSAGE_LIFETIME_MILLIS) {
                    continue;
                }
                characters += stored.message().payload().length();
                if (!messages.isEmpty() && characters > maxPayloadCharacters) {
                    break;
                }
                messages.add(stored.message());
            }
            return messages;
        });
    }

    @Override
    public long requirePresent(Member member, long nowMillis) {
        return locked(nowMillis, () -> requirePeer(member, nowMillis).lastActiveMillis);
    }

    @Override
    public boolean sweep(int maxPerKind, long nowMillis) {
        return locked(nowMillis, () -> {
            sent.cleanUp();
            for (int i = 0; i < maxPerKind; i++) {
                Due next = due.peek();
                if (next == null || next.atMillis > nowMillis) {
                    return false;
                }
                due.remove();
                Expiring what = next.what;
                if (!what.isGone() && what.expiresAtMillis() <= nowMillis) {
                    what.expire(nowMillis);
                }
                if (what.isGone()) {
                    what.forgotten();
                } else {
                    // Renewed meanwhile, or the next message of its mailbox.
                    await(what);
                }
            }
            return true;
        });
    }

    @Override
    public byte[] secret(String name, Supplier<byte[]> generate) {
        lock.lock();
        try {
            return secrets.computeIfAbsent(name, any -> generate.get()).clone();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Census census(long nowMillis) {
        return locked(nowMillis, () -> {
            long live = 0;
            long peers = 0;
            long waiting = 0;
            for (StoredRoom room : rooms.values()) {
                if (room.expiresAtMillis() > nowMillis) {
                    live++;
                    peers += room.placedPeers(nowMillis);
                    for (StoredPeer peer : room.peers.values()) {
                        if (peer.expiresAtMillis() > nowMillis) {
                            waiting += peer.mailbox.waiting(nowMillis);
                        }
                    }
                }
            }
            return new Census(live, peers, waiting, expiredMessages);
        });
    }

    @Override
    public void ping() {
        lock.lock();
        try {
            requireOpen();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** How many entries the storage holds, expired ones included. */
    long stored() {
        lock.lock();
        try {
            long entries = rooms.size();
            entries += nameplates.size();
            entries += sent.asMap().size();
            for (StoredRoom room : rooms.values()) {
                entries += room.peers.size();
                for (StoredPeer peer : room.peers.values()) {
                    entries += peer.mailbox.messages.size();
                }
            }
            return entries;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable StoredRoom findRoom(String roomId, long nowMillis) {
        StoredRoom room = rooms.get(roomId);
        return room != null && room.expiresAtMillis() > nowMillis ? room : null;
    }

    private StoredRoom requireRoom(String roomId, long nowMillis) {
        StoredRoom room = findRoom(roomId, nowMillis);
        if (room == null) {
            throw Refusals.roomNotFound();
        }
        return room;
    }

    private StoredRoom requireOwned(String roomId, String account, long nowMillis) {
        StoredRoom room = requireRoom(roomId, nowMillis);
        if (!room.owner.equals(account)) {
            throw Refusals.notOwner();
        }
        return room;
    }

    private static @Nullable StoredPeer findPeer(StoredRoom room, String peerId, long nowMillis) {
        StoredPeer peer = room.peers.get(peerId);
        return peer != null && peer.expiresAtMillis() > nowMillis ? peer : null;
    }

    private StoredPeer requirePeer(Member member, long nowMillis) {
        StoredRoom room = requireRoom(member.slot().roomId(), nowMillis);
        StoredPeer peer = findPeer(room, member.slot().peerId(), nowMillis);
        if (peer == null || !peer.account.equals(member.account())) {
            throw Refusals.peerExpired();
        }
        if (!peer.placed) {
            if (!room.hasPlace(nowMillis)) {
                throw Refusals.placeGiven();
            }
            toPlace = peer;
        }
        return peer;
    }

    private void remove(StoredRoom room, long nowMillis) {
        for (StoredNameplate number : List.copyOf(room.numbers)) {
            number.rest(nowMillis);
        }
        rooms.remove(room.roomId, room);
        listed.remove(room.ordinal);
        removeFrom(owned, room.owner, room);
    }

    private static <T> void removeFrom(Map<String, Set<T>> sets, String key, T element) {
        Set<T> set = sets.get(key);
        if (set != null && set.remove(element) && set.isEmpty()) {
            sets.remove(key);
        }
    }

    /** Looks at it again when it expires, unless it is renewed before. */
    private void await(Expiring what) {
        due.add(new Due(what.expiresAtMillis(), what));
    }

    private void requireOpen() {
        if (closed) {
            throw Refusals.stopping();
        }
    }

    private <T> T locked(long nowMillis, Supplier<T> work) {
        lock.lock();
        try {
            requireOpen();
            timeMillis = nowMillis;
            toPlace = null;
            T result = work.get();
            if (toPlace != null) {
                toPlace.placed = true;
            }
            return result;
        } finally {
            lock.unlock();
        }
    }
}
