package dev.parley.chat.cli;

import dev.parley.chat.EmoteReference;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmotePlacement;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteTokenizer;
import dev.parley.chat.emotes.MessageToken;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The emotes that one may type. They load beside everything else: until a set is there its codes are plain text, and a
 * set that cannot be had costs a notice.
 */
final class Emotes implements AutoCloseable {

    private final EmoteRegistry registry;
    private final Settings.EmoteChoice choice;

    /** Completes when all was loaded, or has failed. */
    private final CompletableFuture<?> loaded;

    private Emotes(EmoteRegistry registry, Settings.EmoteChoice choice) {
        this.registry = registry;
        this.choice = choice;
        loaded = registry.refresh();
    }

    /** Has no emotes but those that a room has itself, and touches no network. */
    static Emotes none() {
        return none(new Settings.EmoteChoice(Set.of(), Map.of(), Settings.EmoteChannels.OFF));
    }

    private static Emotes none(Settings.EmoteChoice choice) {
        return new Emotes(EmoteRegistry.builder().withoutDiscovery().build(), choice);
    }

    /**
     * Starts to load, and returns at once.
     *
     * @param choice which providers; without any, nothing is loaded
     * @param builder their registry, set up
     */
    static Emotes load(Settings.EmoteChoice choice, EmoteRegistry.Builder builder, Console console) {
        if (choice.providers().isEmpty()) {
            return none(choice);
        }
        Emotes emotes = new Emotes(builder.build(), choice);
        CompletableFuture<?> unused = emotes.loaded.whenComplete((status, thrown) -> {
            // A thrown one says that the registry was closed before.
            if (thrown == null) {
                emotes.report(console);
            }
        });
        return emotes;
    }

    private void report(Console console) {
        EmoteSources.report(registry, console);
        console.emit(new Event.EmotesLoaded(registry.catalog().size()));
    }

    static String describe(EmoteProviderFailure failure) {
        return "emotes of " + failure.provider() + " (" + failure.what() + ") are not available: " + failure.message();
    }

    /**
     * Begins a stay in a room, with emotes of its own besides these. From then on sets follow what their servers tell
     * of changes.
     *
     * @param told takes what is to be told, on any thread
     */
    RoomEmotes openRoom(Consumer<Event> told) {
        registry.followLiveUpdates();
        return new RoomEmotes(registry, choice, loaded, told);
    }

    /** Starts a message in which the emotes that hold everywhere are marked. */
    OutgoingMessage.Builder mark(String text) {
        return mark(text, registry.catalog());
    }

    /** Starts a message in which emotes are marked. */
    static OutgoingMessage.Builder mark(String text, EmoteCatalog catalog) {
        OutgoingMessage.Builder message = OutgoingMessage.builder(text);
        if (catalog.size() == 0) {
            return message;
        }
        int marked = 0;
        for (MessageToken token : EmoteTokenizer.tokenize(text, catalog)) {
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
        registry.close();
    }
}
