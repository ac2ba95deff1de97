package dev.parley.chat.emotes.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.chat.emotes.EmoteAnswer;
import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.Proxy;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import okhttp3.Call;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * Fetches resources under bounds: bytes, time, redirects, and where to. Remembers answers, so that an unchanged one is
 * only confirmed (ETag), a missing one is not asked for again at once, and a server that asks for a pause gets it.
 *
 * <p>Used by many threads. It has no thread of its own apart from those that all OkHttp clients of the process share.
 */
public final class HttpFetcher implements AutoCloseable {
    static final int MAX_REDIRECTS = 5;
    static final long MAX_REMEMBERED_BYTES = 32L * 1024 * 1024;
    static final Duration MISSING_IS_FRESH = Duration.ofMinutes(10);
    static final Duration DEFAULT_PAUSE = Duration.ofMinutes(1);
    static final Duration MAX_PAUSE = Duration.ofHours(1);
    private static final int ENTRY_OVERHEAD_BYTES = 512;
    private static final String USER_AGENT = "parley";
    private static final String GIVEN_UP = "the load was given up";
    private static final int MAX_PAUSED_HOSTS = 1_000;

    private final Collection<String> settingValues;
    private final Duration timeout;
    private final int maxAnswerBytes;
    private final @Nullable DiskCache disk;
    private final Ticker ticker;
    private final InstantSource wallClock;
    private final Dns dns;

    /** Guarded by this; null before something is fetched, and then never again. */
    private @Nullable Network network;

    /** Guarded by this. */
    private boolean closed;

    /** An answer that the server can confirm, if it has an ETag. Its bytes are never changed. */
    private static final class Answer {
        private final String etag;
        private final byte[] body;

        Answer(String etag, byte[] body) {
            this.etag = etag;
            this.body = body;
        }
    }

    /**
     * Makes a fetcher.
     *
     * @param settingValues values of settings; the loopback origins among them may be asked
     * @param timeout for one fetch, redirects not included
     * @param maxAnswerBytes the largest body
     * @param disk keeps what was fetched, or null
     */
    public HttpFetcher(
            Collection<String> settingValues, Duration timeout, int maxAnswerBytes, @Nullable DiskCache disk) {
        this(settingValues, timeout, maxAnswerBytes, disk, Ticker.systemTicker(), InstantSource.system(), Dns.SYSTEM);
    }

    HttpFetcher(
            Collection<String> settingValues,
            Duration timeout,
            int maxAnswerBytes,
            @Nullable DiskCache disk,
            Ticker ticker,
            InstantSource wallClock,
            Dns dns) {
        this.settingValues = List.copyOf(settingValues);
        this.timeout = timeout;
        this.maxAnswerBytes = maxAnswerBytes;
        this.disk = disk;
        this.ticker = ticker;
        this.wallClock = wallClock;
        this.dns = dns;
    }

    /** What is made when something is first fetched: it takes longer than to have a whole set from the disk. */
    private final class Network {
        final Origins origins = Origins.fromSettings(settingValues);

        // A proxy would resolve names itself, past the check for private addresses.
        final OkHttpClient client = new OkHttpClient.Builder()
                .callTimeout(timeout)
                .connectTimeout(timeout)
                .readTimeout(timeout)
                .followRedirects(false)
                .followSslRedirects(false)
                .proxy(Proxy.NO_PROXY)
                .dns(new PublicAddresses(dns))
                .build();

        final Cache<URI, Answer> answers = Caffeine.newBuilder()
                .maximumWeight(MAX_REMEMBERED_BYTES)
                .weigher((URI address, Answer answer) -> ENTRY_OVERHEAD_BYTES + answer.body.length)
                .executor(Runnable::run)
                .build();

        final Cache<URI, Boolean> missing = Caffeine.newBuilder()
                .maximumSize(10_000)
                .expireAfterWrite(MISSING_IS_FRESH)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();

        /** Per host and port, when the ticker allows requests again. */
        final Cache<String, Long> pausedUntilNanos = Caffeine.newBuilder()
                .maximumSize(MAX_PAUSED_HOSTS)
                .expireAfterWrite(MAX_PAUSE)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();

        void close() {
            client.dispatcher().cancelAll();
            client.connectionPool().evictAll();
            client.dispatcher().executorService().shutdown();
        }
    }

    private synchronized Network network() {
        Network made = network;
        if (made == null) {
            made = new Network();
            network = made;
            if (closed) {
                made.close();
            }
        }
        return made;
    }

    /**
     * Opens a session for one load.
     *
     * @return the session; cancel it to break off what it is fetching
     */
    public Session open() {
        return new Session();
    }

    /** Breaks off all fetches and closes idle connections. */
    @Override
    public synchronized void close() {
        closed = true;
        if (network != null) {
            network.close();
        }
    }

    /** The context of one load. */
    public final class Session implements EmoteContext {
        private volatile @Nullable Call current;
        private volatile boolean cancelled;

        /** What was fetched; remembered once the load has succeeded with it. */
        private final Map<URI, Answer> fetched = new LinkedHashMap<>();

        private Duration pause = Duration.ZERO;

        private Session() {}

        @Override
        public Optional<byte[]> fetch(URI address) throws EmoteLoadException, InterruptedException {
            return fetch(address, maxAnswerBytes, Map.of());
        }

        /**
         * Gets a resource, bounded as told.
         *
         * @param address where it is
         * @param maxBytes the largest body
         * @param headers what to send along; to the first address only, not to where it redirects
         * @return the body, or nothing if there is no such resource
         * @throws EmoteLoadException as {@link EmoteContext#fetch}
         * @throws InterruptedException if it was given up
         */
        public Optional<byte[]> fetch(URI address, int maxBytes, Map<String, String> headers)
                throws EmoteLoadException, InterruptedException {
            HttpUrl url = allowed(address);
            if (network().missing.getIfPresent(address) != null) {
                return Optional.empty();
            }
            @Nullable Answer known = known(address);
            Map<String, String> sent = headers;
            for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
                checkPause(url);
                Request.Builder request = new Request.Builder().url(url);
                sent.forEach(request::header);
                if (known != null) {
                    request.header("If-None-Match", known.etag);
                }
                try (Response response = execute(request)) {
                    String location = response.header("Location");
                    if (isRedirect(response.code()) && location != null) {
                        @Nullable HttpUrl target = network().origins.allowRedirect(url, location);
                        if (target == null) {
                            throw new EmoteLoadException(
                                    Reason.ADDRESS_REFUSED,
                                    url.host() + " redirects to an address that is not allowed");
                        }
                        url = target;
                        sent = Map.of();
                        continue;
                    }
                    return read(address, url, response, known, maxBytes);
                } catch (IOException e) {
                    throw ended(url, e);
                }
            }
            throw new EmoteLoadException(
                    Reason.ADDRESS_REFUSED, url.host() + " redirects more than " + MAX_REDIRECTS + " times");
        }

        @Override
        public EmoteAnswer send(EmoteRequest request) throws EmoteLoadException, InterruptedException {
            HttpUrl url = allowed(request.address());
            checkPause(url);
            Request.Builder built = new Request.Builder().url(url);
            request.headers().forEach(built::header);
            byte[] body = request.body();
            boolean hasBody = body.length > 0 || request.contentType().isPresent();
            boolean needsBody =
                    !request.method().equals("GET") && !request.method().equals("DELETE");
            @Nullable
            RequestBody content = hasBody || needsBody
                    ? new SentOnce(body, request.contentType().orElse("application/octet-stream"))
                    : null;
            built.method(request.method(), content);
            try (Response response = execute(built)) {
                if (isRedirect(response.code())) {
                    throw new EmoteLoadException(
                            Reason.ADDRESS_REFUSED, url.host() + " redirects a request to elsewhere");
                }
                refusePauseAndFailure(url, response);
                Map<String, String> headers = new LinkedHashMap<>();
                response.headers().forEach(header -> headers.put(header.getFirst(), header.getSecond()));
                return new EmoteAnswer(response.code(), headers, readBody(url, response.body(), maxAnswerBytes));
            } catch (IOException e) {
                throw ended(url, e);
            }
        }

        @Override
        public void pause(Duration time) {
            pause = time.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : time;
        }

        /**
         * Tells which pause the provider asked for.
         *
         * @return the time, zero if it asked for none
         */
        public Duration pauseAsked() {
            return pause;
        }

        /** Remembers what was fetched: the load succeeded with it. */
        public void commit() {
            fetched.forEach((address, answer) -> {
                if (disk != null) {
                    disk.putAnswer(address, answer.etag, answer.body);
                } else if (!answer.etag.isEmpty()) {
                    network().answers.put(address, answer);
                }
            });
            fetched.clear();
        }

        /** Breaks off what is being fetched and fails what would be. From any thread. */
        public void cancel() {
            cancelled = true;
            Call call = current;
            if (call != null) {
                call.cancel();
            }
        }

        private HttpUrl allowed(URI address) throws EmoteLoadException {
            HttpUrl url = network().origins.allow(address);
            if (url == null) {
                throw new EmoteLoadException(
                        Reason.ADDRESS_REFUSED,
                        "only public https addresses may be fetched, and loopback ones that a setting names");
            }
            return url;
        }

        /** What the server may be asked to confirm. */
        private @Nullable Answer known(URI address) {
            @Nullable Answer own = fetched.get(address);
            if (own == null) {
                own = disk == null
                        ? network().answers.getIfPresent(address)
                        : disk.answer(address)
                                .map(kept -> new Answer(kept.etag(), kept.body()))
                                .orElse(null);
            }
            return own == null || own.etag.isEmpty() ? null : own;
        }

        private Response execute(Request.Builder request) throws IOException, InterruptedException {
            Call call = network()
                    .client
                    .newCall(request.header("User-Agent", USER_AGENT).build());
            current = call;
            if (cancelled) {
                throw new InterruptedException(GIVEN_UP);
            }
            return call.execute();
        }

        private EmoteLoadException ended(HttpUrl url, IOException e) throws InterruptedException {
            if (cancelled || Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException(GIVEN_UP);
                interrupted.initCause(e);
                throw interrupted;
            }
            return failure(url, e);
        }

        private Optional<byte[]> read(URI address, HttpUrl url, Response response, @Nullable Answer known, int maxBytes)
                throws IOException, EmoteLoadException {
            int code = response.code();
            if (code == 304 && known != null) {
                fetched.put(address, known);
                return Optional.of(known.body.clone());
            }
            if (code == 404 || code == 410) {
                forget(address);
                network().missing.put(address, true);
                return Optional.empty();
            }
            refusePauseAndFailure(url, response);
            if (code != 200) {
                throw new EmoteLoadException(Reason.REQUEST_REFUSED, url.host() + " answers with status " + code);
            }
            byte[] body = readBody(url, response.body(), maxBytes);
            fetched.put(address, new Answer(Objects.requireNonNullElse(response.header("ETag"), ""), body.clone()));
            return Optional.of(body);
        }

        private void forget(URI address) {
            fetched.remove(address);
            network().answers.invalidate(address);
            if (disk != null) {
                disk.removeAnswer(address);
            }
        }

        private void refusePauseAndFailure(HttpUrl url, Response response) throws EmoteLoadException {
            int code = response.code();
            if (code == 429) {
                HttpFetcher.this.pause(url, response.header("Retry-After"));
                throw new EmoteLoadException(Reason.RATE_LIMITED, url.host() + " asks for fewer requests");
            }
            if (code >= 500) {
                throw new EmoteLoadException(Reason.SERVER_ERROR, url.host() + " answers with status " + code);
            }
        }
    }

    /** A body that OkHttp does not send again by itself: nobody knows what the first one has done. */
    private static final class SentOnce extends RequestBody {
        private final byte[] body;
        private final @Nullable MediaType type;

        SentOnce(byte[] body, String type) {
            this.body = body;
            this.type = MediaType.parse(type);
        }

        @Override
        public @Nullable MediaType contentType() {
            return type;
        }

        @Override
        public long contentLength() {
            return body.length;
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.write(body);
        }
    }

    /**
     * Opens a WebSocket.
     *
     * @param address {@code wss}, or {@code ws} on a loopback host and port that a setting names
     * @param listener hears of it, on a thread of OkHttp
     * @return the WebSocket, which is not open yet
     * @throws EmoteLoadException if the address may not be asked
     */
    public WebSocket openSocket(URI address, WebSocketListener listener) throws EmoteLoadException {
        HttpUrl url = network().origins.allow(URI.create(Origins.overHttp(address.toString())));
        if (url == null) {
            throw new EmoteLoadException(
                    Reason.ADDRESS_REFUSED,
                    "only public wss addresses may be used, and loopback ones that a setting names");
        }
        return network()
                .client
                .newWebSocket(
                        new Request.Builder()
                                .url(url)
                                .header("User-Agent", USER_AGENT)
                                .build(),
                        listener);
    }

    private static byte[] readBody(HttpUrl url, ResponseBody body, int maxAnswerBytes)
            throws IOException, EmoteLoadException {
        // The length counts bytes as sent, the stream those after decompression; both are bounded.
        if (body.contentLength() > maxAnswerBytes) {
            throw tooLarge(url, maxAnswerBytes);
        }
        try (InputStream in = body.byteStream()) {
            byte[] bytes = in.readNBytes(maxAnswerBytes);
            if (bytes.length == maxAnswerBytes && in.read() >= 0) {
                throw tooLarge(url, maxAnswerBytes);
            }
            return bytes;
        }
    }

    private static EmoteLoadException tooLarge(HttpUrl url, int maxAnswerBytes) {
        return new EmoteLoadException(
                Reason.TOO_LARGE, url.host() + " answers with more than " + maxAnswerBytes + " bytes");
    }

    private static boolean isRedirect(int code) {
        return code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
    }

    private static EmoteLoadException failure(HttpUrl url, IOException e) {
        if (e instanceof PublicAddresses.RefusedHostException) {
            return new EmoteLoadException(Reason.ADDRESS_REFUSED, url.host() + " has no public address");
        }
        if (e instanceof InterruptedIOException) {
            return new EmoteLoadException(Reason.TIMED_OUT, url.host() + " took too long");
        }
        // The cause's message may hold an IP address, so only its kind is told.
        return new EmoteLoadException(
                Reason.UNREACHABLE,
                "no complete answer from " + url.host() + " (" + e.getClass().getSimpleName() + ")");
    }

    private void checkPause(HttpUrl url) throws EmoteLoadException {
        @Nullable Long until = network().pausedUntilNanos.getIfPresent(hostAndPort(url));
        if (until != null) {
            long remainingNanos = until - ticker.read();
            if (remainingNanos > 0) {
                throw new EmoteLoadException(
                        Reason.RATE_LIMITED,
                        url.host() + " asked for a pause of another "
                                + (Duration.ofNanos(remainingNanos).toSeconds() + 1) + " s");
            }
        }
    }

    private void pause(HttpUrl url, @Nullable String retryAfter) {
        Duration pause = pauseOf(retryAfter);
        network().pausedUntilNanos.put(hostAndPort(url), ticker.read() + pause.toNanos());
    }

    /** RFC 9110 section 10.2.3: seconds or a date. */
    private Duration pauseOf(@Nullable String retryAfter) {
        if (retryAfter == null) {
            return DEFAULT_PAUSE;
        }
        Duration pause;
        try {
            pause = retryAfter.matches("\\d{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(retryAfter))
                    : Duration.between(
                            wallClock.instant(),
                            ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
        } catch (DateTimeException e) {
            return DEFAULT_PAUSE;
        }
        if (pause.isNegative()) {
            return Duration.ZERO;
        }
        return pause.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause;
    }

    private static String hostAndPort(HttpUrl url) {
        return url.host() + ':' + url.port();
    }
}
