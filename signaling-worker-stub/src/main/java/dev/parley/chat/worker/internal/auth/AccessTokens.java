package dev.parley.chat.worker.internal.auth;

import dev.parley.chat.worker.TrustedIssuer;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Verifies access tokens: JWTs of one of several issuers, each for its audience (RFC 7519, RFC 8725, RFC 9068). A token
 * is verified by its own issuer's keys and rules alone. Safe for threads.
 */
public final class AccessTokens implements AutoCloseable {
    private final Map<String, IssuerTokens> issuers;

    private AccessTokens(Map<String, IssuerTokens> issuers) {
        this.issuers = Map.copyOf(issuers);
    }

    /** Tokens of the issuer that the worker is itself. */
    public static AccessTokens of(DevIssuer issuer, InstantSource clock) {
        return new AccessTokens(Map.of(issuer.issuer(), IssuerTokens.of(issuer, clock)));
    }

    /** Tokens of configured issuers, with the keys that they publish. */
    public static AccessTokens of(List<TrustedIssuer> trusted, InstantSource clock) {
        Map<String, IssuerTokens> issuers = new HashMap<>();
        for (TrustedIssuer issuer : trusted) {
            issuers.put(issuer.issuer().toString(), IssuerTokens.of(issuer, clock));
        }
        return new AccessTokens(issuers);
    }

    /**
     * Verifies a token.
     *
     * @return the account; see {@link Accounts}
     * @throws Problem {@code unauthorized}, {@code forbidden} if it lacks a scope, or {@code unavailable} if the keys
     *     of its issuer cannot be had
     */
    public String verify(String token) {
        UnverifiedToken read = UnverifiedToken.read(token).orElseThrow(AccessTokens::unauthorized);
        String issuer = read.issuer();
        IssuerTokens verifier = issuer == null ? null : issuers.get(issuer);
        if (verifier == null) {
            throw unauthorized();
        }
        return verifier.verify(read.token());
    }

    static Problem unauthorized() {
        return new Problem(ProblemCode.UNAUTHORIZED, "the access token is not valid");
    }

    @Override
    public void close() {
        issuers.values().forEach(IssuerTokens::close);
    }
}
