package dev.parley.chat.signaling.conformance.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;

/** What a worker answered. */
final class Answer {
    private static final String PROBLEM = "application/problem+json";

    private final String doing;
    private final HttpResponse<String> response;

    /** @param doing what was asked, without ids and tokens */
    Answer(String doing, HttpResponse<String> response) {
        this.doing = doing;
        this.response = response;
    }

    int status() {
        return response.statusCode();
    }

    String text() {
        return response.body();
    }

    String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    String mediaType() {
        return header("Content-Type").split(";", -1)[0].strip().toLowerCase(Locale.ROOT);
    }

    JsonNode body() {
        try {
            return Wire.JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    String code() {
        return mediaType().equals(PROBLEM) ? body().path("code").asText() : "";
    }

    /** Demands a success. */
    Answer is(int status) {
        Nonconformance.requireSame(doing, Integer.toString(status), describe());
        if (status == 204) {
            Nonconformance.require(text().isEmpty(), doing, "204 without a body", "one");
        } else {
            Nonconformance.requireSame(doing + ", media type", "application/json", mediaType());
            Nonconformance.require(body().isObject(), doing, "a JSON object", "another body");
        }
        return this;
    }

    /** Demands a refusal, with all that belongs to its problem document. */
    Answer refuses(int status, String code) {
        Nonconformance.requireSame(doing, status + " " + code, describe());
        JsonNode problem = body();
        Nonconformance.requireSame(
                doing + ", type", "about:blank", problem.path("type").asText());
        Nonconformance.requireSame(
                doing + ", status in the document",
                status,
                problem.path("status").asInt());
        for (String member : List.of("title", "detail")) {
            Nonconformance.require(
                    problem.path(member).isTextual(), doing, "a " + member + " in the problem document", "none");
        }
        // A token of ours is a JWT: its header begins so.
        Nonconformance.require(
                !problem.path("detail").asText().contains("eyJ"), doing, "a detail without a token", "one");
        if (status == 401) {
            Nonconformance.require(
                    header("WWW-Authenticate").matches("(?i)Bearer .*resource_metadata=\"[^\"]+\".*"),
                    doing,
                    "WWW-Authenticate with resource_metadata",
                    header("WWW-Authenticate").isEmpty() ? "none" : "another one");
        }
        if (status == 429 || status == 503) {
            Nonconformance.require(
                    header("Retry-After").matches("[1-9]\\d{0,5}"), doing, "Retry-After in seconds", "none");
        }
        return this;
    }

    /** Who has the token of another room, or may not do this in its own, is refused. */
    Answer isForbidden() {
        return refuses(403, "forbidden");
    }

    /** Demands the very answer that another call got, to which nothing is added. */
    Answer isNoOtherThan(Answer other) {
        Nonconformance.require(
                status() == other.status() && body().equals(other.body()),
                doing,
                "the same for what is another's and for what is not there",
                "two answers");
        return this;
    }

    String string(String member) {
        JsonNode value = body().path(member);
        Nonconformance.require(value.isTextual(), doing, "a string \"" + member + "\"", "none");
        return value.textValue();
    }

    long integer(String member) {
        return integer(body(), member);
    }

    long integer(JsonNode object, String member) {
        JsonNode value = object.path(member);
        Nonconformance.require(
                value.isIntegralNumber() && value.canConvertToLong(), doing, "an integer \"" + member + "\"", "none");
        return value.longValue();
    }

    JsonNode list(String member) {
        JsonNode value = body().path(member);
        Nonconformance.require(value.isArray(), doing, "a list \"" + member + "\"", "none");
        return value;
    }

    String doing() {
        return doing;
    }

    private String describe() {
        return code().isEmpty() ? Integer.toString(status()) : status() + " " + code();
    }
}
