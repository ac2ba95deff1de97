package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.http.Gate.Owner;
import dev.parley.chat.worker.internal.rooms.Ids;
import dev.parley.chat.worker.internal.store.RoomStore;
import dev.parley.chat.worker.internal.store.RoomStore.Nameplate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;

/** Short numbers under which rooms are found for a while: open, look up, give back. */
public final class NameplatesEndpoint {
    private static final int MAX_LOOKUPS = 10;
    private static final Duration LOOKUP_WINDOW = Duration.ofSeconds(60);
    private static final long MILLIS_PER_SECOND = 1000;
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

    private final RoomStore store;
    private final InstantSource clock;
    private final WindowLimiter lookups;

    public NameplatesEndpoint(RoomStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.lookups = new WindowLimiter(MAX_LOOKUPS, LOOKUP_WINDOW, clock);
    }

    public List<Route> routes(Gate gate) {
        return List.of(
                new Route("POST", "/v1/nameplates", gate.withOwnerToken(this::open)),
                new Route("GET", "/v1/nameplates/{number}", gate.withAccessToken(this::find)),
                new Route("DELETE", "/v1/nameplates/{number}", gate.withAccessToken(this::close)));
    }

    private void open(Exchange exchange, Owner owner) {
        exchange.readJson(body -> {
            String roomId = Ids.requireId(Json.text(body, "roomId"), "roomId");
            owner.requireRoom(roomId);
            Nameplate opened =
                    RoomsEndpoint.asMissing(() -> store.openNameplate(roomId, owner.account(), clock.millis()));
            exchange.answer(
                    201,
                    Json.object()
                            .put("number", opened.number())
                            .put("expiresIn", opened.leftMillis() / MILLIS_PER_SECOND));
        });
    }

    private void find(Exchange exchange, String account) {
        int number = number(exchange);
        lookups.take(account);
        exchange.answer(200, Json.object().put("roomId", store.findNameplate(number, clock.millis())));
    }

    private void close(Exchange exchange, String account) {
        store.closeNameplate(number(exchange), account, clock.millis());
        exchange.noContent();
    }

    private static int number(Exchange exchange) {
        String text = exchange.pathVariable("number");
        if (!NUMBER.matcher(text).matches()) {
            throw Problem.invalid("a short number is 1 to 999999999");
        }
        return Integer.parseInt(text);
    }
}
