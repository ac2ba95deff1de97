package dev.parley.chat.emotes.custom;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.emotes.EmoteAnswer;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;

/** What a server says about its refusal: the detail of RFC 9457, or the error of Mastodon. */
final class Problem {
    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int MAX_CODE_POINTS = 200;

    private Problem() {}

    /** One line that is safe to print, if the server gives a reason and does not repeat the secret in it. */
    static Optional<String> detailOf(EmoteAnswer answer, Optional<String> secret) {
        byte[] body = answer.body();
        if (body.length == 0 || body.length > MAX_BODY_BYTES) {
            return Optional.empty();
        }
        try {
            JsonNode problem = EmojiListJson.JSON.readTree(body);
            if (problem == null) {
                return Optional.empty();
            }
            return Stream.of("detail", "error", "title")
                    .map(name -> ShownText.clean(problem.path(name).asText(""), Integer.MAX_VALUE))
                    .filter(text -> !text.isEmpty())
                    .findFirst()
                    // Before it is cut: a part of the secret is as bad.
                    .filter(text -> secret.isEmpty() || !text.contains(secret.get()))
                    .map(text -> ShownText.clean(text, MAX_CODE_POINTS));
        } catch (IOException e) {
            // A page of some proxy: the status must do.
            return Optional.empty();
        }
    }
}
