package dev.parley.chat.emotes;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** What a server answered to an {@link EmoteRequest}: complete, and within the limits of size. Immutable. */
public final class EmoteAnswer {
    private final int status;
    private final Map<String, String> headers = new TreeMap<>();
    private final byte[] body;

    /**
     * Makes an answer.
     *
     * @param status the HTTP status
     * @param headers values by name
     * @param body the body; kept, not copied
     */
    public EmoteAnswer(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        headers.forEach((name, value) -> this.headers.put(name.toLowerCase(Locale.ROOT), value));
        this.body = Objects.requireNonNull(body, "body");
    }

    /**
     * Gives the status.
     *
     * @return an HTTP status such as 200; never 429, 5xx or that of a redirect
     */
    public int status() {
        return status;
    }

    /**
     * Looks up a header field.
     *
     * @param name its name, in any case
     * @return its value, if the answer has it
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /**
     * Gives the body.
     *
     * @return a copy
     */
    public byte[] body() {
        return body.clone();
    }
}
