package dev.parley.chat.cli;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.Participant;
import dev.parley.chat.Reaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads deeds as a program writes them: peers by their ids, messages by theirs. */
final class JsonDeed {

    /** The end of the year 9999, in milliseconds since 1970: what programs mean by a time is before it. */
    private static final long MAX_EPOCH_MILLIS = 253_402_300_799_999L;

    private JsonDeed() {}

    /**
     * Reads a deed.
     *
     * @param name of the command
     * @return null if the command is no deed
     * @throws CliException if a field is missing or not what it should be
     */
    static @Nullable Deed read(String name, JsonCommand json) {
        try {
            return switch (name) {
                case "private" ->
                    new Deed.Whisper(json.peerId("peer"), json.text("text"), json.findMessageId("replyTo"));
                case "edit" -> new Deed.Edit(json.messageId("id"), json.text("text"));
                case "delete" -> new Deed.Delete(json.messageId("id"));
                case "react" ->
                    new Deed.React(
                            json.messageId("id"),
                            new Reaction(
                                    json.text("text"),
                                    Optional.ofNullable(json.findText("provider")),
                                    Optional.ofNullable(json.findText("emote"))),
                            json.flag("add", true));
                case "settings" -> change(json);
                case "role" ->
                    new Deed.GiveRole(
                            json.peerId("peer"),
                            json.choice(
                                    "role",
                                    List.of(
                                            Participant.Role.MODERATOR,
                                            Participant.Role.MEMBER,
                                            Participant.Role.READ_ONLY)));
                case "mute" -> new Deed.Mute(json.peerId("peer"), until(json));
                case "unmute" -> new Deed.Unmute(json.peerId("peer"));
                case "block" -> new Deed.Block(json.peerId("peer"), true);
                case "unblock" -> new Deed.Block(json.peerId("peer"), false);
                case "read" -> new Deed.Read(json.messageId("id"));
                case "away" -> new Deed.Away(true);
                case "back" -> new Deed.Away(false);
                case "typing" -> new Deed.Write(json.flag("typing", true));
                default -> null;
            };
        } catch (IllegalArgumentException e) {
            throw CliException.invalidCommand(
                    e.getMessage() == null ? "a field is out of its bounds" : e.getMessage(),
                    "change it and send it again");
        }
    }

    private static Deed.Change change(JsonCommand json) {
        return new Deed.Change(
                json.findText("topic"),
                history(json),
                seconds(json, "slowMode"),
                json.findFlag("locked"),
                seconds(json, "disappearAfter"),
                emoteChannels(json));
    }

    private static @Nullable List<EmoteChannel> emoteChannels(JsonCommand json) {
        List<JsonCommand> channels = json.findObjects("emoteChannels");
        return channels == null
                ? null
                : channels.stream()
                        .map(channel -> new EmoteChannel(channel.text("provider"), channel.text("channel")))
                        .toList();
    }

    /** Takes the fields of the event {@code settings}, with those that do not matter as it has them. */
    private static @Nullable HistoryPolicy history(JsonCommand json) {
        Long messages = json.findCount("historyMessages");
        Duration time = seconds(json, "historySeconds");
        if (json.findText("history") == null) {
            if (messages != null || time != null) {
                throw CliException.invalidCommand(
                        "\"historyMessages\" and \"historySeconds\" are of a \"history\"",
                        "add \"history\":\"LAST_N\" or \"LAST_T\"");
            }
            return null;
        }
        return new HistoryPolicy(
                json.choice("history", List.of(HistoryPolicy.Kind.values())),
                messages == null ? 0 : (int) Math.min(messages, Integer.MAX_VALUE),
                time == null ? Duration.ZERO : time);
    }

    private static @Nullable Duration seconds(JsonCommand json, String field) {
        Long seconds = json.findCount(field);
        return seconds == null ? null : Duration.ofSeconds(seconds);
    }

    private static Optional<Instant> until(JsonCommand json) {
        Long millis = json.findCount("until");
        if (millis != null && millis > MAX_EPOCH_MILLIS) {
            throw CliException.invalidCommand(
                    "\"until\" is too far away", "leave it out for ever; it is in milliseconds since 1970");
        }
        return millis == null ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }
}
