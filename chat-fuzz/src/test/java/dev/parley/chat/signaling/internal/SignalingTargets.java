package dev.parley.chat.signaling.internal;

import static dev.parley.chat.fuzz.FuzzTarget.CHEAP;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import dev.parley.chat.fuzz.Inputs;
import dev.parley.chat.signaling.internal.WorkerHttp.Answer;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.SignalingSession;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import okhttp3.Headers;
import okio.ByteString;

/** What a signaling worker answers and pushes, and through it any peer. */
public final class SignalingTargets {

    private static final long NOW = 1_800_000_000_000L;
    private static final String ID = "gr2q7gf5lh6pzfdnurnkvputhpqvjjfv";
    private static final String ENTRY = "{\"roomId\":\"" + ID + "\",\"descriptor\":\"AAAA\",\"signature\":\""
            + "A".repeat(86) + "\",\"peers\":1,\"lastActive\":1}";
    private static final String LEASE = "{\"holder\":\"" + ID + "\",\"fence\":3,\"expiresIn\":30}";
    private static final Headers JSON = Headers.of("Content-Type", "application/json");
    private static final Headers PROBLEM =
            Headers.of("Content-Type", "application/problem+json; charset=utf-8", "Retry-After", "3");

    private SignalingTargets() {}

    /**
     * Lists the targets.
     *
     * @return all of this package
     */
    public static List<FuzzTarget> all() {
        return List.of(
                new FuzzTarget("worker-answers", CHEAP, SignalingTargets::answers),
                new FuzzTarget("worker-messages", CHEAP, SignalingTargets::messages),
                new FuzzTarget("worker-refusals", CHEAP, SignalingTargets::refusals));
    }

    /** The first byte chooses the question that is answered. */
    private static Prepared answers() {
        RoomId room = new RoomId(ID);
        List<Function<Answer, Object>> readers = List.of(
                answer -> Wire.roomPage(answer, NOW),
                answer -> Wire.roomEntry(answer, room, NOW),
                Wire::joined,
                Wire::messages,
                Wire::lease,
                answer -> Wire.nameplate(answer, NOW),
                answer -> Wire.nameplateRoom(answer, NOW),
                answer -> {
                    Wire.announced(answer, room, NOW);
                    return answer;
                });
        List<byte[]> seeds = Inputs.texts(
                "0{\"rooms\":[" + ENTRY + "],\"cursor\":\"x\"}",
                "1" + ENTRY.substring(0, ENTRY.length() - 1) + ",\"lease\":" + LEASE
                        + ",\"succession\":{\"succession\":\"AAAA\",\"signature\":\"" + "A".repeat(86) + "\"}}",
                "2{\"roomToken\":\"a.b.c\",\"expiresIn\":3600,\"heartbeatSeconds\":10,\"after\":0,\"iceServers\":[{\"urls\":"
                        + "[\"turn:127.0.0.1:3478?transport=udp\"],\"username\":\"u\",\"credential\":\"c\"}]}",
                "3{\"messages\":[{\"seq\":1,\"from\":\"" + ID + "\",\"type\":\"envelope\",\"payload\":\"AAAA\"}]}",
                "4" + LEASE,
                "5{\"number\":7,\"expiresIn\":600}",
                "6{\"roomId\":\"" + ID + "\"}",
                "7{\"roomId\":\"" + ID + "\"}");
        return new Prepared(seeds, input -> {
            if (input.length == 0) {
                return;
            }
            Answer answer = new Answer(200, JSON, ByteString.of(input, 1, input.length - 1));
            try {
                Object taken = readers.get((input[0] & 0xff) % readers.size()).apply(answer);
                if (taken instanceof RoomEntry entry) {
                    require(entry.room().equals(room), "an entry is of the room that was asked for");
                    require(entry.peers() >= 0, "a count is not negative");
                } else if (taken instanceof Wire.Joined joined) {
                    require(joined.iceServers().size() <= Wire.MAX_ICE_SERVERS, "so many ICE servers at most");
                    require(joined.heartbeat().toSeconds() <= Wire.MAX_HEARTBEAT_SECONDS, "a heartbeat is in time");
                }
            } catch (SignalingException refused) {
                require(refused.problem() == SignalingException.Problem.PROTOCOL, "it is not the answer of a worker");
            }
        });
    }

    private static Prepared messages() {
        List<byte[]> seeds = Inputs.texts(
                "{\"seq\":1,\"from\":\"" + ID + "\",\"type\":\"envelope\",\"payload\":\"AAAA\"}",
                "{\"seq\":9223372036854775807,\"from\":\"" + ID + "\",\"type\":\"refusal\",\"payload\":\"\"}",
                "{\"seq\":2,\"from\":\"x\"}");
        return new Prepared(seeds, input -> {
            try {
                Wire.Message message = Wire.message(Inputs.text(input));
                require(message.seq() >= 1, "messages count from 1");
                Wire.Content content = message.content();
                if (content != null) {
                    require(
                            content.payload().size() <= SignalingSession.MAX_PAYLOAD_BYTES,
                            "a payload is within bounds");
                    require(new PeerId(content.from().value()).equals(content.from()), "a sender is a peer");
                }
            } catch (SignalingException refused) {
                require(refused.problem() == SignalingException.Problem.PROTOCOL, "it is not a frame of a worker");
            }
        });
    }

    /** The first byte chooses the status; up to a line feed stands what asks to wait, behind it the body. */
    private static Prepared refusals() {
        int[] statuses = {301, 400, 401, 403, 404, 408, 409, 410, 413, 418, 429, 500, 503};
        List<byte[]> seeds = Inputs.texts(
                "4\n3\n{\"code\":\"room_not_found\"}",
                "6Wed, 21 Oct 2026 07:28:00 GMT\n{\"code\":\"lease_held\"}",
                ":999999999999999999\n{\"code\":\"mailbox_full\",\"detail\":\"x\"}");
        return new Prepared(seeds, input -> {
            if (input.length == 0) {
                return;
            }
            String text = Inputs.text(input).substring(1);
            int line = text.indexOf('\n');
            Duration wait = Wire.retryAfter(line < 0 ? null : text.substring(0, line), NOW);
            require(
                    wait == null || (!wait.isNegative() && wait.compareTo(Wire.MAX_RETRY_AFTER) <= 0),
                    "a wait is within bounds");
            int status = statuses[(input[0] & 0xff) % statuses.length];
            String message = Wire.refusal(
                            new Answer(status, PROBLEM, ByteString.encodeUtf8(text.substring(line + 1))), NOW)
                    .toException()
                    .getMessage();
            require(message != null && message.length() < 200, "a refusal is in our own words");
        });
    }
}
