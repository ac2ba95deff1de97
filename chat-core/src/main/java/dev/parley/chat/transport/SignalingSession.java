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
