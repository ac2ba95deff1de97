package dev.parley.chat.signaling.internal;

import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.AccessToken;
import dev.parley.chat.signaling.AccessTokenProvider;
import dev.parley.chat.signaling.LoginTokenStore;
import dev.parley.chat.signaling.LoginTokens;
import dev.parley.chat.transport.Environment;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The access token of a stored login, renewed under the lock of the store: an issuer may give out each refresh token
 * for one use, so of two processes that find the token old one renews it and the other takes what it got.
 */
public final class RefreshingTokens implements AccessTokenProvider {

    /** A token is renewed this long before its end. */
    static final Duration MARGIN = Duration.ofSeconds(30);

    /** Between two looks at a lock that another has. */
    static final Duration LOCK_WAIT = Duration.ofMillis(50);

    /** Longer than an exchange with the issuer takes. */
    static final int MAX_LOCK_TRIES = 400;

    private final Function<LoginTokens, CompletionStage<LoginTokens>> refresh;
    private final LoginTokenStore store;
    private final URI worker;
    private final Environment environment;
    private final Executor executor;

    private final Object lock = new Object();
    private @Nullable CompletableFuture<AccessToken> renewal;
    private @Nullable String given;

    /**
     * Makes a provider.
     *
     * @param refresh gets the next tokens
     * @param store has the tokens
     * @param worker for which they must be
     * @param environment whose wall clock counts
     */
    public RefreshingTokens(
            Function<LoginTokens, CompletionStage<LoginTokens>> refresh,
            LoginTokenStore store,
            URI worker,
            Environment environment) {
        this.refresh = refresh;
        this.store = store;
        this.worker = worker;
        this.environment = environment;
        this.executor = environment.newSerialExecutor("login-tokens");
    }

    /**
     * The failure of a login that cannot be renewed.
     *
     * @return a new exception
     */
    public static SignalingException over() {
        return new SignalingException(Problem.UNAUTHORIZED, "the login is over: log in again");
    }

    @Override
    public CompletionStage<AccessToken> token(Freshness freshness) {
        CompletableFuture<AccessToken> mine;
        String refused;
        synchronized (lock) {
            if (renewal != null) {
                return renewal.copy();
            }
            mine = new CompletableFuture<>();
            renewal = mine;
            refused = freshness == Freshness.FRESH ? given : null;
        }
        CompletableFuture<AccessToken> found = new CompletableFuture<>();
        attempt(refused, MAX_LOCK_TRIES, found);
        Stages.whenDone(found, (token, failure) -> {
            synchronized (lock) {
                renewal = null;
                if (failure == null) {
                    given = token.value();
                }
            }
            if (failure == null) {
                mine.complete(token);
            } else {
                mine.completeExceptionally(Failures.unwrap(failure));
            }
        });
        return mine.copy();
    }

    private void attempt(@Nullable String refused, int tries, CompletableFuture<AccessToken> found) {
        executor.execute(() -> {
            try {
                LoginTokens stored = load();
                if (isUsable(stored, refused)) {
                    found.complete(stored.accessToken());
                    return;
                }
                Optional<LoginTokenStore.Lock> held = store.tryLock();
                if (held.isPresent()) {
                    renew(refused, held.get(), found);
                } else if (tries == 0) {
                    throw new SignalingException(
                            Problem.UNAVAILABLE, "another process has been renewing the login for too long");
                } else {
                    environment.schedule(LOCK_WAIT, () -> attempt(refused, tries - 1, found));
                }
            } catch (RuntimeException e) {
                found.completeExceptionally(e);
            }
        });
    }

    private void renew(@Nullable String refused, LoginTokenStore.Lock held, CompletableFuture<AccessToken> found) {
        CompletionStage<LoginTokens> renewed;
        LoginTokens before;
        try {
            // Somebody may have renewed it between the look at it and the lock.
            before = load();
            renewed = isUsable(before, refused) ? CompletableFuture.completedFuture(before) : refresh.apply(before);
        } catch (RuntimeException e) {
            held.close();
            throw e;
        }
        Stages.whenDone(
                renewed,
                (tokens, failure) -> executor.execute(() -> {
                    AccessToken token;
                    try (held) {
                        token = keep(before, tokens, failure, refused);
                    } catch (RuntimeException e) {
                        found.completeExceptionally(e);
                        return;
                    }
                    found.complete(token);
                }));
    }

    private AccessToken keep(
            LoginTokens before, @Nullable LoginTokens renewed, @Nullable Throwable failure, @Nullable String refused) {
        if (renewed != null) {
            if (!renewed.equals(before)) {
                store.save(renewed);
            }
            return renewed.accessToken();
        }
        if (refused == null && endsAfter(before, Duration.ZERO)) {
            // Near its end, but still good: what hinders the renewal may pass.
            return before.accessToken();
        }
        throw Failures.of(Objects.requireNonNull(failure));
    }

    private LoginTokens load() {
        LoginTokens stored = store.load()
                .orElseThrow(() -> new SignalingException(
                        Problem.UNAUTHORIZED, "nobody is logged in at this worker: log in first"));
        if (!stored.worker().equals(worker)) {
            throw new SignalingException(Problem.UNAUTHORIZED, "the login is for another worker: log in first");
        }
        return stored;
    }

    private boolean isUsable(LoginTokens tokens, @Nullable String refused) {
        return !tokens.accessToken().value().equals(refused) && endsAfter(tokens, MARGIN);
    }

    private boolean endsAfter(LoginTokens tokens, Duration margin) {
        Instant end = tokens.accessToken().expiresAt();
        return end == null
                || Instant.ofEpochMilli(environment.epochMillis()).plus(margin).isBefore(end);
    }
}
