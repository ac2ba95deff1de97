package dev.parley.chat.signaling;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What a login has brought: the tokens of one account at one issuer, for one worker. Its {@code toString} hides them.
 *
 * @param worker the only place that the access token may be sent to
 * @param issuer the only place that the refresh token may be sent to
 * @param clientId the client that the issuer has given them to
 * @param accessToken the token for the worker
 * @param refreshToken gets the next access token; null if the issuer gave none
 */
public record LoginTokens(
        URI worker,
        URI issuer,
        String clientId,
        AccessToken accessToken,
        @Nullable String refreshToken) {

    @Override
    public String toString() {
        return "LoginTokens[worker=" + worker + ", issuer=" + issuer + ", tokens hidden]";
    }
}
