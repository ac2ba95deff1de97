package dev.parley.chat;

/**
 * A message was not accepted because too many bytes wait to be sent. Nothing was queued and no sequence number was
 * used: send again when earlier messages have gone out.
 */
public final class BackpressureException extends ChatException {

    private static final long serialVersionUID = 1L;

    private final long queuedBytes;
    private final long maxQueuedBytes;

    /**
     * Makes the exception.
     *
     * @param queuedBytes bytes that wait to be sent
     * @param maxQueuedBytes the limit that the message would have passed
     */
    public BackpressureException(long queuedBytes, long maxQueuedBytes) {
        super(
                queuedBytes + " bytes wait to be sent, the limit is " + maxQueuedBytes
                        + "; send again when earlier messages have gone out",
                null,
                CloseReason.Origin.LOCAL,
                true);
        this.queuedBytes = queuedBytes;
        this.maxQueuedBytes = maxQueuedBytes;
    }

    /**
     * Returns how much waited.
     *
     * @return bytes that waited to be sent
     */
    public long queuedBytes() {
        return queuedBytes;
    }

    /**
     * Returns the limit.
     *
     * @return the limit in bytes
     */
    public long maxQueuedBytes() {
        return maxQueuedBytes;
    }
}
