package dev.parley.chat.cli;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.Room;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a person types to do something to what was said, or to the room: a slash, the deed, and what it takes. What
 * comes of it shows in the room; only what fails is answered. Remembers which messages were told last.
 */
final class TypedDeeds {

    private static final String USE_HELP = "type /help";

    private final Function<String, OutgoingMessage.Builder> marked;
    private final Consumer<Event> answers;
    private volatile @Nullable MessageId last;
    private volatile @Nullable MessageId lastOwn;

    /**
     * Makes the reader.
     *
     * @param marked finds the emotes of a text
     * @param answers is told what fails
     */
    TypedDeeds(Function<String, OutgoingMessage.Builder> marked, Consumer<Event> answers) {
        this.marked = marked;
        this.answers = answers;
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

    /** Does what a line asks for, without waiting for it; false if the line is no deed. */
    boolean carryOut(Room room, String line) {
        int end = line.indexOf(' ');
        String command = end < 0 ? line : line.substring(0, end);
        String rest = end < 0 ? "" : line.substring(end).strip();
        try {
            CompletableFuture<?> deed = begin(room, command, rest);
            if (deed == null) {
                return false;
            }
            CompletableFuture<?> unused = deed.whenComplete((nothing, failure) -> {
                if (failure != null) {
                    answer(Failure.of(failure));
                }
            });
        } catch (CliException e) {
            answer(e.failure());
        } catch (IllegalArgumentException e) {
            String problem = e.getMessage() == null ? "that is not valid" : e.getMessage();
            answer(new Failure(ExitCode.USAGE, "invalid_command", problem, "change it and try again"));
        }
        return true;
    }

    private void answer(Failure failure) {
        answers.accept(new Event.Problem(failure.code(), failure.message(), failure.hint(), null));
    }

    private @Nullable CompletableFuture<?> begin(Room room, String command, String rest) {
        return switch (command) {
            case "/edit" -> room.edit(required(lastOwn), marked.apply(rest).build());
            case "/delete" -> room.delete(required(lastOwn));
            case "/react" -> room.react(required(last), Reaction.of(rest), true);
            case "/unreact" -> room.react(required(last), Reaction.of(rest), false);
            case "/msg" -> whisper(room, rest);
            case "/topic" -> room.change(room.settings().withTopic(rest));
            case "/slow" -> room.change(room.settings().withSlowMode(seconds(rest)));
            case "/lock" -> room.change(room.settings().withLocked(true));
            case "/unlock" -> room.change(room.settings().withLocked(false));
            case "/mute" -> mute(room, rest);
            case "/unmute" -> room.unmute(Verifier.find(room, rest));
            case "/role" -> giveRole(room, rest);
            case "/block" -> room.block(Verifier.find(room, rest));
            case "/unblock" -> room.unblock(Verifier.find(room, rest));
            default -> null;
        };
    }

    private CompletableFuture<?> whisper(Room room, String rest) {
        String who = TypedAct.words(rest).stream().findFirst().orElse("");
        // A name in quotes takes two characters more.
        int end = rest.startsWith("\"") ? Math.min(rest.length(), who.length() + 2) : who.length();
        PeerId to = Verifier.find(room, who);
        return room.sendPrivate(to, marked.apply(rest.substring(end).strip()).build());
    }

    private static CompletableFuture<?> mute(Room room, String rest) {
        List<String> words = TypedAct.words(rest);
        String minutes = words.isEmpty() ? "" : words.get(words.size() - 1);
        if (words.size() < 2 || !minutes.matches("[0-9]{1,6}")) {
            return room.mute(Verifier.find(room, name(words, 0)), Optional.empty());
        }
        Instant until = Instant.now().plus(Duration.ofMinutes(Long.parseLong(minutes)));
        return room.mute(Verifier.find(room, name(words, 1)), Optional.of(until));
    }

    private static CompletableFuture<?> giveRole(Room room, String rest) {
        List<String> words = TypedAct.words(rest);
        String role = words.isEmpty() ? "" : words.get(words.size() - 1).toLowerCase(Locale.ROOT);
        Participant.Role given = switch (role) {
            case "moderator" -> Participant.Role.MODERATOR;
            case "member" -> Participant.Role.MEMBER;
            case "readonly" -> Participant.Role.READ_ONLY;
            default -> throw bad("a role is moderator, member or readonly", "/role NAME moderator, for example");
        };
        return room.giveRole(Verifier.find(room, name(words, 1)), given);
    }

    /** A name of several words needs no quotes where it stands alone. */
    private static String name(List<String> words, int behind) {
        return String.join(" ", words.subList(0, words.size() - behind));
    }

    private static Duration seconds(String text) {
        if (!text.matches("[0-9]{1,6}")) {
            throw bad("slow mode is a number of seconds", "0 turns it off");
        }
        return Duration.ofSeconds(Long.parseLong(text));
    }

    private static MessageId required(@Nullable MessageId message) {
        if (message == null) {
            throw bad("there is no message yet", USE_HELP);
        }
        return message;
    }

    private static CliException bad(String message, String hint) {
        return new CliException(new Failure(ExitCode.USAGE, "invalid_command", message, hint), null);
    }
}
