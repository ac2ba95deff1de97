package dev.parley.chat.testkit.sim;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.Nameplate;
import dev.parley.chat.transport.RoomEntry;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that an {@link EvilWorker} does otherwise than an honest one. Each method is given the truth and returns
 * what the client is told instead; by default, the truth. {@link Misbehaviours} has those that matter; several of one
 * worker apply one after the other, each to what the one before has left.
 */
public interface Misbehaviour {

    /**
     * Answers who looks a room up.
     *
     * @param worker who misbehaves, with its randomness and all that it has seen
     * @param client who asks, by the name given to {@link EvilWorker#between}
     * @param asked the room that the client asked for
     * @param truth what an honest worker would say
     * @return what this one says
     * @throws dev.parley.chat.SignalingException to refuse
     */
    default RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
        return truth;
    }

    /**
     * Lists public rooms.
     *
     * @param worker who misbehaves
     * @param client who asks
     * @param truth a page of an honest worker's list
     * @return what this one lists
     * @throws dev.parley.chat.SignalingException to refuse
     */
    default List<RoomEntry> list(EvilWorker worker, String client, List<RoomEntry> truth) {
        return truth;
    }

    /**
     * Looks at a client that wants a place in a room.
     *
     * @param worker who misbehaves
     * @param client who asks
     * @param room the room
     * @throws dev.parley.chat.SignalingException to end the session with it
     */
    default void join(EvilWorker worker, String client, RoomId room) {}

    /**
     * Names ICE servers to a client that has its place.
     *
     * @param worker who misbehaves
     * @param client who is told
     * @param truth what an honest worker would name
     * @return what this one names
     */
    default List<IceServer> iceServers(EvilWorker worker, String client, List<IceServer> truth) {
        return truth;
    }

    /**
     * Answers who asks for the lease of a room.
     *
     * @param worker who misbehaves
     * @param client who asks
     * @param asker the client's peer
     * @param truth who holds it in an honest worker's word
     * @return who holds it in this one's word
     * @throws dev.parley.chat.SignalingException to refuse
     */
    default Lease lease(EvilWorker worker, String client, PeerId asker, Lease truth) {
        return truth;
    }

    /**
     * Answers who asks for the lease of a room and is neither its host nor a deputy, as an honest worker sees it.
     *
     * @param worker who misbehaves
     * @param client who asks
     * @param asker the client's peer
     * @return who holds it in this one's word; null to refuse, as an honest worker would
     */
    default @Nullable Lease forbiddenLease(EvilWorker worker, String client, PeerId asker) {
        return null;
    }

    /**
     * Tells a client the short number that it has opened for a room.
     *
     * @param worker who misbehaves
     * @param client who asks
     * @param room the room
     * @param truth the number that an honest worker gave
     * @return the number that this one tells
     * @throws dev.parley.chat.SignalingException to refuse
     */
    default Nameplate openNameplate(EvilWorker worker, String client, RoomId room, Nameplate truth) {
        return truth;
    }

    /**
     * Answers who looks a short number up.
     *
     * @param worker who misbehaves
     * @param client who asks
     * @param number the number
     * @param truth the room that an honest worker would name; null if it would say that there is none
     * @return the room that this one names; null to say that there is none
     * @throws dev.parley.chat.SignalingException to refuse
     */
    default @Nullable RoomId findNameplate(EvilWorker worker, String client, int number, @Nullable RoomId truth) {
        return truth;
    }

    /**
     * Says how long an answer is held back: to who looks a room or a short number up, or asks for a lease.
     *
     * @param worker who misbehaves
     * @param client who asks
     * @return how long; zero to answer at once
     */
    default Duration lateness(EvilWorker worker, String client) {
        return Duration.ZERO;
    }

    /**
     * Carries a message.
     *
     * @param worker who misbehaves
     * @param client whom an honest worker would give it to
     * @param mail the message
     * @return what is delivered instead, to whomever it is addressed; nothing to drop it
     */
    default List<EvilWorker.Mail> carry(EvilWorker worker, String client, EvilWorker.Mail mail) {
        return List.of(mail);
    }
}
