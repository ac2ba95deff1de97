package dev.parley.chat.worker;

import dev.parley.chat.worker.Client.Answer;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;

/** Forms in several parts, as the clients of a domain of custom emoji send them. */
final class EmojiForms {
    static final String ADMIN = "/api/v1/admin/custom_emojis";
    static final String LIST = "/api/v1/custom_emojis";

    private static final String BOUNDARY = "a-boundary-of-a-test";

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    static EmojiForms of(String shortcode, byte[] image) {
        return new EmojiForms().text("shortcode", shortcode).image(image);
    }

    EmojiForms text(String name, String value) {
        return part("name=\"" + name + "\"", value.getBytes(StandardCharsets.UTF_8));
    }

    EmojiForms image(byte[] image) {
        return part("name=\"image\"; filename=\"cat.html\"\r\nContent-Type: text/html", image);
    }

    EmojiForms nameless() {
        return part("filename=\"nothing\"", new byte[1]);
    }

    private EmojiForms part(String disposition, byte[] value) {
        write("--" + BOUNDARY + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n");
        body.writeBytes(value);
        write("\r\n");
        return this;
    }

    private void write(String text) {
        body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    HttpRequest to(Client client, String token) {
        write("--" + BOUNDARY + "--\r\n");
        return client.request(ADMIN, token)
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(BodyPublishers.ofByteArray(body.toByteArray()))
                .build();
    }

    Answer send(Client client, String token) {
        return client.send(to(client, token));
    }
}
