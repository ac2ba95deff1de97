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
     * A frame has arrived.
     *
     * @param frame the listener's own copy. At least one byte; no more than the sender chose to send: check it against
     *     {@link PeerLink#MAX_FRAME_BYTES}
     */
    void onFrame(byte[] frame);

    /**
     * The link has ended, or never came about.
     *
     * @param reason why, and who ended it
     */
    void onClosed(CloseReason reason);
}
