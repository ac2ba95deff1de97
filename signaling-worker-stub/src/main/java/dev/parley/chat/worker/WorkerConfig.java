package dev.parley.chat.worker;

import dev.parley.chat.worker.internal.http.AddressBlock;
import dev.parley.chat.worker.internal.http.ImageHosts;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link SignalingWorker} runs. The defaults are those of a worker for development: on loopback, in memory, with
 * an issuer of its own that gives a token to anybody. Immutable.
 */
public final class WorkerConfig {
    private static final int MAX_PORT = 65_535;
    private static final int MIN_SECRET_CHARACTERS = 16;

    private final String host;
    private final int port;
    private final @Nullable URI publicUrl;
    private final @Nullable Path dataDirectory;
    private final @Nullable URI redisUri;
    private final @Nullable String redisPassword;
    private final List<TrustedIssuer> issuers;
    private final boolean anonymousGuests;
    private final Duration timeToLive;
    private final Duration idleTimeout;
    private final int requestsPerSecond;
    private final int requestBurst;
    private final List<List<String>> iceServers;
    private final byte @Nullable [] turnSecret;
    private final InstantSource clock;
    private final WorkerLimits limits;
    private final List<String> trustedProxies;
    private final String forwardingHeader;
    private final Set<String> allowedOrigins;
    private final byte @Nullable [] metricsToken;
    private final @Nullable InetSocketAddress metricsAddress;
    private final @Nullable RequestLog requestLog;
    private final byte @Nullable [] logSalt;
    private final Duration drainTime;
    private final boolean customEmoji;
    private final Set<String> imageHosts;

    private WorkerConfig(Builder builder) {
        this.host = builder.host;
        this.port = builder.port;
        this.publicUrl = builder.publicUrl;
        this.dataDirectory = builder.dataDirectory;
        this.redisUri = builder.redisUri;
        this.redisPassword = builder.redisPassword;
        this.issuers = List.copyOf(builder.issuers);
        this.anonymousGuests = builder.anonymousGuests;
        this.timeToLive = builder.timeToLive;
        this.idleTimeout = builder.idleTimeout;
        this.requestsPerSecond = builder.requestsPerSecond;
        this.requestBurst = builder.requestBurst;
        this.iceServers = List.copyOf(builder.iceServers);
        this.turnSecret = builder.turnSecret;
        this.clock = builder.clock;
        this.limits = builder.limits;
        this.trustedProxies = List.copyOf(builder.trustedProxies);
        this.forwardingHeader = builder.forwardingHeader;
        this.allowedOrigins = Set.copyOf(builder.allowedOrigins);
        this.metricsToken = builder.metricsToken;
        this.metricsAddress = builder.metricsAddress;
        this.requestLog = builder.requestLog;
        this.logSalt = builder.logSalt;
        this.drainTime = builder.drainTime;
        this.customEmoji = builder.customEmoji;
        this.imageHosts = Set.copyOf(builder.imageHosts);
    }

    /**
     * A builder with the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Where to listen.
     *
     * @return a host name or address
     */
    public String host() {
        return host;
    }

    /**
     * Where to listen.
     *
     * @return a port, or 0 for a free one
     */
    public int port() {
        return port;
    }

    /**
     * Under which URL clients reach the worker.
     *
     * @return the URL; empty if it is the address that the worker listens at
     */
    public Optional<URI> publicUrl() {
        return Optional.ofNullable(publicUrl);
    }

    /**
     * Where the worker keeps its database.
     *
     * @return the directory; empty if the worker has none
     */
    public Optional<Path> dataDirectory() {
        return Optional.ofNullable(dataDirectory);
    }

    /**
     * The Redis that the worker keeps everything in.
     *
     * @return its URI; empty if there is none
     */
    public Optional<URI> redisUri() {
        return Optional.ofNullable(redisUri);
    }

    @Nullable
    String redisPassword() {
        return redisPassword;
    }

    /**
     * Whose access tokens are taken.
     *
     * @return the issuers; empty for the development issuer
     */
    public List<TrustedIssuer> issuers() {
        return issuers;
    }

    /**
     * Whether somebody without an account may come in as a guest.
     *
     * @return true if the worker gives out guest tokens
     */
    public boolean anonymousGuests() {
        return anonymousGuests;
    }

    /**
     * How long a room and a peer live after their last heartbeat.
     *
     * @return at least one second
     */
    public Duration timeToLive() {
        return timeToLive;
    }

    /**
     * How long an HTTP connection may be silent, in the middle of a request or between two.
     *
     * @return more than zero
     */
    public Duration idleTimeout() {
        return idleTimeout;
    }

    /**
     * How many requests a second an account has in the long run.
     *
     * @return more than zero
     */
    public int requestsPerSecond() {
        return requestsPerSecond;
    }

    /**
     * How many requests an account may send at once.
     *
     * @return more than zero
     */
    public int requestBurst() {
        return requestBurst;
    }

    /**
     * The STUN and TURN servers to tell to peers.
     *
     * @return the URLs of each server; unmodifiable
     */
    public List<List<String>> iceServers() {
        return iceServers;
    }

    /**
     * What the worker bears from strangers.
     *
     * @return the limits
     */
    public WorkerLimits limits() {
        return limits;
    }

    /**
     * The proxies that may say for whom they speak.
     *
     * @return addresses and blocks of them; unmodifiable
     */
    public List<String> trustedProxies() {
        return trustedProxies;
    }

    /**
     * In which header the trusted proxies say for whom they speak.
     *
     * @return {@code X-Forwarded-For} or {@code Forwarded}
     */
    public String forwardingHeader() {
        return forwardingHeader;
    }

    /**
     * The web pages that may use the worker.
     *
     * @return their origins; unmodifiable
     */
    public Set<String> allowedOrigins() {
        return allowedOrigins;
    }

    /**
     * Where the metrics have a port of their own.
     *
     * @return host and port, unresolved; empty if they have none
     */
    public Optional<InetSocketAddress> metricsAddress() {
        return Optional.ofNullable(metricsAddress);
    }

    /**
     * Over how long the connected clients are sent away when the worker is closed.
     *
     * @return zero or more
     */
    public Duration drainTime() {
        return drainTime;
    }

    /**
     * Whether the worker is a domain of custom emoji.
     *
     * @return true if it lists them and takes uploads
     */
    public boolean customEmoji() {
        return customEmoji;
    }

    /**
     * From which hosts the worker fetches images for others.
     *
     * @return hosts, some with a port; empty if it fetches none; unmodifiable
     */
    public Set<String> imageHosts() {
        return imageHosts;
    }

    Optional<byte[]> metricsToken() {
        return Optional.ofNullable(metricsToken);
    }

    Optional<RequestLog> requestLog() {
        return Optional.ofNullable(requestLog);
    }

    Optional<byte[]> logSalt() {
        return Optional.ofNullable(logSalt);
    }

    Optional<byte[]> turnSecret() {
        return Optional.ofNullable(turnSecret);
    }

    InstantSource clock() {
        return clock;
    }

    /** Makes a {@link WorkerConfig}. Not safe for threads; may be used again after {@link #build}. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private int port;
        private @Nullable URI publicUrl;
        private @Nullable Path dataDirectory;
        private @Nullable URI redisUri;
        private @Nullable String redisPassword;
        private List<TrustedIssuer> issuers = new ArrayList<>();
        private boolean anonymousGuests;
        private Duration timeToLive = Duration.ofSeconds(90);
        private Duration idleTimeout = Duration.ofSeconds(30);
        private int requestsPerSecond = 100;
        private int requestBurst = 500;
        private List<List<String>> iceServers = new ArrayList<>();
        private byte @Nullable [] turnSecret;
        private InstantSource clock = Clock.systemUTC();
        private WorkerLimits limits = WorkerLimits.builder().build();
        private List<String> trustedProxies = new ArrayList<>();
        private String forwardingHeader = "X-Forwarded-For";
        private Set<String> allowedOrigins = new LinkedHashSet<>();
        private byte @Nullable [] metricsToken;
        private @Nullable InetSocketAddress metricsAddress;
        private @Nullable RequestLog requestLog;
        private byte @Nullable [] logSalt;
        private Duration drainTime = Duration.ZERO;
        private boolean customEmoji = true;
        private Set<String> imageHosts = Set.of("cdn.7tv.app");

        private Builder() {}

        /**
         * Where to listen. Default: {@code 127.0.0.1}. Anything but a loopback address needs an {@link #issuer}.
         *
         * @param host a host name or address of this machine; {@code 0.0.0.0} for all its addresses
         * @return this builder
         */
        public Builder host(String host) {
            this.host = Objects.requireNonNull(host, "host");
            return this;
        }

        /**
         * Where to listen. Default: 0, a free port.
         *
         * @param port 0 to 65535
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder port(int port) {
            if (port < 0 || port > MAX_PORT) {
                throw new IllegalArgumentException("port must be within 0 and " + MAX_PORT + ", was " + port);
            }
            this.port = port;
            return this;
        }

        /**
         * Under which URL clients reach the worker, behind a proxy that ends TLS for example. Default: the address that
         * it listens at.
         *
         * @param publicUrl an http or https URL without a path
         * @return this builder
         * @throws IllegalArgumentException if it is anything else
         */
        public Builder publicUrl(URI publicUrl) {
            requireWebUrl(publicUrl, "publicUrl");
            if (!Objects.requireNonNullElse(publicUrl.getPath(), "").isEmpty() || publicUrl.getQuery() != null) {
                throw new IllegalArgumentException("publicUrl must have no path and no query");
            }
            this.publicUrl = publicUrl;
            return this;
        }

        /**
         * Keeps everything in a SQLite database, so that rooms, messages and tokens outlive the process. Default: in
         * the memory of the process. One directory serves one worker at a time.
         *
         * @param dataDirectory made if it does not exist
         * @return this builder
         */
        public Builder dataDirectory(Path dataDirectory) {
            this.dataDirectory = Objects.requireNonNull(dataDirectory, "dataDirectory");
            return this;
        }

        /**
         * Keeps everything in Redis, so that several workers serve the same rooms: 6.2 or newer, one primary, not a
         * cluster of several. The clocks of all machines must agree to a fraction of a second. Needs
         * {@code redis.clients:jedis} on the class path, or on the module path with {@code --add-modules}. Default: in
         * the memory of the process.
         *
         * @param redisUri {@code redis://[user@]host[:port][/database]}, or {@code rediss:} for TLS; without a
         *     password, for which there is {@link #redisPassword}
         * @return this builder
         * @throws IllegalArgumentException if it is anything else
         */
        public Builder redis(URI redisUri) {
            boolean isRedis =
                    "redis".equalsIgnoreCase(redisUri.getScheme()) || "rediss".equalsIgnoreCase(redisUri.getScheme());
            String path = Objects.requireNonNullElse(redisUri.getPath(), "");
            if (!isRedis
                    || redisUri.getHost() == null
                    || !path.matches("(/[0-9]{0,3})?")
                    || redisUri.getQuery() != null) {
                throw new IllegalArgumentException(
                        "the URI of a Redis is redis://[user@]host[:port][/database], or rediss: for TLS");
            }
            if (Objects.requireNonNullElse(redisUri.getUserInfo(), "").contains(":")) {
                throw new IllegalArgumentException(
                        "a password does not belong into the URI of a Redis, which others can see: give it by itself");
            }
            this.redisUri = redisUri;
            return this;
        }

        /**
         * The password of Redis. Default: none.
         *
         * @param redisPassword not empty; never logged
         * @return this builder
         * @throws IllegalArgumentException if it is empty
         */
        public Builder redisPassword(String redisPassword) {
            if (redisPassword.isEmpty()) {
                throw new IllegalArgumentException("redisPassword must not be empty");
            }
            this.redisPassword = redisPassword;
            return this;
        }

        /**
         * Adds an issuer whose access tokens to take. Default: none, so that the worker is its own development issuer,
         * which gives a token to anybody and therefore runs on loopback only.
         *
         * @param issuer another one than those before
         * @return this builder
         * @throws IllegalArgumentException if this issuer was added already
         */
        public Builder issuer(TrustedIssuer issuer) {
            if (issuers.stream().anyMatch(known -> known.issuer().equals(issuer.issuer()))) {
                throw new IllegalArgumentException("the issuer " + issuer.issuer() + " is named twice");
            }
            this.issuers.add(issuer);
            return this;
        }

        /**
         * Adds an issuer that publishes where its keys are, without required scopes.
         *
         * @param issuer as for {@link TrustedIssuer#of}
         * @param audience as for {@link TrustedIssuer#of}
         * @return this builder
         * @throws IllegalArgumentException as for {@link TrustedIssuer#of} and {@link #issuer(TrustedIssuer)}
         */
        public Builder issuer(URI issuer, String audience) {
            return issuer(TrustedIssuer.of(issuer, audience));
        }

        /**
         * Whether somebody without an account may come in as a guest: with a token of the worker that lists and joins
         * rooms and does nothing else. Default: no.
         *
         * @param anonymousGuests true to let guests in
         * @return this builder
         */
        public Builder anonymousGuests(boolean anonymousGuests) {
            this.anonymousGuests = anonymousGuests;
            return this;
        }

        /**
         * How long a room and a peer live after their last heartbeat. Default: 90 seconds. Clients that only keep a
         * WebSocket alive send something every 25 seconds, so less than that is for tests.
         *
         * @param timeToLive at least one second; fractions of a second are cut off
         * @return this builder
         * @throws IllegalArgumentException if it is shorter
         */
        public Builder timeToLive(Duration timeToLive) {
            Duration seconds = Duration.ofSeconds(timeToLive.toSeconds());
            this.timeToLive = requirePositive(seconds, "timeToLive");
            return this;
        }

        /**
         * How long an HTTP connection may be silent, in the middle of a request or between two, before it is closed.
         * Default: 30 seconds. Long polls and WebSockets have rules of their own.
         *
         * @param idleTimeout more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder idleTimeout(Duration idleTimeout) {
            this.idleTimeout = requirePositive(idleTimeout, "idleTimeout");
            return this;
        }

        /**
         * How many requests an account may send. Default: 100 a second in the long run, 500 at once.
         *
         * @param perSecond more than zero
         * @param burst more than zero
         * @return this builder
         * @throws IllegalArgumentException if one is not
         */
        public Builder requestRate(int perSecond, int burst) {
            if (perSecond < 1 || burst < 1) {
                throw new IllegalArgumentException("perSecond and burst must be at least 1");
            }
            this.requestsPerSecond = perSecond;
            this.requestBurst = burst;
            return this;
        }

        /**
         * Adds a STUN or TURN server to tell to peers. Default: none.
         *
         * @param urls at least one, of the schemes stun, stuns, turn and turns (RFC 7064, RFC 7065)
         * @return this builder
         * @throws IllegalArgumentException if there is none, or one of another scheme
         */
        public Builder iceServer(String... urls) {
            if (urls.length == 0) {
                throw new IllegalArgumentException("an ICE server has at least one URL");
            }
            for (String url : urls) {
                if (!url.toLowerCase(Locale.ROOT).matches("(stun|turn)s?:.+")) {
                    throw new IllegalArgumentException(
                            "the URL of an ICE server begins with stun:, stuns:, turn: or turns:");
                }
            }
            this.iceServers.add(List.of(urls));
            return this;
        }

        /**
         * The secret shared with the TURN servers (coturn {@code static-auth-secret}). With it, peers get credentials
         * for one hour; without it, none. Default: none.
         *
         * @param turnSecret not empty; never logged and never sent
         * @return this builder
         * @throws IllegalArgumentException if it is empty
         */
        public Builder turnSecret(String turnSecret) {
            if (turnSecret.isEmpty()) {
                throw new IllegalArgumentException("turnSecret must not be empty");
            }
            this.turnSecret = turnSecret.getBytes(StandardCharsets.UTF_8);
            return this;
        }

        /**
         * What the worker bears from strangers. Default: those of {@link WorkerLimits}.
         *
         * @param limits the limits
         * @return this builder
         */
        public Builder limits(WorkerLimits limits) {
            this.limits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /**
         * Adds a proxy that is believed when it says, in the {@link #forwardingHeader}, for which address it speaks; so
         * the limits of an address are those of the client and not those of the proxy. Default: none; the header is
         * then ignored.
         *
         * @param addresses an IP address, or a block such as {@code 10.0.0.0/8}
         * @return this builder
         * @throws IllegalArgumentException if it is neither
         */
        public Builder trustedProxy(String addresses) {
            AddressBlock unused = AddressBlock.parse(addresses);
            this.trustedProxies.add(addresses);
            return this;
        }

        /**
         * In which header the trusted proxies say for whom they speak. Only this one is read: a proxy passes on others
         * as the client has written them. Default: {@code X-Forwarded-For}.
         *
         * @param header {@code X-Forwarded-For} or {@code Forwarded} (RFC 7239)
         * @return this builder
         * @throws IllegalArgumentException if it is neither
         */
        public Builder forwardingHeader(String header) {
            if (!header.equalsIgnoreCase("X-Forwarded-For") && !header.equalsIgnoreCase("Forwarded")) {
                throw new IllegalArgumentException("forwardingHeader must be X-Forwarded-For or Forwarded");
            }
            this.forwardingHeader = header;
            return this;
        }

        /**
         * Adds an origin whose pages may use the worker from a browser (CORS), WebSockets included. Default: none:
         * requests with an {@code Origin} are refused. Programs send none, and are not concerned.
         *
         * @param origin such as {@code https://chat.example.org}, in lower case, without a path
         * @return this builder
         * @throws IllegalArgumentException if it is no origin
         */
        public Builder allowedOrigin(String origin) {
            if (!origin.matches("https?://[a-z0-9.\\-\\[\\]:]+")) {
                throw new IllegalArgumentException(
                        "an origin is like https://chat.example.org, in lower case and without a path");
            }
            this.allowedOrigins.add(origin);
            return this;
        }

        /**
         * Shows the metrics at {@code /metrics} beside the API to who has this bearer token; to all others there is
         * nothing. Default: to nobody.
         *
         * @param token 16 characters or more; never logged
         * @return this builder
         * @throws IllegalArgumentException if it is shorter
         */
        public Builder metricsToken(String token) {
            if (token.length() < MIN_SECRET_CHARACTERS) {
                throw new IllegalArgumentException(
                        "metricsToken must have at least " + MIN_SECRET_CHARACTERS + " characters");
            }
            this.metricsToken = token.getBytes(StandardCharsets.UTF_8);
            return this;
        }

        /**
         * Shows the metrics at {@code /metrics} of a port of their own, to whoever reaches it. Default: none.
         *
         * @param host a host name or address of this machine, as a rule {@code 127.0.0.1}
         * @param port 0 to 65535; 0 for a free one, see {@link SignalingWorker#metricsUrl}
         * @return this builder
         * @throws IllegalArgumentException if the port is out of range
         */
        public Builder metricsAddress(String host, int port) {
            this.metricsAddress = InetSocketAddress.createUnresolved(host, port);
            return this;
        }

        /**
         * Who hears of each answered request. Default: nobody.
         *
         * @param requestLog safe for threads, and quick
         * @return this builder
         */
        public Builder requestLog(RequestLog requestLog) {
            this.requestLog = Objects.requireNonNull(requestLog, "requestLog");
            return this;
        }

        /**
         * The salt of the hashes in the request log. With the same salt, an account or address has the same hash after
         * a restart and on another worker. Default: drawn at random for each worker.
         *
         * @param logSalt 16 characters or more; never logged
         * @return this builder
         * @throws IllegalArgumentException if it is shorter
         */
        public Builder logSalt(String logSalt) {
            if (logSalt.length() < MIN_SECRET_CHARACTERS) {
                throw new IllegalArgumentException(
                        "logSalt must have at least " + MIN_SECRET_CHARACTERS + " characters");
            }
            this.logSalt = logSalt.getBytes(StandardCharsets.UTF_8);
            return this;
        }

        /**
         * Over how long {@link SignalingWorker#close} sends the connected clients away, so that they do not all come to
         * the next worker at once. Meanwhile the worker is not ready and takes nobody in, but serves those who are
         * still there. If few are connected it takes less. Default: zero, all at once.
         *
         * @param drainTime zero or more
         * @return this builder
         * @throws IllegalArgumentException if it is negative
         */
        public Builder drainTime(Duration drainTime) {
            if (drainTime.isNegative()) {
                throw new IllegalArgumentException("drainTime must not be negative");
            }
            this.drainTime = drainTime;
            return this;
        }

        /**
         * Whether the worker is a domain of custom emoji: lists them to anybody, and lets accounts add theirs within
         * the {@link WorkerLimits}. Default: yes. Without, those that there are stay in its store.
         *
         * @param customEmoji false for none
         * @return this builder
         */
        public Builder customEmoji(boolean customEmoji) {
            this.customEmoji = customEmoji;
            return this;
        }

        /**
         * From which hosts the worker fetches images of emotes for its clients, so that these hosts do not see the
         * addresses of the clients. By https; one on the loopback that is named with its port by http as well. Default:
         * {@code cdn.7tv.app}.
         *
         * @param hosts each a host name, with a port if it is another than 443; none to fetch no images
         * @return this builder
         * @throws IllegalArgumentException if one is no host
         */
        public Builder imageHosts(Collection<String> hosts) {
            ImageHosts unused = new ImageHosts(hosts);
            this.imageHosts = Set.copyOf(hosts);
            return this;
        }

        /**
         * What time it is, for every lifetime that the worker keeps. Default: the system clock. For tests.
         *
         * @param clock safe for threads
         * @return this builder
         */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * The configuration as it is now.
         *
         * @return a new configuration
         * @throws IllegalStateException if both {@link #dataDirectory} and {@link #redis} are set, or
         *     {@link #redisPassword} without {@link #redis}
         */
        public WorkerConfig build() {
            if (redisUri != null && dataDirectory != null) {
                throw new IllegalStateException("a worker has one store: a data directory or Redis, not both");
            }
            if (redisPassword != null && redisUri == null) {
                throw new IllegalStateException("redisPassword needs redis");
            }
            return new WorkerConfig(this);
        }

        private static Duration requirePositive(Duration duration, String what) {
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException(what + " is too short: " + duration);
            }
            return duration;
        }

        private static void requireWebUrl(URI url, String what) {
            boolean web = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (!web || url.getHost() == null) {
                throw new IllegalArgumentException(what + " must be an http or https URL with a host");
            }
        }
    }
}
