package dev.parley.chat.emotes.seventv;

import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSetting;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** 7TV's global emotes, and those of one channel if a setting names it. Reads the REST API, version 3. */
public final class SevenTvEmotes implements EmoteProviderFactory {
    static final String ID = "7tv";
    static final String URL_KEY = "7tv.url";
    static final String CHANNEL_KEY = "7tv.channel";
    static final String SET_KEY = "7tv.set";
    static final String DEFAULT_URL = "https://7tv.io/v3";

    private static final Pattern CHANNEL = Pattern.compile("(?:twitch|youtube|kick|discord)/[A-Za-z0-9_-]{1,64}");
    private static final Pattern SET_ID = Pattern.compile("[A-Za-z0-9]{1,64}");

    /** Made by the service loader. */
    public SevenTvEmotes() {}

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String displayName() {
        return "7TV";
    }

    @Override
    public List<EmoteSetting> settings() {
        return List.of(
                new EmoteSetting(URL_KEY, "Base URL of the REST API; " + DEFAULT_URL + " by default."),
                new EmoteSetting(
                        CHANNEL_KEY,
                        "Channel whose emotes are loaded besides the global ones: PLATFORM/ID, such as twitch/12345,"
                                + " where PLATFORM is twitch, youtube, kick or discord and ID is the platform's own id of"
                                + " the account, not its name. None by default."),
                new EmoteSetting(
                        SET_KEY,
                        "Id of one more emote set to load for the room, after the channel's. None by default."));
    }

    @Override
    public EmoteProvider create(EmoteSettings settings) {
        String base = baseUrl(settings.get(URL_KEY).orElse(DEFAULT_URL));
        List<EmoteSource> sources = new ArrayList<>();
        settings.get(CHANNEL_KEY).ifPresent(channel -> {
            if (!CHANNEL.matcher(channel).matches()) {
                throw new IllegalArgumentException(CHANNEL_KEY
                        + " must be PLATFORM/ID, such as twitch/12345, with twitch, youtube, kick or discord");
            }
            sources.add(EmoteSource.of(
                    "channel " + channel, EmoteScope.ROOM, context -> loadChannel(context, base, channel)));
        });
        settings.get(SET_KEY).ifPresent(setId -> {
            if (!SET_ID.matcher(setId).matches()) {
                throw new IllegalArgumentException(SET_KEY + " must be the id of an emote set");
            }
            sources.add(EmoteSource.of("set " + setId, EmoteScope.ROOM, context -> loadSet(context, base, setId)));
        });
        sources.add(EmoteSource.of("global", EmoteScope.GLOBAL, context -> loadSet(context, base, "global")));
        List<EmoteSource> all = List.copyOf(sources);
        return () -> all;
    }

    private static EmoteSet loadChannel(EmoteContext context, String base, String channel)
            throws EmoteLoadException, InterruptedException {
        Optional<byte[]> user = context.fetch(URI.create(base + "/users/" + channel));
        if (user.isEmpty()) {
            // A channel that does not use 7TV.
            return EmoteSet.empty();
        }
        Optional<String> setId = SevenTvJson.parseUserSetId(user.get());
        return setId.isEmpty() ? EmoteSet.empty() : loadSet(context, base, setId.get());
    }

    private static EmoteSet loadSet(EmoteContext context, String base, String setId)
            throws EmoteLoadException, InterruptedException {
        return SevenTvJson.parseSet(context.require(URI.create(base + "/emote-sets/" + setId)));
    }

    private static String baseUrl(String value) {
        try {
            URI uri = new URI(value);
            boolean web = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
            if (web && uri.getHost() != null && uri.getRawQuery() == null && uri.getRawFragment() == null) {
                return value.replaceAll("/+$", "");
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(URL_KEY + " must be a URL such as " + DEFAULT_URL, e);
        }
        throw new IllegalArgumentException(URL_KEY + " must be a URL such as " + DEFAULT_URL);
    }
}
