package dev.parley.chat.emotes.seventv;

import dev.parley.chat.emotes.ChannelSets;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteAnswer;
import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteRequest;
import dev.parley.chat.emotes.EmoteSearch;
import dev.parley.chat.emotes.EmoteSource;
import dev.parley.chat.emotes.LiveEmotes;
import dev.parley.chat.emotes.PersonalSets;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** The provider with all that it can do. Immutable. */
final class SevenTvProvider implements EmoteProvider, EmoteSearch, LiveEmotes, ChannelSets, PersonalSets {
    private final List<EmoteSource> sources;
    private final SevenTvSets sets;
    private final Optional<URI> gql;
    private final Optional<URI> events;

    /**
     * @param sources what the settings name
     * @param sets makes more sources
     * @param gql where to search; nothing if nowhere
     * @param events where to hear of changes; nothing if nowhere
     */
    SevenTvProvider(List<EmoteSource> sources, SevenTvSets sets, Optional<URI> gql, Optional<URI> events) {
        this.sources = List.copyOf(sources);
        this.sets = sets;
        this.gql = gql;
        this.events = events.map(address -> URI.create(address + "?app=parley&version=" + version()));
    }

    /** The server asks programs to say who they are. */
    private static String version() {
        String version = SevenTvProvider.class.getPackage().getImplementationVersion();
        return version != null && version.matches("[A-Za-z0-9._-]+") ? version : "unknown";
    }

    @Override
    public List<EmoteSource> sources() {
        return sources;
    }

    @Override
    public EmoteSource channel(String channel) {
        return sets.channel("a channel", channel);
    }

    @Override
    public EmoteSource personal(String user) {
        return sets.personal("a user", user);
    }

    @Override
    public List<Emote> search(String query, int limit, EmoteContext context)
            throws EmoteLoadException, InterruptedException {
        if (gql.isEmpty()) {
            return List.of();
        }
        EmoteAnswer answer = context.send(EmoteRequest.postJson(gql.get(), SevenTvSearch.question(query, limit)));
        SevenTvSearch.pauseAsked(answer).ifPresent(context::pause);
        return SevenTvSearch.parse(answer);
    }

    @Override
    public Optional<URI> liveAddress() {
        return events;
    }

    @Override
    public Conversation converse() {
        return new SevenTvConversation();
    }
}
