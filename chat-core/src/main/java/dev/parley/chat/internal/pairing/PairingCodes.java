package dev.parley.chat.internal.pairing;

import dev.parley.chat.CloseReason;
import dev.parley.chat.PairingException;
import dev.parley.chat.PairingOffer;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.Signaling;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The codes of one room: gives them out, and no more when too many were tried wrongly. Any thread. */
public final class PairingCodes {

    private static final int MAX_BURNT = 5;
    private static final Duration BURNT_PERIOD = Duration.ofMinutes(10);

    /**
     * What pairing works with.
     *
     * @param environment time, randomness and threads
     * @param signaling the worker
     * @param listenerExecutor where outcomes are told
     */
    public record Services(Environment environment, Signaling signaling, Executor listenerExecutor) {}

    private final Services services;
    private final Supplier<String> invite;
    private final Set<PairingSession> open = ConcurrentHashMap.newKeySet();

    /** When codes were burnt; guarded by itself, like {@link #isClosed}. */
    private final Deque<Long> burnt = new ArrayDeque<>();

    private boolean isClosed;

    /**
     * Makes the codes of a room.
     *
     * @param services what is worked with
     * @param invite gives the room's invite link of now
     */
    public PairingCodes(Services services, Supplier<String> invite) {
        this.services = services;
        this.invite = invite;
    }

    /**
     * Gives a code out.
     *
     * @return completes with the offer; fails with {@link PairingException} when too many were tried wrongly, with
     *     {@link dev.parley.chat.SignalingException}, with {@link RoomClosedException}
     */
    public CompletableFuture<PairingOffer> create() {
        PairingSession session;
        synchronized (burnt) {
            if (isClosed) {
                return CompletableFuture.failedFuture(roomClosed());
            }
            long now = services.environment().nanoTime();
            while (!burnt.isEmpty() && now - burnt.element() >= BURNT_PERIOD.toNanos()) {
                burnt.remove();
            }
            if (burnt.size() >= MAX_BURNT) {
                Duration wait = Duration.ofNanos(burnt.element() + BURNT_PERIOD.toNanos() - now);
                return CompletableFuture.failedFuture(new PairingException(
                        PairingException.Reason.TOO_MANY_TRIES,
                        "somebody keeps trying codes of this room; hand over the invite link instead, or wait",
                        wait));
            }
            session = new PairingSession(services, invite);
            open.add(session);
        }
        CompletableFuture<PairingOffer.Outcome> unused = session.outcome().whenComplete((outcome, failure) -> {
            open.remove(session);
            if (outcome == PairingOffer.Outcome.BURNT) {
                synchronized (burnt) {
                    burnt.add(services.environment().nanoTime());
                }
            }
        });
        return session.start();
    }

    /** The room is closed: every code is void. */
    public void close() {
        synchronized (burnt) {
            isClosed = true;
        }
        open.forEach(PairingSession::cancel);
    }

    /** The room's threads are about to end: completes all that waits for a code. */
    public void abandon() {
        close();
        open.forEach(PairingSession::abandon);
    }

    static RoomClosedException roomClosed() {
        return new RoomClosedException(
                new CloseReason(CloseReason.Code.LEFT, CloseReason.Origin.LOCAL, "the room is closed"));
    }
}
