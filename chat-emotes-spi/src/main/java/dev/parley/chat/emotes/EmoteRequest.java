package dev.parley.chat.emotes;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A request that changes something or asks a question, for {@link EmoteContext#send}. Immutable. What only reads a
 * resource is better asked with {@link EmoteContext#fetch}, which remembers the answer.
 */
public final class EmoteRequest {
    /** The largest body, in bytes. */
    public static final int MAX_BODY_BYTES = 1024 * 1024;

    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");

    private final String method;
    private final URI address;
    private final Map<String, String> headers;
    private final String contentType;
    private final byte[] body;

    private EmoteRequest(String method, URI address, Map<String, String> headers, String contentType, byte[] body) {
        this.method = method;
        this.address = address;
        this.headers = headers;
        this.contentType = contentType;
        this.body = body;
    }

    /**
     * Makes a request without a body.
     *
     * @param method {@code GET}, {@code POST}, {@code PUT}, {@code PATCH} or {@code DELETE}
     * @param address where to; see {@link EmoteContext#fetch}
     * @return the request
     * @throws IllegalArgumentException if the method is another
     */
    public static EmoteRequest of(String method, URI address) {
        String upper = method.toUpperCase(Locale.ROOT);
        if (!METHODS.contains(upper)) {
            throw new IllegalArgumentException("not a method that providers may use: " + method);
        }
        return new EmoteRequest(upper, Objects.requireNonNull(address, "address"), Map.of(), "", new byte[0]);
    }

    /**
     * Makes a POST of JSON.
     *
     * @param address where to; see {@link EmoteContext#fetch}
     * @param json the body
     * @return the request
     */
    public static EmoteRequest postJson(URI address, String json) {
        return of("POST", address).body("application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Adds a header field.
     *
     * @param name its name
     * @param value its value; a token in it is told to nobody but the server of {@link #address}
     * @return a request with it
     */
    public EmoteRequest header(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new EmoteRequest(method, address, Map.copyOf(all), contentType, body);
    }

    /**
     * Adds a body.
     *
     * @param contentType its media type
     * @param body at most {@value #MAX_BODY_BYTES} bytes; copied
     * @return a request with it
     * @throws IllegalArgumentException if it is larger
     */
    public EmoteRequest body(String contentType, byte[] body) {
        if (body.length > MAX_BODY_BYTES) {
            throw new IllegalArgumentException(
                    "a body has at most " + MAX_BODY_BYTES + " bytes, but this has " + body.length);
        }
        return new EmoteRequest(method, address, headers, Objects.requireNonNull(contentType), body.clone());
    }

    /**
     * Gives the method.
     *
     * @return in upper case
     */
    public String method() {
        return method;
    }

    /**
     * Tells where the request goes.
     *
     * @return the address
     */
    public URI address() {
        return address;
    }

    /**
     * Gives the header fields.
     *
     * @return values by name, immutable
     */
    public Map<String, String> headers() {
        return headers;
    }

    /**
     * Tells what the body is.
     *
     * @return its media type; nothing if there is no body
     */
    public Optional<String> contentType() {
        return contentType.isEmpty() ? Optional.empty() : Optional.of(contentType);
    }

    /**
     * Gives the body.
     *
     * @return a copy; empty if there is none
     */
    public byte[] body() {
        return body.clone();
    }

    @Override
    public String toString() {
        // Neither headers nor query: a token may be in them.
        return "EmoteRequest[" + method + ' ' + address.getHost() + ' ' + address.getPath() + ']';
    }
}
