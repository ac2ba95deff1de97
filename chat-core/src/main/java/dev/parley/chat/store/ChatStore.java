package dev.parley.chat.store;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps events and rooms across restarts. {@code SqliteChatStore} keeps them in a file, {@code InMemoryChatStore} until
 * it is closed; both pass the contract suite of chat-testkit, as any other must.
 *
 * <p>Methods block while they read or write: Parley calls them from an executor of their own, never from a room's loop.
 * They may be called from any thread, also at the same time. What a method has returned from is durable. Failures of
 * the storage are {@link dev.parley.chat.StoreException}; after {@link #close} every method throws
 * {@link IllegalStateException}.
 */
public interface ChatStore extends AutoCloseable {

    /** Most events that one read returns. */
    int MAX_PAGE = 1_000;

    /**
     * Keeps events, all or none. An event that is there already, with the same id, is passed over.
     *
     * @param events verified events, of any rooms
     * @return how many were new
     * @throws dev.parley.chat.StoreException if for one of them another event is kept under its room, author and count
     *     (a fork): then nothing is kept
     */
    int append(List<StoredEvent> events);

    /**
     * Returns where each author's chain stands.
     *
     * @param room the room
     * @return the event with the highest count of every author; empty for an unknown room
     */
    Map<PeerId, EventHead> heads(RoomId room);

    /**
     * Reads part of an author's chain.
     *
     * @param room the room
     * @param sender the author
     * @param fromSeq the first count to return
     * @param limit 1…{@value #MAX_PAGE}
     * @return by count, lowest first; may have gaps where events were never received
     */
    List<StoredEvent> chain(RoomId room, PeerId sender, long fromSeq, int limit);

    /**
     * Reads the timeline backwards.
     *
     * @param room the room
     * @param before return only what stands before this place; null starts at the end
     * @param limit 1…{@value #MAX_PAGE}
     * @return the {@code limit} events nearest to {@code before}, in the order of the timeline, oldest first
     */
    List<StoredEvent> timeline(RoomId room, @Nullable TimelinePosition before, int limit);

    /**
     * Marks one's own events as accepted by the room, so that they leave the outbox. Marks never go back.
     *
     * @param room the room
     * @param self this profile
     * @param upToSeq the highest count that is accepted, all below included; may be ahead of what is kept
     */
    void acknowledge(RoomId room, PeerId self, long upToSeq);

    /**
     * Reads the outbox: one's own events that the room has not accepted yet.
     *
     * @param room the room
     * @param self this profile
     * @param limit 1…{@value #MAX_PAGE}
     * @return by count, lowest first
     */
    List<StoredEvent> outbox(RoomId room, PeerId self, int limit);

    /**
     * Remembers a room, or replaces what was remembered of it.
     *
     * @param room the room
     */
    void remember(RoomRecord room);

    /**
     * Finds a remembered room.
     *
     * @param room the id
     * @return the record, or empty
     */
    Optional<RoomRecord> find(RoomId room);

    /**
     * Lists the remembered rooms.
     *
     * @return last entered first; of those entered at the same time, the lower id first
     */
    List<RoomRecord> rooms();

    /**
     * Deletes a room with all its events and marks. A room that is not there is passed over.
     *
     * @param room the id
     */
    void forget(RoomId room);

    /** Frees the storage. Closing again does nothing. */
    @Override
    void close();
}
