package dev.parley.chat.worker.internal.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.parley.chat.worker.TrustedIssuer;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.auth.AccessTokens.Holder;
import dev.parley.chat.worker.internal.auth.VerifiedTokens.Verified;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verifies the access tokens of one issuer. Safe for threads. */
final class IssuerTokens implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IssuerTokens.class);
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    /** OpenID Connect Core section 2. */
    private static final int MAX_SUBJECT_CHARACTERS = 255;

    /** Requests that may wait for keys at a time: a slow issuer does not take all threads of the worker. */
    private static final int MAX_WAITING_FOR_KEYS = 4;

    private final String accountIssuer;
    private final Set<String> requiredScopes;
    private final @Nullable String moderatorScope;
    private final Predicate<@Nullable String> isKnownKey;
    private final Runnable onClose;
    private final Semaphore waitingForKeys = new Semaphore(MAX_WAITING_FOR_KEYS);
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    private IssuerTokens(
            String issuer,
            String audience,
            String accountIssuer,
            Set<String> requiredScopes,
            @Nullable String moderatorScope,
            JWKSource<SecurityContext> keys,
            Predicate<@Nullable String> isKnownKey,
            Runnable onClose,
            InstantSource clock) {
        this.accountIssuer = accountIssuer;
        this.requiredScopes = requiredScopes;
        this.moderatorScope = moderatorScope;
        this.isKnownKey = isKnownKey;
        this.onClose = onClose;
        // A type of its own keeps other JWTs out, room tokens among them (RFC 8725 section 3.11).
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(
                JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt"), null));
        // By the key id, among the keys of the issuer: one that a token brings or names itself is never looked at.
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
        processor.setJWTClaimsSetVerifier(new ClaimsVerifier(
                audience,
                new JWTClaimsSet.Builder().issuer(issuer).build(),
                Set.of("iss", "aud", "sub", "exp"),
                (int) CLOCK_SKEW.toSeconds(),
                clock));
    }

    static IssuerTokens of(DevIssuer issuer, InstantSource clock) {
        return new IssuerTokens(
                issuer.issuer(),
                issuer.audience(),
                Accounts.DEVELOPMENT,
                Set.of(),
                null,
                new ImmutableJWKSet<>(issuer.publicKeys()),
                keyId -> true,
                () -> {},
                clock);
    }

    static IssuerTokens of(TrustedIssuer trusted, Runnable onKeysChanged, InstantSource clock) {
        IssuerKeys keys = new IssuerKeys(trusted.issuer(), trusted.jwksUri(), onKeysChanged);
        return new IssuerTokens(
                trusted.issuer().toString(),
                trusted.audience(),
                trusted.issuer().toString(),
                trusted.requiredScopes(),
                trusted.moderatorScope().orElse(null),
                keys.source(),
                keys::isKnown,
                keys::close,
                clock);
    }

    /** Verifies a token; who has it, for as long as the token is valid. */
    Verified<Holder> verify(SignedJWT token) {
        JWTClaimsSet claims;
        if (isKnownKey.test(token.getHeader().getKeyID())) {
            claims = process(token);
        } else if (waitingForKeys.tryAcquire()) {
            try {
                claims = process(token);
            } finally {
                waitingForKeys.release();
            }
        } else {
            throw unavailable();
        }
        String subject = claims.getSubject();
        if (subject == null || subject.isEmpty() || subject.length() > MAX_SUBJECT_CHARACTERS) {
            throw AccessTokens.unauthorized();
        }
        Set<String> scopes = scopes(claims);
        if (!scopes.containsAll(requiredScopes)) {
            throw Problem.insufficientScope(requiredScopes);
        }
        return new Verified<>(
                new Holder(
                        Accounts.of(accountIssuer, subject), moderatorScope != null && scopes.contains(moderatorScope)),
                claims.getExpirationTime().toInstant().plus(CLOCK_SKEW).toEpochMilli());
    }

    private JWTClaimsSet process(SignedJWT token) {
        try {
            return processor.process(token, null);
        } catch (RateLimitReachedException e) {
            // A key id that we do not know, again and again: the token is bad, unless we never had any key.
            throw isKnownKey.test(null) ? AccessTokens.unauthorized() : unavailable();
        } catch (KeySourceException e) {
            log.warn("The keys of an issuer cannot be fetched: {}", e.getClass().getSimpleName());
            throw unavailable();
        } catch (BadJOSEException | JOSEException e) {
            throw AccessTokens.unauthorized();
        }
    }

    /** RFC 9068 section 2.2.3 has {@code scope}; some issuers have {@code scp}. Each as a text or as a list. */
    private static Set<String> scopes(JWTClaimsSet claims) {
        Set<String> scopes = new HashSet<>();
        for (String name : List.of("scope", "scp")) {
            Object claim = claims.getClaim(name);
            if (claim instanceof String text) {
                scopes.addAll(Arrays.asList(text.split(" ", -1)));
            } else if (claim instanceof List<?> list) {
                list.forEach(scope -> scopes.add(String.valueOf(scope)));
            }
        }
        return scopes;
    }

    /** Without its cause, which names addresses and would be logged once a request. */
    private static Problem unavailable() {
        return new Problem(ProblemCode.UNAVAILABLE, "the keys of the issuer are not reachable");
    }

    @Override
    public void close() {
        onClose.run();
    }
}
