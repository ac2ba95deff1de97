package dev.parley.chat.signaling.conformance.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The WebSocket of a peer, which keeps what it hears. */
final class Push implements WebSocket.Listener, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final String doing;
    private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder partial = new StringBuilder();
    private @Nullable WebSocket socket;

    private Push(String doing) {
        this.doing = doing;
    }

    /** Opens a WebSocket, which must come about. */
    static Push open(Wire wire, String path, String token) throws IOException {
        Push push = new Push("WebSocket");
        try {
            push.socket = handshake(wire, path, token, push);
            return push;
        } catch (WebSocketHandshakeException e) {
            throw new Nonconformance(
                    "WebSocket handshake",
                    "101",
                    Integer.toString(e.getResponse().statusCode()));
        }
    }

    /** Demands that a handshake is refused. */
    static void requireRefusal(Wire wire, String path, String token, int status, String what) throws IOException {
        try {
            handshake(wire, path, token, new Push("WebSocket")).abort();
        } catch (WebSocketHandshakeException e) {
            Nonconformance.requireSame(
                    "WebSocket handshake (" + what + ")",
                    status,
                    e.getResponse().statusCode());
            return;
        }
        throw new Nonconformance("WebSocket handshake (" + what + ")", Integer.toString(status), "101");
    }

    private static WebSocket handshake(Wire wire, String path, String token, Push listener) throws IOException {
        WebSocket.Builder builder = wire.http().newWebSocketBuilder().connectTimeout(PATIENCE);
        if (!token.isEmpty()) {
            builder.header("Authorization", "Bearer " + token);
        }
        URI url = URI.create(wire.at(path).toString().replaceFirst("(?i)^http", "ws"));
        try {
            return builder.buildAsync(url, listener).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw e;
        }
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            frames.add(partial.toString());
            partial.setLength(0);
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
        frames.add("a binary frame");
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        closed.complete(statusCode);
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        closed.complete(1006);
    }

    void send(String text) throws IOException {
        await(open().sendText(text, true));
    }

    void sendBinary(byte[] bytes) throws IOException {
        await(open().sendBinary(ByteBuffer.wrap(bytes), true));
    }

    private WebSocket open() {
        WebSocket open = socket;
        if (open == null) {
            throw new IllegalStateException("the WebSocket is not open");
        }
        return open;
    }

    private static void await(CompletableFuture<?> sent) throws IOException {
        try {
            sent.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            // The worker may have closed already; its code says so.
        } catch (TimeoutException e) {
            throw new IOException("a frame could not be sent in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The next frame of the worker. */
    String next() throws InterruptedException {
        String frame = frames.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (frame == null) {
            throw new Nonconformance(doing, "a frame", closed.isDone() ? "close " + closed.join() : "none within 15 s");
        }
        return frame;
    }

    /** The next message, which must be the one with this seq from this peer. */
    JsonNode nextMessage(long seq, String from) throws InterruptedException {
        JsonNode message;
        try {
            message = Wire.JSON.readTree(next());
        } catch (JsonProcessingException e) {
            throw new Nonconformance(doing, "a message as JSON", "another frame");
        }
        Nonconformance.requireSame(doing + ", seq", seq, message.path("seq").asLong(-1));
        Nonconformance.require(
                message.path("from").asText().equals(from), doing, "a message from its sender", "another \"from\"");
        return message;
    }

    /** Demands that nothing was sent meanwhile: a ping is answered before anything else comes. */
    void requireQuiet() throws IOException, InterruptedException {
        send("ping");
        Nonconformance.require(next().equals("pong"), doing, "no further message", "one");
    }

    /** Demands that the worker closes with a code. */
    void requireClose(int code, String what) throws InterruptedException {
        try {
            Nonconformance.requireSame(
                    doing + " (" + what + ")",
                    "close " + code,
                    "close " + closed.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw new Nonconformance(doing + " (" + what + ")", "close " + code, "none within 15 s");
        } catch (ExecutionException e) {
            throw new IllegalStateException("the future never fails", e);
        }
    }

    @Override
    public void close() {
        WebSocket open = socket;
        if (open != null) {
            open.abort();
        }
    }
}
