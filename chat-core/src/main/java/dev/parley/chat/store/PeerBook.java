package dev.parley.chat.store;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.PeerCard;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Remembers the peers that this profile has met, under which names, and which of them a person has verified or blocked.
 * {@code SqlitePeerBook} keeps it in a file, {@code InMemoryPeerBook} until it is closed; both pass the contract suite
 * of chat-testkit, as any other must.
 *
 * <p>Methods block while they read or write: Parley calls them from an executor of their own, never from a room's loop.
 * They may be called from any thread, also at the same time. What a method has returned from is durable. Failures of
 * the storage are {@link dev.parley.chat.StoreException}; after {@link #close} every method throws
 * {@link IllegalStateException}.
 *
 * <p>Strangers can make a book grow, so it is bounded: see {@link #MAX_UNVERIFIED} and {@link #MAX_NAMES}.
 */
public interface PeerBook extends AutoCloseable {

    /**
     * Most peers that are kept without being verified or blocked. For one more, the one that was not seen for longest
     * is forgotten.
     */
    int MAX_UNVERIFIED = 10_000;

    /** Most names that are kept of a peer. For one more, the one that was not used for longest is forgotten. */
    int MAX_NAMES = 16;

    /** Most peers that are blocked at a time. */
    int MAX_BLOCKED = 4_096;

    /**
     * Takes note that a peer is there and what it calls itself.
     *
     * @param peer who
     * @param name what it calls itself
     * @param at when
     */
    void met(PeerId peer, String name, Instant at);

    /**
     * Takes note of a peer's card.
     *
     * @param card the card
     * @return the card that was kept before, if there was one and it is another
     */
    Optional<PeerCard> replaceCard(PeerCard card);

    /**
     * Finds a peer.
     *
     * @param peer who
     * @return what is known of it, or empty
     */
    Optional<KnownPeer> find(PeerId peer);

    /**
     * Finds those who have used a name, or one that looks like it by {@link KnownPeer#nameKey}.
     *
     * @param name the name
     * @return verified ones first, then those who used it last; at most 100
     */
    List<KnownPeer> namesakes(String name);

    /**
     * Lists the peers that were met or verified.
     *
     * @return verified ones first, then by the time of the last meeting, last first; then by id
     */
    List<KnownPeer> peers();

    /**
     * Keeps that a person has verified a peer, or replaces what was kept. The peer need not have been met.
     *
     * @param peer who
     * @param verification when and how
     */
    void verify(PeerId peer, KnownPeer.Verification verification);

    /**
     * Takes a verification back. The peer stays known.
     *
     * @param peer who
     * @return whether there was one
     */
    boolean unverify(PeerId peer);

    /**
     * Keeps that what a peer says is not to be shown to this profile. {@link dev.parley.chat.Room#block} does so, and
     * hides it in the rooms that are open; what is blocked here alone is so in rooms that are entered afterwards. The
     * peer need not have been met.
     *
     * @param peer who
     * @param at when; the first time counts
     * @return whether it is blocked now; false, and nothing has changed, if {@link #MAX_BLOCKED} others are
     */
    boolean block(PeerId peer, Instant at);

    /**
     * Takes a block back. The peer stays known.
     *
     * @param peer who
     * @return whether it was blocked
     */
    boolean unblock(PeerId peer);

    /**
     * Lists the peers that are blocked.
     *
     * @return those that were blocked last first; then by id
     */
    List<KnownPeer> blocked();

    /** Frees the storage. Closing again does nothing. */
    @Override
    void close();
}
