package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.auth.AccessTokens;
import dev.parley.chat.worker.internal.auth.AccessTokens.Holder;
import dev.parley.chat.worker.internal.auth.GuestTokens;
import dev.parley.chat.worker.internal.auth.RoomTokens;
import dev.parley.chat.worker.internal.auth.RoomTokens.Grant;
import dev.parley.chat.worker.internal.http.Observer.Fact;
import dev.parley.chat.worker.internal.rooms.Ids;
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** Lets through who has the right token, and not too often. */
public final class Gate {
    private static final String SCHEME = "Bearer ";

    private final AccessTokens accessTokens;
    private final RoomTokens roomTokens;
    private final @Nullable GuestTokens guestTokens;
    private final RateLimiter accounts;
    private final RateLimiter rooms;

    /** @param guestTokens null if there are no guests */
    public Gate(
            AccessTokens accessTokens,
            RoomTokens roomTokens,
            @Nullable GuestTokens guestTokens,
            RateLimiter accounts,
            RateLimiter rooms) {
        this.accessTokens = accessTokens;
        this.roomTokens = roomTokens;
        this.guestTokens = guestTokens;
        this.accounts = accounts;
        this.rooms = rooms;
    }

    /** An endpoint for whoever has an access token. */
    @FunctionalInterface
    interface AccountEndpoint {
        void handle(Exchange exchange, String account) throws Exception;
    }

    /** An endpoint for whoever has an access token, where moderators may do more. */
    @FunctionalInterface
    interface HolderEndpoint {
        void handle(Exchange exchange, Holder holder) throws Exception;
    }

    /** An endpoint below {@code /v1/rooms/{roomId}} for whoever has a token of that room. */
    @FunctionalInterface
    interface MemberEndpoint {
        void handle(Exchange exchange, Grant grant) throws Exception;
    }

    /** An endpoint for the owner of a room. */
    @FunctionalInterface
    interface OwnerEndpoint {
        void handle(Exchange exchange, Owner owner) throws Exception;
    }

    /**
     * Somebody who says to own a room, which the store decides.
     *
     * @param onlyRoom the one room that the token is for; null for an access token, which is for all of the account's
     */
    record Owner(String account, @Nullable String onlyRoom) {
        /** @throws Problem {@code forbidden} if the token is for another room */
        void requireRoom(String roomId) {
            if (onlyRoom != null && !onlyRoom.equals(roomId)) {
                throw new Problem(ProblemCode.FORBIDDEN, "the owner token is for another room");
            }
        }
    }

    /** For accounts; a guest is told that it has none. */
    Route.Endpoint withAccessToken(AccountEndpoint endpoint) {
        return withAccessTokenOf((exchange, holder) -> endpoint.handle(exchange, holder.account()));
    }

    /** The same, for those who want to know whether it is a moderator. */
    Route.Endpoint withAccessTokenOf(HolderEndpoint endpoint) {
        return exchange -> {
            Holder holder = holder(exchange, bearer(exchange));
            take(exchange, holder.account());
            endpoint.handle(exchange, holder);
        };
    }

    /** For accounts and, where there are any, for guests. */
    Route.Endpoint withAccessOrGuestToken(AccountEndpoint endpoint) {
        return exchange -> {
            String token = bearer(exchange);
            String account = guestTokens != null && guestTokens.claimsToBe(token)
                    ? guestTokens.verify(token)
                    : accessTokens.verify(token).account();
            take(exchange, account);
            endpoint.handle(exchange, account);
        };
    }

    /** For accounts, guests, and whoever has a place in a room. */
    Route.Endpoint withAnyToken(AccountEndpoint endpoint) {
        Route.Endpoint withoutRoom = withAccessOrGuestToken(endpoint);
        return exchange -> {
            String token = bearer(exchange);
            if (roomTokens.claimsToBeParticipants(token)) {
                String account = roomTokens.verify(token).member().account();
                take(exchange, account);
                endpoint.handle(exchange, account);
            } else {
                withoutRoom.handle(exchange);
            }
        };
    }

    /** Counts a request of an account, and for the room that it is about, if it is about one. */
    private void take(Exchange exchange, String account) {
        Fact.ACCOUNT.set(exchange.request(), account);
        accounts.take(account);
        String roomId = exchange.pathVariableOrNull("roomId");
        if (roomId != null) {
            // A bucket apart from that of the peers: whoever is in the room is not silenced by those outside.
            rooms.take("outside " + Ids.requireId(roomId, "roomId"));
        }
    }

    /** For the owner token of a room, and for the access token of its account. */
    Route.Endpoint withOwnerToken(OwnerEndpoint endpoint) {
        return exchange -> {
            String token = bearer(exchange);
            Owner owner;
            if (roomTokens.claimsToBeOwners(token)) {
                Member host = roomTokens.verifyOwner(token).member();
                owner = new Owner(host.account(), host.slot().roomId());
            } else {
                owner = new Owner(holder(exchange, token).account(), null);
            }
            take(exchange, owner.account());
            endpoint.handle(exchange, owner);
        };
    }

    private Holder holder(Exchange exchange, String token) {
        if (guestTokens != null && guestTokens.claimsToBe(token)) {
            String guest = guestTokens.verify(token);
            take(exchange, guest);
            throw new Problem(ProblemCode.FORBIDDEN, "a guest lists and joins rooms only: log in with an account");
        }
        return accessTokens.verify(token);
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
