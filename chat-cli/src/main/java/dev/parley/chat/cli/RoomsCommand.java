package dev.parley.chat.cli;

import dev.parley.chat.Invite;
import dev.parley.chat.PublicRoom;
import dev.parley.chat.RoomManager;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.transport.Signaling;
import java.net.URI;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists public rooms. */
@Command(name = "rooms", mixinStandardHelpOptions = true, description = "List the public rooms of a worker.")
final class RoomsCommand extends BaseCommand {

    @Option(names = "--signaling", paramLabel = "URL", description = "The signaling worker.")
    private @Nullable String signaling;

    @Option(names = "--guest", description = "Ask without an account, where the worker lets guests in.")
    private boolean guest;

    RoomsCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) {
        Map<SettingKey, String> flags = new EnumMap<>(SettingKey.class);
        if (signaling != null) {
            flags.put(SettingKey.SIGNALING_URL, signaling);
        }
        if (guest) {
            flags.put(SettingKey.GUEST, "true");
        }
        Settings settings = settings(flags);
        URI worker = Login.worker(settings);
        Identity identity = Identity.generate();
        try (Signaling client = Session.signaling(settings, worker, identity);
                RoomManager rooms = RoomManager.builder(identity, client)
                        .transport(new NoTransport())
                        .build()) {
            List<PublicRoom> found = rooms.publicRooms().join();
            for (PublicRoom room : found) {
                console.emit(new Event.Listed(
                        room, Invite.toPublicRoom(worker, room.room()).link()));
            }
            if (found.isEmpty() && !console.isJson()) {
                console.notice("there is no public room at present");
            }
            return ExitCode.DONE;
        }
    }
}
