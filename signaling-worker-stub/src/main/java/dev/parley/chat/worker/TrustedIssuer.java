package dev.parley.chat.worker;

import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * An OAuth issuer whose access tokens a {@link SignalingWorker} takes: JWTs with RS256 or ES256, and {@code iss},
 * {@code aud}, {@code sub} and {@code exp}. Immutable.
 *
 * <p>An account is one {@code sub} of one issuer: the same {@code sub} of two issuers is two accounts.
 */
public final class TrustedIssuer {
    private static final int MAX_SCOPE_CHARACTERS = 255;

    private final URI issuer;
    private final String audience;
    private final Optional<URI> jwksUri;
    private final Set<String> requiredScopes;
    private final Optional<String> moderatorScope;

    private TrustedIssuer(
            URI issuer,
            String audience,
            Optional<URI> jwksUri,
            Set<String> requiredScopes,
            Optional<String> moderatorScope) {
        this.issuer = issuer;
        this.audience = audience;
        this.jwksUri = jwksUri;
        this.requiredScopes = requiredScopes;
        this.moderatorScope = moderatorScope;
    }

    /**
     * An issuer that publishes where its keys are, at {@code <issuer>/.well-known/openid-configuration} (OpenID Connect
     * Discovery 1.0) or under {@code /.well-known/oauth-authorization-server} (RFC 8414). They must be at the issuer's
     * own origin, or at an https URL whose host has public addresses only; see {@link #withJwksUri} for others.
     *
     * @param issuer exactly as it stands in the tokens; https, or http on loopback; no query and no fragment
     * @param audience exactly as it stands in the tokens
     * @return the issuer, without required scopes and without one for moderators
     * @throws IllegalArgumentException if the issuer is no such URL or the audience is empty
     */
    public static TrustedIssuer of(URI issuer, String audience) {
        requireTrustworthy(issuer, "issuer");
        if (issuer.getRawQuery() != null || issuer.getRawFragment() != null) {
            throw new IllegalArgumentException("issuer must have no query and no fragment");
        }
        if (audience.isEmpty()) {
            throw new IllegalArgumentException("audience must not be empty");
        }
        return new TrustedIssuer(issuer, audience, Optional.empty(), Set.of(), Optional.empty());
    }

    /**
     * The same, with its keys (RFC 7517) at a fixed place instead of the one that it publishes.
     *
     * @param jwksUri https, or http on loopback
     * @return a new issuer
     * @throws IllegalArgumentException if it is anything else
     */
    public TrustedIssuer withJwksUri(URI jwksUri) {
        requireTrustworthy(jwksUri, "jwksUri");
        return new TrustedIssuer(issuer, audience, Optional.of(jwksUri), requiredScopes, moderatorScope);
    }

    /**
     * The same, whose tokens must have all of these scopes. A token says which it has in {@code scope} or {@code scp},
     * as a list or as a text with spaces between; one without them is refused with 403.
     *
     * @param required each as in RFC 6749 section 3.3: visible ASCII, no space, no quote, no backslash
     * @return a new issuer
     * @throws IllegalArgumentException if one is not a scope
     */
    public TrustedIssuer withRequiredScopes(String... required) {
        for (String scope : required) {
            requireScope(scope);
        }
        return new TrustedIssuer(
                issuer,
                audience,
                jwksUri,
                java.util.Collections.unmodifiableSet(new LinkedHashSet<>(List.of(required))),
                moderatorScope);
    }

    /**
     * The same, where whoever has this scope is a moderator: sees the ids of all custom emoji and may delete each.
     *
     * @param scope as for {@link #withRequiredScopes}
     * @return a new issuer
     * @throws IllegalArgumentException if it is not a scope
     */
    public TrustedIssuer withModeratorScope(String scope) {
        requireScope(scope);
        return new TrustedIssuer(issuer, audience, jwksUri, requiredScopes, Optional.of(scope));
    }

    private static void requireScope(String scope) {
        boolean legal = !scope.isEmpty()
                && scope.length() <= MAX_SCOPE_CHARACTERS
                && scope.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\');
        if (!legal) {
            throw new IllegalArgumentException("a scope has visible ASCII characters, no quote and no backslash");
        }
    }

    /**
     * Who issues.
     *
     * @return as it stands in the tokens
     */
    public URI issuer() {
        return issuer;
    }

    /**
     * For whom a token must be.
     *
     * @return not empty
     */
    public String audience() {
        return audience;
    }

    /**
     * Where the issuer publishes its keys.
     *
     * @return the URL; empty if it is found through the metadata of the issuer
     */
    public Optional<URI> jwksUri() {
        return jwksUri;
    }

    /**
     * Which scopes a token must have.
     *
     * @return all of them, in the order in which they were given; unmodifiable
     */
    public Set<String> requiredScopes() {
        return requiredScopes;
    }

    /**
     * Which scope makes a moderator.
     *
     * @return the scope; empty if nobody is one
     */
    public Optional<String> moderatorScope() {
        return moderatorScope;
    }

    /** Whoever can change what is read from there can make tokens. */
    private static void requireTrustworthy(URI url, String what) {
        Objects.requireNonNull(url, what);
        String scheme = Objects.requireNonNullElse(url.getScheme(), "").toLowerCase(Locale.ROOT);
        String host = url.getHost();
        if (!(scheme.equals("http") || scheme.equals("https")) || host == null || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException(what + " must be an http or https URL with a host and no user name");
        }
        if (!scheme.equals("https") && !isLoopback(host)) {
            throw new IllegalArgumentException(what + " must be https, or http on loopback");
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
    }
}
