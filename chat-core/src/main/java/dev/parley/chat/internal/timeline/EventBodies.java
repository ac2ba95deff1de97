package dev.parley.chat.internal.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.EmoteChannel;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.FileOffer;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.Mention;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.Participant.Role;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.internal.crypto.PieceSeal;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Writes and reads the JSON bodies of events. Unknown fields are ignored. Stateless; any thread. */
public final class EventBodies {

    /** What this version knows of settings. */
    private static final Set<String> SETTINGS =
            Set.of("topic", "history", "slowMode", "locked", "disappearAfter", "emoteChannels");

    private static final int ID_CHARS = 64;
    private static final int ENUM_CHARS = 16;
    private static final int SHA256_BYTES = 32;

    private EventBodies() {}

    /**
     * Writes a body.
     *
     * @param body what to write
     * @return JSON; {@link #read} gives the same body back
     */
    public static byte[] write(EventBody body) {
        return Json.write(toJson(body));
    }

    /**
     * Reads a body.
     *
     * @param type the event's type
     * @param bytes the event's body
     * @return the body, or empty if this version does not know the type, or of settings knows none: such an event is
     *     kept and skipped
     * @throws MalformedException if the type is known and the body breaks a rule; nothing else is ever thrown
     */
    public static Optional<EventBody> read(String type, byte[] bytes) throws MalformedException {
        if (!isKnown(type)) {
            return Optional.empty();
        }
        int most = isEmoji(type) ? ActLimits.MAX_EMOJI_BODY_BYTES : ActLimits.MAX_BODY_BYTES;
        if (bytes.length > most) {
            throw new MalformedException("a body of " + bytes.length + " bytes, the limit is " + most);
        }
        ObjectNode json = Json.parseObject(bytes);
        if (type.equals("settings") && isOfAnotherVersion(json)) {
            return Optional.empty();
        }
        try {
            return Optional.of(fromJson(type, json));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("a " + type + " that could not have been sent");
        }
    }

    /**
     * Says whether events of a type make the room what it is: acts of moderation and its emoji. Everybody needs them,
     * whatever it is given of the rest.
     *
     * @param type a type
     * @return true if they do
     */
    public static boolean isAct(String type) {
        return ActTypes.ALL.contains(type);
    }

    /**
     * Says whether events of a type add or remove an emoji.
     *
     * @param type a type
     * @return true if they do
     */
    public static boolean isEmoji(String type) {
        return ActTypes.EMOJI.contains(type);
    }

    private static boolean isKnown(String type) {
        return switch (type) {
            case "message",
                    "edit",
                    "delete",
                    "reaction",
                    "private",
                    "file",
                    "emoji",
                    "unemoji",
                    "profile",
                    "settings",
                    "role",
                    "kick",
                    "ban",
                    "unban",
                    "mute",
                    "unmute" -> true;
            default -> false;
        };
    }

    /** Whether it sets something, but nothing that this version knows. */
    private static boolean isOfAnotherVersion(ObjectNode settings) {
        return !settings.isEmpty() && SETTINGS.stream().noneMatch(settings::has);
    }

    private static EventBody fromJson(String type, ObjectNode json) throws MalformedException {
        return switch (type) {
            case "message" ->
                new EventBody.Message(content(json, true), Json.integer(json, "sentAt", 0, ActLimits.MAX_EPOCH_MILLIS));
            case "edit" -> new EventBody.Edit(target(json), content(json, false));
            case "delete" -> new EventBody.Delete(target(json));
            case "reaction" -> new EventBody.Reaction(target(json), reaction(json), truth(json, "add"));
            case "private" ->
                new EventBody.Private(peer(json, "to"), Json.base64(json, "sealed", ActLimits.MAX_SEALED_BYTES));
            case "file" ->
                new EventBody.File(
                        new FileOffer(
                                Json.text(json, "name", FileOffer.MAX_NAME_BYTES),
                                Json.integer(json, "size", 0, FileOffer.MAX_SIZE),
                                Json.text(json, "mediaType", FileOffer.MAX_MEDIA_TYPE_CHARS),
                                HexFormat.of().formatHex(Json.base64(json, "sha256", SHA256_BYTES))),
                        Json.base64(json, "key", PieceSeal.SECRET_BYTES));
            case "emoji" ->
                new EventBody.Emoji(
                        Json.text(json, "shortcode", RoomEmoji.MAX_SHORTCODE_CHARS),
                        (int) Json.integer(json, "size", 1, RoomEmoji.MAX_IMAGE_BYTES),
                        optionalText(json, "mediaType", FileOffer.MAX_MEDIA_TYPE_CHARS)
                                .orElse(RoomEmoji.UNKNOWN_MEDIA_TYPE),
                        HexFormat.of().formatHex(Json.base64(json, "sha256", SHA256_BYTES)),
                        Json.base64(json, "key", PieceSeal.SECRET_BYTES));
            case "unemoji" -> new EventBody.RemoveEmoji(target(json));
            case "profile" -> new EventBody.Profile(Json.text(json, "name", Participant.MAX_NAME_CHARS));
            case "settings" -> settings(json);
            case "role" -> new EventBody.GiveRole(peer(json, "peer"), role(json), seen(json));
            case "kick" -> new EventBody.Kick(peer(json, "peer"), seen(json));
            case "ban" -> new EventBody.Ban(peer(json, "peer"), seen(json));
            case "unban" -> new EventBody.Unban(peer(json, "peer"));
            case "mute" ->
                new EventBody.Mute(
                        peer(json, "peer"),
                        json.hasNonNull("until")
                                ? OptionalLong.of(Json.integer(json, "until", 0, ActLimits.MAX_EPOCH_MILLIS))
                                : OptionalLong.empty(),
                        seen(json));
            case "unmute" -> new EventBody.Unmute(peer(json, "peer"));
            default -> throw new IllegalStateException(type);
        };
    }

    private static ObjectNode toJson(EventBody body) {
        ObjectNode json = Json.object();
        if (body instanceof EventBody.Message message) {
            json.put("text", message.content().text()).put("sentAt", message.sentAtMillis());
            message.content().replyTo().ifPresent(id -> json.put("replyTo", id.value()));
            putParts(json, message.content());
        } else if (body instanceof EventBody.Edit edit) {
            json.put("target", edit.target().value()).put("text", edit.content().text());
            putParts(json, edit.content());
        } else if (body instanceof EventBody.Delete delete) {
            json.put("target", delete.target().value());
        } else if (body instanceof EventBody.Reaction reaction) {
            json.put("target", reaction.target().value())
                    .put("text", reaction.reaction().text());
            reaction.reaction().provider().ifPresent(provider -> json.put("provider", provider));
            reaction.reaction().emote().ifPresent(emote -> json.put("emote", emote));
            json.put("add", reaction.isAdded());
        } else if (body instanceof EventBody.Private sealed) {
            json.put("to", sealed.to().value()).put("sealed", Json.base64(sealed.sealed()));
        } else if (body instanceof EventBody.File file) {
            json.put("name", file.offer().name())
                    .put("size", file.offer().size())
                    .put("mediaType", file.offer().mediaType())
                    .put(
                            "sha256",
                            Json.base64(HexFormat.of().parseHex(file.offer().sha256())))
                    .put("key", Json.base64(file.key()));
        } else if (body instanceof EventBody.Emoji emoji) {
            json.put("shortcode", emoji.shortcode()).put("size", emoji.size());
            if (!emoji.mediaType().equals(RoomEmoji.UNKNOWN_MEDIA_TYPE)) {
                json.put("mediaType", emoji.mediaType());
            }
            json.put("sha256", Json.base64(HexFormat.of().parseHex(emoji.sha256())))
                    .put("key", Json.base64(emoji.key()));
        } else if (body instanceof EventBody.RemoveEmoji remove) {
            json.put("target", remove.target().value());
        } else if (body instanceof EventBody.Profile profile) {
            json.put("name", profile.name());
        } else if (body instanceof EventBody.Settings settings) {
            putSettings(json, settings);
        } else if (body instanceof EventBody.PeerAct act) {
            json.put("peer", act.peer().value());
            if (act instanceof EventBody.GiveRole give) {
                json.put("role", give.role().name().toLowerCase(Locale.ROOT));
            } else if (act instanceof EventBody.Mute mute && mute.untilMillis().isPresent()) {
                json.put("until", mute.untilMillis().getAsLong());
            }
            if (act instanceof EventBody.Restriction restriction) {
                json.put("seen", restriction.seen());
            }
        }
        return json;
    }

    private static void putParts(ObjectNode json, OutgoingMessage content) {
        if (!content.emotes().isEmpty()) {
            ArrayNode emotes = json.putArray("emotes");
            for (EmoteReference emote : content.emotes()) {
                emotes.addObject()
                        .put("provider", emote.provider())
                        .put("emote", emote.emote())
                        .put("code", emote.code())
                        .put("start", emote.start())
                        .put("end", emote.end());
            }
        }
        if (!content.mentions().isEmpty()) {
            ArrayNode mentions = json.putArray("mentions");
            for (Mention mention : content.mentions()) {
                mentions.addObject()
                        .put("peer", mention.peer().value())
                        .put("start", mention.start())
                        .put("end", mention.end());
            }
        }
    }

    private static OutgoingMessage content(ObjectNode json, boolean canReply) throws MalformedException {
        OutgoingMessage.Builder message =
                OutgoingMessage.builder(Json.text(json, "text", OutgoingMessage.MAX_TEXT_BYTES));
        if (canReply && json.hasNonNull("replyTo")) {
            message.replyTo(new MessageId(Json.text(json, "replyTo", ID_CHARS)));
        }
        for (JsonNode emote : list(json, "emotes", OutgoingMessage.MAX_EMOTES)) {
            message.emote(new EmoteReference(
                    Json.text(emote, "provider", EmoteReference.MAX_PROVIDER_CHARS),
                    Json.text(emote, "emote", EmoteReference.MAX_EMOTE_CHARS),
                    Json.text(emote, "code", EmoteReference.MAX_CODE_CHARS),
                    position(emote, "start"),
                    position(emote, "end")));
        }
        for (JsonNode mention : list(json, "mentions", OutgoingMessage.MAX_MENTIONS)) {
            message.mention(new Mention(peer(mention, "peer"), position(mention, "start"), position(mention, "end")));
        }
        return message.build();
    }

    private static JsonNode list(ObjectNode json, String field, int max) throws MalformedException {
        JsonNode list = json.path(field);
        if (list.isMissingNode() || list.isNull()) {
            return Json.object();
        }
        if (!list.isArray() || list.size() > max) {
            throw new MalformedException("'" + field + "' is no list, or has more than " + max);
        }
        return list;
    }

    private static int position(JsonNode json, String field) throws MalformedException {
        return (int) Json.integer(json, field, 0, OutgoingMessage.MAX_TEXT_BYTES);
    }

    private static Reaction reaction(ObjectNode json) throws MalformedException {
        return new Reaction(
                Json.text(json, "text", Reaction.MAX_TEXT_CHARS),
                optionalText(json, "provider", EmoteReference.MAX_PROVIDER_CHARS),
                optionalText(json, "emote", EmoteReference.MAX_EMOTE_CHARS));
    }

    private static Optional<String> optionalText(ObjectNode json, String field, int maxChars)
            throws MalformedException {
        return json.hasNonNull(field) ? Optional.of(Json.text(json, field, maxChars)) : Optional.empty();
    }

    private static void putSettings(ObjectNode json, EventBody.Settings settings) {
        settings.topic().ifPresent(topic -> json.put("topic", topic));
        settings.history().ifPresent(history -> {
            ObjectNode node =
                    json.putObject("history").put("keep", history.kind().name().toLowerCase(Locale.ROOT));
            if (history.kind() == HistoryPolicy.Kind.LAST_N) {
                node.put("messages", history.messages());
            } else if (history.kind() == HistoryPolicy.Kind.LAST_T) {
                node.put("seconds", history.time().toSeconds());
            }
        });
        settings.slowModeSeconds().ifPresent(seconds -> json.put("slowMode", seconds));
        settings.locked().ifPresent(locked -> json.put("locked", locked));
        settings.disappearAfterSeconds().ifPresent(seconds -> json.put("disappearAfter", seconds));
        settings.emoteChannels().ifPresent(channels -> {
            ArrayNode list = json.putArray("emoteChannels");
            for (EmoteChannel channel : channels) {
                list.addObject().put("provider", channel.provider()).put("channel", channel.channel());
            }
        });
    }

    private static EventBody.Settings settings(ObjectNode json) throws MalformedException {
        return new EventBody.Settings(
                optionalText(json, "topic", RoomSettings.MAX_TOPIC_CHARS),
                json.hasNonNull("history") ? Optional.of(history(json.path("history"))) : Optional.empty(),
                seconds(json, "slowMode", RoomSettings.MAX_SLOW_MODE),
                json.hasNonNull("locked") ? Optional.of(truth(json, "locked")) : Optional.empty(),
                seconds(json, "disappearAfter", RoomSettings.MAX_DISAPPEAR_AFTER),
                json.hasNonNull("emoteChannels") ? Optional.of(emoteChannels(json)) : Optional.empty());
    }

    private static List<EmoteChannel> emoteChannels(ObjectNode json) throws MalformedException {
        List<EmoteChannel> channels = new ArrayList<>();
        for (JsonNode channel : list(json, "emoteChannels", RoomSettings.MAX_EMOTE_CHANNELS)) {
            channels.add(new EmoteChannel(
                    Json.text(channel, "provider", EmoteReference.MAX_PROVIDER_CHARS),
                    Json.text(channel, "channel", EmoteChannel.MAX_CHANNEL_CHARS)));
        }
        return channels;
    }

    private static HistoryPolicy history(JsonNode json) throws MalformedException {
        return switch (Json.text(json, "keep", ENUM_CHARS)) {
            case "none" -> HistoryPolicy.NONE;
            case "all" -> HistoryPolicy.ALL;
            case "last_n" -> HistoryPolicy.last((int) Json.integer(json, "messages", 1, HistoryPolicy.MAX_MESSAGES));
            case "last_t" ->
                HistoryPolicy.last(
                        Duration.ofSeconds(Json.integer(json, "seconds", 1, HistoryPolicy.MAX_TIME.toSeconds())));
            default -> throw new MalformedException("an unknown policy of history");
        };
    }

    private static OptionalInt seconds(ObjectNode json, String field, Duration max) throws MalformedException {
        return json.hasNonNull(field)
                ? OptionalInt.of((int) Json.integer(json, field, 0, max.toSeconds()))
                : OptionalInt.empty();
    }

    private static Role role(ObjectNode json) throws MalformedException {
        return switch (Json.text(json, "role", ENUM_CHARS)) {
            case "moderator" -> Role.MODERATOR;
            case "member" -> Role.MEMBER;
            case "read_only" -> Role.READ_ONLY;
            default -> throw new MalformedException("a role that cannot be given");
        };
    }

    private static MessageId target(ObjectNode json) throws MalformedException {
        return new MessageId(Json.text(json, "target", ID_CHARS));
    }

    private static PeerId peer(JsonNode json, String field) throws MalformedException {
        return new PeerId(Json.text(json, field, ID_CHARS));
    }

    private static long seen(ObjectNode json) throws MalformedException {
        return Json.integer(json, "seen", 0, ActLimits.MAX_SEQ);
    }

    private static boolean truth(ObjectNode json, String field) throws MalformedException {
        JsonNode value = json.get(field);
        if (value == null || !value.isBoolean()) {
            throw new MalformedException("'" + field + "' is missing or neither true nor false");
        }
        return value.booleanValue();
    }
}
