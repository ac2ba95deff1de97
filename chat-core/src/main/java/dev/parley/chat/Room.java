package dev.parley.chat;

import dev.parley.chat.crypto.RoomCode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A room that this process is in. Made by {@link RoomManager}; not to be implemented by others, methods may be added.
 * Methods may be called from any thread and never block.
 */
public interface Room {

    /**
     * Returns the room's id.
     *
     * @return the id
     */
    RoomId id();

    /**
     * Returns the room's name, as its host signed it.
     *
     * @return the name; free of control characters
     */
    String name();

    /**
     * Returns who may find the room.
     *
     * @return the visibility
     */
    RoomOptions.Visibility visibility();

    /**
     * Returns the invite, with the room's secret if it is private. Who has it can join.
     *
     * @return the invite
     */
    Invite invite();

    /**
     * Returns this process as the others see it.
     *
     * @return oneself
     */
    Participant self();

    /**
     * Returns where the room stands; the listener may hear of it a moment later.
     *
     * @return the state
     */
    ConnectionState state();

    /**
     * Returns who is in the room now, oneself included.
     *
     * @return an immutable snapshot of those who have said their name: the host first, then in the order in which this
     *     process was told of them
     */
    List<Participant> participants();

    /**
     * Computes what all members of the room see alike if nobody splits them. It changes whenever somebody comes or
     * goes.
     *
     * @return the code of the current epoch; empty when the room is not CONNECTED or nobody else is in it. Takes some
     *     15 ms of one processor
     */
    Optional<RoomCode> roomCode();

    /**
     * Returns how much waits to be sent or, at a participant, to be ordered by the host. At rest it is back at zero
     * within seconds.
     *
     * @return bytes, approximately
     */
    long queuedBytes();

    /**
     * Sends a text; see {@link #send(OutgoingMessage)}.
     *
     * @param text see {@link OutgoingMessage#builder}
     * @return see {@link #send(OutgoingMessage)}
     * @throws IllegalArgumentException if the text is empty or too long
     */
    default CompletableFuture<MessageId> send(String text) {
        return send(OutgoingMessage.of(text));
    }

    /**
     * Sends a message to all in the room. Messages of one thread are sent in the order of its calls.
     *
     * <p>Cancelling the future has no effect.
     *
     * @param message the message
     * @return completes with the message's id once it is accepted on this side: signed, queued for sending and durable
     *     in the store. Fails with {@link BackpressureException} when too much waits (nothing was queued), with
     *     {@link RoomClosedException} when the room is closed, with {@link StoreException} when it could not be stored.
     *     How it gets on is told to {@link RoomListener#onDelivery}
     */
    CompletableFuture<MessageId> send(OutgoingMessage message);

    /**
     * Leaves in an orderly way: the others are told, links and signaling are closed. A host that leaves ends the room.
     * Leaving again changes nothing.
     *
     * @return completes with the reason when everything is closed; never fails
     */
    CompletableFuture<CloseReason> leave();

    /**
     * Returns how the room ends.
     *
     * @return completes with the reason when the room is CLOSED, after the listener's last call; never fails
     */
    CompletableFuture<CloseReason> closed();
}
