package dev.parley.chat.transport;

import dev.parley.chat.internal.webrtc.SharedFactory;
import dev.parley.chat.internal.webrtc.WebRtcLink;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Links over WebRTC data channels: ICE (RFC 8445) finds the path, DTLS (RFC 9147 and before) encrypts it, SCTP (RFC
 * 8831) orders and repeats.
 *
 * <p>All transports of a process share one native factory. It exists while there are links, and so do its threads,
 * which keep the JVM alive: a program that is to end by itself closes its links or its transport. That works even after
 * the environment and its executors are gone.
 *
 * <p>The machine needs one network interface that is up beside the loopback. The native library prints a line or two to
 * the standard streams when the process ends; a program whose standard output is read by another keeps a stream of its
 * own.
 */
public final class WebRtcTransport implements Transport {

    private final Environment environment;
    private final Duration connectTimeout;
    private final Set<WebRtcLink> links = new HashSet<>();
    private boolean closed;

    /** For tests; see {@link #create}. */
    WebRtcTransport(Environment environment, Duration connectTimeout) {
        this.environment = environment;
        this.connectTimeout = connectTimeout;
    }

    /**
     * Makes a transport, and loads the native library if this is the first use in the process, which takes a fifth of a
     * second.
     *
     * @param environment for timers; it has to outlive the links, and is not closed with the transport
     * @return a new transport, to be closed by the caller
     * @throws dev.parley.chat.TransportException if the native library cannot be loaded; see {@link NativeLibraries}
     */
    public static WebRtcTransport create(Environment environment) {
        NativeLibraries.load();
        return new WebRtcTransport(environment, WebRtcLink.CONNECT_TIMEOUT);
    }

    @Override
    public PeerLink open(LinkRole role, IceConfig ice, Executor owner, PeerLinkListener listener) {
        requireOpen();
        NativeLibraries.load();
        SharedFactory.Lease lease = SharedFactory.lease();
        WebRtcLink link = new WebRtcLink(role, ice, environment, owner, listener, connectTimeout, lease, this::forget);
        try {
            synchronized (links) {
                requireOpen();
                links.add(link);
            }
        } catch (IllegalStateException e) {
            lease.release();
            throw e;
        }
        link.begin();
        return link;
    }

    @Override
    public void close() {
        List<WebRtcLink> remaining;
        synchronized (links) {
            closed = true;
            remaining = List.copyOf(links);
            links.clear();
        }
        remaining.forEach(WebRtcLink::shutDown);
    }

    private void requireOpen() {
        synchronized (links) {
            if (closed) {
                throw new IllegalStateException("the transport is closed");
            }
        }
    }

    private void forget(WebRtcLink link) {
        synchronized (links) {
            links.remove(link);
        }
    }
}
