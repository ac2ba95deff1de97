package dev.parley.chat.worker.internal.push;

import dev.parley.chat.worker.WorkerLimits;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.store.RoomStore;
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;
import dev.parley.chat.worker.internal.store.RoomStore.Waiting;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.jetty.util.NanoTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who waits for messages right now: at most one WebSocket and one long poll for each peer.
 *
 * <p>Messages never pass through here. The store keeps them, the hub wakes whoever waits, and that one reads the store;
 * a message can therefore neither be lost between the two nor pile up for a slow reader. The hub holds no lock while it
 * calls out, and its methods may be called from any thread.
 *
 * <p>With several workers on one store, each tells the others what happened on it. That may be lost, so whoever waits
 * looks at the store again every {@value #RECHECK_MILLIS} ms as well.
 */
public final class PushHub implements Nodes.Listener {
    /** A connection from which nothing came for so long is taken for dead. */
    public static final long MAX_SILENCE_MILLIS = 60_000;

    /** Payload characters of one answer, so that it keeps to the limit of a body with its JSON around them. */
    public static final int MAX_ANSWER_PAYLOAD_CHARACTERS = 64 * 1024;

    private static final Logger log = LoggerFactory.getLogger(PushHub.class);
    private static final int SOCKET_RETRY_SECONDS = 30;
    private static final int STOPPING_RETRY_SECONDS = 2;
    /** When few are connected, draining takes less than its time. */
    private static final long MAX_DRAIN_PAUSE_NANOS = 1_000_000_000;

    /** How late a message can be of which the hint was lost. */
    private static final long RECHECK_MILLIS = 5_000;

    private final RoomStore store;
    private final Nodes nodes;
    private final InstantSource clock;
    private final ScheduledExecutorService timers;
    private final long ttlMillis;
    private final ConcurrentMap<Slot, PushSocket> sockets = new ConcurrentHashMap<>();
    private final ConcurrentMap<Slot, PendingRead> reads = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Integer> socketsOfAccounts = new ConcurrentHashMap<>();
    private final WorkerLimits limits;
    private final Runnable onCut;
    private final Runnable onPushed;
    private volatile boolean draining;
    private volatile boolean stopping;
    private volatile long recheckedAtMillis;

    public PushHub(
            RoomStore store,
            Nodes nodes,
            InstantSource clock,
            ScheduledExecutorService timers,
            Duration timeToLive,
            WorkerLimits limits,
            Runnable onCut,
            Runnable onPushed) {
        this.store = store;
        this.nodes = nodes;
        this.clock = clock;
        this.timers = timers;
        this.ttlMillis = timeToLive.toMillis();
        this.limits = limits;
        this.onCut = onCut;
        this.onPushed = onPushed;
    }

    private record PendingRead(Member member, long after, CompletableFuture<List<Waiting>> answer) {}

    /**
     * Acknowledges up to {@code after} and reads what is above it, waiting for something to come if need be. A newer
     * read of the same peer ends this one with an empty list.
     *
     * @return completes with the messages, with none after {@code wait}, or exceptionally with a {@link Problem}
     */
    public CompletableFuture<List<Waiting>> read(Member member, long after, Duration wait) {
        store.acknowledge(member, after, clock.millis());
        List<Waiting> present = waiting(member, after);
        if (!present.isEmpty() || wait.isZero()) {
            return CompletableFuture.completedFuture(present);
        }
        PendingRead read = new PendingRead(member, after, new CompletableFuture<>());
        ScheduledFuture<?> timer =
                timers.schedule(() -> read.answer.complete(List.of()), wait.toMillis(), TimeUnit.MILLISECONDS);
        var unused = read.answer.whenComplete((messages, failure) -> {
            timer.cancel(false);
            reads.remove(member.slot(), read);
        });
        PendingRead older = reads.put(member.slot(), read);
        if (older != null) {
            older.answer.complete(List.of());
        }
        nodes.reading(member.slot());
        // What came between the look above and the registration woke nobody; and a stop may have passed by.
        wake(read);
        if (draining) {
            read.answer.completeExceptionally(stoppingProblem());
        }
        return read.answer;
    }

    /**
     * Returns normally if the account may open another WebSocket, or this one takes the place of one.
     *
     * @throws Problem {@code rate_limited}
     */
    public void requireRoomForSocket(Member member) {
        int open = socketsOfAccounts.getOrDefault(member.account(), 0);
        if (open >= limits.socketsPerAccount() && !sockets.containsKey(member.slot())) {
            throw new Problem(
                    ProblemCode.RATE_LIMITED,
                    "an account has at most " + limits.socketsPerAccount() + " WebSockets",
                    SOCKET_RETRY_SECONDS);
        }
    }

    /** A message was put into the mailbox of this peer. */
    public void arrived(Slot slot) {
        changedElsewhere(slot);
        nodes.changed(slot);
    }

    @Override
    public void changedElsewhere(Slot slot) {
        PushSocket socket = sockets.get(slot);
        if (socket != null) {
            socket.wake();
        }
        PendingRead read = reads.get(slot);
        if (read != null) {
            wake(read);
        }
    }

    /** The peer was renewed by a heartbeat. */
    public void renewed(Slot slot) {
        PushSocket socket = sockets.get(slot);
        if (socket != null) {
            socket.renewed(clock.millis());
        }
    }

    /** The peer has left its room. */
    public void left(Slot slot) {
        end(slot::equals, new Problem(ProblemCode.PEER_EXPIRED, "this peer has left"));
        nodes.changed(slot);
    }

    /** The room was deleted. */
    public void deleted(String roomId) {
        end(slot -> slot.roomId().equals(roomId), new Problem(ProblemCode.ROOM_NOT_FOUND, "the room is gone"));
        nodes.roomChanged(roomId);
    }

    @Override
    public void roomChangedElsewhere(String roomId) {
        sockets.forEach((slot, socket) -> {
            if (slot.roomId().equals(roomId)) {
                socket.wake();
            }
        });
        reads.forEach((slot, read) -> {
            if (slot.roomId().equals(roomId)) {
                wake(read);
            }
        });
    }

    @Override
    public void readElsewhere(Slot slot) {
        PendingRead read = reads.get(slot);
        if (read != null) {
            read.answer.complete(List.of());
        }
    }

    @Override
    public void openedElsewhere(Slot slot, long rank) {
        PushSocket socket = sockets.get(slot);
        if (socket != null && socket.yieldsTo(rank)) {
            socket.replaced();
        }
    }

    @Override
    public void missed() {
        recheck();
    }

    /**
     * Ends everything that waits, one after the other over this time, so that the clients do not all come to the next
     * worker at once; few are ended in less. Whatever would begin to wait is refused from now on. Blocks.
     *
     * @throws InterruptedException when the rest should be ended at once
     */
    public void drain(Duration time) throws InterruptedException {
        draining = true;
        List<Runnable> ends = new ArrayList<>();
        sockets.values().forEach(socket -> ends.add(() -> socket.close(stoppingProblem())));
        reads.values().forEach(read -> ends.add(() -> read.answer.completeExceptionally(stoppingProblem())));
        if (ends.isEmpty() || time.isZero()) {
            return;
        }
        long pauseNanos = Math.min(time.toNanos() / ends.size(), MAX_DRAIN_PAUSE_NANOS);
        long start = NanoTime.now();
        for (int i = 0; i < ends.size(); i++) {
            ends.get(i).run();
            long aheadNanos = (i + 1) * pauseNanos - NanoTime.since(start);
            if (aheadNanos > 0) {
                TimeUnit.NANOSECONDS.sleep(aheadNanos);
            }
        }
    }

    /**
     * Returns normally unless the worker is about to stop.
     *
     * @throws Problem {@code unavailable}
     */
    public void requireServing() {
        if (draining) {
            throw stoppingProblem();
        }
    }

    public boolean isDraining() {
        return draining;
    }

    /** Ends everything that waits, and whatever would begin to wait from now on. */
    public void stop() {
        draining = true;
        stopping = true;
        end(slot -> true, stoppingProblem());
    }

    public int openSockets() {
        return sockets.size();
    }

    public int waitingReads() {
        return reads.size();
    }

    /** Closes the WebSockets whose time has come; to be called about once a second. */
    public void tick() {
        long now = clock.millis();
        for (PushSocket socket : sockets.values()) {
            socket.tick(now);
        }
        nodes.tick();
        if (nodes.isShared() && now - recheckedAtMillis >= RECHECK_MILLIS) {
            recheck();
        }
    }

    /**
     * Returns normally if the other workers on the store are heard.
     *
     * @throws Problem {@code unavailable}
     */
    public void requireConnected() {
        nodes.requireConnected();
    }

    private void recheck() {
        recheckedAtMillis = clock.millis();
        sockets.values().forEach(PushSocket::wake);
        for (PendingRead read : reads.values()) {
            try {
                look(read);
            } catch (Problem e) {
                if (e.code() == ProblemCode.UNAVAILABLE) {
                    // Nobody has asked for this look, and there will be another.
                    return;
                }
                read.answer.completeExceptionally(e);
            }
        }
    }

    private void end(Predicate<Slot> which, Problem problem) {
        sockets.forEach((slot, socket) -> {
            if (which.test(slot)) {
                socket.close(problem);
            }
        });
        reads.forEach((slot, read) -> {
            if (which.test(slot)) {
                read.answer.completeExceptionally(problem);
            }
        });
    }

    private void wake(PendingRead read) {
        try {
            look(read);
        } catch (Problem e) {
            // It concerns the one who reads, not the one whose message woke it.
            read.answer.completeExceptionally(e);
        }
    }

    private void look(PendingRead read) {
        List<Waiting> messages = waiting(read.member, read.after);
        if (!messages.isEmpty()) {
            read.answer.complete(messages);
        }
    }

    private static Problem stoppingProblem() {
        return new Problem(ProblemCode.UNAVAILABLE, "the worker is stopping", STOPPING_RETRY_SECONDS);
    }

    void opened(PushSocket socket) {
        PushSocket older = sockets.put(socket.member().slot(), socket);
        if (older == null) {
            socketsOfAccounts.merge(socket.member().account(), 1, Integer::sum);
        } else {
            older.replaced();
        }
        try {
            long rank = nodes.opened(socket.member().slot());
            if (socket.isOutranked(rank)) {
                socket.replaced();
            } else {
                store.connected(socket.member(), rank, clock.millis());
            }
        } catch (Problem e) {
            socket.close(e);
        }
        if (draining) {
            socket.close(stoppingProblem());
        }
    }

    /** The client does not take its frames. */
    void cut(PushSocket socket) {
        lost(socket);
        onCut.run();
    }

    /** The connection has ended, and the peer has not left: it may come back. */
    void lost(PushSocket socket) {
        if (sockets.get(socket.member().slot()) == socket && !stopping) {
            try {
                store.away(socket.member(), socket.rank(), clock.millis());
            } catch (Problem e) {
                log.debug("That a peer is away was not noted: {}", e.code());
            }
        }
        closed(socket);
    }

    void pushed() {
        onPushed.run();
    }

    void closed(PushSocket socket) {
        if (sockets.remove(socket.member().slot(), socket)) {
            socketsOfAccounts.computeIfPresent(
                    socket.member().account(), (account, open) -> open == 1 ? null : open - 1);
        }
    }

    List<Waiting> waiting(Member member, long after) {
        return store.waiting(member, after, MAX_ANSWER_PAYLOAD_CHARACTERS, clock.millis());
    }

    RoomStore store() {
        return store;
    }

    WorkerLimits limits() {
        return limits;
    }

    long nowMillis() {
        return clock.millis();
    }

    long ttlMillis() {
        return ttlMillis;
    }
}
