package dev.parley.chat.cli;

import dev.parley.chat.transport.NativeLibraries;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Joins a room and stays in it. */
@Command(
        name = "join",
        mixinStandardHelpOptions = true,
        description = "Join a room and stay in it; lines on the standard input are sent.")
final class JoinCommand extends BaseCommand {

    @Parameters(
            paramLabel = "INVITE|CODE|ROOM-ID",
            description = "The invite, a code like 7-guitar-lemon, or the id of a public room.")
    private String room = "";

    @Mixin
    private final RoomFlags flags = new RoomFlags();

    JoinCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) throws Exception {
        Settings settings = settings(flags.settings());
        Destination destination = Destination.parse(room, settings);
        NativeLibraries.load();
        try (Session session = Session.open(
                settings,
                destination.worker(),
                flags.profile(),
                settings.ice(flags.isRelayOnly()),
                console,
                context().prompt())) {
            RoomRun run = RoomRun.of(session, settings, console, context(), flags.inputEnd(), false);
            return run.stay(destination
                    .invite(session.rooms())
                    .thenCompose(found -> session.rooms().joinRoom(found, run)));
        }
    }
}
