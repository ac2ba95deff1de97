package dev.parley.chat.signaling.internal;

import dev.parley.chat.signaling.OAuthLogin.Flow;
import java.net.URI;
import java.util.EnumSet;
import java.util.Set;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * What an issuer says of itself, as far as a login needs it.
 *
 * @param issuer exactly as it names itself
 * @param tokenEndpoint where tokens come from
 * @param authorizationEndpoint where a browser begins; null if there is none, or it does not take PKCE with SHA-256
 * @param deviceEndpoint where a code for another device comes from; null if there is none
 * @param revocationEndpoint where tokens end; null if there is none
 * @param issuesIssuer whether it names itself where a browser leads back (RFC 9207)
 * @param requiredScopes those that the worker requires
 */
public record AuthorizationServer(
        URI issuer,
        HttpUrl tokenEndpoint,
        @Nullable HttpUrl authorizationEndpoint,
        @Nullable HttpUrl deviceEndpoint,
        @Nullable HttpUrl revocationEndpoint,
        boolean issuesIssuer,
        Set<String> requiredScopes) {

    /**
     * Says which ways of logging in are there.
     *
     * @return the ways
     */
    public Set<Flow> flows() {
        Set<Flow> flows = EnumSet.noneOf(Flow.class);
        if (authorizationEndpoint != null) {
            flows.add(Flow.BROWSER);
        }
        if (deviceEndpoint != null) {
            flows.add(Flow.DEVICE);
        }
        return flows;
    }
}
