package dev.parley.chat.cli;

import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Room;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Acts of the one who leads a room on its participants. */
final class RoomActs {

    private RoomActs() {}

    /**
     * Does what a command asks for. Does not wait for it: without the worker it may take long, and other commands go
     * on.
     *
     * @param answers is told how it went
     */
    static void carryOut(Room room, InputCommand.Act act, Consumer<Event> answers) {
        try {
            List<PeerId> peers = new ArrayList<>();
            for (String who : act.peers()) {
                peers.add(find(room, who));
            }
            CompletableFuture<Void> done = switch (act.kind()) {
                case KICK -> room.kick(peers.get(0));
                case BAN -> room.ban(peers.get(0));
                case UNBAN -> room.unban(peers.get(0));
                case DEPUTIES -> room.nameDeputies(peers);
            };
            CompletableFuture<Void> unused = done.whenComplete((nothing, failure) -> answers.accept(
                    failure == null
                            ? new Event.Done(act.ref(), act.kind(), peers)
                            : problem(Failure.of(failure), act.ref())));
        } catch (CliException e) {
            answers.accept(problem(e.failure(), act.ref()));
        }
    }

    private static Event problem(Failure failure, @Nullable String ref) {
        return new Event.Problem(failure.code(), failure.message(), failure.hint(), ref);
    }

    /** Finds who is meant by a peer id, or by a name that only one participant has. */
    static PeerId find(Room room, String who) {
        try {
            return new PeerId(who);
        } catch (IllegalArgumentException e) {
            List<Participant> named = room.participants().stream()
                    .filter(participant -> participant.name().equalsIgnoreCase(who))
                    .toList();
            if (named.size() == 1) {
                return named.get(0).id();
            }
            throw new CliException(
                    new Failure(
                            ExitCode.USAGE,
                            named.isEmpty() ? "unknown_participant" : "ambiguous_participant",
                            named.isEmpty()
                                    ? "there is nobody of that name here"
                                    : named.size() + " participants have that name",
                            "use the peer id; \"/who\" shows who is there"),
                    e);
        }
    }
}
