package dev.parley.chat.bench.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * PeerServer, the signaling server of PeerJS (npm {@code peer}): everything in memory, no accounts, messages between
 * WebSockets, and HTTP for ids alone. Its clients send a heartbeat every five seconds.
 */
final class PeerServerTarget implements Target {

    private final HttpClient client;
    private final ServerProcess process;

    PeerServerTarget(HttpClient client, Path folder) throws IOException {
        this.client = client;
        this.process = new ServerProcess(List.of("node", "--expose-gc", "server.js"), folder);
    }

    @Override
    public String name() {
        return "PeerServer";
    }

    @Override
    public ServerProcess process() {
        return process;
    }

    @Override
    public void register() {}

    @Override
    public CompletableFuture<WebSocket> connect(int peer, WebSocket.Listener listener) {
        return client.newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + process.port() + "/peerjs?key=peerjs&id=" + id(peer) + "&token=t"
                                + peer),
                        listener);
    }

    private static String id(int peer) {
        return "peer-" + peer;
    }

    @Override
    public String keepAlive() {
        return "{\"type\":\"HEARTBEAT\"}";
    }

    @Override
    public Duration keepAlivePeriod() {
        return Duration.ofSeconds(5);
    }

    @Override
    public Requests requests() throws IOException {
        HttpConnection connection = new HttpConnection(process.port());
        byte[] request = HttpConnection.request("GET", "/peerjs/id", "", "");
        return new Requests() {
            @Override
            public void plain(int number) throws IOException {
                connection.send(request).require(200);
            }

            @Override
            public void relay(Peer sender, int from, int to, String payload) {
                sender.sendAndWait("{\"type\":\"OFFER\",\"dst\":\"" + id(to) + "\",\"payload\":\"" + payload + "\"}");
            }

            @Override
            public void close() throws IOException {
                connection.close();
            }
        };
    }

    @Override
    public void close() {
        process.close();
    }
}
