package dev.parley.chat.signaling;

import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.internal.TokenCache;
import dev.parley.chat.transport.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Where access tokens come from. It is asked before every request, so a source that does real work belongs behind
 * {@link #cached}.
 *
 * <p>{@link OkHttpSignaling} asks from one thread of its own at a time, and never under a lock: a provider may block
 * for as long as reading a file takes. Waiting for a network or a person goes into the stage. The stage may complete on
 * any thread. It should fail with a {@link SignalingException}: UNREACHABLE or UNAVAILABLE lets a session try again,
 * anything else ends it as UNAUTHORIZED.
 */
@FunctionalInterface
public interface AccessTokenProvider {

    /** Which token will do. */
    enum Freshness {
        /** Any that is not known to be expired. */
        CACHED,
        /** A new one: the worker has just refused the one before. */
        FRESH
    }

    /**
     * Returns a token.
     *
     * @param freshness which token will do
     * @return completes with the token, or fails
     */
    CompletionStage<AccessToken> token(Freshness freshness);

    /**
     * Always gives the same token.
     *
     * @param token the token
     * @return a provider
     */
    static AccessTokenProvider fixed(AccessToken token) {
        return freshness -> CompletableFuture.completedFuture(token);
    }

    /**
     * Reads an environment variable, white space around the token stripped. Fails with UNAUTHORIZED while it is unset.
     *
     * @param variable the variable's name
     * @return a provider
     */
    static AccessTokenProvider fromEnvironmentVariable(String variable) {
        return supplied(() -> {
            String text = System.getenv(variable);
            if (text == null || text.isBlank()) {
                throw new SignalingException(
                        Problem.UNAUTHORIZED, "the environment variable " + variable + " holds no access token");
            }
            return text;
        });
    }

    /**
     * Reads a file each time, so that whoever renews the token only has to replace the file. White space around the
     * token is stripped. Fails with UNAUTHORIZED while there is no such file or it holds no token.
     *
     * @param file a UTF-8 text file
     * @return a provider
     */
    static AccessTokenProvider fromFile(Path file) {
        return supplied(() -> {
            try (InputStream in = Files.newInputStream(file)) {
                // White space may surround the token; one byte more than is allowed shows that there is too much.
                byte[] bytes = in.readNBytes(2 * AccessToken.MAX_CHARACTERS + 1);
                return new String(bytes, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new SignalingException(Problem.UNAUTHORIZED, "the access-token file cannot be read", null, e);
            }
        });
    }

    /**
     * Asks a supplier each time. The text is stripped of white space at its ends.
     *
     * @param source gives the token's text; may block for a moment
     * @return a provider
     */
    static AccessTokenProvider supplied(Supplier<String> source) {
        return freshness -> {
            try {
                return CompletableFuture.completedFuture(
                        AccessToken.of(source.get().strip()));
            } catch (IllegalArgumentException e) {
                return CompletableFuture.failedFuture(new SignalingException(
                        Problem.UNAUTHORIZED, "the source holds no usable access token", null, e));
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        };
    }

    /**
     * Keeps the token of another provider until shortly before it expires: a quarter of its life, at most 60 s.
     * Requests that come while a token is being fetched share that fetch. A failure is not kept.
     *
     * @param source gives new tokens
     * @param environment whose clock is compared with {@link AccessToken#expiresAt()}
     * @return a provider
     */
    static AccessTokenProvider cached(AccessTokenProvider source, Environment environment) {
        return new TokenCache(source, environment);
    }
}
