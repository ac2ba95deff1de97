package dev.parley.chat;

import dev.parley.chat.transport.LinkStats;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Figures of a room at one moment, as this side sees it; see {@link Room#stats}. There is no address, no secret and
 * nothing that was said in them: they may be shown and logged.
 *
 * @param epoch of the group; 0 before admission
 * @param members of the group, this one included; 0 before admission
 * @param eventsKnown how many of the last events are remembered, to give them to those who lack them
 * @param heldBytes bytes that this side holds for itself and others: events, queues, what waits for its place
 * @param queuedBytes as {@link Room#queuedBytes}
 * @param unconfirmedEvents own events that nobody has acknowledged yet
 * @param unsentEvents those of them that were said while nobody could be reached
 * @param aheadEvents others' events that wait for one before them in their author's chain
 * @param links the links that there are, in the order in which they were begun
 */
public record RoomStats(
        long epoch,
        int members,
        int eventsKnown,
        long heldBytes,
        long queuedBytes,
        int unconfirmedEvents,
        int unsentEvents,
        int aheadEvents,
        List<Link> links) {

    /** Copies the list. */
    public RoomStats {
        links = List.copyOf(links);
    }

    /**
     * One link to one peer.
     *
     * @param peer the other side
     * @param kind what the link is for
     * @param phase how far it has come
     * @param interrupted whether its path carries nothing at the moment, and another one is looked for
     * @param roundTrip how long the last PING took to come back, queues of both sides included; null before the first,
     *     which is sent when nothing was heard for two seconds
     * @param sinceHeard how long ago the last frame came; null before the first
     * @param queuedBytes bytes that wait here or are not known to have left
     * @param transport figures of the transport; null when the link is not open, or did not give them in time
     */
    public record Link(
            PeerId peer,
            Kind kind,
            Phase phase,
            boolean interrupted,
            @Nullable Duration roundTrip,
            @Nullable Duration sinceHeard,
            long queuedBytes,
            @Nullable LinkStats transport) {}

    /** What a link is for. */
    public enum Kind {
        /** Between the one who leads the room and a participant, over which that one was admitted. */
        LEADER,
        /** Between two participants, or to one that was let in by another leader. */
        PARTICIPANT
    }

    /** How far a link has come. */
    public enum Phase {
        /** A path is being looked for. */
        NEGOTIATING,
        /** Frames can be sent; nothing is known of the other side. */
        OPEN,
        /** Admission is under way. */
        JOINING,
        /** Messages go over it. */
        ADMITTED
    }
}
