package dev.parley.chat.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Seeds: the golden vectors of docs/protocol.md section 15, and texts. */
public final class Inputs {

    private Inputs() {}

    /**
     * Reads a file of golden vectors.
     *
     * @param name of the file
     * @return name and value of each line, in order
     */
    public static Map<String, String> golden(String name) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : text("/golden/" + name).lines().toList()) {
            int at = line.indexOf(' ');
            if (at > 0) {
                values.put(line.substring(0, at), line.substring(at + 1));
            }
        }
        return values;
    }

    static String text(String resource) {
        try (InputStream in = Inputs.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads the values of golden vectors that are hexadecimal; others are passed over.
     *
     * @param name of the file
     * @return the bytes, in order
     */
    public static List<byte[]> goldenBytes(String name) {
        List<byte[]> all = new ArrayList<>();
        for (String value : golden(name).values()) {
            if (value.matches("(?:[0-9a-f]{2})+")) {
                all.add(HexFormat.of().parseHex(value));
            }
        }
        return all;
    }

    /**
     * Encodes texts.
     *
     * @param texts any
     * @return their UTF-8
     */
    public static List<byte[]> texts(String... texts) {
        List<byte[]> all = new ArrayList<>();
        for (String text : texts) {
            all.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return all;
    }

    /**
     * Reads an input as text; what is not UTF-8 is replaced, as where text comes from a person.
     *
     * @param input any bytes
     * @return the text
     */
    public static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }
}
