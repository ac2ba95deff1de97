package dev.parley.chat.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.parley.chat.MessageId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What standard input asks for in JSON mode. */
sealed interface InputCommand {

    /** Longest reference that is echoed, in UTF-16 units. */
    int MAX_REF_CHARS = 256;

    /** Its reference, to be echoed in the answer; null when it has none. */
    @Nullable
    String ref();

    /** Sends a message. */
    record Send(
            String text,
            @Nullable MessageId replyTo,
            @Nullable String ref) implements InputCommand {}

    /** Asks who is there. */
    record Participants(@Nullable String ref) implements InputCommand {}

    /** Acts on participants, each a peer id or a name. */
    record Act(Kind kind, List<String> peers, @Nullable String ref) implements InputCommand {

        /** What is done. */
        enum Kind {
            KICK,
            BAN,
            UNBAN,
            DEPUTIES
        }
    }

    /** Gives a pairing code out. */
    record Code(@Nullable String ref) implements InputCommand {}

    /** Leaves the room. */
    record Leave(@Nullable String ref) implements InputCommand {}

    /** Shows the room's code or a peer's safety number, or compares it with what the other side sees. */
    record Verify(
            @Nullable String peer,
            @Nullable String code,
            boolean confirm,
            @Nullable String ref) implements InputCommand {}

    /** Takes a verification back. */
    record Unverify(String peer, @Nullable String ref) implements InputCommand {}

    /**
     * Reads what a person typed about verification.
     *
     * @param line without white space around it
     * @return null if it is about something else
     */
    static @Nullable InputCommand typedVerification(String line) {
        if (line.equals("/verify")) {
            return new Verify(null, null, false, null);
        }
        if (line.startsWith("/unverify ")) {
            return new Unverify(line.substring("/unverify ".length()).strip(), null);
        }
        if (!line.startsWith("/verify ")) {
            return null;
        }
        String rest = line.substring("/verify ".length()).strip();
        return rest.endsWith(" ok")
                ? new Verify(rest.substring(0, rest.length() - " ok".length()).strip(), null, true, null)
                : new Verify(rest, null, false, null);
    }

    /**
     * Reads a line.
     *
     * @param line one JSON object
     * @return the command
     * @throws CliException if the line is none; nothing was changed by it
     */
    static InputCommand parse(String line) {
        JsonNode json;
        try {
            json = Parser.JSON.readTree(line);
        } catch (JsonProcessingException e) {
            // The exception's text quotes the line, which may hold what was to be said.
            throw bad("invalid_json", "the line is not valid JSON", "write one JSON object a line");
        }
        if (json == null || !json.isObject()) {
            throw bad("invalid_json", "the line is not a JSON object", "write one JSON object a line");
        }
        String ref = text(json, "ref", false);
        if (ref != null && ref.length() > MAX_REF_CHARS) {
            throw bad("invalid_command", "\"ref\" has more than " + MAX_REF_CHARS + " characters", "use a shorter one");
        }
        String name = text(json, "cmd", true);
        switch (name == null ? "" : name) {
            case "send" -> {
                String text = text(json, "text", true);
                return new Send(text == null ? "" : text, messageId(text(json, "replyTo", false)), ref);
            }
            case "participants" -> {
                return new Participants(ref);
            }
            case "kick" -> {
                return act(Act.Kind.KICK, json, ref);
            }
            case "ban" -> {
                return act(Act.Kind.BAN, json, ref);
            }
            case "unban" -> {
                return act(Act.Kind.UNBAN, json, ref);
            }
            case "deputies" -> {
                return new Act(Act.Kind.DEPUTIES, peers(json), ref);
            }
            case "code" -> {
                return new Code(ref);
            }
            case "verify" -> {
                String peer = text(json, "peer", false);
                boolean confirm = flag(json, "confirm");
                if (confirm && peer == null) {
                    throw bad("invalid_command", "\"confirm\" is of a peer", "add \"peer\"");
                }
                return new Verify(peer, text(json, "code", false), confirm, ref);
            }
            case "unverify" -> {
                String peer = text(json, "peer", true);
                return new Unverify(peer == null ? "" : peer, ref);
            }
            case "leave" -> {
                return new Leave(ref);
            }
            default ->
                throw bad(
                        "unknown_command",
                        "there is no such command",
                        "use send, participants, code, kick, ban, unban, deputies, verify, unverify or leave as \"cmd\"");
        }
    }

    private static Act act(Act.Kind kind, JsonNode json, @Nullable String ref) {
        String peer = text(json, "peer", true);
        return new Act(kind, List.of(peer == null ? "" : peer), ref);
    }

    private static List<String> peers(JsonNode json) {
        JsonNode list = json.path("peers");
        List<String> peers = new ArrayList<>();
        for (JsonNode peer : list) {
            if (peer.isTextual()) {
                peers.add(peer.textValue());
            }
        }
        if (!list.isArray() || peers.size() < list.size()) {
            throw bad(
                    "invalid_command",
                    "\"peers\" is not a list of strings",
                    "name peer ids or names as a list of strings");
        }
        return peers;
    }

    private static boolean flag(JsonNode json, String field) {
        JsonNode value = json.get(field);
        if (value == null || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw bad("invalid_command", "\"" + field + "\" is neither true nor false", "write it without quotes");
        }
        return value.booleanValue();
    }

    private static @Nullable MessageId messageId(@Nullable String value) {
        if (value == null) {
            return null;
        }
        try {
            return new MessageId(value);
        } catch (IllegalArgumentException e) {
            throw bad("invalid_command", "\"replyTo\" is not the id of a message", "use the \"id\" of a message event");
        }
    }

    private static @Nullable String text(JsonNode json, String field, boolean required) {
        JsonNode value = json.get(field);
        if (value == null || value.isNull()) {
            if (required) {
                throw bad("invalid_command", "\"" + field + "\" is missing", "add it as a string");
            }
            return null;
        }
        if (!value.isTextual()) {
            throw bad("invalid_command", "\"" + field + "\" is not a string", "write it as a string");
        }
        return value.textValue();
    }

    private static CliException bad(String code, String message, String hint) {
        return new CliException(new Failure(ExitCode.USAGE, code, message, hint), null);
    }

    /** Holds the parser; an interface cannot hide it otherwise. */
    final class Parser {
        private static final int MAX_DEPTH = 16;

        private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();

        private Parser() {}
    }
}
