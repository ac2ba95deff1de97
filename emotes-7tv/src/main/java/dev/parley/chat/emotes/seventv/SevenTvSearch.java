package dev.parley.chat.emotes.seventv;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteAnswer;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteSearch;
import dev.parley.chat.emotes.EmoteVisibility;
import dev.parley.chat.emotes.EmoteWarning;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Asks 7TV's GraphQL API, version 4, for emotes, and reads its answers. Pure. */
final class SevenTvSearch {
    /** The server counts the bytes of a query, not its characters. */
    static final int MAX_QUERY_BYTES = 100;

    /** How long to wait when the server does not tell: the window of its limit. */
    private static final Duration DEFAULT_PAUSE = Duration.ofMinutes(1);

    private static final long MAX_PAUSE_SECONDS = 3_600;
    private static final int MAX_TOLD_CHARS = 200;
    private static final int MAX_URL_CHARS = 512;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final String REMAINING = "x-ratelimit-search-remaining";
    private static final String RESET = "x-ratelimit-search-reset";

    private static final String QUERY = """
            query Find($text: String!, $count: Int!) {
              emotes {
                search(query: $text, sort: {sortBy: TOP_ALL_TIME, order: DESCENDING}, page: 1, perPage: $count) {
                  items {
                    id
                    defaultName
                    tags
                    flags { animated defaultZeroWidth nsfw private publicListed }
                    images { url mime size width height frameCount }
                  }
                }
              }
            }
            """;

    private SevenTvSearch() {}

    /** The JSON to send. */
    static String question(String query, int limit) {
        ObjectNode question = JsonNodeFactory.instance.objectNode();
        question.put("query", QUERY);
        question.putObject("variables")
                .put("text", shortened(query))
                .put("count", Math.max(1, Math.min(limit, EmoteSearch.MAX_RESULTS)));
        return question.toString();
    }

    private static String shortened(String query) {
        int end = 0;
        int bytes = 0;
        while (end < query.length()) {
            int codePoint = query.codePointAt(end);
            bytes += Character.toString(codePoint).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_QUERY_BYTES) {
                break;
            }
            end += Character.charCount(codePoint);
        }
        return query.substring(0, end);
    }

    /** How long the server wants to be left alone: who asks once too often is locked out for long. */
    static Optional<Duration> pauseAsked(EmoteAnswer answer) {
        boolean usedUp =
                number(answer, REMAINING).map(remaining -> remaining <= 0).orElse(false);
        return usedUp
                ? Optional.of(number(answer, RESET)
                        .filter(seconds -> seconds > 0)
                        .map(seconds -> Duration.ofSeconds(Math.min(seconds, MAX_PAUSE_SECONDS)))
                        .orElse(DEFAULT_PAUSE))
                : Optional.empty();
    }

    private static Optional<Long> number(EmoteAnswer answer, String header) {
        return answer.header(header)
                .map(String::strip)
                .filter(value -> value.matches("-?\\d{1,9}"))
                .map(Long::valueOf);
    }

    /** Reads the emotes of an answer; those that cannot be used are left out. */
    static List<Emote> parse(EmoteAnswer answer) throws EmoteLoadException {
        if (answer.status() != 200) {
            throw new EmoteLoadException(Reason.REQUEST_REFUSED, "7TV answers a search with status " + answer.status());
        }
        JsonNode root = SevenTvJson.parseObject(answer.body());
        JsonNode errors = root.path("errors");
        if (errors.isArray() && !errors.isEmpty()) {
            throw refused(errors.get(0));
        }
        JsonNode items = root.path("data").path("emotes").path("search").path("items");
        if (!items.isArray()) {
            throw SevenTvJson.malformed("something that is no result of a search");
        }
        List<Emote> emotes = new ArrayList<>();
        for (JsonNode item : items) {
            emote(item).ifPresent(emotes::add);
        }
        return emotes;
    }

    /** GraphQL tells of failures in an answer with status 200; the status that is meant stands inside. */
    private static EmoteLoadException refused(JsonNode error) {
        String told = error.path("message").asText("no message").replaceAll("[\\p{Cntrl}\\p{Cf}\\s]+", " ");
        String shortTold = told.length() > MAX_TOLD_CHARS ? told.substring(0, MAX_TOLD_CHARS) + "..." : told;
        int status = error.path("extensions").path("status").asInt(500);
        Reason reason = Reason.SERVER_ERROR;
        if (status == TOO_MANY_REQUESTS) {
            reason = Reason.RATE_LIMITED;
        } else if (status >= 400 && status < 500) {
            reason = Reason.REQUEST_REFUSED;
        }
        return new EmoteLoadException(reason, "7TV answers a search with: " + shortTold);
    }

    private static Optional<Emote> emote(JsonNode item) {
        List<EmoteImage> images = new ArrayList<>();
        for (JsonNode image : item.path("images")) {
            image(image).ifPresent(images::add);
        }
        if (images.isEmpty()) {
            return Optional.empty();
        }
        JsonNode flags = item.path("flags");
        boolean hidden = flags.path("private").asBoolean(false)
                || !flags.path("publicListed").asBoolean(true);
        try {
            return Optional.of(Emote.builder(
                            new EmoteId(SevenTvEmotes.ID, item.path("id").asText("")),
                            item.path("defaultName").asText(""))
                    .animated(flags.path("animated").asBoolean(false))
                    .zeroWidth(flags.path("defaultZeroWidth").asBoolean(false))
                    .visibility(hidden ? EmoteVisibility.UNLISTED : EmoteVisibility.LISTED)
                    .warnings(flags.path("nsfw").asBoolean(false) ? Set.of(EmoteWarning.SEXUAL) : Set.of())
                    .tags(SevenTvJson.tags(item.path("tags")))
                    .images(images)
                    .build());
        } catch (IllegalArgumentException e) {
            // Its name or its id is none that can be used here.
            return Optional.empty();
        }
    }

    private static Optional<EmoteImage> image(JsonNode image) {
        String url = image.path("url").asText("");
        Optional<EmoteImageFormat> format = format(image.path("mime").asText(""));
        if (format.isEmpty() || url.length() > MAX_URL_CHARS) {
            return Optional.empty();
        }
        try {
            return Optional.of(new EmoteImage(
                    URI.create(url.startsWith("//") ? "https:" + url : url),
                    format.get(),
                    image.path("width").asInt(0),
                    image.path("height").asInt(0),
                    image.path("size").asLong(0),
                    image.path("frameCount").asInt(0)));
        } catch (IllegalArgumentException e) {
            // Not an address, or figures that cannot be.
            return Optional.empty();
        }
    }

    private static Optional<EmoteImageFormat> format(String mediaType) {
        return switch (mediaType.toLowerCase(Locale.ROOT)) {
            case "image/avif" -> Optional.of(EmoteImageFormat.AVIF);
            case "image/webp" -> Optional.of(EmoteImageFormat.WEBP);
            case "image/gif" -> Optional.of(EmoteImageFormat.GIF);
            case "image/png", "image/apng" -> Optional.of(EmoteImageFormat.PNG);
            default -> Optional.empty();
        };
    }
}
