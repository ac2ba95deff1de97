package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.WorkerLimits;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.websocket.core.WebSocketConnection;
import org.jspecify.annotations.Nullable;

/**
 * Cuts connections that hold on to the worker without using it: too many of one address, headers or bodies that trickle
 * in, and answers that nobody takes. An idle timeout alone sees none of these, for a byte now and then resets it. Safe
 * for threads.
 */
public final class ConnectionGuard implements Connection.Listener {
    private final WorkerLimits limits;
    private final ClientAddresses addresses;
    private final Consumer<Cut> onCut;
    private final ConcurrentMap<EndPoint, Watch> watches = new ConcurrentHashMap<>();
    /** The address of each connection that counts, WebSockets included. */
    private final ConcurrentMap<EndPoint, String> counted = new ConcurrentHashMap<>();

    private final ConcurrentMap<String, Integer> perAddress = new ConcurrentHashMap<>();

    /** @param onCut hears of each connection that was cut */
    public ConnectionGuard(WorkerLimits limits, ClientAddresses addresses, Consumer<Cut> onCut) {
        this.limits = limits;
        this.addresses = addresses;
        this.onCut = onCut;
    }

    /** Why a connection was cut. */
    public enum Cut {
        ADDRESS_FULL,
        SLOW_HEADERS,
        SLOW_BODY,
        SLOW_READER
    }

    private enum Phase {
        /** Nothing of the next request has come. */
        RESTING,
        HEADERS,
        BODY,
        /** The worker is at it. */
        WORKING,
        ANSWERING
    }

    /** How far the present request of one connection has got; one at a time, as HTTP/1.1 has it. */
    static final class Watch {
        private final Connection connection;
        private Phase phase = Phase.RESTING;
        private long sinceNanos = NanoTime.now();
        private long bytesBefore;

        private Watch(Connection connection) {
            this.connection = connection;
        }

        private synchronized void enter(Phase next) {
            phase = next;
            sinceNanos = NanoTime.now();
        }

        /** The body has not come with the headers; what counts is when this was said first. */
        synchronized void awaitsBody() {
            if (phase == Phase.WORKING) {
                enter(Phase.BODY);
            }
        }

        void hasBody() {
            enter(Phase.WORKING);
        }

        void answers() {
            enter(Phase.ANSWERING);
        }

        private synchronized void rests() {
            bytesBefore = connection.getBytesIn();
            enter(Phase.RESTING);
        }

        private synchronized @Nullable Cut overdue(WorkerLimits limits) {
            if (phase == Phase.RESTING && connection.getBytesIn() > bytesBefore) {
                enter(Phase.HEADERS);
            }
            return switch (phase) {
                case RESTING, WORKING -> null;
                case HEADERS -> isOver(limits.headerTimeout()) ? Cut.SLOW_HEADERS : null;
                case BODY -> isOver(limits.bodyTimeout()) ? Cut.SLOW_BODY : null;
                case ANSWERING -> isOver(limits.answerTimeout()) ? Cut.SLOW_READER : null;
            };
        }

        private boolean isOver(Duration timeout) {
            return NanoTime.since(sinceNanos) >= timeout.toNanos();
        }
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof WebSocketConnection) {
            // It has counted since it was opened, and has rules of its own.
            return;
        }
        EndPoint endPoint = connection.getEndPoint();
        Optional<InetAddress> address = ClientAddresses.address(endPoint.getRemoteSocketAddress());
        if (address.isPresent() && !addresses.isTrusted(address.get())) {
            String name = ClientAddresses.name(address.get());
            counted.put(endPoint, name);
            if (perAddress.merge(name, 1, Integer::sum) > limits.connectionsPerAddress()) {
                onCut.accept(Cut.ADDRESS_FULL);
                endPoint.close();
                // Whether or not the end was told to us meanwhile.
                forget(endPoint);
                return;
            }
        }
        watches.put(endPoint, new Watch(connection));
        if (!endPoint.isOpen()) {
            onClosed(connection);
        }
    }

    @Override
    public void onClosed(Connection connection) {
        EndPoint endPoint = connection.getEndPoint();
        watches.remove(endPoint);
        if (!endPoint.isOpen()) {
            forget(endPoint);
        }
    }

    private void forget(EndPoint endPoint) {
        String name = counted.remove(endPoint);
        if (name != null) {
            perAddress.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    /** The headers of a request are complete; the watch of its connection, if it has one. */
    @Nullable
    Watch began(Request request) {
        Watch watch =
                watches.get(request.getConnectionMetaData().getConnection().getEndPoint());
        if (watch != null) {
            watch.enter(Phase.WORKING);
            Request.addCompletionListener(request, failure -> watch.rests());
        }
        return watch;
    }

    /** Cuts what is overdue; to be called about twice a second. */
    public void tick() {
        watches.forEach((endPoint, watch) -> {
            Cut cut = watch.overdue(limits);
            if (cut != null && watches.remove(endPoint, watch)) {
                onCut.accept(cut);
                endPoint.close(new TimeoutException(cut.name()));
            }
        });
    }
}
