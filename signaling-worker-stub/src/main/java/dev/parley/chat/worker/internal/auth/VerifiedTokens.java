package dev.parley.chat.worker.internal.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;

/**
 * What was said by the tokens that were verified a moment ago: a client sends the same one with each request, and to
 * verify a signature takes longer than all the rest of most requests. A token that was refused is not remembered. A
 * token is known by its hash; none is kept. Safe for threads.
 *
 * @param <T> what a valid token says
 */
final class VerifiedTokens<T> {
    /**
     * How long a token is believed without another look. A key that its issuer withdraws loses its force when that is
     * noticed: then all are forgotten; only a token that is just being verified may outlast it by this.
     */
    static final Duration TRUST = Duration.ofSeconds(30);

    /** Of some 200 bytes each. */
    private static final int MAX_TOKENS = 10_000;

    private final Function<String, Verified<T>> verifier;
    private final InstantSource clock;
    private final Cache<ByteBuffer, Believed<T>> believed;

    /** @param verifier verifies a token, or throws what it is refused with */
    VerifiedTokens(Function<String, Verified<T>> verifier, InstantSource clock) {
        this.verifier = verifier;
        this.clock = clock;
        this.believed = Caffeine.newBuilder()
                .maximumSize(MAX_TOKENS)
                // By the machine's clock, to free memory; what is valid is decided by the clock of the worker.
                .expireAfterWrite(TRUST)
                .scheduler(Scheduler.systemScheduler())
                .build();
    }

    /**
     * A token that is valid.
     *
     * @param content what it says
     * @param untilMillis when it is not valid any more
     */
    record Verified<T>(T content, long untilMillis) {}

    private record Believed<T>(Verified<T> token, long fromMillis) {
        boolean holdsAt(long nowMillis) {
            return nowMillis >= fromMillis
                    && nowMillis < token.untilMillis
                    && nowMillis - fromMillis < TRUST.toMillis();
        }
    }

    T verify(String token) {
        if (token.length() > MintedTokens.MAX_CHARACTERS) {
            return verifier.apply(token).content();
        }
        ByteBuffer hash = ByteBuffer.wrap(sha256(token));
        long nowMillis = clock.millis();
        Believed<T> known = believed.getIfPresent(hash);
        if (known == null || !known.holdsAt(nowMillis)) {
            known = new Believed<>(verifier.apply(token), nowMillis);
            believed.put(hash, known);
        }
        return known.token.content();
    }

    /** Every token is verified anew from now on. */
    void forgetAll() {
        believed.invalidateAll();
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
