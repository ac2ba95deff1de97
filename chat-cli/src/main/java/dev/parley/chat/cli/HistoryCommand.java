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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads, searches, exports, imports and deletes what is kept of rooms. Needs no worker. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "Show, search, export, import and delete what was said in rooms, as far as it is kept here.")
final class HistoryCommand implements Runnable {

    private static final String STANDARD_STREAM = "-";
    private static final int DEFAULT_LIMIT = 50;
    private static final int MESSAGE_ID_CHARS = 52;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "name what to do with the history: list, show, search, export, import, delete or retain");
        }
    }

    /** The history while it is open, and where to say what is in it. */
    private record Opened(Console console, PeerId self, ChatStore store, PeerBook book) {}

    /** What the commands that open the history share. */
    abstract static class KeptCommand extends BaseCommand {

        private final KeptHistory.Use use;

        KeptCommand(CliContext context, KeptHistory.Use use) {
            super(context);
            this.use = use;
        }

        @Override
        final ExitCode run(Console console) throws IOException {
            check();
            return KeptHistory.use(
                    use,
                    settings(Map.of()),
                    console,
                    context().prompt(),
                    (identity, store, book) -> run(new Opened(console, identity.peerId(), store, book)));
        }

        /** Looks at the arguments before anything is opened. */
        void check() {}

        abstract ExitCode run(Opened history) throws IOException;

        /** A day of the time zone, or a time. */
        final Optional<Instant> time(String text) {
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
    }

    /** How much of what is found is shown, and how. */
    static final class Page {

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "" + DEFAULT_LIMIT,
                description = "How many at most, 1 to 1000. Default: ${DEFAULT-VALUE}.")
        private int limit;

        @Option(names = "--ids", description = "Show the ids of messages as well; with --json they are always there.")
        private boolean ids;

        void check() {
            if (limit < 1 || limit > ChatStore.MAX_PAGE) {
                throw usage(
                        "--limit is 1 to " + ChatStore.MAX_PAGE + ", not " + limit,
                        "leave it out for " + DEFAULT_LIMIT);
            }
        }

        void show(Opened history, List<StoredEvent> found) {
            KeptHistory.show(
                    history.console(), history.self(), history.store(), history.book(), found, ids, "nothing is found");
        }
    }

    /** The room to which something is restricted. */
    static final class OneRoom {

        @Option(
                names = "--room",
                paramLabel = "ROOM",
                description = "Only this room, by its id or its name. Default: all rooms.")
        private @Nullable String room;

        /** The room, if one was named. */
        Optional<RoomId> in(ChatStore store) {
            return Optional.ofNullable(room).map(named -> KeptHistory.room(store, named));
        }
    }

    private static CliException usage(String message, String hint) {
        return new CliException(ExitCode.USAGE, message, hint);
    }

    private static StoredEvent message(ChatStore store, List<RoomId> rooms, String option, String when) {
        if (when.length() != MESSAGE_ID_CHARS) {
            throw usage(
                    option + " takes no \"" + when + "\"",
                    "give a day like 2026-11-23, or a time like 2026-11-23T12:34:56Z, or the id of a message");
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
                "parley history show ROOM --ids shows the ids of messages; it may have been deleted, or have"
                        + " disappeared");
    }

    private static MessageId messageId(String text) {
        try {
            return new MessageId(text);
        } catch (IllegalArgumentException e) {
            throw usage(
                    "that is not the id of a message",
                    "it has 52 letters and digits; parley history show ROOM --ids shows it");
        }
    }

    /** Lists rooms. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the rooms of which something is kept.")
    static final class ListRooms extends KeptCommand {

        ListRooms(CliContext context) {
            super(context, KeptHistory.Use.READ);
        }

        @Override
        ExitCode run(Opened history) {
            Set<RoomId> listed = new LinkedHashSet<>();
            for (RoomRecord record : history.store().rooms()) {
                listed.add(record.room());
                history.console().emit(new Event.KeptRoom(record.room(), Optional.of(record)));
            }
            for (RoomId kept : history.store().roomsWithEvents()) {
                if (listed.add(kept)) {
                    history.console().emit(new Event.KeptRoom(kept, Optional.empty()));
                }
            }
            if (listed.isEmpty() && !history.console().isJson()) {
                history.console().notice("no room is in the history");
            }
            return ExitCode.DONE;
        }
    }

    /** Shows a page of a room. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show what was said in a room, oldest first.")
    static final class Show extends KeptCommand {

        @Parameters(paramLabel = "ROOM", description = "The id of a room, or its name; see parley history list.")
        private String room = "";

        @Option(
                names = "--before",
                paramLabel = "WHEN",
                description = "What stands before a message (its id) or a time: 2026-11-23, or 2026-11-23T12:34:56Z.")
        private @Nullable String before;

        @Option(names = "--after", paramLabel = "WHEN", description = "What stands after a message or from a time on.")
        private @Nullable String after;

        @Mixin
        private final Page page = new Page();

        Show(CliContext context) {
            super(context, KeptHistory.Use.READ);
        }

        @Override
        void check() {
            page.check();
            if (before != null && after != null) {
                throw usage("--before and --after do not go together", "give one of them");
            }
        }

        @Override
        ExitCode run(Opened history) {
            ChatStore store = history.store();
            RoomId in = KeptHistory.room(store, room);
            page.show(
                    history,
                    after == null
                            ? store.timeline(
                                    in, before == null ? null : place(store, in, "--before", before), page.limit)
                            : store.timelineAfter(in, place(store, in, "--after", after), page.limit));
            return ExitCode.DONE;
        }

        private TimelinePosition place(ChatStore store, RoomId in, String option, String when) {
            return time(when)
                    .map(TimelinePosition::at)
                    .orElseGet(() -> TimelinePosition.of(message(store, List.of(in), option, when)));
        }
    }

    /** Finds messages by their words. */
    @Command(
            name = "search",
            mixinStandardHelpOptions = true,
            description = "Show the messages that have all these words, newest first.")
    static final class Search extends KeptCommand {

        @Parameters(arity = "1..*", paramLabel = "WORD", description = "What a message has to have; no operators.")
        private List<String> words = new ArrayList<>();

        @Option(
                names = "--before",
                paramLabel = "WHEN",
                description = "What stands before a message (its id) or a time: 2026-11-23, or 2026-11-23T12:34:56Z.")
        private @Nullable String before;

        @Mixin
        private final OneRoom only = new OneRoom();

        @Mixin
        private final Page page = new Page();

        Search(CliContext context) {
            super(context, KeptHistory.Use.READ);
        }

        private String query() {
            return String.join(" ", words);
        }

        @Override
        void check() {
            page.check();
            if (query().length() > ChatStore.MAX_QUERY_CHARS) {
                throw usage(
                        "a search has at most " + ChatStore.MAX_QUERY_CHARS + " characters", "search for fewer words");
            }
        }

        @Override
        ExitCode run(Opened history) {
            ChatStore store = history.store();
            Optional<RoomId> in = only.in(store);
            SearchPosition place = before == null ? null : place(store, in, before);
            page.show(history, store.search(in.orElse(null), query(), place, page.limit));
            return ExitCode.DONE;
        }

        private SearchPosition place(ChatStore store, Optional<RoomId> in, String when) {
            return time(when)
                    .map(time -> new SearchPosition(TimelinePosition.at(time), RoomId.of(new byte[RoomId.BYTES])))
                    .orElseGet(() -> SearchPosition.of(
                            message(store, in.map(List::of).orElseGet(store::roomsWithEvents), "--before", when)));
        }
    }

    /** Writes all to a file. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Write all as JSON Lines to a new file, in clear.")
    static final class Export extends KeptCommand {

        @Parameters(paramLabel = "FILE", description = "A new file; - for the standard output.")
        private String file = "";

        @Mixin
        private final OneRoom only = new OneRoom();

        Export(CliContext context) {
            super(context, KeptHistory.Use.READ);
        }

        @Override
        ExitCode run(Opened history) throws IOException {
            ChatStore store = history.store();
            List<RoomId> rooms = only.in(store).map(List::of).orElseGet(store::roomsWithEvents);
            if (file.equals(STANDARD_STREAM)) {
                OutputStream out = new BufferedOutputStream(context().out());
                long written = HistoryFile.write(store, history.self(), rooms, out);
                // The standard output has the export and nothing else.
                history.console().diagnose(written + (written == 1 ? " event is exported" : " events are exported"));
                return ExitCode.DONE;
            }
            long written = ExportFile.write(
                    Path.of(file),
                    "not all",
                    to -> HistoryFile.write(
                            store, history.self(), rooms, new BufferedOutputStream(Channels.newOutputStream(to))));
            history.console().emit(new Event.HistoryDone(Event.HistoryDone.Act.EXPORTED, written, 0, 0));
            return ExitCode.DONE;
        }
    }

    /** Takes in what was exported. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = "Take in what parley history export wrote; each event is verified.")
    static final class Import extends KeptCommand {

        /** From this size on, people are told how far it is: to verify so much takes seconds. */
        static final long LONG_IMPORT_BYTES = 4L * 1024 * 1024;

        @Parameters(paramLabel = "FILE", description = "The exported file; - for the standard input.")
        private String file = "";

        Import(CliContext context) {
            super(context, KeptHistory.Use.FILL);
        }

        @Override
        ExitCode run(Opened history) {
            HistoryFile.Imported imported;
            try (InputStream in = open(history.console())) {
                imported = HistoryFile.read(
                        history.store(),
                        history.self(),
                        in,
                        line -> history.console().emit(new Event.Refused(line)));
            } catch (IOException e) {
                throw new CliException(
                        ExitCode.FAILED, "the file " + file + " cannot be read", "check its name and permissions", e);
            }
            history.console()
                    .emit(new Event.HistoryDone(
                            Event.HistoryDone.Act.IMPORTED, imported.added(), imported.known(), imported.refused()));
            return imported.refused() == 0 ? ExitCode.DONE : ExitCode.FAILED;
        }

        private InputStream open(Console console) throws IOException {
            if (file.equals(STANDARD_STREAM)) {
                return context().in();
            }
            Path path = Path.of(file);
            long size = Files.size(path);
            InputStream in = Files.newInputStream(path);
            return console.isJson() || size < LONG_IMPORT_BYTES
                    ? in
                    : Progress.watch(in, size, tenths -> console.diagnose(tenths * 10 + " % of the file are read"));
        }
    }

    /** Deletes one message, or what is old. */
    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Delete a message of a room, or what was said before a time, on this machine alone.")
    static final class Delete extends KeptCommand {

        @Parameters(
                index = "0",
                paramLabel = "ROOM",
                description = "The id of a room, or its name; see parley history list.")
        private String room = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "MESSAGE-ID",
                description = "The message; parley history show ROOM --ids shows its id.")
        private @Nullable String message;

        @Option(
                names = "--before",
                paramLabel = "DATE",
                description = "All of the room that was said before a day or a time.")
        private @Nullable String before;

        Delete(CliContext context) {
            super(context, KeptHistory.Use.CHANGE);
        }

        @Override
        void check() {
            if ((message == null) == (before == null)) {
                throw usage("delete what?", "name one message by its id, or a time with --before, and not both");
            }
        }

        @Override
        ExitCode run(Opened history) {
            ChatStore store = history.store();
            RoomId in = KeptHistory.room(store, room);
            int deleted;
            if (before != null) {
                deleted = store.deleteBefore(
                        in,
                        time(before)
                                .orElseThrow(() -> usage(
                                        "--before takes no \"" + before + "\"",
                                        "give a day like 2026-11-23, or a time like 2026-11-23T12:34:56Z")));
            } else {
                delete(store, history.self(), in, messageId(String.valueOf(message)));
                deleted = 1;
            }
            history.console().emit(new Event.HistoryDone(Event.HistoryDone.Act.DELETED, deleted, 0, 0));
            return ExitCode.DONE;
        }

        private static void delete(ChatStore store, PeerId self, RoomId in, MessageId id) {
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
        }
    }
}
