package dev.parley.chat.transport;

import dev.parley.chat.PeerId;
import java.util.concurrent.CompletionStage;

/** A place in a room's mailbox system. Methods may be called from any thread and never block. */
public interface SignalingSession {

    /** Largest payload, in bytes. */
    int MAX_PAYLOAD_BYTES = 48 * 1024;

    /**
     * Sends a message to another peer of the room. While the connection is lost the message waits; it is retried until
     * it is accepted, refused for good, or 30 s old. The worker drops repetitions of one message, so a retry never
     * delivers twice.
     *
     * @param to the receiver
     * @param type what the payload is
     * @param payload at most {@value #MAX_PAYLOAD_BYTES} bytes; must not be changed afterwards
     * @return completes when the worker has accepted the message; fails with a
     *     {@link dev.parley.chat.SignalingException}
     * @throws IllegalArgumentException if the payload is too large
     */
    CompletionStage<Void> send(PeerId to, MessageType type, byte[] payload);

    /**
     * Takes the committer's lease of the room if it is free, or renews it if this peer holds it with this fence. A
     * holding that is not renewed ends after a time that the worker sets. One attempt: not repeated by the session.
     *
     * @param fence the fence of one's own holding, to renew it; else the greatest fence that one has heard of, or 0:
     *     the fence of a new holding is greater than it
     * @return completes with who holds the lease now, which may be another peer; fails with FORBIDDEN if this peer is
     *     neither the host nor named in the succession, with UNREACHABLE if the session is not connected and the like,
     *     with PROTOCOL if the worker finds the fence too far ahead of its own
     * @throws IllegalArgumentException if the fence is negative
     */
    CompletionStage<Lease> acquireLease(long fence);

    /**
     * Gives the lease back before its time, so that another can take it at once. A {@link #leave} that follows waits
     * for it.
     *
     * @param fence of one's own holding; an older one changes nothing
     * @return completes when the worker knows, or cannot be told; never fails
     */
    CompletionStage<Void> releaseLease(long fence);

    /**
     * Looks whether the worker is still heard, sooner than the session does by itself: to be called when something else
     * suggests that the network has changed, such as a link that is interrupted. A session whose connection does not
     * answer within a few seconds loses it and connects again at once; one that waits before it connects again no
     * longer waits, unless the worker asked for it. Does nothing more on a session that has ended. Does nothing at all
     * unless it is overridden.
     */
    default void probe() {}

    /**
     * Gives the place up and ends the session. The listener is not called any more.
     *
     * @return completes when the worker knows, or cannot be told; never fails
     */
    CompletionStage<Void> leave();

    /**
     * Ends the session without telling the worker, which frees the place after its TTL. The listener is not called any
     * more. Closing again does nothing. What is sent to the place until then waits, up to 60 s, for the next session of
     * the same peer.
     */
    void close();

    /** What a payload is; opaque to the worker. */
    enum MessageType {
        /** A sealed envelope. */
        ENVELOPE,
        /** A signed refusal of an envelope that could not be opened. */
        REFUSAL
    }
}
