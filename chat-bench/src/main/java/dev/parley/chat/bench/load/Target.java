package dev.parley.chat.bench.load;

import java.io.IOException;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A server under load, with its peers. */
interface Target extends AutoCloseable {

    /** What the table calls it. */
    String name();

    ServerProcess process();

    /** Makes all peers known to the server, without a connection. */
    void register() throws IOException;

    /** Opens the WebSocket of a peer. */
    CompletableFuture<WebSocket> connect(int peer, WebSocket.Listener listener);

    /** What a peer's client sends in each {@link #keepAlivePeriod}. */
    String keepAlive();

    Duration keepAlivePeriod();

    /** What a peer answers to a message, if anything. */
    default String answerTo(String message) {
        return "";
    }

    /** Somebody who may send to this peer. */
    default int senderTo(int peer, int peers) {
        return (peer + 1) % peers;
    }

    /** Requests for one thread, on a connection of their own. */
    Requests requests() throws IOException;

    @Override
    void close();

    /** Requests to a server; each returns when it is answered. */
    interface Requests extends AutoCloseable {

        /** Any request that is no message. */
        void plain(int number) throws IOException;

        /** Sends a message to a peer, which hears it over its WebSocket. */
        void relay(Peer sender, int from, int to, String payload) throws IOException;

        @Override
        void close() throws IOException;
    }
}
