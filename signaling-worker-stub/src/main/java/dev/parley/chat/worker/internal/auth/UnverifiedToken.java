package dev.parley.chat.worker.internal.auth;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a token says of itself, before anything is verified. It only chooses who verifies the token; whoever does checks
 * type and issuer again.
 */
record UnverifiedToken(
        SignedJWT token,
        @Nullable JOSEObjectType type,
        @Nullable String issuer) {

    /** Reads a token; empty if it is no signed JWT, or longer than any that is taken. */
    static Optional<UnverifiedToken> read(String text) {
        if (text.length() > MintedTokens.MAX_CHARACTERS) {
            return Optional.empty();
        }
        try {
            SignedJWT token = SignedJWT.parse(text);
            return Optional.of(new UnverifiedToken(
                    token, token.getHeader().getType(), token.getJWTClaimsSet().getIssuer()));
        } catch (ParseException e) {
            return Optional.empty();
        }
    }
}
