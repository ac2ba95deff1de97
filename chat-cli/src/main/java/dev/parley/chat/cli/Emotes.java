package dev.parley.chat.cli;

import dev.parley.chat.EmoteReference;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.emotes.EmotePlacement;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteTokenizer;
import dev.parley.chat.emotes.MessageToken;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The emotes that one may type. They load beside everything else: until a set is there its codes are plain text, and a
 * set that cannot be had costs a notice.
 */
final class Emotes implements AutoCloseable {

    private final @Nullable EmoteRegistry registry;

    private Emotes(@Nullable EmoteRegistry registry) {
        this.registry = registry;
    }

    /** Has no emotes and touches no network. */
    static Emotes none() {
        return new Emotes(null);
    }

    /**
     * Starts to load, and returns at once.
     *
     * @param choice which providers; without any, nothing is loaded
     * @param plugins a folder with jars of more providers; it need not be there
     */
    static Emotes load(Settings.EmoteChoice choice, Path plugins, Console console) {
        if (choice.providers().isEmpty()) {
            return none();
        }
        // Not every provider that is installed: one that nobody asked for would call its public host.
        Emotes emotes = new Emotes(EmoteRegistry.builder()
                .only(choice.providers())
                .pluginFolder(plugins)
                .settings(choice.settings())
                .build());
        CompletableFuture<?> unused = emotes.loaded().whenComplete((status, thrown) -> {
            // A thrown one says that the registry was closed before.
            if (thrown == null) {
                emotes.report(console);
            }
        });
        return emotes;
    }

    /** Completes when everything was loaded or has failed. */
    private CompletableFuture<?> loaded() {
        return registry == null ? CompletableFuture.completedFuture(null) : registry.refresh();
    }

    private void report(Console console) {
        if (registry == null) {
            return;
        }
        for (EmoteProviderFailure failure : registry.failures()) {
            console.notice("emotes of " + failure.provider() + " (" + failure.what() + ") are not available: "
                    + failure.message());
        }
        console.emit(new Event.EmotesLoaded(registry.catalog().size()));
    }

    /** Starts a message whose emotes are marked. */
    OutgoingMessage.Builder mark(String text) {
        OutgoingMessage.Builder message = OutgoingMessage.builder(text);
        if (registry == null) {
            return message;
        }
        int marked = 0;
        for (MessageToken token : EmoteTokenizer.tokenize(text, registry.catalog())) {
            if (token instanceof MessageToken.EmoteToken emote) {
                marked += mark(message, emote.base(), marked);
                for (EmotePlacement overlay : emote.overlays()) {
                    marked += mark(message, overlay, marked);
                }
            }
        }
        return message;
    }

    /** Those past the limit, and those whose ids do not fit on the wire, stay text. */
    private static int mark(OutgoingMessage.Builder message, EmotePlacement placement, int marked) {
        String id = placement.emote().id().value();
        String code = placement.emote().code();
        if (marked == OutgoingMessage.MAX_EMOTES
                || id.length() > EmoteReference.MAX_EMOTE_CHARS
                || code.length() > EmoteReference.MAX_CODE_CHARS) {
            return 0;
        }
        message.emote(
                new EmoteReference(placement.emote().id().providerId(), id, code, placement.start(), placement.end()));
        return 1;
    }

    @Override
    public void close() {
        if (registry != null) {
            registry.close();
        }
    }
}
