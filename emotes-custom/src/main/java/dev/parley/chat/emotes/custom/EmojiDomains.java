package dev.parley.chat.emotes.custom;

import dev.parley.chat.emotes.ChannelSets;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSource;
import dev.parley.chat.emotes.EmoteUpload;
import dev.parley.chat.emotes.NewEmote;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The domains of the settings, those that rooms name, and the one for uploads. */
final class EmojiDomains implements EmoteProvider, ChannelSets, EmoteUpload {
    private final List<EmoteSource> sources;

    /** By name: those of the settings, which may be addresses that no stranger could name. */
    private final Map<String, EmojiDomain> configured = new LinkedHashMap<>();

    private final EmojiUploads uploads;

    EmojiDomains(List<EmojiDomain> domains, Optional<EmojiDomain> uploadDomain, EmojiUploads uploads) {
        sources = domains.stream()
                .map(domain -> source(domain, EmoteScope.GLOBAL))
                .toList();
        domains.forEach(domain -> configured.put(domain.name(), domain));
        uploadDomain.ifPresent(domain -> configured.putIfAbsent(domain.name(), domain));
        this.uploads = uploads;
    }

    @Override
    public List<EmoteSource> sources() {
        return sources;
    }

    /** A domain comes from whoever opened the room, so unless a setting names it, it must be a public name. */
    @Override
    public EmoteSource channel(String channel) {
        EmojiDomain named = configured.values().stream()
                .filter(domain -> domain.isCalled(channel))
                .findFirst()
                .orElseGet(() -> EmojiDomain.ofStranger(channel));
        return source(named, EmoteScope.ROOM);
    }

    private static EmoteSource source(EmojiDomain domain, EmoteScope scope) {
        return EmoteSource.of(
                domain.name(), scope, context -> EmojiListJson.parse(domain, context.require(domain.emojiList())));
    }

    @Override
    public List<Emote> uploaded(EmoteContext context) throws EmoteLoadException, InterruptedException {
        return uploads.list(context);
    }

    @Override
    public Emote upload(NewEmote emote, EmoteContext context) throws EmoteLoadException, InterruptedException {
        return uploads.upload(emote, context);
    }

    @Override
    public void remove(String shortcode, EmoteContext context) throws EmoteLoadException, InterruptedException {
        uploads.remove(shortcode, context);
    }
}
