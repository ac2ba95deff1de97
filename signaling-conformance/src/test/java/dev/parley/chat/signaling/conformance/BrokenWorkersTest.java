package dev.parley.chat.signaling.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.signaling.conformance.CaseResult.Outcome;
import dev.parley.chat.signaling.conformance.Fault.Answered;
import dev.parley.chat.signaling.conformance.Fault.Asked;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Workers that break one thing each, and the case that catches each of them. */
class BrokenWorkersTest {
    private static final MovableClock CLOCK = new MovableClock();
    private static BreakingProxy proxy;
    private static SignalingWorker worker;

    /** What a worker does wrong, the name of the case that must catch it, and how it is done. */
    private record Broken(String what, String caughtBy, Fault fault) {}

    private static final String OWN_EMOJI = "/api/v1/admin/custom_emojis";
    private static final String EMOJI_LIST = "GET /api/v1/custom_emojis";

    @BeforeAll
    static void start() throws IOException {
        proxy = new BreakingProxy();
        worker = SignalingWorker.start(WorkerConfig.builder()
                .clock(CLOCK)
                .iceServer("stun:stun.example.org")
                .requestRate(10_000, 10_000)
                .anonymousGuests(true)
                .build());
        proxy.leadTo(worker.url());
    }

    @AfterAll
    static void stop() throws IOException {
        worker.close();
        proxy.close();
    }

    private static CaseResult run(String name, Fault fault) throws Exception {
        proxy.breakBy(fault);
        return ConformanceSuite.run(
                        Target.builder(proxy.url())
                                .only(name)
                                .slow(true)
                                .pause(CLOCK::pass)
                                .build(),
                        result -> {})
                .results()
                .stream()
                .filter(result -> result.of().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @TestFactory
    Stream<DynamicTest> eachBrokenWorkerIsCaughtByItsCase() {
        return broken().map(broken -> DynamicTest.dynamicTest(broken.what(), () -> {
            CaseResult result = run(broken.caughtBy(), broken.fault());
            assertThat(result.outcome()).as(result.detail()).isEqualTo(Outcome.FAILED);
            assertThat(result.detail())
                    .contains("expected ", ", got ")
                    .doesNotContain("eyJ")
                    .doesNotContain("127.0.0.1");
        }));
    }

    @Test
    void everyCaseCatchesABrokenWorker() {
        Set<String> catching = broken().map(Broken::caughtBy).collect(Collectors.toCollection(TreeSet::new));
        Set<String> all = ConformanceSuite.cases().stream()
                .map(ConformanceCase::name)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(catching).isEqualTo(all);
    }

    // How to break a worker

    private static Fault when(String call, UnaryOperator<Answered> change) {
        return new Fault() {
            @Override
            public Answered answer(Asked asked, Answered answered) {
                return asked.is(call) ? change.apply(answered) : answered;
            }
        };
    }

    /** A refusal becomes a success. */
    private static Fault accepts(String call, int refusal, int success, String json) {
        return when(call, answered -> answered.status() == refusal ? answered.turnedInto(success, json) : answered);
    }

    private static Fault accepts(String call, int refusal) {
        return accepts(call, refusal, 204, "");
    }

    private static Fault changes(String call, String pattern, String replacement) {
        return when(call, answered -> answered.with(body -> body.replaceAll(pattern, replacement)));
    }

    /** The details of no two refusals are the same. */
    private static Fault tellsApart(String call) {
        AtomicInteger count = new AtomicInteger();
        return when(
                call,
                answered -> answered.with(
                        body -> body.replace("\"detail\":\"", "\"detail\":\"" + count.incrementAndGet() + ": ")));
    }

    private static Fault asks(String call, UnaryOperator<Asked> change) {
        return new Fault() {
            @Override
            public Asked ask(Asked asked) {
                return asked.is(call) ? change.apply(asked) : asked;
            }
        };
    }

    private static Fault closes(int right, int wrong) {
        return new Fault() {
            @Override
            public int close(int code) {
                return code == right ? wrong : code;
            }
        };
    }

    /** Once something was found it is found for ever. */
    private static Fault remembers(String call) {
        Map<String, Answered> found = new ConcurrentHashMap<>();
        return new Fault() {
            @Override
            public Answered answer(Asked asked, Answered answered) {
                if (!asked.is(call)) {
                    return answered;
                }
                if (answered.status() == 200) {
                    found.put(asked.target(), answered);
                }
                return found.getOrDefault(asked.target(), answered);
            }
        };
    }

    /** Nothing that was ever shown is left out again. */
    private static Fault remembersTheLongest(String call) {
        AtomicReference<String> longest = new AtomicReference<>("");
        return when(
                call,
                answered -> answered.withBody(longest.updateAndGet(
                        known -> known.length() >= answered.body().length() ? known : answered.body())));
    }

    private static Fault reversesLists(String call, String member) {
        Pattern list = Pattern.compile("(\"" + member + "\":\\[)(.*)(\\].*)", Pattern.DOTALL);
        return when(call, answered -> {
            Matcher found = list.matcher(answered.body());
            if (!found.matches() && !found.find()) {
                return answered;
            }
            List<String> entries = new ArrayList<>(List.of(found.group(2).split("(?<=\\}),", -1)));
            java.util.Collections.reverse(entries);
            return answered.with(body ->
                    body.substring(0, found.start()) + found.group(1) + String.join(",", entries) + found.group(3));
        });
    }

    /** The first message over a WebSocket comes after the second. */
    private static Fault swapsFrames() {
        AtomicReference<String> held = new AtomicReference<>();
        return new Fault() {
            @Override
            public List<String> push(String frame) {
                if (frame.contains("\"seq\":1,")) {
                    held.set(frame);
                    return List.of();
                }
                String first = held.getAndSet(null);
                return first == null ? List.of(frame) : List.of(frame, first);
            }
        };
    }

    private static Fault pushes(UnaryOperator<String> change) {
        return new Fault() {
            @Override
            public List<String> push(String frame) {
                return List.of(change.apply(frame));
            }
        };
    }

    /** What is posted again is pushed again. */
    private static Fault ignoresMessageIds() {
        return asks(
                "POST /v1/rooms/{id}/messages",
                asked -> asked.withBody(
                        asked.body().replaceAll("\"msgId\":\"m[^\"]*\"", "\"msgId\":\"" + UUID.randomUUID() + "\"")));
    }

    /** Private rooms stand in the list. */
    private static Fault listsPrivateRooms() {
        AtomicReference<String> last = new AtomicReference<>("");
        return new Fault() {
            @Override
            public Answered answer(Asked asked, Answered answered) {
                if (asked.is("GET /v1/rooms/{id}") && answered.status() == 200) {
                    last.set(answered.body());
                }
                return asked.is("GET /v1/rooms") && answered.status() == 200
                        ? answered.with(body -> body.replaceFirst(
                                "\"rooms\":\\[",
                                "\"rooms\":[" + Matcher.quoteReplacement(Objects.requireNonNull(last.get())) + ","))
                        : answered;
            }
        };
    }

    /** The sender of a message is who it says that it is. */
    private static Fault believesSenders() {
        AtomicReference<String> said = new AtomicReference<>("");
        Pattern from = Pattern.compile("\"from\":\"[a-z2-7]{32}\"");
        return new Fault() {
            @Override
            public Asked ask(Asked asked) {
                Matcher found = from.matcher(asked.body());
                if (found.find()) {
                    said.set(found.group());
                }
                return asked;
            }

            @Override
            public Answered answer(Asked asked, Answered answered) {
                String sender = Objects.requireNonNull(said.get());
                return asked.method().equals("GET") && !sender.isEmpty()
                        ? answered.with(body -> from.matcher(body).replaceAll(sender))
                        : answered;
            }
        };
    }

    /** A long poll does not wait; a message is held back until it has ended. */
    private static Fault doesNotWait() {
        CountDownLatch ended = new CountDownLatch(1);
        return new Fault() {
            @Override
            public Asked ask(Asked asked) throws InterruptedException {
                if (asked.is("POST /v1/rooms/{id}/messages")) {
                    ended.await(20, TimeUnit.SECONDS);
                }
                return asked.withTarget(asked.target().replace("wait=25", "wait=0"));
            }

            @Override
            public Answered answer(Asked asked, Answered answered) {
                if (asked.is("GET /v1/rooms/{id}/messages")) {
                    ended.countDown();
                }
                return answered;
            }
        };
    }

    private static final String ROOMS = "/v1/rooms";
    private static final String ROOM = "/v1/rooms/{id}";
    private static final String PLATE = "/v1/nameplates/.*";
    private static final String ANNOUNCED =
            "{\"roomId\":\"" + "a".repeat(32) + "\",\"ttl\":90,\"ownerToken\":\"x\",\"ownerExpiresIn\":3600}";
    private static final String JOINED =
            "{\"roomToken\":\"x\",\"expiresIn\":3600,\"heartbeatSeconds\":30,\"after\":0,\"iceServers\":[]}";

    private static Stream<Broken> broken() {
        return Stream.of(
                // General, Health
                new Broken(
                        "unknown paths have a page",
                        "an unknown path is not found",
                        when("GET /v1/nothing", answered -> answered.turnedInto(200, "{}"))),
                new Broken(
                        "Allow is missing",
                        "a method that a path does not take is refused, and Allow names the others",
                        when("PUT " + ROOMS, answered -> answered.without("Allow"))),
                new Broken(
                        "a refusal is no problem document",
                        "a body that is no JSON object is refused",
                        when("POST " + ROOMS, answered -> answered.turnedInto(400, "{\"error\":\"no\"}"))),
                new Broken(
                        "any media type is read",
                        "a body of another media type is refused",
                        asks("POST " + ROOMS, asked -> asked.withHeader("Content-Type", "application/json"))),
                new Broken(
                        "unknown fields are refused",
                        "fields that are not known are ignored",
                        asks("POST " + ROOMS, asked -> asked.body().contains("unknown") ? asked.withBody("") : asked)),
                new Broken(
                        "bodies of any size are taken",
                        "a body is read to 72 KiB and no further",
                        accepts("POST " + ROOMS, 413, 200, ANNOUNCED)),
                new Broken(
                        "long headers are taken",
                        "headers above 16 KiB are refused",
                        accepts("GET /healthz", 431, 200, "{\"status\":\"ok\"}")),
                new Broken(
                        "long URIs are taken",
                        "a URI above 16 KiB is refused",
                        accepts("GET /healthz", 414, 200, "{\"status\":\"ok\"}")),
                new Broken(
                        "health needs a token",
                        "health and readiness are told without a token",
                        when("GET /readyz", answered -> answered.withStatus(401))),
                new Broken(
                        "the API is described by an older standard",
                        "the API is described as OpenAPI 3.1",
                        changes("GET /openapi.yaml", "openapi: 3.1.0", "openapi: 3.0.3")),
                // Tokens
                new Broken(
                        "WWW-Authenticate is missing",
                        "a call without a token is refused, and told where tokens come from",
                        when(".*", answered -> answered.without("WWW-Authenticate"))),
                new Broken(
                        "any token is taken",
                        "a token that is none is refused",
                        accepts("GET " + ROOMS, 401, 200, "{\"rooms\":[],\"cursor\":null}")),
                new Broken(
                        "signatures of tokens are not checked",
                        "a token whose signature was changed is refused",
                        accepts("POST " + ROOM + "/heartbeat", 401)),
                new Broken(
                        "a refusal repeats the token",
                        "a room token is no access token",
                        when(
                                ".*",
                                answered -> answered.status() == 401
                                        ? answered.with(
                                                body -> body.replaceFirst("\"detail\":\"", "\"detail\":\"eyJhbGciOi "))
                                        : answered)),
                new Broken(
                        "an access token does for a room token",
                        "an access token is no room token",
                        accepts("POST " + ROOM + "/heartbeat", 401)),
                new Broken(
                        "a room token opens every room",
                        "a room token is for its room only",
                        accepts("POST " + ROOM + "/leave", 403)),
                new Broken(
                        "a room token outlives its peer",
                        "a room token ends when its peer leaves",
                        accepts("POST " + ROOM + "/heartbeat", 410)),
                new Broken(
                        "a room token of before reads the mailbox of a successor",
                        "a room token of who left is none of who comes after it",
                        accepts("GET " + ROOM + "/messages", 410, 200, "{\"messages\":[]}")),
                new Broken(
                        "a token in the query is taken",
                        "a token in the query is not taken",
                        asks(
                                ".*",
                                asked -> asked.target().contains("access_token=")
                                        ? asked.withHeader(
                                                "Authorization",
                                                "Bearer " + asked.target().replaceFirst(".*access_token=", ""))
                                        : asked)),
                new Broken(
                        "the first of two Authorization headers is taken",
                        "of two Authorization headers none is taken",
                        new Fault() {
                            @Override
                            public Asked ask(Asked asked) {
                                String given = asked.headers().getOrDefault("Authorization", "");
                                return asked.withHeader("Authorization", given.split("\n", -1)[0]);
                            }
                        }),
                new Broken(
                        "an owner token ends every room",
                        "an owner token does what an owner does, in its room alone",
                        accepts("DELETE " + ROOM, 403)),
                new Broken(
                        "announcing gives no owner token",
                        "an owner token does what an owner does, in its room alone",
                        changes("POST " + ROOMS, "ownerToken", "token")),
                new Broken(
                        "guests come in though the metadata names none",
                        "guests are let in where the metadata says so, and nowhere else",
                        changes("GET /.well-known/oauth-protected-resource", "parley_guests", "guests")),
                new Broken(
                        "a guest makes rooms",
                        "a guest lists, reads and joins rooms, and owns nothing",
                        accepts("POST " + ROOMS, 403, 201, ANNOUNCED)),
                new Broken(
                        "all guests are one",
                        "a guest is known again by its secret",
                        asks("POST /v1/guests", asked -> asked.withBody("{\"secret\":\"" + "A".repeat(43) + "\"}"))),
                new Broken(
                        "the metadata is incomplete",
                        "the metadata names who issues tokens",
                        changes("GET /.well-known/oauth-protected-resource", "bearer_methods_supported", "methods")),
                new Broken(
                        "the issuer shows its private key",
                        "the development issuer describes itself and shows public keys only",
                        changes("GET /dev/jwks.json", "\"kty\"", "\"d\":\"AA\",\"kty\"")),
                new Broken(
                        "the issuer takes any grant",
                        "the development issuer takes client credentials and nothing else",
                        accepts("POST /dev/token", 400, 200, "{\"access_token\":\"x\"}")),
                // Rooms
                new Broken(
                        "a descriptor is rewritten",
                        "a room is made, and returned as it was signed",
                        changes("GET " + ROOM, "\"descriptor\":\"...", "\"descriptor\":\"e30")),
                new Broken(
                        "an announcement is no renewal",
                        "the same descriptor from the same account renews the room",
                        when(
                                "POST " + ROOMS,
                                answered -> answered.status() == 200 ? answered.withStatus(201) : answered)),
                new Broken(
                        "a room can be taken over",
                        "an id that is taken by another descriptor or account is refused",
                        accepts("POST " + ROOMS, 409, 201, ANNOUNCED)),
                new Broken(
                        "descriptors are not read",
                        "a descriptor that is wrong in any field is refused",
                        accepts("POST " + ROOMS, 400, 201, ANNOUNCED)),
                new Broken(
                        "foreign signatures are accepted",
                        "a descriptor with a foreign signature is refused",
                        accepts("POST " + ROOMS, 400, 201, ANNOUNCED)),
                new Broken(
                        "descriptors of any size are taken",
                        "a descriptor may be as large as its limits, and no larger",
                        accepts("POST " + ROOMS, 413, 201, ANNOUNCED)),
                new Broken(
                        "what is not there is forbidden",
                        "a room that nobody knows is not found",
                        when("GET " + ROOM, answered -> answered.withStatus(403))),
                new Broken(
                        "the list begins with the oldest",
                        "public rooms are listed newest first, each on one page",
                        reversesLists("GET " + ROOMS, "rooms")),
                new Broken(
                        "private rooms are listed",
                        "a private room is found by its id and never listed",
                        listsPrivateRooms()),
                new Broken(
                        "a wrong cursor is the first page",
                        "a query of the list that is wrong is refused",
                        asks(
                                "GET " + ROOMS,
                                asked -> asked.withTarget(asked.target().replace("cursor=***", "limit=1")))),
                new Broken(
                        "anybody deletes a room",
                        "only the owner deletes a room, and then it is gone",
                        accepts("DELETE " + ROOM, 404)),
                new Broken(
                        "who does not own a room learns that it is there",
                        "only the owner deletes a room, and then it is gone",
                        tellsApart("DELETE " + ROOM)),
                new Broken(
                        "a deleted room is still found",
                        "only the owner deletes a room, and then it is gone",
                        remembers("GET " + ROOM)),
                new Broken(
                        "an account has as many rooms as it likes",
                        "an account has at most 64 rooms",
                        accepts("POST " + ROOMS, 429, 201, ANNOUNCED)),
                new Broken(
                        "an expired room is still found",
                        "a room ends with its time, unless it is renewed",
                        accepts("GET " + ROOM, 404, 200, "{}")),
                // Succession
                new Broken(
                        "a succession is not shown",
                        "a succession is stored, and returned in the entry of its room alone",
                        changes("GET " + ROOM, "\"succession\":\\{", "\"other\":{")),
                new Broken(
                        "an older succession is stored",
                        "a succession is replaced by a later version only",
                        accepts("PUT " + ROOM + "/succession", 409)),
                new Broken(
                        "anybody publishes a succession",
                        "only the owner of a room publishes its succession",
                        accepts("PUT " + ROOM + "/succession", 404)),
                new Broken(
                        "who does not own a room is told what is wrong with its succession",
                        "only the owner of a room publishes its succession",
                        tellsApart("PUT " + ROOM + "/succession")),
                new Broken(
                        "successions are not read",
                        "a succession that is wrong in any field is refused",
                        accepts("PUT " + ROOM + "/succession", 400)),
                new Broken(
                        "successions of any size are taken",
                        "a succession has at most 4 KiB",
                        accepts("PUT " + ROOM + "/succession", 413)),
                // Lease
                new Broken(
                        "a lease is not shown",
                        "the host takes the lease, and everybody sees it",
                        changes("GET " + ROOM, "\"lease\":", "\"other\":")),
                new Broken(
                        "who is refused does not learn who holds the lease",
                        "a lease has one holder, and who is refused learns who",
                        changes("POST " + ROOM + "/lease", "\"holder\":\"[a-z2-7]{32}\"", "\"holder\":null")),
                new Broken(
                        "fences do not grow",
                        "renewing keeps the fence, and another fence makes a new holding",
                        changes("POST " + ROOM + "/lease", "\"fence\":\\d+", "\"fence\":1")),
                new Broken(
                        "a fence that was heard of is forgotten",
                        "a fence that was heard of is never given again",
                        asks(
                                "POST " + ROOM + "/lease",
                                asked -> asked.withBody(asked.body().replace("41", "0")))),
                new Broken(
                        "a fence has no bounds",
                        "a fence stays within its bounds",
                        accepts("DELETE " + ROOM + "/lease", 400)),
                new Broken(
                        "anybody takes the lease",
                        "only the host and its deputies take the lease",
                        accepts("POST " + ROOM + "/lease", 403, 200, "{}")),
                new Broken(
                        "a lease is given back with any fence",
                        "only the holder with its fence gives the lease back",
                        asks(
                                "DELETE " + ROOM + "/lease",
                                asked -> asked.withTarget(asked.target().replace("=2", "=1")))),
                new Broken(
                        "who is not named any more goes on",
                        "a holder that a succession no longer names holds nothing",
                        changes("GET " + ROOM, "\"expiresIn\":0", "\"expiresIn\":30")),
                new Broken(
                        "two hold the lease",
                        "of two that ask at once exactly one gets the lease",
                        when(
                                "POST " + ROOM + "/lease",
                                answered -> answered.status() == 409
                                        ? answered.turnedInto(200, answered.body())
                                        : answered)),
                new Broken(
                        "a lease outlives its room",
                        "the lease is gone with its room",
                        changes("GET " + ROOM, "^\\{", "{\"lease\":{},")),
                new Broken(
                        "a lease never ends",
                        "a lease that is not renewed is free after 30 s",
                        changes("GET " + ROOM, "\"expiresIn\":0", "\"expiresIn\":1")),
                // Nameplates
                new Broken(
                        "a number that was given back is found",
                        "a short number leads to its room until it is given back",
                        remembers("GET " + PLATE)),
                new Broken(
                        "anybody opens a number",
                        "only the owner of a room gives it a short number",
                        accepts("POST /v1/nameplates", 404, 201, "{\"number\":7,\"expiresIn\":600}")),
                new Broken(
                        "another's number is told from nobody's",
                        "only who opened a number gives it back, and nobody learns of it",
                        new Fault() {
                            @Override
                            public Answered answer(Asked asked, Answered answered) {
                                return asked.is("DELETE " + PLATE)
                                                && !asked.target().endsWith("/999999999")
                                        ? answered.with(
                                                body -> body.replace("\"detail\":\"", "\"detail\":\"it is another's: "))
                                        : answered;
                            }
                        }),
                new Broken(
                        "a number outlives its room",
                        "a number is gone with its room",
                        accepts("GET " + PLATE, 404, 200, "{\"roomId\":\"x\"}")),
                new Broken(
                        "numbers with a zero in front are numbers",
                        "what is no short number is refused",
                        accepts("GET /v1/nameplates/01", 400, 200, "{\"roomId\":\"x\"}")),
                new Broken(
                        "numbers without end",
                        "an account has at most 8 numbers, those at rest included",
                        accepts("POST /v1/nameplates", 429, 201, "{\"number\":7,\"expiresIn\":600}")),
                new Broken(
                        "look-ups without end",
                        "an account looks up at most 10 numbers in a minute",
                        when(
                                "GET " + PLATE,
                                answered -> answered.status() == 429 ? answered.withStatus(404) : answered)),
                new Broken(
                        "a number is found for ever",
                        "a number is found at most 20 times",
                        accepts("GET " + PLATE, 404, 200, "{\"roomId\":\"x\"}")),
                new Broken("a number never ends", "a number ends after 600 s", remembers("GET " + PLATE)),
                // Peers
                new Broken(
                        "no heartbeat is asked for",
                        "joining tells a peer what it needs",
                        changes("POST " + ROOM + "/join", "\"heartbeatSeconds\":\\d+", "\"heartbeatSeconds\":0")),
                new Broken(
                        "a peer id is anybody's",
                        "a peer id belongs to the account that joined with it first",
                        accepts("POST " + ROOM + "/join", 409, 200, JOINED)),
                new Broken(
                        "the host's id is anybody's",
                        "the host's peer id belongs to the owner of the room",
                        accepts("POST " + ROOM + "/join", 409, 200, JOINED)),
                new Broken(
                        "a deputy's id is anybody's",
                        "the peer id of a deputy stays its account's while it is away",
                        accepts("POST " + ROOM + "/join", 409, 200, JOINED)),
                new Broken(
                        "a room is never full",
                        "a room takes as many peers as its capacity says",
                        accepts("POST " + ROOM + "/join", 409, 200, JOINED)),
                new Broken(
                        "who is away keeps its place",
                        "in a full room who has been away for 10 s gives its place to a newcomer",
                        when(
                                "POST " + ROOM + "/heartbeat",
                                answered -> answered.status() == 410 ? answered.turnedInto(204, "") : answered)),
                new Broken(
                        "what was acknowledged is forgotten",
                        "joining again keeps the mailbox",
                        changes("POST " + ROOM + "/join", "\"after\":\\d+", "\"after\":0")),
                new Broken(
                        "any text is a peer id",
                        "a join with a wrong peer id is refused",
                        accepts("POST " + ROOM + "/join", 400, 200, JOINED)),
                new Broken(
                        "peers are not counted",
                        "heartbeats are taken, and the peers of a room are counted",
                        changes("GET " + ROOM, "\"peers\":\\d+", "\"peers\":0")),
                new Broken(
                        "a message to who left is accepted",
                        "leaving frees the peer id and its place",
                        accepts("POST " + ROOM + "/messages", 404, 202, "{\"seq\":1}")),
                new Broken(
                        "an ICE server has no URL",
                        "ICE servers are told to an account",
                        changes("GET /v1/ice-servers", "\"urls\":\\[[^\\]]*\\]", "\"urls\":[]")),
                new Broken(
                        "a peer never expires",
                        "a peer without heartbeats is gone after its time",
                        accepts("POST " + ROOM + "/heartbeat", 410)),
                // Messages
                new Broken(
                        "messages are reordered",
                        "messages are numbered from 1 without gaps, and come in order from their sender",
                        reversesLists("GET " + ROOM + "/messages", "messages")),
                new Broken(
                        "numbers have gaps",
                        "messages are numbered from 1 without gaps, and come in order from their sender",
                        changes("(GET|POST) " + ROOM + "/messages", "\"seq\":(\\d)", "\"seq\":1$1")),
                new Broken(
                        "a sender says who it is",
                        "the sender of a message is stamped by the worker",
                        believesSenders()),
                new Broken(
                        "all messages are envelopes",
                        "both types of message arrive, and no other is taken",
                        changes("GET " + ROOM + "/messages", "refusal", "envelope")),
                new Broken(
                        "acknowledgements are dropped",
                        "what was acknowledged is dropped",
                        asks(
                                "GET " + ROOM + "/messages",
                                asked -> asked.withTarget(asked.target().replaceAll("after=\\d+", "after=0")))),
                new Broken(
                        "message ids are ignored",
                        "a message id is accepted once from a sender to a receiver",
                        ignoresMessageIds()),
                new Broken(
                        "payloads of any size are taken",
                        "a payload may have 48 KiB, and no more",
                        accepts("POST " + ROOM + "/messages", 413, 202, "{\"seq\":2}")),
                new Broken(
                        "an answer holds one message too few",
                        "an answer holds as much as fits, and the rest comes after",
                        changes("GET " + ROOM + "/messages", "\"seq\":2", "\"seq\":3")),
                new Broken(
                        "Retry-After is missing",
                        "64 messages wait for a peer, and no more",
                        when("POST " + ROOM + "/messages", answered -> answered.without("Retry-After"))),
                new Broken(
                        "a mailbox is never full",
                        "64 messages wait for a peer, and no more",
                        accepts("POST " + ROOM + "/messages", 429, 202, "{\"seq\":65}")),
                new Broken(
                        "a message to nobody is accepted",
                        "a message to a peer that is not there is refused",
                        accepts("POST " + ROOM + "/messages", 404, 202, "{\"seq\":1}")),
                new Broken(
                        "messages are not read",
                        "a message that is wrong in any field is refused",
                        accepts("POST " + ROOM + "/messages", 400, 202, "{\"seq\":1}")),
                new Broken(
                        "queries are not read",
                        "a query of a read that is wrong is refused",
                        accepts("GET " + ROOM + "/messages", 400, 200, "{\"messages\":[]}")),
                new Broken(
                        "rooms hear each other",
                        "rooms do not hear each other",
                        when(
                                "GET " + ROOM + "/messages",
                                answered -> answered.with(body -> body.replace("[]", "[{\"seq\":1}]")))),
                new Broken("a long poll does not wait", "a long poll ends with the message that comes", doesNotWait()),
                new Broken(
                        "an empty poll has no body",
                        "a long poll ends empty after its wait",
                        when("GET " + ROOM + "/messages", answered -> answered.turnedInto(204, ""))),
                new Broken(
                        "an older poll ends with an error",
                        "a newer long poll ends the older",
                        when(
                                "GET " + ROOM + "/messages",
                                answered -> answered.body().contains("[]") ? answered.withStatus(409) : answered)),
                new Broken(
                        "a message waits for ever",
                        "a message waits for 60 s, and its number is not used again",
                        when(
                                "GET " + ROOM + "/messages",
                                answered -> answered.with(body -> body.replace("[]", "[{\"seq\":1}]")))),
                // Push
                new Broken(
                        "pushed messages are swapped",
                        "a WebSocket gets what waits and what comes, in order",
                        swapsFrames()),
                new Broken(
                        "a WebSocket begins at the beginning",
                        "a WebSocket resumes above what it says that it has",
                        asks(
                                "GET " + ROOM + "/ws",
                                asked -> asked.withTarget(asked.target().replace("after=2", "after=0")))),
                new Broken(
                        "acknowledged messages are read again",
                        "an acknowledgement over a WebSocket drops messages",
                        when(
                                "GET " + ROOM + "/messages",
                                answered -> answered.with(body -> body.replace("[{", "[{\"seq\":1},{")))),
                new Broken(
                        "a ping is answered by something else",
                        "a ping is answered by a pong",
                        pushes(frame -> frame.equals("pong") ? "PONG" : frame)),
                new Broken(
                        "what is posted again is pushed again",
                        "a message id that comes again is not pushed again",
                        ignoresMessageIds()),
                new Broken(
                        "a replaced WebSocket ends like any other",
                        "a newer WebSocket closes the older with 4409",
                        closes(4409, 1000)),
                new Broken(
                        "who left is told that the room is gone",
                        "a WebSocket is closed with 4410 when its peer leaves",
                        closes(4410, 4404)),
                new Broken(
                        "a deleted room ends like any other",
                        "a WebSocket is closed with 4404 when its room is deleted",
                        closes(4404, 1000)),
                new Broken(
                        "a foreign frame ends like any other",
                        "a foreign frame closes a WebSocket with 1008",
                        closes(1008, 1000)),
                new Broken(
                        "a long frame ends like a foreign one",
                        "a frame above 72 KiB closes a WebSocket with 1009",
                        closes(1009, 1008)),
                new Broken(
                        "a path without a handshake is empty",
                        "a WebSocket path without a handshake is refused",
                        accepts("GET " + ROOM + "/ws", 400)),
                new Broken(
                        "a handshake into nothing is forbidden",
                        "a WebSocket into a room that is gone is refused",
                        when("GET " + ROOM + "/ws", answered -> answered.withStatus(403))),
                new Broken(
                        "silence ends like any other end",
                        "a WebSocket that is silent for 60 s is closed with 1001",
                        closes(1001, 1000)),
                // Custom emoji
                new Broken(
                        "the list of emoji is for pages of its own origin",
                        "custom emoji are listed to anybody, and once only to who has the list",
                        when(EMOJI_LIST, answered -> answered.without("Access-Control-Allow-Origin"))),
                new Broken(
                        "the list of emoji has another tag each time",
                        "custom emoji are listed to anybody, and once only to who has the list",
                        asks(EMOJI_LIST, asked -> asked.withHeader("If-None-Match", "\"another\""))),
                new Broken(
                        "a browser guesses what an image of an emoji is",
                        "an account adds an emoji that anybody sees, and deletes it",
                        when("GET /emoji/.*", answered -> answered.without("X-Content-Type-Options"))),
                new Broken(
                        "a deleted emoji is still listed",
                        "an account adds an emoji that anybody sees, and deletes it",
                        remembersTheLongest(EMOJI_LIST)),
                new Broken(
                        "a shortcode in other case is another one",
                        "a shortcode is taken once, without regard to case",
                        accepts("POST " + OWN_EMOJI, 409, 200, "{\"id\":\"x\"}")),
                new Broken(
                        "another account's emoji is forbidden",
                        "only its account deletes an emoji, and nobody learns of it",
                        tellsApart("DELETE " + OWN_EMOJI + "/{id}")),
                new Broken(
                        "an SVG is taken for an image",
                        "what is no shortcode, no form or no image is refused",
                        accepts("POST " + OWN_EMOJI, 422, 200, "{\"id\":\"x\"}")));
    }
}
