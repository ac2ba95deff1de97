package dev.parley.chat.store;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    /** Longest text that can be searched for, in characters. */
    int MAX_QUERY_CHARS = 256;

    /**
     * Keeps events, all or none. An event that is there already, with the same id, is passed over; so is one that was
     * there and has been deleted.
     *
     * @param events verified events, of any rooms
     * @return how many were new
     * @throws dev.parley.chat.StoreException if for one of them another event is kept under its room, author and count
     *     (a fork): then nothing is kept
     */
    int append(List<StoredEvent> events);

    /**
     * Returns where each author's chain stands. Events that were deleted, or have disappeared, count.
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
     * @return by count, lowest first; may have gaps where events were never received, or are no more
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
     * Reads those events of the timeline that are of one type, backwards.
     *
     * @param room the room
     * @param type for example {@code ban}
     * @param before return only what stands before this place; null starts at the end
     * @param limit 1…{@value #MAX_PAGE}
     * @return the {@code limit} events of the type nearest to {@code before}, in the order of the timeline, oldest
     *     first
     */
    List<StoredEvent> ofType(RoomId room, String type, @Nullable TimelinePosition before, int limit);

    /**
     * Reads those events of the timeline that are of one type, forwards.
     *
     * @param room the room
     * @param type for example {@code ban}
     * @param after return only what stands after this place; null starts at the beginning
     * @param limit 1…{@value #MAX_PAGE}
     * @return the {@code limit} events of the type nearest to {@code after}, in the order of the timeline, oldest first
     */
    List<StoredEvent> ofTypeAfter(RoomId room, String type, @Nullable TimelinePosition after, int limit);

    /**
     * Reads the timeline forwards.
     *
     * @param room the room
     * @param after return only what stands after this place; null starts at the beginning
     * @param limit 1…{@value #MAX_PAGE}
     * @return the {@code limit} events nearest to {@code after}, in the order of the timeline, oldest first
     */
    List<StoredEvent> timelineAfter(RoomId room, @Nullable TimelinePosition after, int limit);

    /**
     * Reads the timeline around an event, for example one that a search has found. These are three reads: what is
     * appended meanwhile may be part of it or not.
     *
     * @param room the room
     * @param id the event in the middle
     * @param limit 1…{@value #MAX_PAGE}
     * @return the event, half of the rest before it and half after it, oldest first; where one side has fewer, the
     *     other one has no more; empty if the event is not there
     */
    default List<StoredEvent> timelineAround(RoomId room, MessageId id, int limit) {
        StoreRules.requirePage(limit);
        Optional<StoredEvent> middle = event(room, id);
        if (middle.isEmpty()) {
            return List.of();
        }
        TimelinePosition place = TimelinePosition.of(middle.get());
        int before = (limit - 1) / 2;
        int after = limit - 1 - before;
        List<StoredEvent> around = new ArrayList<>(before == 0 ? List.of() : timeline(room, place, before));
        around.add(middle.get());
        if (after > 0) {
            around.addAll(timelineAfter(room, place, after));
        }
        return List.copyOf(around);
    }

    /**
     * Finds an event.
     *
     * @param room its room
     * @param id its id
     * @return the event; empty if it was never there, or is no more
     */
    Optional<StoredEvent> event(RoomId room, MessageId id);

    /**
     * Searches what was said, newest first. A message is found if it has all the words, in any order. Words are whole
     * ones; how they are written does not matter: case, accents, and compatibility forms are folded. In scripts without
     * spaces any piece of a text is found. Signs mean nothing: there are no operators.
     *
     * @param room where to search; null for all rooms
     * @param words what to search for, at most {@value #MAX_QUERY_CHARS} characters; without any word it finds nothing
     * @param before return only what stands before this place; null starts with the newest
     * @param limit 1…{@value #MAX_PAGE}
     * @return the {@code limit} messages nearest to {@code before}, newest first
     */
    List<StoredEvent> search(@Nullable RoomId room, String words, @Nullable SearchPosition before, int limit);

    /**
     * Deletes a message or another event. Its bytes are gone; that it was there stays known, so that {@link #heads} is
     * as it was and it is not taken again.
     *
     * @param room its room
     * @param id its id
     * @return whether it was there
     * @throws dev.parley.chat.StoreException if it is marked to be in the outbox still: what its author says next
     *     builds on it
     */
    boolean delete(RoomId room, MessageId id);

    /**
     * Deletes, as {@link #delete} does, all of a room that was said before a time. What makes the room what it is
     * stays: acts of moderation, settings, and what adds and removes emoji. What is marked to be in an outbox still is
     * left there.
     *
     * @param room the room
     * @param time what was said then, and later, stays
     * @return how many events were deleted
     */
    int deleteBefore(RoomId room, Instant time);

    /**
     * Deletes, as {@link #delete} does, what has disappeared. No read but {@link #outbox} returns it from its time on,
     * deleted or not. What is marked to be in an outbox still is left there.
     *
     * @param now the time
     * @return how many events were deleted
     */
    int deleteExpired(Instant now);

    /**
     * Says when {@link #deleteExpired} has something to do next.
     *
     * @return the earliest time at which an event disappears, or has disappeared; empty if none does
     */
    Optional<Instant> nextExpiry();

    /**
     * Sets how much of a room is kept. It takes effect with {@link #applyRetention}.
     *
     * @param room the room
     * @param retention the bounds
     */
    void retain(RoomId room, Retention retention);

    /**
     * Says how much of a room is kept.
     *
     * @param room the room
     * @return what was last set; {@link Retention#FOREVER} if nothing was
     */
    Retention retention(RoomId room);

    /**
     * Deletes, as {@link #delete} does, what is beyond the bounds of its room. Acts of moderation, settings, and what
     * adds and removes emoji stay and do not count. What is marked to be in an outbox still is left there.
     *
     * @param now the time
     * @return how many events were deleted
     */
    int applyRetention(Instant now);

    /**
     * Marks one's own events as accepted by the room, so that they leave the outbox. Marks never go back.
     *
     * @param room the room
     * @param self this profile
     * @param upToSeq the highest count that is accepted, all below included; may be ahead of what is kept
     */
    void acknowledge(RoomId room, PeerId self, long upToSeq);

    /**
     * Reads the outbox: one's own events that the room has not accepted yet, those that have disappeared meanwhile
     * included: what was said after them builds on them.
     *
     * @param room the room
     * @param self this profile
     * @param limit 1…{@value #MAX_PAGE}
     * @return by count, lowest first
     */
    List<StoredEvent> outbox(RoomId room, PeerId self, int limit);

    /**
     * Notes since when a member is in a room; replaces what was noted of it.
     *
     * @param room the room
     * @param time the member, and since when
     */
    void beginTime(RoomId room, MemberTime time);

    /**
     * Notes that a member is not in a room any more: when it comes again, it is new.
     *
     * @param room the room
     * @param member the member; nothing happens if nothing was noted of it
     */
    void endTime(RoomId room, PeerId member);

    /**
     * Returns since when members are in a room, as was noted.
     *
     * @param room the room
     * @return the lower member id first
     */
    List<MemberTime> times(RoomId room);

    /**
     * Keeps an image of a room's emoji. One that is there already under that hash is replaced.
     *
     * @param room the room
     * @param sha256 names it: SHA-256 of the image, 64 hexadecimal digits in lower case; the caller has checked it
     * @param image 1 to {@link dev.parley.chat.RoomEmoji#MAX_IMAGE_BYTES} bytes; copied
     * @throws IllegalArgumentException if the image is empty or too long
     */
    void keepImage(RoomId room, String sha256, byte[] image);

    /**
     * Returns an image of a room's emoji.
     *
     * @param room the room
     * @param sha256 its hash
     * @return a new array, as it was kept; empty if it is not there
     */
    Optional<byte[]> image(RoomId room, String sha256);

    /**
     * Lists the images of a room's emoji, without reading them.
     *
     * @param room the room
     * @return their lengths in bytes, by their hashes
     */
    Map<String, Integer> images(RoomId room);

    /**
     * Deletes all images of a room's emoji but some. How many there may be is up to the caller, who keeps those of the
     * emoji that the room has.
     *
     * @param room the room
     * @param sha256 hashes of those that stay; such as are not there are passed over
     * @return how many were deleted
     */
    int keepOnlyImages(RoomId room, Set<String> sha256);

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
     * Lists the rooms of which something is kept, remembered or not.
     *
     * @return lowest id first
     */
    List<RoomId> roomsWithEvents();

    /**
     * Deletes a room with all its events, marks and images, and without a trace of them: it is then as if it had never
     * been there. A room that is not there is passed over.
     *
     * @param room the id
     */
    void forget(RoomId room);

    /** Frees the storage. Closing again does nothing. */
    @Override
    void close();
}
