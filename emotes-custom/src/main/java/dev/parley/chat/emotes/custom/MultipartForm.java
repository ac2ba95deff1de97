package dev.parley.chat.emotes.custom;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Writes a form with a file in it (RFC 7578). Not for use by several threads at once. */
final class MultipartForm {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** By chance, so that no content can hold it (RFC 2046 section 5.1.1 allows 70 characters). */
    private final String boundary;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    MultipartForm() {
        byte[] chance = new byte[16];
        RANDOM.nextBytes(chance);
        boundary = "parley-" + HexFormat.of().formatHex(chance);
    }

    MultipartForm field(String name, String value) {
        part("name=\"" + quoted(name) + "\"\r\n", value.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    MultipartForm file(String name, String fileName, String mediaType, byte[] content) {
        part(
                "name=\"" + quoted(name) + "\"; filename=\"" + quoted(fileName) + "\"\r\nContent-Type: " + mediaType
                        + "\r\n",
                content);
        return this;
    }

    private void part(String header, byte[] content) {
        write("--" + boundary + "\r\nContent-Disposition: form-data; " + header + "\r\n");
        out.writeBytes(content);
        write("\r\n");
    }

    /** What would end a quoted name goes as browsers write it (RFC 7578 section 4.2, WHATWG HTML 4.10.21.8). */
    private static String quoted(String name) {
        return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
    }

    private void write(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    /** The form up to here, complete. */
    byte[] bytes() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(out.toByteArray());
        whole.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return whole.toByteArray();
    }
}
