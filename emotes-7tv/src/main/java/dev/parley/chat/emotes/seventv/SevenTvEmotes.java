package dev.parley.chat.emotes.seventv;

import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.emotes.EmoteSetting;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * 7TV's global emotes, and those of channels, sets and people that settings or a program name. Reads the REST API,
 * version 3; looks for emotes by GraphQL, version 4; follows changes over the EventAPI, version 3.
 */
public final class SevenTvEmotes implements EmoteProviderFactory {
    static final String ID = "7tv";
    static final String URL_KEY = "7tv.url";
    static final String GQL_URL_KEY = "7tv.gql-url";
    static final String EVENTS_URL_KEY = "7tv.events-url";
    static final String CHANNEL_KEY = "7tv.channel";
    static final String SET_KEY = "7tv.set";
    static final String USER_KEY = "7tv.user";
    static final String DEFAULT_URL = "https://7tv.io/v3";
    static final String DEFAULT_GQL_URL = "https://7tv.io/v4/gql";
    static final String DEFAULT_EVENTS_URL = "wss://events.7tv.io/v3";

    private static final String DEFAULT_HOST = "7tv.io";
    private static final Set<String> WEB = Set.of("https", "http");
    private static final Set<String> WEB_SOCKET = Set.of("wss", "ws");

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
                        GQL_URL_KEY,
                        "URL of the GraphQL API that is asked in a search; " + DEFAULT_GQL_URL
                                + " by default, and none if " + URL_KEY + " names another host."),
                new EmoteSetting(
                        EVENTS_URL_KEY,
                        "WebSocket URL of the EventAPI that tells of changes; " + DEFAULT_EVENTS_URL
                                + " by default, and none if " + URL_KEY + " names another host."),
                new EmoteSetting(
                        CHANNEL_KEY,
                        "Channel whose emotes are loaded besides the global ones: PLATFORM/ID, such as twitch/12345,"
                                + " where PLATFORM is twitch, youtube, kick or discord and ID is the platform's own id of"
                                + " the account, not its name. None by default."),
                new EmoteSetting(
                        SET_KEY,
                        "Id of one more emote set to load for the room, after the channel's. None by default."),
                new EmoteSetting(
                        USER_KEY,
                        "Your own 7TV account's id, to load its personal emotes, which hold in every room. None by"
                                + " default."));
    }

    @Override
    public EmoteProvider create(EmoteSettings settings) {
        URI base = address(URL_KEY, settings.get(URL_KEY).orElse(DEFAULT_URL), WEB, DEFAULT_URL);
        // Who loads sets from elsewhere does not want 7TV to hear what is looked for there.
        boolean usual = DEFAULT_HOST.equalsIgnoreCase(base.getHost());
        Optional<URI> gql = settings.get(GQL_URL_KEY)
                .or(() -> usual ? Optional.of(DEFAULT_GQL_URL) : Optional.empty())
                .map(value -> address(GQL_URL_KEY, value, WEB, DEFAULT_GQL_URL));
        Optional<URI> events = settings.get(EVENTS_URL_KEY)
                .or(() -> usual ? Optional.of(DEFAULT_EVENTS_URL) : Optional.empty())
                .map(value -> address(EVENTS_URL_KEY, value, WEB_SOCKET, DEFAULT_EVENTS_URL));
        SevenTvSets sets = new SevenTvSets(base);
        List<EmoteSource> sources = new ArrayList<>();
        settings.get(USER_KEY).ifPresent(user -> sources.add(sets.personal(USER_KEY, user)));
        settings.get(CHANNEL_KEY).ifPresent(channel -> sources.add(sets.channel(CHANNEL_KEY, channel)));
        settings.get(SET_KEY).ifPresent(setId -> sources.add(sets.set(SET_KEY, setId)));
        sources.add(sets.global());
        return new SevenTvProvider(sources, sets, gql, events);
    }

    private static URI address(String key, String value, Set<String> schemes, String example) {
        try {
            URI uri = new URI(value.replaceAll("/+$", ""));
            boolean known = uri.getScheme() != null
                    && schemes.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                    && uri.getHost() != null;
            if (known && uri.getRawQuery() == null && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(key + " must be a URL such as " + example, e);
        }
        throw new IllegalArgumentException(key + " must be a URL such as " + example);
    }
}
