package dev.parley.chat.testkit.emotes;

import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteLoadException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An {@link EmoteContext} without a network: it answers from recorded bodies, found by the path and query of the
 * address, whatever its host. What was not recorded does not exist. Not for use by several threads at once.
 */
public final class RecordedAnswers implements EmoteContext {
    private final Map<String, byte[]> bodies = new TreeMap<>();
    private final List<URI> fetched = new ArrayList<>();
    private UnaryOperator<byte[]> change = UnaryOperator.identity();
    private @Nullable EmoteLoadException failure;

    private RecordedAnswers() {}

    /**
     * Makes a context that answers.
     *
     * @param bodies UTF-8 bodies by path and, if there is one, query, such as {@code /v1/list?page=1}
     * @return the context
     */
    public static RecordedAnswers of(Map<String, String> bodies) {
        RecordedAnswers answers = new RecordedAnswers();
        bodies.forEach((path, body) -> answers.bodies.put(path, body.getBytes(StandardCharsets.UTF_8)));
        return answers;
    }

    /**
     * Changes each body before it is given out, to see what becomes of a damaged one.
     *
     * @param change gets a copy of the body
     * @return this context
     */
    public RecordedAnswers changing(UnaryOperator<byte[]> change) {
        this.change = change;
        return this;
    }

    /**
     * Fails every fetch.
     *
     * @param failure what to throw
     * @return this context
     */
    public RecordedAnswers failing(EmoteLoadException failure) {
        this.failure = failure;
        return this;
    }

    /**
     * Lists the addresses that were asked for, in order.
     *
     * @return an unmodifiable view
     */
    public List<URI> fetched() {
        return Collections.unmodifiableList(fetched);
    }

    @Override
    public Optional<byte[]> fetch(URI address) throws EmoteLoadException {
        fetched.add(address);
        if (failure != null) {
            throw failure;
        }
        String query = address.getRawQuery();
        byte[] body = bodies.get(query == null ? address.getRawPath() : address.getRawPath() + "?" + query);
        return body == null ? Optional.empty() : Optional.of(change.apply(body.clone()));
    }
}
