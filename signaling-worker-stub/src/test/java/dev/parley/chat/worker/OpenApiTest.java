package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.RSAKey;
import com.sun.net.httpserver.HttpServer;
import dev.parley.chat.openapi.HttpExchange;
import dev.parley.chat.openapi.Outcome;
import dev.parley.chat.worker.Client.Answer;
import dev.parley.chat.worker.WorkerLimits.Rate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** openapi.yaml against itself and against the running worker. Each other test holds its exchanges to it by Client. */
class OpenApiTest {
    private static final List<String> ACCOUNT_CALLS = List.of(
            "POST /v1/rooms",
            "GET /v1/rooms",
            "GET /v1/rooms/{room}",
            "DELETE /v1/rooms/{room}",
            "PUT /v1/rooms/{room}/succession",
            "POST /v1/rooms/{room}/join",
            "POST /v1/nameplates",
            "GET /v1/nameplates/7",
            "DELETE /v1/nameplates/7",
            "GET /v1/ice-servers",
            "GET /api/v1/admin/custom_emojis",
            "POST /api/v1/admin/custom_emojis",
            "DELETE /api/v1/admin/custom_emojis/" + HostKey.randomId(),
            "GET /v1/images?url=x");

    private static final List<String> MEMBER_CALLS = List.of(
            "POST /v1/rooms/{room}/lease",
            "DELETE /v1/rooms/{room}/lease?fence=1",
            "POST /v1/rooms/{room}/heartbeat",
            "POST /v1/rooms/{room}/leave",
            "POST /v1/rooms/{room}/messages",
            "GET /v1/rooms/{room}/messages",
            "GET /v1/rooms/{room}/ws");

    private static final Set<String> OPEN_TO_GUESTS = Set.of(
            "GET /v1/rooms",
            "GET /v1/rooms/{room}",
            "POST /v1/rooms/{room}/join",
            "GET /v1/ice-servers",
            "GET /v1/images?url=x");

    private static final String METRICS_TOKEN = "a token of the operator";

    /** More than the calls here need, of an address and for a room. */
    private static final WorkerLimits LARGE = WorkerLimits.builder()
            .requestsPerAddress(new Rate(10_000, 10_000))
            .requestsPerRoom(new Rate(10_000, 10_000))
            .build();

    private final ManualClock clock = new ManualClock();

    @Test
    void theFileIsOpenApi31AndItsExamplesSatisfyIt() {
        assertThat(Described.API.faults()).isEmpty();
    }

    @Test
    void theRoutesOfTheFileAndOfTheWorkerAreTheSame() {
        Set<String> served = new TreeSet<>();
        try (SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().anonymousGuests(true).build())) {
            worker.routes().forEach(route -> served.add(route.method() + " " + route.template()));
        }
        assertThat(Described.API.operations())
                .as("a route that is missing in openapi.yaml is to be described under its paths with every answer that"
                        + " it gives, and each of these provoked in this test")
                .isEqualTo(served);
    }

    @Test
    void theFileThatIsServedIsThisOne() throws Exception {
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().build())) {
            HttpRequest request = HttpRequest.newBuilder(worker.url().resolve("/openapi.yaml"))
                    .build();
            String served = Client.HTTP
                    .send(request, java.net.http.HttpResponse.BodyHandlers.ofString())
                    .body();
            assertThat(dev.parley.chat.openapi.ApiDescription.parse(served).outcomes())
                    .isEqualTo(Described.API.outcomes());
        }
    }

    /**
     * Every answer that openapi.yaml describes is given at least once. What fails here names the answers that no call
     * below has provoked: provoke them, or take them out of the file.
     */
    @Test
    void everyAnswerThatIsDescribedIsGiven() {
        Described.SEEN.clear();
        HttpServer imageHost = imageHost();
        String imageHostName = "127.0.0.1:" + imageHost.getAddress().getPort();
        try (SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                .clock(clock)
                .iceServer("stun:stun.example.org")
                .requestRate(10_000, 10_000)
                .anonymousGuests(true)
                .metricsToken(METRICS_TOKEN)
                .imageHosts(List.of(imageHostName))
                .limits(WorkerLimits.builder().emojiPerAccount(1).build())
                .build())) {
            Client client = new Client(worker.url());
            service(client);
            rooms(client);
            peers(client);
            messages(client);
            lease(client);
            nameplates(client);
            emoji(client);
            images(client, imageHostName);
            badRequests(client);
            badTokens(client);
            guests(client);
            goneRoomsAndPeers(client);
            badBodies(client);
            server(client, worker.url());
        } finally {
            imageHost.stop(0);
        }
        notOffered();
        rateLimits();
        rateLimitOfAddress();
        draining();
        defects();
        scopes();
        unreachableIssuer();

        Set<Outcome> missing = new TreeSet<>(Described.API.outcomes());
        missing.removeAll(Described.SEEN);
        assertThat(missing)
                .as("described in openapi.yaml, but not seen: provoke them here, or take them out of the file")
                .isEmpty();
        assertThat(Described.API.outcomes()).as("seen, but not described").containsAll(Described.SEEN);
    }

    private static Answer call(Client client, String call, String room, String token) {
        return call(client, call, room, token, "{}", "application/json");
    }

    private static Answer call(Client client, String call, String room, String token, String body, String contentType) {
        String[] parts = call.replace("{room}", room).split(" ", -1);
        HttpRequest.Builder request = client.request(parts[1], token);
        if (!parts[0].equals("POST") && !parts[0].equals("PUT")) {
            return client.send(request.method(parts[0], BodyPublishers.noBody()).build());
        }
        return client.send(request.header("Content-Type", contentType)
                .method(parts[0], BodyPublishers.ofString(body))
                .build());
    }

    private static void expect(int status, String code, Answer answer) {
        assertThat(answer.status() + " " + answer.code()).isEqualTo(status + " " + code);
    }

    private static void service(Client client) {
        for (String path : List.of(
                "/healthz",
                "/readyz",
                "/openapi.yaml",
                "/.well-known/oauth-protected-resource",
                "/.well-known/oauth-authorization-server/dev",
                "/dev/jwks.json")) {
            assertThat(client.get(path, "").status()).as(path).isEqualTo(200);
        }
        expect(200, "", client.get("/metrics", METRICS_TOKEN));
        expect(404, "not_found", client.get("/metrics", ""));
        expect(404, "not_found", client.get("/nothing", ""));
        expect(
                403,
                "forbidden",
                client.send(client.request("/healthz", "")
                        .header("Origin", "https://page.example")
                        .build()));
        expect(405, "method_not_allowed", client.delete("/v1/rooms", ""));
        expect(400, "invalid_request", form(client, "grant_type=password&client_id=a"));
        expect(413, "too_large", form(client, "grant_type=client_credentials&client_id=a&x=" + "y".repeat(80_000)));
        expect(415, "unsupported_media_type", client.post("/dev/token", "", "{}"));
    }

    private static Answer form(Client client, String form) {
        return call(client, "POST /dev/token", "", "", form, "application/x-www-form-urlencoded");
    }

    private static void rooms(Client client) {
        String ada = client.token("ada");
        String ben = client.token("ben");
        HostKey host = new HostKey();
        String path = "/v1/rooms/" + host.roomId();
        expect(201, "", client.post("/v1/rooms", ada, host.body()));
        Answer again = client.post("/v1/rooms", ada, host.body());
        expect(200, "", again);
        expect(409, "room_exists", client.post("/v1/rooms", ben, host.body()));
        expect(200, "", client.get("/v1/rooms?limit=1", ada));
        expect(200, "", client.get(path, ben));
        expect(404, "room_not_found", client.put(path + "/succession", ben, host.succession(1)));
        expect(204, "", client.put(path + "/succession", ada, host.succession(2, new HostKey())));
        expect(409, "succession_exists", client.put(path + "/succession", ada, host.succession(1)));
        expect(200, "", client.get(path, ben));
        expect(404, "room_not_found", client.delete(path, ben));
        expect(204, "", client.delete(path, again.body().get("ownerToken").asText()));
    }

    private static void peers(Client client) {
        HostKey host = new HostKey();
        String room = client.room("ada", host.body(fields -> fields.put("capacity", 2)));
        String join = "/v1/rooms/" + room + "/join";
        String ada = client.join(room, "ada", host.peerId());
        client.join(room, "ben", HostKey.randomId());
        expect(409, "peer_taken", client.post(join, client.token("ben"), Client.peer(host.peerId())));
        expect(409, "room_full", client.post(join, client.token("ben"), Client.peer(HostKey.randomId())));
        expect(204, "", client.post("/v1/rooms/" + room + "/heartbeat", ada));
        expect(204, "", client.post("/v1/rooms/" + room + "/leave", ada));
        expect(200, "", client.get("/v1/ice-servers", client.token("ada")));
    }

    private static void messages(Client client) {
        String room = client.room("ada", new HostKey().body());
        String path = "/v1/rooms/" + room + "/messages";
        String ben = HostKey.randomId();
        String ada = client.join(room, "ada", HostKey.randomId());
        String benToken = client.join(room, "ben", ben);
        expect(404, "peer_not_found", client.post(path, ada, Client.message(HostKey.randomId(), "AAAA", "m")));
        for (int i = 0; i < 64; i++) {
            expect(202, "", client.post(path, ada, Client.message(ben, "AAAA", "m" + i)));
        }
        expect(429, "mailbox_full", client.post(path, ada, Client.message(ben, "AAAA", "m64")));
        expect(200, "", client.get(path + "?after=1&wait=1", benToken));
        Client.Socket socket = client.socket(room, benToken, 63);
        assertThat(socket.nextMessage().get("seq").asInt()).isEqualTo(64);
        client.delete("/v1/rooms/" + room, client.token("ada"));
        assertThat(socket.closeCode()).isEqualTo(4404);
    }

    private static void lease(Client client) {
        HostKey host = new HostKey();
        HostKey deputy = new HostKey();
        String room = client.room("ada", host.body());
        String path = "/v1/rooms/" + room + "/lease";
        client.put("/v1/rooms/" + room + "/succession", client.token("ada"), host.succession(1, deputy));
        String one = client.join(room, "ada", host.peerId());
        String two = client.join(room, "ben", deputy.peerId());
        expect(200, "", client.post(path, one, "{\"fence\":0}"));
        expect(409, "lease_held", client.post(path, two, "{\"fence\":0}"));
        expect(200, "", client.get("/v1/rooms/" + room, client.token("ada")));
        expect(204, "", client.delete(path + "?fence=1", one));
    }

    private static void nameplates(Client client) {
        HostKey host = new HostKey();
        String room = client.room("ada", host.body());
        String body = "{\"roomId\":\"" + room + "\"}";
        String ada = client.token("ada");
        Answer opened = client.post("/v1/nameplates", ada, body);
        expect(201, "", opened);
        expect(404, "room_not_found", client.post("/v1/nameplates", client.token("ben"), body));
        expect(
                404,
                "room_not_found",
                client.post(
                        "/v1/nameplates", ada, Client.JSON.createObjectNode().put("roomId", HostKey.randomId())));
        String path = "/v1/nameplates/" + opened.body().get("number").asInt();
        expect(200, "", client.get(path, ada));
        expect(204, "", client.delete(path, ada));
        expect(404, "nameplate_not_found", client.get(path, ada));
        expect(404, "nameplate_not_found", client.delete(path, ada));
    }

    private static void emoji(Client client) {
        String ada = client.token("ada");
        String ben = client.token("ben");
        byte[] image = Pictures.gif(2, 1);
        Answer added = EmojiForms.of("cat", image).text("category", "Cats").send(client, ada);
        expect(200, "", added);
        expect(200, "", client.get(EmojiForms.ADMIN, ada));
        Answer list = client.get(EmojiForms.LIST, "");
        expect(200, "", list);
        expect(
                304,
                "",
                client.send(client.request(EmojiForms.LIST, "")
                        .header("If-None-Match", list.header("ETag"))
                        .build()));
        expect(200, "", client.get(URI.create(added.body().get("url").asText()).getPath(), ""));
        expect(404, "image_not_found", client.get("/emoji/" + "0".repeat(64) + ".png", ""));
        expect(409, "emoji_exists", EmojiForms.of("CAT", image).send(client, ben));
        expect(403, "quota_exceeded", EmojiForms.of("dog", image).send(client, ada));
        expect(400, "invalid_request", EmojiForms.of("c a t", image).send(client, ada));
        expect(413, "too_large", EmojiForms.of("dog", new byte[300_000]).send(client, ada));
        expect(415, "unsupported_media_type", client.post(EmojiForms.ADMIN, ada, "{}"));
        expect(422, "image_refused", EmojiForms.of("dog", Pictures.svg()).send(client, ada));
        String path = EmojiForms.ADMIN + "/" + added.body().get("id").asText();
        expect(404, "emoji_not_found", client.delete(path, ben));
        expect(200, "", client.delete(path, ada));
    }

    private static void images(Client client, String host) {
        String ada = client.token("ada");
        String path = "/v1/images?url=http://" + host;
        expect(200, "", client.get(path + "/cat.gif", ada));
        expect(422, "image_refused", client.get(path + "/page.gif", ada));
        expect(404, "image_not_found", client.get(path + "/404", ada));
        expect(502, "image_unavailable", client.get(path + "/500", ada));
        expect(403, "host_not_allowed", client.get("/v1/images?url=https://host.example/cat.gif", ada));
        expect(400, "invalid_request", client.get("/v1/images", ada));
    }

    /** A host with an image, a page, and what it does not have. */
    private static HttpServer imageHost() {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> {
            byte[] body = switch (exchange.getRequestURI().getPath()) {
                case "/cat.gif" -> Pictures.gif(2, 1);
                case "/page.gif" -> Pictures.svg();
                default -> new byte[0];
            };
            int status = body.length > 0
                    ? 200
                    : Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
            try (exchange) {
                exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        return server;
    }

    private static void badRequests(Client client) {
        String ada = client.token("ada");
        String room = client.room("ada", new HostKey().body());
        String member = client.join(room, "ada", HostKey.randomId());
        for (String call : ACCOUNT_CALLS) {
            if (call.contains("/v1/rooms") || call.contains("/v1/nameplates")) {
                String wrong =
                        call.replace("GET /v1/rooms", "GET /v1/rooms?limit=0").replace("?limit=0/", "/");
                expect(400, "invalid_request", call(client, wrong.replace("/7", "/0"), "nonsense", ada));
            }
        }
        for (String call : MEMBER_CALLS) {
            expect(400, "invalid_request", call(client, call, "nonsense", member));
        }
    }

    private static void badTokens(Client client) {
        String room = client.room("ada", new HostKey().body());
        String elsewhere = client.join(client.room("ada", new HostKey().body()), "ada", HostKey.randomId());
        for (String call : ACCOUNT_CALLS) {
            expect(401, "unauthorized", call(client, call, room, ""));
        }
        for (String call : MEMBER_CALLS) {
            expect(401, "unauthorized", call(client, call, room, ""));
            expect(403, "forbidden", call(client, call, room, elsewhere));
        }
    }

    private static void guests(Client client) {
        String path = "/v1/guests";
        String guest = "";
        for (int i = 0; i < 20; i++) {
            Answer entered = client.post(path, "", guestSecret(i));
            expect(200, "", entered);
            guest = entered.body().get("guestToken").asText();
        }
        expect(429, "rate_limited", client.post(path, "", guestSecret(20)));
        String room = client.room("ada", new HostKey().body());
        for (String call : ACCOUNT_CALLS) {
            Answer answer = call(client, call, room, guest);
            if (OPEN_TO_GUESTS.contains(call)) {
                assertThat(answer.status()).as(call).isNotIn(401, 403);
            } else {
                expect(403, "forbidden", answer);
            }
        }
    }

    private static JsonNode guestSecret(int who) {
        byte[] secret = new byte[32];
        secret[0] = (byte) who;
        return Client.JSON.createObjectNode().put("secret", HostKey.base64Url(secret));
    }

    /**
     * A worker that lets no guests in and has neither emoji nor images; and one that does, of which nobody has asked
     * for a token yet.
     */
    private static void notOffered() {
        try (SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().customEmoji(false).imageHosts(List.of()).build())) {
            Client client = new Client(worker.url());
            expect(404, "not_found", client.post("/v1/guests", "", guestSecret(0)));
            String image = "/emoji/" + "0".repeat(64) + ".png";
            String delete = EmojiForms.ADMIN + "/" + HostKey.randomId();
            for (String path : List.of(EmojiForms.LIST, image, EmojiForms.ADMIN, "/v1/images?url=x")) {
                expect(404, "not_found", client.get(path, ""));
            }
            expect(404, "not_found", client.post(EmojiForms.ADMIN, "", "{}"));
            expect(404, "not_found", client.delete(delete, ""));
        }
        try (SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().anonymousGuests(true).build())) {
            Client client = new Client(worker.url());
            String huge = "\"" + "y".repeat(80_000) + "\"";
            expect(400, "invalid_request", client.post("/v1/guests", "", "{}"));
            expect(413, "too_large", client.post("/v1/guests", "", huge));
            expect(
                    415,
                    "unsupported_media_type",
                    call(client, "POST /v1/guests", "", "", guestSecret(0).toString(), "text/plain"));
        }
    }

    private static void goneRoomsAndPeers(Client client) {
        String ada = client.token("ada");
        HostKey host = new HostKey();
        String room = host.roomId();
        Map<String, String> bodies = new HashMap<>(Map.of(
                "POST /v1/rooms/{room}/join", Client.peer(HostKey.randomId()).toString(),
                "PUT /v1/rooms/{room}/succession", host.succession(1).toString(),
                "POST /v1/rooms/{room}/lease", "{\"fence\":0}",
                "POST /v1/rooms/{room}/messages",
                        Client.message(HostKey.randomId(), "AAAA", "m").toString()));
        for (String call : ACCOUNT_CALLS) {
            if (call.contains("{room}")) {
                Answer answer = call(client, call, room, ada, bodies.getOrDefault(call, "{}"), "application/json");
                expect(404, "room_not_found", answer);
            }
        }
        client.room("ada", host.body());
        String left = client.join(room, "ada", HostKey.randomId());
        client.post("/v1/rooms/" + room + "/leave", left);
        for (String call : MEMBER_CALLS) {
            Answer answer = call(client, call, room, left, bodies.getOrDefault(call, "{}"), "application/json");
            expect(410, "peer_expired", answer);
        }
        String member = client.join(room, "ada", HostKey.randomId());
        client.delete("/v1/rooms/" + room, ada);
        for (String call : MEMBER_CALLS) {
            Answer answer = call(client, call, room, member, bodies.getOrDefault(call, "{}"), "application/json");
            expect(404, "room_not_found", answer);
        }
    }

    private static void badBodies(Client client) {
        String ada = client.token("ada");
        String room = client.room("ada", new HostKey().body());
        String member = client.join(room, "ada", HostKey.randomId());
        for (String call : List.of(
                "POST /v1/rooms",
                "PUT /v1/rooms/{room}/succession",
                "POST /v1/rooms/{room}/join",
                "POST /v1/nameplates",
                "POST /v1/rooms/{room}/lease",
                "POST /v1/rooms/{room}/messages")) {
            String token = MEMBER_CALLS.contains(call) ? member : ada;
            String huge = "\"" + "y".repeat(80_000) + "\"";
            expect(413, "too_large", call(client, call, room, token, huge, "application/json"));
            expect(415, "unsupported_media_type", call(client, call, room, token, "{}", "text/plain"));
        }
    }

    /** What the server refuses before it looks for a route; the client of the JDK does not send such things. */
    private static void server(Client client, URI base) {
        String tail = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
        raw(base, "GET", "/healthz", "GET /healthz" + tail + "X: " + "y".repeat(17 * 1024) + "\r\n\r\n");
        raw(base, "GET", "/healthz", "GET /healthz?" + "y".repeat(17 * 1024) + tail + "\r\n");
        raw(base, "GET", "/healthz", "GET /healthz" + tail + "Content-Length: x\r\n\r\n");
        expect(200, "", client.get("/healthz", ""));
    }

    private static void raw(URI base, String method, String target, String bytes) {
        String answer = RawHttp.exchange(base, bytes);
        int end = answer.indexOf("\r\n\r\n");
        Map<String, List<String>> headers = new TreeMap<>();
        for (String line : answer.substring(0, end).split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        List.of(line.substring(colon + 1).strip()));
            }
        }
        int status = Integer.parseInt(answer.substring(9, 12));
        Described.exchange(new HttpExchange(method, target, Map.of(), "", status, headers, answer.substring(end + 4)));
    }

    /** One request for an account and no more, until time passes. */
    private void rateLimits() {
        try (SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                .clock(clock)
                .requestRate(1, 2)
                .limits(LARGE)
                .build())) {
            Client client = new Client(worker.url());
            String room = client.room("ada", new HostKey().body());
            String member = client.join(room, "ada", HostKey.randomId());
            String ada = client.token("ada");
            for (String call : ACCOUNT_CALLS) {
                expect(429, "rate_limited", call(client, call, room, ada));
            }
            for (String call : MEMBER_CALLS) {
                expect(429, "rate_limited", call(client, call, room, member));
            }
            clock.advance(Duration.ofSeconds(1));
            expect(200, "", client.get("/v1/rooms", ada));
        }
    }

    private void rateLimitOfAddress() {
        WorkerLimits limits =
                WorkerLimits.builder().requestsPerAddress(new Rate(1, 1)).build();
        try (SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().clock(clock).limits(limits).build())) {
            Client client = new Client(worker.url());
            expect(200, "", client.get("/openapi.yaml", ""));
            expect(429, "rate_limited", client.get("/openapi.yaml", ""));
            expect(429, "rate_limited", client.get("/nothing", ""));
        }
    }

    private static void draining() {
        SignalingWorker worker = SignalingWorker.start(
                WorkerConfig.builder().drainTime(Duration.ofMinutes(10)).build());
        Client client = new Client(worker.url());
        String room = client.room("ada", new HostKey().body());
        String path = "/v1/rooms/" + room;
        String ada = client.token("ada");
        String member = client.join(room, "ada", HostKey.randomId());
        List<Client.Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            sockets.add(client.socket(room, client.join(room, "guest-" + i, HostKey.randomId()), 0));
        }
        Thread closing = new Thread(worker::close);
        closing.start();
        CompletableFuture.anyOf(sockets.stream().map(socket -> socket.closed).toArray(CompletableFuture[]::new))
                .join();
        expect(503, "unavailable", client.get("/readyz", ""));
        expect(503, "unavailable", client.post(path + "/join", ada, Client.peer(HostKey.randomId())));
        expect(503, "unavailable", client.get(path + "/ws", member));
        expect(503, "unavailable", client.get(path + "/messages?wait=25", member));
        closing.interrupt();
        RawConnection.awaitUntil(() -> !closing.isAlive());
    }

    /** A clock that fails is a defect like any other. */
    private static void defects() {
        boolean[] broken = {false};
        InstantSource clock = () -> {
            if (broken[0]) {
                throw new IllegalStateException("the clock has stopped");
            }
            return Instant.EPOCH.plus(Duration.ofDays(20_000));
        };
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().clock(clock).build())) {
            Client client = new Client(worker.url());
            String ada = client.token("ada");
            broken[0] = true;
            expect(500, "internal", client.get("/v1/rooms", ada));
            broken[0] = false;
        }
    }

    private static void scopes() {
        RSAKey key = TestIssuer.rsa("k");
        try (TestIssuer issuer = TestIssuer.publishing(key.toPublicJWK());
                SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                        .issuer(issuer.trusted().withRequiredScopes("chat"))
                        .build())) {
            Client client = new Client(worker.url());
            for (String call : ACCOUNT_CALLS) {
                Answer answer = call(client, call, new HostKey().roomId(), token(issuer, key));
                expect(403, "forbidden", answer);
                assertThat(answer.header("WWW-Authenticate")).as(call).contains("insufficient_scope");
            }
        }
    }

    private static void unreachableIssuer() {
        try (TestIssuer issuer = new TestIssuer();
                SignalingWorker worker = SignalingWorker.start(
                        WorkerConfig.builder().issuer(issuer.trusted()).build())) {
            Client client = new Client(worker.url());
            expect(503, "unavailable", client.get("/v1/rooms", token(issuer, TestIssuer.rsa("k"))));
        }
    }

    private static String token(TestIssuer issuer, RSAKey key) {
        return TestIssuer.sign(
                key, issuer.claims("ada", Clock.systemUTC().instant()).build());
    }
}
