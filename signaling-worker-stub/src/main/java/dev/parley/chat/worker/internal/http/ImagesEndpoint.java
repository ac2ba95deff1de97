package dev.parley.chat.worker.internal.http;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.auth.Accounts;
import dev.parley.chat.worker.internal.http.ImageFetcher.Fetched;
import dev.parley.chat.worker.internal.http.Observer.Fact;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Fetches images of emotes for those who do not want their hosts to see them: the host sees the worker. What was
 * fetched is kept in memory for a while, and fetched once for all who want it at a time; that there is no image at an
 * address is remembered as well, for a shorter while.
 */
public final class ImagesEndpoint {
    /** Enough for all emotes of a room at once. */
    private static final int MAX_IMAGES = 1_200;

    private static final Duration WINDOW = Duration.ofSeconds(60);
    private static final int MAX_FETCHES = 32;
    private static final long MAX_KEPT_BYTES = 64L * 1024 * 1024;

    /**
     * What is kept besides the bytes, about, and for each character of the URL, which is kept in whole and in parts.
     */
    private static final int OVERHEAD_BYTES = 512;

    private static final int BYTES_PER_URL_CHARACTER = 4;

    /** What was taken away at its host is gone here at most so much later. */
    private static final Duration KEPT = Duration.ofHours(1);

    /** So long a host is not asked again for what it does not have, or for what is no image. */
    private static final Duration REFUSAL_KEPT = Duration.ofMinutes(1);

    /** It was given to somebody with a token, so to nobody else. */
    private static final String CACHE_CONTROL = "private, max-age=31536000, immutable";

    private final ImageHosts hosts;
    private final ImageFetcher fetcher;
    private final WindowLimiter images;
    private final Semaphore fetches = new Semaphore(MAX_FETCHES);
    private final AsyncCache<URI, Known> kept;

    public ImagesEndpoint(ImageHosts hosts, ImageFetcher fetcher, InstantSource clock) {
        this.hosts = hosts;
        this.fetcher = fetcher;
        this.images = new WindowLimiter(MAX_IMAGES, WINDOW, clock);
        this.kept = Caffeine.newBuilder()
                .maximumWeight(MAX_KEPT_BYTES)
                .weigher((URI url, Known known) -> OVERHEAD_BYTES
                        + BYTES_PER_URL_CHARACTER * url.toString().length()
                        + known.bytes())
                .expireAfter(Expiry.<URI, Known>writing((url, known) -> known.duration()))
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .buildAsync();
    }

    /** What is known of a URL: what is there, or why there is no image. */
    private interface Known {
        int bytes();

        Duration duration();

        void answer(Exchange exchange);
    }

    private record Image(Fetched fetched) implements Known {
        @Override
        public int bytes() {
            return fetched.bytes().length;
        }

        @Override
        public Duration duration() {
            return KEPT;
        }

        @Override
        public void answer(Exchange exchange) {
            exchange.answerImage(fetched.mediaType(), fetched.bytes(), CACHE_CONTROL);
        }
    }

    private record Refusal(Problem problem) implements Known {
        @Override
        public int bytes() {
            return 0;
        }

        @Override
        public Duration duration() {
            return REFUSAL_KEPT;
        }

        @Override
        public void answer(Exchange exchange) {
            throw problem;
        }
    }

    public List<Route> routes(Gate gate) {
        return List.of(new Route("GET", "/v1/images", gate.withAnyToken(this::image)));
    }

    private void image(Exchange exchange, String account) {
        images.take(Accounts.isGuest(account) ? addressOf(exchange) : account);
        String url = exchange.query("url");
        if (url == null) {
            throw Problem.invalid("query parameter url is missing");
        }
        CompletableFuture<Known> wanted = kept.get(hosts.require(url), (missing, executor) -> fetch(missing));
        // The answer is given by whoever completes it.
        CompletableFuture<Void> unused = wanted.handle((known, failure) -> {
            if (failure == null) {
                exchange.attempt(() -> known.answer(exchange));
            } else {
                exchange.fail(causeOf(failure));
            }
            return null;
        });
    }

    /** A guest draws as many names for itself as it likes. */
    private static String addressOf(Exchange exchange) {
        return "guests at "
                + Objects.requireNonNull(Fact.ADDRESS.of(exchange.request()), "the front notes the address");
    }

    private CompletableFuture<Known> fetch(URI url) {
        if (!fetches.tryAcquire()) {
            throw new Problem(ProblemCode.UNAVAILABLE, "the worker fetches as many images as it can at a time");
        }
        try {
            return fetcher.fetch(url)
                    .whenComplete((image, failure) -> fetches.release())
                    .<Known>thenApply(Image::new)
                    .exceptionally(ImagesEndpoint::refusal);
        } catch (RuntimeException e) {
            fetches.release();
            throw e;
        }
    }

    /** What will not be otherwise at once is known; whatever else a fetch fails with is tried again. */
    private static Known refusal(Throwable failure) {
        if (causeOf(failure) instanceof Problem problem
                && (problem.code() == ProblemCode.IMAGE_NOT_FOUND || problem.code() == ProblemCode.IMAGE_REFUSED)) {
            return new Refusal(problem);
        }
        throw new CompletionException(causeOf(failure));
    }

    private static Throwable causeOf(Throwable failure) {
        return failure instanceof CompletionException e && e.getCause() != null ? e.getCause() : failure;
    }
}
