package dev.parley.chat.worker.internal.auth;

import dev.parley.chat.worker.TrustedIssuer;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.auth.VerifiedTokens.Verified;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Verifies access tokens: JWTs of one of several issuers, each for its audience (RFC 7519, RFC 8725, RFC 9068). A token
 * is verified by its own issuer's keys and rules alone. Safe for threads.
 */
public final class AccessTokens implements AutoCloseable {
    private final Map<String, IssuerTokens> issuers;
    private final VerifiedTokens<Holder> holders;

    private AccessTokens(Function<Runnable, Map<String, IssuerTokens>> issuers, InstantSource clock) {
        this.holders = new VerifiedTokens<>(this::verifyAnew, clock);
        this.issuers = Map.copyOf(issuers.apply(holders::forgetAll));
    }

    /**
     * Who has a token.
     *
     * @param account see {@link Accounts}
     * @param isModerator whether the token has the scope of moderators
     */
    public record Holder(String account, boolean isModerator) {}

    /** Tokens of the issuer that the worker is itself. */
    public static AccessTokens of(DevIssuer issuer, InstantSource clock) {
        return new AccessTokens(onKeysChanged -> Map.of(issuer.issuer(), IssuerTokens.of(issuer, clock)), clock);
    }

    /** Tokens of configured issuers, with the keys that they publish. */
    public static AccessTokens of(List<TrustedIssuer> trusted, InstantSource clock) {
        return new AccessTokens(
                onKeysChanged -> {
                    Map<String, IssuerTokens> issuers = new HashMap<>();
                    for (TrustedIssuer issuer : trusted) {
                        issuers.put(issuer.issuer().toString(), IssuerTokens.of(issuer, onKeysChanged, clock));
                    }
                    return issuers;
                },
                clock);
    }

    /**
     * Verifies a token; one that was verified less than {@link VerifiedTokens#TRUST} ago is not verified again.
     *
     * @return who has it
     * @throws Problem {@code unauthorized}, {@code forbidden} if it lacks a scope, or {@code unavailable} if the keys
     *     of its issuer cannot be had
     */
    public Holder verify(String token) {
        return holders.verify(token);
    }

    private Verified<Holder> verifyAnew(String token) {
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
