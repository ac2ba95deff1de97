package dev.parley.chat.cli;

import dev.parley.chat.Invite;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.transport.NativeLibraries;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Listens in a room: sends nothing, reads no standard input, and tells nobody what was read. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        description = "Join a room and show what is said there until it is stopped; send nothing.")
final class TailCommand extends BaseCommand {

    /** The type of the events that are messages to all. */
    private static final String MESSAGE = "message";

    @Parameters(
            paramLabel = "INVITE|CODE|ROOM-ID",
            description = "The invite, a code like 7-guitar-lemon, or the id of a public room.")
    private String room = "";

    @Option(
            names = "--lines",
            paramLabel = "N",
            description = "First show the last messages that are kept on this machine, 1 to " + ChatStore.MAX_PAGE
                    + " at most.")
    private @Nullable Integer lines;

    @Mixin
    private final EntryFlags flags = new EntryFlags();

    TailCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) throws Exception {
        if (lines != null && (lines < 1 || lines > ChatStore.MAX_PAGE)) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--lines is 1 to " + ChatStore.MAX_PAGE + ", not " + lines,
                    "leave it out for what is said from now on");
        }
        Map<SettingKey, String> given = flags.settings();
        given.put(SettingKey.READ_MARKS, "false");
        // Emotes are for what one writes.
        given.put(SettingKey.EMOTES, "off");
        Settings settings = settings(given);
        Destination destination = Destination.parse(room, settings);
        NativeLibraries.load();
        try (Session session = Session.open(
                settings,
                destination.worker(),
                flags.profile(),
                settings.ice(flags.isRelayOnly()),
                console,
                context().prompt())) {
            RoomRun run =
                    RoomRun.of(session, settings, console, context().withoutInput(), RoomRun.InputEnd.STAY, false);
            return run.stay(destination
                    .invite(session.rooms())
                    .thenApplyAsync(found -> showKept(console, session, found))
                    .thenCompose(found -> session.rooms().joinRoom(found, run)));
        }
    }

    /** Before the room is entered, since what comes then is kept as well. */
    private Invite showKept(Console console, Session session, Invite found) {
        if (lines != null) {
            ChatStore store = session.store();
            KeptHistory.show(
                    console,
                    session.self(),
                    store,
                    session.rooms().peerBook(),
                    store.ofType(found.room(), MESSAGE, null, lines),
                    false,
                    "nothing is kept of what was said there");
        }
        return found;
    }
}
