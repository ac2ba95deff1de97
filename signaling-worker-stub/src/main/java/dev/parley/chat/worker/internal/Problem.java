package dev.parley.chat.worker.internal;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request is refused: becomes an {@code application/problem+json} answer (RFC 9457). Its message is sent to the
 * client, so it never repeats a token, an address or a payload.
 */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int DEFAULT_RETRY_AFTER_SECONDS = 1;

    private final ProblemCode code;
    private final int retryAfterSeconds;
    private final String requiredScopes;

    public Problem(ProblemCode code, String detail) {
        this(code, detail, DEFAULT_RETRY_AFTER_SECONDS, null, "");
    }

    public Problem(ProblemCode code, String detail, int retryAfterSeconds) {
        this(code, detail, retryAfterSeconds, null, "");
    }

    public Problem(ProblemCode code, String detail, @Nullable Throwable cause) {
        this(code, detail, DEFAULT_RETRY_AFTER_SECONDS, cause, "");
    }

    private Problem(
            ProblemCode code, String detail, int retryAfterSeconds, @Nullable Throwable cause, String requiredScopes) {
        // A refusal is an everyday answer: only one with a cause is looked at later, and that one has its own trace.
        super(detail, cause, false, false);
        this.code = code;
        this.retryAfterSeconds = retryAfterSeconds;
        this.requiredScopes = requiredScopes;
    }

    public static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_REQUEST, detail);
    }

    /** A good access token that does not have all of these scopes (RFC 6750 section 3.1). */
    public static Problem insufficientScope(Set<String> required) {
        return new Problem(
                ProblemCode.FORBIDDEN,
                "the access token lacks a scope that the worker requires: log in again and ask for it",
                DEFAULT_RETRY_AFTER_SECONDS,
                null,
                String.join(" ", required));
    }

    /** The scopes that a token must have, separated by spaces; empty if the refusal is not about scopes. */
    public String requiredScopes() {
        return requiredScopes;
    }

    public ProblemCode code() {
        return code;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }

    /** For the codes that carry {@code Retry-After}. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
