package dev.parley.chat.internal.encoding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Vectors of what has to be taken and what has to be refused, in {@code src/test/resources/negative}: JSON with, for
 * each, a comment, the input, the result {@code valid} or {@code invalid}, and flags that say what is wrong.
 */
public final class NegativeVectors {

    private NegativeVectors() {}

    /**
     * One vector.
     *
     * @param file where it stands
     * @param fields all of it
     */
    public record Vector(String file, JsonNode fields) {

        /** Whether the input has to be taken. */
        public boolean isValid() {
            return switch (text("result")) {
                case "valid" -> true;
                case "invalid" -> false;
                default -> throw new IllegalStateException("a result is valid or invalid: " + this);
            };
        }

        /**
         * A field.
         *
         * @param field its name
         * @return its text
         */
        public String text(String field) {
            String text = fields.path(field).textValue();
            if (text == null) {
                throw new IllegalStateException("no text \"" + field + "\": " + this);
            }
            return text;
        }

        /**
         * A field in hexadecimal.
         *
         * @param field its name
         * @return its bytes
         */
        public byte[] bytes(String field) {
            return HexFormat.of().parseHex(text(field));
        }

        /**
         * What is set otherwise than in the genuine input, in hexadecimal.
         *
         * @param field its name
         * @param genuine what it is if it is not set
         * @return its bytes
         */
        public byte[] set(String field, byte[] genuine) {
            String text = fields.path("set").path(field).textValue();
            return text == null ? genuine : HexFormat.of().parseHex(text);
        }

        /**
         * What is set otherwise than in the genuine input, by its name.
         *
         * @param field its name
         * @param genuine what it is if it is not set
         * @return its text
         */
        public String setText(String field, String genuine) {
            return fields.path("set").path(field).asText(genuine);
        }

        @Override
        public String toString() {
            return file + ": " + fields.path("comment").asText() + " " + fields.path("flags");
        }
    }

    /**
     * Reads a file.
     *
     * @param file its name
     * @return its vectors; there are some that are valid and some that are not
     */
    public static Stream<Vector> of(String file) {
        List<Vector> vectors = new ArrayList<>();
        try (InputStream in = NegativeVectors.class.getResourceAsStream("/negative/" + file)) {
            for (JsonNode fields : new ObjectMapper().readTree(in).path("vectors")) {
                vectors.add(new Vector(file, fields));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (vectors.stream().allMatch(Vector::isValid) || vectors.stream().noneMatch(Vector::isValid)) {
            throw new IllegalStateException(file + " needs vectors of both results");
        }
        return vectors.stream();
    }
}
