package dev.parley.chat.cli;

import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.Room;
import dev.parley.chat.RoomListener;
import dev.parley.chat.transport.NativeLibraries;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
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
        NativeLibraries.load();
        Session.Profile profile = flags.isEphemeral() ? Session.Profile.EPHEMERAL : Session.Profile.OWN;
        try (Session session = Session.open(
                settings,
                invite.base(),
                profile,
                settings.ice(flags.isRelayOnly()),
                console,
                context().prompt())) {
            Delivered delivered = new Delivered(console);
            CompletableFuture<Room> entering = session.rooms().joinRoom(invite, delivered);
            Room joined = orStopped(entering, console);
            try {
                MessageId id = orStopped(joined.send(session.emotes().mark(text).build()), console);
                console.emit(new Event.Accepted(null, id));
                orStopped(delivered.of(id).orTimeout(DELIVERY_SECONDS, TimeUnit.SECONDS), console);
            } catch (CompletionException e) {
                if (e.getCause() instanceof TimeoutException) {
                    throw new CliException(
                            ExitCode.NO_CONNECTION,
                            "the host did not confirm the message within " + DELIVERY_SECONDS + " s",
                            "check that the host is still there and send again",
                            e);
                }
                throw e;
            } finally {
                CloseReason reason = joined.leave().join();
                console.emitLast(new Event.Closed(reason));
            }
            return ExitCode.DONE;
        }
    }

    private <T> T orStopped(CompletableFuture<T> future, Console console) {
        CompletableFuture.anyOf(
                        future.handle((value, thrown) -> true), context().stop().requested())
                .join();
        if (!future.isDone()) {
            console.notice("stopped before the message was confirmed");
            throw new CliException(ExitCode.FAILED, "stopped before the message was confirmed", "send it again");
        }
        return future.join();
    }

    /** Collects what was delivered, also before anybody asks. */
    private static final class Delivered implements RoomListener {
        private final Console console;
        private final Set<MessageId> delivered = new HashSet<>();
        private @Nullable MessageId awaited;
        private final CompletableFuture<Void> arrived = new CompletableFuture<>();

        Delivered(Console console) {
            this.console = console;
        }

        synchronized CompletableFuture<Void> of(MessageId id) {
            awaited = id;
            if (delivered.contains(id)) {
                arrived.complete(null);
            }
            return arrived;
        }

        @Override
        public void onState(Room room, ConnectionState state, Optional<CloseReason> reason) {
            if (console.isJson()) {
                console.emit(new Event.State(state, reason));
            }
            if (state == ConnectionState.CLOSED && reason.isPresent()) {
                arrived.completeExceptionally(new dev.parley.chat.RoomClosedException(reason.get()));
            }
        }

        @Override
        public void onDelivery(Room room, MessageId message, PeerId peer, DeliveryState state) {
            console.emit(new Event.Delivery(message, peer, state));
            if (state == DeliveryState.DELIVERED) {
                note(message);
            }
        }

        private synchronized void note(MessageId message) {
            delivered.add(message);
            if (message.equals(awaited)) {
                arrived.complete(null);
            }
        }
    }
}
