package dev.parley.chat.cli;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.EmoteChannel;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Room;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.store.PeerBook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a person types to do something to what was said, or to the room: a slash, the deed, and what it takes.
 * Remembers which messages were told last, which it is done to.
 */
final class TypedDeeds {

    private static final String USE_HELP = "type /help";

    private static final Pattern HISTORY = Pattern.compile("none|all|(?<number>[0-9]{1,6})(?<unit>[mhd]?)");

    private final PeerBook book;
    private final Supplier<EmoteCatalog> catalog;
    private volatile @Nullable MessageId last;
    private volatile @Nullable MessageId lastOwn;

    /**
     * Makes one.
     *
     * @param catalog the emotes of the room, which may be reacted with
     */
    TypedDeeds(PeerBook book, Supplier<EmoteCatalog> catalog) {
        this.book = book;
        this.catalog = catalog;
    }

    /** A message was told, to which the next deed may be done. */
    void told(Room room, ChatMessage message) {
        last = message.id();
        if (message.sender().equals(room.self().id())) {
            lastOwn = message.id();
        }
    }

    /** Returns the message to which a line that begins with {@code /reply } answers; null if there is none. */
    @Nullable
    MessageId last() {
        return last;
    }

    /**
     * Reads a line.
     *
     * @return null if the line is no deed
     * @throws CliException if it is one that cannot be done
     */
    @Nullable
    Deed parse(Room room, String line) {
        int end = line.indexOf(' ');
        String command = end < 0 ? line : line.substring(0, end);
        String rest = end < 0 ? "" : line.substring(end).strip();
        try {
            return parse(room, command, rest);
        } catch (IllegalArgumentException e) {
            throw CliException.invalidCommand(
                    e.getMessage() == null ? "that is not valid" : e.getMessage(), "change it and try again");
        }
    }

    private @Nullable Deed parse(Room room, String command, String rest) {
        return switch (command) {
            case "/edit" -> new Deed.Edit(required(lastOwn), rest);
            case "/delete" -> new Deed.Delete(required(lastOwn));
            case "/react" -> new Deed.React(required(last), TypedReaction.of(rest, catalog.get()), true);
            case "/unreact" -> new Deed.React(required(last), TypedReaction.of(rest, catalog.get()), false);
            case "/msg" -> whisper(room, rest);
            case "/topic" -> Deed.Change.topic(rest);
            case "/history" -> Deed.Change.history(history(rest));
            case "/slow" -> Deed.Change.slowMode(seconds(rest, "slow mode is a number of seconds", "0 turns it off"));
            case "/channel" -> Deed.Change.emoteChannels(emoteChannels(rest));
            case "/lock" -> Deed.Change.locked(true);
            case "/unlock" -> Deed.Change.locked(false);
            case "/disappear" ->
                Deed.Change.disappearAfter(
                        seconds(rest, "messages disappear after a number of seconds", "0 keeps them"));
            case "/mute" -> mute(room, rest);
            case "/unmute" -> new Deed.Unmute(Verifier.find(room, rest));
            case "/role" -> giveRole(room, rest);
            case "/block" -> new Deed.Block(Verifier.find(room, rest), true);
            case "/unblock" -> new Deed.Block(Verifier.findBlocked(room, book, rest), false);
            case "/away" -> new Deed.Away(true);
            case "/back" -> new Deed.Away(false);
            default -> null;
        };
    }

    private static Deed whisper(Room room, String rest) {
        String who = TypedAct.words(rest).stream().findFirst().orElse("");
        // A name in quotes takes two characters more.
        int end = rest.startsWith("\"") ? Math.min(rest.length(), who.length() + 2) : who.length();
        PeerId to = Verifier.find(room, who);
        return new Deed.Whisper(to, rest.substring(end).strip(), null);
    }

    private static Deed mute(Room room, String rest) {
        List<String> words = TypedAct.words(rest);
        String minutes = words.isEmpty() ? "" : words.get(words.size() - 1);
        if (words.size() < 2 || !minutes.matches("[0-9]{1,6}")) {
            return new Deed.Mute(Verifier.find(room, name(words, 0)), Optional.empty());
        }
        Instant until = Instant.now().plus(Duration.ofMinutes(Long.parseLong(minutes)));
        return new Deed.Mute(Verifier.find(room, name(words, 1)), Optional.of(until));
    }

    private static Deed giveRole(Room room, String rest) {
        List<String> words = TypedAct.words(rest);
        String role = words.isEmpty() ? "" : words.get(words.size() - 1).toLowerCase(Locale.ROOT);
        Participant.Role given = switch (role) {
            case "moderator" -> Participant.Role.MODERATOR;
            case "member" -> Participant.Role.MEMBER;
            case "readonly" -> Participant.Role.READ_ONLY;
            default ->
                throw CliException.invalidCommand(
                        "a role is moderator, member or readonly", "/role NAME moderator, for example");
        };
        return new Deed.GiveRole(Verifier.find(room, name(words, 1)), given);
    }

    /** A name of several words needs no quotes where it stands alone. */
    private static String name(List<String> words, int behind) {
        return String.join(" ", words.subList(0, words.size() - behind));
    }

    private static HistoryPolicy history(String text) {
        Matcher matcher = HISTORY.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw CliException.invalidCommand(
                    "history is none, all, a number of messages, or a time",
                    "/history 50 or /history 24h, for example; m, h and d are minutes, hours and days");
        }
        if (matcher.group("number") == null) {
            return matcher.group().equals("all") ? HistoryPolicy.ALL : HistoryPolicy.NONE;
        }
        int number = Integer.parseInt(matcher.group("number"));
        return switch (matcher.group("unit")) {
            case "m" -> HistoryPolicy.last(Duration.ofMinutes(number));
            case "h" -> HistoryPolicy.last(Duration.ofHours(number));
            case "d" -> HistoryPolicy.last(Duration.ofDays(number));
            default -> HistoryPolicy.last(number);
        };
    }

    private static List<EmoteChannel> emoteChannels(String rest) {
        if (rest.equals("off")) {
            return List.of();
        }
        List<String> words = TypedAct.words(rest);
        if (words.isEmpty() || words.size() % 2 != 0) {
            throw CliException.invalidCommand(
                    "a channel of emotes is named by its provider and its name",
                    "/channel 7tv twitch/12345, for example, also of several; /channel off takes them away");
        }
        List<EmoteChannel> channels = new ArrayList<>();
        for (int i = 0; i < words.size(); i += 2) {
            channels.add(new EmoteChannel(words.get(i), words.get(i + 1)));
        }
        return channels;
    }

    private static Duration seconds(String text, String message, String hint) {
        if (!text.matches("[0-9]{1,8}")) {
            throw CliException.invalidCommand(message, hint);
        }
        return Duration.ofSeconds(Long.parseLong(text));
    }

    private static MessageId required(@Nullable MessageId message) {
        if (message == null) {
            throw CliException.invalidCommand("there is no message yet", USE_HELP);
        }
        return message;
    }
}
