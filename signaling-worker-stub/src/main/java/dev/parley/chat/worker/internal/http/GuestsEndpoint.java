package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.auth.GuestTokens;
import dev.parley.chat.worker.internal.http.Observer.Fact;
import dev.parley.chat.worker.internal.rooms.Encoding;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;

/** Lets people without an account in, where that is configured. */
public final class GuestsEndpoint {
    private static final int MAX_TOKENS = 20;
    private static final Duration WINDOW = Duration.ofSeconds(60);

    private final GuestTokens tokens;
    private final WindowLimiter perAddress;

    public GuestsEndpoint(GuestTokens tokens, InstantSource clock) {
        this.tokens = tokens;
        this.perAddress = new WindowLimiter(MAX_TOKENS, WINDOW, clock);
    }

    public List<Route> routes() {
        return List.of(new Route("POST", "/v1/guests", this::enter));
    }

    private void enter(Exchange exchange) {
        perAddress.take(Objects.requireNonNull(Fact.ADDRESS.of(exchange.request()), "the front notes the address"));
        exchange.readJson(body -> {
            byte[] secret = Encoding.fromBase64Url(Json.text(body, "secret"), "secret", GuestTokens.SECRET_BYTES);
            exchange.answer(
                    200,
                    Json.object()
                            .put("guestToken", tokens.mint(secret))
                            .put("expiresIn", GuestTokens.LIFETIME.toSeconds()));
        });
    }
}
