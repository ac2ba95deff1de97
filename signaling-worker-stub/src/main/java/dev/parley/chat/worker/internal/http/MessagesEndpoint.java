package dev.parley.chat.worker.internal.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.auth.RoomTokens.Grant;
import dev.parley.chat.worker.internal.metrics.WorkerMetrics;
import dev.parley.chat.worker.internal.push.MessageJson;
import dev.parley.chat.worker.internal.push.PushHub;
import dev.parley.chat.worker.internal.push.PushSocket;
import dev.parley.chat.worker.internal.rooms.Encoding;
import dev.parley.chat.worker.internal.rooms.Ids;
import dev.parley.chat.worker.internal.store.RoomStore;
import dev.parley.chat.worker.internal.store.RoomStore.Accepted;
import dev.parley.chat.worker.internal.store.RoomStore.Posted;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;
import dev.parley.chat.worker.internal.store.RoomStore.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Configuration.ConfigurationCustomizer;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.core.server.WebSocketMappings;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;

/** Messages between the peers of a room: post, long poll, WebSocket. */
public final class MessagesEndpoint {
    static final int MAX_PAYLOAD_BYTES = 48 * 1024;
    private static final int MAX_WAIT_SECONDS = 25;
    private static final Set<String> TYPES = Set.of("envelope", "refusal");

    private final RoomStore store;
    private final PushHub hub;
    private final InstantSource clock;
    private final WebSocketMappings webSockets;
    private final ConfigurationCustomizer limits = limits();
    private final WorkerMetrics metrics;

    public MessagesEndpoint(RoomStore store, PushHub hub, InstantSource clock, Server server, WorkerMetrics metrics) {
        this.metrics = metrics;
        this.store = store;
        this.hub = hub;
        this.clock = clock;
        this.webSockets = new WebSocketMappings(WebSocketServerComponents.ensureWebSocketComponents(server));
    }

    private static ConfigurationCustomizer limits() {
        ConfigurationCustomizer limits = new ConfigurationCustomizer();
        limits.setMaxFrameSize(PushSocket.MAX_MESSAGE_BYTES);
        // A net below the silence check of the hub, which also sees a client that only ever receives.
        limits.setIdleTimeout(Duration.ofMillis(PushHub.MAX_SILENCE_MILLIS).multipliedBy(2));
        return limits;
    }

    public List<Route> routes(Gate gate) {
        return List.of(
                new Route("POST", "/v1/rooms/{roomId}/messages", gate.withRoomToken(this::post)),
                new Route("GET", "/v1/rooms/{roomId}/messages", gate.withRoomToken(this::read)),
                new Route("GET", "/v1/rooms/{roomId}/ws", gate.withRoomToken(this::push)));
    }

    private void post(Exchange exchange, Grant grant) {
        exchange.readJson(body -> {
            Posted message = parse(body);
            Accepted accepted = store.post(grant.member(), message, clock.millis());
            exchange.answer(202, Json.object().put("seq", accepted.seq()));
            if (accepted.isNew()) {
                metrics.messageAccepted();
                hub.arrived(new Slot(grant.member().slot().roomId(), message.to()));
            }
        });
    }

    static Posted parse(ObjectNode body) {
        String to = Ids.requireId(Json.text(body, "to"), "to");
        String type = Json.text(body, "type");
        if (!TYPES.contains(type)) {
            throw Problem.invalid("type must be \"envelope\" or \"refusal\"");
        }
        String msgId = Ids.requireMessageId(Json.text(body, "msgId"));
        String payload = Json.text(body, "payload");
        if (Encoding.fromBase64Url(payload, "payload").length > MAX_PAYLOAD_BYTES) {
            throw new Problem(ProblemCode.TOO_LARGE, "a payload has at most " + MAX_PAYLOAD_BYTES + " bytes");
        }
        return new Posted(to, type, payload, msgId);
    }

    private void read(Exchange exchange, Grant grant) {
        long after = after(exchange);
        long waitSeconds = exchange.queryInteger("wait", 0, 0, MAX_WAIT_SECONDS);
        // The wait ends by its own timer, not by the one for idle connections.
        exchange.request().addIdleTimeoutListener(timeout -> false);
        var unused = hub.read(grant.member(), after, Duration.ofSeconds(waitSeconds))
                .whenComplete((messages, failure) -> {
                    if (failure == null) {
                        messages.forEach(message -> metrics.messageDelivered("poll"));
                        exchange.answer(200, list(messages));
                    } else {
                        exchange.fail(failure);
                    }
                });
    }

    private static ObjectNode list(List<Waiting> messages) {
        ArrayNode list = Json.array();
        messages.forEach(message -> list.add(MessageJson.of(message)));
        return Json.object().set("messages", list);
    }

    private void push(Exchange exchange, Grant grant) throws IOException {
        long after = after(exchange);
        Request request = exchange.request();
        long now = clock.millis();
        store.renew(grant.member(), now);
        store.acknowledge(grant.member(), after, now);
        hub.requireServing();
        hub.requireRoomForSocket(grant.member());
        PushSocket socket = new PushSocket(hub, grant.member(), grant.expiresAtMillis(), after);
        boolean handled = webSockets.upgrade(
                new Accepting(socket), new Anywhere(request), exchange.response(), exchange.callback(), limits);
        if (!handled) {
            throw Problem.invalid("this path takes a WebSocket handshake");
        }
    }

    /** Takes whatever WebSocket is asked for: whether there may be one was seen before. */
    private record Accepting(PushSocket socket) implements WebSocketNegotiator {
        @Override
        public FrameHandler negotiate(ServerUpgradeRequest request, ServerUpgradeResponse response, Callback callback) {
            return socket;
        }
    }

    /** A request without its URI, which Jetty would keep for as long as the WebSocket is open. */
    private static final class Anywhere extends Request.Wrapper {
        private static final HttpURI ROOT = HttpURI.from("/");

        Anywhere(Request request) {
            super(request);
        }

        @Override
        public HttpURI getHttpURI() {
            return ROOT;
        }
    }

    private static long after(Exchange exchange) {
        return exchange.queryInteger("after", 0, 0, Long.MAX_VALUE);
    }
}
