package dev.parley.chat;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** A code that was given out for a room, and what becomes of it. Made by {@link Room#createCode}. Any thread. */
public interface PairingOffer {

    /** What became of a code. In every case it is void afterwards. */
    enum Outcome {
        /** Somebody who knew the code has got the invite. */
        USED,
        /** Somebody tried a wrong code, or meddled with a right one; nobody has got the invite. */
        BURNT,
        /** Its time was over. */
        EXPIRED,
        /** It was cancelled, or the room was closed, or the worker lost. */
        CANCELLED
    }

    /**
     * Returns the code.
     *
     * @return to be said to one person
     */
    PairingCode code();

    /**
     * Returns until when it can be used.
     *
     * @return by this process's clock
     */
    Instant expires();

    /**
     * Returns what becomes of it.
     *
     * @return completes once, on the room's listener executor; never fails
     */
    CompletableFuture<Outcome> outcome();

    /** Makes the code void. Has no effect when it is already. */
    void cancel();
}
