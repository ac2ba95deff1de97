package dev.parley.chat.worker.internal.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.source.ImmutableSecret;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.store.RoomStore;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HashSet;
import java.util.Set;

/**
 * JWTs of one kind that the worker makes for itself, under a key that only workers of this store have. Each kind has a
 * type and an audience of its own, so that none is taken for another (RFC 8725 sections 3.11 and 3.12).
 */
final class MintedTokens {
    /** Longest token that is looked at. */
    static final int MAX_CHARACTERS = 8 * 1024;

    private static final int KEY_BYTES = 32;

    private final JOSEObjectType type;
    private final String audience;
    private final Duration lifetime;
    private final InstantSource clock;
    private final byte[] key;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    /**
     * @param kind makes the type and the audience
     * @param claims that it must have besides audience, subject and expiry
     */
    MintedTokens(String kind, Duration lifetime, Set<String> claims, RoomStore store, InstantSource clock) {
        this.type = new JOSEObjectType(kind + "+jwt");
        this.audience = kind;
        this.lifetime = lifetime;
        this.clock = clock;
        this.key = store.secret("room-token-hs256", MintedTokens::generate);
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(type));
        processor.setJWSKeySelector(
                new JWSVerificationKeySelector<>(Set.of(JWSAlgorithm.HS256), new ImmutableSecret<>(key)));
        Set<String> required = new HashSet<>(claims);
        required.addAll(Set.of("aud", "sub", "exp"));
        // No clock skew: the token comes back to the clock that dated it.
        processor.setJWTClaimsSetVerifier(
                new ClaimsVerifier(audience, new JWTClaimsSet.Builder().build(), required, 0, clock));
    }

    private static byte[] generate() {
        byte[] fresh = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(fresh);
        return fresh;
    }

    /** The type in the header of every token of this kind. */
    JOSEObjectType type() {
        return type;
    }

    String mint(String subject, JWTClaimsSet more) {
        Instant now = clock.instant();
        JWTClaimsSet claims = new JWTClaimsSet.Builder(more)
                .audience(audience)
                .subject(subject)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(lifetime)))
                .build();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).type(type).build(), claims);
        try {
            token.sign(new MACSigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("a key of " + KEY_BYTES + " bytes signs HS256", e);
        }
        return token.serialize();
    }

    /**
     * Verifies a token.
     *
     * @param refusal what to say if it is not valid
     * @throws Problem {@code unauthorized}
     */
    JWTClaimsSet verify(String token, String refusal) {
        if (token.length() <= MAX_CHARACTERS) {
            try {
                return processor.process(token, null);
            } catch (ParseException | BadJOSEException | JOSEException e) {
                // Refused below, like one that is too long.
            }
        }
        throw new Problem(ProblemCode.UNAUTHORIZED, refusal);
    }
}
