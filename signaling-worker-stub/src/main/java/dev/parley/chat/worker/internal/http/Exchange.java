package dev.parley.chat.worker.internal.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.http.ConnectionGuard.Watch;
import dev.parley.chat.worker.internal.http.Observer.Fact;
import dev.parley.chat.worker.internal.push.PushSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its answer. Answered exactly once, from any thread. */
final class Exchange {
    /** The same over HTTP as over a WebSocket. */
    static final int MAX_BODY_BYTES = PushSocket.MAX_MESSAGE_BYTES;

    /**
     * How far a body that nobody wants, or that is too large, is read on and dropped: a connection that is closed while
     * the client still sends is reset, and the client then never sees the refusal.
     */
    private static final int MAX_DROPPED_BYTES = 1024 * 1024;

    private static final String NO_STORE = "no-store";

    static final String JSON = "application/json";
    static final String FORM = "application/x-www-form-urlencoded";

    private static final Logger log = LoggerFactory.getLogger(Exchange.class);

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Map<String, String> pathVariables;
    private final Challenge challenge;
    private int maxBodyBytes = MAX_BODY_BYTES;
    private long bodyBytes;
    private boolean hasBody;

    Exchange(
            Request request,
            Response response,
            Callback callback,
            Map<String, String> pathVariables,
            Challenge challenge) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.pathVariables = pathVariables;
        this.challenge = challenge;
    }

    /** The value of {@code WWW-Authenticate}. */
    record Challenge(String value) {
        /** RFC 6750 section 3.1. */
        String insufficientScope(String scopes) {
            return value + ", error=\"insufficient_scope\", scope=\"" + scopes + "\"";
        }
    }

    /** Where no token is asked for. */
    static final Challenge NO_CHALLENGE = new Challenge("Bearer");

    /** A step that may refuse the request. */
    interface Step {
        void run() throws Exception;
    }

    Request request() {
        return request;
    }

    Response response() {
        return response;
    }

    Callback callback() {
        return callback;
    }

    String pathVariable(String name) {
        String value = pathVariables.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no variable " + name);
        }
        return value;
    }

    @Nullable
    String pathVariableOrNull(String name) {
        return pathVariables.get(name);
    }

    /**
     * An integer of the query string.
     *
     * @throws Problem {@code invalid_request} if it is given twice, is not a decimal number or out of bounds
     */
    long queryInteger(String name, long fallback, long min, long max) {
        String text = query(name);
        if (text == null) {
            return fallback;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number out of bounds.
        }
        throw Problem.invalid("query parameter " + name + " must be an integer within " + min + " and " + max);
    }

    @Nullable
    String query(String name) {
        Fields parameters;
        try {
            parameters = Request.extractQueryParameters(request);
        } catch (RuntimeException e) {
            throw Problem.invalid("the query string is malformed");
        }
        Fields.Field field = parameters.get(name);
        if (field == null) {
            return null;
        }
        if (field.getValues().size() != 1) {
            throw Problem.invalid("query parameter " + name + " is given more than once");
        }
        return field.getValue();
    }

    /** Reads a JSON object without blocking, then goes on with it. */
    void readJson(Consumer<ObjectNode> then) {
        readBody(JSON, body -> then.accept(Json.parseObject(body, "body")));
    }

    /**
     * Reads a body of this media type without blocking, then goes on with it; whatever that throws becomes an answer.
     */
    void readBody(String mediaType, Consumer<byte[]> then) {
        readBody(mediaType, MAX_BODY_BYTES, then);
    }

    /**
     * The same, for a body of another size.
     *
     * @param maxBytes at most {@value #MAX_DROPPED_BYTES}
     */
    void readBody(String mediaType, int maxBytes, Consumer<byte[]> then) {
        maxBodyBytes = maxBytes;
        if (!isOf(mediaType)) {
            throw new Problem(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "the body must be " + mediaType);
        }
        if (request.getLength() > MAX_DROPPED_BYTES) {
            throw bodyTooLarge();
        }
        readOn(new ByteArrayOutputStream(), then);
    }

    private boolean isOf(String mediaType) {
        String contentType = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
        if (contentType == null) {
            return false;
        }
        String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
        if (!parts[0].strip().equals(mediaType)) {
            return false;
        }
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("charset=")
                    && !parameter
                            .substring("charset=".length())
                            .replace("\"", "")
                            .equals("utf-8")) {
                return false;
            }
        }
        return true;
    }

    private void readOn(ByteArrayOutputStream body, Consumer<byte[]> then) {
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                watched(Watch::awaitsBody);
                request.demand(() -> attempt(() -> readOn(body, then)));
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                // The client went away or was too slow: nobody is there to read an answer.
                callback.failed(chunk.getFailure());
                return;
            }
            boolean last = chunk.isLast();
            try {
                bodyBytes += chunk.remaining();
                if (bodyBytes > MAX_DROPPED_BYTES) {
                    throw bodyTooLarge();
                }
                if (bodyBytes <= maxBodyBytes) {
                    byte[] bytes = new byte[chunk.remaining()];
                    chunk.getByteBuffer().get(bytes);
                    body.writeBytes(bytes);
                }
            } finally {
                chunk.release();
            }
            if (last) {
                hasBody = true;
                watched(Watch::hasBody);
                if (bodyBytes > maxBodyBytes) {
                    throw bodyTooLarge();
                }
                then.accept(body.toByteArray());
                return;
            }
        }
    }

    private Problem bodyTooLarge() {
        return new Problem(ProblemCode.TOO_LARGE, "a body has at most " + maxBodyBytes + " bytes");
    }

    /** Runs a step of the work on this exchange; what it throws becomes the answer. */
    void attempt(Step step) {
        try {
            step.run();
        } catch (Exception e) {
            fail(e);
        }
    }

    void fail(Throwable failure) {
        if (failure instanceof Problem problem) {
            answer(problem, Json.object());
        } else {
            log.error("A defect: a {} request failed", request.getMethod(), failure);
            answer(new Problem(ProblemCode.INTERNAL, "a defect of the worker; its log says more"), Json.object());
        }
    }

    void answer(int status, JsonNode body) {
        write(status, JSON, Json.write(body), NO_STORE);
    }

    void answer(int status, String contentType, byte[] body) {
        write(status, contentType, body, NO_STORE);
    }

    void answer(int status, String contentType, byte[] body, String cacheControl) {
        write(status, contentType, body, cacheControl);
    }

    /** Sends a stranger's file as the image that it was found to be: no browser takes it for anything else. */
    void answerImage(String contentType, byte[] image, String cacheControl) {
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put("Content-Security-Policy", "default-src 'none'; sandbox");
        write(200, contentType, image, cacheControl);
    }

    void noContent() {
        write(204, NO_STORE);
    }

    /** What the client has is what there is; the entity tag stands in the headers already. */
    void notModified(String cacheControl) {
        write(304, cacheControl);
    }

    private void write(int status, String cacheControl) {
        whenRead(() -> {
            watched(Watch::answers);
            response.setStatus(status);
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, cacheControl);
            response.write(true, null, callback);
        });
    }

    /** Refuses, with members of its own in the problem document (RFC 9457 section 3.2). */
    void answer(Problem problem, ObjectNode extensions) {
        Fact.CODE.set(request, problem.code().wireName());
        if (problem.getCause() != null) {
            log.warn("Refused with {}: {}", problem.code().wireName(), problem.detail(), problem.getCause());
        }
        switch (problem.code()) {
            case FORBIDDEN -> {
                if (!problem.requiredScopes().isEmpty()) {
                    response.getHeaders()
                            .put(HttpHeader.WWW_AUTHENTICATE, challenge.insufficientScope(problem.requiredScopes()));
                }
            }
            case UNAUTHORIZED -> response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, challenge.value());
            case RATE_LIMITED, MAILBOX_FULL, UNAVAILABLE ->
                response.getHeaders()
                        .put(new HttpField(HttpHeader.RETRY_AFTER, Integer.toString(problem.retryAfterSeconds())));
            default -> {}
        }
        write(
                problem.code().status(),
                ProblemErrorHandler.MEDIA_TYPE,
                Json.write(ProblemErrorHandler.document(problem).setAll(extensions)),
                NO_STORE);
    }

    private void write(int status, String contentType, byte[] body, String cacheControl) {
        whenRead(() -> {
            response.setStatus(status);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, cacheControl);
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
            watched(Watch::answers);
            response.write(true, ByteBuffer.wrap(body), callback);
        });
    }

    /**
     * Answers when the body has come, whoever wanted it. After an answer that overtakes the body the server has to
     * close the connection, and a client that took it for one to be used again finds its next request lost. Where the
     * body is not waited for, the answer says that the connection ends (RFC 9112 section 9.6).
     */
    private void whenRead(Runnable answer) {
        boolean isUnread =
                !hasBody && (request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING));
        // Who expects a 100 sends nothing before it comes.
        boolean isLeft = isUnread
                && (request.getHeaders().contains(HttpHeader.EXPECT) || request.getLength() > MAX_DROPPED_BYTES);
        while (isUnread && !isLeft) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                watched(Watch::awaitsBody);
                request.demand(() -> whenRead(answer));
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                callback.failed(chunk.getFailure());
                return;
            }
            hasBody = chunk.isLast();
            isUnread = !hasBody;
            bodyBytes += chunk.remaining();
            isLeft = isUnread && bodyBytes > MAX_DROPPED_BYTES;
            chunk.release();
        }
        if (isLeft) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        answer.run();
    }

    private void watched(Consumer<Watch> step) {
        if (request.getAttribute(Watch.class.getName()) instanceof Watch watch) {
            step.accept(watch);
        }
    }

    /** The one text resource of the module. */
    static byte[] resource(Class<?> neighbour, String name) {
        try (var in = neighbour.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the module lacks its resource " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("the resource " + name + " of the module is not readable", e);
        }
    }

    static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
