package dev.parley.chat.worker.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Strict reading and plain writing of the JSON on the wire. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Json() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    public static byte[] write(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON nodes is always writable", e);
        }
    }

    /**
     * Parses one JSON object.
     *
     * @throws Problem {@code invalid_request} if the bytes are anything else
     */
    public static ObjectNode parseObject(byte[] utf8, String what) {
        try {
            // Jackson guesses UTF-16 and UTF-32 from the first bytes; the wire is UTF-8 only (RFC 8259 section 8.1).
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
            if (MAPPER.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (CharacterCodingException e) {
            throw Problem.invalid(what + " is not UTF-8");
        } catch (IOException e) {
            throw Problem.invalid(what + " is not well-formed JSON");
        }
        throw Problem.invalid(what + " is not a JSON object");
    }

    /**
     * A required text field.
     *
     * @throws Problem {@code invalid_request} if it is missing or not a string
     */
    public static String text(ObjectNode object, String field) {
        JsonNode node = object.get(field);
        if (node == null || !node.isTextual()) {
            throw Problem.invalid("field \"" + field + "\" must be a string");
        }
        return node.textValue();
    }

    /**
     * A required integer field within bounds.
     *
     * @throws Problem {@code invalid_request} if it is missing, not an integer or out of bounds
     */
    public static long integer(ObjectNode object, String field, long min, long max) {
        JsonNode node = object.get(field);
        if (node == null || !node.isIntegralNumber() || !node.canConvertToLong()) {
            throw Problem.invalid("field \"" + field + "\" must be an integer");
        }
        long value = node.longValue();
        if (value < min || value > max) {
            throw Problem.invalid("field \"" + field + "\" must be within " + min + " and " + max);
        }
        return value;
    }
}
