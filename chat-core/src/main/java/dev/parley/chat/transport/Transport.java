package dev.parley.chat.transport;

import java.util.concurrent.Executor;

/**
 * Makes links to peers. The real one is {@code WebRtcTransport}; chat-testkit has a simulated one, and the contract
 * suite that both pass.
 *
 * <p>{@link #open} and {@link #close} may be called from any thread.
 */
public interface Transport extends AutoCloseable {

    /**
     * Starts a link. It connects once the signals that the listener is given have reached the link at the other side,
     * and the other way round.
     *
     * @param role which side makes the offer; the other side of the link has the other role
     * @param ice servers and policy for this link
     * @param owner runs every call of {@code listener}, in order, never two at once. The methods of the link are called
     *     from tasks of this executor only.
     * @param listener is told what happens; first called after this method has returned if the caller is a task of
     *     {@code owner}
     * @return the link
     * @throws dev.parley.chat.TransportException if this machine cannot make links at all
     * @throws IllegalStateException if the transport is closed
     */
    PeerLink open(LinkRole role, IceConfig ice, Executor owner, PeerLinkListener listener);

    /**
     * Closes all links, each with a call of {@link PeerLinkListener#onClosed} if it had none yet, and frees what the
     * transport holds. Closing again does nothing.
     */
    @Override
    void close();

    /** Which side makes the offer. */
    enum LinkRole {
        /** Makes the offer. */
        INITIATOR,
        /** Waits for the offer and answers. */
        RESPONDER
    }
}
