package dev.parley.chat.signaling.conformance.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.signaling.conformance.internal.Lab.Account;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Custom emoji, of a worker that has any. */
final class EmojiCases {
    private static final String LIST = "/api/v1/custom_emojis";
    private static final String BOUNDARY = "a-boundary-of-the-suite";

    /** One pixel that does not move. */
    private static final byte[] GIF =
            Base64.getDecoder().decode("R0lGODlhAQABAIAAAAAAAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==");

    private static final byte[] SVG = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".getBytes(StandardCharsets.US_ASCII);

    private EmojiCases() {}

    static Cases emoji() {
        return Cases.of("Custom emoji")
                .add("custom emoji are listed to anybody, and once only to who has the list", EmojiCases::listed)
                .add("an account adds an emoji that anybody sees, and deletes it", EmojiCases::added)
                .add("a shortcode is taken once, without regard to case", EmojiCases::taken)
                .add("only its account deletes an emoji, and nobody learns of it", EmojiCases::foreign)
                .add("what is no shortcode, no form or no image is refused", EmojiCases::refused);
    }

    private static Answer list(Lab lab) throws IOException, InterruptedException {
        Answer answer = lab.wire().call("GET", LIST).send();
        if (answer.status() == 404) {
            answer.refuses(404, "not_found");
            throw new NotTried("the worker has no custom emoji");
        }
        Nonconformance.requireSame(answer.doing(), 200, answer.status());
        Nonconformance.require(answer.body().isArray(), answer.doing(), "a list", "another body");
        return answer;
    }

    private static boolean isListed(Lab lab, String shortcode) throws IOException, InterruptedException {
        for (JsonNode emoji : list(lab).body()) {
            if (emoji.path("shortcode").asText().equals(shortcode)) {
                return true;
            }
        }
        return false;
    }

    /** One that nobody has taken; at least one letter differs by case. */
    private static String shortcode() {
        return "Conformance_" + HostKey.randomId();
    }

    private static Answer add(Lab lab, Account account, String shortcode, byte[] image)
            throws IOException, InterruptedException {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        part(form, "name=\"shortcode\"", shortcode.getBytes(StandardCharsets.UTF_8));
        part(form, "name=\"image\"; filename=\"image\"", image);
        form.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        Answer answer = lab.account("POST", Lab.OWN_EMOJI, account)
                .bytes("multipart/form-data; boundary=" + BOUNDARY, form.toByteArray())
                .send();
        if (answer.status() == 200) {
            lab.willDeleteEmoji(account, answer.string("id"));
        }
        return answer;
    }

    private static void part(ByteArrayOutputStream form, String disposition, byte[] value) {
        form.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        form.writeBytes(value);
        form.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static void requireHeader(Answer answer, String name, String value) {
        Nonconformance.require(
                answer.header(name).equals(value),
                answer.doing(),
                name + ": " + value,
                answer.header(name).isEmpty() ? "none" : "another one");
    }

    private static void listed(Lab lab) throws IOException, InterruptedException {
        Answer list = list(lab);
        requireHeader(list, "Access-Control-Allow-Origin", "*");
        String tag = list.header("ETag");
        Nonconformance.require(tag.matches("(W/)?\"[^\"]+\""), list.doing(), "an ETag", "none");
        for (JsonNode emoji : list.body()) {
            for (String member : List.of("shortcode", "url", "static_url")) {
                Nonconformance.require(
                        emoji.path(member).isTextual(), list.doing(), "a string \"" + member + "\"", "none");
            }
        }
        Answer again = lab.wire().call("GET", LIST).header("If-None-Match", tag).send();
        Nonconformance.requireSame(again.doing() + " (with its ETag)", 304, again.status());
    }

    private static void added(Lab lab) throws IOException, InterruptedException {
        list(lab);
        String shortcode = shortcode();
        Answer added = add(lab, lab.owner(), shortcode, GIF).is(200);
        Nonconformance.requireSame(added.doing() + ", shortcode", shortcode, added.string("shortcode"));
        Nonconformance.requireSame(added.doing() + ", content_type", "image/gif", added.string("content_type"));
        Nonconformance.require(
                added.integer("total_file_size") >= GIF.length, added.doing(), "a total_file_size", "too few bytes");
        Nonconformance.require(isListed(lab, shortcode), "GET " + LIST, "the emoji that was added", "a list without");
        image(lab, added.string("url"), "image/gif");
        image(lab, added.string("static_url"), "image/png");
        lab.account("DELETE", Lab.OWN_EMOJI + "/" + added.string("id"), lab.owner())
                .send()
                .is(200);
        Nonconformance.require(!isListed(lab, shortcode), "GET " + LIST, "nothing of what was deleted", "the emoji");
    }

    private static void image(Lab lab, String url, String type) throws IOException, InterruptedException {
        Answer image = lab.wire().call("GET", lab.pathOf(url)).send();
        Nonconformance.requireSame(image.doing(), 200, image.status());
        Nonconformance.requireSame(image.doing() + ", media type", type, image.mediaType());
        requireHeader(image, "X-Content-Type-Options", "nosniff");
        requireHeader(image, "Content-Security-Policy", "default-src 'none'; sandbox");
        Nonconformance.require(
                image.header("Cache-Control").contains("immutable"), image.doing(), "an immutable image", "another");
    }

    private static void taken(Lab lab) throws IOException, InterruptedException {
        list(lab);
        String shortcode = shortcode();
        add(lab, lab.owner(), shortcode, GIF).is(200);
        add(lab, lab.guest(), shortcode.toLowerCase(Locale.ROOT), GIF).refuses(409, "emoji_exists");
        add(lab, lab.owner(), shortcode, GIF).refuses(409, "emoji_exists");
    }

    private static void foreign(Lab lab) throws IOException, InterruptedException {
        list(lab);
        String shortcode = shortcode();
        String id = add(lab, lab.owner(), shortcode, GIF).is(200).string("id");
        Answer nobodys = lab.account("DELETE", Lab.OWN_EMOJI + "/" + HostKey.randomId(), lab.guest())
                .send()
                .refuses(404, "emoji_not_found");
        lab.account("DELETE", Lab.OWN_EMOJI + "/" + id, lab.guest())
                .send()
                .refuses(404, "emoji_not_found")
                .isNoOtherThan(nobodys);
        Nonconformance.require(isListed(lab, shortcode), "GET " + LIST, "the emoji of another", "a list without");
    }

    private static void refused(Lab lab) throws IOException, InterruptedException {
        list(lab);
        for (String shortcode : List.of("", "a", "a b", ":cat:", "a".repeat(65))) {
            add(lab, lab.owner(), shortcode, GIF).refuses(400, "invalid_request");
        }
        add(lab, lab.owner(), shortcode(), SVG).refuses(422, "image_refused");
        add(lab, lab.owner(), shortcode(), new byte[0]).refuses(422, "image_refused");
        lab.account("POST", Lab.OWN_EMOJI, lab.owner()).json("{}").send().refuses(415, "unsupported_media_type");
        lab.wire().call("POST", Lab.OWN_EMOJI).json("{}").send().refuses(401, "unauthorized");
    }
}
