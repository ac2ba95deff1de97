package dev.parley.chat.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command itself: the full-screen client with the list of rooms. */
@Command(
        name = "parley",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Peer-to-peer, end-to-end encrypted chat rooms.",
        footer = {
            "",
            "Exit codes: 0 done, 1 failed, 2 usage, 3 worker not reachable, 4 not authorised, 5 no such room,",
            "6 no connection to any peer, 7 refused by the room, 8 native library missing."
        })
final class ParleyCommand extends BaseCommand {

    @Mixin
    private final RoomFlags flags = new RoomFlags();

    ParleyCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) throws Exception {
        if (!flags.isPlain() && !console.isJson() && ClientRun.isPossible(context())) {
            return new ClientRun(context(), settings(flags.settings()), flags, log()).run();
        }
        throw new CliException(
                ExitCode.USAGE,
                "name a command: demo, create, join, tail, rooms, send, history, emotes, serve, login, whoami, logout,"
                        + " doctor, completion, identity, config or conformance",
                "on a terminal parley alone shows the rooms; see parley --help");
    }
}
