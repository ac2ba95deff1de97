package dev.parley.chat.worker.internal.push;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;

/**
 * The other workers on the same store: tells them what happened to a slot or a room, and hears it from them.
 *
 * <p>Only hints travel here, and they may be lost. Whatever counts is in the store, which {@link PushHub} looks at
 * again after a while. Telling never fails for the lack of a listener; safe for threads.
 */
public interface Nodes extends AutoCloseable {

    /** Is told what happened on another worker. Called on a thread of the nodes, one call at a time. */
    interface Listener {
        /** A message was put into this mailbox, or its peer has left: look at the store. */
        void changedElsewhere(Slot slot);

        /** The room is gone, perhaps: look at the store. */
        void roomChangedElsewhere(String roomId);

        /** A read of this peer begins to wait there. */
        void readElsewhere(Slot slot);

        /** A WebSocket of this peer was opened there; see {@link #opened}. */
        void openedElsewhere(Slot slot, long rank);

        /** Something may have been told that was not heard: look at the store for all. */
        void missed();
    }

    /** Whether there may be others. */
    boolean isShared();

    /** Begins to hear; called once. */
    void listen(Listener listener);

    void changed(Slot slot);

    void roomChanged(String roomId);

    void reading(Slot slot);

    /**
     * A WebSocket of this peer was opened here.
     *
     * @return its rank: greater than that of each that was opened before, on any worker
     * @throws Problem {@code unavailable} if there is no telling
     */
    long opened(Slot slot);

    /** To be called about once a second. */
    void tick();

    /**
     * Returns normally if the others are heard.
     *
     * @throws Problem {@code unavailable}
     */
    void requireConnected();

    @Override
    void close();

    /** No others. */
    static Nodes none() {
        return new Nodes() {
            @Override
            public boolean isShared() {
                return false;
            }

            @Override
            public void listen(Listener listener) {}

            @Override
            public void changed(Slot slot) {}

            @Override
            public void roomChanged(String roomId) {}

            @Override
            public void reading(Slot slot) {}

            @Override
            public long opened(Slot slot) {
                return 1;
            }

            @Override
            public void tick() {}

            @Override
            public void requireConnected() {}

            @Override
            public void close() {}
        };
    }
}
