package dev.parley.chat.internal.crypto;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.PeerCard;

/**
 * What a signaling envelope says, once opened and verified: the sender holds the keys of its card, and meant exactly
 * this receiver in this room. Immutable; any thread.
 */
public final class Envelope {

    /** Length of a session id in bytes. */
    public static final int SESSION_BYTES = 16;

    /** Longest body in bytes. */
    public static final int MAX_BODY_BYTES = 40 * 1024;

    private final RoomId room;
    private final PeerCard sender;
    private final PeerId receiver;
    private final byte[] session;
    private final int counter;
    private final byte[] body;

    /**
     * Makes an envelope.
     *
     * @param room the room that it belongs to
     * @param sender who says it
     * @param receiver to whom
     * @param session names one attempt to connect; {@value #SESSION_BYTES} bytes
     * @param counter counts the sender's envelopes of the session, from 0
     * @param body at most {@value #MAX_BODY_BYTES} bytes
     * @throws IllegalArgumentException if a length is wrong or the counter negative
     */
    public Envelope(RoomId room, PeerCard sender, PeerId receiver, byte[] session, int counter, byte[] body) {
        if (session.length != SESSION_BYTES) {
            throw new IllegalArgumentException("a session has " + SESSION_BYTES + " bytes, not " + session.length);
        }
        if (counter < 0) {
            throw new IllegalArgumentException("a counter cannot be negative");
        }
        if (body.length > MAX_BODY_BYTES) {
            throw new IllegalArgumentException("a body has at most " + MAX_BODY_BYTES + " bytes, not " + body.length);
        }
        this.room = room;
        this.sender = sender;
        this.receiver = receiver;
        this.session = session.clone();
        this.counter = counter;
        this.body = body.clone();
    }

    /**
     * Returns the room that the envelope belongs to.
     *
     * @return the room
     */
    public RoomId room() {
        return room;
    }

    /**
     * Returns who signed the envelope.
     *
     * @return the sender's card
     */
    public PeerCard sender() {
        return sender;
    }

    /**
     * Returns whom the envelope is for.
     *
     * @return the receiver
     */
    public PeerId receiver() {
        return receiver;
    }

    /**
     * Returns the name of the attempt to connect.
     *
     * @return {@value #SESSION_BYTES} new bytes
     */
    public byte[] session() {
        return session.clone();
    }

    /**
     * Returns the number of the envelope in its session; the caller refuses what is not above the last one.
     *
     * @return 0 or more
     */
    public int counter() {
        return counter;
    }

    /**
     * Returns what is said.
     *
     * @return new bytes
     */
    public byte[] body() {
        return body.clone();
    }

    /**
     * Names the parties; the body is not in it.
     *
     * @return a line for logs
     */
    @Override
    public String toString() {
        return "Envelope(" + sender.peerId() + " to " + receiver + ", counter " + counter + ", " + body.length
                + " bytes)";
    }
}
