package dev.parley.chat.emotes.custom;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteVisibility;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads a list of custom emoji as Mastodon publishes it at {@code /api/v1/custom_emojis}. Pure. */
final class EmojiListJson {
    static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    /** Case matters: a remote list may hold two that differ by nothing else. */
    private static final Pattern SHORTCODE = Pattern.compile("[a-zA-Z0-9_]{2,64}");

    /** With the mark that it was cut, as many as a category may have. */
    private static final int MAX_CATEGORY_CODE_POINTS = Emote.MAX_CATEGORY_CODE_POINTS - 1;

    private EmojiListJson() {}

    static EmoteSet parse(EmojiDomain domain, byte[] body) throws EmoteLoadException {
        JsonNode list = read(domain, body);
        if (!list.isArray()) {
            throw new EmoteLoadException(
                    Reason.MALFORMED, domain.name() + " answered with something that is not a list of emoji");
        }
        EmoteSet.Builder result = EmoteSet.builder();
        for (int i = 0; i < list.size(); i++) {
            try {
                result.add(parseEmoji(domain, list.get(i)));
            } catch (IllegalArgumentException e) {
                result.skip("[" + i + "]", String.valueOf(e.getMessage()));
            }
        }
        return result.build();
    }

    /** Reads an answer, whatever it holds. */
    static JsonNode read(EmojiDomain domain, byte[] body) throws EmoteLoadException {
        try {
            JsonNode answer = JSON.readTree(body);
            return answer == null ? MissingNode.getInstance() : answer;
        } catch (IOException e) {
            throw new EmoteLoadException(
                    Reason.MALFORMED, domain.name() + " answered with something that is not JSON", e);
        }
    }

    /** Throws IllegalArgumentException, saying why, if this entry has to be left out. */
    static Emote parseEmoji(EmojiDomain domain, JsonNode entry) {
        String shortcode = entry.path("shortcode").asText("");
        if (!SHORTCODE.matcher(shortcode).matches()) {
            throw new IllegalArgumentException("its shortcode is not 2 to 64 of A-Z a-z 0-9 _");
        }
        String url = entry.path("url").asText("");
        String staticUrl = entry.path("static_url").asText("");
        List<EmoteImage> images = new ArrayList<>();
        // The list does not tell whether an image moves, only where a still copy is if it may.
        boolean hasStillCopy = !staticUrl.isEmpty() && !staticUrl.equals(url);
        images.add(image(url, hasStillCopy ? 0 : 1));
        if (hasStillCopy) {
            images.add(image(staticUrl, 1));
        }
        boolean offered = entry.path("visible_in_picker").asBoolean(true);
        return Emote.builder(new EmoteId(CustomEmoji.ID, shortcode + "@" + domain.name()), ":" + shortcode + ":")
                .animated(hasStillCopy)
                .visibility(offered ? EmoteVisibility.LISTED : EmoteVisibility.NOT_OFFERED)
                .images(images)
                .category(ShownText.clean(entry.path("category").asText(""), MAX_CATEGORY_CODE_POINTS))
                .build();
    }

    private static EmoteImage image(String url, int frameCount) {
        URI uri = URI.create(url);
        return new EmoteImage(uri, formatByName(uri), 0, 0, 0, frameCount);
    }

    private static EmoteImageFormat formatByName(URI uri) {
        String path = String.valueOf(uri.getPath()).toLowerCase(Locale.ROOT);
        return switch (path.substring(path.lastIndexOf('.') + 1)) {
            case "png", "apng" -> EmoteImageFormat.PNG;
            case "gif" -> EmoteImageFormat.GIF;
            case "webp" -> EmoteImageFormat.WEBP;
            case "avif" -> EmoteImageFormat.AVIF;
            case "jpg", "jpeg" -> EmoteImageFormat.JPEG;
            default -> EmoteImageFormat.UNKNOWN;
        };
    }
}
