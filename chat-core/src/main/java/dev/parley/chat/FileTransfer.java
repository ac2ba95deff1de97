package dev.parley.chat;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * A file that is being fetched from who offered it. It goes on by itself when a link was lost; what has come survives a
 * new start of the program, and {@link Room#fetchFile} with the same place goes on behind it. Not to be implemented by
 * others, methods may be added. Methods may be called from any thread and never block.
 *
 * <pre>
 *   fetchFile ──► waits for a way to its author ◄──► pieces come ──► all is there, its hash is right ──► done
 *                      └──────────────────────────────────┴──► author left, cancelled, disk full, … ──► failed
 * </pre>
 */
public interface FileTransfer {

    /**
     * Returns the message that offered the file.
     *
     * @return its id
     */
    MessageId message();

    /**
     * Returns how much is there and safe, what had come earlier included.
     *
     * @return bytes, 0 to the size of the offer; it does not go back
     */
    long receivedBytes();

    /**
     * Returns the outcome.
     *
     * @return completes on the listener's executor with the place of the whole file once its hash is that of the offer.
     *     Fails with {@link FileTransferException}, with {@link NotAllowedException} if there is no such offer or too
     *     much is fetched at a time, with {@link RoomClosedException}. Cancelling the future has no effect
     */
    CompletableFuture<Path> done();

    /** Stops. What has come is kept beside the place. Does nothing when it is over. */
    void cancel();
}
