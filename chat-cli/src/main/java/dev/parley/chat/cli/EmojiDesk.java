package dev.parley.chat.cli;

import dev.parley.chat.FileOffer;
import dev.parley.chat.MessageId;
import dev.parley.chat.Room;
import dev.parley.chat.RoomEmoji;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The emoji of a room as a person or a program names them: by their shortcodes, and their images as files. Any thread.
 */
final class EmojiDesk {

    private final Consumer<Event> told;
    private List<RoomEmoji> shown = List.of();

    /**
     * Begins without any.
     *
     * @param told takes what is to be told
     */
    EmojiDesk(Consumer<Event> told) {
        this.told = told;
    }

    /** The room has other emoji. */
    synchronized void changed(List<RoomEmoji> emoji) {
        if (!emoji.equals(shown)) {
            told.accept(new Event.RoomEmojis(null, emoji, shown));
            shown = emoji;
        }
    }

    /** Tells which the room has. */
    void list(Room room, @Nullable String ref) {
        List<RoomEmoji> emoji = room.emoji();
        told.accept(new Event.RoomEmojis(ref, emoji, emoji));
    }

    /** Carries out what a person typed behind {@code /emoji}. */
    void typed(Room room, String rest) {
        List<String> words = TypedAct.words(rest);
        String what = words.isEmpty() ? "" : words.get(0);
        if (words.isEmpty()) {
            list(room, null);
        } else if (what.equals("add") && words.size() >= 3) {
            // A path with blanks needs no quotes, since it stands last.
            add(room, shortcode(words.get(1)), String.join(" ", words.subList(2, words.size())), null, null);
        } else if (what.equals("remove") && words.size() == 2) {
            remove(room, shortcode(words.get(1)), null);
        } else if (what.equals("save") && words.size() >= 3) {
            save(room, shortcode(words.get(1)), String.join(" ", words.subList(2, words.size())), null);
        } else {
            throw CliException.invalidCommand(
                    "that is nothing to be done with emoji",
                    "/emoji lists them; /emoji add SHORTCODE FILE, /emoji remove SHORTCODE, /emoji save SHORTCODE FILE");
        }
    }

    /** A shortcode with the colons in which it is written, or without. */
    private static String shortcode(String word) {
        return word.length() > 2 && word.startsWith(":") && word.endsWith(":")
                ? word.substring(1, word.length() - 1)
                : word;
    }

    /** Adds an emoji and says when that is done, or why it is not. */
    void add(Room room, String shortcode, String file, @Nullable String mediaType, @Nullable String ref) {
        Path path = Transfers.path(file);
        CompletableFuture<MessageId> added;
        try {
            RoomEmoji.requireSize(Files.size(path));
            String claim = mediaType == null ? FileOffer.mediaTypeFor(file) : mediaType;
            added = room.addEmoji(shortcode, Files.readAllBytes(path), claim);
        } catch (IOException e) {
            throw CliException.invalidCommand("the image could not be read", "name a file that is there");
        } catch (IllegalArgumentException e) {
            throw CliException.invalidCommand(
                    e.getMessage() == null ? "that cannot be an emoji" : e.getMessage(), "change it and try again");
        }
        CompletableFuture<MessageId> unused = added.whenComplete(
                (id, failure) -> told.accept(failure == null ? new Event.Accepted(ref, id) : problem(failure, ref)));
    }

    /** Removes an emoji and says when that is done, or why it is not. */
    void remove(Room room, String shortcode, @Nullable String ref) {
        RoomEmoji emoji = find(room, shortcode);
        CompletableFuture<Void> unused = room.removeEmoji(emoji.id())
                .whenComplete((nothing, failure) ->
                        told.accept(failure == null ? new Event.EmojiRemoved(ref, emoji.id()) : problem(failure, ref)));
    }

    /** Writes the image of an emoji to a new file. */
    void save(Room room, String shortcode, String place, @Nullable String ref) {
        RoomEmoji emoji = find(room, shortcode);
        Path path = Transfers.path(place);
        CompletableFuture<byte[]> unused = room.emojiImage(emoji.sha256())
                .whenComplete((image, failure) ->
                        told.accept(failure == null ? write(emoji, image, path, ref) : problem(failure, ref)));
    }

    private static Event write(RoomEmoji emoji, byte[] image, Path path, @Nullable String ref) {
        try {
            Files.write(path, image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new Event.EmojiSaved(ref, emoji, path.toAbsolutePath());
        } catch (FileAlreadyExistsException e) {
            return problem(CliException.invalidCommand("there is a file of that name", "name a new one"), ref);
        } catch (IOException e) {
            return problem(CliException.invalidCommand("the image could not be written", "name another place"), ref);
        }
    }

    private static Event problem(Throwable failure, @Nullable String ref) {
        return Event.Problem.of(Failure.of(failure), ref);
    }

    private static RoomEmoji find(Room room, String shortcode) {
        return room.emoji().stream()
                .filter(emoji -> RoomEmoji.isSameShortcode(emoji.shortcode(), shortcode))
                .findFirst()
                .orElseThrow(() -> CliException.invalidCommand(
                        "the room has no emoji of that shortcode", "/emoji lists those that it has"));
    }
}
