package dev.parley.chat.cli;

import dev.parley.chat.MessageId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What standard input asks for in JSON mode. */
public sealed interface InputCommand {

    /** Longest reference that is echoed, in UTF-16 units. */
    int MAX_REF_CHARS = 256;

    /** Its reference, to be echoed in the answer; null when it has none. */
    @Nullable
    String ref();

    /** Sends a message. */
    record Send(
            String text,
            @Nullable MessageId replyTo,
            @Nullable String ref) implements InputCommand {}

    /** Does something to a message, to a participant or to the room. */
    record Do(Deed deed, @Nullable String ref) implements InputCommand {}

    /** Offers a file. */
    record OfferFile(
            String path,
            @Nullable String mediaType,
            @Nullable String ref) implements InputCommand {}

    /** Fetches a file that was offered. */
    record FetchFile(
            MessageId offer, String place, @Nullable String ref) implements InputCommand {}

    /** Stops fetching a file. */
    record CancelFile(MessageId offer, @Nullable String ref) implements InputCommand {}

    /** Asks which emoji the room has. */
    record ShowEmoji(@Nullable String ref) implements InputCommand {}

    /** Adds an emoji to the room. */
    record AddEmoji(
            String shortcode,
            String path,
            @Nullable String mediaType,
            @Nullable String ref) implements InputCommand {}

    /** Removes an emoji from the room. */
    record RemoveEmoji(String shortcode, @Nullable String ref) implements InputCommand {}

    /** Writes the image of an emoji to a file. */
    record SaveEmoji(
            String shortcode, String place, @Nullable String ref) implements InputCommand {}

    /** Asks how the room is set. */
    record ShowSettings(@Nullable String ref) implements InputCommand {}

    /** Asks who is there. */
    record Participants(@Nullable String ref) implements InputCommand {}

    /** Asks who is blocked. */
    record Blocked(@Nullable String ref) implements InputCommand {}

    /** Acts on participants, each a peer id or a name. */
    record Act(Kind kind, List<String> peers, @Nullable String ref) implements InputCommand {

        /** What is done. */
        public enum Kind {
            KICK,
            BAN,
            UNBAN,
            DEPUTIES
        }
    }

    /** Gives a pairing code out. */
    record Code(@Nullable String ref) implements InputCommand {}

    /** Leaves the room. */
    record Leave(@Nullable String ref) implements InputCommand {}

    /** Shows the room's code or a peer's safety number, or compares it with what the other side sees. */
    record Verify(
            @Nullable String peer,
            @Nullable String code,
            boolean confirm,
            @Nullable String ref) implements InputCommand {}

    /** Takes a verification back. */
    record Unverify(String peer, @Nullable String ref) implements InputCommand {}

    /**
     * Reads what a person typed about verification.
     *
     * @param line without white space around it
     * @return null if it is about something else
     */
    static @Nullable InputCommand typedVerification(String line) {
        if (line.equals("/verify")) {
            return new Verify(null, null, false, null);
        }
        if (line.startsWith("/unverify ")) {
            return new Unverify(line.substring("/unverify ".length()).strip(), null);
        }
        if (!line.startsWith("/verify ")) {
            return null;
        }
        String rest = line.substring("/verify ".length()).strip();
        return rest.endsWith(" ok")
                ? new Verify(rest.substring(0, rest.length() - " ok".length()).strip(), null, true, null)
                : new Verify(rest, null, false, null);
    }

    /**
     * Reads a line.
     *
     * @param line one JSON object
     * @return the command
     * @throws CliException if the line is none; nothing was changed by it. It has the reference of the line, if one
     *     could be read
     */
    static InputCommand parse(String line) {
        JsonCommand json = JsonCommand.read(line);
        String ref = json.findText("ref");
        if (ref != null && ref.length() > MAX_REF_CHARS) {
            throw CliException.invalidCommand(
                    "\"ref\" has more than " + MAX_REF_CHARS + " characters", "use a shorter one");
        }
        try {
            return parse(json, ref);
        } catch (CliException e) {
            throw e.answering(ref);
        }
    }

    private static InputCommand parse(JsonCommand json, @Nullable String ref) {
        String name = json.text("cmd");
        Deed deed = JsonDeed.read(name, json);
        if (deed != null) {
            return deed.equals(Deed.Change.NOTHING) ? new ShowSettings(ref) : new Do(deed, ref);
        }
        return switch (name) {
            case "send" -> new Send(json.text("text"), json.findMessageId("replyTo"), ref);
            case "file" -> new OfferFile(json.text("path"), json.findText("mediaType"), ref);
            case "get" -> new FetchFile(json.messageId("id"), json.text("place"), ref);
            case "cancel" -> new CancelFile(json.messageId("id"), ref);
            case "emoji" -> new ShowEmoji(ref);
            case "emoji_add" ->
                new AddEmoji(json.text("shortcode"), json.text("path"), json.findText("mediaType"), ref);
            case "emoji_remove" -> new RemoveEmoji(json.text("shortcode"), ref);
            case "emoji_save" -> new SaveEmoji(json.text("shortcode"), json.text("place"), ref);
            case "participants" -> new Participants(ref);
            case "blocked" -> new Blocked(ref);
            case "kick" -> new Act(Act.Kind.KICK, List.of(json.text("peer")), ref);
            case "ban" -> new Act(Act.Kind.BAN, List.of(json.text("peer")), ref);
            case "unban" -> new Act(Act.Kind.UNBAN, List.of(json.text("peer")), ref);
            case "deputies" -> new Act(Act.Kind.DEPUTIES, json.texts("peers"), ref);
            case "code" -> new Code(ref);
            case "verify" -> {
                String peer = json.findText("peer");
                boolean confirm = json.flag("confirm", false);
                if (confirm && peer == null) {
                    throw CliException.invalidCommand("\"confirm\" is of a peer", "add \"peer\"");
                }
                yield new Verify(peer, json.findText("code"), confirm, ref);
            }
            case "unverify" -> new Unverify(json.text("peer"), ref);
            case "leave" -> new Leave(ref);
            default ->
                throw JsonCommand.bad(
                        "unknown_command",
                        "there is no such command",
                        "use send, file, get, cancel, emoji, emoji_add, emoji_remove, emoji_save, private, edit, delete, react, settings, role, mute, unmute, block, unblock,"
                                + " blocked, read, away, back, typing,"
                                + " participants, code, kick, ban, unban, deputies, verify, unverify or leave as \"cmd\"");
        };
    }
}
