package dev.parley.chat.cli;

import dev.parley.chat.DeliveryState;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.Room;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Says one thing in a room, and is done when the host has it. */
@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        description = "Join a room, send one message, wait until the host has it, and leave.")
final class SendCommand extends BaseCommand {

    private static final long DELIVERY_SECONDS = 30;

    @Parameters(index = "0", paramLabel = "INVITE", description = "The invite, or the id of a public room.")
    private String room = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "TEXT", description = "What to say; joined by spaces.")
    private List<String> words = new ArrayList<>();

    @Mixin
    private final RoomFlags flags = new RoomFlags();

    SendCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) throws Exception {
        Settings settings = settings(flags.settings());
        Invite invite = InviteArgument.parse(room, settings);
        String text = String.join(" ", words);
        try {
            OutgoingMessage.of(text);
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), "change the text", e);
        }
        Visit visit =
                new Visit(context(), console, settings, flags, invite, "the message was confirmed", "send it again");
        Delivered delivered = new Delivered(console);
        return visit.make(delivered, (session, joined) -> {
            MessageId id =
                    visit.orStopped(joined.send(session.emotes().mark(text).build()));
            console.emit(new Event.Accepted(null, id));
            visit.await(
                    delivered.of(id),
                    DELIVERY_SECONDS,
                    "the host did not confirm the message within " + DELIVERY_SECONDS + " s",
                    "check that the host is still there and send again");
        });
    }

    /** Hears what was delivered. */
    private static final class Delivered extends Visit.Arrivals {
        Delivered(Console console) {
            super(console);
        }

        @Override
        public void onDelivery(Room room, MessageId message, PeerId peer, DeliveryState state) {
            console.emit(new Event.Delivery(message, peer, state));
            if (state == DeliveryState.DELIVERED) {
                note(message);
            }
        }
    }
}
