package dev.parley.chat.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of a worker, written from docs/signaling.md alone. Each exchange must be as openapi.yaml says. */
final class Client {
    static final ObjectMapper JSON = new ObjectMapper();
    static final HttpClient HTTP = HttpClient.newHttpClient();

    private final URI base;

    Client(URI base) {
        this.base = base;
    }

    record Answer(int status, JsonNode body, HttpHeaders headers) {
        String code() {
            return body.path("code").asText("");
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    String token(String account) {
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/dev/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("grant_type=client_credentials&client_id=" + account))
                .build();
        return send(request).body().get("access_token").asText();
    }

    Answer get(String path, String token) {
        return send(request(path, token).GET().build());
    }

    Answer post(String path, String token, Object body) {
        return send(request(path, token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build());
    }

    Answer put(String path, String token, Object body) {
        return send(request(path, token)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body.toString()))
                .build());
    }

    Answer post(String path, String token) {
        return send(request(path, token).POST(BodyPublishers.noBody()).build());
    }

    Answer delete(String path, String token) {
        return send(request(path, token).DELETE().build());
    }

    HttpRequest.Builder request(String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    Answer send(HttpRequest request) {
        return sendAsync(request).join();
    }

    CompletableFuture<Answer> sendAsync(HttpRequest request) {
        return HTTP.sendAsync(request, BodyHandlers.ofString()).thenApply(response -> {
            try {
                boolean json =
                        response.headers().firstValue("Content-Type").orElse("").contains("json");
                Described.exchange(request, response);
                JsonNode body = json ? JSON.readTree(response.body()) : JSON.createObjectNode();
                return new Answer(response.statusCode(), body, response.headers());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    /** Makes a room of this account and answers its id. */
    String room(String account, ObjectNode body) {
        Answer answer = post("/v1/rooms", token(account), body);
        if (answer.status() != 201) {
            throw new AssertionError(answer.body());
        }
        return answer.body().get("roomId").asText();
    }

    /** Joins and answers the room token. */
    String join(String roomId, String account, String peerId) {
        Answer answer = post("/v1/rooms/" + roomId + "/join", token(account), peer(peerId));
        if (answer.status() != 200) {
            throw new AssertionError(answer.body());
        }
        return answer.body().get("roomToken").asText();
    }

    static ObjectNode peer(String peerId) {
        return JSON.createObjectNode().put("peerId", peerId);
    }

    static ObjectNode message(String to, String payload, String msgId) {
        return JSON.createObjectNode()
                .put("to", to)
                .put("type", "envelope")
                .put("payload", payload)
                .put("msgId", msgId);
    }

    Socket socket(String roomId, String roomToken, long after) {
        Socket socket = new Socket();
        HTTP.newWebSocketBuilder()
                .header("Authorization", "Bearer " + roomToken)
                .buildAsync(
                        URI.create(base.toString().replaceFirst("http", "ws") + "/v1/rooms/" + roomId + "/ws?after="
                                + after),
                        socket)
                .join();
        Described.upgrade();
        return socket;
    }

    /** A WebSocket that keeps what it hears. */
    static final class Socket implements WebSocket.Listener {
        final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        final CompletableFuture<WebSocket> opened = new CompletableFuture<>();
        private final StringBuilder partial = new StringBuilder();

        @Override
        public void onOpen(WebSocket webSocket) {
            opened.complete(webSocket);
            webSocket.request(1);
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                String frame = partial.toString();
                partial.setLength(0);
                Described.frame(frame);
                frames.add(frame);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            try {
                Described.close(statusCode);
                closed.complete(statusCode);
            } catch (AssertionError e) {
                closed.completeExceptionally(e);
            }
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            closed.completeExceptionally(error);
        }

        void send(String text) {
            opened.join().sendText(text, true).join();
        }

        String next() {
            try {
                String frame = frames.poll(20, TimeUnit.SECONDS);
                if (frame == null) {
                    throw new AssertionError("no frame came; closed: " + closed);
                }
                return frame;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        JsonNode nextMessage() {
            try {
                return JSON.readTree(next());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        int closeCode() {
            return closed.orTimeout(20, TimeUnit.SECONDS).join();
        }
    }
}
