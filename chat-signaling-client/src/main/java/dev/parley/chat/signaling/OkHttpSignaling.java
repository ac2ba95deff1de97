package dev.parley.chat.signaling;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.signaling.internal.AccountRequests;
import dev.parley.chat.signaling.internal.DevelopmentTokens;
import dev.parley.chat.signaling.internal.GuestTokens;
import dev.parley.chat.signaling.internal.MailboxSession;
import dev.parley.chat.signaling.internal.Origins;
import dev.parley.chat.signaling.internal.TokenCache;
import dev.parley.chat.signaling.internal.Wire;
import dev.parley.chat.signaling.internal.WorkerHttp;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.Nameplate;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.SignedSuccession;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Authenticator;
import okhttp3.ConnectionPool;
import okhttp3.CookieJar;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * The client of a signaling worker, over HTTP and WebSocket; docs/signaling.md is the wire.
 *
 * <p>Requests that fail for UNREACHABLE, UNAVAILABLE or RATE_LIMITED are tried up to three times, with capped
 * exponential backoff and full jitter; a {@code Retry-After} of up to 10 s is honoured, a longer one fails at once and
 * is named by the exception. A refused access token is renewed once. Where the worker has given an owner token for a
 * room, what only its owner may do is asked for with that one first. Redirects are not followed.
 *
 * <p>A session takes messages by WebSocket and falls back to long polls where no WebSocket can be opened. While the
 * worker cannot be reached, for the first time or later, it tries again for ever, after 0.25 s to 15 s, and calls
 * {@link SignalingListener#onInterrupted} after each attempt that failed. It is also interrupted, for a moment, when
 * its room token has expired or its slot was lost and it joins again.
 *
 * <p>Its stages complete on threads of this client or its environment; what is attached to them must not block.
 */
public final class OkHttpSignaling implements Signaling {

    /** Most rooms of one page. */
    private static final int MAX_PAGE = 100;

    /** Threads are only held by exchanges in progress; a long poll of each session is one. */
    private static final int MAX_EXCHANGES = 256;

    private static final Duration WEB_SOCKET_CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final URI baseUrl;
    private final HttpUrl base;
    private final OkHttpClient client;
    private final Environment environment;
    private final boolean ownsEnvironment;
    private final boolean longPollOnly;
    private final AccessTokenProvider accessTokens;
    private final AccountRequests account;
    private final Map<RoomId, AccessToken> ownerTokens = new ConcurrentHashMap<>();
    private final Set<MailboxSession> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile CompletableFuture<Void> released = new CompletableFuture<>();

    private OkHttpSignaling(Builder builder) {
        base = builder.base;
        baseUrl = builder.baseUrl;
        longPollOnly = builder.longPollOnly;
        ownsEnvironment = builder.environment == null;
        environment = builder.environment == null ? Environment.system() : builder.environment;
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(MAX_EXCHANGES);
        dispatcher.setMaxRequestsPerHost(MAX_EXCHANGES);
        client = (builder.httpClient == null ? new OkHttpClient.Builder() : builder.httpClient.newBuilder())
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool())
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
                .pingInterval(Duration.ZERO)
                .webSocketCloseTimeout(WEB_SOCKET_CLOSE_TIMEOUT)
                .build();
        WorkerHttp http = new WorkerHttp(client, environment);
        AccessTokenProvider tokens = builder.tokens;
        if (builder.guest) {
            tokens = new TokenCache(new GuestTokens(http, base, builder.requestTimeout), environment);
        } else if (tokens == null) {
            String clientId = builder.developmentClientId;
            if (clientId == null) {
                byte[] random = new byte[16];
                environment.fillRandom(random);
                clientId =
                        "anonymous-" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
            }
            tokens = new TokenCache(new DevelopmentTokens(http, base, clientId, builder.requestTimeout), environment);
        }
        accessTokens = tokens;
        account = new AccountRequests(http, tokens, builder.requestTimeout, builder.tokenTimeout);
    }

    /**
     * Gives the access token that this client shows to the worker, for other services of the worker, such as its custom
     * emoji and its image proxy.
     *
     * @return completes with a token that is good at present; exceptionally as requests do that need one. Not to be
     *     shown to anybody but the worker.
     */
    public CompletionStage<AccessToken> accessToken() {
        return accessTokens.token(AccessTokenProvider.Freshness.CACHED);
    }

    /**
     * Makes a client with the defaults. Its account is found by asking the worker: a worker on loopback that is its own
     * issuer gives one away; for any other worker a {@linkplain Builder#accessTokens provider} is needed, and requests
     * fail with UNAUTHORIZED without.
     *
     * @param baseUrl as for {@link #builder(URI)}
     * @return a new client, to be closed by the caller
     * @throws IllegalArgumentException if the URL cannot be a worker's
     */
    public static OkHttpSignaling connect(URI baseUrl) {
        return builder(baseUrl).build();
    }

    /**
     * Makes a client with the defaults; see {@link #connect(URI)}.
     *
     * @param baseUrl as for {@link #builder(URI)}
     * @return a new client, to be closed by the caller
     * @throws IllegalArgumentException if the URL cannot be a worker's
     */
    public static OkHttpSignaling connect(String baseUrl) {
        return connect(URI.create(baseUrl));
    }

    /**
     * Starts from the defaults.
     *
     * @param baseUrl {@code https://host[:port]}, or {@code http://} to loopback
     * @return a new builder
     */
    public static Builder builder(URI baseUrl) {
        return new Builder(baseUrl);
    }

    @Override
    public URI baseUrl() {
        return baseUrl;
    }

    @Override
    public CompletionStage<Void> announce(RoomId room, SignedDescriptor descriptor) {
        Request request = new Request.Builder()
                .url(rooms().build())
                .post(Wire.announcement(descriptor))
                .build();
        return account.retrying(request, WorkerHttp.MAX_ANSWER_BYTES, answer -> {
                    Wire.announced(answer, room, environment.epochMillis())
                            .ifPresent(token -> ownerTokens.put(room, token));
                    return room;
                })
                .thenAccept(announced -> {});
    }

    @Override
    public CompletionStage<RoomEntry> find(RoomId room) {
        return account.retrying(
                new Request.Builder().url(room(room)).build(),
                WorkerHttp.MAX_ANSWER_BYTES,
                answer -> Wire.roomEntry(answer, room, environment.epochMillis()));
    }

    @Override
    public CompletionStage<RoomPage> publicRooms(@Nullable String cursor, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException("a page has 1 to " + MAX_PAGE + " rooms, not " + limit);
        }
        HttpUrl.Builder url = rooms().addQueryParameter("limit", Integer.toString(limit));
        if (cursor != null) {
            url.addQueryParameter("cursor", cursor);
        }
        return account.retrying(
                new Request.Builder().url(url.build()).build(),
                WorkerHttp.MAX_ROOM_LIST_BYTES,
                answer -> Wire.roomPage(answer, environment.epochMillis()));
    }

    @Override
    public CompletionStage<Void> withdraw(RoomId room) {
        return account.retrying(
                        new Request.Builder().url(room(room)).delete().build(),
                        ownerTokens.remove(room),
                        WorkerHttp.MAX_ANSWER_BYTES,
                        answer -> {
                            Wire.withdrawn(answer, environment.epochMillis());
                            return room;
                        })
                .thenAccept(withdrawn -> {});
    }

    @Override
    public CompletionStage<Void> publishSuccession(RoomId room, SignedSuccession succession) {
        HttpUrl url = room(room).newBuilder().addPathSegment("succession").build();
        return account.retrying(
                        new Request.Builder()
                                .url(url)
                                .put(Wire.succession(succession))
                                .build(),
                        ownerTokens.get(room),
                        WorkerHttp.MAX_ANSWER_BYTES,
                        answer -> {
                            Wire.requireSuccess(answer, environment.epochMillis());
                            return room;
                        })
                .thenAccept(published -> {});
    }

    /** {@inheritDoc} When an answer is lost, the number in it stays taken until its time is over. */
    @Override
    public CompletionStage<Nameplate> openNameplate(RoomId room) {
        return account.retrying(
                new Request.Builder()
                        .url(nameplates().build())
                        .post(Wire.nameplate(room))
                        .build(),
                ownerTokens.get(room),
                WorkerHttp.MAX_ANSWER_BYTES,
                answer -> Wire.nameplate(answer, environment.epochMillis()));
    }

    @Override
    public CompletionStage<RoomId> findNameplate(int number) {
        return account.retrying(
                new Request.Builder().url(nameplate(number)).build(),
                WorkerHttp.MAX_ANSWER_BYTES,
                answer -> Wire.nameplateRoom(answer, environment.epochMillis()));
    }

    @Override
    public CompletionStage<Void> closeNameplate(int number) {
        return account.retrying(
                        new Request.Builder().url(nameplate(number)).delete().build(),
                        WorkerHttp.MAX_ANSWER_BYTES,
                        answer -> {
                            Wire.nameplateClosed(answer, environment.epochMillis());
                            return number;
                        })
                .thenAccept(closedNumber -> {});
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if this client is closed
     */
    @Override
    public SignalingSession join(RoomId room, PeerId self, Executor owner, SignalingListener listener) {
        MailboxSession session =
                new MailboxSession(account, base, room, self, longPollOnly, owner, listener, sessions::remove);
        sessions.add(session);
        if (closed.get()) {
            sessions.remove(session);
            throw new IllegalStateException("the signaling client is closed");
        }
        session.start();
        return session;
    }

    /**
     * Ends all sessions without telling the worker, fails all open stages as UNREACHABLE, and frees connections and
     * threads. Does not wait for the threads to stop. A client or environment that was passed in stays open.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        account.close();
        List<MailboxSession> open = List.copyOf(sessions);
        open.forEach(MailboxSession::close);
        client.dispatcher().cancelAll();
        CompletableFuture<?>[] ends = open.stream()
                .map(session -> session.ended().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        released = CompletableFuture.allOf(ends).thenRun(this::release);
    }

    private void release() {
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
        if (ownsEnvironment) {
            environment.close();
        }
    }

    /** Completes when nothing is held any more; for tests. */
    CompletionStage<Void> released() {
        return released;
    }

    OkHttpClient client() {
        return client;
    }

    private HttpUrl.Builder rooms() {
        return base.newBuilder().addPathSegments("v1/rooms");
    }

    private HttpUrl room(RoomId room) {
        return rooms().addPathSegment(room.value()).build();
    }

    private HttpUrl.Builder nameplates() {
        return base.newBuilder().addPathSegments("v1/nameplates");
    }

    private HttpUrl nameplate(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("a short number is 1 or more, not " + number);
        }
        return nameplates().addPathSegment(Integer.toString(number)).build();
    }

    /** Collects the settings of an {@link OkHttpSignaling}. */
    public static final class Builder {

        private static final int MAX_CLIENT_ID_CHARACTERS = 128;

        private final URI baseUrl;
        private final HttpUrl base;
        private @Nullable AccessTokenProvider tokens;
        private @Nullable String developmentClientId;
        private @Nullable Environment environment;
        private @Nullable OkHttpClient httpClient;
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration tokenTimeout = Duration.ofMinutes(5);
        private boolean allowInsecureHttp;
        private boolean longPollOnly;
        private boolean guest;

        private Builder(URI baseUrl) {
            HttpUrl url = HttpUrl.get(baseUrl);
            if (url == null) {
                throw new IllegalArgumentException("the worker's URL must be https://host[:port]");
            }
            if (!url.username().isEmpty() || !url.password().isEmpty()) {
                throw new IllegalArgumentException("the worker's URL must hold no user name or password");
            }
            if (!url.encodedPath().equals("/") || url.encodedQuery() != null || url.encodedFragment() != null) {
                throw new IllegalArgumentException("the worker's URL must end after its host and port");
            }
            base = url;
            this.baseUrl = baseUrl;
        }

        /**
         * Sets where access tokens come from. Default: the worker itself, if it is on loopback and its own issuer.
         *
         * @param tokens the source; see {@link AccessTokenProvider#cached}
         * @return this
         */
        public Builder accessTokens(AccessTokenProvider tokens) {
            this.tokens = tokens;
            return this;
        }

        /**
         * Names the account at a loopback worker that is its own issuer. A peer id belongs to the account that joined
         * with it, so a program that comes back with the same peer id should come back with the same name. Default: a
         * random name for each client. Without effect when there is a {@linkplain #accessTokens provider}.
         *
         * @param name 1…128 characters, for example a peer id
         * @return this
         * @throws IllegalArgumentException if the name is empty or too long
         */
        public Builder developmentAccount(String name) {
            if (name.isEmpty() || name.length() > MAX_CLIENT_ID_CHARACTERS) {
                throw new IllegalArgumentException(
                        "an account's name has 1 to " + MAX_CLIENT_ID_CHARACTERS + " characters, not " + name.length());
            }
            developmentClientId = name;
            return this;
        }

        /**
         * Comes in without an account, where the worker lets guests in: lists and joins rooms, and can do nothing else.
         * Each client is another guest. A {@linkplain #accessTokens provider} is then not asked.
         *
         * @return this
         */
        public Builder asGuest() {
            guest = true;
            return this;
        }

        /**
         * Sets time, randomness and threads. Default: an own {@link Environment#system()}, closed with the client.
         *
         * @param environment stays the caller's; must be closed after the client
         * @return this
         */
        public Builder environment(Environment environment) {
            this.environment = environment;
            return this;
        }

        /**
         * Sets the client whose proxy, TLS, DNS, interceptors and listeners are used. Its threads, connections,
         * cookies, cache and time limits are not. Default: a new one.
         *
         * @param httpClient stays the caller's
         * @return this
         */
        public Builder httpClient(OkHttpClient httpClient) {
            this.httpClient = httpClient;
            return this;
        }

        /**
         * Sets how long one exchange may take, from connecting to the last byte of the answer. A long poll may take 25
         * s more. Default: 10 s.
         *
         * @param timeout more than zero
         * @return this
         * @throws IllegalArgumentException if the time is not positive
         */
        public Builder requestTimeout(Duration timeout) {
            requestTimeout = positive(timeout);
            return this;
        }

        /**
         * Sets how long the provider may take for a token; a person may be part of it. Default: 5 minutes.
         *
         * @param timeout more than zero
         * @return this
         * @throws IllegalArgumentException if the time is not positive
         */
        public Builder tokenTimeout(Duration timeout) {
            tokenTimeout = positive(timeout);
            return this;
        }

        /**
         * Allows {@code http://} to other machines: tokens then travel in the clear. Default: not allowed.
         *
         * @return this
         */
        public Builder allowInsecureHttp() {
            allowInsecureHttp = true;
            return this;
        }

        /**
         * Uses long polls only. Default: WebSocket, and long polls where no WebSocket can be opened.
         *
         * @return this
         */
        public Builder longPollOnly() {
            longPollOnly = true;
            return this;
        }

        /**
         * Makes the client. Nothing is sent yet.
         *
         * @return a new client, to be closed by the caller
         * @throws IllegalArgumentException if the URL is {@code http://}, not to loopback, and that is not allowed
         */
        public OkHttpSignaling build() {
            if (!base.isHttps() && !Origins.isLoopback(base) && !allowInsecureHttp) {
                throw new IllegalArgumentException(
                        "the worker's URL must be https, or http to loopback; allowInsecureHttp() lifts this");
            }
            return new OkHttpSignaling(this);
        }

        private static Duration positive(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("a time limit must be more than zero");
            }
            return timeout;
        }
    }
}
