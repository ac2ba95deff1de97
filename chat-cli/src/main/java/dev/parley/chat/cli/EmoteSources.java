package dev.parley.chat.cli;

import dev.parley.chat.SignalingException;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.signaling.OkHttpSignaling;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets up the emote providers that the settings name, with the cache and the way that images take. */
final class EmoteSources {

    private static final Logger log = LoggerFactory.getLogger(EmoteSources.class);
    private static final String IMAGES_PATH = "/v1/images";

    private EmoteSources() {}

    /** Whether sets and images are kept. */
    enum Keeping {
        ON_DISK,
        /** What is kept tells which rooms were entered. */
        NOWHERE
    }

    /**
     * Begins a registry.
     *
     * @param more settings of providers besides those of the settings
     * @param worker asked for images where the settings want that; null for the one of the settings
     * @param client has the tokens for it
     * @param keeping whether sets and images are kept
     * @throws CliException if images are wanted by way of a worker and none is named
     */
    static EmoteRegistry.Builder registry(
            Settings settings,
            Map<String, String> more,
            @Nullable URI worker,
            Optional<OkHttpSignaling> client,
            Keeping keeping) {
        Settings.EmoteChoice choice = settings.emotes();
        // Not every provider that is installed: one that nobody asked for would call its public host.
        EmoteRegistry.Builder builder = EmoteRegistry.builder()
                .only(choice.providers())
                .pluginFolder(Home.plugins(settings.home()))
                .settings(choice.settings())
                .settings(more);
        if (keeping == Keeping.ON_DISK) {
            builder.cache(settings.emoteCache());
        }
        if (settings.emoteImages() == Settings.EmoteImages.WORKER) {
            URI base = worker == null ? Login.worker(settings) : worker;
            builder.imageProxy(URI.create(base.toString().replaceAll("/+$", "") + IMAGES_PATH), () -> token(client));
        }
        return builder;
    }

    private static Optional<String> token(Optional<OkHttpSignaling> client) {
        try {
            return client.map(signaling ->
                    signaling.accessToken().toCompletableFuture().join().value());
        } catch (CompletionException e) {
            // The worker then says that it wants one.
            if (!(e.getCause() instanceof SignalingException)) {
                throw e;
            }
            log.debug("there is no access token for images", e);
            return Optional.empty();
        }
    }

    /** Says of each provider that does not work why. */
    static void report(EmoteRegistry registry, Console console) {
        for (EmoteProviderFailure failure : registry.failures()) {
            console.notice(Emotes.describe(failure));
        }
    }
}
