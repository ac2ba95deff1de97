package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.auth.AccessTokens;
import dev.parley.chat.worker.internal.auth.RoomTokens;
import dev.parley.chat.worker.internal.auth.RoomTokens.Grant;
import dev.parley.chat.worker.internal.http.Observer.Fact;
import dev.parley.chat.worker.internal.rooms.Ids;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;

/** Lets through who has the right token, and not too often. */
public final class Gate {
    private static final String SCHEME = "Bearer ";

    private final AccessTokens accessTokens;
    private final RoomTokens roomTokens;
    private final RateLimiter accounts;
    private final RateLimiter rooms;

    public Gate(AccessTokens accessTokens, RoomTokens roomTokens, RateLimiter accounts, RateLimiter rooms) {
        this.accessTokens = accessTokens;
        this.roomTokens = roomTokens;
        this.accounts = accounts;
        this.rooms = rooms;
    }

    /** An endpoint for whoever has an access token. */
    @FunctionalInterface
    interface AccountEndpoint {
        void handle(Exchange exchange, String account) throws Exception;
    }

    /** An endpoint below {@code /v1/rooms/{roomId}} for whoever has a token of that room. */
    @FunctionalInterface
    interface MemberEndpoint {
        void handle(Exchange exchange, Grant grant) throws Exception;
    }

    Route.Endpoint withAccessToken(AccountEndpoint endpoint) {
        return exchange -> {
            String account = accessTokens.verify(bearer(exchange));
            Fact.ACCOUNT.set(exchange.request(), account);
            accounts.take(account);
            String roomId = exchange.pathVariableOrNull("roomId");
            if (roomId != null) {
                // A bucket apart from that of the peers: whoever is in the room is not silenced by those outside.
                rooms.take("outside " + Ids.requireId(roomId, "roomId"));
            }
            endpoint.handle(exchange, account);
        };
    }

    Route.Endpoint withRoomToken(MemberEndpoint endpoint) {
        return exchange -> {
            Grant grant = roomTokens.verify(bearer(exchange));
            Fact.ACCOUNT.set(exchange.request(), grant.member().account());
            accounts.take(grant.member().account());
            String roomId = Ids.requireId(exchange.pathVariable("roomId"), "roomId");
            if (!grant.member().slot().roomId().equals(roomId)) {
                throw new Problem(ProblemCode.FORBIDDEN, "the room token is for another room");
            }
            rooms.take("inside " + roomId);
            endpoint.handle(exchange, grant);
        };
    }

    private static String bearer(Exchange exchange) {
        List<String> values = exchange.request().getHeaders().getValuesList(HttpHeader.AUTHORIZATION);
        if (values.size() == 1 && values.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return values.get(0).substring(SCHEME.length()).strip();
        }
        throw new Problem(ProblemCode.UNAUTHORIZED, "one Authorization header with a Bearer token is needed");
    }
}
