package dev.parley.chat.emotes.seventv;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the answers of 7TV's REST API, version 3. Pure. */
final class SevenTvJson {
    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");

    /** Bit of an active emote: the channel made it zero-width. */
    private static final long ACTIVE_ZERO_WIDTH = 1;

    /** Bit of an emote's data: its owner recommends zero-width. */
    private static final long DATA_ZERO_WIDTH = 256;

    private SevenTvJson() {}

    /**
     * Finds the active set in the answer to {@code /users/PLATFORM/ID}: {@code emote_set_id}, which alone is filled in
     * today, else {@code emote_set.id}.
     */
    static Optional<String> parseUserSetId(byte[] body) throws EmoteLoadException {
        JsonNode user = parseObject(body);
        if (!user.path("id").isTextual()) {
            throw malformed("a user without an id");
        }
        JsonNode setId = user.path("emote_set_id");
        if (!setId.isTextual() || setId.textValue().isEmpty()) {
            setId = user.path("emote_set").path("id");
        }
        if (setId.isMissingNode() || setId.isNull()) {
            return Optional.empty();
        }
        if (!setId.isTextual() || !ID.matcher(setId.textValue()).matches()) {
            throw malformed("a user whose emote set has no usable id");
        }
        return Optional.of(setId.textValue());
    }

    /** Reads the answer to {@code /emote-sets/ID}. */
    static EmoteSet parseSet(byte[] body) throws EmoteLoadException {
        JsonNode set = parseObject(body);
        if (!set.path("id").isTextual()) {
            throw malformed("an emote set without an id");
        }
        JsonNode emotes = set.path("emotes");
        if (emotes.isMissingNode() || emotes.isNull()) {
            // Left out when the set is empty. When it is not, this is not the whole answer.
            if (set.path("emote_count").asLong(0) > 0) {
                throw malformed("an emote set that leaves out its emotes");
            }
            return EmoteSet.empty();
        }
        if (!emotes.isArray()) {
            throw malformed("an emote set whose emotes are not a list");
        }
        EmoteSet.Builder result = EmoteSet.builder();
        for (int i = 0; i < emotes.size(); i++) {
            try {
                result.add(parseEmote(emotes.get(i)));
            } catch (IllegalArgumentException e) {
                result.skip("emotes[" + i + "]", String.valueOf(e.getMessage()));
            }
        }
        return result.build();
    }

    /** Throws IllegalArgumentException, saying why, if this entry has to be left out. */
    private static Emote parseEmote(JsonNode active) {
        String id = active.path("id").asText("");
        // The name in the set is an alias, and the one that is typed; data.name is what the owner called it.
        String name = active.path("name").asText("");
        JsonNode data = active.path("data");
        if (!data.isObject()) {
            throw new IllegalArgumentException("it has no data");
        }
        List<EmoteImage> images = parseImages(data.path("host"));
        if (images.isEmpty()) {
            throw new IllegalArgumentException("it has no image file of a known form");
        }
        boolean zeroWidth = (active.path("flags").asLong(0) & ACTIVE_ZERO_WIDTH) != 0
                || (data.path("flags").asLong(0) & DATA_ZERO_WIDTH) != 0;
        return Emote.builder(new EmoteId(SevenTvEmotes.ID, id), name)
                .zeroWidth(zeroWidth)
                .animated(data.path("animated").asBoolean(false))
                .visibility(data.path("listed").asBoolean(true) ? EmoteVisibility.LISTED : EmoteVisibility.UNLISTED)
                .images(images)
                .build();
    }

    /** Takes the files that the answer names. Which sizes and formats exist differs by emote, so none is made up. */
    private static List<EmoteImage> parseImages(JsonNode host) {
        String base = host.path("url").asText("");
        if (base.startsWith("//")) {
            base = "https:" + base;
        }
        List<EmoteImage> images = new ArrayList<>();
        for (JsonNode file : host.path("files")) {
            String name = file.path("name").asText("");
            Optional<EmoteImageFormat> format = format(file.path("format").asText(""));
            int width = file.path("width").asInt(0);
            int height = file.path("height").asInt(0);
            long size = file.path("size").asLong(0);
            int frames = file.path("frame_count").asInt(0);
            boolean plausible = width >= 0 && height >= 0 && size >= 0 && frames >= 0;
            if (format.isPresent() && plausible && FILE_NAME.matcher(name).matches()) {
                images.add(new EmoteImage(URI.create(base + "/" + name), format.get(), width, height, size, frames));
            }
        }
        return images;
    }

    private static Optional<EmoteImageFormat> format(String name) {
        return switch (name) {
            case "AVIF" -> Optional.of(EmoteImageFormat.AVIF);
            case "WEBP" -> Optional.of(EmoteImageFormat.WEBP);
            case "GIF" -> Optional.of(EmoteImageFormat.GIF);
            case "PNG" -> Optional.of(EmoteImageFormat.PNG);
            default -> Optional.empty();
        };
    }

    private static JsonNode parseObject(byte[] body) throws EmoteLoadException {
        JsonNode node;
        try {
            node = JSON.readTree(body);
        } catch (IOException e) {
            // The parser's message quotes the answer, which is of no use to a user.
            throw new EmoteLoadException(Reason.MALFORMED, "7TV answered with something that is not JSON", e);
        }
        if (node == null || !node.isObject()) {
            throw malformed("something that is not an object");
        }
        return node;
    }

    private static EmoteLoadException malformed(String what) {
        return new EmoteLoadException(Reason.MALFORMED, "7TV answered with " + what);
    }
}
