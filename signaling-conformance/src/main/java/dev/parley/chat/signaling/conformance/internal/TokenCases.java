package dev.parley.chat.signaling.conformance.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.signaling.conformance.internal.Lab.Account;
import dev.parley.chat.signaling.conformance.internal.Lab.Member;
import dev.parley.chat.signaling.conformance.internal.Lab.Room;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** Which token opens what. */
final class TokenCases {
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
            "GET /v1/ice-servers");

    private static final List<String> MEMBER_CALLS = List.of(
            "POST /v1/rooms/{room}/lease",
            "DELETE /v1/rooms/{room}/lease?fence=1",
            "POST /v1/rooms/{room}/heartbeat",
            "POST /v1/rooms/{room}/leave",
            "POST /v1/rooms/{room}/messages",
            "GET /v1/rooms/{room}/messages");

    private static final List<String> OWNER_CALLS =
            List.of("DELETE /v1/rooms/{room}", "PUT /v1/rooms/{room}/succession", "POST /v1/nameplates");

    private static final int SECRET_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private TokenCases() {}

    static Cases tokens() {
        return Cases.of("Tokens")
                .add("a call without a token is refused, and told where tokens come from", TokenCases::missing)
                .add("a token that is none is refused", TokenCases::garbage)
                .add("a token whose signature was changed is refused", TokenCases::tampered)
                .add("a room token is no access token", TokenCases::roomForAccess)
                .add("an access token is no room token", TokenCases::accessForRoom)
                .add("a room token is for its room only", TokenCases::otherRoom)
                .add("a room token ends when its peer leaves", TokenCases::afterLeaving)
                .add("a room token of who left is none of who comes after it", TokenCases::afterSuccessor)
                .add("a token in the query is not taken", TokenCases::inQuery)
                .add("of two Authorization headers none is taken", TokenCases::twice)
                .add("an owner token does what an owner does, in its room alone", TokenCases::ownerToken)
                .add("guests are let in where the metadata says so, and nowhere else", TokenCases::guestsWhereOffered)
                .add("a guest lists, reads and joins rooms, and owns nothing", TokenCases::guest)
                .add("a guest is known again by its secret", TokenCases::secrets)
                .add("the metadata names who issues tokens", TokenCases::metadata)
                .add("the development issuer describes itself and shows public keys only", TokenCases::issuer)
                .add("the development issuer takes client credentials and nothing else", TokenCases::grants);
    }

    private static Wire.Call call(Lab lab, String call, String roomId) {
        String[] parts = call.replace("{room}", roomId).split(" ", -1);
        Wire.Call request = lab.wire().call(parts[0], parts[1]);
        return parts[0].equals("POST") || parts[0].equals("PUT") ? request.json("{}") : request;
    }

    private static List<String> all() {
        List<String> all = new ArrayList<>(ACCOUNT_CALLS);
        all.addAll(MEMBER_CALLS);
        return all;
    }

    private static void missing(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        for (String call : all()) {
            call(lab, call, room.id()).as("no token").send().refuses(401, "unauthorized");
        }
        Push.requireRefusal(lab.wire(), room.path("ws"), "", 401, "no token");
    }

    private static void garbage(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        for (String call : all()) {
            call(lab, call, room.id()).token("a.b.c").as("no JWT").send().refuses(401, "unauthorized");
        }
        Push.requireRefusal(lab.wire(), room.path("ws"), "a.b.c", 401, "no JWT");
        call(lab, "GET /v1/rooms", "")
                .header("Authorization", "Basic YTpi")
                .as("another scheme")
                .send()
                .refuses(401, "unauthorized");
    }

    private static void tampered(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Member member = lab.join(room, lab.owner());
        call(lab, "GET /v1/rooms", "")
                .token(tamper(lab.owner().token()))
                .as("changed access token")
                .send()
                .refuses(401, "unauthorized");
        call(lab, "POST /v1/rooms/{room}/heartbeat", room.id())
                .token(tamper(member.token()))
                .as("changed room token")
                .send()
                .refuses(401, "unauthorized");
    }

    /** Another first character of the last part: all of its bits count. */
    private static String tamper(String token) {
        int last = token.lastIndexOf('.') + 1;
        return token.substring(0, last) + (token.charAt(last) == 'A' ? 'B' : 'A') + token.substring(last + 1);
    }

    private static void roomForAccess(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Member member = lab.join(room, lab.owner());
        for (String call : ACCOUNT_CALLS) {
            call(lab, call, room.id())
                    .token(member.token())
                    .as("room token")
                    .send()
                    .refuses(401, "unauthorized");
        }
    }

    private static void accessForRoom(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        lab.join(room, lab.owner());
        for (String call : MEMBER_CALLS) {
            call(lab, call, room.id())
                    .token(lab.owner().token())
                    .as("access token")
                    .send()
                    .refuses(401, "unauthorized");
        }
        Push.requireRefusal(lab.wire(), room.path("ws"), lab.owner().token(), 401, "access token");
    }

    private static void otherRoom(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Member elsewhere = lab.join(lab.room(), lab.owner());
        for (String call : MEMBER_CALLS) {
            call(lab, call, room.id())
                    .token(elsewhere.token())
                    .as("token of another room")
                    .send()
                    .isForbidden();
        }
        Push.requireRefusal(lab.wire(), room.path("ws"), elsewhere.token(), 403, "token of another room");
    }

    private static void afterLeaving(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Member member = lab.join(room, lab.owner());
        lab.member("POST", "leave", member).send().is(204);
        lab.member("POST", "heartbeat", member).as("after leaving").send().refuses(410, "peer_expired");
        lab.member("GET", "messages", member).as("after leaving").send().refuses(410, "peer_expired");
        lab.member("POST", "leave", member).as("again").send().refuses(410, "peer_expired");
        Push.requireRefusal(lab.wire(), room.path("ws"), member.token(), 410, "after leaving");
    }

    private static void afterSuccessor(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Member first = lab.join(room, lab.owner());
        lab.member("POST", "leave", first).send().is(204);
        lab.join(room, lab.guest(), first.peerId());
        lab.member("GET", "messages", first).as("of who left").send().refuses(410, "peer_expired");
    }

    private static void inQuery(Lab lab) throws IOException, InterruptedException {
        lab.wire()
                .call("GET", "/v1/rooms?access_token=" + lab.owner().token())
                .as("token in the query")
                .send()
                .refuses(401, "unauthorized");
    }

    private static void twice(Lab lab) throws IOException, InterruptedException {
        lab.wire()
                .call("GET", "/v1/rooms")
                .token(lab.owner().token())
                .token(lab.owner().token())
                .as("two headers")
                .send()
                .refuses(401, "unauthorized");
    }

    private static void ownerToken(Lab lab) throws IOException, InterruptedException {
        HostKey host = new HostKey();
        Room room = new Room(host, lab.owner(), host.descriptor(fields -> {}));
        String token = lab.announce(room).is(201).string("ownerToken");
        Room other = lab.room();
        Member member = lab.join(room, lab.guest());
        for (String call : OWNER_CALLS) {
            Wire.Call elsewhere = lab.wire().call(call.split(" ", -1)[0], path(call, other.id()));
            ownerBody(elsewhere, call, other)
                    .token(token)
                    .as("owner token of another room")
                    .send()
                    .isForbidden();
        }
        for (String call : all()) {
            if (!OWNER_CALLS.contains(call)) {
                call(lab, call, room.id()).token(token).as("owner token").send().refuses(401, "unauthorized");
            }
        }
        lab.wire()
                .call("PUT", room.path("succession"))
                .json(host.succession(1))
                .token(token)
                .send()
                .is(204);
        lab.wire()
                .call("POST", "/v1/nameplates")
                .json(Wire.JSON.createObjectNode().put("roomId", room.id()))
                .token(token)
                .send()
                .is(201);
        lab.wire().call("DELETE", room.path("")).token(token).send().is(204);
        lab.member("GET", "messages", member).send().refuses(404, "room_not_found");
        lab.wire().call("DELETE", room.path("")).token(token).as("again").send().refuses(404, "room_not_found");
    }

    private static String path(String call, String roomId) {
        return call.split(" ", -1)[1].replace("{room}", roomId);
    }

    /** A body that an owner of this room may send. */
    private static Wire.Call ownerBody(Wire.Call call, String which, Room room) {
        if (which.startsWith("PUT")) {
            return call.json(room.host().succession(1));
        }
        return which.startsWith("POST") ? call.json(Wire.JSON.createObjectNode().put("roomId", room.id())) : call;
    }

    private static boolean offersGuests(Lab lab) throws IOException, InterruptedException {
        return lab.wire()
                .call("GET", "/.well-known/oauth-protected-resource")
                .send()
                .is(200)
                .body()
                .path("parley_guests")
                .asBoolean();
    }

    private static Answer enter(Lab lab, String secret) throws IOException, InterruptedException {
        Answer answer = lab.wire()
                .call("POST", "/v1/guests")
                .json(Wire.JSON.createObjectNode().put("secret", secret))
                .send();
        if (answer.status() == 429) {
            answer.refuses(429, "rate_limited");
            throw new NotTried("this address has had its guest tokens of the last 60 s: run it again later");
        }
        return answer;
    }

    private static String secret() {
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        return HostKey.base64Url(secret);
    }

    private static Account guestOf(Lab lab, String secret) throws IOException, InterruptedException {
        Answer entered = enter(lab, secret).is(200);
        Nonconformance.require(
                entered.integer("expiresIn") > 0, entered.doing(), "expiresIn of some seconds", "another");
        return new Account("without account", entered.string("guestToken"));
    }

    private static void requireGuests(Lab lab) throws IOException, InterruptedException {
        if (!offersGuests(lab)) {
            throw new NotTried("the worker lets no guests in");
        }
    }

    private static void guestsWhereOffered(Lab lab) throws IOException, InterruptedException {
        if (!offersGuests(lab)) {
            enter(lab, secret()).refuses(404, "not_found");
            return;
        }
        Account guest = guestOf(lab, secret());
        lab.account("GET", "/v1/rooms", guest).as("guest token").send().is(200);
        for (String wrong : List.of("", "c2hvcnQ", "!".repeat(43))) {
            enter(lab, wrong).refuses(400, "invalid_request");
        }
    }

    private static void guest(Lab lab) throws IOException, InterruptedException {
        requireGuests(lab);
        Room room = lab.room();
        Account guest = guestOf(lab, secret());
        lab.find(room, guest).is(200);
        lab.account("GET", "/v1/ice-servers", guest).send().is(200);
        Member other = lab.join(room, lab.owner());
        lab.post(lab.join(room, guest), other, "m1").is(202);
        lab.account("POST", "/v1/rooms", guest)
                .json(new HostKey().descriptor(fields -> {}))
                .as("guest token")
                .send()
                .isForbidden();
        for (String call : List.of(
                "DELETE /v1/rooms/{room}",
                "PUT /v1/rooms/{room}/succession",
                "POST /v1/nameplates",
                "GET /v1/nameplates/7",
                "DELETE /v1/nameplates/7")) {
            call(lab, call, room.id())
                    .token(guest.token())
                    .as("guest token")
                    .send()
                    .isForbidden();
        }
        for (String call : MEMBER_CALLS) {
            call(lab, call, room.id())
                    .token(guest.token())
                    .as("guest token")
                    .send()
                    .refuses(401, "unauthorized");
        }
    }

    private static void secrets(Lab lab) throws IOException, InterruptedException {
        requireGuests(lab);
        Room room = lab.room();
        String secret = secret();
        Member member = lab.join(room, guestOf(lab, secret));
        lab.tryJoin(room, guestOf(lab, secret()), member.peerId()).refuses(409, "peer_taken");
        lab.join(room, guestOf(lab, secret), member.peerId());
    }

    private static void metadata(Lab lab) throws IOException, InterruptedException {
        String path = "/.well-known/oauth-protected-resource";
        String challenge = call(lab, "GET /v1/ice-servers", "")
                .send()
                .refuses(401, "unauthorized")
                .header("WWW-Authenticate");
        Nonconformance.require(
                challenge.contains(path + "\""),
                "GET /v1/ice-servers, WWW-Authenticate",
                "the metadata of RFC 9728",
                "another place");
        Answer answer = lab.wire().call("GET", path).send().is(200);
        Nonconformance.require(!answer.string("resource").isEmpty(), answer.doing(), "a resource", "none");
        JsonNode servers = answer.list("authorization_servers");
        Nonconformance.require(
                !servers.isEmpty() && servers.get(0).isTextual(), answer.doing(), "an authorization server", "none");
        Nonconformance.requireSame(
                answer.doing(),
                "[\"header\"]",
                answer.list("bearer_methods_supported").toString());
    }

    private static void requireIssuer(Lab lab) throws IOException, InterruptedException {
        if (!lab.hasDevelopmentIssuer()) {
            throw new NotTried("the worker has another issuer");
        }
    }

    private static void issuer(Lab lab) throws IOException, InterruptedException {
        requireIssuer(lab);
        Answer metadata = lab.wire()
                .call("GET", "/.well-known/oauth-authorization-server/dev")
                .send()
                .is(200);
        Nonconformance.requireSame(
                metadata.doing() + ", issuer", lab.wire().base() + "/dev", metadata.string("issuer"));
        String keys = metadata.string("jwks_uri");
        Nonconformance.require(lab.isHere(keys), metadata.doing(), "a jwks_uri of the worker", "another place");
        Answer answer = lab.wire().call("GET", lab.pathOf(keys)).send().is(200);
        JsonNode list = answer.list("keys");
        Nonconformance.require(!list.isEmpty(), answer.doing(), "a key", "none");
        for (JsonNode key : list) {
            Nonconformance.require(!key.has("d") && !key.has("k"), answer.doing(), "public keys", "a private one");
        }
    }

    private static void grants(Lab lab) throws IOException, InterruptedException {
        requireIssuer(lab);
        lab.developmentToken("x".repeat(128));
        for (String form : List.of(
                "grant_type=client_credentials",
                "grant_type=client_credentials&client_id=",
                "grant_type=client_credentials&client_id=" + "x".repeat(129),
                "grant_type=password&client_id=a")) {
            lab.wire()
                    .call("POST", "/dev/token")
                    .body(Wire.FORM_TYPE, form)
                    .as("wrong form")
                    .send()
                    .refuses(400, "invalid_request");
        }
        lab.wire().call("POST", "/dev/token").json("{}").send().refuses(415, "unsupported_media_type");
    }
}
