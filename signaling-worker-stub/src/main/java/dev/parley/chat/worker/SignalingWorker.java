package dev.parley.chat.worker;

import dev.parley.chat.worker.WorkerLimits.Rate;
import dev.parley.chat.worker.WorkerStartException.Reason;
import dev.parley.chat.worker.internal.Backend;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.auth.AccessTokens;
import dev.parley.chat.worker.internal.auth.Accounts;
import dev.parley.chat.worker.internal.auth.DevIssuer;
import dev.parley.chat.worker.internal.auth.GuestTokens;
import dev.parley.chat.worker.internal.auth.RoomTokens;
import dev.parley.chat.worker.internal.http.AddressBlock;
import dev.parley.chat.worker.internal.http.ClientAddresses;
import dev.parley.chat.worker.internal.http.ConnectionGuard;
import dev.parley.chat.worker.internal.http.ConnectionGuard.Cut;
import dev.parley.chat.worker.internal.http.EmojiEndpoint;
import dev.parley.chat.worker.internal.http.Front;
import dev.parley.chat.worker.internal.http.Gate;
import dev.parley.chat.worker.internal.http.GuestsEndpoint;
import dev.parley.chat.worker.internal.http.HealthEndpoint;
import dev.parley.chat.worker.internal.http.IceServers;
import dev.parley.chat.worker.internal.http.ImageDecoding;
import dev.parley.chat.worker.internal.http.ImageFetcher;
import dev.parley.chat.worker.internal.http.ImageHosts;
import dev.parley.chat.worker.internal.http.ImagesEndpoint;
import dev.parley.chat.worker.internal.http.LeaseEndpoint;
import dev.parley.chat.worker.internal.http.MessagesEndpoint;
import dev.parley.chat.worker.internal.http.MetadataEndpoint;
import dev.parley.chat.worker.internal.http.MetricsPort;
import dev.parley.chat.worker.internal.http.NameplatesEndpoint;
import dev.parley.chat.worker.internal.http.Observer;
import dev.parley.chat.worker.internal.http.Origins;
import dev.parley.chat.worker.internal.http.PeersEndpoint;
import dev.parley.chat.worker.internal.http.ProblemErrorHandler;
import dev.parley.chat.worker.internal.http.RateLimiter;
import dev.parley.chat.worker.internal.http.RoomsEndpoint;
import dev.parley.chat.worker.internal.http.Route;
import dev.parley.chat.worker.internal.http.Router;
import dev.parley.chat.worker.internal.metrics.TimedStore;
import dev.parley.chat.worker.internal.metrics.WorkerMetrics;
import dev.parley.chat.worker.internal.push.Nodes;
import dev.parley.chat.worker.internal.push.PushHub;
import dev.parley.chat.worker.internal.redis.RedisBackend;
import dev.parley.chat.worker.internal.redis.RedisConfig;
import dev.parley.chat.worker.internal.store.EmojiStore;
import dev.parley.chat.worker.internal.store.EmojiStore.EmojiQuota;
import dev.parley.chat.worker.internal.store.MemoryEmojiStore;
import dev.parley.chat.worker.internal.store.MemoryRoomStore;
import dev.parley.chat.worker.internal.store.RoomStore;
import dev.parley.chat.worker.internal.store.SqliteRoomStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running signaling server: introduces the peers of chat rooms to each other over HTTP and WebSocket, as
 * docs/signaling.md specifies, and never sees what they say.
 *
 * <pre>{@code
 * try (var worker = SignalingWorker.start(WorkerConfig.builder().port(0).build())) {
 *     System.out.println(worker.url());
 * }
 * }</pre>
 *
 * <p>All its threads are daemons of its own. Safe for threads.
 */
public final class SignalingWorker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SignalingWorker.class);
    private static final int MAX_THREADS = 32;
    private static final int MIN_THREADS = 4;
    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final int SEND_BUFFER_BYTES = 256 * 1024;
    /** What an address or a room may do, in accounts: several people share an address, and a room. */
    private static final int ACCOUNTS = 5;

    private static final long STOP_TIMEOUT_MILLIS = 5_000;
    /** How long an idle connection stays open when the worker stops. */
    private static final long SHUTDOWN_IDLE_MILLIS = 200;

    private static final int SALT_BYTES = 32;
    private static final long TICK_MILLIS = 500;
    private static final int SWEEP_CHUNK = 256;
    private static final int MAX_SWEEP_CHUNKS_PER_TICK = 16;

    private final ReentrantLock closeLock = new ReentrantLock();
    private final InstantSource clock;
    private final RoomStore store;
    private final Nodes nodes;
    private final ScheduledExecutorService timers = timers();
    private final WorkerMetrics metrics = new WorkerMetrics();
    private final PushHub hub;
    private final ConnectionGuard guard;
    private final Server server;
    private final AccessTokens accessTokens;
    private final Router router;
    private final ImageFetcher imageFetcher;
    private final ImageDecoding imageDecoding = new ImageDecoding();
    private final URI url;
    private final Optional<URI> metricsUrl;
    private final Duration drainTime;
    private final int port;
    private boolean closed;

    private SignalingWorker(WorkerConfig config, InetAddress address, Backend backend) {
        this.clock = config.clock();
        this.store = TimedStore.measure(RoomStore.class, backend.store(), metrics.store());
        this.nodes = backend.nodes();
        this.drainTime = config.drainTime();
        this.hub = new PushHub(
                this.store,
                nodes,
                clock,
                timers,
                config.timeToLive(),
                config.limits(),
                () -> cut(Cut.SLOW_READER),
                () -> metrics.messageDelivered("push"));
        ClientAddresses addresses = new ClientAddresses(
                config.trustedProxies().stream().map(AddressBlock::parse).toList(), config.forwardingHeader());
        this.guard = new ConnectionGuard(config.limits(), addresses, this::cut);

        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS);
        threads.setName("parley-worker-http");
        threads.setDaemon(true);
        this.server = new Server(threads);
        try {
            ServerConnector connector = connect(config, address, config.port());
            connector.addEventListener(guard);
            this.port = connector.getLocalPort();
            this.metricsUrl = config.metricsAddress().map(where -> openMetrics(config, where));
            this.url = config.publicUrl().orElseGet(() -> urlOf(config.host(), address, port));

            List<Route> routes = new ArrayList<>();
            this.accessTokens = tokens(config, routes);
            RoomTokens roomTokens = new RoomTokens(store, clock);
            GuestTokens guestTokens = config.anonymousGuests() ? new GuestTokens(store, clock) : null;
            if (guestTokens != null) {
                routes.addAll(new GuestsEndpoint(guestTokens, clock).routes());
            }
            Gate gate = new Gate(
                    accessTokens,
                    roomTokens,
                    guestTokens,
                    limiter("an account", new Rate(config.requestsPerSecond(), config.requestBurst())),
                    limiter("a room", config.limits().requestsPerRoom().orElseGet(() -> many(config))));
            IceServers iceServers = new IceServers(config.iceServers(), config.turnSecret(), clock);
            routes.addAll(new RoomsEndpoint(store, hub, roomTokens, clock, config.timeToLive()).routes(gate));
            routes.addAll(
                    new PeersEndpoint(store, hub, roomTokens, iceServers, clock, config.timeToLive()).routes(gate));
            routes.addAll(new LeaseEndpoint(store, clock).routes(gate));
            routes.addAll(new NameplatesEndpoint(store, clock).routes(gate));
            routes.addAll(new MessagesEndpoint(store, hub, clock, server, metrics).routes(gate));
            if (config.customEmoji()) {
                EmojiStore emoji = TimedStore.measure(EmojiStore.class, backend.emoji(), metrics.store());
                routes.addAll(new EmojiEndpoint(emoji, quota(config.limits()), url.toString(), clock, imageDecoding)
                        .routes(gate));
            }
            ImageHosts imageHosts = new ImageHosts(config.imageHosts());
            this.imageFetcher = new ImageFetcher(config.limits().imageTimeout(), timers);
            if (!imageHosts.isEmpty()) {
                routes.addAll(new ImagesEndpoint(imageHosts, imageFetcher, clock).routes(gate));
            }
            routes.addAll(HealthEndpoint.routes(store, hub));
            routes.addAll(MetricsPort.routes(metrics, config.metricsToken()));
            this.router = new Router(routes, url + "/.well-known/oauth-protected-resource");

            RateLimiter perAddress =
                    limiter("an address", config.limits().requestsPerAddress().orElseGet(() -> many(config)));
            server.setHandler(new GracefulHandler(new MetricsPort(
                    new Front(new Origins(config.allowedOrigins(), router), guard, addresses, perAddress), metrics)));
            server.setRequestLog(new Observer(
                    metrics,
                    config.requestLog().orElse(null),
                    config.logSalt().orElseGet(SignalingWorker::randomSalt),
                    addresses));
            metrics.watch(store, clock);
            metrics.gauge("parley_sockets", "WebSockets that are open.", hub::openSockets);
            metrics.gauge("parley_polls", "Long polls that wait.", hub::waitingReads);
            metrics.gauge(
                    "parley_connections",
                    "Connections to the API.",
                    () -> connector.getConnectedEndPoints().size());
            metrics.gauge("parley_draining", "1 while the worker is about to stop.", () -> hub.isDraining() ? 1 : 0);
            server.setErrorHandler(new ProblemErrorHandler());
            server.setStopTimeout(STOP_TIMEOUT_MILLIS);
            server.addBean(new NetworkConnectionLimit(config.limits().connections(), server));
        } catch (RuntimeException e) {
            for (Connector connector : server.getConnectors()) {
                ((ServerConnector) connector).close();
            }
            timers.shutdownNow();
            throw e;
        }
    }

    /**
     * Starts a worker; blocks until it serves.
     *
     * @param config how it runs
     * @return the running worker, to be closed by the caller
     * @throws WorkerStartException if it cannot start; see {@link WorkerStartException.Reason}
     */
    public static SignalingWorker start(WorkerConfig config) {
        InetAddress address = resolve(config);
        Backend backend = openBackend(config);
        SignalingWorker worker;
        try {
            worker = new SignalingWorker(config, address, backend);
        } catch (RuntimeException e) {
            backend.store().close();
            throw e;
        }
        worker.nodes.listen(worker.hub);
        try {
            worker.server.start();
        } catch (Exception e) {
            worker.close();
            throw new WorkerStartException(Reason.SERVER_FAILED, "the HTTP server did not start", e);
        }
        // It runs until close() stops its executor, and handles its own failures.
        Future<?> unused =
                worker.timers.scheduleWithFixedDelay(worker::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        log.info(
                "The signaling worker serves, with {}, its store is {}",
                config.issuers().isEmpty()
                        ? "the development issuer"
                        : config.issuers().size() + " configured issuers",
                backend.description());
        return worker;
    }

    /**
     * The base URL of the worker, without a slash at its end.
     *
     * @return the configured public URL, or else the address that it listens at, with its real port
     */
    public URI url() {
        return url;
    }

    /**
     * Where the metrics are, if they have a port of their own.
     *
     * @return the URL with its real port; empty without {@link WorkerConfig.Builder#metricsAddress}
     */
    public Optional<URI> metricsUrl() {
        return metricsUrl;
    }

    /**
     * Stops the worker: says that it is not ready and takes nobody in any more; closes WebSockets with 1001 and answers
     * long polls with 503, over the {@link WorkerConfig#drainTime}; lets other requests finish for up to five seconds;
     * then stops its threads and closes its store. Blocks until all that is done. Idempotent. If the thread is
     * interrupted, the rest goes at once.
     */
    @Override
    public void close() {
        closeLock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            drain();
            hub.stop();
            try {
                server.stop();
            } catch (Exception e) {
                log.warn("The HTTP server did not stop cleanly", e);
            }
            imageFetcher.close();
            imageDecoding.close();
            timers.shutdownNow();
            if (!timers.awaitTermination(STOP_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
                log.warn("The timers of the worker did not stop in time");
            }
            accessTokens.close();
            log.info("The signaling worker has stopped");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            nodes.close();
            store.close();
            closeLock.unlock();
        }
    }

    private void drain() {
        try {
            hub.drain(drainTime);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    int openSockets() {
        return hub.openSockets();
    }

    /** Where it listens, whatever its public URL says. */
    int port() {
        return port;
    }

    /** Where uploaded images are decoded. */
    Executor imageDecoding() {
        return imageDecoding;
    }

    List<Route> routes() {
        return router.routes();
    }

    private static InetAddress resolve(WorkerConfig config) {
        InetAddress address;
        try {
            address = InetAddress.getByName(config.host());
        } catch (UnknownHostException e) {
            throw new WorkerStartException(
                    Reason.ADDRESS_UNAVAILABLE, "the host to listen at is unknown: set another host", e);
        }
        if (config.issuers().isEmpty() && !address.isLoopbackAddress()) {
            throw new WorkerStartException(
                    Reason.UNPROTECTED_ADDRESS,
                    "without an issuer the worker gives a token to anybody, so it listens on loopback only:"
                            + " configure an issuer, or set the host to 127.0.0.1");
        }
        return address;
    }

    private static Backend openBackend(WorkerConfig config) {
        if (config.redisUri().isPresent()) {
            return openRedis(new RedisConfig(config.redisUri().get(), config.redisPassword()), config.timeToLive());
        }
        if (config.dataDirectory().isEmpty()) {
            return new Backend(
                    new MemoryRoomStore(config.timeToLive()), new MemoryEmojiStore(), Nodes.none(), "in memory");
        }
        try {
            SqliteRoomStore store = SqliteRoomStore.inDirectory(
                    config.dataDirectory().get(), config.timeToLive(), accountsOfBefore(config));
            return new Backend(store, store.emoji(), Nodes.none(), "on disk");
        } catch (SQLException | IOException e) {
            throw new WorkerStartException(
                    Reason.STORE_UNAVAILABLE,
                    "the data directory cannot be used (it must be writable, and only one worker uses it at a time): "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * How an account was named by a worker that took tokens of one issuer only, and is named now. With several issuers
     * nobody knows of which one it was: it stays what it was, which is nobody's account.
     */
    private static UnaryOperator<String> accountsOfBefore(WorkerConfig config) {
        List<TrustedIssuer> issuers = config.issuers();
        return switch (issuers.size()) {
            case 0 -> Accounts::ofDevelopment;
            case 1 -> subject -> Accounts.of(issuers.get(0).issuer().toString(), subject);
            default -> UnaryOperator.identity();
        };
    }

    private static Backend openRedis(RedisConfig config, Duration timeToLive) {
        try {
            return RedisBackend.open(config, timeToLive);
        } catch (NoClassDefFoundError e) {
            throw new WorkerStartException(
                    Reason.STORE_UNAVAILABLE,
                    "the client of Redis is missing: put redis.clients:jedis and what it needs on the class path, or on"
                            + " the module path with --add-modules redis.clients.jedis,org.apache.commons.pool2,"
                            + "com.google.gson,org.json",
                    e);
        } catch (Problem e) {
            Throwable cause = e.getCause();
            throw new WorkerStartException(
                    Reason.STORE_UNAVAILABLE,
                    "Redis does not answer, or takes no changes (check its address, user and password; it must be the"
                            + " primary, 6.2 or newer): " + (cause == null ? e.detail() : cause.getMessage()),
                    e);
        }
    }

    private ServerConnector connect(WorkerConfig config, InetAddress address, int port) {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        // The cache of header fields is one of 96 KiB for each connection, those that wait in a long poll included.
        http.setHeaderCacheSize(0);
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(address.getHostAddress());
        connector.setPort(port);
        connector.setIdleTimeout(config.idleTimeout().toMillis());
        connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_MILLIS);
        // What the kernel keeps for a client that does not read.
        connector.setAcceptedSendBufferSize(SEND_BUFFER_BYTES);
        server.addConnector(connector);
        try {
            // Before the rest is built, which needs to know the port.
            connector.open();
        } catch (IOException e) {
            throw new WorkerStartException(
                    Reason.ADDRESS_UNAVAILABLE,
                    "port " + port + " is in use, or the host is not one of this machine: set another one",
                    e);
        }
        return connector;
    }

    private void cut(Cut cause) {
        metrics.cut(cause.name().toLowerCase(Locale.ROOT));
    }

    private static byte[] randomSalt() {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        return salt;
    }

    private URI openMetrics(WorkerConfig config, InetSocketAddress where) {
        InetAddress address;
        try {
            address = InetAddress.getByName(where.getHostString());
        } catch (UnknownHostException e) {
            throw new WorkerStartException(
                    Reason.ADDRESS_UNAVAILABLE, "the host for the metrics is unknown: set another host", e);
        }
        ServerConnector connector = connect(config, address, where.getPort());
        connector.setName(MetricsPort.CONNECTOR);
        return URI.create(urlOf(where.getHostString(), address, connector.getLocalPort()) + "/metrics");
    }

    private static EmojiQuota quota(WorkerLimits limits) {
        return new EmojiQuota(
                limits.emojiPerAccount(), limits.emojiBytesPerAccount(), limits.emojiInAll(), limits.emojiBytesInAll());
    }

    private RateLimiter limiter(String who, Rate rate) {
        return new RateLimiter(who, rate.perSecond(), rate.burst(), clock);
    }

    private static Rate many(WorkerConfig config) {
        return new Rate((int) Math.min(Integer.MAX_VALUE, (long) config.requestsPerSecond() * ACCOUNTS), (int)
                Math.min(Integer.MAX_VALUE, (long) config.requestBurst() * ACCOUNTS));
    }

    private AccessTokens tokens(WorkerConfig config, List<Route> routes) {
        List<TrustedIssuer> issuers = config.issuers();
        if (!issuers.isEmpty()) {
            Set<String> scopes = new LinkedHashSet<>();
            issuers.forEach(issuer -> scopes.addAll(issuer.requiredScopes()));
            routes.addAll(MetadataEndpoint.routes(
                    url.toString(),
                    issuers.stream().map(issuer -> issuer.issuer().toString()).toList(),
                    scopes,
                    config.anonymousGuests()));
            return AccessTokens.of(issuers, clock);
        }
        DevIssuer issuer = new DevIssuer(url + "/dev", url.toString(), store, clock);
        routes.addAll(
                MetadataEndpoint.routes(url.toString(), List.of(issuer.issuer()), Set.of(), config.anonymousGuests()));
        routes.addAll(MetadataEndpoint.devRoutes(issuer));
        return AccessTokens.of(issuer, clock);
    }

    private static URI urlOf(String host, InetAddress address, int port) {
        String name = address.isAnyLocalAddress() ? "localhost" : host;
        return URI.create("http://" + (name.contains(":") ? "[" + name + "]" : name) + ":" + port);
    }

    private static ScheduledExecutorService timers() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "parley-worker-timers");
            thread.setDaemon(true);
            return thread;
        });
        // Most timers are those of long polls that were answered before their time.
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private void tick() {
        try {
            guard.tick();
            hub.tick();
            int chunks = 0;
            while (store.sweep(SWEEP_CHUNK, clock.millis()) && ++chunks < MAX_SWEEP_CHUNKS_PER_TICK) {
                // Each chunk is a transaction of its own: requests come in between.
            }
        } catch (Problem e) {
            log.warn(
                    "Housekeeping failed with {}; it goes on with the next tick",
                    e.code().wireName(),
                    e.getCause());
        } catch (RuntimeException e) {
            // An exception would end the timer for good.
            log.error("A defect: housekeeping failed", e);
        }
    }
}
