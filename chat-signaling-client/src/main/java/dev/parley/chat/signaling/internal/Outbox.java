package dev.parley.chat.signaling.internal;

import dev.parley.chat.PeerId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.transport.Environment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * Messages on their way to the worker. One a receiver is in flight at a time, so that a receiver's messages keep their
 * order however often one is repeated. Confined to the session's loop.
 */
final class Outbox {

    /** A message that was not accepted in this time is given up. */
    static final Duration MAX_AGE = Duration.ofSeconds(30);

    private static final Duration FIRST_WAIT = Duration.ofMillis(250);
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final Environment environment;
    private final Executor loop;
    private final Post post;
    private final Map<PeerId, Lane> lanes = new HashMap<>();

    /** How a message gets to the worker. */
    interface Post {

        /** Sends a message; null while there is no connection. Fails with a {@link SignalingException}. */
        @Nullable
        CompletableFuture<Void> post(Outgoing message);
    }

    /** A message as it is sent each time, its msgId included, and the stage that its sender holds. */
    record Outgoing(PeerId to, RequestBody body, CompletableFuture<Void> done) {}

    private final class Lane {
        final Deque<Outgoing> waiting = new ArrayDeque<>();
        final Backoff backoff = new Backoff(environment, FIRST_WAIT, MAX_WAIT, Backoff.Jitter.FULL);

        @Nullable
        CompletableFuture<Void> inFlight;

        Environment.@Nullable Cancellable retry;

        @Nullable
        SignalingException lastProblem;
    }

    Outbox(Environment environment, Executor loop, Post post) {
        this.environment = environment;
        this.loop = loop;
        this.post = post;
    }

    void submit(Outgoing message) {
        Lane lane = lanes.computeIfAbsent(message.to(), peer -> new Lane());
        lane.waiting.add(message);
        Environment.Cancellable age = environment.schedule(MAX_AGE, () -> loop.execute(() -> expire(message)));
        Stages.whenDone(message.done(), (nothing, failure) -> age.cancel());
        pump(lane);
    }

    /** There is a connection again. */
    void resume() {
        List.copyOf(lanes.values()).forEach(this::pump);
    }

    /** Gives everything up. */
    void failAll(SignalingException cause) {
        List<Lane> all = new ArrayList<>(lanes.values());
        lanes.clear();
        for (Lane lane : all) {
            stop(lane);
            lane.waiting.forEach(message -> message.done().completeExceptionally(cause));
            lane.waiting.clear();
        }
    }

    private void pump(Lane lane) {
        Outgoing head = lane.waiting.peek();
        if (head == null) {
            stop(lane);
            lanes.values().remove(lane);
            return;
        }
        if (lane.inFlight != null || lane.retry != null) {
            return;
        }
        CompletableFuture<Void> attempt = post.post(head);
        if (attempt == null) {
            return;
        }
        lane.inFlight = attempt;
        Stages.whenDone(attempt, (nothing, failure) -> loop.execute(() -> answered(lane, head, attempt, failure)));
    }

    private void answered(Lane lane, Outgoing message, CompletableFuture<Void> attempt, @Nullable Throwable failure) {
        if (lane.inFlight != attempt) {
            return;
        }
        lane.inFlight = null;
        if (failure == null) {
            settle(lane, message);
            message.done().complete(null);
        } else {
            SignalingException problem = Failures.of(failure);
            switch (problem.problem()) {
                case UNREACHABLE, UNAVAILABLE, RATE_LIMITED -> {
                    lane.lastProblem = problem;
                    Duration own = lane.backoff.next();
                    Duration wanted = problem.retryAfter().orElse(Duration.ZERO);
                    lane.retry = environment.schedule(
                            own.compareTo(wanted) > 0 ? own : wanted,
                            () -> loop.execute(() -> {
                                lane.retry = null;
                                pump(lane);
                            }));
                    return;
                }
                default -> {
                    settle(lane, message);
                    message.done().completeExceptionally(problem);
                }
            }
        }
        pump(lane);
    }

    private void settle(Lane lane, Outgoing message) {
        lane.waiting.remove(message);
        lane.backoff.reset();
        lane.lastProblem = null;
    }

    private void expire(Outgoing message) {
        Lane lane = lanes.get(message.to());
        if (lane == null || !lane.waiting.contains(message)) {
            return;
        }
        boolean head = message.equals(lane.waiting.peek());
        SignalingException last = lane.lastProblem;
        if (head) {
            stop(lane);
            settle(lane, message);
        } else {
            lane.waiting.remove(message);
        }
        message.done()
                .completeExceptionally(new SignalingException(
                        last == null ? Problem.UNREACHABLE : last.problem(),
                        "the worker did not accept the message within " + MAX_AGE.toSeconds() + " s",
                        last == null ? null : last.retryAfter().orElse(null),
                        last));
        pump(lane);
    }

    private static void stop(Lane lane) {
        CompletableFuture<Void> attempt = lane.inFlight;
        lane.inFlight = null;
        if (attempt != null) {
            attempt.cancel(false);
        }
        if (lane.retry != null) {
            lane.retry.cancel();
            lane.retry = null;
        }
    }
}
