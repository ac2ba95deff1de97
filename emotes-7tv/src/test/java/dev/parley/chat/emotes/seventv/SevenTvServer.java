package dev.parley.chat.emotes.seventv;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.emotes.EmoteRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.jspecify.annotations.Nullable;

/**
 * A local 7TV that has sets, a channel and a person, answers for them, and tells those who have subscribed of each
 * change. Answers and events are of one state: what is not in an answer is told, to who was subscribed by then.
 */
final class SevenTvServer extends Dispatcher implements AutoCloseable {
    static final String USER = "cccccccccccccccccccccccc";
    static final String FIRST_SET = "0123456789abcdef01234567";
    static final String SECOND_SET = "01HZ0000000000000000000001";
    static final String GLOBAL_SET = "01HZ00000000000000000GLOBA";
    private static final int ABNORMAL = 4000;

    /** How the server ends a connection. */
    enum Cut {
        /** Without a word. */
        BROKEN,
        /** By a close frame. */
        CLOSED
    }

    private final MockWebServer http = new MockWebServer();

    /** What WebSockets go over. */
    private final Cable cable;

    private final Map<String, Map<String, ObjectNode>> sets = new LinkedHashMap<>();
    private final Map<String, MockResponse> instead = new LinkedHashMap<>();
    private final Map<String, Gate> gates = new LinkedHashMap<>();
    private final List<Connection> connections = new ArrayList<>();
    private final Set<String> everSubscribed = new LinkedHashSet<>();
    private String activeSet = FIRST_SET;
    private long heartbeatMillis = 45_000;
    private int everConnected;
    private int answered;
    private int unchanged;
    private int confirmed;
    private int sent;
    private int cutAfter = Integer.MAX_VALUE;
    private Cut cut = Cut.BROKEN;

    SevenTvServer() {
        sets.put(FIRST_SET, new LinkedHashMap<>());
        sets.put(SECOND_SET, new LinkedHashMap<>());
        sets.put(GLOBAL_SET, new LinkedHashMap<>());
        put(GLOBAL_SET, Answers.active("g1", "Global", 0));
        http.setDispatcher(this);
        try {
            http.start();
            cable = new Cable(http.getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + http.getPort() + "/v3";
    }

    /** A registry that asks this server, and connects again without delay. */
    EmoteRegistry.Builder registry() {
        return EmoteRegistry.builder()
                .withoutDiscovery()
                .factory(new SevenTvEmotes())
                .setting("7tv.url", url())
                .setting("7tv.events-url", "ws://127.0.0.1:" + cable.port() + "/events")
                .setting("7tv.channel", "twitch/12345")
                .reconnectDelay(Duration.ofMillis(1));
    }

    /** One message of the server to one connection and no more: the connection ends after that many, in all. */
    synchronized void cutAfter(int messages, Cut how) {
        cutAfter = messages;
        cut = how;
    }

    synchronized void heartbeatEvery(long millis) {
        heartbeatMillis = millis;
    }

    /** Gives this answer for a path, in place of what the state says. */
    synchronized void answerInstead(String path, MockResponse response) {
        instead.put(path, response);
    }

    synchronized void answerAgain() {
        instead.clear();
    }

    synchronized void put(String setId, ObjectNode active) {
        emotesOf(setId).put(active.path("name").asText(), active);
    }

    synchronized void remove(String setId, String name) {
        emotesOf(setId).remove(name);
    }

    /** Changes the state and tells of it. */
    synchronized void change(Runnable change, ObjectNode... events) {
        change.run();
        for (ObjectNode event : events) {
            String subscription = event.path("d").path("type").asText()
                    + '/'
                    + event.path("d").path("body").path("id").asText();
            List.copyOf(connections).stream()
                    .filter(connection -> connection.subscriptions.contains(subscription))
                    .forEach(connection -> connection.send(event.toString()));
        }
    }

    /** Sends to whoever is connected. */
    synchronized void tellAll(String message) {
        List.copyOf(connections).forEach(connection -> connection.send(message));
    }

    synchronized void closeAll(int code) {
        List.copyOf(connections).forEach(connection -> connection.close(code));
    }

    synchronized void use(String setId) {
        activeSet = setId;
    }

    /** What a client should have: codes and whose they are. */
    synchronized Map<String, String> expected() {
        Map<String, String> expected = new TreeMap<>();
        emotesOf(GLOBAL_SET)
                .values()
                .forEach(active -> expected.put(active.path("name").asText(), describe(active)));
        emotesOf(activeSet)
                .values()
                .forEach(active -> expected.put(active.path("name").asText(), describe(active)));
        return expected;
    }

    private static String describe(ObjectNode active) {
        boolean zeroWidth = (active.path("flags").asLong() & 1) != 0;
        return active.path("id").asText() + (zeroWidth ? " zero-width" : "");
    }

    /** How many connections there were. */
    synchronized int connectionCount() {
        return everConnected;
    }

    /** How many subscriptions were confirmed, in all. */
    synchronized int confirmedCount() {
        return confirmed;
    }

    /** How many messages were sent, in all. */
    synchronized int sentCount() {
        return sent;
    }

    /** How many requests for resources were answered. */
    synchronized int answeredCount() {
        return answered;
    }

    /** How many of them were answered with 304. */
    synchronized int confirmedUnchangedCount() {
        return unchanged;
    }

    /** Everything that was ever subscribed to. */
    synchronized Set<String> subscribed() {
        return Set.copyOf(everSubscribed);
    }

    /** Before the next answer for a path, tells that it was asked for and waits; the answer is of the state before. */
    synchronized void beforeAnswering(String path, CountDownLatch asked, CountDownLatch goOn) {
        gates.put(path, new Gate(asked, goOn));
    }

    private record Gate(CountDownLatch asked, CountDownLatch goOn) {}

    @Override
    public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
        String path = request.getUrl().encodedPath();
        MockResponse answer;
        Gate gate;
        synchronized (this) {
            answer = answer(request, path);
            gate = gates.remove(path);
        }
        if (gate != null) {
            gate.asked().countDown();
            gate.goOn().await();
        }
        return answer;
    }

    private MockResponse answer(RecordedRequest request, String path) {
        if (path.equals("/events")) {
            return new MockResponse.Builder().webSocketUpgrade(new Connection()).build();
        }
        answered++;
        MockResponse other = instead.get(path);
        if (other != null) {
            return other;
        }
        return switch (path) {
            case "/v3/users/twitch/12345" -> json(request, Answers.channel("12345", USER, activeSet));
            case "/v3/emote-sets/global" -> json(request, set(GLOBAL_SET));
            default -> {
                String last = path.substring(path.lastIndexOf('/') + 1);
                yield path.startsWith("/v3/emote-sets/") && sets.containsKey(last)
                        ? json(request, set(last))
                        : new MockResponse.Builder().code(404).build();
            }
        };
    }

    private Map<String, ObjectNode> emotesOf(String setId) {
        return Objects.requireNonNull(sets.get(setId), setId);
    }

    private ObjectNode set(String id) {
        return Answers.set(id, emotesOf(id).values());
    }

    private MockResponse json(RecordedRequest request, ObjectNode body) {
        String etag = '"' + Integer.toHexString(body.toString().hashCode()) + '"';
        if (etag.equals(request.getHeaders().get("If-None-Match"))) {
            unchanged++;
            return new MockResponse.Builder().code(304).build();
        }
        return new MockResponse.Builder()
                .addHeader("ETag", etag)
                .body(body.toString())
                .build();
    }

    @Override
    public void close() {
        cable.close();
        http.close();
    }

    /** The server's end of a WebSocket. */
    private final class Connection extends WebSocketListener {
        final Set<String> subscriptions = new LinkedHashSet<>();

        @Nullable
        WebSocket socket;

        @Override
        public void onOpen(WebSocket webSocket, Response response) {
            synchronized (SevenTvServer.this) {
                socket = webSocket;
                everConnected++;
                connections.add(this);
                send(Answers.hello(heartbeatMillis).toString());
            }
        }

        @Override
        public void onMessage(WebSocket webSocket, String text) {
            synchronized (SevenTvServer.this) {
                JsonNode message;
                try {
                    message = SevenTvJson.JSON.readTree(text);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                JsonNode data = message.path("d");
                String subscription = data.path("type").asText()
                        + '/'
                        + data.path("condition").path("object_id").asText();
                switch (message.path("op").asInt()) {
                    case 35 -> {
                        if (!subscriptions.add(subscription)) {
                            webSocket.close(4009, "subscribed already");
                        }
                        everSubscribed.add(subscription);
                        confirm("SUBSCRIBE", data);
                    }
                    case 36 -> {
                        if (!subscriptions.remove(subscription)) {
                            webSocket.close(4010, "not subscribed");
                        }
                        confirm("UNSUBSCRIBE", data);
                    }
                    default -> webSocket.close(4001, "unknown operation");
                }
            }
        }

        private void confirm(String command, JsonNode data) {
            ObjectNode ack = JsonNodeFactory.instance.objectNode().put("command", command);
            ack.putObject("data").put("id", 3).setAll((ObjectNode) data);
            confirmed++;
            send(Answers.message(5, ack).toString());
        }

        void send(String text) {
            WebSocket to = Objects.requireNonNull(socket);
            to.send(text);
            sent++;
            if (sent == cutAfter) {
                connections.remove(this);
                if (cut == Cut.BROKEN) {
                    cable.cut();
                } else {
                    to.close(ABNORMAL, "cut");
                }
            }
        }

        void close(int code) {
            Objects.requireNonNull(socket).close(code, "over");
        }

        @Override
        public void onClosing(WebSocket webSocket, int code, String reason) {
            synchronized (SevenTvServer.this) {
                connections.remove(this);
            }
            webSocket.close(code, null);
        }

        @Override
        public void onFailure(WebSocket webSocket, Throwable e, @Nullable Response response) {
            synchronized (SevenTvServer.this) {
                connections.remove(this);
            }
        }
    }
}
