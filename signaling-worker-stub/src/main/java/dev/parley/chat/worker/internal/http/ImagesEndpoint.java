package dev.parley.chat.worker.internal.http;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.http.ImageFetcher.Fetched;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;

/**
 * Fetches images of emotes for those who do not want their hosts to see them: the host sees the worker. What was
 * fetched is kept in memory for a while, and fetched once for all who want it at a time.
 */
public final class ImagesEndpoint {
    /** Enough for all emotes of a room at once. */
    private static final int MAX_IMAGES = 1_200;

    private static final Duration WINDOW = Duration.ofSeconds(60);
    private static final int MAX_FETCHES = 32;
    private static final long MAX_KEPT_BYTES = 64L * 1024 * 1024;
    /** What is kept besides the bytes, about. */
    private static final int OVERHEAD_BYTES = 512;

    /** What was taken away at its host is gone here at most so much later. */
    private static final Duration KEPT = Duration.ofHours(1);

    /** It was given to somebody with a token, so to nobody else. */
    private static final String CACHE_CONTROL = "private, max-age=31536000, immutable";

    private final ImageHosts hosts;
    private final ImageFetcher fetcher;
    private final WindowLimiter images;
    private final Semaphore fetches = new Semaphore(MAX_FETCHES);
    private final AsyncCache<URI, Fetched> kept;

    public ImagesEndpoint(ImageHosts hosts, ImageFetcher fetcher, InstantSource clock) {
        this.hosts = hosts;
        this.fetcher = fetcher;
        this.images = new WindowLimiter(MAX_IMAGES, WINDOW, clock);
        this.kept = Caffeine.newBuilder()
                .maximumWeight(MAX_KEPT_BYTES)
                .weigher((URI url, Fetched image) -> OVERHEAD_BYTES + image.bytes().length)
                .expireAfterWrite(KEPT)
                .executor(Runnable::run)
                .buildAsync();
    }

    public List<Route> routes(Gate gate) {
        return List.of(new Route("GET", "/v1/images", gate.withAnyToken(this::image)));
    }

    private void image(Exchange exchange, String account) {
        images.take(account);
        String url = exchange.query("url");
        if (url == null) {
            throw Problem.invalid("query parameter url is missing");
        }
        CompletableFuture<Fetched> wanted = kept.get(hosts.require(url), (missing, executor) -> fetch(missing));
        // The answer is given by whoever completes it.
        CompletableFuture<Void> unused = wanted.handle((image, failure) -> {
            if (failure == null) {
                exchange.attempt(() -> exchange.answerImage(image.mediaType(), image.bytes(), CACHE_CONTROL));
            } else {
                exchange.fail(
                        failure instanceof CompletionException e && e.getCause() != null ? e.getCause() : failure);
            }
            return null;
        });
    }

    private CompletableFuture<Fetched> fetch(URI url) {
        if (!fetches.tryAcquire()) {
            throw new Problem(ProblemCode.UNAVAILABLE, "the worker fetches as many images as it can at a time");
        }
        try {
            return fetcher.fetch(url).whenComplete((image, failure) -> fetches.release());
        } catch (RuntimeException e) {
            fetches.release();
            throw e;
        }
    }
}
