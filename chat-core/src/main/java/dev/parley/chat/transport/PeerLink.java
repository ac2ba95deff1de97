package dev.parley.chat.transport;

import java.util.function.Consumer;

/**
 * A bidirectional, ordered and reliable stream of binary frames to one peer, encrypted hop by hop; beside it a way for
 * frames that may be lost. Called from the owner executor that was given to {@link Transport#open}, and from nowhere
 * else.
 *
 * <pre>
 *   NEGOTIATING ──(both descriptions, a path)──► OPEN ──► CLOSED
 *        └──────────(failed, closed)───────────────────────►
 * </pre>
 */
public interface PeerLink {

    /** Largest frame, in bytes. Larger ones are cut in pieces above this interface. */
    int MAX_FRAME_BYTES = 16 * 1024;

    /** Most bytes that may wait in a link before {@link #send} refuses more. */
    int MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

    /** Largest ephemeral frame, in bytes: one that one packet of the network holds. */
    int MAX_EPHEMERAL_BYTES = 1_100;

    /** Most bytes of ephemeral frames that may wait in a link before {@link #sendEphemeral} drops more. */
    int MAX_BUFFERED_EPHEMERAL_BYTES = 16 * 1024;

    /** Most ephemeral frames that may have arrived and wait for the owner executor; more are dropped. */
    int MAX_UNREAD_EPHEMERAL = 64;

    /** Most times that a link looks for a path anew. */
    int MAX_RESTARTS = 32;

    /**
     * Takes a signal of the other side. Candidates that come before the description wait for it. A signal that is
     * malformed, out of place or late closes nothing but this link, with
     * {@link dev.parley.chat.CloseReason.Code#PROTOCOL_VIOLATION}; on a closed link it does nothing.
     *
     * @param signal what the other side's listener was given
     */
    void accept(LinkSignal signal);

    /**
     * Queues a frame. The array must not be changed afterwards.
     *
     * @param frame 1…{@value #MAX_FRAME_BYTES} bytes
     * @return false if the frame was not taken: the link is not open, or {@value #MAX_BUFFERED_BYTES} bytes would be
     *     passed. True does not say that the frame has arrived.
     * @throws IllegalArgumentException if the frame is empty or too large
     */
    boolean send(byte[] frame);

    /**
     * Sends a frame that may be lost, for what is soon out of date: that somebody types, a ping. It is sent once and
     * not again, overtakes other frames or is overtaken, and never waits for long: it is dropped where it would have
     * to. The array must not be changed afterwards.
     *
     * @param frame 1…{@value #MAX_EPHEMERAL_BYTES} bytes
     * @return false if the frame was dropped at once: the link is not open, its path is interrupted, or
     *     {@value #MAX_BUFFERED_EPHEMERAL_BYTES} bytes would be passed. True does not say that it arrives.
     * @throws IllegalArgumentException if the frame is empty or too large
     */
    boolean sendEphemeral(byte[] frame);

    /**
     * Returns how much is queued and not yet handed to the network, ephemeral frames left out.
     *
     * @return bytes; zero on a link that is not open
     */
    long bufferedBytes();

    /**
     * Asks for the figures of this link. They are collected elsewhere, in some milliseconds.
     *
     * @param then is given them in a later task of the owner executor, once; never if the link is not open, or ends
     *     before. What it throws is logged and goes no further.
     */
    void stats(Consumer<LinkStats> then);

    /**
     * Returns a value that both sides of this link, and no other link, have in common: SHA-256 over the DTLS
     * certificate fingerprints, initiator's first. Protocols above bind keys to it, so that nobody can sit between.
     *
     * @return 32 new bytes
     * @throws IllegalStateException before {@link PeerLinkListener#onOpen}
     */
    byte[] channelBinding();

    /**
     * Looks for a path anew, from the addresses that both sides have now (ICE restart, RFC 8445 section 2.4). The
     * channels, what is queued in them and the {@link #channelBinding} stay, and the path of before is used while it
     * lasts. As with the first path, signals of the listener have to be carried to the other side; only the initiator
     * makes offers, so the responder asks it for one ({@link LinkSignal.RestartRequest}).
     *
     * <p>May be called again before there is an answer, for example when the network has changed once more: the latest
     * offer counts. A path that fails for good ends the link, but not within 30 s of a restart. A description of the
     * other side that has another fingerprint, or is no restart, closes the link with
     * {@link dev.parley.chat.CloseReason.Code#PROTOCOL_VIOLATION}.
     *
     * @return false if nothing was begun: the link is not open, or has been restarted {@value #MAX_RESTARTS} times
     */
    boolean restartIce();

    /**
     * Closes the link after what is queued has had a short chance to leave. The listener is told
     * {@link dev.parley.chat.CloseReason.Code#LEFT} with origin LOCAL. Closing again does nothing.
     */
    void close();
}
