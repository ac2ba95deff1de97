package dev.parley.chat.transport;

import dev.parley.chat.PeerId;
import dev.parley.chat.SignalingException;
import java.util.List;

/**
 * Is told what happens to a {@link SignalingSession}. All calls come from tasks of the owner executor, one at a time,
 * in order. What it throws is logged and goes no further.
 *
 * <pre>
 *   joining ──► connected ──► interrupted ──► connected … ──► ended
 * </pre>
 */
public interface SignalingListener {

    /**
     * The session has its place; messages flow. Called again after each interruption.
     *
     * @param iceServers what the worker offers for finding a path; may be empty
     */
    void onConnected(List<IceServer> iceServers);

    /**
     * A message has arrived. It may be older than this session, and in rare cases arrive twice.
     *
     * @param from the sender, as the worker says
     * @param type what the payload is, as the worker says
     * @param payload the bytes, at most {@link SignalingSession#MAX_PAYLOAD_BYTES}
     */
    void onMessage(PeerId from, SignalingSession.MessageType type, byte[] payload);

    /**
     * The worker cannot be reached. The session goes on trying; established links are not touched. May be called again
     * while that lasts, and before the session was ever connected.
     *
     * @param cause why
     */
    void onInterrupted(SignalingException cause);

    /**
     * The session has given up: the room is gone (ROOM_NOT_FOUND), the account is not accepted (UNAUTHORIZED,
     * FORBIDDEN), the place is another's (PEER_TAKEN), the room is full (ROOM_FULL), or the worker speaks another
     * protocol (PROTOCOL). The last call.
     *
     * @param cause why
     */
    void onEnded(SignalingException cause);
}
