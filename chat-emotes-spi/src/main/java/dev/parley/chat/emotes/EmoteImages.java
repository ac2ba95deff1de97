package dev.parley.chat.emotes;

import dev.parley.chat.emotes.internal.ImageFetcher;
import java.util.concurrent.CompletableFuture;

/**
 * Fetches the image files of emotes: checked, bounded, and kept on disk if the registry has a
 * {@link EmoteRegistry.Builder#cache}. Of an {@link EmoteRegistry}.
 *
 * <p>Fetching an image tells the host that has it who wants to see it, and when. So fetch for a whole set ahead of
 * time, not when a message arrives, or set a {@link EmoteRegistry.Builder#imageProxy}.
 *
 * <p>All methods may be called from any thread and none blocks.
 */
public final class EmoteImages {
    private final ImageFetcher fetcher;

    EmoteImages(ImageFetcher fetcher) {
        this.fetcher = fetcher;
    }

    /**
     * Fetches a file, or takes it from the disk. Who asks for one that is being fetched gets the same answer; a few are
     * fetched at the same time, in the order they were asked for.
     *
     * @param image the file, of an emote of the registry's providers; its format must be one that is decoded here: PNG,
     *     GIF or WebP, by its content and whatever its name says
     * @return completes with the file, which keeps to {@code ImageLimits.EMOTE} and is the caller's own; exceptionally
     *     with an {@link EmoteLoadException}: {@link EmoteLoadException.Reason#MALFORMED} or
     *     {@link EmoteLoadException.Reason#TOO_LARGE} if it is no image within the limits, else as
     *     {@link EmoteContext#fetch}; or with a {@link java.util.concurrent.CancellationException} if the registry is
     *     closed before. Dependents run on a thread of the registry and must not block it.
     */
    public CompletableFuture<byte[]> fetch(EmoteImage image) {
        // Each gets its own copy, so that nobody can change another's.
        return fetcher.fetch(image.url()).thenApply(byte[]::clone);
    }
}
