package dev.parley.chat.signaling;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.SignedSuccession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.Buffer;
import okio.ByteString;

/**
 * A worker whose every answer a test lays out beforehand, by {@code METHOD last-path-segment}; the last answer laid out
 * for a key repeats. A request without an answer fails the test by its 500; one that is not as the worker's
 * openapi.yaml says fails it at its end.
 */
final class Worker implements AutoCloseable {

    static final RoomId ROOM = RoomId.of(new byte[RoomId.BYTES]);
    static final PeerId ALICE = PeerId.of(filled(20, 1));
    static final PeerId BOB = PeerId.of(filled(20, 2));
    static final PeerId CAROL = PeerId.of(filled(20, 3));
    static final SignedDescriptor DESCRIPTOR =
            new SignedDescriptor("{\"v\":1}".getBytes(StandardCharsets.US_ASCII), filled(64, 7));

    static final SignedSuccession SUCCESSION =
            new SignedSuccession("{\"v\":1,\"version\":2}".getBytes(StandardCharsets.US_ASCII), filled(64, 9));

    private static final int PATIENCE_SECONDS = 20;

    private final MockWebServer server = new MockWebServer();
    private final Map<String, Deque<MockResponse>> answers = new HashMap<>();
    private final Map<String, BlockingQueue<RecordedRequest>> requests = new HashMap<>();
    private final Map<String, CountDownLatch> gates = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();

    /** The worker's end of a WebSocket. */
    static final class Socket extends WebSocketListener {
        final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final BlockingQueue<Socket> opened;
        private final CompletableFuture<WebSocket> socket = new CompletableFuture<>();

        Socket(BlockingQueue<Socket> opened) {
            this.opened = opened;
        }

        @Override
        public void onOpen(WebSocket open, Response response) {
            socket.complete(open);
            opened.add(this);
        }

        @Override
        public void onMessage(WebSocket from, String text) {
            received.add(text);
        }

        @Override
        public void onClosing(WebSocket closing, int code, String reason) {
            closing.close(code, null);
        }

        String take() throws InterruptedException {
            String text = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (text == null) {
                throw new AssertionError("no frame came");
            }
            return text;
        }

        void send(String text) {
            socket.join().send(text);
        }

        void send(ByteString bytes) {
            socket.join().send(bytes);
        }

        void close(int code) {
            socket.join().close(code, null);
        }
    }

    Worker() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                String key = key(request);
                CountDownLatch gate;
                MockResponse answer;
                synchronized (Worker.this) {
                    faults.addAll(Goldens.faults(request));
                    queue(key).add(request);
                    Deque<MockResponse> laidOut = answers.get(key);
                    if (laidOut == null) {
                        return json(500, "{}");
                    }
                    answer = laidOut.size() > 1 ? laidOut.remove() : laidOut.element();
                    gate = gates.get(key);
                }
                return gate == null || isOpen(gate) ? answer : json(500, "{}");
            }
        });
        server.start(InetAddress.getLoopbackAddress(), 0);
    }

    private static String key(RecordedRequest request) {
        var segments = request.getUrl().pathSegments();
        String last = segments.get(segments.size() - 1);
        return request.getMethod() + " " + (last.equals(ROOM.value()) ? "{room}" : last);
    }

    private synchronized BlockingQueue<RecordedRequest> queue(String key) {
        return requests.computeIfAbsent(key, any -> new LinkedBlockingQueue<>());
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    synchronized Worker answer(String key, MockResponse... responses) {
        Deque<MockResponse> laidOut = answers.computeIfAbsent(key, any -> new ArrayDeque<>());
        for (MockResponse response : responses) {
            laidOut.add(response);
        }
        return this;
    }

    /** Holds the answers for a key back until the returned task is run. */
    synchronized Runnable holdBack(String key) {
        CountDownLatch gate = new CountDownLatch(1);
        gates.put(key, gate);
        return gate::countDown;
    }

    private static boolean isOpen(CountDownLatch gate) {
        try {
            return gate.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Replaces what is laid out. */
    synchronized void nowAnswer(String key, MockResponse... responses) {
        answers.remove(key);
        answer(key, responses);
    }

    /** Each WebSocket is accepted, and can be taken. */
    void acceptWebSockets(int count) {
        for (int i = 0; i < count; i++) {
            answer(
                    "GET ws",
                    new MockResponse.Builder()
                            .webSocketUpgrade(new Socket(sockets))
                            .build());
        }
    }

    Socket takeSocket() throws InterruptedException {
        Socket socket = sockets.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (socket == null) {
            throw new AssertionError("no WebSocket was opened");
        }
        return socket;
    }

    RecordedRequest take(String key) throws InterruptedException {
        RecordedRequest request = queue(key).poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request " + key);
        }
        return request;
    }

    int waiting(String key) {
        return queue(key).size();
    }

    int requestCount() {
        return server.getRequestCount();
    }

    static MockResponse json(int status, String body) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "application/json; charset=utf-8")
                .body(body)
                .build();
    }

    static MockResponse problem(int status, String code) {
        return problemBuilder(status, code).build();
    }

    static MockResponse.Builder problemBuilder(int status, String code) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "application/problem+json")
                .body("{\"type\":\"about:blank\",\"title\":\"t\",\"status\":" + status + ",\"code\":\"" + code
                        + "\",\"detail\":\"d\"}");
    }

    static MockResponse empty(int status) {
        return new MockResponse.Builder().code(status).build();
    }

    static MockResponse joined(String token, long after) {
        return json(
                200,
                "{\"roomToken\":\"" + token + "\",\"expiresIn\":3600,\"heartbeatSeconds\":20,\"after\":" + after
                        + ",\"iceServers\":[{\"urls\":[\"stun:stun.example.org\"]},{\"urls\":[\"http://no\"]}]}");
    }

    static String message(long seq, PeerId from, String payload) {
        return "{\"seq\":" + seq + ",\"from\":\"" + from + "\",\"type\":\"envelope\",\"payload\":\""
                + Base64.getUrlEncoder().withoutPadding().encodeToString(payload.getBytes(StandardCharsets.UTF_8))
                + "\"}";
    }

    static MockResponse messages(String... messages) {
        return json(200, "{\"messages\":[" + String.join(",", messages) + "]}");
    }

    static Buffer zeros(int count) {
        return new Buffer().write(new byte[count]);
    }

    static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Override
    public void close() {
        server.close();
        synchronized (this) {
            if (!faults.isEmpty()) {
                throw new AssertionError("the client does not keep to openapi.yaml:\n" + String.join("\n", faults));
            }
        }
    }
}
