package dev.parley.chat.emotes.custom;

import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSetting;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The custom emoji of any number of domains, in the form that Mastodon and what is compatible with it publish. They are
 * typed as {@code :shortcode:}.
 */
public final class CustomEmoji implements EmoteProviderFactory {
    static final String ID = "custom";
    static final String DOMAINS_KEY = "custom.domains";

    /** Made by the service loader. */
    public CustomEmoji() {}

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String displayName() {
        return "Custom emoji";
    }

    @Override
    public List<EmoteSetting> settings() {
        return List.of(new EmoteSetting(
                DOMAINS_KEY,
                "Domains whose custom emoji are loaded, separated by commas or spaces, the one to prefer first: a domain"
                        + " such as example.social, or a base URL such as http://127.0.0.1:8080 for a local server. None"
                        + " by default."));
    }

    @Override
    public EmoteProvider create(EmoteSettings settings) {
        Map<String, EmoteSource> sources = new LinkedHashMap<>();
        for (String entry : settings.get(DOMAINS_KEY).orElse("").split("[\\s,]+", -1)) {
            if (!entry.isEmpty()) {
                EmojiDomain domain = EmojiDomain.parse(entry);
                URI list = domain.emojiList();
                sources.putIfAbsent(
                        domain.name(),
                        EmoteSource.of(
                                domain.name(),
                                EmoteScope.GLOBAL,
                                context -> EmojiListJson.parse(domain, context.require(list))));
            }
        }
        if (sources.size() > EmoteProvider.MAX_SOURCES) {
            throw new IllegalArgumentException(
                    DOMAINS_KEY + " must name at most " + EmoteProvider.MAX_SOURCES + " domains");
        }
        List<EmoteSource> all = List.copyOf(sources.values());
        return () -> all;
    }
}
