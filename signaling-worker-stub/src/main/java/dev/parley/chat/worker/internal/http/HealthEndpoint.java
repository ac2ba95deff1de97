package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.push.PushHub;
import dev.parley.chat.worker.internal.store.RoomStore;
import java.util.List;

/** Whether the worker lives, whether it can serve, and what it serves. */
public final class HealthEndpoint {
    private HealthEndpoint() {}

    public static List<Route> routes(RoomStore store, PushHub hub) {
        byte[] openApi = Exchange.resource(SignalingWorker.class, "openapi.yaml");
        return List.of(
                new Route("GET", "/healthz", HealthEndpoint::ok),
                new Route("GET", "/readyz", exchange -> {
                    if (hub.isDraining()) {
                        throw new Problem(ProblemCode.UNAVAILABLE, "the worker is stopping");
                    }
                    store.ping();
                    hub.requireConnected();
                    ok(exchange);
                }),
                new Route("GET", "/openapi.yaml", exchange -> exchange.answer(200, "application/yaml", openApi)));
    }

    private static void ok(Exchange exchange) {
        exchange.answer(200, Json.object().put("status", "ok"));
    }
}
