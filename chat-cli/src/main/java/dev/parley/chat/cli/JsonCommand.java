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
import dev.parley.chat.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The fields of a command in JSON. What is not as it should be is a {@link CliException} that names the field. */
final class JsonCommand {

    private static final int MAX_DEPTH = 16;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode json;

    private JsonCommand(JsonNode json) {
        this.json = json;
    }

    /** Reads a line; its fields are looked at when they are asked for. */
    static JsonCommand read(String line) {
        JsonNode json;
        try {
            json = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            // The exception's text quotes the line, which may hold what was to be said.
            throw bad("invalid_json", "the line is not valid JSON", "write one JSON object a line");
        }
        if (json == null || !json.isObject()) {
            throw bad("invalid_json", "the line is not a JSON object", "write one JSON object a line");
        }
        return new JsonCommand(json);
    }

    static CliException bad(String code, String message, String hint) {
        return new CliException(new Failure(ExitCode.USAGE, code, message, hint), null);
    }

    private @Nullable JsonNode find(String field) {
        JsonNode value = json.get(field);
        return value == null || value.isNull() ? null : value;
    }

    /** A string that must be there. */
    String text(String field) {
        String text = findText(field);
        if (text == null) {
            throw CliException.invalidCommand("\"" + field + "\" is missing", "add it as a string");
        }
        return text;
    }

    @Nullable
    String findText(String field) {
        JsonNode value = find(field);
        if (value != null && !value.isTextual()) {
            throw CliException.invalidCommand("\"" + field + "\" is not a string", "write it as a string");
        }
        return value == null ? null : value.textValue();
    }

    List<String> texts(String field) {
        JsonNode list = json.path(field);
        List<String> texts = new ArrayList<>();
        for (JsonNode text : list) {
            if (text.isTextual()) {
                texts.add(text.textValue());
            }
        }
        if (!list.isArray() || texts.size() < list.size()) {
            throw CliException.invalidCommand(
                    "\"" + field + "\" is not a list of strings", "name peer ids or names as a list of strings");
        }
        return texts;
    }

    @Nullable
    List<JsonCommand> findObjects(String field) {
        JsonNode list = find(field);
        if (list == null) {
            return null;
        }
        List<JsonCommand> objects = new ArrayList<>();
        for (JsonNode object : list) {
            if (object.isObject()) {
                objects.add(new JsonCommand(object));
            }
        }
        if (!list.isArray() || objects.size() < list.size()) {
            throw CliException.invalidCommand(
                    "\"" + field + "\" is not a list of objects", "write it as the events have it");
        }
        return objects;
    }

    /** True or false; as the caller says where it is missing. */
    boolean flag(String field, boolean otherwise) {
        Boolean flag = findFlag(field);
        return flag == null ? otherwise : flag;
    }

    @Nullable
    Boolean findFlag(String field) {
        JsonNode value = find(field);
        if (value != null && !value.isBoolean()) {
            throw CliException.invalidCommand("\"" + field + "\" is neither true nor false", "write it without quotes");
        }
        return value == null ? null : value.booleanValue();
    }

    /** A number that is not negative. */
    @Nullable
    Long findCount(String field) {
        JsonNode value = find(field);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw CliException.invalidCommand(
                    "\"" + field + "\" is not a whole number from 0 on", "write it without quotes");
        }
        return value.longValue();
    }

    MessageId messageId(String field) {
        text(field);
        MessageId id = findMessageId(field);
        if (id == null) {
            throw new IllegalStateException("a text that is there is read");
        }
        return id;
    }

    @Nullable
    MessageId findMessageId(String field) {
        String text = findText(field);
        try {
            return text == null ? null : new MessageId(text);
        } catch (IllegalArgumentException e) {
            throw CliException.invalidCommand(
                    "\"" + field + "\" is not the id of a message", "use the \"id\" of a message event");
        }
    }

    PeerId peerId(String field) {
        Optional<PeerId> peer = Verifier.peerId(text(field));
        return peer.orElseThrow(() -> CliException.invalidCommand(
                "\"" + field + "\" is not a peer id", "use the \"peerId\" of a participant event, not a name"));
    }

    /** One of the values of an enum, by its name. */
    <E extends Enum<E>> E choice(String field, List<E> choices) {
        String text = text(field);
        return choices.stream()
                .filter(choice -> choice.name().equals(text))
                .findFirst()
                .orElseThrow(() -> CliException.invalidCommand(
                        "\"" + field + "\" is none of its values",
                        "write one of "
                                + String.join(
                                        ", ", choices.stream().map(Enum::name).toList())));
    }
}
