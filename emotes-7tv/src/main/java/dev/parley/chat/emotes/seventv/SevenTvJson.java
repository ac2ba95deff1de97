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
import dev.parley.chat.emotes.EmoteWarning;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the answers of 7TV's REST API, version 3. Pure. */
final class SevenTvJson {
    static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    /** The most personal sets of one person; each has a topic. */
    static final int MAX_PERSONAL_SETS = EmoteSet.MAX_TOPICS - 1;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");
    private static final int MAX_FOLDER_CHARS = 256;
    private static final int MAX_TAGS = 32;
    private static final int MAX_TAG_CHARS = 100;

    /** Bit of an active emote: the channel made it zero-width. */
    static final long ACTIVE_ZERO_WIDTH = 1;

    /** Bits of an emote's data. */
    private static final long DATA_PRIVATE = 1;

    private static final long DATA_ZERO_WIDTH = 1 << 8;
    private static final long DATA_SEXUAL = 1 << 16;
    private static final long DATA_EPILEPSY = 1 << 17;
    private static final long DATA_EDGY = 1 << 18;
    private static final long DATA_DISALLOWED = 1 << 24;

    /** Bit of a set: it belongs to one person. */
    private static final long SET_PERSONAL = 4;

    /** Lifecycles below this are ends: deleted, failed. */
    private static final int LIFECYCLE_PENDING = 0;

    private SevenTvJson() {}

    /**
     * What is told of a channel.
     *
     * @param userId 7TV's id of the account
     * @param setId its active set
     */
    record Channel(Optional<String> userId, Optional<String> setId) {}

    /**
     * Reads the answer to {@code /users/PLATFORM/ID}. The active set is {@code emote_set_id}, which alone is filled in
     * today, else {@code emote_set.id}. The id at the root is the platform's; 7TV's is in {@code user}.
     */
    static Channel parseChannel(byte[] body) throws EmoteLoadException {
        JsonNode user = parseUser(body);
        JsonNode setId = user.path("emote_set_id");
        if (!setId.isTextual() || setId.textValue().isEmpty()) {
            setId = user.path("emote_set").path("id");
        }
        Optional<String> userId = usableId(user.path("user").path("id"));
        if (setId.isMissingNode() || setId.isNull()) {
            return new Channel(userId, Optional.empty());
        }
        Optional<String> usable = usableId(setId);
        if (usable.isEmpty()) {
            throw malformed("a user whose emote set has no usable id");
        }
        return new Channel(userId, usable);
    }

    /** Reads the answer to {@code /users/ID}: which of the person's sets are personal, the first of them. */
    static List<String> parsePersonalSetIds(byte[] body) throws EmoteLoadException {
        JsonNode sets = parseUser(body).path("emote_sets");
        if (!sets.isArray() && !sets.isMissingNode() && !sets.isNull()) {
            throw malformed("a user whose emote sets are not a list");
        }
        List<String> ids = new ArrayList<>();
        for (JsonNode set : sets) {
            Optional<String> id = usableId(set.path("id"));
            boolean personal = (set.path("flags").asLong(0) & SET_PERSONAL) != 0;
            if (personal && id.isPresent() && ids.size() < MAX_PERSONAL_SETS && !ids.contains(id.get())) {
                ids.add(id.get());
            }
        }
        return ids;
    }

    private static JsonNode parseUser(byte[] body) throws EmoteLoadException {
        JsonNode user = parseObject(body);
        if (!user.path("id").isTextual()) {
            throw malformed("a user without an id");
        }
        return user;
    }

    /** Finds an id that can stand in a URL and in a topic. */
    static Optional<String> usableId(JsonNode id) {
        return id.isTextual() && ID.matcher(id.textValue()).matches() ? Optional.of(id.textValue()) : Optional.empty();
    }

    /** Reads the answer to {@code /emote-sets/ID}, and adds what is in it. */
    static void addSet(byte[] body, SetKind kind, EmoteSet.Builder result) throws EmoteLoadException {
        JsonNode set = parseObject(body);
        if (!set.path("id").isTextual()) {
            throw malformed("an emote set without an id");
        }
        // The set that is asked for as "global" has an id of its own, by which its changes are told.
        usableId(set.path("id")).ifPresent(id -> result.topic(Topics.set(id, kind)));
        JsonNode emotes = set.path("emotes");
        if (emotes.isMissingNode() || emotes.isNull()) {
            // Left out when the set is empty. When it is not, this is not the whole answer.
            if (set.path("emote_count").asLong(0) > 0) {
                throw malformed("an emote set that leaves out its emotes");
            }
            return;
        }
        if (!emotes.isArray()) {
            throw malformed("an emote set whose emotes are not a list");
        }
        for (int i = 0; i < emotes.size(); i++) {
            try {
                result.add(parseEmote(emotes.get(i), kind));
            } catch (IllegalArgumentException e) {
                result.skip("emotes[" + i + "]", String.valueOf(e.getMessage()));
            }
        }
    }

    /** Reads an emote of a set. Throws IllegalArgumentException, saying why, if it has to be left out. */
    static Emote parseEmote(JsonNode active, SetKind kind) {
        String id = active.path("id").asText("");
        // The name in the set is an alias, and the one that is typed; data.name is what the owner called it.
        String name = active.path("name").asText("");
        JsonNode data = active.path("data");
        if (!data.isObject()) {
            throw new IllegalArgumentException("it has no data");
        }
        if (data.path("lifecycle").asInt(LIFECYCLE_PENDING) < LIFECYCLE_PENDING) {
            throw new IllegalArgumentException("it was deleted");
        }
        List<EmoteImage> images = parseImages(data.path("host"));
        if (images.isEmpty()) {
            throw new IllegalArgumentException("it has no image file of a known form");
        }
        long flags = data.path("flags").asLong(0);
        boolean zeroWidth = (active.path("flags").asLong(0) & ACTIVE_ZERO_WIDTH) != 0 || (flags & DATA_ZERO_WIDTH) != 0;
        return Emote.builder(new EmoteId(SevenTvEmotes.ID, id), name)
                .zeroWidth(zeroWidth)
                .animated(data.path("animated").asBoolean(false))
                .visibility(visibility(data.path("listed").asBoolean(true), (flags & DATA_PRIVATE) != 0, kind))
                .images(images)
                .tags(tags(data.path("tags")))
                .warnings(warnings(flags))
                .build();
    }

    /** A private emote is its owner's alone, so it shows in a set that somebody has put together for themselves. */
    private static EmoteVisibility visibility(boolean listed, boolean isPrivate, SetKind kind) {
        boolean hidden = !listed || (isPrivate && kind != SetKind.PERSONAL);
        return hidden ? EmoteVisibility.UNLISTED : EmoteVisibility.LISTED;
    }

    private static Set<EmoteWarning> warnings(long flags) {
        Set<EmoteWarning> warnings = EnumSet.noneOf(EmoteWarning.class);
        if ((flags & DATA_SEXUAL) != 0) {
            warnings.add(EmoteWarning.SEXUAL);
        }
        if ((flags & DATA_EPILEPSY) != 0) {
            warnings.add(EmoteWarning.EPILEPSY);
        }
        if ((flags & DATA_EDGY) != 0) {
            warnings.add(EmoteWarning.EDGY);
        }
        if ((flags & DATA_DISALLOWED) != 0) {
            warnings.add(EmoteWarning.DISALLOWED_ON_PLATFORM);
        }
        return warnings;
    }

    /** Reads the words to find an emote by, those of a sensible length. */
    static List<String> tags(JsonNode tags) {
        List<String> words = new ArrayList<>();
        for (JsonNode tag : tags) {
            String word = tag.asText("").strip();
            if (!word.isEmpty() && word.length() <= MAX_TAG_CHARS && words.size() < MAX_TAGS) {
                words.add(word);
            }
        }
        return words;
    }

    /**
     * Takes the files that the answer names, then the still variants of those that move. Which sizes and formats exist
     * differs by emote, so none is made up.
     */
    private static List<EmoteImage> parseImages(JsonNode host) {
        String folder = host.path("url").asText("");
        if (folder.startsWith("//")) {
            folder = "https:" + folder;
        }
        if (folder.length() > MAX_FOLDER_CHARS) {
            return List.of();
        }
        List<EmoteImage> images = new ArrayList<>();
        List<EmoteImage> stills = new ArrayList<>();
        for (JsonNode file : host.path("files")) {
            String name = file.path("name").asText("");
            Optional<EmoteImageFormat> format = format(file.path("format").asText(""));
            int width = file.path("width").asInt(0);
            int height = file.path("height").asInt(0);
            long size = file.path("size").asLong(0);
            int frames = file.path("frame_count").asInt(0);
            boolean plausible = width >= 0 && height >= 0 && size >= 0 && frames >= 0;
            if (format.isEmpty() || !plausible || !FILE_NAME.matcher(name).matches()) {
                continue;
            }
            images.add(new EmoteImage(URI.create(folder + "/" + name), format.get(), width, height, size, frames));
            String still = file.path("static_name").asText("");
            // Without an extension it names no file.
            if (frames > 1 && still.indexOf('.') > 0 && FILE_NAME.matcher(still).matches() && !still.equals(name)) {
                stills.add(new EmoteImage(URI.create(folder + "/" + still), format.get(), width, height, 0, 1));
            }
        }
        images.addAll(stills);
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

    static JsonNode parseObject(byte[] body) throws EmoteLoadException {
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

    static EmoteLoadException malformed(String what) {
        return new EmoteLoadException(Reason.MALFORMED, "7TV answered with " + what);
    }
}
