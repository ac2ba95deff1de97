package dev.parley.chat.cli;

import dev.parley.chat.Invite;
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

    @Parameters(paramLabel = "INVITE|ROOM-ID", description = "The invite, or the id of a public room.")
    private String room = "";

    @Mixin
    private final RoomFlags flags = new RoomFlags();

    JoinCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) throws Exception {
        Settings settings = settings(flags.settings());
        Invite invite = InviteArgument.parse(room, settings);
        NativeLibraries.load();
        Session.Profile profile = flags.isEphemeral() ? Session.Profile.EPHEMERAL : Session.Profile.OWN;
        try (Session session =
                Session.open(settings, invite.base(), profile, settings.ice(flags.isRelayOnly()), console)) {
            RoomRun run = new RoomRun(console, context(), session.emotes(), flags.inputEnd());
            return run.stay(session.rooms().joinRoom(invite, run));
        }
    }
}
