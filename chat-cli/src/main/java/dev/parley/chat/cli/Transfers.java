package dev.parley.chat.cli;

import dev.parley.chat.FileOffer;
import dev.parley.chat.FileTransfer;
import dev.parley.chat.MessageId;
import dev.parley.chat.Room;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The files of a stay in a room: the numbers by which a person names those that were offered, where they are put, and
 * what is told of them while they come. Any thread.
 */
final class Transfers {

    /** How often it is told how much has come. */
    private static final long PROGRESS_SECONDS = 2;

    /** Offers that have a number; the eldest lose theirs. */
    private static final int MAX_OFFERS = 1_000;

    private static final int MAX_NAMES_TRIED = 1_000;

    private static final Executor LATER = CompletableFuture.delayedExecutor(PROGRESS_SECONDS, TimeUnit.SECONDS);

    private record Offered(MessageId id, FileOffer file) {}

    private final Consumer<Event> told;
    private final Path folder;
    private final Map<Integer, Offered> offers = new LinkedHashMap<>();
    private final Map<MessageId, FileTransfer> running = new LinkedHashMap<>();
    private int last;

    /**
     * Begins without any.
     *
     * @param told takes what is to be told
     * @param folder where files are put if nothing else is said
     */
    Transfers(Consumer<Event> told, Path folder) {
        this.told = told;
        this.folder = folder;
    }

    /** A file was offered; returns the number by which a person names it. */
    synchronized int offered(MessageId id, FileOffer file) {
        offers.put(++last, new Offered(id, file));
        if (offers.size() > MAX_OFFERS) {
            offers.remove(offers.keySet().iterator().next());
        }
        return last;
    }

    /** Offers a file and says when that is done, or why it is not. */
    void offer(Room room, String file, @Nullable String mediaType, @Nullable String ref) {
        Path path = path(file);
        CompletableFuture<MessageId> offered;
        try {
            offered = mediaType == null ? room.offerFile(path) : room.offerFile(path, mediaType);
        } catch (IllegalArgumentException e) {
            throw CliException.invalidCommand(
                    e.getMessage() == null ? "that cannot be offered" : e.getMessage(), "change it and try again");
        }
        CompletableFuture<MessageId> unused = offered.whenComplete((id, failure) -> told.accept(
                failure == null ? new Event.Accepted(ref, id) : Event.Problem.of(Failure.of(failure), ref)));
    }

    /** Fetches a file, and tells how that goes on. */
    void fetch(Room room, MessageId offer, String place, @Nullable String ref) {
        Path where = path(place);
        FileOffer file = find(offer);
        if (file == null && Files.isDirectory(where)) {
            throw CliException.invalidCommand(
                    "that file was offered before this process began, so its name is not known", "name a new file");
        }
        fetch(room, offer, file, file == null ? where : in(where, file), ref);
    }

    /**
     * Fetches a file that a person names by its number, or the last one.
     *
     * @param words the number and the place, each of which may be missing
     */
    void fetchTyped(Room room, String words) {
        int end = words.indexOf(' ');
        String first = end < 0 ? words : words.substring(0, end);
        boolean isNumbered = first.matches("[0-9]{1,9}");
        String place = isNumbered ? (end < 0 ? "" : words.substring(end).strip()) : words;
        Offered offered = isNumbered ? numbered(Integer.parseInt(first)) : lastOffered();
        Path where = in(place.isEmpty() ? folder : path(place), offered.file());
        fetch(room, offered.id(), offered.file(), where, null);
    }

    /** Stops fetching a file; false if it is not being fetched. */
    synchronized boolean cancel(MessageId offer) {
        FileTransfer transfer = running.get(offer);
        if (transfer != null) {
            transfer.cancel();
        }
        return transfer != null;
    }

    /** Stops fetching the file that a person names by its number, or the last one. */
    void cancelTyped(String number) {
        Offered offered = number.isEmpty()
                ? lastOffered()
                : numbered(number.matches("[0-9]{1,9}") ? Integer.parseInt(number) : 0);
        if (!cancel(offered.id())) {
            throw CliException.invalidCommand("that file is not being fetched", "/get fetches it");
        }
    }

    private void fetch(Room room, MessageId offer, @Nullable FileOffer file, Path place, @Nullable String ref) {
        FileTransfer transfer = room.fetchFile(offer, place);
        synchronized (this) {
            // One that is running already goes on, and this one fails.
            running.putIfAbsent(offer, transfer);
        }
        CompletableFuture<Path> unused = transfer.done().whenComplete((there, failure) -> {
            synchronized (this) {
                running.remove(offer, transfer);
            }
            told.accept(
                    failure == null
                            ? new Event.FileCame(ref, offer, place.toAbsolutePath(), transfer.receivedBytes())
                            : Event.Problem.of(Failure.of(failure), ref));
        });
        if (file != null) {
            LATER.execute(() -> tellProgress(file, transfer, 0));
        }
    }

    private void tellProgress(FileOffer file, FileTransfer transfer, long before) {
        if (!transfer.done().isDone()) {
            long received = transfer.receivedBytes();
            told.accept(new Event.FileProgress(transfer.message(), file, before, received));
            LATER.execute(() -> tellProgress(file, transfer, received));
        }
    }

    /** Where a file goes: under its own name, if that is a folder. */
    private static Path in(Path where, FileOffer file) {
        return Files.isDirectory(where) ? free(where, file.name()) : where;
    }

    /** The name of a file that was offered here; empty if it is not known any more. */
    String nameOf(MessageId offer) {
        FileOffer file = find(offer);
        return file == null ? "" : file.name();
    }

    private synchronized @Nullable FileOffer find(MessageId offer) {
        return offers.values().stream()
                .filter(each -> each.id().equals(offer))
                .map(Offered::file)
                .findFirst()
                .orElse(null);
    }

    private synchronized Offered numbered(int number) {
        Offered offered = offers.get(number);
        if (offered == null) {
            throw CliException.invalidCommand(
                    "no file was offered under that number", "/get NUMBER takes the number in front of the offer");
        }
        return offered;
    }

    private synchronized Offered lastOffered() {
        Offered offered = offers.get(last);
        if (offered == null) {
            throw CliException.invalidCommand("no file was offered yet", "/file PATH offers one");
        }
        return offered;
    }

    /** A name that is free in a folder, as far as can be seen now: {@code tea.png}, {@code tea (2).png}, … */
    private static Path free(Path folder, String name) {
        int dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length();
        Path place = folder.resolve(name);
        for (int i = 2; Files.exists(place) && i < MAX_NAMES_TRIED; i++) {
            place = folder.resolve(name.substring(0, dot) + " (" + i + ")" + name.substring(dot));
        }
        return place;
    }

    /** A place as somebody writes it: {@code ~} is the home folder, quotes around it are not part of it. */
    static Path path(String text) {
        String unquoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
        if (unquoted.isBlank()) {
            throw CliException.invalidCommand("a file is missing", "name its path");
        }
        try {
            return unquoted.startsWith("~/")
                    ? Path.of(System.getProperty("user.home", "."), unquoted.substring(2))
                    : Path.of(unquoted);
        } catch (InvalidPathException e) {
            throw CliException.invalidCommand(
                    "that is not the path of a file on this system", "change it and try again");
        }
    }
}
