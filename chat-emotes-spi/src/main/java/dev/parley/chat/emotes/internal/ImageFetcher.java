package dev.parley.chat.emotes.internal;

import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.images.ImageFacts;
import dev.parley.chat.emotes.images.ImageLimits;
import dev.parley.chat.emotes.images.ImageRefusedException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fetches images, a few at a time, by way of a proxy if there is one. What comes is checked before it is kept or given;
 * from the disk it is taken as it is for some days, because an image hardly ever changes under its address.
 */
public final class ImageFetcher implements AutoCloseable {
    static final Duration FRESH = Duration.ofDays(7);
    static final int MAX_WAITING = 5_000;
    private static final int THREADS = 4;
    private static final int IDLE_SECONDS = 10;
    private static final String CLOSED = "the registry was closed";

    private final HttpFetcher fetcher;
    private final @Nullable DiskCache disk;
    private final @Nullable Proxy proxy;
    private final InstantSource clock;
    private final Map<URI, CompletableFuture<byte[]>> underWay = new ConcurrentHashMap<>();
    private final Set<HttpFetcher.Session> sessions = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor threads;
    private volatile boolean closed;

    /**
     * Who fetches in one's stead.
     *
     * @param endpoint what is asked, with the image's address as the parameter {@code url}
     * @param token gives the bearer token, if there is one; may block
     */
    public record Proxy(URI endpoint, Supplier<Optional<String>> token) {
        URI addressOf(URI image) {
            String query = "url=" + URLEncoder.encode(image.toString(), StandardCharsets.UTF_8);
            return URI.create(endpoint + "?" + query);
        }
    }

    /**
     * @param fetcher asks the servers
     * @param disk keeps images, or null
     * @param proxy asks in our stead, or null
     * @param clock tells how old a kept image is
     */
    public ImageFetcher(HttpFetcher fetcher, @Nullable DiskCache disk, @Nullable Proxy proxy, InstantSource clock) {
        this.fetcher = fetcher;
        this.disk = disk;
        this.proxy = proxy;
        this.clock = clock;
        threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_WAITING),
                new Threads("parley-emotes-image-"));
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Fetches an image.
     *
     * @param address where it is
     * @return completes with the file, shared by all who asked; else as {@code EmoteImages.fetch}
     */
    public CompletableFuture<byte[]> fetch(URI address) {
        CompletableFuture<byte[]> mine = new CompletableFuture<>();
        @Nullable CompletableFuture<byte[]> before = underWay.putIfAbsent(address, mine);
        if (before != null) {
            return before;
        }
        CompletableFuture<?> unused = mine.whenComplete((image, error) -> underWay.remove(address, mine));
        try {
            threads.execute(() -> run(address, mine));
        } catch (RejectedExecutionException e) {
            mine.completeExceptionally(
                    closed
                            ? new CancellationException(CLOSED)
                            : new EmoteLoadException(
                                    Reason.RATE_LIMITED, "more than " + MAX_WAITING + " images are waiting"));
        }
        return mine;
    }

    private void run(URI address, CompletableFuture<byte[]> promise) {
        HttpFetcher.Session session = fetcher.open();
        sessions.add(session);
        try {
            if (closed) {
                throw new InterruptedException();
            }
            promise.complete(load(address, session));
        } catch (EmoteLoadException e) {
            promise.completeExceptionally(e);
        } catch (InterruptedException e) {
            promise.completeExceptionally(new CancellationException(CLOSED));
        } catch (RuntimeException | Error e) {
            promise.completeExceptionally(new EmoteLoadException(Reason.CRASHED, "threw " + Plugins.describe(e), e));
            Plugins.rethrowIfFatal(e);
        } finally {
            sessions.remove(session);
        }
    }

    private byte[] load(URI address, HttpFetcher.Session session) throws EmoteLoadException, InterruptedException {
        Optional<DiskCache.Kept> kept = disk == null ? Optional.empty() : disk.answer(address);
        if (kept.isPresent() && clock.millis() - kept.get().fetchedAtMillis() < FRESH.toMillis()) {
            return kept.get().body();
        }
        try {
            byte[] image = ask(address, session)
                    .orElseThrow(() -> new EmoteLoadException(
                            Reason.NOT_FOUND, "there is no image at " + address.getHost() + address.getPath()));
            check(image);
            if (disk != null) {
                disk.putAnswer(address, "", image);
            }
            return image;
        } catch (EmoteLoadException e) {
            if (kept.isPresent() && e.reason().retryMayHelp()) {
                // Old, and better than none.
                return kept.get().body();
            }
            throw e;
        }
    }

    private Optional<byte[]> ask(URI address, HttpFetcher.Session session)
            throws EmoteLoadException, InterruptedException {
        int maxBytes = ImageLimits.EMOTE.maxBytes();
        // What is on this machine needs nobody in between.
        if (proxy == null || WebAddress.isLoopbackHost(String.valueOf(address.getHost()))) {
            return session.fetch(address, maxBytes, Map.of());
        }
        Map<String, String> headers = proxy.token()
                .get()
                .map(token -> Map.of("Authorization", "Bearer " + token))
                .orElse(Map.of());
        return session.fetch(proxy.addressOf(address), maxBytes, headers);
    }

    private static void check(byte[] image) throws EmoteLoadException {
        try {
            ImageFacts unused = ImageFacts.read(image, ImageLimits.EMOTE);
        } catch (ImageRefusedException e) {
            Reason reason = switch (e.reason()) {
                case TOO_MANY_BYTES, TOO_LARGE, TOO_MANY_FRAMES, TOO_MANY_PIXELS -> Reason.TOO_LARGE;
                case NOT_AN_IMAGE, TRUNCATED, TRAILING_BYTES, MALFORMED -> Reason.MALFORMED;
            };
            throw new EmoteLoadException(reason, "the image is refused: " + e.getMessage(), e);
        }
    }

    /** Breaks off what is fetched; what waits fails. */
    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
        sessions.forEach(HttpFetcher.Session::cancel);
        underWay.values().forEach(promise -> promise.completeExceptionally(new CancellationException(CLOSED)));
    }
}
