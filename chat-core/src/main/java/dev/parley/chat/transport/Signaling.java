package dev.parley.chat.transport;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import java.net.URI;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Introduces peers to each other. What passes through is sealed by the layers above: an implementation carries bytes
 * and learns nothing from them. The real one is {@code OkHttpSignaling} in chat-signaling-client; chat-testkit has a
 * simulated one, and the contract suite that both pass.
 *
 * <p>Methods may be called from any thread and never block. Every stage completes, in the end: with the value, or with
 * a {@link dev.parley.chat.SignalingException}. Stages complete on any thread.
 */
public interface Signaling extends AutoCloseable {

    /**
     * Returns the base of invite links.
     *
     * @return an absolute http or https URL without query and fragment
     */
    URI baseUrl();

    /**
     * Makes a room known, or renews it: the same descriptor may be announced again at any time.
     *
     * @param room the id that the descriptor certifies
     * @param descriptor the signed descriptor
     * @return completes when the worker has stored it
     */
    CompletionStage<Void> announce(RoomId room, SignedDescriptor descriptor);

    /**
     * Looks a room up.
     *
     * @param room the id
     * @return completes with the entry, or fails with ROOM_NOT_FOUND
     */
    CompletionStage<RoomEntry> find(RoomId room);

    /**
     * Lists public rooms.
     *
     * @param cursor of the page before, or null for the first
     * @param limit 1…100
     * @return completes with the page
     * @throws IllegalArgumentException if the limit is another one
     */
    CompletionStage<RoomPage> publicRooms(@Nullable String cursor, int limit);

    /**
     * Ends a room that this account announced.
     *
     * @param room the id
     * @return completes when the worker has forgotten it; a room it does not know counts as forgotten
     */
    CompletionStage<Void> withdraw(RoomId room);

    /**
     * Says who may take the committer's lease of a room besides its host. Takes the place of what was said before if
     * its version is greater; the same again changes nothing.
     *
     * @param room a room that this account announced
     * @param succession as the host signed it
     * @return completes when the worker has stored it; fails with ROOM_NOT_FOUND (also if the room is another
     *     account's), or ROOM_EXISTS if the worker has another one of the same or a later version
     */
    CompletionStage<Void> publishSuccession(RoomId room, SignedSuccession succession);

    /**
     * Gives a room of this account a short number, under which {@link #findNameplate} finds it until the time is over,
     * the room is gone or {@link #closeNameplate} is called.
     *
     * @param room a room that this account announced
     * @return completes with the number; fails with ROOM_NOT_FOUND (also if the room is another account's),
     *     RATE_LIMITED
     */
    CompletionStage<Nameplate> openNameplate(RoomId room);

    /**
     * Looks up a short number. The worker counts look-ups of each account and of each number.
     *
     * @param number 1 or more
     * @return completes with the room, not yet checked; fails with ROOM_NOT_FOUND if there is no such number, or no
     *     longer, with RATE_LIMITED
     * @throws IllegalArgumentException if the number is not positive
     */
    CompletionStage<RoomId> findNameplate(int number);

    /**
     * Gives a short number of this account back.
     *
     * @param number 1 or more
     * @return completes when the worker has forgotten it; one that it does not know, or that is not of this account,
     *     counts as forgotten
     * @throws IllegalArgumentException if the number is not positive
     */
    CompletionStage<Void> closeNameplate(int number);

    /**
     * Takes a place in a room's mailbox system and keeps it. The session connects by itself, and again with capped
     * exponential backoff and jitter when the connection is lost, resuming where it was; it keeps the place alive by
     * heartbeats. It gives up only for the reasons named at {@link SignalingListener#onEnded}.
     *
     * @param room the room
     * @param self the id under which others reach this session
     * @param owner runs every call of {@code listener}, in order, never two at once
     * @param listener is told what happens
     * @return the session, at once
     * @throws IllegalStateException if this is closed
     */
    SignalingSession join(RoomId room, PeerId self, Executor owner, SignalingListener listener);

    /** Ends all sessions and frees what is held. Closing again does nothing. */
    @Override
    void close();
}
