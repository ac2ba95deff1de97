package dev.parley.chat.bench.load;

import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;

/**
 * The WebSocket of one peer; what several threads send goes out one after the other, as a WebSocket of the JDK wants.
 */
final class Peer {

    private final WebSocket socket;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    Peer(WebSocket socket) {
        this.socket = socket;
    }

    /** Sends a text, without waiting; a failure shows in what is not heard. */
    synchronized void send(String text) {
        last = last.thenCompose(before -> socket.sendText(text, true));
    }

    /** Sends a text; returns when it is handed to the network. */
    void sendAndWait(String text) {
        CompletableFuture<?> sent;
        synchronized (this) {
            send(text);
            sent = last;
        }
        sent.join();
    }

    void close() {
        socket.abort();
    }
}
