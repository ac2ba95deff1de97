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
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verifies access tokens: JWTs of one issuer for one audience (RFC 7519, RFC 8725, RFC 9068). Safe for threads. */
public final class AccessTokens implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AccessTokens.class);
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);
    private static final int CLOCK_SKEW_SECONDS = 30;

    /** OpenID Connect Core section 2. */
    private static final int MAX_SUBJECT_CHARACTERS = 255;

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    private final BooleanSupplier keysKnown;
    private final Runnable onClose;

    private AccessTokens(
            JWKSource<SecurityContext> keys,
            String issuer,
            String audience,
            InstantSource clock,
            BooleanSupplier keysKnown,
            Runnable onClose) {
        this.keysKnown = keysKnown;
        this.onClose = onClose;
        // A type of its own keeps other JWTs out, room tokens among them (RFC 8725 section 3.11).
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(
                JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
        processor.setJWTClaimsSetVerifier(new ClaimsVerifier(
                audience,
                new JWTClaimsSet.Builder().issuer(issuer).build(),
                Set.of("iss", "aud", "sub", "exp"),
                CLOCK_SKEW_SECONDS,
                clock));
    }

    /** Tokens of the issuer that the worker is itself. */
    public static AccessTokens of(DevIssuer issuer, InstantSource clock) {
        return new AccessTokens(
                new ImmutableJWKSet<>(issuer.publicKeys()),
                issuer.issuer(),
                issuer.audience(),
                clock,
                () -> true,
                () -> {});
    }

    /** Tokens of a configured issuer, with the keys that it publishes. */
    public static AccessTokens of(String issuer, String audience, IssuerKeys keys, InstantSource clock) {
        return new AccessTokens(keys.source(), issuer, audience, clock, keys::known, keys::close);
    }

    /**
     * Verifies a token.
     *
     * @return the account: its {@code sub}
     * @throws Problem {@code unauthorized}, or {@code unavailable} if the keys of the issuer cannot be had
     */
    public String verify(String token) {
        try {
            String subject = processor.process(token, null).getSubject();
            if (subject == null || subject.isEmpty() || subject.length() > MAX_SUBJECT_CHARACTERS) {
                throw unauthorized();
            }
            return subject;
        } catch (RateLimitReachedException e) {
            // A key id that we do not know, again and again: the token is bad, unless we never had any key.
            throw keysKnown.getAsBoolean() ? unauthorized() : unavailable(e);
        } catch (KeySourceException e) {
            log.warn(
                    "The keys of the issuer cannot be fetched: {}", e.getClass().getSimpleName());
            throw unavailable(e);
        } catch (ParseException | BadJOSEException | JOSEException e) {
            throw unauthorized();
        }
    }

    @Override
    public void close() {
        onClose.run();
    }

    private static Problem unauthorized() {
        return new Problem(ProblemCode.UNAUTHORIZED, "the access token is not valid");
    }

    private static Problem unavailable(KeySourceException cause) {
        return new Problem(ProblemCode.UNAVAILABLE, "the keys of the issuer are not reachable", cause);
    }
}
