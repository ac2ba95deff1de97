package dev.parley.chat.signaling.internal;

import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.AccessToken;
import dev.parley.chat.signaling.AccessTokenProvider;
import dev.parley.chat.signaling.AccessTokenProvider.Freshness;
import dev.parley.chat.signaling.internal.WorkerHttp.Answer;
import dev.parley.chat.transport.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Requests with the access token of the account: a refused token is renewed once, a passing failure retried. */
public final class AccountRequests {

    /** How often an idempotent request is sent at most. */
    static final int MAX_TRIES = 3;

    /** The ceiling of the first wait between tries. */
    static final Duration FIRST_WAIT = Duration.ofMillis(250);

    /** The ceiling of any wait that is not asked for by the worker. */
    static final Duration MAX_WAIT = Duration.ofSeconds(5);

    /** A request whose worker asks for a longer wait fails at once; the exception names the wait. */
    static final Duration MAX_REQUESTED_WAIT = Duration.ofSeconds(10);

    private final WorkerHttp http;
    private final AccessTokenProvider tokens;
    private final Duration requestTimeout;
    private final Duration tokenTimeout;
    private final Environment environment;
    private final Executor tokenExecutor;
    private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Makes the front.
     *
     * @param http sends
     * @param tokens gives the account's tokens
     * @param requestTimeout for one exchange
     * @param tokenTimeout for one token
     */
    public AccountRequests(
            WorkerHttp http, AccessTokenProvider tokens, Duration requestTimeout, Duration tokenTimeout) {
        this.http = http;
        this.tokens = tokens;
        this.requestTimeout = requestTimeout;
        this.tokenTimeout = tokenTimeout;
        environment = http.environment();
        tokenExecutor = environment.newSerialExecutor("signaling-tokens");
    }

    WorkerHttp http() {
        return http;
    }

    Duration requestTimeout() {
        return requestTimeout;
    }

    /**
     * Sends an idempotent request until an answer is a success or final.
     *
     * @param request without authorization
     * @param maxAnswerBytes the limit of the answer
     * @param read turns a success, or a refusal that it takes for one, into the value; throws for all others
     * @param <T> the value
     * @return completes with the value, or fails with a {@link SignalingException}
     */
    public <T> CompletableFuture<T> retrying(Request request, int maxAnswerBytes, Function<Answer, T> read) {
        return retrying(request, null, maxAnswerBytes, read);
    }

    /**
     * Sends an idempotent request until an answer is a success or final, first with a token that is for this request
     * alone; if that is refused, with the one of the account.
     *
     * @param request without authorization
     * @param narrow a token that can do less than that of the account; null if there is none
     * @param maxAnswerBytes the limit of the answer
     * @param read as above
     * @param <T> the value
     * @return completes with the value, or fails with a {@link SignalingException}
     */
    public <T> CompletableFuture<T> retrying(
            Request request, @Nullable AccessToken narrow, int maxAnswerBytes, Function<Answer, T> read) {
        CompletableFuture<T> result = tracked();
        Backoff backoff = new Backoff(environment, FIRST_WAIT, MAX_WAIT, Backoff.Jitter.FULL);
        attempt(() -> once(request, narrow, maxAnswerBytes), read, backoff, 1, result);
        return result;
    }

    private <T> void attempt(
            Supplier<CompletableFuture<Answer>> send,
            Function<Answer, T> read,
            Backoff backoff,
            int attempt,
            CompletableFuture<T> result) {
        Stages.whenDone(send.get().thenApply(read), (value, failure) -> {
            if (failure == null) {
                result.complete(value);
                return;
            }
            SignalingException problem = Failures.of(failure);
            Duration wanted = problem.retryAfter().orElse(Duration.ZERO);
            boolean passing = switch (problem.problem()) {
                case UNREACHABLE, UNAVAILABLE, RATE_LIMITED -> true;
                default -> false;
            };
            if (!passing || attempt == MAX_TRIES || wanted.compareTo(MAX_REQUESTED_WAIT) > 0 || closed) {
                result.completeExceptionally(problem);
                return;
            }
            Duration own = backoff.next();
            Environment.Cancellable timer = environment.schedule(
                    own.compareTo(wanted) > 0 ? own : wanted, () -> attempt(send, read, backoff, attempt + 1, result));
            Stages.whenDone(result, (ignored, cancelled) -> timer.cancel());
        });
    }

    /**
     * Sends a request once, and once more with a fresh token if the first is refused. Completes with the answer, which
     * may be any refusal; fails with a {@link SignalingException}.
     */
    CompletableFuture<Answer> once(Request request, int maxAnswerBytes) {
        CompletableFuture<Answer> result = tracked();
        Stages.whenDone(
                token(Freshness.CACHED)
                        .thenCompose(token -> authorized(request, token, maxAnswerBytes))
                        .thenCompose(answer -> answer.status() == 401
                                ? token(Freshness.FRESH)
                                        .thenCompose(token -> authorized(request, token, maxAnswerBytes))
                                : CompletableFuture.completedFuture(answer)),
                (answer, failure) -> {
                    if (failure == null) {
                        result.complete(answer);
                    } else {
                        result.completeExceptionally(closed ? Failures.closed() : Failures.of(failure));
                    }
                });
        return result;
    }

    private CompletableFuture<Answer> once(Request request, @Nullable AccessToken narrow, int maxAnswerBytes) {
        Instant end = narrow == null ? Instant.EPOCH : Objects.requireNonNullElse(narrow.expiresAt(), Instant.MAX);
        if (narrow == null || !end.isAfter(Instant.ofEpochMilli(environment.epochMillis()))) {
            return once(request, maxAnswerBytes);
        }
        return authorized(request, narrow, maxAnswerBytes)
                .thenCompose(answer -> answer.status() == 401
                        ? once(request, maxAnswerBytes)
                        : CompletableFuture.completedFuture(answer))
                .toCompletableFuture();
    }

    private CompletionStage<Answer> authorized(Request request, AccessToken token, int maxAnswerBytes) {
        Request signed = request.newBuilder()
                .header("Authorization", "Bearer " + token.value())
                .build();
        return http.exchange(signed, requestTimeout, maxAnswerBytes);
    }

    private CompletableFuture<AccessToken> token(Freshness freshness) {
        CompletableFuture<AccessToken> result = new CompletableFuture<>();
        Environment.Cancellable timer = environment.schedule(
                tokenTimeout,
                () -> result.completeExceptionally(new SignalingException(
                        Problem.UNAUTHORIZED, "no access token came within " + tokenTimeout.toSeconds() + " s")));
        Stages.whenDone(result, (token, failure) -> timer.cancel());
        tokenExecutor.execute(() -> {
            try {
                Stages.whenDone(tokens.token(freshness), (token, failure) -> {
                    if (failure == null) {
                        result.complete(token);
                    } else {
                        result.completeExceptionally(tokenFailure(failure));
                    }
                });
            } catch (RuntimeException e) {
                result.completeExceptionally(tokenFailure(e));
            }
        });
        return result;
    }

    private static SignalingException tokenFailure(Throwable failure) {
        Throwable cause = Failures.unwrap(failure);
        return cause instanceof SignalingException known
                ? known
                : new SignalingException(Problem.UNAUTHORIZED, "the access-token provider failed", null, cause);
    }

    /** A future that {@link #close} fails if nothing else has completed it. */
    @SuppressWarnings("CollectionUndefinedEquality") // identity is the equality that is wanted here
    private <T> CompletableFuture<T> tracked() {
        CompletableFuture<T> future = new CompletableFuture<>();
        open.add(future);
        Stages.whenDone(future, (value, failure) -> open.remove(future));
        if (closed) {
            future.completeExceptionally(Failures.closed());
        }
        return future;
    }

    /** Fails what is open and what comes later. */
    public void close() {
        closed = true;
        open.forEach(future -> future.completeExceptionally(Failures.closed()));
    }
}
