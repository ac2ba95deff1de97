package dev.parley.chat.bench.load;

import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.protocol.Descriptor;
import dev.parley.chat.transport.SignedDescriptor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Our worker: SQLite on disk, tokens checked, messages kept until they are acknowledged. */
final class WorkerTarget implements Target {

    private static final int PEERS_OF_A_ROOM = 100;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");

    private final HttpClient client;
    private final String name;

    /** Takes the requests. */
    private final ServerProcess front;

    /** Holds the WebSockets; the same process where there is only one. */
    private final ServerProcess process;

    private final String[] peers;
    private final String[] rooms;
    private final String[] tokens;
    private String accessToken = "";

    private WorkerTarget(HttpClient client, String name, ServerProcess front, ServerProcess process, int peerCount) {
        this.client = client;
        this.name = name;
        this.front = front;
        this.process = process;
        this.peers = new String[peerCount];
        this.rooms = new String[peerCount];
        this.tokens = new String[peerCount];
    }

    /** One worker with its database in a folder. */
    static WorkerTarget alone(HttpClient client, Path folder, String heap, int peerCount) throws IOException {
        ServerProcess process = worker(folder, heap, folder.toString());
        return new WorkerTarget(client, "signaling worker", process, process, peerCount);
    }

    /** Two workers on one Redis: requests go to the one, WebSockets to the other. */
    static WorkerTarget ofTwo(HttpClient client, Path folder, URI redis, String heap, int peerCount)
            throws IOException {
        ServerProcess front = worker(folder, heap, redis.toString());
        try {
            return new WorkerTarget(
                    client, "two workers on one Redis", front, worker(folder, heap, redis.toString()), peerCount);
        } catch (IOException e) {
            front.close();
            throw e;
        }
    }

    private static ServerProcess worker(Path folder, String heap, String store) throws IOException {
        return new ServerProcess(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-Xmn24m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        WorkerMain.class.getName(),
                        store),
                folder);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ServerProcess process() {
        return process;
    }

    @Override
    public void register() throws IOException {
        try (HttpConnection connection = new HttpConnection(front.port())) {
            accessToken = field(
                    connection
                            .send(HttpConnection.request(
                                    "POST",
                                    "/dev/token",
                                    "",
                                    "application/x-www-form-urlencoded",
                                    "grant_type=client_credentials&client_id=load"))
                            .require(200),
                    "access_token");
            String room = "";
            for (int i = 0; i < peers.length; i++) {
                if (i % PEERS_OF_A_ROOM == 0) {
                    room = announce(connection, i);
                }
                rooms[i] = room;
                peers[i] = Identity.generate().peerId().value();
                tokens[i] = field(
                        connection
                                .send(HttpConnection.request(
                                        "POST",
                                        "/v1/rooms/" + room + "/join",
                                        accessToken,
                                        "{\"peerId\":\"" + peers[i] + "\"}"))
                                .require(200),
                        "roomToken");
            }
        }
    }

    private String announce(HttpConnection connection, int number) throws IOException {
        Identity host = Identity.generate();
        byte[] nonce = new byte[Descriptor.NONCE_BYTES];
        RoomId room = Descriptor.roomId(host.card().ed25519PublicKey(), nonce);
        SignedDescriptor signed = Descriptor.sign(
                host,
                RoomOptions.builder("Room " + number)
                        .visibility(RoomOptions.Visibility.PUBLIC)
                        .capacity(PEERS_OF_A_ROOM + 1)
                        .build(),
                RoomSecret.forPublicRoom(room),
                nonce,
                new byte[Descriptor.SEAL_NONCE_BYTES],
                Instant.now());
        connection
                .send(HttpConnection.request(
                        "POST",
                        "/v1/rooms",
                        accessToken,
                        "{\"descriptor\":\"" + BASE64.encodeToString(signed.descriptor()) + "\",\"signature\":\""
                                + BASE64.encodeToString(signed.signature()) + "\"}"))
                .require(201);
        return room.value();
    }

    private static String field(HttpConnection.Answer answer, String name) throws IOException {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(answer.body());
        if (!found.find()) {
            throw new IOException("no " + name + " in the answer");
        }
        return found.group(1);
    }

    @Override
    public CompletableFuture<WebSocket> connect(int peer, WebSocket.Listener listener) {
        return client.newWebSocketBuilder()
                .header("Authorization", "Bearer " + tokens[peer])
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + process.port() + "/v1/rooms/" + rooms[peer] + "/ws"), listener);
    }

    @Override
    public String keepAlive() {
        return "ping";
    }

    @Override
    public Duration keepAlivePeriod() {
        return Duration.ofSeconds(25);
    }

    @Override
    public String answerTo(String message) {
        Matcher seq = SEQ.matcher(message);
        // As our client does, one acknowledgement is for several.
        return seq.find() && Long.parseLong(seq.group(1)) % 8 == 0 ? "{\"ack\":" + seq.group(1) + "}" : "";
    }

    @Override
    public int senderTo(int peer, int peerCount) {
        int first = peer - peer % PEERS_OF_A_ROOM;
        int others = Math.min(PEERS_OF_A_ROOM, peerCount - first);
        return first + (peer - first + 1) % others;
    }

    @Override
    public Requests requests() throws IOException {
        HttpConnection connection = new HttpConnection(front.port());
        return new Requests() {
            private long sent;

            @Override
            public void plain(int number) throws IOException {
                int peer = number % peers.length;
                switch (number % 4) {
                    case 0 ->
                        send("POST", "/v1/rooms/" + rooms[peer] + "/heartbeat", tokens[peer])
                                .require(204);
                    case 1 ->
                        send("GET", "/v1/rooms/" + rooms[peer], accessToken).require(200);
                    case 2 -> send("GET", "/v1/rooms?limit=10", accessToken).require(200);
                    default -> send("GET", "/v1/ice-servers", accessToken).require(200);
                }
            }

            private HttpConnection.Answer send(String method, String path, String token) throws IOException {
                return connection.send(HttpConnection.request(method, path, token, ""));
            }

            @Override
            public void relay(Peer sender, int from, int to, String payload) throws IOException {
                connection
                        .send(HttpConnection.request(
                                "POST",
                                "/v1/rooms/" + rooms[from] + "/messages",
                                tokens[from],
                                "{\"to\":\"" + peers[to] + "\",\"type\":\"envelope\",\"payload\":\"" + payload
                                        + "\",\"msgId\":\"" + hashCode() + "-" + ++sent + "\"}"))
                        .require(202);
            }

            @Override
            public void close() throws IOException {
                connection.close();
            }
        };
    }

    @Override
    public void close() {
        front.close();
        process.close();
    }
}
