package dev.parley.chat.signaling;

import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.internal.AuthorizationServer;
import dev.parley.chat.signaling.internal.CodeFlow;
import dev.parley.chat.signaling.internal.DeviceFlow;
import dev.parley.chat.signaling.internal.Discovery;
import dev.parley.chat.signaling.internal.OAuthHttp;
import dev.parley.chat.signaling.internal.Origins;
import dev.parley.chat.signaling.internal.RefreshingTokens;
import dev.parley.chat.signaling.internal.TokenCache;
import dev.parley.chat.transport.Environment;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.Authenticator;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Logs in at the issuer that a worker names, and keeps a login going. The issuer is found through the metadata of the
 * worker (RFC 9728), its endpoints through its own (OpenID Connect Discovery 1.0, RFC 8414). All of them must be https,
 * or http to loopback where the issuer is there too; redirects are not followed.
 *
 * <p>The worker's URL goes along as the {@code resource} (RFC 8707), so that an issuer that knows of it gives a token
 * for this worker only. With one that does not, the token is good wherever its audience is: log in only at workers that
 * may have it.
 *
 * <p>Every stage fails with a {@link SignalingException}: UNREACHABLE or UNAVAILABLE if a server does not answer or
 * cannot serve, PROTOCOL if what it answers is not understood, UNAUTHORIZED if there is no such login, it was refused,
 * or it is over. Stages complete on threads of this object or its environment; what is attached to them must not block.
 * Safe for threads.
 */
public final class OAuthLogin implements AutoCloseable {

    private static final int MAX_CLIENT_ID_CHARACTERS = 255;

    private final Environment environment;
    private final boolean ownsEnvironment;
    private final OkHttpClient client;
    private final HttpUrl worker;
    private final URI workerUrl;
    private final @Nullable URI pinnedIssuer;
    private final String clientId;
    private final Set<String> scopes;
    private final Duration loginTimeout;
    private final OAuthHttp http;
    private final Discovery discovery;
    private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();

    private OAuthLogin(Builder builder) {
        ownsEnvironment = builder.environment == null;
        environment = builder.environment == null ? Environment.system() : builder.environment;
        worker = builder.worker;
        workerUrl = URI.create(OAuthHttp.resource(worker));
        pinnedIssuer = builder.issuer;
        clientId = builder.clientId;
        scopes = new LinkedHashSet<>(builder.scopes);
        loginTimeout = builder.loginTimeout;
        client = (builder.httpClient == null ? new OkHttpClient.Builder() : builder.httpClient.newBuilder())
                .dispatcher(new okhttp3.Dispatcher())
                .connectionPool(new okhttp3.ConnectionPool())
                .followRedirects(false)
                .followSslRedirects(false)
                .authenticator(Authenticator.NONE)
                .cookieJar(CookieJar.NO_COOKIES)
                .cache(null)
                .connectTimeout(builder.requestTimeout)
                // The environment's timers limit every exchange as a whole.
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .callTimeout(Duration.ZERO)
                .build();
        http = new OAuthHttp(client, environment, builder.requestTimeout, clientId, builder.clientSecret);
        discovery = new Discovery(http, worker);
    }

    /** By which way a person logs in. */
    public enum Flow {
        /** A browser of this machine leads back to it: authorization code with PKCE (RFC 7636, RFC 8252). */
        BROWSER,
        /** A code is typed into any browser: device authorization grant (RFC 8628). */
        DEVICE
    }

    /**
     * Starts from the defaults.
     *
     * @param worker {@code https://host[:port]}, or {@code http://} to loopback
     * @return a new builder
     * @throws IllegalArgumentException if that is no such URL
     */
    public static Builder builder(URI worker) {
        return new Builder(worker);
    }

    /**
     * The worker whose login this is.
     *
     * @return its URL in one spelling, as {@link LoginTokens#worker()} has it
     */
    public URI worker() {
        return workerUrl;
    }

    /**
     * Asks which ways of logging in the issuer offers.
     *
     * @return completes with the ways; empty if there is none
     */
    public CompletionStage<Set<Flow>> flows() {
        return discovery.find(pinnedIssuer).thenApply(AuthorizationServer::flows);
    }

    /**
     * Logs in. Takes until the person is done, but no longer than the issuer or the login timeout allows.
     *
     * @param flow the way
     * @param prompt tells the person what to do
     * @return completes with the tokens
     */
    public CompletionStage<LoginTokens> login(Flow flow, LoginPrompt prompt) {
        return tracked(discovery.find(pinnedIssuer).thenCompose(server -> {
            if (!server.flows().contains(flow)) {
                throw new SignalingException(
                        Problem.UNAUTHORIZED,
                        flow == Flow.DEVICE
                                ? "the issuer offers no login by a code for another device"
                                : "the issuer offers no login by browser");
            }
            Set<String> wanted = new LinkedHashSet<>(server.requiredScopes());
            wanted.addAll(scopes);
            return flow == Flow.DEVICE
                    ? new DeviceFlow(http, server, worker, wanted).run(prompt)
                    : new CodeFlow(http, server, worker, wanted, loginTimeout).run(prompt);
        }));
    }

    /**
     * Gives the tokens of a program that has an account of its own (client credentials, RFC 6749 section 4.4), and
     * keeps each until shortly before its end. Needs a {@link Builder#clientSecret}.
     *
     * @return a provider, which ends with this object
     */
    public AccessTokenProvider clientCredentials() {
        AccessTokenProvider source = freshness -> discovery.find(pinnedIssuer).thenCompose(server -> {
            Set<String> wanted = new LinkedHashSet<>(server.requiredScopes());
            wanted.addAll(scopes);
            return http.tokens(server, form -> form.add("grant_type", "client_credentials"), worker, wanted, null)
                    .thenApply(LoginTokens::accessToken);
        });
        return new TokenCache(source, environment);
    }

    /**
     * Gives the access token of a login, and renews it shortly before its end or when the worker refuses it. What
     * another process has renewed is taken from the store. Fails with UNAUTHORIZED if nobody is logged in, or the login
     * is over.
     *
     * @param store has the tokens, for this worker
     * @return a provider, which ends with this object
     */
    public AccessTokenProvider accessTokens(LoginTokenStore store) {
        return new RefreshingTokens(this::refresh, store, workerUrl, environment);
    }

    /**
     * Gets the next tokens with the refresh token, from the issuer that gave it. Does not keep them anywhere: an issuer
     * may give out each refresh token for one use.
     *
     * @param tokens the tokens of before
     * @return completes with the new tokens
     */
    public CompletionStage<LoginTokens> refresh(LoginTokens tokens) {
        String refreshToken = tokens.refreshToken();
        if (refreshToken == null) {
            return CompletableFuture.failedFuture(RefreshingTokens.over());
        }
        return tracked(discovery
                .metadata(tokens.issuer(), Set.of())
                .thenCompose(server -> http.tokens(
                        server,
                        form -> form.add("grant_type", "refresh_token").add("refresh_token", refreshToken),
                        worker,
                        Set.of(),
                        tokens)));
    }

    /**
     * Tells the issuer that the tokens are not needed any more (RFC 7009).
     *
     * @param tokens the tokens
     * @return completes with true if the issuer has revoked them, with false if it offers no revocation
     */
    public CompletionStage<Boolean> revoke(LoginTokens tokens) {
        return tracked(
                discovery.metadata(tokens.issuer(), Set.of()).thenCompose(server -> http.revoke(server, tokens)));
    }

    @SuppressWarnings("CollectionUndefinedEquality") // identity is the equality that is wanted here
    private <T> CompletableFuture<T> tracked(CompletionStage<T> stage) {
        CompletableFuture<T> future = new CompletableFuture<>();
        open.add(future);
        OAuthHttp.pass(stage, future);
        OAuthHttp.whenDone(future, () -> {
            open.remove(future);
            if (future.isCancelled() || future.isCompletedExceptionally()) {
                stage.toCompletableFuture().cancel(false);
            }
        });
        return future;
    }

    /** Fails all open stages as UNREACHABLE and frees what was held. An environment that was passed in stays open. */
    @Override
    public void close() {
        List.copyOf(open)
                .forEach(future -> future.completeExceptionally(
                        new SignalingException(Problem.UNREACHABLE, "the login was ended")));
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
        if (ownsEnvironment) {
            environment.close();
        }
    }

    /** Collects the settings of an {@link OAuthLogin}. */
    public static final class Builder {
        private final HttpUrl worker;
        private @Nullable URI issuer;
        private String clientId = "parley";
        private @Nullable String clientSecret;
        private final List<String> scopes = new ArrayList<>();
        private @Nullable Environment environment;
        private @Nullable OkHttpClient httpClient;
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration loginTimeout = Duration.ofMinutes(5);

        private Builder(URI workerUrl) {
            HttpUrl url = HttpUrl.get(workerUrl);
            if (url == null || !url.encodedPath().equals("/") || url.encodedQuery() != null) {
                throw new IllegalArgumentException("the worker's URL must be https://host[:port]");
            }
            if (!url.isHttps() && !Origins.isLoopback(url)) {
                throw new IllegalArgumentException("the worker's URL must be https, or http to loopback");
            }
            this.worker = url;
        }

        /**
         * Sets which issuer to use. Default: the only one that the worker names; where it names several, one has to be
         * chosen.
         *
         * @param issuer one of those that the worker names, exactly as it does
         * @return this
         */
        public Builder issuer(URI issuer) {
            this.issuer = issuer;
            return this;
        }

        /**
         * Sets the client as which the issuer knows this program. Default: {@code parley}, a public client.
         *
         * @param clientId 1…255 visible ASCII characters
         * @return this
         * @throws IllegalArgumentException if it is anything else
         */
        public Builder clientId(String clientId) {
            boolean legal = !clientId.isEmpty()
                    && clientId.length() <= MAX_CLIENT_ID_CHARACTERS
                    && clientId.chars().allMatch(c -> c > ' ' && c < 0x7f);
            if (!legal) {
                throw new IllegalArgumentException("a client id has 1 to 255 visible ASCII characters");
            }
            this.clientId = clientId;
            return this;
        }

        /**
         * Sets the secret of a confidential client, which goes along in a Basic header. Default: none.
         *
         * @param clientSecret not empty
         * @return this
         * @throws IllegalArgumentException if it is empty
         */
        public Builder clientSecret(String clientSecret) {
            if (clientSecret.isEmpty()) {
                throw new IllegalArgumentException("the client secret is empty");
            }
            this.clientSecret = clientSecret;
            return this;
        }

        /**
         * Adds scopes to ask for. Default: those that the worker requires, which are always asked for.
         *
         * @param scopes for example {@code offline_access}
         * @return this
         */
        public Builder scopes(String... scopes) {
            this.scopes.addAll(List.of(scopes));
            return this;
        }

        /**
         * Sets time, randomness and threads. Default: an own {@link Environment#system()}, closed with the login.
         *
         * @param environment stays the caller's; must be closed after the login
         * @return this
         */
        public Builder environment(Environment environment) {
            this.environment = environment;
            return this;
        }

        /**
         * Sets the client whose proxy, TLS, DNS and interceptors are used. Default: a new one.
         *
         * @param httpClient stays the caller's
         * @return this
         */
        public Builder httpClient(OkHttpClient httpClient) {
            this.httpClient = httpClient;
            return this;
        }

        /**
         * Sets how long one exchange with a server may take. Default: 10 s.
         *
         * @param timeout more than zero
         * @return this
         */
        public Builder requestTimeout(Duration timeout) {
            this.requestTimeout = timeout;
            return this;
        }

        /**
         * Sets how long a login by browser may take. Default: 5 minutes. How long a code is good the issuer says.
         *
         * @param timeout more than zero
         * @return this
         */
        public Builder loginTimeout(Duration timeout) {
            this.loginTimeout = timeout;
            return this;
        }

        /**
         * Makes the login. Nothing is sent yet.
         *
         * @return to be closed by the caller
         */
        public OAuthLogin build() {
            return new OAuthLogin(this);
        }
    }
}
