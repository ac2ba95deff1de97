package dev.parley.chat.cli;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Room;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.emotes.ChannelSets;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteRoom;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSourceStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The emotes that one may type in a room: those that hold everywhere, those of the channels that the room names as far
 * as the user allows it, and the room's own emoji. What cannot be had, or is not asked for, costs a notice. Any thread.
 */
final class RoomEmotes implements AutoCloseable {

    /** Whose emotes the emoji of a room are in its messages; their ids are the hashes of their images. */
    static final String ROOM_PROVIDER = "room";

    /** The one whose channels are at a server that the user has chosen and nobody in the room. */
    private static final String KNOWN_PROVIDER = "7tv";

    private final EmoteRegistry registry;
    private final Settings.EmoteChoice choice;
    private final CompletableFuture<?> loaded;
    private final Consumer<Event> told;
    private final EmoteRoom room;

    // What follows is guarded by this.
    private List<EmoteChannel> named = List.of();
    private List<EmoteChannel> wanted = List.of();
    private List<RoomEmoji> emoji = List.of();

    /**
     * Begins with what holds everywhere.
     *
     * @param loaded completes when that was loaded
     * @param told takes what is to be told, also on threads of the registry
     */
    RoomEmotes(EmoteRegistry registry, Settings.EmoteChoice choice, CompletableFuture<?> loaded, Consumer<Event> told) {
        this.registry = registry;
        this.choice = choice;
        this.loaded = loaded;
        this.told = told;
        room = registry.openRoom();
    }

    /** Takes over what the room names and has by now; to be called whenever that may have changed. */
    void follow(Room where) {
        List<String> notices = new ArrayList<>();
        Optional<List<CompletableFuture<EmoteSourceStatus>>> loads = Optional.empty();
        synchronized (this) {
            List<RoomEmoji> emojiNow = where.emoji();
            if (!emojiNow.equals(emoji)) {
                emoji = emojiNow;
                room.supply(setOf(emojiNow));
            }
            List<EmoteChannel> namedNow = where.settings().emoteChannels();
            if (!namedNow.equals(named)) {
                named = namedNow;
                loads = load(allowed(namedNow, notices), notices);
            }
        }
        notices.forEach(this::notice);
        loads.ifPresent(this::tellWhenLoaded);
    }

    private void tellWhenLoaded(List<CompletableFuture<EmoteSourceStatus>> loads) {
        List<CompletableFuture<?>> all = new ArrayList<>(List.of(loaded));
        loads.forEach(load -> all.add(load.thenAccept(this::report)));
        // A load that was given up or cut off says nothing.
        CompletableFuture<Void> unused = CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]))
                .thenRun(() -> told.accept(new Event.EmotesLoaded(room.catalog().size())));
    }

    private static EmoteSet setOf(List<RoomEmoji> emoji) {
        EmoteSet.Builder set = EmoteSet.builder();
        for (RoomEmoji each : emoji) {
            EmoteId id = new EmoteId(ROOM_PROVIDER, each.sha256());
            set.add(Emote.builder(id, ':' + each.shortcode() + ':').build());
        }
        return set.build();
    }

    /** Those that the user allows, and that can be asked for. */
    private List<EmoteChannel> allowed(List<EmoteChannel> channels, List<String> notices) {
        if (choice.channels() == Settings.EmoteChannels.OFF) {
            return List.of();
        }
        List<String> able = registry.providersWith(ChannelSets.class);
        List<EmoteChannel> allowed = new ArrayList<>();
        for (EmoteChannel channel : channels) {
            String provider = channel.provider();
            boolean isKnown = provider.equals(KNOWN_PROVIDER);
            if (choice.channels() == Settings.EmoteChannels.KNOWN && !isKnown) {
                // Whoever sets the room chooses the server, for example by the name of a domain.
                notices.add(notLoaded(channel) + ": a server that another has chosen would learn your address;"
                        + " emote_channels = \"all\" in the settings allows it"
                        + (choice.providers().contains(provider) ? "" : ", with " + provider + " among emotes"));
            } else if (!choice.providers().contains(provider)) {
                notices.add(notLoaded(channel) + ": " + provider + " is not switched on; --emotes " + provider
                        + " does that, or emotes in the settings");
            } else if (!able.contains(provider)) {
                notices.add(notLoaded(channel) + ": " + provider + " has no channels, or does not work here");
            } else {
                allowed.add(channel);
            }
        }
        return allowed;
    }

    /** Starts to load what is new; empty if nothing has changed. */
    private Optional<List<CompletableFuture<EmoteSourceStatus>>> load(
            List<EmoteChannel> wantedNow, List<String> notices) {
        List<EmoteChannel> before = wanted;
        wanted = wantedNow;
        if (before.equals(wantedNow)) {
            return Optional.empty();
        }
        List<EmoteChannel> added = wantedNow;
        if (before.size() < wantedNow.size() && before.equals(wantedNow.subList(0, before.size()))) {
            // What is there already stays without a gap.
            added = wantedNow.subList(before.size(), wantedNow.size());
        } else {
            room.clearSources();
        }
        List<CompletableFuture<EmoteSourceStatus>> loads = new ArrayList<>();
        for (EmoteChannel channel : added) {
            try {
                loads.add(room.addChannel(channel.provider(), channel.channel()));
            } catch (IllegalArgumentException e) {
                notices.add(notLoaded(channel) + ": " + e.getMessage());
            } catch (IllegalStateException e) {
                // The stay is over.
                return Optional.empty();
            }
        }
        return Optional.of(loads);
    }

    private void report(EmoteSourceStatus status) {
        status.failure().ifPresent(failure -> notice(Emotes.describe(failure)));
    }

    private static String notLoaded(EmoteChannel channel) {
        return "emotes of " + channel.provider() + " (" + channel.channel()
                + "), which the room has as well, are not loaded";
    }

    private void notice(String text) {
        told.accept(new Event.Notice(text));
    }

    /** What one may type by now. */
    EmoteCatalog catalog() {
        return room.catalog();
    }

    /**
     * Gets the image of an emote of the catalog, from a member of the room if it is one of the room's.
     *
     * @param frames how many are wanted at most
     */
    CompletableFuture<byte[]> image(Room where, Emote emote, int heightPixels, int frames) {
        if (emote.id().providerId().equals(ROOM_PROVIDER)) {
            return where.emojiImage(emote.id().value());
        }
        return EmotePictures.choose(emote, heightPixels, frames)
                .map(registry.images()::fetch)
                .orElseGet(() ->
                        CompletableFuture.failedFuture(new NoSuchElementException("no image that can be shown here")));
    }

    /** Runs something whenever that has changed, on a thread of the registry. */
    void onChange(Runnable listener) {
        room.onChange(listener);
    }

    /** Starts a message whose emotes are marked. */
    OutgoingMessage.Builder mark(String text) {
        return Emotes.mark(text, room.catalog());
    }

    @Override
    public void close() {
        room.close();
    }
}
