package dev.parley.chat.cli;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.Room;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.transport.NativeLibraries;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Opens a room and stays in it. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Open a room and stay in it; lines on the standard input are sent.")
final class CreateCommand extends BaseCommand {

    @Parameters(paramLabel = "NAME", description = "The room's name.")
    private String name = "";

    @Option(names = "--public", description = "List the room at the worker; anyone may join.")
    private boolean isPublic;

    @Option(
            names = "--capacity",
            paramLabel = "N",
            description = "How many fit, the host included. Default: ${DEFAULT-VALUE}.")
    private int capacity = RoomOptions.DEFAULT_CAPACITY;

    @Option(
            names = "--code",
            description = "Give out a code besides the invite, to be said to one person; good for one try.")
    private boolean givesCode;

    @Option(
            names = "--emotes-channel",
            paramLabel = "PROVIDER=CHANNEL",
            description = "Give the room the emotes of a channel, such as 7tv=twitch/12345; may be repeated.")
    private List<String> emoteChannels = new ArrayList<>();

    @Mixin
    private final RoomFlags flags = new RoomFlags();

    CreateCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) throws Exception {
        RoomOptions options;
        try {
            options = RoomOptions.builder(name)
                    .capacity(capacity)
                    .visibility(isPublic ? RoomOptions.Visibility.PUBLIC : RoomOptions.Visibility.PRIVATE)
                    .emoteChannels(emoteChannels.stream()
                            .map(CreateCommand::emoteChannel)
                            .toList())
                    .build();
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), "see parley create --help", e);
        }
        Settings settings = settings(flags.settings());
        NativeLibraries.load();
        if (settings.signalingUrl().isPresent()) {
            return stay(console, settings, settings.signalingUrl().get(), options);
        }
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().build())) {
            console.emit(new Event.Listening(worker.url().toString()));
            console.notice("no signaling worker is set: one runs inside this process, for this machine only and as"
                    + " long as the room");
            return stay(console, settings, worker.url(), options);
        }
    }

    private static EmoteChannel emoteChannel(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("--emotes-channel is PROVIDER=CHANNEL, such as 7tv=twitch/12345");
        }
        return new EmoteChannel(text.substring(0, equals), text.substring(equals + 1));
    }

    private ExitCode stay(Console console, Settings settings, URI worker, RoomOptions options) {
        try (Session session = Session.open(
                settings,
                worker,
                flags.profile(),
                settings.ice(flags.isRelayOnly()),
                console,
                context().prompt())) {
            RoomRun run = RoomRun.of(session, settings, console, context(), flags.inputEnd(), givesCode);
            CompletableFuture<Room> entering = session.rooms().createRoom(options, run);
            return run.stay(entering);
        }
    }
}
