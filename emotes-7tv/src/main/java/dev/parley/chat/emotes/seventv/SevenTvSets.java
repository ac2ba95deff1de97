package dev.parley.chat.emotes.seventv;

import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSource;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/** Makes the sources: which resources of the REST API make up which set. Immutable. */
final class SevenTvSets {
    private static final Pattern CHANNEL = Pattern.compile("(?:twitch|youtube|kick|discord)/[A-Za-z0-9_-]{1,64}");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{1,64}");

    private final String base;

    /** @param base the address of the REST API, without a slash at its end */
    SevenTvSets(URI base) {
        this.base = base.toString();
    }

    EmoteSource global() {
        return EmoteSource.of("global", EmoteScope.GLOBAL, context -> loadSet(context, "global"));
    }

    /** The set with this id; what names it is told if the id is none. */
    EmoteSource set(String what, String setId) {
        if (!ID.matcher(setId).matches()) {
            throw new IllegalArgumentException(what + " must be the id of an emote set");
        }
        return EmoteSource.of("set " + setId, EmoteScope.ROOM, context -> loadSet(context, setId));
    }

    /** The active set of a channel; what names it is told if it is none. */
    EmoteSource channel(String what, String channel) {
        if (!CHANNEL.matcher(channel).matches()) {
            throw new IllegalArgumentException(
                    what + " must be PLATFORM/ID, such as twitch/12345, with twitch, youtube, kick or discord");
        }
        return EmoteSource.of("channel " + channel, EmoteScope.ROOM, context -> loadChannel(context, channel));
    }

    /** The personal sets of a person; what names them is told if the id is none. */
    EmoteSource personal(String what, String userId) {
        if (!ID.matcher(userId).matches()) {
            throw new IllegalArgumentException(what + " must be the id of a 7TV account, not its name");
        }
        return EmoteSource.of("personal " + userId, EmoteScope.PERSONAL, context -> loadPersonal(context, userId));
    }

    private EmoteSet loadSet(EmoteContext context, String setId) throws EmoteLoadException, InterruptedException {
        EmoteSet.Builder set = EmoteSet.builder();
        addSet(context, setId, SetKind.SHARED, set);
        return set.build();
    }

    private EmoteSet loadChannel(EmoteContext context, String channel) throws EmoteLoadException, InterruptedException {
        Optional<byte[]> answer = context.fetch(URI.create(base + "/users/" + channel));
        if (answer.isEmpty()) {
            // A channel that does not use 7TV.
            return EmoteSet.empty();
        }
        SevenTvJson.Channel found = SevenTvJson.parseChannel(answer.get());
        EmoteSet.Builder set = EmoteSet.builder();
        // To hear of it when the channel takes another set.
        found.userId().ifPresent(userId -> set.topic(Topics.user(userId)));
        if (found.setId().isPresent()) {
            addSet(context, found.setId().get(), SetKind.SHARED, set);
        }
        return set.build();
    }

    private EmoteSet loadPersonal(EmoteContext context, String userId) throws EmoteLoadException, InterruptedException {
        Optional<byte[]> answer = context.fetch(URI.create(base + "/users/" + userId));
        if (answer.isEmpty()) {
            return EmoteSet.empty();
        }
        EmoteSet.Builder set = EmoteSet.builder().topic(Topics.user(userId));
        for (String setId : SevenTvJson.parsePersonalSetIds(answer.get())) {
            addSet(context, setId, SetKind.PERSONAL, set);
        }
        return set.build();
    }

    private void addSet(EmoteContext context, String setId, SetKind kind, EmoteSet.Builder set)
            throws EmoteLoadException, InterruptedException {
        SevenTvJson.addSet(context.require(URI.create(base + "/emote-sets/" + setId)), kind, set);
    }
}
