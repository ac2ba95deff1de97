package dev.parley.chat.worker.internal.auth;

import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import java.time.InstantSource;
import java.util.Date;
import java.util.Set;

/** The claim checks of the library, with the clock of the worker. */
final class ClaimsVerifier extends DefaultJWTClaimsVerifier<SecurityContext> {
    private final InstantSource clock;

    ClaimsVerifier(
            String audience,
            JWTClaimsSet exactClaims,
            Set<String> requiredClaims,
            int clockSkewSeconds,
            InstantSource clock) {
        super(audience, exactClaims, requiredClaims);
        this.clock = clock;
        setMaxClockSkew(clockSkewSeconds);
    }

    @Override
    protected Date currentTime() {
        return Date.from(clock.instant());
    }
}
