package dev.parley.chat;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The signaling worker refused a request, or could not be reached. */
public final class SignalingException extends ChatException {

    private static final long serialVersionUID = 1L;

    private final Problem problem;
    private final @Nullable Duration retryAfter;

    /** What the worker, or the way to it, answered. See docs/signaling.md for the codes on the wire. */
    public enum Problem {
        /** No answer: refused, timed out, cut, or the name does not resolve. */
        UNREACHABLE(true),
        /** The worker is stopping or cannot reach its store, or failed inside (5xx). */
        UNAVAILABLE(true),
        /** Too many requests, or the receiver's mailbox is full. */
        RATE_LIMITED(true),
        /** No token, or the worker does not accept it. */
        UNAUTHORIZED(false),
        /** The account may not do this. */
        FORBIDDEN(false),
        /** No such room, or no longer. */
        ROOM_NOT_FOUND(false),
        /** The receiver of a message is not in the room. */
        PEER_NOT_FOUND(true),
        /** The room id is taken by another descriptor or account. */
        ROOM_EXISTS(false),
        /** The peer id is held by another account. */
        PEER_TAKEN(false),
        /** The room's capacity is reached. */
        ROOM_FULL(true),
        /** A request was above a limit. */
        TOO_LARGE(false),
        /** The answer was not one of a signaling worker, or it found the request malformed. */
        PROTOCOL(false);

        private final boolean retryable;

        Problem(boolean retryable) {
            this.retryable = retryable;
        }
    }

    /**
     * Makes the exception.
     *
     * @param problem what happened
     * @param message one line for people
     * @param retryAfter how long the worker asks to wait, if it does
     * @param cause the failure below, if there was one
     */
    public SignalingException(
            Problem problem, String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(message, cause, CloseReason.Origin.SIGNALING, problem.retryable);
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    /**
     * Makes the exception.
     *
     * @param problem what happened
     * @param message one line for people
     */
    public SignalingException(Problem problem, String message) {
        this(problem, message, null, null);
    }

    /**
     * Returns what happened.
     *
     * @return the problem
     */
    public Problem problem() {
        return problem;
    }

    /**
     * Returns how long the worker asks to wait before the next try.
     *
     * @return the wait, or empty when the worker named none
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
