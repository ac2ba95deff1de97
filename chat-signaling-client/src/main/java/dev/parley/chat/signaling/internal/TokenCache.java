package dev.parley.chat.signaling.internal;

import dev.parley.chat.signaling.AccessToken;
import dev.parley.chat.signaling.AccessTokenProvider;
import dev.parley.chat.transport.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Keeps a token until shortly before it expires, and lets concurrent requests share one fetch. */
public final class TokenCache implements AccessTokenProvider {

    /** A token is renewed this long before it expires, or a quarter of its life if that is less. */
    static final Duration MAX_MARGIN = Duration.ofSeconds(60);

    private final AccessTokenProvider source;
    private final Environment environment;

    private final Object lock = new Object();
    private @Nullable AccessToken token;
    private long renewAtMillis;
    private @Nullable CompletableFuture<AccessToken> fetch;

    /**
     * Makes an empty cache.
     *
     * @param source gives new tokens
     * @param environment whose wall clock counts
     */
    public TokenCache(AccessTokenProvider source, Environment environment) {
        this.source = source;
        this.environment = environment;
    }

    @Override
    public CompletionStage<AccessToken> token(Freshness freshness) {
        CompletableFuture<AccessToken> mine;
        synchronized (lock) {
            if (fetch != null) {
                return fetch.copy();
            }
            if (freshness == Freshness.CACHED && token != null && environment.epochMillis() < renewAtMillis) {
                return CompletableFuture.completedFuture(token);
            }
            mine = new CompletableFuture<>();
            fetch = mine;
        }
        CompletionStage<AccessToken> fetched;
        try {
            fetched = source.token(freshness);
        } catch (RuntimeException e) {
            fetched = CompletableFuture.failedFuture(e);
        }
        Stages.whenDone(fetched, (fresh, failure) -> {
            synchronized (lock) {
                fetch = null;
                if (failure == null) {
                    token = fresh;
                    renewAtMillis = renewAt(fresh.expiresAt());
                }
            }
            if (failure == null) {
                mine.complete(fresh);
            } else {
                mine.completeExceptionally(Failures.unwrap(failure));
            }
        });
        return mine.copy();
    }

    private long renewAt(@Nullable Instant expiresAt) {
        if (expiresAt == null) {
            return Long.MAX_VALUE;
        }
        long end = expiresAt.toEpochMilli();
        long life = Math.max(0, end - environment.epochMillis());
        return end - Math.min(MAX_MARGIN.toMillis(), life / 4);
    }
}
