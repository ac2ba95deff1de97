package dev.parley.chat.cli;

import dev.parley.chat.RoomId;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.Retention;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sets how much of a room is kept, or shows it. */
@Command(
        name = "retain",
        mixinStandardHelpOptions = true,
        description = "Set how much of a room is kept on this machine; without options, show it.")
final class RetainCommand extends BaseCommand {

    @Parameters(paramLabel = "ROOM", description = "The id of a room, or its name; see parley history list.")
    private String room = "";

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "Keep the newest N events: messages, and what was done to them.")
    private @Nullable Long messages;

    @Option(names = "--days", paramLabel = "N", description = "Keep what was said in the last N days.")
    private @Nullable Long days;

    @Option(names = "--forever", description = "Keep everything.")
    private boolean forever;

    RetainCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) throws IOException {
        boolean isBounded = messages != null || days != null;
        if (forever && isBounded) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--forever does not go together with --messages and --days",
                    "leave out one or the other");
        }
        Retention retention = forever || isBounded ? retention() : null;
        return KeptHistory.use(
                retention == null ? KeptHistory.Use.READ : KeptHistory.Use.CHANGE,
                settings(Map.of()),
                console,
                context().prompt(),
                (identity, store, book) -> run(console, store, retention));
    }

    private ExitCode run(Console console, ChatStore store, @Nullable Retention retention) {
        RoomId named = KeptHistory.room(store, room);
        if (retention != null) {
            store.retain(named, retention);
        }
        console.emit(new Event.Retained(named, store.retention(named)));
        if (retention != null) {
            int deleted = store.applyRetention(Instant.now());
            console.emit(new Event.HistoryDone(Event.HistoryDone.Act.DELETED, deleted, 0, 0));
        }
        return ExitCode.DONE;
    }

    private Retention retention() {
        if (days != null && (days < 1 || days > Retention.LONGEST_AGE.toDays())) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--days is 1 to " + Retention.LONGEST_AGE.toDays() + ", not " + days,
                    "--forever keeps everything");
        }
        if (messages != null && messages < 1) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--messages is at least 1, not " + messages,
                    "parley history delete ROOM --before DATE deletes what there is");
        }
        return new Retention(
                Optional.ofNullable(days).map(Duration::ofDays),
                messages == null ? OptionalLong.empty() : OptionalLong.of(messages));
    }
}
