package dev.parley.chat.cli;

import dev.parley.chat.HistoryFile;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.RoomRecord;
import dev.parley.chat.store.SearchPosition;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.store.TimelinePosition;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads, searches, exports, imports and deletes what is kept of rooms. Needs no worker. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "Show what was said in a room; search, export, import or delete it.")
final class HistoryCommand extends BaseCommand {

    private static final String STANDARD_STREAM = "-";
    private static final int DEFAULT_LIMIT = 50;
    private static final int MESSAGE_ID_CHARS = 52;

    @Parameters(
            arity = "0..1",
            paramLabel = "ROOM",
            description =
                    "The id of a room, or its name; see --rooms. Without, --search and --export are of all rooms.")
    private @Nullable String room;

    @Option(
            names = "--before",
            paramLabel = "WHEN",
            description = "What stands before a message (its id) or a time: 2026-11-23, or 2026-11-23T12:34:56Z.")
    private @Nullable String before;

    @Option(names = "--after", paramLabel = "WHEN", description = "What stands after a message or from a time on.")
    private @Nullable String after;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "" + DEFAULT_LIMIT,
            description = "How many at most, 1 to 1000. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--ids", description = "Show the ids of messages as well; with --json they are always there.")
    private boolean ids;

    @ArgGroup
    private @Nullable Action action;

    static final class Action {

        @Option(names = "--rooms", description = "List the rooms of which something is kept.")
        private boolean rooms;

        @Option(names = "--search", paramLabel = "WORDS", description = "Messages with all these words, newest first.")
        private @Nullable String search;

        @Option(
                names = "--export",
                paramLabel = "FILE",
                description = "Write all as JSON Lines to a new file, in clear; - for the standard output.")
        private @Nullable String export;

        @Option(
                names = "--import",
                paramLabel = "FILE",
                description = "Take in what --export wrote; - for the standard input. Each event is verified.")
        private @Nullable String imported;

        @Option(names = "--delete", paramLabel = "MESSAGE-ID", description = "Delete one message on this machine.")
        private @Nullable String delete;

        @Option(
                names = "--delete-before",
                paramLabel = "DATE",
                description = "Delete on this machine all of the room that was said before a day or a time.")
        private @Nullable String deleteBefore;
    }

    HistoryCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) throws IOException {
        if (limit < 1 || limit > ChatStore.MAX_PAGE) {
            throw usage(
                    "--limit is 1 to " + ChatStore.MAX_PAGE + ", not " + limit, "leave it out for " + DEFAULT_LIMIT);
        }
        Action chosen = action == null ? new Action() : action;
        boolean changes = chosen.imported != null || chosen.delete != null || chosen.deleteBefore != null;
        boolean searches = chosen.search != null;
        boolean pages = !changes && !searches && !chosen.rooms && chosen.export == null;
        boolean fits = pages ? before == null || after == null : after == null && (before == null || searches);
        if (!fits) {
            throw usage(
                    "--before and --after do not go together, nor with what else was asked for",
                    "give one of them, with a room; --search takes --before");
        }
        boolean needsRoom = pages || chosen.delete != null || chosen.deleteBefore != null;
        if (needsRoom && room == null) {
            throw usage("which room?", "name it by its id or its name; parley history --rooms lists them");
        }
        Settings settings = settings(Map.of());
        KeptHistory.Use use = !changes
                ? KeptHistory.Use.READ
                : chosen.imported == null ? KeptHistory.Use.CHANGE : KeptHistory.Use.FILL;
        return KeptHistory.use(
                use,
                settings,
                console,
                context().prompt(),
                (identity, store, book) -> run(console, identity.peerId(), store, book, chosen));
    }

    private ExitCode run(Console console, PeerId self, ChatStore store, PeerBook book, Action chosen)
            throws IOException {
        if (chosen.rooms) {
            list(console, store);
        } else if (chosen.export != null) {
            export(console, store, self, chosen.export);
        } else if (chosen.imported != null) {
            return takeIn(console, store, self, chosen.imported);
        } else if (chosen.delete != null) {
            delete(console, store, self, roomIn(store), messageId(chosen.delete));
        } else if (chosen.deleteBefore != null) {
            Instant time = time(chosen.deleteBefore)
                    .orElseThrow(() -> notATime("--delete-before", String.valueOf(chosen.deleteBefore)));
            console.emit(new Event.HistoryDone(
                    Event.HistoryDone.Act.DELETED, store.deleteBefore(roomIn(store), time), 0, 0));
        } else if (chosen.search != null) {
            search(console, self, store, book, chosen.search);
        } else {
            KeptHistory.show(console, self, store, book, page(store, roomIn(store)), ids);
        }
        return ExitCode.DONE;
    }

    private static CliException usage(String message, String hint) {
        return new CliException(ExitCode.USAGE, message, hint);
    }

    private static CliException notATime(String option, String value) {
        return usage(
                option + " takes no \"" + value + "\"",
                "give a day like 2026-11-23, or a time like 2026-11-23T12:34:56Z"
                        + (option.equals("--delete-before") ? "" : ", or the id of a message"));
    }

    private static void list(Console console, ChatStore store) {
        Set<RoomId> listed = new LinkedHashSet<>();
        for (RoomRecord record : store.rooms()) {
            listed.add(record.room());
            console.emit(new Event.KeptRoom(record.room(), Optional.of(record)));
        }
        for (RoomId kept : store.roomsWithEvents()) {
            if (listed.add(kept)) {
                console.emit(new Event.KeptRoom(kept, Optional.empty()));
            }
        }
        if (listed.isEmpty() && !console.isJson()) {
            console.notice("no room is in the history");
        }
    }

    /** The room that was named, if there is one. */
    private Optional<RoomId> namedRoom(ChatStore store) {
        return Optional.ofNullable(room).map(named -> KeptHistory.room(store, named));
    }

    private RoomId roomIn(ChatStore store) {
        return namedRoom(store).orElseThrow();
    }

    private List<StoredEvent> page(ChatStore store, RoomId in) {
        if (after != null) {
            return store.timelineAfter(in, place(store, in, "--after", after), limit);
        }
        return store.timeline(in, before == null ? null : place(store, in, "--before", before), limit);
    }

    private TimelinePosition place(ChatStore store, RoomId in, String option, String when) {
        return time(when)
                .map(TimelinePosition::at)
                .orElseGet(() -> TimelinePosition.of(message(store, List.of(in), option, when)));
    }

    private static StoredEvent message(ChatStore store, List<RoomId> rooms, String option, String when) {
        if (when.length() != MESSAGE_ID_CHARS) {
            throw notATime(option, when);
        }
        MessageId id = messageId(when);
        for (RoomId in : rooms) {
            Optional<StoredEvent> found = store.event(in, id);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw noSuchMessage();
    }

    private static CliException noSuchMessage() {
        return new CliException(
                ExitCode.FAILED,
                "there is no such message in the history",
                "parley history ROOM --ids shows the ids of messages; it may have been deleted, or have disappeared");
    }

    private static MessageId messageId(String text) {
        try {
            return new MessageId(text);
        } catch (IllegalArgumentException e) {
            throw usage(
                    "that is not the id of a message",
                    "it has 52 letters and digits; parley history ROOM --ids shows it");
        }
    }

    /** A day of the time zone, or a time. */
    private Optional<Instant> time(String text) {
        try {
            return Optional.of(
                    text.indexOf('T') > 0
                            ? Instant.parse(text)
                            : LocalDate.parse(text)
                                    .atStartOfDay(context().zone())
                                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private void search(Console console, PeerId self, ChatStore store, PeerBook book, String words) {
        if (words.length() > ChatStore.MAX_QUERY_CHARS) {
            throw usage("a search has at most " + ChatStore.MAX_QUERY_CHARS + " characters", "search for fewer words");
        }
        RoomId in = namedRoom(store).orElse(null);
        SearchPosition place = null;
        if (before != null) {
            List<RoomId> rooms = in == null ? store.roomsWithEvents() : List.of(in);
            String when = before;
            place = time(when)
                    .map(time -> new SearchPosition(TimelinePosition.at(time), RoomId.of(new byte[RoomId.BYTES])))
                    .orElseGet(() -> SearchPosition.of(message(store, rooms, "--before", when)));
        }
        KeptHistory.show(console, self, store, book, store.search(in, words, place, limit), ids);
    }

    private static void delete(Console console, ChatStore store, PeerId self, RoomId in, MessageId id) {
        // A store knows by itself what waits only after something was accepted.
        Optional<StoredEvent> own =
                store.event(in, id).filter(event -> event.sender().equals(self));
        if (own.isPresent()) {
            List<StoredEvent> outbox = store.outbox(in, self, 1);
            if (!outbox.isEmpty() && outbox.get(0).seq() <= own.get().seq()) {
                throw new CliException(
                        ExitCode.FAILED,
                        "the message was not sent yet, and what you said after it builds on it",
                        "delete it when the room has accepted it");
            }
        }
        if (!store.delete(in, id)) {
            throw noSuchMessage();
        }
        console.emit(new Event.HistoryDone(Event.HistoryDone.Act.DELETED, 1, 0, 0));
    }

    private void export(Console console, ChatStore store, PeerId self, String file) throws IOException {
        List<RoomId> rooms = namedRoom(store).map(List::of).orElseGet(store::roomsWithEvents);
        if (file.equals(STANDARD_STREAM)) {
            OutputStream out = new BufferedOutputStream(context().out());
            long written = HistoryFile.write(store, self, rooms, out);
            // The standard output has the export and nothing else.
            console.diagnose(written + (written == 1 ? " event is exported" : " events are exported"));
            return;
        }
        long written = ExportFile.write(
                Path.of(file),
                "not all",
                to -> HistoryFile.write(store, self, rooms, new BufferedOutputStream(Channels.newOutputStream(to))));
        console.emit(new Event.HistoryDone(Event.HistoryDone.Act.EXPORTED, written, 0, 0));
    }

    private ExitCode takeIn(Console console, ChatStore store, PeerId self, String file) {
        HistoryFile.Imported imported;
        try (InputStream in = file.equals(STANDARD_STREAM) ? context().in() : Files.newInputStream(Path.of(file))) {
            imported = HistoryFile.read(store, self, in, line -> console.emit(new Event.Refused(line)));
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED, "the file " + file + " cannot be read", "check its name and permissions", e);
        }
        console.emit(new Event.HistoryDone(
                Event.HistoryDone.Act.IMPORTED, imported.added(), imported.known(), imported.refused()));
        return imported.refused() == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }
}
