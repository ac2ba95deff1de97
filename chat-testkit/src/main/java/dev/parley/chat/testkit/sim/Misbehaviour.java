package dev.parley.chat.testkit.sim;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.RoomEntry;
import java.util.List;

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
