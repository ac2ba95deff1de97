package dev.parley.chat.signaling.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.AccessToken;
import dev.parley.chat.signaling.internal.WorkerHttp.Answer;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.Nameplate;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.SignedSuccession;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The JSON of docs/signaling.md, both ways. What it returns is checked; what is malformed is a PROTOCOL problem. */
public final class Wire {

    private static final Logger log = LoggerFactory.getLogger(Wire.class);

    /** More ICE servers than these are ignored. */
    static final int MAX_ICE_SERVERS = 16;

    /** Longest time between heartbeats that a worker may ask for: a third of a day is as good as never. */
    static final int MAX_HEARTBEAT_SECONDS = 3600;

    /**
     * Longest lease that a worker may give. The protocol's lasts 30 s; nobody may keep a room for long by a mistake.
     */
    static final int MAX_LEASE_SECONDS = 600;

    /** A longer {@code Retry-After} counts as this. */
    static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

    /** Longest life of a token that is believed. */
    static final int MAX_TOKEN_SECONDS = 400 * 24 * 3600;

    private static final MediaType MEDIA_TYPE = MediaType.get("application/json");
    private static final int MAX_NESTING = 32;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxStringLength(WorkerHttp.MAX_ANSWER_BYTES * 2)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Wire() {}

    /** A place in a room, as the answer to a join says. */
    record Joined(String roomToken, Duration expiresIn, Duration heartbeat, long after, List<IceServer> iceServers) {
        @Override
        public String toString() {
            return "Joined[after " + after + "]";
        }
    }

    /** What a sender sent. */
    record Content(PeerId from, MessageType type, ByteString payload) {}

    /** One message of the mailbox; without content when only its number could be understood. */
    record Message(long seq, @Nullable Content content) {}

    /** An answer that is not a success: its status, its stable code if it has one, and how long to wait. */
    record Refusal(int status, String code, @Nullable Duration retryAfter) {

        boolean isRoomGone() {
            return status == 404 && code.equals("room_not_found");
        }

        boolean isNameplateGone() {
            return status == 404 && code.equals("nameplate_not_found");
        }

        boolean isLeaseHeld() {
            return status == 409 && code.equals("lease_held");
        }

        /** The room token or the slot is not good any more: joining again mends both. */
        boolean asksToJoinAgain() {
            return status == 401 || status == 410;
        }

        SignalingException toException() {
            Problem problem = problem();
            String message = switch (problem) {
                case UNREACHABLE -> "the worker cannot be reached";
                case UNAVAILABLE -> status == 410 ? "the place in the room is gone" : "the worker cannot serve now";
                case RATE_LIMITED ->
                    code.equals("mailbox_full") ? "the receiver's mailbox is full" : "the worker asks to slow down";
                case UNAUTHORIZED -> "the worker does not accept the token";
                case FORBIDDEN -> "the account may not do this";
                case ROOM_NOT_FOUND ->
                    isNameplateGone()
                            ? "the worker does not know the number, or no longer"
                            : "the worker does not know the room, or does not let this account do that with it";
                case PEER_NOT_FOUND -> "the receiver is not in the room";
                case ROOM_EXISTS ->
                    code.equals("succession_exists")
                            ? "the worker has another succession of this version or a later one"
                            : "the room id is taken";
                case PEER_TAKEN -> "the peer id is held by another account";
                case ROOM_FULL -> "the room is full";
                case TOO_LARGE -> "the request was above a limit of the worker";
                case PROTOCOL ->
                    status / 100 == 3
                            ? "the worker redirects, which is not followed; use its final address"
                            : "the answer is not one of a signaling worker, or it found the request malformed";
            };
            return new SignalingException(problem, message + " (HTTP " + status + ")", retryAfter, null);
        }

        /** The status says the kind; only where it has several meanings does the code decide. */
        private Problem problem() {
            if (status >= 500) {
                return Problem.UNAVAILABLE;
            }
            return switch (status) {
                case 401 -> Problem.UNAUTHORIZED;
                case 403 -> Problem.FORBIDDEN;
                case 404 ->
                    switch (code) {
                        case "room_not_found", "nameplate_not_found" -> Problem.ROOM_NOT_FOUND;
                        case "peer_not_found" -> Problem.PEER_NOT_FOUND;
                        default -> Problem.PROTOCOL;
                    };
                case 408 -> Problem.UNREACHABLE;
                case 409 ->
                    switch (code) {
                        case "room_exists", "succession_exists" -> Problem.ROOM_EXISTS;
                        case "peer_taken" -> Problem.PEER_TAKEN;
                        case "room_full" -> Problem.ROOM_FULL;
                        default -> Problem.PROTOCOL;
                    };
                case 410 -> Problem.UNAVAILABLE;
                case 413, 414, 431 -> Problem.TOO_LARGE;
                case 429 -> Problem.RATE_LIMITED;
                default -> Problem.PROTOCOL;
            };
        }
    }

    /** A PROTOCOL problem of an answer. */
    static SignalingException malformed(String what) {
        return new SignalingException(Problem.PROTOCOL, "not the answer of a signaling worker: " + what);
    }

    // Requests

    /** The body that asks for a guest's token. */
    static RequestBody guest(String secret) {
        return write(JSON.createObjectNode().put("secret", secret));
    }

    /** Writes the body that announces a room. */
    public static RequestBody announcement(SignedDescriptor descriptor) {
        return write(JSON.createObjectNode()
                .put("descriptor", BASE64.encodeToString(descriptor.descriptor()))
                .put("signature", BASE64.encodeToString(descriptor.signature())));
    }

    /** Writes the body that publishes a succession. */
    public static RequestBody succession(SignedSuccession succession) {
        return write(JSON.createObjectNode()
                .put("succession", BASE64.encodeToString(succession.succession()))
                .put("signature", BASE64.encodeToString(succession.signature())));
    }

    /** Writes the body that asks for a short number. */
    public static RequestBody nameplate(RoomId room) {
        return write(JSON.createObjectNode().put("roomId", room.value()));
    }

    static RequestBody lease(long fence) {
        return write(JSON.createObjectNode().put("fence", fence));
    }

    static RequestBody join(PeerId self) {
        return write(JSON.createObjectNode().put("peerId", self.value()));
    }

    static RequestBody message(PeerId to, MessageType type, byte[] payload, String msgId) {
        return write(JSON.createObjectNode()
                .put("to", to.value())
                .put("type", type.name().toLowerCase(Locale.ROOT))
                .put("payload", BASE64.encodeToString(payload))
                .put("msgId", msgId));
    }

    static String ack(long seq) {
        return "{\"ack\":" + seq + "}";
    }

    private static RequestBody write(ObjectNode node) {
        try {
            return RequestBody.create(JSON.writeValueAsBytes(node), MEDIA_TYPE);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts cannot be written", e);
        }
    }

    // Answers

    static Refusal refusal(Answer answer, long nowEpochMillis) {
        String code = "";
        if (answer.hasContentType("application/problem+json")) {
            try {
                code = JSON.readTree(answer.body().toByteArray()).path("code").asText("");
            } catch (IOException e) {
                log.debug("a refusal with status {} is not JSON", answer.status());
            }
        }
        return new Refusal(answer.status(), code, retryAfter(answer.headers().get("Retry-After"), nowEpochMillis));
    }

    /** Reads RFC 9110 section 10.2.3: seconds, or a date; null if it is neither. */
    static @Nullable Duration retryAfter(@Nullable String value, long nowEpochMillis) {
        if (value == null) {
            return null;
        }
        String text = value.strip();
        if (text.matches("\\d{1,18}")) {
            return bounded(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return bounded(Duration.between(Instant.ofEpochMilli(nowEpochMillis), date));
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static Duration bounded(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : wait;
    }

    /** Reads a success that must be a JSON object. */
    static JsonNode object(Answer answer) {
        if (!answer.hasContentType("application/json")) {
            throw malformed("it is not application/json");
        }
        return object(answer.body().toByteArray());
    }

    private static JsonNode object(byte[] text) {
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (IOException e) {
            // Its message would quote the answer.
            throw malformed("it is not JSON");
        }
        if (node == null || !node.isObject()) {
            throw malformed("it is not a JSON object");
        }
        return node;
    }

    /**
     * Checks the answer to an announcement.
     *
     * @return the token of the room's owner; empty if the worker gives none
     */
    public static Optional<AccessToken> announced(Answer answer, RoomId room, long nowEpochMillis) {
        requireSuccess(answer, nowEpochMillis);
        JsonNode node = object(answer);
        if (!room.value().equals(text(node, "roomId"))) {
            throw malformed("it names another room");
        }
        return node.has("ownerToken")
                ? Optional.of(token(node, "ownerToken", "ownerExpiresIn", nowEpochMillis))
                : Optional.empty();
    }

    /** Reads a token with its life in seconds. */
    static AccessToken token(JsonNode node, String tokenField, String lifeField, long nowEpochMillis) {
        long seconds = number(node, lifeField, 1, MAX_TOKEN_SECONDS);
        try {
            return new AccessToken(
                    text(node, tokenField), Instant.ofEpochMilli(nowEpochMillis).plusSeconds(seconds));
        } catch (IllegalArgumentException e) {
            throw malformed(tokenField + " cannot be sent in a header");
        }
    }

    /** Checks an answer that says by its status alone that something was done. */
    public static void requireSuccess(Answer answer, long nowEpochMillis) {
        if (!answer.isSuccess()) {
            throw refusal(answer, nowEpochMillis).toException();
        }
    }

    /** Reads the entry of one room. */
    public static RoomEntry roomEntry(Answer answer, RoomId room, long nowEpochMillis) {
        requireSuccess(answer, nowEpochMillis);
        RoomEntry entry = roomEntry(object(answer));
        if (!entry.room().equals(room)) {
            throw malformed("it names another room");
        }
        return entry;
    }

    /** Checks the answer to a withdrawal; a room that the worker does not know counts as withdrawn. */
    public static void withdrawn(Answer answer, long nowEpochMillis) {
        if (!answer.isSuccess() && !refusal(answer, nowEpochMillis).isRoomGone()) {
            throw refusal(answer, nowEpochMillis).toException();
        }
    }

    /** Reads the short number that a room was given. */
    public static Nameplate nameplate(Answer answer, long nowEpochMillis) {
        requireSuccess(answer, nowEpochMillis);
        JsonNode node = object(answer);
        return new Nameplate(
                (int) number(node, "number", 1, Integer.MAX_VALUE),
                Duration.ofSeconds(number(node, "expiresIn", 0, Integer.MAX_VALUE)));
    }

    /** Reads the room of a short number. */
    public static RoomId nameplateRoom(Answer answer, long nowEpochMillis) {
        requireSuccess(answer, nowEpochMillis);
        try {
            return new RoomId(text(object(answer), "roomId"));
        } catch (IllegalArgumentException e) {
            throw malformed("roomId is not the id of a room");
        }
    }

    /** Checks the answer to a number that was given back; one that the worker does not know counts as given back. */
    public static void nameplateClosed(Answer answer, long nowEpochMillis) {
        if (!answer.isSuccess() && !refusal(answer, nowEpochMillis).isNameplateGone()) {
            throw refusal(answer, nowEpochMillis).toException();
        }
    }

    /** Reads who holds a lease: what the worker granted, or, in its refusal, who has it. */
    static Lease lease(Answer answer) {
        return lease(answer.isSuccess() ? object(answer) : object(answer.body().toByteArray()));
    }

    private static Lease lease(JsonNode node) {
        try {
            return new Lease(
                    new PeerId(text(node, "holder")),
                    number(node, "fence", 1, Long.MAX_VALUE),
                    Duration.ofSeconds(number(node, "expiresIn", 0, MAX_LEASE_SECONDS)));
        } catch (IllegalArgumentException e) {
            throw malformed("holder is not a peer id");
        }
    }

    /** Reads a page of the room list. */
    public static RoomPage roomPage(Answer answer, long nowEpochMillis) {
        requireSuccess(answer, nowEpochMillis);
        JsonNode node = object(answer);
        List<RoomEntry> rooms = new ArrayList<>();
        for (JsonNode room : array(node, "rooms")) {
            try {
                rooms.add(roomEntry(room));
            } catch (SignalingException e) {
                // One bad entry must not hide the others.
                log.debug("an entry of the room list was skipped: {}", e.getMessage());
            }
        }
        JsonNode cursor = node.path("cursor");
        if (!cursor.isTextual() && !cursor.isNull() && !cursor.isMissingNode()) {
            throw malformed("cursor is not a text");
        }
        return new RoomPage(rooms, cursor.isTextual() ? cursor.textValue() : null);
    }

    private static RoomEntry roomEntry(JsonNode node) {
        try {
            return new RoomEntry(
                    new RoomId(text(node, "roomId")),
                    new SignedDescriptor(binary(node, "descriptor"), binary(node, "signature")),
                    (int) number(node, "peers", 0, Integer.MAX_VALUE),
                    Instant.ofEpochMilli(number(node, "lastActive", 0, Long.MAX_VALUE)),
                    node.has("succession") ? succession(node.path("succession")) : null,
                    node.has("lease") ? lease(node.path("lease")) : null);
        } catch (IllegalArgumentException e) {
            throw malformed("a room entry has a wrong field");
        }
    }

    private static SignedSuccession succession(JsonNode node) {
        return new SignedSuccession(binary(node, "succession"), binary(node, "signature"));
    }

    static Joined joined(Answer answer) {
        JsonNode node = object(answer);
        String token = text(node, "roomToken");
        try {
            AccessToken.of(token);
        } catch (IllegalArgumentException e) {
            throw malformed("the room token cannot be sent in a header");
        }
        return new Joined(
                token,
                Duration.ofSeconds(number(node, "expiresIn", 1, Integer.MAX_VALUE)),
                Duration.ofSeconds(number(node, "heartbeatSeconds", 1, MAX_HEARTBEAT_SECONDS)),
                number(node, "after", 0, Long.MAX_VALUE),
                iceServers(node.path("iceServers")));
    }

    private static List<IceServer> iceServers(JsonNode list) {
        List<IceServer> servers = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (JsonNode server : list) {
            if (servers.size() == MAX_ICE_SERVERS) {
                break;
            }
            List<String> urls = new ArrayList<>();
            server.path("urls").forEach(url -> urls.add(url.asText()));
            try {
                servers.add(new IceServer(
                        urls,
                        server.path("username").textValue(),
                        server.path("credential").textValue()));
            } catch (IllegalArgumentException e) {
                skipped.add(String.valueOf(e.getMessage()));
            }
        }
        if (!skipped.isEmpty()) {
            log.warn(
                    "{} ICE servers that the worker names cannot be used and were skipped, the first because: {}",
                    skipped.size(),
                    skipped.get(0));
        }
        return servers;
    }

    static List<Message> messages(Answer answer) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : array(object(answer), "messages")) {
            messages.add(message(message));
        }
        return messages;
    }

    static Message message(String frame) {
        JsonNode node;
        try {
            node = JSON.readTree(frame);
        } catch (JsonProcessingException e) {
            throw malformed("a frame is not JSON");
        }
        return message(node);
    }

    /**
     * The seq is the worker's and must be right. The rest is a stranger's: a message that cannot be understood is
     * passed over, or it would be delivered and refused for ever.
     */
    private static Message message(JsonNode node) {
        long seq = number(node, "seq", 1, Long.MAX_VALUE);
        try {
            PeerId from = new PeerId(text(node, "from"));
            MessageType type = switch (text(node, "type")) {
                case "envelope" -> MessageType.ENVELOPE;
                case "refusal" -> MessageType.REFUSAL;
                default -> throw malformed("a message has an unknown type");
            };
            byte[] payload = binary(node, "payload");
            if (payload.length > SignalingSession.MAX_PAYLOAD_BYTES) {
                throw malformed("a payload has " + payload.length + " bytes");
            }
            return new Message(seq, new Content(from, type, ByteString.of(payload)));
        } catch (SignalingException | IllegalArgumentException e) {
            log.debug("message {} was passed over: {}", seq, e.getMessage());
            return new Message(seq, null);
        }
    }

    private static JsonNode array(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isArray()) {
            throw malformed(field + " is not a list");
        }
        return value;
    }

    static String text(JsonNode node, String field) {
        String value = node.path(field).textValue();
        if (value == null) {
            throw malformed(field + " is missing or not a text");
        }
        return value;
    }

    static long number(JsonNode node, String field, long min, long max) {
        JsonNode value = node.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw malformed(field + " is missing or not a whole number");
        }
        if (value.longValue() < min || value.longValue() > max) {
            throw malformed(field + " is out of range");
        }
        return value.longValue();
    }

    private static byte[] binary(JsonNode node, String field) {
        try {
            return Base64.getUrlDecoder().decode(text(node, field));
        } catch (IllegalArgumentException e) {
            throw malformed(field + " is not base64url");
        }
    }
}
