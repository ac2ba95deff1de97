package dev.parley.chat.cli;

import dev.parley.chat.TransportException;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Transport;
import java.util.concurrent.Executor;

/** For commands that only ask the worker: they need no link, so they need not load the native library. */
final class NoTransport implements Transport {

    @Override
    public PeerLink open(LinkRole role, IceConfig ice, Executor owner, PeerLinkListener listener) {
        throw new TransportException("this command makes no links", null);
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
