package dev.parley.chat.transport;

import dev.parley.chat.CloseReason;

/**
 * Is told what happens to a link. All calls come from tasks of the owner executor, one at a time, in order;
 * {@link #onClosed} comes once and is the last. What it throws is logged and goes no further.
 */
public interface PeerLinkListener {

    /**
     * The other side needs this signal.
     *
     * @param signal to be carried to {@link PeerLink#accept} of the other side
     */
    void onSignal(LinkSignal signal);

    /** Frames can be sent and {@link PeerLink#channelBinding()} can be read from now on. */
    void onOpen();

    /**
     * A frame has arrived. One that is empty or larger than {@link PeerLink#MAX_FRAME_BYTES}, or text, never does: it
     * closes the link with {@link dev.parley.chat.CloseReason.Code#PROTOCOL_VIOLATION} and origin PEER. Frames that
     * come so fast that too many wait for the owner executor close it with
     * {@link dev.parley.chat.CloseReason.Code#SLOW_PEER} and origin LOCAL. After {@link PeerLink#close} no frame comes.
     *
     * @param frame the listener's own copy, 1 to {@link PeerLink#MAX_FRAME_BYTES} bytes
     */
    void onFrame(byte[] frame);

    /**
     * An ephemeral frame has arrived. Others may be lost, come late, in another order, or twice. One that is empty or
     * larger than {@link PeerLink#MAX_EPHEMERAL_BYTES}, or text, closes the link as with {@link #onFrame}; too many at
     * a time do not, they are dropped: at most {@link PeerLink#MAX_UNREAD_EPHEMERAL} wait for the owner executor. None
     * comes before {@link #onOpen} or after {@link PeerLink#close}. Does nothing unless it is overridden.
     *
     * @param frame the listener's own copy, 1 to {@link PeerLink#MAX_EPHEMERAL_BYTES} bytes
     */
    default void onEphemeral(byte[] frame) {}

    /**
     * The path of an open link has been interrupted, or carries again. A link that opens is connected, which is not
     * told. Does nothing unless it is overridden.
     *
     * @param state another than the one that was told before
     */
    default void onPath(PathState state) {}

    /**
     * The link has ended, or never came about.
     *
     * @param reason why, and who ended it
     */
    void onClosed(CloseReason reason);
}
