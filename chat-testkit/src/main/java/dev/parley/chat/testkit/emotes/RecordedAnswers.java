package dev.parley.chat.testkit.emotes;

import dev.parley.chat.emotes.EmoteAnswer;
import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
    private final Map<String, Answer> answers = new TreeMap<>();
    private final List<URI> fetched = new ArrayList<>();
    private final List<EmoteRequest> sent = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private UnaryOperator<byte[]> change = UnaryOperator.identity();
    private @Nullable EmoteLoadException failure;

    /** What is answered to a request. */
    private record Answer(int status, String body) {}

    private RecordedAnswers() {}

    /**
     * Makes a context that answers.
     *
     * @param bodies UTF-8 bodies by path and, if there is one, query, such as {@code /v1/list?page=1}; given to
     *     fetches, and with status 200 to requests of the method GET
     * @return the context
     */
    public static RecordedAnswers of(Map<String, String> bodies) {
        RecordedAnswers answers = new RecordedAnswers();
        bodies.forEach((path, body) -> answers.bodies.put(path, body.getBytes(StandardCharsets.UTF_8)));
        return answers;
    }

    /**
     * Records what is answered to requests that are sent.
     *
     * @param request the method, a space, and the path with its query, such as {@code POST /v1/search}
     * @param status the HTTP status; with 429, 5xx and that of a redirect sending fails, as in a registry
     * @param body the UTF-8 body
     * @return this context
     */
    public RecordedAnswers answering(String request, int status, String body) {
        answers.put(request, new Answer(status, body));
        return this;
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
     * Fails every fetch and every request.
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

    /**
     * Lists the requests that were sent, in order.
     *
     * @return an unmodifiable view
     */
    public List<EmoteRequest> sent() {
        return Collections.unmodifiableList(sent);
    }

    /**
     * Lists the pauses that the provider said its server wants, in order.
     *
     * @return an unmodifiable view
     */
    public List<Duration> pauses() {
        return Collections.unmodifiableList(pauses);
    }

    @Override
    public Optional<byte[]> fetch(URI address) throws EmoteLoadException {
        fetched.add(address);
        if (failure != null) {
            throw failure;
        }
        byte[] body = bodies.get(pathOf(address));
        return body == null ? Optional.empty() : Optional.of(change.apply(body.clone()));
    }

    @Override
    public EmoteAnswer send(EmoteRequest request) throws EmoteLoadException {
        sent.add(request);
        if (failure != null) {
            throw failure;
        }
        String path = pathOf(request.address());
        Answer answer = answers.get(request.method() + ' ' + path);
        if (answer == null) {
            byte[] body = request.method().equals("GET") ? bodies.get(path) : null;
            return body == null ? answer(404, new byte[0]) : answer(200, body.clone());
        }
        int status = answer.status();
        if (status == 429) {
            throw new EmoteLoadException(Reason.RATE_LIMITED, "the recorded answer asks for fewer requests");
        }
        if (status >= 500) {
            throw new EmoteLoadException(Reason.SERVER_ERROR, "the recorded answer has status " + status);
        }
        if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) {
            throw new EmoteLoadException(Reason.ADDRESS_REFUSED, "the recorded answer redirects a request");
        }
        return answer(status, answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private EmoteAnswer answer(int status, byte[] body) {
        return new EmoteAnswer(status, Map.of(), change.apply(body));
    }

    @Override
    public void pause(Duration time) {
        pauses.add(time);
    }

    private static String pathOf(URI address) {
        String query = address.getRawQuery();
        return query == null ? address.getRawPath() : address.getRawPath() + "?" + query;
    }
}
