package dev.parley.chat.cli;

import dev.parley.chat.Invite;
import dev.parley.chat.PairingCode;
import dev.parley.chat.transport.NativeLibraries;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
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
        PairingCode code = PairingCode.looksLikeCode(room) ? InviteArgument.code(room) : null;
        Invite invite = code == null ? InviteArgument.parse(room, settings) : null;
        URI worker = invite != null ? invite.base() : InviteArgument.workerOfCode(settings);
        NativeLibraries.load();
        Session.Profile profile = flags.isEphemeral() ? Session.Profile.EPHEMERAL : Session.Profile.OWN;
        try (Session session = Session.open(
                settings,
                worker,
                profile,
                settings.ice(flags.isRelayOnly()),
                console,
                context().prompt())) {
            RoomRun run = RoomRun.of(session, settings, console, context(), flags.inputEnd(), false);
            CompletableFuture<Invite> redeemed = invite != null
                    ? CompletableFuture.completedFuture(invite)
                    : session.rooms().redeem(Objects.requireNonNull(code));
            return run.stay(redeemed.thenCompose(found -> session.rooms().joinRoom(found, run)));
        }
    }
}
