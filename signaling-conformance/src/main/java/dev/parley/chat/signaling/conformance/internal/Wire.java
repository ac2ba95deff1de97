package dev.parley.chat.signaling.conformance.internal;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** HTTP to one worker. */
public final class Wire {
    static final JsonMapper JSON = new JsonMapper();
    static final String JSON_TYPE = "application/json";
    static final String FORM_TYPE = "application/x-www-form-urlencoded";

    /** Longer than any long poll. */
    private static final Duration TIMEOUT = Duration.ofSeconds(40);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** A worker that asks for a longer wait is not waited for. */
    private static final int MAX_WAIT_SECONDS = 10;

    private static final int MAX_TRIES = 5;

    private final URI base;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    public Wire(URI base) {
        this.base = base;
    }

    /** Fails if nobody answers. */
    public void requireAnswer() throws IOException, InterruptedException {
        http.send(
                HttpRequest.newBuilder(at("/healthz")).timeout(CONNECT_TIMEOUT).build(), BodyHandlers.discarding());
    }

    HttpClient http() {
        return http;
    }

    URI base() {
        return base;
    }

    URI at(String path) {
        return URI.create(base + path);
    }

    /** Begins a request. */
    Call call(String method, String path) {
        return new Call(method, path);
    }

    /** A request that is put together, and sent. */
    final class Call {
        private final String method;
        private final String path;
        private final HttpRequest.Builder request;
        private byte @Nullable [] body;
        private String doing;

        private Call(String method, String path) {
            this.method = method;
            this.path = path;
            this.request = HttpRequest.newBuilder(at(path)).timeout(TIMEOUT);
            this.doing = method + " " + path.split("\\?", -1)[0].replaceAll("[a-z2-7]{32}", "…");
        }

        Call token(String token) {
            request.header("Authorization", "Bearer " + token);
            return this;
        }

        Call header(String name, String value) {
            request.header(name, value);
            return this;
        }

        Call json(Object json) {
            return body(JSON_TYPE, json.toString());
        }

        Call body(String type, String text) {
            return bytes(type, text.getBytes(StandardCharsets.UTF_8));
        }

        Call bytes(String type, byte[] content) {
            request.header("Content-Type", type);
            body = content;
            return this;
        }

        /** What sets this request apart, for a failure. */
        Call as(String what) {
            doing = doing + " (" + what + ")";
            return this;
        }

        /** Sends it; once more after each 429 that asks for a short wait. */
        Answer send() throws IOException, InterruptedException {
            Answer answer = sendOnce();
            for (int i = 1; i < MAX_TRIES && answer.code().equals("rate_limited"); i++) {
                String wait = answer.header("Retry-After");
                if (!wait.matches("\\d{1,6}") || Integer.parseInt(wait) > MAX_WAIT_SECONDS) {
                    break;
                }
                Thread.sleep(Duration.ofSeconds(Integer.parseInt(wait)).toMillis());
                answer = sendOnce();
            }
            return answer;
        }

        /** Sends it, and takes a 429 for an answer like any other. */
        Answer sendOnce() throws IOException, InterruptedException {
            return new Answer(doing, http.send(build(), BodyHandlers.ofString()));
        }

        CompletableFuture<Answer> start() {
            String what = doing;
            return http.sendAsync(build(), BodyHandlers.ofString()).thenApply(response -> new Answer(what, response));
        }

        private HttpRequest build() {
            return request.method(
                            method.toUpperCase(Locale.ROOT),
                            body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
                    .build();
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** Waits for an answer that was begun with {@link Call#start}. */
    static Answer finish(CompletableFuture<Answer> answer) throws IOException {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw e;
        }
    }
}
