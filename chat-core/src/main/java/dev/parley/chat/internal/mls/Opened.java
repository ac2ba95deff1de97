package dev.parley.chat.internal.mls;

import dev.parley.chat.PeerId;
import dev.parley.chat.internal.crypto.VerifyingKey;

/** An application message that was decrypted and whose sender's signature was verified. */
public final class Opened {

    private final PeerId sender;
    private final VerifyingKey senderKey;
    private final long epoch;
    private final int generation;
    private final byte[] plaintext;

    Opened(PeerId sender, VerifyingKey senderKey, long epoch, int generation, byte[] plaintext) {
        this.sender = sender;
        this.senderKey = senderKey;
        this.epoch = epoch;
        this.generation = generation;
        this.plaintext = plaintext;
    }

    /**
     * Returns who signed the message.
     *
     * @return the sender
     */
    public PeerId sender() {
        return sender;
    }

    /**
     * Returns the key that signed the message, of which the sender's id is the hash.
     *
     * @return the sender's identity key
     */
    public VerifyingKey senderKey() {
        return senderKey;
    }

    /**
     * Returns the epoch in which it was sent.
     *
     * @return the epoch
     */
    public long epoch() {
        return epoch;
    }

    /**
     * Returns the place of the message among those of its sender in its epoch (RFC 9420 section 9.1).
     *
     * @return counts from 0
     */
    public int generation() {
        return generation;
    }

    /**
     * Returns what was sent.
     *
     * @return the bytes, which now belong to the caller
     */
    public byte[] plaintext() {
        return plaintext;
    }
}
