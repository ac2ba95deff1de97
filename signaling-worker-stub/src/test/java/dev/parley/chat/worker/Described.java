package dev.parley.chat.worker;

import dev.parley.chat.openapi.ApiDescription;
import dev.parley.chat.openapi.HttpExchange;
import dev.parley.chat.openapi.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Flow;

/** Holds every exchange of the tests to openapi.yaml. */
final class Described {
    static final ApiDescription API = ApiDescription.parse(resource());

    /** What has been seen in this process. */
    static final Set<Outcome> SEEN = new ConcurrentSkipListSet<>();

    private static final String SOCKETS = "GET /v1/rooms/{roomId}/ws";

    private Described() {}

    private static String resource() {
        try (InputStream in = Objects.requireNonNull(SignalingWorker.class.getResourceAsStream("openapi.yaml"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void exchange(HttpRequest request, HttpResponse<String> answer) {
        String query = request.uri().getRawQuery();
        exchange(new HttpExchange(
                request.method(),
                request.uri().getRawPath() + (query == null ? "" : "?" + query),
                request.headers().map(),
                body(request),
                answer.statusCode(),
                answer.headers().map(),
                answer.body()));
    }

    static void exchange(HttpExchange exchange) {
        require(API.check(exchange));
        SEEN.add(API.outcome(exchange));
    }

    /** The upgrade to a WebSocket, of which the client of the JDK shows no more than that it came about. */
    static void upgrade() {
        SEEN.add(new Outcome(SOCKETS, 101, ""));
    }

    static void frame(String text) {
        if (!text.equals("pong")) {
            require(API.check("Message", text));
        }
    }

    static void close(int code) {
        if (!API.closeCodes(SOCKETS).contains(code)) {
            throw new AssertionError("a WebSocket was closed with " + code
                    + ": add it to x-websocket in openapi.yaml, or let the worker close with a code that stands there");
        }
    }

    private static void require(List<String> faults) {
        if (!faults.isEmpty()) {
            throw new AssertionError("not as openapi.yaml says:\n" + String.join("\n", faults));
        }
    }

    private static String body(HttpRequest request) {
        BodySubscriber<String> subscriber = BodySubscribers.ofString(StandardCharsets.UTF_8);
        request.bodyPublisher()
                .ifPresent(publisher -> publisher.subscribe(new Flow.Subscriber<ByteBuffer>() {
                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                        subscriber.onSubscribe(subscription);
                    }

                    @Override
                    public void onNext(ByteBuffer part) {
                        subscriber.onNext(List.of(part));
                    }

                    @Override
                    public void onError(Throwable failure) {
                        subscriber.onError(failure);
                    }

                    @Override
                    public void onComplete() {
                        subscriber.onComplete();
                    }
                }));
        return request.bodyPublisher().isEmpty()
                ? ""
                : subscriber.getBody().toCompletableFuture().join();
    }
}
