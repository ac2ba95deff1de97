package dev.parley.chat.transport;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Figures of one link at one moment. There is no address in them: they may be shown and logged.
 *
 * @param roundTrip how long the last probe of the path took there and back, in whole milliseconds; null before the
 *     first
 * @param bytesSent of frames, ephemeral ones included, that were handed to the link since it was made
 * @param bytesReceived of frames, ephemeral ones included
 * @param messagesSent how many frames that was
 * @param messagesReceived how many frames that was
 * @param bufferedBytes as {@link PeerLink#bufferedBytes}
 * @param route between what kinds of addresses the path leads; null while there is none
 */
public record LinkStats(
        @Nullable Duration roundTrip,
        long bytesSent,
        long bytesReceived,
        long messagesSent,
        long messagesReceived,
        long bufferedBytes,
        @Nullable Route route) {

    /**
     * The pair of candidates that is in use.
     *
     * @param local how this side is reached
     * @param remote how the other side is reached
     * @param protocol between the two; a relay may be reached by another
     */
    public record Route(CandidateType local, CandidateType remote, Protocol protocol) {}

    /** What kind of address a candidate is (RFC 8445 section 5.1.1). */
    public enum CandidateType {
        /** Of one of its own interfaces. */
        HOST,
        /** Of a NAT in front of it, as a STUN server saw it. */
        SERVER_REFLEXIVE,
        /** Of a NAT in front of it, as the other side saw it. */
        PEER_REFLEXIVE,
        /** Of a TURN server that passes everything on. */
        RELAYED
    }

    /** What ICE and DTLS run over. */
    public enum Protocol {
        /** Datagrams. */
        UDP,
        /** A stream (RFC 6544). */
        TCP
    }
}
