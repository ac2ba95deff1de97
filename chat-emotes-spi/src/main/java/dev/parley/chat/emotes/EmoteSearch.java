package dev.parley.chat.emotes;

import java.util.List;

/**
 * A capability: the provider can look for emotes that no set holds yet. An {@link EmoteProvider} that has it implements
 * this interface as well.
 *
 * <p>The registry asks at most once at a time, waits until the user has stopped typing, and remembers the answers.
 */
public interface EmoteSearch {
    /** The longest query, in characters. */
    int MAX_QUERY_CHARS = 100;

    /** The most results of one answer. */
    int MAX_RESULTS = 250;

    /**
     * Looks for emotes. Called on a thread of the registry, like {@link EmoteSource#load}. A server that wants fewer
     * questions is told of with {@link EmoteContext#pause}.
     *
     * @param query 1 to {@value #MAX_QUERY_CHARS} characters, without white space at its ends
     * @param limit the most results wanted, 1 to {@value #MAX_RESULTS}
     * @param context where to ask; valid during this call only
     * @return the emotes of this provider that fit, the best first; at most {@code limit} are used
     * @throws EmoteLoadException if there is no answer
     * @throws InterruptedException if the registry gave up waiting
     */
    List<Emote> search(String query, int limit, EmoteContext context) throws EmoteLoadException, InterruptedException;
}
