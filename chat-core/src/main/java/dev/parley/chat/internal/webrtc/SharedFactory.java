package dev.parley.chat.internal.webrtc;

import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.media.audio.AudioDeviceModule;
import dev.onvoid.webrtc.media.audio.AudioDeviceModuleBase;
import dev.onvoid.webrtc.media.audio.AudioLayer;
import dev.parley.chat.TransportException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The one native factory of this process. It is made for the first lease and disposed of with the last: each factory
 * has five threads of its own that keep the JVM alive, and it holds on to some memory for every message received, which
 * only its end gives back. Making one takes a millisecond.
 */
public final class SharedFactory {

    private static final SharedFactory PROCESS = new SharedFactory();

    /**
     * Held while the factory is made and disposed of. No native callback ever takes it: they only hand over to owner
     * executors. So it is no danger that those calls wait for native threads.
     */
    private final Object lock = new Object();

    private @Nullable PeerConnectionFactory factory;
    private @Nullable AudioDeviceModuleBase audio;
    private int leases;

    private SharedFactory() {}

    /**
     * Takes part in the factory of this process. The native library must have been loaded.
     *
     * @return a lease, to be released once no native object of it is left
     * @throws TransportException if the native library cannot make a factory
     */
    public static Lease lease() {
        return PROCESS.take();
    }

    /**
     * Counts the leases, for tests and diagnostics.
     *
     * @return how many there are in this process
     */
    public static int leases() {
        synchronized (PROCESS.lock) {
            return PROCESS.leases;
        }
    }

    private Lease take() {
        synchronized (lock) {
            PeerConnectionFactory current = factory;
            if (current == null) {
                try {
                    // Without an audio device the native constructor aborts the process on a machine that has no sound.
                    AudioDeviceModuleBase silence = new AudioDeviceModule(AudioLayer.kDummyAudio);
                    current = new PeerConnectionFactory(silence);
                    audio = silence;
                    factory = current;
                } catch (RuntimeException | Error e) {
                    throw new TransportException("webrtc-java could not be started", e);
                }
            }
            leases++;
            return new Lease(this, current);
        }
    }

    private void giveBack() {
        synchronized (lock) {
            leases--;
            if (leases > 0) {
                return;
            }
            PeerConnectionFactory idle = factory;
            AudioDeviceModuleBase silence = audio;
            factory = null;
            audio = null;
            if (idle != null) {
                idle.dispose();
            }
            if (silence != null) {
                silence.dispose();
            }
        }
    }

    /** A share in the factory. */
    public static final class Lease {

        private final SharedFactory shared;
        private final PeerConnectionFactory factory;
        private final AtomicBoolean released = new AtomicBoolean();

        private Lease(SharedFactory shared, PeerConnectionFactory factory) {
            this.shared = shared;
            this.factory = factory;
        }

        PeerConnectionFactory factory() {
            return factory;
        }

        /** Gives the share back; the last one disposes of the factory. Releasing again does nothing. */
        public void release() {
            if (released.compareAndSet(false, true)) {
                shared.giveBack();
            }
        }
    }
}
