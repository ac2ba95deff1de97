package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.auth.GuestTokens;
import dev.parley.chat.worker.internal.rooms.Encoding;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.eclipse.jetty.server.Request;

/** Lets people without an account in, where that is configured. */
public final class GuestsEndpoint {
    private static final int MAX_TOKENS = 20;
    private static final Duration WINDOW = Duration.ofSeconds(60);

    /** An IPv6 client has a whole network of addresses. */
    private static final int IPV6_NETWORK_BYTES = 8;

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
        perAddress.take(network(exchange.request()));
        exchange.readJson(body -> {
            byte[] secret = Encoding.fromBase64Url(Json.text(body, "secret"), "secret", GuestTokens.SECRET_BYTES);
            exchange.answer(
                    200,
                    Json.object()
                            .put("guestToken", tokens.mint(secret))
                            .put("expiresIn", GuestTokens.LIFETIME.toSeconds()));
        });
    }

    private static String network(Request request) {
        SocketAddress remote = request.getConnectionMetaData().getRemoteSocketAddress();
        InetAddress address = remote instanceof InetSocketAddress internet ? internet.getAddress() : null;
        if (address == null) {
            return "";
        }
        byte[] bytes = address.getAddress();
        return HexFormat.of()
                .formatHex(bytes.length > IPV6_NETWORK_BYTES ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes);
    }
}
