package dev.parley.chat.worker.internal.auth;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.rooms.Encoding;
import dev.parley.chat.worker.internal.store.RoomStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/**
 * Mints and verifies the tokens of guests: people without an account, who list and join rooms and do nothing else. A
 * guest is known again by a secret that it has drawn itself, of which the worker keeps nothing. Safe for threads.
 */
public final class GuestTokens {
    public static final Duration LIFETIME = Duration.ofMinutes(15);
    public static final int SECRET_BYTES = 32;

    private final MintedTokens tokens;

    public GuestTokens(RoomStore store, InstantSource clock) {
        this.tokens = new MintedTokens("parley-guest", LIFETIME, Set.of(), store, clock);
    }

    /** A token of the guest who knows this secret. */
    public String mint(byte[] secret) {
        return tokens.mint(Accounts.ofGuest(Encoding.base64Url(secret)), new JWTClaimsSet.Builder().build());
    }

    /** Whether a token says that it is one of a guest; nothing is verified. */
    public boolean claimsToBe(String token) {
        return UnverifiedToken.read(token)
                .map(read -> tokens.type().equals(read.type()))
                .orElse(false);
    }

    /**
     * Verifies a token.
     *
     * @return the account of the guest
     * @throws Problem {@code unauthorized}
     */
    public String verify(String token) {
        return tokens.verify(token, "the guest token is not valid: ask for another one")
                .getSubject();
    }
}
