package dev.parley.chat.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command itself. */
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
final class ParleyCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "name a command: demo, create, join, tail, rooms, send, history, emotes, serve, login, whoami, logout,"
                            + " doctor, completion, identity, config or conformance");
        }
    }
}
