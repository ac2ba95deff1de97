package dev.parley.chat.worker.internal.http;

import dev.parley.chat.emotes.images.ImageFacts;
import dev.parley.chat.emotes.images.ImageLimits;
import dev.parley.chat.emotes.images.ImageRefusedException;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fetches images from other hosts: no redirects, nothing of the client's request, bounded bytes and time, and only what
 * is an image. Nothing of an address gets into a log or a refusal. Safe for threads.
 */
public final class ImageFetcher implements AutoCloseable {
    private static final ImageLimits LIMITS = ImageLimits.EMOTE;
    private static final int THREADS = 2;

    private final Duration timeout;
    private final ScheduledExecutorService timers;
    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "parley-worker-images");
        thread.setDaemon(true);
        return thread;
    });

    /** Made at its first use: most workers for tests and for one machine never need one. */
    private @Nullable HttpClient client;

    /** @param timeout for the whole of one fetch */
    public ImageFetcher(Duration timeout, ScheduledExecutorService timers) {
        this.timeout = timeout;
        this.timers = timers;
    }

    /** An image that was looked at; the bytes are not changed by anybody. */
    static final class Fetched {
        private final String mediaType;
        private final byte[] bytes;

        Fetched(String mediaType, byte[] bytes) {
            this.mediaType = mediaType;
            this.bytes = bytes;
        }

        String mediaType() {
            return mediaType;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    /**
     * Fetches an image.
     *
     * @param url one that {@link ImageHosts} has let through
     * @return completes with the image, or fails with a {@link Problem}: {@code image_not_found},
     *     {@code image_unavailable} or {@code image_refused}
     */
    CompletableFuture<Fetched> fetch(URI url) {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(timeout)
                .header("User-Agent", "parley-worker")
                .header("Accept", "image/webp, image/png, image/gif")
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer = client().sendAsync(request, Body::new);
        CompletableFuture<Fetched> fetched = answer.handle((response, failure) -> {
            if (failure != null) {
                // Without its cause, which names addresses.
                throw unavailable("the host of the image does not answer, or not in time");
            }
            return check(response);
        });
        // The time-out of the request ends with the headers of its answer; this one is for the body, too.
        Future<?> deadline = timers.schedule(
                () -> {
                    fetched.completeExceptionally(unavailable("the host of the image takes too long"));
                    answer.cancel(true);
                },
                timeout.toMillis(),
                TimeUnit.MILLISECONDS);
        return fetched.whenComplete((image, failure) -> deadline.cancel(false));
    }

    private synchronized HttpClient client() {
        if (client == null) {
            client = HttpClient.newBuilder()
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(timeout)
                    .executor(executor)
                    .build();
        }
        return client;
    }

    private static Fetched check(HttpResponse<byte[]> response) {
        switch (response.statusCode()) {
            case 200 -> {
                byte[] bytes = response.body();
                if (bytes.length > LIMITS.maxBytes()) {
                    throw new Problem(
                            ProblemCode.IMAGE_REFUSED, "the image has more than " + LIMITS.maxBytes() + " bytes");
                }
                try {
                    return new Fetched(ImageFacts.read(bytes, LIMITS).format().mediaType(), bytes);
                } catch (ImageRefusedException e) {
                    throw new Problem(ProblemCode.IMAGE_REFUSED, String.valueOf(e.getMessage()));
                }
            }
            case 404, 410 -> throw new Problem(ProblemCode.IMAGE_NOT_FOUND, "its host has no such image");
            default -> throw unavailable("the host of the image answers with status " + response.statusCode());
        }
    }

    private static Problem unavailable(String detail) {
        return new Problem(ProblemCode.IMAGE_UNAVAILABLE, detail);
    }

    @Override
    public synchronized void close() {
        client = null;
        executor.shutdownNow();
    }

    /** Reads no more than one byte beyond the limit, and nothing of an answer that has no image. */
    private static final class Body implements BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> result = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final boolean isWanted;
        private @Nullable Subscription subscription;

        Body(ResponseInfo answer) {
            this.isWanted = answer.statusCode() == 200;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return result;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            this.subscription = subscription;
            if (isWanted) {
                subscription.request(Long.MAX_VALUE);
            } else {
                end();
            }
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                byte[] read = new byte[Math.min(part.remaining(), LIMITS.maxBytes() + 1 - bytes.size())];
                part.get(read);
                bytes.writeBytes(read);
            }
            if (bytes.size() > LIMITS.maxBytes()) {
                end();
            }
        }

        private void end() {
            if (subscription != null) {
                subscription.cancel();
            }
            onComplete();
        }

        @Override
        public void onError(Throwable failure) {
            result.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            result.complete(bytes.toByteArray());
        }
    }
}
