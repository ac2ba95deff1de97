package dev.parley.chat.worker.internal.store;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.rooms.SignedDescriptor;
import dev.parley.chat.worker.internal.rooms.SignedSuccession;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rooms, their peers and the mailboxes of these, their leases and short numbers, with a time to live.
 *
 * <p>Every method takes the time, blocks for at most a short transaction, may be called from any thread, and answers as
 * if everything that has expired by {@code nowMillis} were gone already. What a method has accepted is still there
 * after the process was killed, unless the store is in its memory. Every method throws a {@link Problem} with
 * {@code unavailable} when the storage fails.
 */
public interface RoomStore extends AutoCloseable {
    int MAX_ROOMS_PER_ACCOUNT = 64;
    int MAX_WAITING_MESSAGES = 64;
    long MESSAGE_LIFETIME_MILLIS = 60_000;
    long LEASE_MILLIS = 30_000;

    /** Greatest fence that a caller may have heard of: the next one is still exact in any JSON. */
    long MAX_HEARD_FENCE = (1L << 53) - 2;

    /** How far one new holding may raise the fence. */
    long MAX_FENCE_STEP = 1_000_000;

    /** A peer that has not been connected for so long gives up its place when another wants in and the room is full. */
    long AWAY_MILLIS = 10_000;

    /** As does one that has not been heard of for so long: it has missed a ping or heartbeat of every 25 to 30 s. */
    long SILENT_MILLIS = 35_000;

    int MAX_NAMEPLATES_PER_ACCOUNT = 8;
    int MAX_NAMEPLATE_LOOKUPS = 20;
    int MAX_NAMEPLATE_DIGITS = 9;
    long NAMEPLATE_LIFETIME_MILLIS = 600_000;

    /** How long a number is not given away again after it was open. */
    long NAMEPLATE_REST_MILLIS = 60_000;

    /** What became of an announced room. */
    enum Announcement {
        CREATED,
        RENEWED
    }

    /** A room as it is shown to clients; {@code ordinal} grows with the time of creation. */
    record RoomEntry(
            long ordinal, String roomId, String descriptor, String signature, int peers, long lastActiveMillis) {}

    /** A succession as it is shown to clients, in base64url. */
    record Succession(String succession, String signature) {}

    /** One holding of a lease. */
    record Holding(String peer, long fence, long untilMillis) {}

    /** Who holds a lease or held it last, and for how long still; 0 exactly if nobody holds it now. */
    record Lease(String holder, long fence, long leftMillis) {}

    /** A room with what is shown of it alone: who may take it over, and who holds its lease; null if nobody did. */
    record Room(
            RoomEntry entry,
            @Nullable Succession succession,
            @Nullable Lease lease) {}

    /** A short number that was opened. */
    record Nameplate(int number, long leftMillis) {}

    /** A place in a room: the address of a mailbox. */
    record Slot(String roomId, String peerId) {}

    /** A peer with the account that holds its id. */
    record Member(Slot slot, String account) {}

    /** A message that waits; the payload is base64url, as it came. */
    record Waiting(long seq, String from, String type, String payload) {}

    /** A message on its way in. */
    record Posted(String to, String type, String payload, String msgId) {}

    /** Whether a message was new, and its sequence number in the mailbox of the receiver. */
    record Accepted(long seq, boolean isNew) {}

    /**
     * Creates a room, or renews it if the same account announces the same descriptor again.
     *
     * @throws Problem {@code room_exists}, or {@code rate_limited} if the account has {@value #MAX_ROOMS_PER_ACCOUNT}
     *     rooms
     */
    Announcement announce(SignedDescriptor descriptor, String account, long nowMillis);

    Optional<Room> room(String roomId, long nowMillis);

    /** Public rooms, newest first, those with an ordinal below {@code beforeOrdinal}. */
    List<RoomEntry> publicRooms(long beforeOrdinal, int limit, long nowMillis);

    /**
     * Returns normally if the account is the owner of the room.
     *
     * @throws Problem {@code room_not_found}, or {@code forbidden}
     */
    void requireOwner(String roomId, String account, long nowMillis);

    /**
     * Deletes a room with all its peers and messages.
     *
     * @throws Problem {@code room_not_found}, or {@code forbidden} if the account is not its owner
     */
    void delete(String roomId, String account, long nowMillis);

    /**
     * Says who may hold the lease of a room besides its host.
     *
     * @throws Problem {@code room_not_found}, {@code forbidden} if the account is not its owner, or
     *     {@code succession_exists} if there is another one of this version or a later one
     */
    void publishSuccession(String roomId, SignedSuccession succession, String account, long nowMillis);

    /**
     * Takes the lease of a room if it is free, or renews it.
     *
     * @param fence that of the caller's own holding, or the greatest that it has heard of
     * @return the lease of now, which may be another's
     * @throws Problem {@code room_not_found}, {@code peer_expired}, {@code forbidden} if the caller is neither the host
     *     nor a deputy, {@code invalid_request} if the fence is too far ahead
     */
    Lease acquireLease(Member member, long fence, long nowMillis);

    /**
     * Ends the holding of a peer with this fence, if there is one.
     *
     * @throws Problem {@code room_not_found}, {@code peer_expired}
     */
    void releaseLease(Member member, long fence, long nowMillis);

    /**
     * Gives a room a short number.
     *
     * @throws Problem {@code room_not_found}, {@code forbidden} if the account is not its owner, {@code rate_limited}
     *     if it has {@value #MAX_NAMEPLATES_PER_ACCOUNT} numbers, those that rest included
     */
    Nameplate openNameplate(String roomId, String account, long nowMillis);

    /**
     * The id of the room that has a short number; counts as a look-up of it.
     *
     * @throws Problem {@code nameplate_not_found}
     */
    String findNameplate(int number, long nowMillis);

    /**
     * Gives a short number back.
     *
     * @throws Problem {@code nameplate_not_found} if the account has no such number
     */
    void closeNameplate(int number, String account, long nowMillis);

    /**
     * Takes or renews a place in a room. A new peer counts as away until it is heard of by {@link #renew} or
     * {@link #acknowledge}.
     *
     * <p>If the room is full, the peer that has been away for longest gives up its place, if it was away for
     * {@value #AWAY_MILLIS} ms or not heard of for {@value #SILENT_MILLIS} ms; never the host or a deputy. It keeps its
     * id and its mailbox until it expires, and has a place again as soon as it is heard of and there is one.
     *
     * @return the sequence number up to which this peer has acknowledged its messages
     * @throws Problem {@code room_not_found}, {@code peer_taken}, {@code room_full}
     */
    long join(Member member, long nowMillis);

    /**
     * Renews a peer and its room; the peer is not away.
     *
     * @throws Problem {@code room_not_found}, {@code peer_expired} (also if its place is another's now and there is no
     *     other; that goes for all methods)
     */
    void renew(Member member, long nowMillis);

    /**
     * The peer has connected: it is not away.
     *
     * @param rank of the connection, greater than those of all before on any worker
     * @throws Problem {@code room_not_found}, {@code peer_expired}
     */
    default void connected(Member member, long rank, long nowMillis) {
        acknowledge(member, 0, nowMillis);
    }

    /**
     * The peer was connected and is no longer; it has not left. Does nothing if the room or the peer is gone, nor, in a
     * store that several workers share, if it has {@link #connected} by a connection of a greater rank meanwhile: a
     * worker that has the store for itself knows that.
     */
    void away(Member member, long rank, long nowMillis);

    /**
     * Frees the id of a peer and its mailbox.
     *
     * @throws Problem {@code room_not_found}, {@code peer_expired}
     */
    void leave(Member member, long nowMillis);

    /**
     * Puts a message into a mailbox, once for each {@code msgId} of a sender to a receiver within the time to live.
     *
     * @throws Problem {@code room_not_found}, {@code peer_expired} (the sender), {@code peer_not_found} (the receiver),
     *     {@code mailbox_full}
     */
    Accepted post(Member sender, Posted message, long nowMillis);

    /**
     * Drops the messages up to {@code seq} for good; the peer is not away.
     *
     * @throws Problem {@code room_not_found}, {@code peer_expired}
     */
    void acknowledge(Member receiver, long seq, long nowMillis);

    /**
     * The messages above {@code after}, oldest first: as many as fit {@code maxPayloadCharacters}, and the first in any
     * case.
     *
     * @throws Problem {@code room_not_found}, {@code peer_expired}
     */
    List<Waiting> waiting(Member receiver, long after, int maxPayloadCharacters, long nowMillis);

    /**
     * Returns normally if the peer is in its room.
     *
     * @return when the peer was last renewed
     * @throws Problem {@code room_not_found}, {@code peer_expired}
     */
    long requirePresent(Member member, long nowMillis);

    /**
     * Removes expired entries from the storage.
     *
     * @param maxPerKind the most entries of each kind that this one short transaction removes
     * @return whether there may be more
     */
    boolean sweep(int maxPerKind, long nowMillis);

    /**
     * A secret that outlives the process, the same for all workers that share the store: the stored one, or the one
     * that {@code generate} makes now.
     */
    byte[] secret(String name, Supplier<byte[]> generate);

    /**
     * How much there is now.
     *
     * @param peers those that have a place
     * @param waiting messages that wait
     * @param expiredMessages those that this object has swept away since it was opened
     */
    record Census(long rooms, long peers, long waiting, long expiredMessages) {}

    /** Counts what there is; for the metrics, every few seconds at most. */
    Census census(long nowMillis);

    /** Returns normally if the storage answers and takes changes. */
    void ping();

    /** Closes the storage; idempotent. */
    @Override
    void close();
}
