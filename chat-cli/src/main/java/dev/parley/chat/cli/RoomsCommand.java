package dev.parley.chat.cli;

import dev.parley.chat.PublicRoom;
import dev.parley.chat.RoomManager;
import dev.parley.chat.SignalingException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.transport.Signaling;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists public rooms. */
@Command(name = "rooms", mixinStandardHelpOptions = true, description = "List the public rooms of a worker.")
final class RoomsCommand extends BaseCommand {

    /**
     * From one look at the list to the next. A worker has no other way of telling; a list of 1,000 rooms takes ten
     * requests, so that this is 2 in a second at most, where a worker allows an account 100.
     */
    private static final Duration LOOK = Duration.ofSeconds(5);

    @Option(names = "--signaling", paramLabel = "URL", description = "The signaling worker.")
    private @Nullable String signaling;

    @Option(names = "--guest", description = "Ask without an account, where the worker lets guests in.")
    private boolean guest;

    @Option(names = "--watch", description = "Go on, and show what changes in the list until it is stopped.")
    private boolean watch;

    RoomsCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) throws InterruptedException {
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
            RoomWatch list = new RoomWatch(worker, console::emit);
            Optional<List<PublicRoom>> found = unlessStopped(rooms.publicRooms());
            found.ifPresent(list::seen);
            if (found.map(List::isEmpty).orElse(false) && !console.isJson()) {
                console.notice("there is no public room at present");
            }
            if (watch) {
                follow(rooms, list);
            }
            return ExitCode.DONE;
        }
    }

    private void follow(RoomManager rooms, RoomWatch list) throws InterruptedException {
        Duration pause = LOOK;
        while (!context().stop().await(pause)) {
            pause = LOOK;
            try {
                unlessStopped(rooms.publicRooms()).ifPresent(list::seen);
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof SignalingException failure) || !isPassing(failure)) {
                    throw e;
                }
                list.missed(failure);
                Duration asked = failure.retryAfter().orElse(LOOK);
                pause = asked.compareTo(LOOK) > 0 ? asked : LOOK;
            }
        }
    }

    private static boolean isPassing(SignalingException failure) {
        return failure.problem() != SignalingException.Problem.UNAUTHORIZED
                && failure.problem() != SignalingException.Problem.FORBIDDEN;
    }

    /** Waits for an answer; empty if the process is to stop before. */
    private <T> Optional<T> unlessStopped(CompletableFuture<T> answer) {
        CompletableFuture.anyOf(
                        answer.handle((value, thrown) -> true), context().stop().requested())
                .join();
        return answer.isDone() ? Optional.of(answer.join()) : Optional.empty();
    }
}
