package dev.parley.chat.worker;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link SignalingWorker} runs. The defaults are those of a worker for development: on loopback, in memory, with
 * an issuer of its own that gives a token to anybody. Immutable.
 */
public final class WorkerConfig {
    private static final int MAX_PORT = 65_535;

    private final String host;
    private final int port;
    private final @Nullable URI publicUrl;
    private final @Nullable Path dataDirectory;
    private final @Nullable URI redisUri;
    private final @Nullable String redisPassword;
    private final @Nullable URI issuer;
    private final @Nullable String audience;
    private final @Nullable URI jwksUri;
    private final Duration timeToLive;
    private final Duration idleTimeout;
    private final int requestsPerSecond;
    private final int requestBurst;
    private final List<List<String>> iceServers;
    private final byte @Nullable [] turnSecret;
    private final InstantSource clock;

    private WorkerConfig(Builder builder) {
        this.host = builder.host;
        this.port = builder.port;
        this.publicUrl = builder.publicUrl;
        this.dataDirectory = builder.dataDirectory;
        this.redisUri = builder.redisUri;
        this.redisPassword = builder.redisPassword;
        this.issuer = builder.issuer;
        this.audience = builder.audience;
        this.jwksUri = builder.jwksUri;
        this.timeToLive = builder.timeToLive;
        this.idleTimeout = builder.idleTimeout;
        this.requestsPerSecond = builder.requestsPerSecond;
        this.requestBurst = builder.requestBurst;
        this.iceServers = List.copyOf(builder.iceServers);
        this.turnSecret = builder.turnSecret;
        this.clock = builder.clock;
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
     * @return the issuer; empty for the development issuer
     */
    public Optional<URI> issuer() {
        return Optional.ofNullable(issuer);
    }

    /**
     * For whom an access token must be.
     *
     * @return the audience; empty with the development issuer
     */
    public Optional<String> audience() {
        return Optional.ofNullable(audience);
    }

    /**
     * Where the issuer publishes its keys.
     *
     * @return the URL; empty if it is found through the metadata of the issuer
     */
    public Optional<URI> jwksUri() {
        return Optional.ofNullable(jwksUri);
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
        private @Nullable URI issuer;
        private @Nullable String audience;
        private @Nullable URI jwksUri;
        private Duration timeToLive = Duration.ofSeconds(90);
        private Duration idleTimeout = Duration.ofSeconds(30);
        private int requestsPerSecond = 100;
        private int requestBurst = 500;
        private List<List<String>> iceServers = new ArrayList<>();
        private byte @Nullable [] turnSecret;
        private InstantSource clock = Clock.systemUTC();

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
         * Whose access tokens to take: JWTs with RS256 or ES256, and {@code iss}, {@code aud}, {@code sub},
         * {@code exp}. The keys are found through {@code <issuer>/.well-known/openid-configuration}, unless
         * {@link #jwksUri} is set. Default: the development issuer, which gives a token to anybody and therefore runs
         * on loopback only.
         *
         * @param issuer exactly as it stands in the tokens; https, or http on loopback
         * @param audience exactly as it stands in the tokens
         * @return this builder
         * @throws IllegalArgumentException if the issuer is no such URL or the audience is empty
         */
        public Builder issuer(URI issuer, String audience) {
            requireTrustworthy(issuer, "issuer");
            if (audience.isEmpty()) {
                throw new IllegalArgumentException("audience must not be empty");
            }
            this.issuer = issuer;
            this.audience = audience;
            return this;
        }

        /**
         * Where the issuer publishes its keys (RFC 7517). Default: found through the metadata of the issuer.
         *
         * @param jwksUri https, or http on loopback
         * @return this builder
         * @throws IllegalArgumentException if it is anything else
         */
        public Builder jwksUri(URI jwksUri) {
            requireTrustworthy(jwksUri, "jwksUri");
            this.jwksUri = jwksUri;
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
         * @throws IllegalStateException if {@link #jwksUri} is set and {@link #issuer} is not, or both
         *     {@link #dataDirectory} and {@link #redis}, or {@link #redisPassword} without {@link #redis}
         */
        public WorkerConfig build() {
            if (redisUri != null && dataDirectory != null) {
                throw new IllegalStateException("a worker has one store: a data directory or Redis, not both");
            }
            if (redisPassword != null && redisUri == null) {
                throw new IllegalStateException("redisPassword needs redis");
            }
            if (jwksUri != null && issuer == null) {
                throw new IllegalStateException("jwksUri needs an issuer");
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

        /** Whoever can change what is read from there can make tokens. */
        private static void requireTrustworthy(URI url, String what) {
            requireWebUrl(url, what);
            boolean loopback = url.getHost().equals("localhost")
                    || url.getHost().equals("[::1]")
                    || url.getHost().matches("127(\\.\\d{1,3}){3}");
            if (!"https".equalsIgnoreCase(url.getScheme()) && !loopback) {
                throw new IllegalArgumentException(what + " must be https, or http on loopback");
            }
        }
    }
}
