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
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Set;

/**
 * Mints and verifies room tokens: a JWT under a key that only this worker has, with a type and an audience that no
 * access token has. Safe for threads.
 */
public final class RoomTokens {
    public static final Duration LIFETIME = Duration.ofHours(1);

    private static final int KEY_BYTES = 32;
    private static final JOSEObjectType TYPE = new JOSEObjectType("parley-room+jwt");
    private static final String AUDIENCE = "parley-room";

    private final InstantSource clock;
    private final byte[] key;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    public RoomTokens(RoomStore store, InstantSource clock) {
        this.clock = clock;
        this.key = store.secret("room-token-hs256", RoomTokens::generate);
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(TYPE));
        processor.setJWSKeySelector(
                new JWSVerificationKeySelector<>(Set.of(JWSAlgorithm.HS256), new ImmutableSecret<>(key)));
        // No clock skew: the token comes back to the clock that dated it.
        processor.setJWTClaimsSetVerifier(new ClaimsVerifier(
                AUDIENCE, new JWTClaimsSet.Builder().build(), Set.of("aud", "sub", "exp", "room", "peer"), 0, clock));
    }

    private static byte[] generate() {
        byte[] fresh = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(fresh);
        return fresh;
    }

    /** What a valid room token says. */
    public record Grant(Member member, long expiresAtMillis) {}

    public String mint(Member member) {
        Instant now = clock.instant();
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .audience(AUDIENCE)
                .subject(member.account())
                .claim("room", member.slot().roomId())
                .claim("peer", member.slot().peerId())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFETIME)))
                .build();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).type(TYPE).build(), claims);
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
     * @throws Problem {@code unauthorized}
     */
    public Grant verify(String token) {
        try {
            JWTClaimsSet claims = processor.process(token, null);
            Slot slot = new Slot(claims.getStringClaim("room"), claims.getStringClaim("peer"));
            return new Grant(
                    new Member(slot, claims.getSubject()),
                    claims.getExpirationTime().toInstant().toEpochMilli());
        } catch (ParseException | BadJOSEException | JOSEException e) {
            throw new Problem(ProblemCode.UNAUTHORIZED, "the room token is not valid: join again");
        }
    }
}
