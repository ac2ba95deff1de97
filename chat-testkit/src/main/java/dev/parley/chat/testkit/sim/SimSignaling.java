package dev.parley.chat.testkit.sim;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.Nameplate;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.SignedSuccession;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of one process to a {@link SimWorker} over a {@link SimNetwork}: the simulated twin of the OkHttp client.
 * Messages may be lost, doubled and reordered.
 */
public final class SimSignaling implements Signaling {

    private static final int MAX_PAGE = 100;
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** How long a session of before another address goes on without noticing, by itself and when it is probed. */
    private static final Duration UNPROBED = Duration.ofSeconds(34);

    private static final Duration PROBED = Duration.ofSeconds(3);

    private static final Duration MAX_MAIL_AGE = Duration.ofSeconds(60);
    private static final Duration MAX_MESSAGE_AGE = Duration.ofSeconds(30);

    private final SimNetwork network;
    private final SimWorker worker;
    private final String host;
    private final Set<SimSession> sessions = new LinkedHashSet<>();
    private boolean closed;

    /**
     * Makes the way of one process.
     *
     * @param network the network
     * @param worker where it leads
     * @param host where in the network the process is
     */
    public SimSignaling(SimNetwork network, SimWorker worker, String host) {
        this.network = network;
        this.worker = worker;
        this.host = host;
    }

    @Override
    public URI baseUrl() {
        return URI.create("https://worker.invalid");
    }

    @Override
    public CompletionStage<Void> announce(RoomId room, SignedDescriptor descriptor) {
        return request(() -> {
            worker.announce(room, descriptor, host);
            return null;
        });
    }

    @Override
    public CompletionStage<RoomEntry> find(RoomId room) {
        return request(() -> worker.find(room, network.time().nowNanos()));
    }

    @Override
    public CompletionStage<RoomPage> publicRooms(@Nullable String cursor, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException("a page has 1 to " + MAX_PAGE + " rooms, not " + limit);
        }
        return request(() -> worker.list(cursor, limit));
    }

    @Override
    public CompletionStage<Void> withdraw(RoomId room) {
        return request(() -> {
            worker.withdraw(room, host);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> publishSuccession(RoomId room, SignedSuccession succession) {
        return request(() -> {
            worker.publishSuccession(room, succession, host);
            return null;
        });
    }

    @Override
    public CompletionStage<Nameplate> openNameplate(RoomId room) {
        return request(() -> worker.openNameplate(room, host, network.time().nowNanos()));
    }

    @Override
    public CompletionStage<RoomId> findNameplate(int number) {
        requirePositive(number);
        return request(() -> worker.findNameplate(number, host, network.time().nowNanos()));
    }

    @Override
    public CompletionStage<Void> closeNameplate(int number) {
        requirePositive(number);
        return request(() -> {
            worker.closeNameplate(number, host, network.time().nowNanos());
            return null;
        });
    }

    private static void requirePositive(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("a short number is 1 or more, not " + number);
        }
    }

    @Override
    public SignalingSession join(RoomId room, PeerId self, Executor owner, SignalingListener listener) {
        if (closed) {
            throw new IllegalStateException("the signaling client is closed");
        }
        SimSession session = new SimSession(room, self, owner, listener);
        sessions.add(session);
        session.connect();
        return session;
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(sessions).forEach(SimSession::close);
    }

    /** The process dies: the worker keeps its places, which nobody reads any more. */
    void crash() {
        closed = true;
        sessions.forEach(session -> session.state = State.ENDED);
        sessions.clear();
    }

    private <T> CompletionStage<T> request(Supplier<@Nullable T> work) {
        CompletableFuture<T> future = new CompletableFuture<>();
        later(() -> {
            if (closed || !network.reachesWorker(host)) {
                future.completeExceptionally(unreachable());
                return;
            }
            try {
                T answer = work.get();
                later(() -> future.complete(answer));
            } catch (RuntimeException e) {
                later(() -> future.completeExceptionally(e));
            }
        });
        return future;
    }

    private void later(Runnable task) {
        network.time().at(network.time().nowNanos() + network.onceNanos(), task);
    }

    private static SignalingException unreachable() {
        return new SignalingException(Problem.UNREACHABLE, "the worker cannot be reached; is it running?");
    }

    private static Lease shortened(Lease lease, Duration by) {
        Duration left = lease.validFor().minus(by);
        return new Lease(lease.holder(), lease.fence(), left.isNegative() ? Duration.ZERO : left);
    }

    private enum State {
        JOINING,
        CONNECTED,
        INTERRUPTED,
        ENDED
    }

    /** A place in a room's mailbox system. */
    final class SimSession implements SignalingSession {
        private final RoomId room;
        private final PeerId self;
        private final Executor owner;
        private final SignalingListener listener;
        private State state = State.JOINING;
        private int address;
        private long deafNanos;
        private CompletableFuture<Void> released = CompletableFuture.completedFuture(null);

        private SimSession(RoomId room, PeerId self, Executor owner, SignalingListener listener) {
            this.room = room;
            this.self = self;
            this.owner = owner;
            this.listener = listener;
        }

        private void connect() {
            later(() -> {
                if (state == State.ENDED || state == State.CONNECTED) {
                    return;
                }
                if (!network.reachesWorker(host)) {
                    interrupted();
                    return;
                }
                try {
                    worker.take(room, self, this, host);
                } catch (SignalingException e) {
                    end(e);
                    return;
                }
                state = State.CONNECTED;
                address = network.addressOf(host);
                deafNanos = 0;
                tell(() -> listener.onConnected(List.of()));
                read();
                watch();
            });
        }

        /** Notices within a while that the worker is gone, or has forgotten this place. */
        private void watch() {
            network.time().at(network.time().nowNanos() + RETRY.toNanos(), () -> {
                if (state != State.CONNECTED) {
                    return;
                }
                deafNanos = isDeaf() ? deafNanos + RETRY.toNanos() : 0;
                if (!network.reachesWorker(host) || deafNanos >= UNPROBED.toNanos()) {
                    interrupted();
                } else if (!worker.holds(room, self, this)) {
                    state = State.INTERRUPTED;
                    connect();
                } else {
                    read();
                    watch();
                }
            });
        }

        /** Reads the mailbox, if the worker can be reached; otherwise it waits until it can. */
        void read() {
            if (state == State.CONNECTED
                    && !isDeaf()
                    && network.reachesWorker(host)
                    && worker.holds(room, self, this)) {
                worker.take(room, self, network.time().nowNanos())
                        .forEach(mail -> tell(() -> mail.call().accept(listener)));
            }
        }

        /** Whether the host has another address now than its connection to the worker. */
        private boolean isDeaf() {
            return address != network.addressOf(host);
        }

        @Override
        public void probe() {
            if (state == State.INTERRUPTED) {
                connect();
                return;
            }
            network.time().at(network.time().nowNanos() + PROBED.toNanos(), () -> {
                if (state == State.CONNECTED && (isDeaf() || !network.reachesWorker(host))) {
                    interrupted();
                    connect();
                }
            });
        }

        private void interrupted() {
            if (state != State.INTERRUPTED) {
                state = State.INTERRUPTED;
                tell(() -> listener.onInterrupted(unreachable()));
            }
            network.time().at(network.time().nowNanos() + RETRY.toNanos(), this::connect);
        }

        private void end(SignalingException cause) {
            if (state != State.ENDED) {
                state = State.ENDED;
                sessions.remove(this);
                owner.execute(() -> network.tell(() -> listener.onEnded(cause)));
            }
        }

        void roomGone() {
            later(() -> end(new SignalingException(Problem.ROOM_NOT_FOUND, "the room is gone")));
        }

        void replaced() {
            later(() -> end(new SignalingException(Problem.PEER_TAKEN, "replaced by a newer connection of this peer")));
        }

        private void tell(Runnable call) {
            owner.execute(() -> {
                if (state != State.ENDED) {
                    network.tell(call);
                }
            });
        }

        @Override
        public CompletionStage<Void> send(PeerId to, MessageType type, byte[] payload) {
            if (payload.length > MAX_PAYLOAD_BYTES) {
                throw new IllegalArgumentException(
                        "a payload has at most " + MAX_PAYLOAD_BYTES + " bytes, not " + payload.length);
            }
            CompletableFuture<Void> future = new CompletableFuture<>();
            byte[] copy = payload.clone();
            trySend(to, type, copy, network.time().nowNanos() + MAX_MESSAGE_AGE.toNanos(), future);
            return future;
        }

        private void trySend(
                PeerId to, MessageType type, byte[] payload, long deadlineNanos, CompletableFuture<Void> future) {
            later(() -> {
                if (state == State.ENDED) {
                    future.completeExceptionally(unreachable());
                } else if (state != State.CONNECTED || !network.reachesWorker(host)) {
                    retry(to, type, payload, deadlineNanos, future, unreachable());
                } else {
                    deliver(to, type, payload, deadlineNanos, future);
                }
            });
        }

        private void retry(
                PeerId to,
                MessageType type,
                byte[] payload,
                long deadlineNanos,
                CompletableFuture<Void> future,
                SignalingException cause) {
            if (network.time().nowNanos() >= deadlineNanos) {
                future.completeExceptionally(cause);
            } else {
                network.time()
                        .at(
                                network.time().nowNanos() + RETRY.toNanos(),
                                () -> trySend(to, type, payload, deadlineNanos, future));
            }
        }

        private void deliver(
                PeerId to, MessageType type, byte[] payload, long deadlineNanos, CompletableFuture<Void> future) {
            worker.heard(payload);
            try {
                worker.requirePlaceOf(room, to);
            } catch (SignalingException e) {
                if (e.problem() == Problem.RATE_LIMITED) {
                    retry(to, type, payload, deadlineNanos, future, e);
                } else {
                    later(() -> future.completeExceptionally(e));
                }
                return;
            }
            later(() -> future.complete(null));
            long expiresNanos = network.time().nowNanos() + MAX_MAIL_AGE.toNanos();
            int copies = network.loses() ? 0 : network.duplicates() ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                later(() -> worker.put(
                        room,
                        to,
                        new SimWorker.Mail(listener -> listener.onMessage(self, type, payload.clone()), expiresNanos)));
            }
        }

        @Override
        public CompletionStage<Lease> acquireLease(long fence) {
            if (fence < 0) {
                throw new IllegalArgumentException("a fence is not negative: " + fence);
            }
            CompletableFuture<Lease> future = new CompletableFuture<>();
            long sentNanos = network.time().nowNanos();
            later(() -> {
                if (state != State.CONNECTED || !network.reachesWorker(host)) {
                    future.completeExceptionally(unreachable());
                    return;
                }
                Lease lease;
                try {
                    lease = worker.acquireLease(
                            room, self, this, fence, network.time().nowNanos());
                } catch (SignalingException e) {
                    later(() -> future.completeExceptionally(e));
                    return;
                }
                later(() -> {
                    if (!network.reachesWorker(host)) {
                        // The worker gave it, and nobody here knows.
                        future.completeExceptionally(unreachable());
                        return;
                    }
                    Duration onTheWay = Duration.ofNanos(network.time().nowNanos() - sentNanos);
                    future.complete(lease.holder().equals(self) ? shortened(lease, onTheWay) : lease);
                });
            });
            return future;
        }

        @Override
        public CompletionStage<Void> releaseLease(long fence) {
            CompletableFuture<Void> future = new CompletableFuture<>();
            if (state == State.ENDED) {
                future.complete(null);
                return future;
            }
            released = CompletableFuture.allOf(released, future);
            later(() -> {
                if (network.reachesWorker(host)) {
                    worker.releaseLease(room, self, this, fence);
                }
                later(() -> future.complete(null));
            });
            return future;
        }

        @Override
        public CompletionStage<Void> leave() {
            CompletableFuture<Void> future = new CompletableFuture<>();
            close();
            // A lease that is on its way back must arrive while the place is still there.
            CompletableFuture<Void> unused = released.thenRun(() -> later(() -> {
                if (network.reachesWorker(host)) {
                    worker.free(room, self, this);
                }
                future.complete(null);
            }));
            return future;
        }

        @Override
        public void close() {
            state = State.ENDED;
            sessions.remove(this);
        }
    }
}
