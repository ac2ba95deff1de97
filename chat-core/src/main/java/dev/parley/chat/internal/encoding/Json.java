package dev.parley.chat.internal.encoding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** JSON objects from strangers, read strictly and within bounds: depth, number length, no duplicate keys. */
public final class Json {

    private static final int MAX_DEPTH = 16;
    private static final int MAX_NUMBER_CHARS = 32;
    private static final int MAX_STRING_CHARS = 256 * 1024;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER_CHARS)
                            .maxStringLength(MAX_STRING_CHARS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /**
     * Reads an object.
     *
     * @param bytes UTF-8
     * @return the object
     * @throws MalformedException if the bytes are not exactly one JSON object
     */
    public static ObjectNode parseObject(byte[] bytes) throws MalformedException {
        JsonNode node;
        try {
            // Given bytes, Jackson guesses UTF-16 and UTF-32, skips a byte order mark and takes overlong forms.
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            node = MAPPER.readTree(text);
        } catch (CharacterCodingException e) {
            throw new MalformedException("not UTF-8");
        } catch (IOException e) {
            // The parser's message may repeat what it read; it is not kept.
            throw new MalformedException("not JSON");
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new MalformedException("not a JSON object");
    }

    /**
     * Starts an object.
     *
     * @return an empty object
     */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /**
     * Writes an object.
     *
     * @param object the object
     * @return UTF-8
     */
    public static byte[] write(ObjectNode object) {
        try {
            return MAPPER.writeValueAsBytes(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can always be written", e);
        }
    }

    /**
     * Reads a text field.
     *
     * @param object the object
     * @param field the field's name
     * @param maxChars longest text that is accepted
     * @return the text
     * @throws MalformedException if it is missing, not a text or too long
     */
    public static String text(JsonNode object, String field, int maxChars) throws MalformedException {
        JsonNode value = object.get(field);
        if (value == null || !value.isTextual()) {
            throw new MalformedException("'" + field + "' is missing or not a text");
        }
        String text = value.textValue();
        if (text.length() > maxChars) {
            throw new MalformedException(
                    "'" + field + "' has " + text.length() + " characters, the limit is " + maxChars);
        }
        return text;
    }

    /**
     * Reads a whole number.
     *
     * @param object the object
     * @param field the field's name
     * @param min the least value that is accepted
     * @param max the greatest value that is accepted
     * @return the number
     * @throws MalformedException if it is missing, not a whole number or out of bounds
     */
    public static long integer(JsonNode object, String field, long min, long max) throws MalformedException {
        JsonNode value = object.get(field);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new MalformedException("'" + field + "' is missing or not a whole number");
        }
        long number = value.longValue();
        if (number < min || number > max) {
            throw new MalformedException("'" + field + "' is not between " + min + " and " + max);
        }
        return number;
    }

    /**
     * Writes bytes as a field holds them.
     *
     * @param bytes any
     * @return base64url without padding (RFC 4648 section 5)
     */
    public static String base64(byte[] bytes) {
        return Base64Url.encode(bytes);
    }

    /**
     * Reads a field that holds bytes.
     *
     * @param object where it stands
     * @param field its name
     * @param maxBytes longest that is accepted
     * @return the bytes
     * @throws MalformedException if it is missing, not base64url or too long
     */
    public static byte[] base64(JsonNode object, String field, int maxBytes) throws MalformedException {
        return base64(object.path(field), maxBytes);
    }

    /**
     * Reads a value that holds bytes.
     *
     * @param value the value
     * @param maxBytes longest that is accepted
     * @return the bytes
     * @throws MalformedException if it is no text, not base64url or too long
     */
    public static byte[] base64(JsonNode value, int maxBytes) throws MalformedException {
        byte[] bytes;
        try {
            bytes = value.isTextual() ? Base64Url.decode(value.textValue()) : null;
        } catch (IllegalArgumentException e) {
            throw new MalformedException("a field is not base64url");
        }
        if (bytes == null || bytes.length > maxBytes) {
            throw new MalformedException("a field is missing or has more than " + maxBytes + " bytes");
        }
        return bytes;
    }
}
