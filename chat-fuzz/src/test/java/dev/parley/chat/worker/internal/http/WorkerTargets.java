package dev.parley.chat.worker.internal.http;

import static dev.parley.chat.fuzz.FuzzTarget.CHEAP;
import static dev.parley.chat.fuzz.FuzzTarget.CRYPTO;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import dev.parley.chat.fuzz.Inputs;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.auth.AccessTokens;
import dev.parley.chat.worker.internal.auth.Accounts;
import dev.parley.chat.worker.internal.auth.DevIssuer;
import dev.parley.chat.worker.internal.auth.RoomTokens;
import dev.parley.chat.worker.internal.rooms.Encoding;
import dev.parley.chat.worker.internal.rooms.Ids;
import dev.parley.chat.worker.internal.rooms.SignedDescriptor;
import dev.parley.chat.worker.internal.rooms.SignedSuccession;
import dev.parley.chat.worker.internal.store.RoomStore;
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import dev.parley.chat.worker.internal.store.RoomStore.Posted;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/** What a client sends to the signaling worker. Everything is refused with a {@link Problem} or taken. */
public final class WorkerTargets {

    private static final String ID = "gr2q7gf5lh6pzfdnurnkvputhpqvjjfv";
    private static final String ACCOUNT = "client-1";
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1_800_000_000_000L));

    private WorkerTargets() {}

    /**
     * Lists the targets.
     *
     * @return all of the worker
     */
    public static List<FuzzTarget> all() {
        return List.of(
                new FuzzTarget("worker-bodies", CHEAP, WorkerTargets::bodies),
                new FuzzTarget("worker-ids", CHEAP, WorkerTargets::ids),
                new FuzzTarget("worker-descriptors", CRYPTO, WorkerTargets::descriptors),
                new FuzzTarget("worker-successions", CHEAP, WorkerTargets::successions),
                new FuzzTarget("worker-tokens", CRYPTO, WorkerTargets::tokens));
    }

    private static Prepared bodies() {
        List<byte[]> seeds = Inputs.texts(
                "{\"to\":\"" + ID + "\",\"type\":\"envelope\",\"payload\":\"AAAA\",\"msgId\":\"m-1\"}",
                "{\"ack\":12}",
                "{\"fence\":9007199254740991}",
                "{\"peerId\":\"" + ID + "\"}");
        return new Prepared(seeds, input -> {
            ObjectNode body;
            try {
                body = Json.parseObject(input, "the body");
            } catch (Problem refused) {
                requireOneLine(refused);
                return;
            }
            try {
                require(Json.integer(body, "ack", 0, Long.MAX_VALUE) >= 0, "a number is within bounds");
            } catch (Problem refused) {
                requireOneLine(refused);
            }
            try {
                Posted posted = MessagesEndpoint.parse(body);
                byte[] payload = Encoding.fromBase64Url(posted.payload(), "payload");
                require(payload.length <= MessagesEndpoint.MAX_PAYLOAD_BYTES, "a payload is within bounds");
                require(Ids.requireId(posted.to(), "to").equals(posted.to()), "a receiver is a peer");
                require(posted.msgId().length() <= 64, "an id is within bounds");
            } catch (Problem refused) {
                requireOneLine(refused);
            }
        });
    }

    private static void requireOneLine(Problem refused) {
        require(
                refused.code() == ProblemCode.INVALID_REQUEST || refused.code() == ProblemCode.TOO_LARGE,
                "it is the client's");
        require(
                refused.detail().lines().count() == 1 && refused.detail().length() < 200,
                "a refusal is one short line");
    }

    private static Prepared ids() {
        return new Prepared(Inputs.texts(ID, "m_-9AZ", "AA", "_-8x"), input -> {
            String text = Inputs.text(input);
            try {
                require(Ids.requireId(text, "it").length() == 32, "an id has 32 characters");
            } catch (Problem refused) {
                requireOneLine(refused);
            }
            try {
                require(Ids.requireMessageId(text).length() <= 64, "an id of a message has 64 characters at most");
            } catch (Problem refused) {
                requireOneLine(refused);
            }
            try {
                byte[] bytes = Encoding.fromBase64Url(text, "it");
                require(Encoding.base64Url(bytes).equals(text), "one value has one spelling");
            } catch (Problem refused) {
                requireOneLine(refused);
            }
        });
    }

    private static Prepared descriptors() {
        var golden = Inputs.golden("descriptors.txt");
        String signature = Encoding.base64Url(HexFormat.of().parseHex(golden.get("PUBLIC.signature")));
        byte[] genuine = golden.get("PUBLIC.descriptor").getBytes(StandardCharsets.UTF_8);
        List<byte[]> seeds = List.of(genuine, golden.get("PRIVATE.descriptor").getBytes(StandardCharsets.UTF_8));
        return new Prepared(seeds, input -> {
            try {
                SignedDescriptor taken = SignedDescriptor.verify(Encoding.base64Url(input), signature);
                require(java.util.Arrays.equals(taken.descriptor(), input), "a descriptor is kept as it came");
                require(java.util.Arrays.equals(input, genuine), "only what the host signed is taken");
            } catch (Problem refused) {
                requireOneLine(refused);
            }
        });
    }

    private static Prepared successions() {
        String descriptor = Encoding.base64Url(
                Inputs.golden("descriptors.txt").get("PUBLIC.descriptor").getBytes(StandardCharsets.UTF_8));
        String room = Inputs.golden("descriptors.txt").get("room");
        String signature = Encoding.base64Url(new byte[64]);
        List<byte[]> seeds = Inputs.texts(
                "{\"v\":1,\"room\":\"" + room + "\",\"version\":1,\"deputies\":[]}",
                "{\"v\":1,\"room\":\"" + room + "\",\"version\":2,\"deputies\":[\"" + "A".repeat(170) + "A\"]}");
        return new Prepared(seeds, input -> {
            try {
                SignedSuccession.verify(room, descriptor, Encoding.base64Url(input), signature);
                throw new AssertionError("nothing is taken without a signature");
            } catch (Problem refused) {
                requireOneLine(refused);
            }
        });
    }

    /** A store that keeps nothing but the secrets of the tokens, which are fixed. */
    private static RoomStore secretsOnly() {
        return (RoomStore) Proxy.newProxyInstance(
                RoomStore.class.getClassLoader(), new Class<?>[] {RoomStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("secret")) {
                        return ((Supplier<?>) arguments[1]).get();
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Prepared tokens() {
        RoomStore store = secretsOnly();
        DevIssuer issuer = new DevIssuer("http://127.0.0.1/dev", "parley", store, CLOCK);
        AccessTokens access = AccessTokens.of(issuer, CLOCK);
        RoomTokens rooms = new RoomTokens(store, CLOCK);
        String accessToken = issuer.issue(ACCOUNT);
        Member member = new Member(new Slot(ID, ID), ACCOUNT);
        String roomToken = rooms.mint(member);
        List<byte[]> seeds =
                new ArrayList<>(Inputs.texts(accessToken, roomToken, "e30.e30.", "eyJhbGciOiJub25lIn0.e30."));
        return new Prepared(seeds, input -> {
            String token = Inputs.text(input);
            try {
                require(
                        access.verify(token).account().equals(Accounts.ofDevelopment(ACCOUNT)),
                        "only what was issued is taken, in whatever spelling");
            } catch (Problem refused) {
                require(refused.code() == ProblemCode.UNAUTHORIZED, "a token that is not good is refused as one");
            }
            try {
                require(rooms.verify(token).member().equals(member), "only what was minted is taken");
            } catch (Problem refused) {
                require(refused.code() == ProblemCode.UNAUTHORIZED, "a token that is not good is refused as one");
            }
        });
    }
}
